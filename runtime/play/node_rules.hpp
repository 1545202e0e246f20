// SPDX-License-Identifier: BSD-3-Clause
// Judges what the facts say of nodes (semantics §32, §33): who is where, that
// nobody is given work nowhere, and that exclusive work is never done twice at
// a time. A part of `rules`; knows nothing of the engine.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/play/run_book.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

class node_rules {
public:
  /// All must outlive it. `broken` is called with a sentence for each broken
  /// rule.
  node_rules(const plan& work, const run_book& book,
             std::function<void(std::string)> broken);

  /// The next fact; the book does not have it yet.
  void on(const fact& x);

  /// An attempt of the agent takes a slot (1) or gives it back (-1); `spare` of
  /// those that hold one may be about to give it back.
  void hold(std::uint32_t agent, int sign, std::uint32_t spare);

  /// How often something may be accepted for a task: by each agent that may
  /// work on it once for each place that it has had.
  [[nodiscard]] std::size_t memories_of(std::uint32_t task) const;
  /// Whether the attempt was lost with its node, so that its result may come
  /// late.
  [[nodiscard]] bool takes_late(std::uint32_t task,
                                std::uint32_t attempt) const;

private:
  struct node_entry {
    std::vector<std::string> labels;
    std::uint32_t slots = 0;
    std::uint32_t used = 0;
    bool there = false;
    bool draining = false;
    bool haunted = false; ///< lost, and not gone
  };
  struct place_entry {
    std::string node;        ///< empty: on none
    std::uint32_t times = 0; ///< the number of its last place
  };

  void join(const fact& x);
  void lose(const fact& x);
  void go(const fact& x);
  void place(const fact& x);
  void leave(const fact& x);
  void check_assigned(const fact& x);
  void note_lost(const fact& x);
  void let_go(const std::string& node);
  [[nodiscard]] bool is_chosen(std::uint32_t agent) const;
  [[nodiscard]] const std::string& name(std::uint32_t task) const {
    return plan_.tasks[task].name;
  }

  const plan& plan_;
  const run_book& book_;
  std::function<void(std::string)> broken_;
  bool is_used_ = false;
  bool was_resumed_ = false;
  std::map<std::string, node_entry> nodes_;
  std::vector<place_entry> places_;              ///< by agent
  std::map<std::uint32_t, std::string> haunted_; ///< exclusive tasks: where
  std::set<std::pair<std::uint32_t, std::uint32_t>> lost_; ///< task, attempt
};

} // namespace tutti::play
