// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/nodes_text.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/json_writer.hpp"
#include "runtime/report/node_json.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tutti::cli {

namespace {

constexpr int schema_version = 1;
constexpr std::size_t agents_max = 8;

using row = std::array<std::string, 6>;

row row_of(const report::run_model& m, std::uint32_t node) {
  const auto& x = m.nodes().nodes()[node];
  auto or_dash = [](std::string text) {
    return text.empty() ? std::string("-") : text;
  };
  auto load = x.slots == 0 ? fmt::format("{}", m.running_on(node))
                           : fmt::format("{}/{}", m.running_on(node), x.slots);
  return {x.name,
          std::string(to_string(x.state)),
          report::format_elapsed(m.up_time(x.since, m.now())),
          load,
          or_dash(report::labels_text(x)),
          or_dash(report::agents_on(m, node, agents_max))};
}

std::string table(const std::vector<row>& rows) {
  std::array<std::size_t, 6> widths{};
  for (const auto& x : rows)
    for (std::size_t i = 0; i < x.size(); ++i)
      widths[i] = std::max(widths[i], x[i].size());
  std::string out;
  for (const auto& x : rows) {
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
      out += fmt::format("{:<{}}  ", x[i], widths[i]);
    out += x.back() + '\n';
  }
  return out;
}

} // namespace

std::string nodes_text(const report::run_model& m,
                       const std::string& join_address) {
  const auto& all = m.nodes().nodes();
  std::vector<row> rows{{"NODE", "STATE", "SINCE", "BUSY", "LABELS", "AGENTS"}};
  for (auto i : report::nodes_by_name(m))
    rows.push_back(row_of(m, i));
  auto out = table(rows);
  for (const auto& x : all)
    if (!x.why.empty())
      out += fmt::format("{} is {}: {}{}\n", x.name, to_string(x.state), x.why,
                         x.lingers ? "; what it had may still be at work" : "");
  for (auto x : m.unplaced())
    out += fmt::format("{} has no node: {}\n", report::agent_name(m.plan(), x),
                       report::unplaced_text(m, x));
  bool has_begun = m.count(task_state::waiting) < m.plan().tasks.size();
  if (!join_address.empty() && !has_begun)
    out += "the run has not begun: 'tutti status' says what it waits for\n";
  if (!join_address.empty())
    out += fmt::format("others join at {}\n", join_address);
  return out;
}

std::string nodes_json(const report::run_model& m, std::string_view run_id,
                       const std::string& join_address) {
  report::json_writer w;
  w.open('{');
  w.integer("schema_version", schema_version);
  w.text("run_id", run_id);
  w.text("plan", m.plan().name);
  w.seconds("elapsed_s", m.now());
  w.text_or_null("join_address", join_address);
  w.line();
  w.open("nodes", '[');
  for (auto i : report::nodes_by_name(m)) {
    w.line();
    report::write_node(w, m, i);
  }
  w.close(']');
  w.line();
  w.open("unplaced", '[');
  for (auto x : m.unplaced()) {
    w.line();
    report::write_unplaced(w, m, x);
  }
  w.close(']');
  w.close('}');
  return w.take() + '\n';
}

} // namespace tutti::cli
