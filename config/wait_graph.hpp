// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tutti::config {

/// Why one thing waits for another.
enum class wait_reason : std::uint8_t {
  work,       ///< a task's end for its start; a phase for its tasks
  succeeded,  ///< `needs`
  failed,     ///< `needs: { x: failed }`
  completed,  ///< `needs: { x: completed }`
  started,    ///< `needs: { x: started }`
  after,      ///< `after`
  later,      ///< `needs-later`: an end for an end
  each,       ///< `after-each`: likewise
  holds,      ///< a phase for one of its tasks
  blocked,    ///< a task for a gate that blocks it
  all_blocked ///< a task for a gate with `blocks: all`
};

struct wait_edge {
  std::uint32_t target;
  wait_reason reason;
};

/// What a node of the graph stands for.
enum class wait_kind : std::uint8_t {
  start,         ///< of a task
  done,          ///< of a task
  gate,          ///< opens
  phase_done,    ///< all of its tasks
  phase_started, ///< any of its tasks
  phase_blocked, ///< all gates that block the phase, together
  all_blocked,   ///< all gates with `blocks: all`, together
  service,       ///< is ready
};

struct wait_node {
  wait_kind kind;
  std::uint32_t index = 0; ///< of the task, gate, phase or service
};

/// The graph of semantics §5: two nodes a task, one a gate or service, edges
/// from what waits to what it waits for.
class wait_graph {
public:
  explicit wait_graph(const plan& p);

  [[nodiscard]] std::size_t size() const {
    return first_.size() - 1;
  }
  [[nodiscard]] std::span<const wait_edge> edges(std::uint32_t node) const {
    return {edges_.data() + first_[node], edges_.data() + first_[node + 1]};
  }
  [[nodiscard]] wait_node what(std::uint32_t node) const;
  /// The node at which a task is done, a gate open, or a phase done.
  [[nodiscard]] std::uint32_t node_of(node_ref x) const {
    return done_node(x);
  }
  [[nodiscard]] std::uint32_t start_of(task_id x) const {
    return 2 * x.value;
  }

  /// Sets of nodes that wait for each other, by their lowest node; empty where
  /// there is no cycle.
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> knots() const;

  /// A shortest cycle within a knot: its nodes, from the lowest that is not
  /// inside a task's own work. Each waits for the next, the last for the first.
  [[nodiscard]] std::vector<std::uint32_t>
  cycle(const std::vector<std::uint32_t>& knot) const;

private:
  template <class Use>
  void for_each_edge(Use use) const;
  template <class Use>
  void edges_of_task(std::uint32_t i, Use use) const;
  template <class Use>
  void edges_of_gates(Use use) const;
  std::uint32_t done_node(node_ref x) const;
  std::uint32_t need_node(const need& x) const;
  void find_exempt();

  const plan& plan_;
  std::uint32_t gates_begin_;
  std::uint32_t phases_begin_;
  std::uint32_t all_node_;
  std::uint32_t services_begin_;
  /// Tasks that some `blocks: all` gate needs, directly or not (§15).
  std::vector<bool> exempt_;
  std::vector<std::uint32_t> first_;
  std::vector<wait_edge> edges_;
};

/// Which tasks `blocks: all` does not block: those that any such gate needs,
/// directly or not, through needs, `after` and other gates. (`finally` tasks,
/// reviews and answers to requests are blocked by no such gate either.)
[[nodiscard]] std::vector<bool> tasks_free_of_all_gates(const plan& p);

} // namespace tutti::config
