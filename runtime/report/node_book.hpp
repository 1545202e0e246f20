// SPDX-License-Identifier: BSD-3-Clause
// The machines of a run, which agent was on which, and what their loss cost
// (semantics §32, §33), folded from facts. Pure: no clock, no output.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::report {

enum class node_state : std::uint8_t {
  up,
  draining, ///< it gets no new work
  lost,
  awaited, ///< the run was resumed, and it has not been heard of since
  gone,    ///< it has left in good order, with nothing to lose
};

[[nodiscard]] std::string_view to_string(node_state x);

/// Neither lost nor gone.
[[nodiscard]] constexpr bool is_there(node_state x) {
  return x != node_state::lost && x != node_state::gone;
}

struct node_record {
  std::string name;
  std::vector<std::string> labels; ///< sorted
  std::uint32_t slots = 0;         ///< attempts at once; 0: no limit
  node_state state = node_state::up;
  bool lingers = false; ///< lost, and what it had may still be at work
  std::uint32_t losses = 0;
  duration joined{0}; ///< the first time
  duration since{0};  ///< when it came into this state
  std::string why;    ///< why it is lost, or gone
};

/// An agent was on a node.
struct place_record {
  agent_id agent;
  std::uint32_t node = 0;    ///< its index
  std::uint32_t placing = 0; ///< the how many-eth place of this agent
  duration from{0};
  std::optional<duration> until; ///< none: it is there
  std::string why;               ///< why it left
};

/// A node, or all that it had, was lost.
struct loss_record {
  std::uint32_t node = 0;
  duration at{0};
  std::string why;
  /// From when on nothing that it had can have been alive: it said so, or came
  /// back, or had to have ended it (§33). None: it may be.
  std::optional<duration> over;
};

/// Work that was lost with its node.
struct lost_work {
  enum kind : std::uint8_t {
    attempt, ///< it was at work
    queued,  ///< it had been given, and had not begun as far as anybody knows
    result,  ///< of a run phase: what integrates would have been made of it
  };

  task_id task;
  agent_id agent;
  kind what = attempt;
  work_phase phase = work_phase::run;
  std::uint32_t number = 0; ///< of the attempt
  std::uint32_t version = 1;
  std::uint32_t loss = 0;          ///< index in `losses`
  std::optional<duration> started; ///< of an attempt
  std::optional<duration> ended;   ///< when its result came, too late to count
  attempt_end end = attempt_end::success; ///< of that
  std::uint32_t next = 0; ///< the attempt that does it instead; 0: none yet
  agent_id next_agent;
  std::uint32_t next_node = 0;
  std::optional<duration> next_started;
};

/// How long lost work and what did it instead ran at the same time.
struct overlap {
  duration length{0};
  bool is_exact = false; ///< else it is at most that: nobody saw its end
};

class node_book {
public:
  static constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t local = 0; ///< the machine of the run

  /// The plan must outlive it.
  explicit node_book(const tutti::plan& p);

  /// Any fact; those of nodes and attempts count.
  void apply(const fact& x);

  /// In the order in which they came; the machine of the run is the first.
  [[nodiscard]] const std::vector<node_record>& nodes() const {
    return nodes_;
  }
  [[nodiscard]] const std::string& name(std::uint32_t node) const {
    return nodes_[node].name;
  }
  /// Whether other machines take part, or did.
  [[nodiscard]] bool is_spread() const {
    return nodes_.size() > 1;
  }
  /// Whether a place is chosen for the agent in this run; else it is on the
  /// machine of the run.
  [[nodiscard]] bool is_chosen(agent_id x) const;
  /// Where an agent is; `nowhere`: on no node.
  [[nodiscard]] std::uint32_t place_of(agent_id x) const;
  /// Of the labels that an agent asks for, those that no node has that is up;
  /// all of them where each of them is there, on one or another.
  [[nodiscard]] std::vector<std::string> missing_labels(agent_id x) const;
  /// Whether a node has all that the agent asks for.
  [[nodiscard]] bool fits(const node_record& n, agent_id x) const;
  /// Whether a node that is up has what the agent asks for.
  [[nodiscard]] bool fits_some(agent_id x) const;
  /// The node on which an earlier attempt of an exclusive task may still be
  /// alive, so that it cannot be given out; `nowhere`: none.
  [[nodiscard]] std::uint32_t lingering_on(task_id x) const;

  [[nodiscard]] const std::vector<place_record>& places() const {
    return places_;
  }
  [[nodiscard]] const std::vector<loss_record>& losses() const {
    return losses_;
  }
  [[nodiscard]] const std::vector<lost_work>& lost() const {
    return lost_;
  }
  /// None where they cannot have run at the same time, by `now`.
  [[nodiscard]] std::optional<overlap> overlap_of(const lost_work& x,
                                                  duration now) const;

private:
  struct current_attempt {
    std::uint32_t number = 0;
    std::uint32_t version = 1;
    std::uint32_t last_lost = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> undone; ///< lost, and nothing began instead
    work_phase phase = work_phase::run;
    std::optional<duration> started;
  };

  void use();
  void apply_node(const fact& x);
  void apply_attempt(const fact& x);
  void join(const fact& x);
  void lose_node(const fact& x);
  void leave(const fact& x);
  void lose(const fact& x, lost_work::kind what);
  void note_next(const fact& x);
  void note_late(const fact& x);
  std::uint32_t loss_at(std::uint32_t node, const fact& x);
  void end_losses(std::uint32_t node, duration at);
  [[nodiscard]] std::uint32_t find(const fact& x) const;

  const tutti::plan* plan_;
  bool is_used_ = false;
  std::vector<node_record> nodes_;
  std::vector<std::uint32_t> place_by_agent_; ///< index in `places_`
  std::vector<place_record> places_;
  std::vector<loss_record> losses_;
  std::vector<lost_work> lost_;
  std::vector<current_attempt> current_; ///< by task; empty until it is used
};

} // namespace tutti::report
