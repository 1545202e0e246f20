// SPDX-License-Identifier: BSD-3-Clause
// Processes that are up for the whole run (semantics §23).
#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace tutti::config {

namespace {

class service_loader {
public:
  service_loader(loader_context& c, std::uint32_t i)
    : c_(c), index_(i), made_(c.result.services[i]),
      body_(c.service_bodies[i]) {
  }

  void run() {
    auto n = c_.node(body_);
    if (n.kind != yaml_kind::mapping && !n.is_null())
      command_ = read_some_command(c_, body_, made_.name);
    for_each_key(c_, place::service, body_, [&](const key_row& row, node_id x) {
      read_key(row, x);
    });
    if (command_.kind == command_kind::none && !c_.has_error_in(body_))
      c_.found.error(c_.map.services[index_],
                     fmt::format("service '{}' has no 'run'", made_.name),
                     "give it the command that keeps running");
    if (limit_node_ != no_node && made_.restart == restart_policy::no
        && !c_.has_error_in(body_))
      c_.error(limit_node_,
               "'max-restarts' limits restarts, and there are none",
               "add restart: on-failure");
    bind();
  }

private:
  void read_key(const key_row& row, node_id x) {
    switch (row.id) {
    case key::run:
      command_ = read_some_command(c_, x);
      break;
    case key::needs:
      made_.needs = read_needs(c_, x);
      break;
    case key::ready:
      read_ready(x);
      break;
    case key::restart:
      read_restart(x);
      break;
    case key::max_restarts:
      limit_node_ = x;
      if (auto n = read_integer(c_, x, row.name, {1, 1'000'000}))
        made_.restarts_max = static_cast<std::uint32_t>(*n);
      break;
    default:
      read_setting(c_, settings_, row.id, x);
    }
  }

  void read_ready(node_id x) {
    auto n = c_.node(x);
    if (n.kind != yaml_kind::mapping && !n.is_null()) {
      ready_ = read_some_command(c_, x, "ready");
      return;
    }
    for_each_key(c_, place::ready, x, [&](const key_row& row, node_id value) {
      if (row.id == key::run) {
        ready_ = read_some_command(c_, value);
      } else {
        auto& target =
            row.id == key::every ? made_.ready_every : made_.ready_timeout;
        target = read_duration(c_, value, row.name, zero_duration::refused)
                     .value_or(target);
      }
    });
    if (ready_.kind == command_kind::none && !c_.has_error_in(x))
      c_.error(x, "'ready' has no 'run'",
               "give it a command that exits with 0 once the service can be "
               "used");
  }

  void read_restart(node_id x) {
    constexpr std::array<std::string_view, 3> words{"no", "on-failure",
                                                    "always"};
    auto n = c_.node(x);
    for (std::size_t i = 0; i < words.size(); ++i)
      if (n.kind == yaml_kind::scalar && n.text == words[i]) {
        made_.restart = static_cast<restart_policy>(i);
        return;
      }
    c_.error(x, "'restart' must be no, on-failure or always",
             n.kind == yaml_kind::scalar ? c_.suggest.hint(n.text, words)
                                         : std::string{});
  }

  void bind() {
    template_scope scope;
    scope.word = "service";
    scope.name = made_.name;
    scope.needs = &made_.needs;
    scope.has_rounds = false;
    for (const auto& x : settings_.env)
      scope.env.push_back(&x);
    template_binder binder{c_, scope};
    made_.env = binder.bind_env();
    if (settings_.secrets)
      made_.secrets = bind_secrets(c_, *settings_.secrets, scope.env);
    made_.run = binder.bind(command_);
    made_.ready = binder.bind(ready_);
    made_.env_files = settings_.env_files.value_or(std::vector<std::string>{});
    if (settings_.working_directory)
      made_.working_directory = binder.bind(*settings_.working_directory);
    else if (auto folder = c_.folder_of(body_); !folder.empty())
      made_.working_directory = literal_expression(std::string{folder});
  }

  loader_context& c_;
  std::uint32_t index_;
  service& made_;
  node_id body_;
  task_settings settings_;
  command_template command_;
  command_template ready_;
  node_id limit_node_ = no_node;
};

} // namespace

void load_services(loader_context& c) {
  for (std::uint32_t i = 0; i < c.service_bodies.size(); ++i)
    service_loader{c, i}.run();
}

} // namespace tutti::config
