// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/html_parts.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t tasks_max = 5'000;
constexpr std::size_t edges_max = 20'000;
constexpr double box_height = 22;
constexpr double row_height = 30;
constexpr double gap = 60; ///< between two columns
constexpr double letter = 6.3;
constexpr std::size_t letters_max = 26;

/// In columns: everything is to the right of all that it waits for.
class graph_drawing {
public:
  graph_drawing(const run_model& m, const run_report& x)
    : model_(m), plan_(m.plan()), graph_(m.graph()), report_(x),
      column_(graph_.size()), row_(graph_.size()), shown_(graph_.size()) {
  }

  std::string draw() {
    choose();
    place();
    if (columns_.empty())
      return {};
    add_edges();
    for (const auto& column : columns_)
      for (auto x : column)
        add_node(x);
    auto text =
        fmt::format("<svg width=\"{:.0f}\" height=\"{:.0f}\" role=\"img\" "
                    "aria-label=\"What waits for what\">\n",
                    left_.back() + width_.back() + 20,
                    row_height * static_cast<double>(tallest_) + 20)
        + out_ + "</svg>\n";
    if (plan_.tasks.size() > tasks_max)
      text += fmt::format("<p class=\"soft\">{} of {} tasks, those on the path "
                          "and failed ones first.</p>\n",
                          tasks_max, plan_.tasks.size());
    if (edges_left_out_ > 0)
      text += fmt::format("<p class=\"soft\">{} lines are not drawn.</p>\n",
                          edges_left_out_);
    return text;
  }

private:
  void choose() {
    std::vector<std::uint32_t> tasks(plan_.tasks.size());
    std::iota(tasks.begin(), tasks.end(), 0u);
    std::erase_if(tasks, [&](std::uint32_t i) {
      return plan_.tasks[i].kind == task_kind::requests
          && report_.tasks[i].attempts == 0;
    });
    if (tasks.size() > tasks_max) {
      auto weight = [&](std::uint32_t i) {
        const auto& t = report_.tasks[i];
        return std::tuple(t.on_path > duration{0}, is_failure(t.status),
                          t.run + t.integrate);
      };
      std::nth_element(tasks.begin(), tasks.begin() + tasks_max, tasks.end(),
                       [&](auto a, auto b) {
                         return weight(a) > weight(b);
                       });
      tasks.resize(tasks_max);
    }
    for (auto i : tasks)
      shown_[i] = true;
    for (node_index i = 0; i < graph_.size(); ++i)
      if (graph_.kind(i) != graph_node::task)
        shown_[i] =
            !graph_.predecessors(i).empty() && !graph_.successors(i).empty();
    for (std::size_t i = 0; i < plan_.gates.size(); ++i)
      shown_[graph_.gate(i)] = true;
    for (const auto& x : report_.blame.path)
      if (x.kind == "work")
        on_path_.insert({x.cause, x.of});
  }

  void place() {
    for (auto x : graph_.order()) {
      if (!shown_[x])
        continue;
      double sum = 0;
      std::size_t count = 0;
      auto look = [&](auto edges) {
        for (auto y : edges) {
          if (!shown_[y])
            continue;
          column_[x] = std::max(column_[x], column_[y] + 1);
          sum += row_[y];
          ++count;
        }
      };
      look(graph_.predecessors(x));
      look(graph_.start_predecessors(x));
      row_[x] =
          count > 0 ? sum / static_cast<double>(count) : static_cast<double>(x);
    }
    for (auto x : graph_.order()) {
      if (!shown_[x])
        continue;
      if (columns_.size() <= column_[x])
        columns_.resize(column_[x] + 1);
      columns_[column_[x]].push_back(x);
    }
    double left = 12;
    for (auto& column : columns_) {
      order(column);
      std::size_t longest = 4;
      for (auto x : column)
        longest = std::max(longest, label(x).size());
      left_.push_back(left);
      width_.push_back(letter * static_cast<double>(longest) + 14);
      left += width_.back() + gap;
    }
    // Columns stand in the middle of the page.
    for (const auto& column : columns_)
      for (auto x : column)
        row_[x] += static_cast<double>(tallest_ - column.size()) / 2;
  }

  /// Next to what each waits for, as far as the column allows.
  void order(std::vector<node_index>& column) {
    for (auto x : column) {
      double sum = 0;
      std::size_t count = 0;
      for (auto y : graph_.predecessors(x))
        if (shown_[y]) {
          sum += row_[y];
          ++count;
        }
      if (count > 0)
        row_[x] = sum / static_cast<double>(count);
    }
    std::stable_sort(column.begin(), column.end(), [&](auto a, auto b) {
      return row_[a] < row_[b];
    });
    for (std::size_t i = 0; i < column.size(); ++i)
      row_[column[i]] = static_cast<double>(i);
    tallest_ = std::max(tallest_, column.size());
  }

  std::string name(node_index x) const {
    auto i = graph_.plan_index(x);
    switch (graph_.kind(x)) {
    case graph_node::task:
      return plan_.tasks[i].name;
    case graph_node::gate:
      return plan_.gates[i].name;
    case graph_node::phase:
      return plan_.phases[i].name;
    case graph_node::service:
      return plan_.services[i].name;
    case graph_node::barrier:
      return "all gates";
    case graph_node::everything:
      return "all tasks";
    }
    return {};
  }

