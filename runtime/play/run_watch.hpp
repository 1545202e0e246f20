// SPDX-License-Identifier: BSD-3-Clause
// What has happened in a played run, as its facts tell: moments that a story
// waits for, and figures that it expects. It folds the facts on an engine of
// its own, which decides nothing.
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "config/scenario.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

struct happening {
  duration at{0};
  config::moment_kind kind = config::moment_kind::started;
  std::uint32_t subject = 0;
  std::uint32_t attempt = 0; ///< of started
  std::uint32_t percent = 0;
};

/// One handoff from task to task, its latest version.
struct watched_handoff {
  std::uint32_t version = 0; ///< 0: not sent yet
  bool arrived = false;
  bool taken = false;     ///< by the attempt that uses it
  bool used = false;      ///< that attempt has ended well
  std::uint32_t uses = 0; ///< how many versions its task has used
};

/// How an agent has spent its time since the run's start.
struct watched_agent {
  duration idle{0};   ///< it worked on nothing
  duration waited{0}; ///< up and free, with unfinished tasks but none ready
};

class run_watch {
public:
  run_watch(std::shared_ptr<const plan> work,
            const engine::graph_options& graph, std::vector<std::string> nodes);

  void on(const fact& x);
  /// Only the first `count` facts are still so.
  void rewind(std::size_t count);
  /// What no fact tells: percent, back, lost.
  void on(const happening& x) {
    happenings_.push_back(x);
  }
  /// The state by now has lasted until `now`; `runs`: tutti was there;
  /// `is_up`: by agent.
  template <class IsUp>
  void pass(duration now, bool runs, const IsUp& is_up) {
    for (std::uint32_t i = 0; i < agents_.size(); ++i)
      pass_of(agent_id{i}, now - last_, runs, is_up(agent_id{i}));
    last_ = now;
  }

  [[nodiscard]] const std::vector<happening>& happenings() const {
    return happenings_;
  }
  [[nodiscard]] const std::vector<fact>& facts() const {
    return facts_;
  }
  /// The state that the facts give.
  [[nodiscard]] const engine::engine& state() const {
    return state_;
  }
  [[nodiscard]] const watched_agent& agent(agent_id x) const {
    return agents_[x.value];
  }
  [[nodiscard]] watched_handoff handoff(task_id from, task_id to) const;
  /// Tasks that the agent works on now, by number.
  [[nodiscard]] std::vector<task_id> working(agent_id x) const;
  /// Tasks of the agent that wait for a free slot and nothing else.
  [[nodiscard]] std::vector<task_id> ready(agent_id x) const;
  [[nodiscard]] bool has_free_slot(agent_id x) const;
  [[nodiscard]] std::uint32_t inbox(agent_id x) const;
  [[nodiscard]] std::uint32_t attempts(task_id x) const {
    return attempts_[x.value];
  }
  /// The node of an agent whose place is chosen; empty: it is on none.
  [[nodiscard]] const std::string& place(agent_id x) const {
    return places_[x.value];
  }
  /// How often it was placed.
  [[nodiscard]] std::uint32_t placings(agent_id x) const {
    return placings_[x.value];
  }
  /// The nodes on which attempts of a task were started, in order.
  [[nodiscard]] const std::vector<std::string>& ran_on(task_id x) const {
    return ran_on_[x.value];
  }
  [[nodiscard]] std::uint32_t late() const {
    return late_;
  }
  [[nodiscard]] std::uint32_t batches() const {
    return batches_;
  }
  [[nodiscard]] std::uint32_t answered() const {
    return answered_;
  }
  /// Without an answer.
  [[nodiscard]] std::uint32_t open_requests() const {
    return open_requests_;
  }
  /// None while it goes on.
  [[nodiscard]] std::optional<fact> end() const;

private:
  using edge_key = std::pair<std::uint32_t, std::uint32_t>; ///< from, to

  enum class standing : std::uint8_t { unfinished, ready, finished };
  /// Of a task, for those who may work on it.
  struct counted {
    standing is = standing::finished;
    std::uint32_t owner = agent_id::none; ///< the only one who may; none: any

    friend bool operator==(const counted&, const counted&) = default;
  };

  void pass_of(agent_id x, duration span, bool runs, bool is_up);
  void note(const fact& x, config::moment_kind kind);
  void note_node(const fact& x);
  void note_end(const fact& x, task_state before);
  void note_attempt(const fact& x);
  void note_run_for_triggers(const fact& x, bool begins);
  static void end_use(watched_handoff& h, bool success);
  void settle_standing(std::uint32_t task);
  [[nodiscard]] bool has_tokens(std::uint32_t task) const;
  [[nodiscard]] counted standing_of(std::uint32_t task) const;
  void count(std::uint32_t task, const counted& x, bool begins);
  template <class Use>
  void for_handoffs_of(std::uint32_t task, work_phase phase, Use use);

  std::shared_ptr<const plan> plan_;
  engine::graph_options graph_;
  engine::engine state_;
  std::vector<fact> facts_;
  std::vector<happening> happenings_;
  std::map<edge_key, watched_handoff> handoffs_;
  std::vector<std::uint32_t> attempts_;          ///< by task: that were started
  std::vector<std::string> nodes_;               ///< of the story
  std::vector<std::string> places_;              ///< by agent
  std::vector<std::uint32_t> placings_;          ///< by agent
  std::vector<std::vector<std::string>> ran_on_; ///< by task
  std::vector<watched_agent> agents_;
  std::vector<std::vector<std::uint32_t>> tasks_of_; ///< by agent
  std::vector<counted> standings_;                   ///< by task
  std::vector<std::uint32_t> unfinished_; ///< by agent: tasks, ready ones too
  std::vector<std::uint32_t> ready_;      ///< by agent: tasks
  duration last_{0};
  std::uint32_t late_ = 0;
  std::uint32_t batches_ = 0;
  std::uint32_t answered_ = 0;
  std::uint32_t open_requests_ = 0;
};

} // namespace tutti::play
