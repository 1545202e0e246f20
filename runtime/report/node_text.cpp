// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/node_text.hpp"

#include "messages/node.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

namespace tutti::report {

namespace {

/// "'gpu'", "'gpu' or 'arm'".
std::string quoted(const std::vector<std::string>& xs, std::string_view last) {
  std::string result;
  for (std::size_t i = 0; i < xs.size(); ++i)
    result += fmt::format("{}'{}'",
                          i == 0               ? ""
                          : i + 1 == xs.size() ? last
                                               : std::string_view{", "},
                          xs[i]);
  return result;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What stands first of `x` goes: a number, or a letter.
std::string_view take_part(std::string_view& x) {
  std::size_t n = 0;
  while (n < x.size() && is_digit(x[n]))
    ++n;
  auto result = x.substr(0, std::max<std::size_t>(n, 1));
  x.remove_prefix(result.size());
  return result;
}

bool is_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    auto x = take_part(a);
    auto y = take_part(b);
    if (is_digit(x[0]) && is_digit(y[0]) && x.size() != y.size())
      return x.size() < y.size();
    if (x != y)
      return x < y;
  }
  return a.empty() && !b.empty();
}

std::string_view absence_of(node_state x) {
  switch (x) {
  case node_state::up:
    break;
  case node_state::draining:
    return "is drained";
  case node_state::lost:
    return "is lost";
  case node_state::awaited:
    return "has not come back yet";
  case node_state::gone:
    return "has left";
  }
  return "is there";
}

} // namespace

std::string labels_text(const node_record& x) {
  return fmt::format("{}", fmt::join(x.labels, ", "));
}

std::string slots_text(const node_record& x) {
  return x.slots == 0
           ? std::string("no limit")
           : fmt::format("{} {}", x.slots, x.slots == 1 ? "slot" : "slots");
}

std::string lacking_text(const run_model& m, agent_id x) {
  const auto& book = m.nodes();
  if (book.fits_some(x))
    return {};
  // Of those that could be one it says what has become of the latest.
  for (auto n = book.nodes().rbegin(); n != book.nodes().rend(); ++n)
    if (book.fits(*n, x))
      return fmt::format("{}, which has all it asks for, {}", n->name,
                         absence_of(n->state));
  auto missing = book.missing_labels(x);
  auto alone = std::none_of(
      missing.begin(), missing.end(), [&](const std::string& label) {
        return std::any_of(book.nodes().begin(), book.nodes().end(),
                           [&](const auto& n) {
                             return n.state == node_state::up
                                 && std::binary_search(n.labels.begin(),
                                                       n.labels.end(), label);
                           });
      });
  return alone
           ? fmt::format("no node has {}", quoted(missing, " or "))
           : fmt::format("no node has {} together", quoted(missing, " and "));
}

std::string unplaced_text(const run_model& m, agent_id x) {
  auto why = lacking_text(m, x);
  return why.empty() ? std::string("it is about to get one") : why;
}

std::string node_state_text(const node_record& x) {
  auto result = std::string(to_string(x.state));
  return x.why.empty() ? result : fmt::format("{}: {}", result, x.why);
}

std::string load_text(const run_model& m, std::uint32_t node) {
  const auto& x = m.nodes().nodes()[node];
  return x.slots == 0
           ? fmt::format("{} at work", m.running_on(node))
           : fmt::format("{} of {} busy", m.running_on(node), slots_text(x));
}

std::string node_line(const run_model& m, std::uint32_t node, duration now) {
  constexpr std::size_t names_max = 4;
  const auto& x = m.nodes().nodes()[node];
  auto result = fmt::format("{}: {}, {}", x.name, node_state_text(x),
                            format_elapsed(m.up_time(x.since, now)));
  if (is_there(x.state))
    result += ", " + load_text(m, node);
  for (const auto& part : {labels_text(x), agents_on(m, node, names_max)})
    result += part.empty() ? "" : "; " + part;
  return result;
}

std::string agents_on(const run_model& m, std::uint32_t node,
                      std::size_t limit) {
  std::vector<std::string> names;
  std::size_t total = 0;
  for (std::size_t i = 0; i < m.plan().agents.size(); ++i)
    if (m.nodes().is_chosen(agent_id{i})
        && m.nodes().place_of(agent_id{i}) == node && total++ < limit)
      names.push_back(m.plan().agents[i].name);
  return names_text(names, total);
}

std::vector<std::uint32_t> nodes_by_name(const run_model& m) {
  const auto& all = m.nodes().nodes();
  std::vector<std::uint32_t> result(all.size());
  std::iota(result.begin(), result.end(), 0u);
  std::sort(result.begin(), result.end(), [&all](auto x, auto y) {
    auto key = [&all](auto i) {
      return all[i].name != local_node;
    };
    return key(x) != key(y) ? key(x) < key(y)
                            : is_before(all[x].name, all[y].name);
  });
  return result;
}

std::string node_of(const run_model& m, std::uint32_t task) {
  return m.nodes().is_spread() ? m.nodes().name(m.task(task).node)
                               : std::string{};
}

} // namespace tutti::report
