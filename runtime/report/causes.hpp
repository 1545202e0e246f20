// SPDX-License-Identifier: BSD-3-Clause
// Why what happened in a run did not happen earlier: one step back in time,
// from anything that happened to what had let it happen.
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/blame_kinds.hpp"
#include "runtime/report/plan_graph.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/slices.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::report {

/// Something that happened at a moment.
struct happening {
  enum kind : std::uint8_t {
    run_start, ///< nothing comes before it
    worked,    ///< slice `index` had got so far, or to its end
    done,      ///< task `index` was over without work that ended then
    opened,    ///< gate `index` was decided: it opened, closed, or sent back
    asked,     ///< gate `index` asked for an approval
    ready,     ///< service `index` could be used
    starting,  ///< service `index` was started
  };

  kind what = run_start;
  std::uint32_t index = 0;
  duration at{0};

  friend bool operator==(const happening&, const happening&) = default;
};

/// A piece of time between two happenings.
struct waited {
  wait_kind kind = wait_kind::orchestrator;
  duration from{0};
  duration until{0};
};

/// One step back.
struct step_back {
  reason why = reason::run_start;
  happening from;
  std::uint32_t number = 0; ///< of a request
  std::uint32_t pool = 0;   ///< where it was that
  /// Since when it could have happened, where it waited for a slot or tokens.
  duration wanted{0};
  /// The time between, the latest first; no gaps, none of no length.
  std::vector<waited> between;
};

class causes {
public:
  /// `jobs`: the most attempts at once, where limited.
  causes(const run_model& m, const slice_table& slices,
         std::optional<std::uint32_t> jobs);

  /// What let `x` happen; for a slice: what let it start. `from` is never later
  /// than that.
  [[nodiscard]] step_back before(const happening& x) const;

  /// What let slice `i` want its slot, whoever had that until it started.
  [[nodiscard]] step_back release(std::uint32_t i) const;

  /// What the end of the run came after.
  [[nodiscard]] step_back before_the_end() const;

private:
  struct found {
    std::optional<happening> what;
    reason why = reason::run_start;
    wait_kind between = wait_kind::orchestrator;
    duration at{0};   ///< when it counted: with the way of a handoff
    duration sent{0}; ///< when that way began
    std::uint32_t number = 0;

    void take(const found& x) {
      if (x.what && (!what || x.at > at))
        *this = x;
    }
  };

  // causes.cpp
  [[nodiscard]] step_back before_slice(std::uint32_t i) const;
  [[nodiscard]] step_back before_work(std::uint32_t i) const;
  [[nodiscard]] found before_start(const slice& x) const;
  [[nodiscard]] step_back taken_by_others(const slice& x,
                                          duration wanted) const;
  [[nodiscard]] found before_end_of_task(std::uint32_t task, duration at) const;
  [[nodiscard]] step_back before_gate(std::uint32_t gate, duration at) const;
  [[nodiscard]] step_back finish(const found& x, duration wanted,
                                 duration at) const;
  void carve(step_back& x) const;

  // causes_find.cpp
  void add_needs(node_index x, duration limit, found& to) const;
  void add_later(node_index x, duration limit, found& to) const;
  void add_handoffs(std::uint32_t task, duration limit, reason why,
                    found& to) const;
  void add_answers(std::uint32_t task, duration limit, found& to) const;
  void add_own(std::uint32_t i, duration limit, found& to) const;
  void add_items(const slice& x, duration limit, found& to) const;
  void add_rework(const slice& x, duration limit, found& to) const;
  void add_pause(std::uint32_t task, duration limit, found& to) const;
  [[nodiscard]] std::optional<happening> end_of(node_index x,
                                                duration limit) const;
  [[nodiscard]] std::optional<happening> end_of_task(std::uint32_t task,
                                                     duration limit) const;
  [[nodiscard]] std::optional<happening> end_of_gate(std::uint32_t gate,
                                                     duration limit) const;
  [[nodiscard]] std::optional<happening> end_of_service(std::uint32_t service,
                                                        duration limit) const;
  [[nodiscard]] std::optional<happening> working_at(std::uint32_t task,
                                                    duration at) const;
  void gather();

  // causes_nodes.cpp
  void gather_nodes();
  void name_node_time(const slice& x, step_back& back) const;

  const run_model& model_;
  const plan_graph& graph_;
  const slice_table& slices_;
  std::optional<std::uint32_t> jobs_;
  std::vector<std::uint32_t> by_end_;                   ///< all slices
  std::vector<std::vector<std::uint32_t>> by_pool_;     ///< by end
  std::vector<std::vector<std::uint32_t>> by_node_;     ///< by end
  std::vector<std::vector<std::uint32_t>> handoffs_to_; ///< by receipt
  std::vector<std::vector<std::uint32_t>> requests_of_; ///< by who asked
  std::vector<std::vector<std::uint32_t>> reworks_of_; ///< by who was sent back
  std::vector<std::vector<std::uint32_t>> pauses_of_;
  /// When an agent was on no node; when a task could not be given out because
  /// its last attempt could be alive. By time.
  std::vector<std::vector<people_wait>> without_node_;
  std::unordered_map<std::uint32_t, std::vector<people_wait>> lingering_;
  /// Of phases and the like: when all of it was over at last.
  std::vector<std::optional<happening>> gathered_;
};

} // namespace tutti::report
