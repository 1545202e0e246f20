// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_approval.hpp"

#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::int64_t approvals_max = 100'000;

class approval_reader {
public:
  approval_reader(loader_context& c, std::uint32_t gate)
    : c_(c), made_(c.result.gates[gate].approval), part_(c.approvals[gate]) {
  }

  void run(node_id x) {
    made_.present = true;
    if (c_.node(x).kind == yaml_kind::mapping)
      read_long(x);
    else
      read_by(x);
    if (part_.by == no_node) {
      if (!c_.has_error_in(x))
        c_.error(x, "'approval' does not say who approves",
                 "write { by: human }, or name an agent");
      return;
    }
    settle_min();
    check_together();
  }

private:
  void read_long(node_id x) {
    for_each_key(
        c_, place::approval, x, [&](const key_row& row, node_id value) {
          switch (row.id) {
          case key::by:
            read_by(value);
            break;
          case key::min:
            min_node_ = value;
            min_ = read_integer(c_, value, row.name, {1, approvals_max});
            break;
          case key::timeout:
            made_.timeout =
                read_duration(c_, value, row.name, zero_duration::refused)
                    .value_or(duration{0});
            break;
          case key::on_timeout:
            on_timeout_node_ = value;
            made_.on_timeout = read_exhausted(c_, value, row.name, "rejected")
                                   .value_or(exhausted_action::reject);
            break;
          case key::message:
            message_node_ = value;
            part_.message = read_template(c_, value, row.name);
            break;
          default:
            read_review(row, value);
          }
        });
  }

  void read_review(const key_row& row, node_id value) {
    review_.emplace_back(value, row.name);
    if (row.id == key::run) {
      part_.run_node = value;
      part_.run = read_some_command(c_, value);
    } else if (row.id == key::prompt) {
      part_.prompt = read_template(c_, value, row.name);
    } else if (row.id == key::secrets) {
      part_.secrets = read_secrets(c_, value);
    } else {
      part_.estimate = read_estimate(c_, value);
    }
  }

  void read_by(node_id x) {
    part_.by = x;
    auto list = x;
    if (c_.node(x).kind == yaml_kind::mapping) {
      list = no_node;
      any_of_ = true;
      for_each_key(c_, place::approvers, x, [&](const key_row&, node_id value) {
        list = value;
      });
    }
    if (list != no_node)
      for (auto item : read_list(c_, list, any_of_ ? "any-of" : "by"))
        add(item);
    if (!made_.human && made_.agents.empty() && !c_.has_error_in(x))
      c_.error(x, "'approval' names nobody",
               "write { by: human }, or name an agent");
  }

  void add(node_id item) {
    auto n = c_.node(item);
    if (n.kind == yaml_kind::scalar && n.text == "human") {
      if (made_.human)
        c_.warning(item, lint::listed_twice, "'human' is listed twice");
      made_.human = true;
      return;
    }
    auto agent = find_agent(c_, item);
    if (!agent)
      return;
    auto& all = made_.agents;
    if (std::find(all.begin(), all.end(), *agent) != all.end())
      c_.warning(item, lint::listed_twice,
                 fmt::format("'{}' is listed twice", n.text));
    else
      all.push_back(*agent);
  }

  void settle_min() {
    auto count = made_.agents.size() + (made_.human ? 1 : 0);
    made_.min = any_of_ ? 1 : static_cast<std::uint32_t>(count);
    if (!min_)
      return;
    made_.min = static_cast<std::uint32_t>(*min_);
    if (made_.min > count && !c_.has_error_in(part_.by))
      c_.error(
          min_node_,
          fmt::format("{} can approve, so {} approvals can never be had",
                      count == 1 ? "only one" : fmt::format("only {}", count),
                      made_.min),
          "ask for less, or name more in 'by'");
  }

  void check_together() {
    bool to_human = made_.on_timeout == exhausted_action::human;
    if (on_timeout_node_ != no_node && made_.timeout == duration{0}
        && !c_.found.has_error_in(c_.place_of(on_timeout_node_)))
      c_.error(on_timeout_node_,
               "'on-timeout' says what a 'timeout' leads to, and there is none",
               "add 'timeout'");
    else if (to_human && made_.human)
      c_.error(on_timeout_node_, "a person is asked from the start",
               "write on-timeout: rejected or approve");
    if (message_node_ != no_node && !made_.human && !to_human)
      c_.error(message_node_, "'message' is for a person, and none is asked",
               "what an agent is to do stands in 'prompt'");
    if (made_.agents.empty() && !c_.has_error_in(part_.by))
      for (auto [x, what] : review_)
        c_.error(x,
                 fmt::format("'{}' is for the review of an agent, and only a "
                             "person is asked",
                             what),
                 "what a person is asked stands in 'message'");
    for (auto x : made_.agents)
      if (part_.run && c_.converses(x))
        c_.error(part_.run_node,
                 fmt::format("agent '{}' takes its work in messages and runs "
                             "no command",
                             c_.result.agents[x.value].name),
                 "write a 'prompt' instead");
  }

  loader_context& c_;
  approval_spec& made_;
  approval_part& part_;
  bool any_of_ = false;
  std::optional<std::int64_t> min_;
  node_id min_node_ = no_node;
  node_id on_timeout_node_ = no_node;
  node_id message_node_ = no_node;
  /// What is said of reviews, and its keys.
  std::vector<std::pair<node_id, std::string_view>> review_;
};

} // namespace

void read_approval(loader_context& c, std::uint32_t gate, node_id x) {
  approval_reader{c, gate}.run(x);
}

std::optional<exhausted_action> read_exhausted(loader_context& c, node_id x,
                                               std::string_view what,
                                               std::string_view refusal) {
  auto n = c.node(x);
  std::array<std::string_view, 3> words{refusal, "approve", "human"};
  for (std::size_t i = 0; i < words.size(); ++i)
    if (n.kind == yaml_kind::scalar && n.text == words[i])
      return static_cast<exhausted_action>(i);
  auto hint = n.kind == yaml_kind::scalar ? c.suggest.hint(n.text, words)
                                          : std::string{};
  c.error(x, fmt::format("'{}' must be {}, approve or human", what, refusal),
          hint);
  return {};
}

} // namespace tutti::config
