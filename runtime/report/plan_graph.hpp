// SPDX-License-Identifier: BSD-3-Clause
// Who waits for whom in a plan, as one graph for the live model and for the
// bounds. Its nodes are the tasks, then the gates, phases and services, then
// two more: the barrier of all gates that block all, and "all regular tasks",
// which a `finally` task without needs waits for. So the graph stays as small
// as the plan however large a phase is.
//
// An edge holds back the start of a node, or only its end: what a task needs
// later, and the triggers of an after-each task (semantics §5, §10, §13).
#pragma once

#include "messages/plan.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tutti::report {

using node_index = std::uint32_t;

enum class graph_node : std::uint8_t {
  task,
  gate,
  phase,
  service,
  barrier,
  everything,
};

/// The start or the end of a node: those are what is ordered.
struct graph_event {
  node_index node = 0;
  bool is_end = false;
};

class plan_graph {
public:
  explicit plan_graph(const plan& p);

  // -- nodes ------------------------------------------------------------------

  [[nodiscard]] std::size_t size() const {
    return node_count_;
  }
  [[nodiscard]] node_index gate(std::size_t i) const {
    return static_cast<node_index>(task_count_ + i);
  }
  [[nodiscard]] node_index phase(std::size_t i) const {
    return static_cast<node_index>(task_count_ + gate_count_ + i);
  }
  [[nodiscard]] node_index service(std::size_t i) const {
    return static_cast<node_index>(task_count_ + gate_count_ + phase_count_
                                   + i);
  }
  [[nodiscard]] node_index barrier() const {
    return static_cast<node_index>(node_count_ - 2);
  }
  [[nodiscard]] node_index everything() const {
    return static_cast<node_index>(node_count_ - 1);
  }
  [[nodiscard]] node_index node(node_ref x) const;
  [[nodiscard]] graph_node kind(node_index x) const;
  /// The index within the plan of a task, gate, phase or service node.
  [[nodiscard]] std::uint32_t plan_index(node_index x) const;

  // -- edges ------------------------------------------------------------------

  /// What waits for the end of a node, and what a node waits for to end.
  [[nodiscard]] std::span<const node_index> successors(node_index x) const {
    return successors_[x];
  }
  [[nodiscard]] std::span<const node_index> predecessors(node_index x) const {
    return predecessors_[x];
  }
  /// The same for `needs: { x: started }`: waiting for its start only.
  [[nodiscard]] std::span<const node_index>
  start_successors(node_index x) const {
    return start_successors_[x];
  }
  [[nodiscard]] std::span<const node_index>
  start_predecessors(node_index x) const {
    return start_predecessors_[x];
  }
  /// The same where only the end of a task waits for the end of a node.
  [[nodiscard]] std::span<const node_index>
  later_successors(node_index x) const {
    return later_successors_[x];
  }
  [[nodiscard]] std::span<const node_index>
  later_predecessors(node_index x) const {
    return later_predecessors_[x];
  }
  /// A number for each edge that holds back a start or an end, from 0, below
  /// `edge_slots`; that if there is no such edge.
  [[nodiscard]] std::size_t edge_slot(node_index from, node_index to) const {
    auto at = predecessors_.find(to, from);
    if (at < predecessors_.size())
      return at;
    return predecessors_.size() + later_predecessors_.find(to, from);
  }
  [[nodiscard]] std::size_t edge_slots() const {
    return predecessors_.size() + later_predecessors_.size();
  }
  /// Every node after all that its start waits for. Nodes on a cycle are
  /// absent.
  [[nodiscard]] const std::vector<node_index>& order() const {
    return order_;
  }
  /// All starts and ends, each after all it waits for; those on a cycle are
  /// absent.
  [[nodiscard]] const std::vector<graph_event>& events() const {
    return events_;
  }
  [[nodiscard]] bool has_cycle() const {
    return events_.size() != 2 * node_count_;
  }

private:
  struct edge {
    node_index from;
    node_index to;

    friend auto operator<=>(const edge&, const edge&) = default;
  };

  /// Adjacency in compressed rows.
  class rows {
  public:
    rows() = default;
    rows(std::size_t nodes, const std::vector<edge>& edges, bool forward);
    std::span<const node_index> operator[](node_index x) const {
      return {items_.data() + begin_[x], begin_[x + 1] - begin_[x]};
    }
    [[nodiscard]] std::size_t size() const {
      return items_.size();
    }
    /// Where `y` is among all items of all rows; rows are sorted.
    [[nodiscard]] std::size_t find(node_index x, node_index y) const {
      auto first = items_.begin() + begin_[x];
      auto last = items_.begin() + begin_[x + 1];
      auto i = std::lower_bound(first, last, y);
      return i != last && *i == y ? static_cast<std::size_t>(i - items_.begin())
                                  : items_.size();
    }

  private:
    std::vector<std::uint32_t> begin_;
    std::vector<node_index> items_;
  };

  void add_need(const need& x, node_index waiter);
  void add_tasks(const plan& p);
  void add_later(const plan& p, node_index i);
  void add_gates(const plan& p);
  void add_services(const plan& p);
  void add_barrier(const plan& p);
  /// By where they begin and lead to, each once.
  void put_in_order(std::vector<edge>& xs) const;
  void build_order();

  std::size_t task_count_;
  std::size_t gate_count_;
  std::size_t phase_count_;
  std::size_t node_count_;
  std::vector<edge> edges_;       // emptied once the rows are built
  std::vector<edge> start_edges_; // likewise
  std::vector<edge> later_edges_; // likewise
  rows successors_;
  rows predecessors_;
  rows start_successors_;
  rows start_predecessors_;
  rows later_successors_;
  rows later_predecessors_;
  std::vector<node_index> order_;
  std::vector<graph_event> events_;
};

} // namespace tutti::report
