// SPDX-License-Identifier: BSD-3-Clause
// What really happened one after another because the plan wanted it so: the
// chains through a run's stretches of work.
#pragma once

#include "runtime/report/plan_graph.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>
#include <vector>

namespace tutti::report {

/// Work without a break of one attempt, or the time that people took to decide
/// over a gate.
struct stretch {
  node_index of = 0; ///< a task, or the gate
  duration start{0};
  duration end{0};
  work_phase phase = work_phase::run;
  bool goes_on = false; ///< after a wait inside
  /// Of an after-each or a requests task: what it was for, in `items`.
  std::shared_ptr<const fact_extra> taken;

  [[nodiscard]] duration length() const {
    return end - start;
  }
};

/// One stretch comes before another where an edge of the plan, a request, its
/// answer, or rework says so and the run obeyed it: the one had ended when the
/// other began. So chains never overlap in time, and none is longer than the
/// run. What a task needs later comes before its integrate phase only, a
/// trigger before the runs that are for it, a request before the run that
/// answers it.
class chains {
public:
  /// `with_people`: the time they took counts as work.
  chains(const run_model& m, bool with_people);

  [[nodiscard]] const std::vector<stretch>& stretches() const {
    return stretches_;
  }
  /// The longest chain that ends where a stretch begins.
  [[nodiscard]] duration head(std::size_t i) const {
    return head_[i];
  }
  /// The longest chain that begins where a stretch ends.
  [[nodiscard]] duration tail(std::size_t i) const {
    return tail_[i];
  }
  /// The stretches of the longest chain of all, in order.
  [[nodiscard]] std::vector<std::uint32_t> longest() const;

private:
  static constexpr auto none = task_id::none;

  /// How much came before the end of a node, and the last stretch of that.
  struct reach {
    duration value{0};
    std::uint32_t last = none;

    void take(const reach& x) {
      if (x.value > value)
        *this = x;
    }
  };

  void collect(bool with_people);
  void go_forward();
  void go_back();
  [[nodiscard]] reach before(std::size_t i) const;
  [[nodiscard]] reach before_item(const work_item& x) const;
  void begin(std::uint32_t i);
  void end(std::uint32_t i);
  void pass(node_index task);
  [[nodiscard]] bool lasts(std::uint32_t task) const;
  void last(node_index task);
  void give(node_index x, const reach& value);
  void note_request(std::uint32_t number);
  void note_rework(std::size_t index);
  void give_back(node_index x, duration value);
  void begin_back(std::uint32_t i);
  [[nodiscard]] duration after(std::size_t i) const;
  [[nodiscard]] bool is_gathering(node_index x) const;

  const run_model& model_;
  const plan_graph& graph_;
  std::vector<stretch> stretches_;
  std::vector<std::uint32_t> place_; ///< of each node in topological order
  std::vector<duration> head_;
  std::vector<duration> tail_;
  std::vector<std::uint32_t> parent_;
  // Forward, by node: before its end, before its start, before what it is sent
  // back for; before the answers that a task has got.
  std::vector<reach> done_;
  std::vector<reach> started_;
  std::vector<reach> sent_back_;
  std::vector<reach> answered_;
  std::vector<reach> asked_;           ///< by request
  std::vector<std::uint32_t> current_; ///< by task: its latest stretch
  // Backward, by node: behind its start, its integrate phase, its trigger runs.
  std::vector<duration> behind_;
  std::vector<duration> behind_later_;
  std::vector<duration> behind_trigger_;
};

} // namespace tutti::report