  std::string label(node_index x) const {
    std::string text;
    if (graph_.kind(x) == graph_node::gate)
      text = "gate ";
    else if (graph_.kind(x) == graph_node::service)
      text = "service ";
    text += name(x);
    return text.size() > letters_max
             ? fmt::format("{}...", text.substr(0, letters_max - 3))
             : text;
  }

  std::string title(node_index x) const {
    if (graph_.kind(x) == graph_node::task) {
      const auto& t = report_.tasks[x];
      return fmt::format("{} ({})\n{}\nrun {}, integrate {}, queue {}\nslack "
                         "{}\non the path {}",
                         t.name, t.agent.empty() ? "-" : t.agent,
                         to_string(t.status), format_duration(t.run),
                         format_duration(t.integrate), format_duration(t.queue),
                         t.slack ? format_duration(*t.slack) : "-",
                         format_duration(t.on_path));
    }
    if (graph_.kind(x) == graph_node::gate) {
      auto i = graph_.plan_index(x);
      return fmt::format("gate {}\n{}", name(x),
                         to_string(model_.gate(i).state));
    }
    return name(x);
  }

  std::string_view kind(node_index x) const {
    if (graph_.kind(x) == graph_node::task)
      return html_class(report_.tasks[x].status);
    if (graph_.kind(x) == graph_node::gate) {
      auto state = model_.gate(graph_.plan_index(x)).state;
      return state == gate_state::open ? "ok"
           : state == gate_state::rejected || state == gate_state::closed
               ? "bad"
               : "gate";
    }
    return "phase";
  }

  double middle(node_index x) const {
    return 10 + row_height * row_[x] + box_height / 2;
  }

  void add_node(node_index x) {
    auto left = left_[column_[x]];
    auto y = middle(x) - box_height / 2;
    bool path = graph_.kind(x) == graph_node::task
             && report_.tasks[x].on_path > duration{0};
    fmt::format_to(
        std::back_inserter(out_),
        "<g class=\"s\"><title>{}</title><rect class=\"node{}\" x=\"{:.1f}\" "
        "y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"4\"/><rect "
        "class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"5\" height=\"{}\" "
        "rx=\"2\"/><text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>\n",
        xml_text(title(x)), path ? " p" : "", left, y, width_[column_[x]],
        box_height, kind(x), left, y, box_height, left + 10, middle(x) + 4,
        xml_text(label(x)));
  }

  void add_edges() {
    for (node_index x = 0; x < graph_.size(); ++x) {
      if (!shown_[x])
        continue;
      for (auto y : graph_.predecessors(x))
        if (!is_implied(y, x))
          add_edge(y, x, false);
      for (auto y : graph_.start_predecessors(x))
        add_edge(y, x, false);
      for (auto y : graph_.later_predecessors(x))
        add_edge(y, x, true);
    }
  }

  /// All gates that block everything: behind something else that they block
  /// already there is nothing to see.
  bool is_implied(node_index from, node_index to) const {
    auto in = graph_.predecessors(to);
    return from == graph_.barrier()
        && std::any_of(in.begin(), in.end(), [&](auto y) {
             return y != from && shown_[y] && column_[y] > column_[from];
           });
  }

  void add_edge(node_index from, node_index to, bool later) {
    if (!shown_[from])
      return;
    if (edges_++ >= edges_max) {
      ++edges_left_out_;
      return;
    }
    auto x1 = left_[column_[from]] + width_[column_[from]];
    auto x2 = left_[column_[to]];
    if (x2 <= x1) // its end only waits for it
      x2 = left_[column_[to]] + width_[column_[to]];
    auto bend = std::max(std::abs(x2 - x1) / 2, gap / 2);
    bool path = on_path_.contains({name(from), name(to)});
    fmt::format_to(std::back_inserter(out_),
                   "<path class=\"e{}{}\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} "
                   "{:.1f} {:.1f} {:.1f} {:.1f}\"/>\n",
                   later ? " l" : "", path ? " p" : "", x1, middle(from),
                   x1 + bend, middle(from), x2 > x1 ? x2 - bend : x2 + bend,
                   middle(to), x2, middle(to));
  }

  const run_model& model_;
  const plan& plan_;
  const plan_graph& graph_;
  const run_report& report_;
  std::vector<std::size_t> column_;
  std::vector<double> row_;
  std::vector<char> shown_;
  std::vector<std::vector<node_index>> columns_;
  std::vector<double> left_;
  std::vector<double> width_;
  std::set<std::pair<std::string, std::string>> on_path_;
  std::string out_;
  std::size_t tallest_ = 0;
  std::size_t edges_ = 0;
  std::size_t edges_left_out_ = 0;
};

} // namespace

std::string html_graph(const run_model& m, const run_report& x) {
  return m.graph().has_cycle() ? std::string{} : graph_drawing(m, x).draw();
}

} // namespace tutti::report
