// SPDX-License-Identifier: BSD-3-Clause
// What holds for the whole run: `fail-fast`, `grace`, `notify`, and what it
// asks of its nodes.
#include "config/load_nodes.hpp"
#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::array<std::string_view, 3> moments{"approval", "failed",
                                                  "finished"};

/// `on`: one of the moments, or several.
void read_moments(loader_context& c, notify_spec& made, node_id x) {
  std::array<bool*, 3> flags{&made.approval, &made.failed, &made.finished};
  auto items = read_list(c, x, "on");
  if (items.empty() && !c.has_error_in(x))
    c.error(x, "'on' names no moment",
            fmt::format("name some of {}, or leave 'on' out for all of them",
                        fmt::join(moments, ", ")));
  for (auto item : items) {
    auto n = c.node(item);
    auto at = std::find(moments.begin(), moments.end(), n.text);
    if (n.kind != yaml_kind::scalar || at == moments.end()) {
      auto hint = n.kind == yaml_kind::scalar ? c.suggest.hint(n.text, moments)
                                              : std::string{};
      c.error(item,
              n.kind == yaml_kind::scalar
                  ? fmt::format("'notify' knows no moment '{}'", n.text)
                  : std::string{"'on' must be a list of words"},
              hint.empty()
                  ? fmt::format("it knows {}", fmt::join(moments, ", "))
                  : hint);
      continue;
    }
    auto& flag = *flags[static_cast<std::size_t>(at - moments.begin())];
    if (flag)
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", n.text));
    flag = true;
  }
}

void read_notify(loader_context& c, node_id x) {
  auto& made = c.result.notify;
  command_template command;
  bool has_moments = false;
  auto n = c.node(x);
  if (n.kind != yaml_kind::mapping && !n.is_null()) {
    command = read_some_command(c, x, "notify");
  } else {
    for_each_key(c, place::notify, x, [&](const key_row& row, node_id value) {
      if (row.id == key::run) {
        command = read_some_command(c, value);
      } else if (row.id == key::secrets) {
        made.secrets = bind_secrets(c, read_secrets(c, value), {});
      } else {
        has_moments = true;
        read_moments(c, made, value);
      }
    });
    if (command.kind == command_kind::none && !c.has_error_in(x))
      c.error(x, "'notify' has no 'run'", "give it the command that tells you");
  }
  if (!has_moments)
    made.approval = made.failed = made.finished = true;
  template_scope scope;
  scope.word = "plan";
  scope.name = c.result.name;
  scope.has_rounds = false;
  made.run = template_binder{c, scope}.bind(command);
}

} // namespace

void load_run(loader_context& c) {
  // A file counts before those that it includes, and these in their order.
  auto find = [&](std::string_view name) {
    auto result = no_node;
    for (auto root : c.roots)
      if (result == no_node)
        result = c.tree.find(root, name);
    return result;
  };
  if (auto x = find("fail-fast"); x != no_node)
    c.result.fail_fast = read_boolean(c, x, "fail-fast").value_or(false);
  if (auto x = find("grace"); x != no_node)
    c.result.grace = read_duration(c, x, "grace", zero_duration::allowed)
                         .value_or(c.result.grace);
  if (auto x = find("notify"); x != no_node)
    read_notify(c, x);
  read_nodes(c, {find("nodes"), find("lease"), find("keep")});
}

} // namespace tutti::config
