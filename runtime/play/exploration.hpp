// SPDX-License-Identifier: BSD-3-Clause
// One play of a story: the world, what befalls it, and the judge of it.
#pragma once

#include "runtime/play/explore.hpp"
#include "runtime/play/rules.hpp"
#include "runtime/play/script.hpp"
#include "runtime/play/world.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

class exploration : private script {
public:
  /// `x` must outlive it.
  exploration(const story& x, bool drop_progress);

  [[nodiscard]] explored play();

private:
  // exploration.cpp: turns
  [[nodiscard]] world_options options_of_world();
  [[nodiscard]] rules_options options_of_rules();
  bool settle();
  bool go_on();
  void heal();
  void help();
  void go_on_after_end();
  void look_at_end();
  void come_to_rest();
  void put_nodes_to_rest();
  void compare_replay();
  void broken(std::string text);
  void resume_in(duration span);
  [[nodiscard]] std::uint64_t open_requests() const;
  [[nodiscard]] const plan& work() const {
    return *story_.work;
  }

  // script
  played_attempt attempt(agent_id agent, const attempt_work& x) override;
  void reached(task_id, std::uint32_t, std::uint32_t) override {
  }
  void back(agent_id) override {
  }
  void handed(agent_id agent, const handoff& x) override {
    if (is_heard())
      rules_.handed(agent, x);
  }
  void answered(agent_id agent, const request_answer& x) override {
    if (is_heard())
      rules_.answered(agent, x);
  }
  /// Whoever speaks counts: nobody knows of those who were given up.
  [[nodiscard]] bool is_heard() const {
    return world_->is_up() && !world_->speaker_is_lost();
  }
  [[nodiscard]] outputs outputs_of(const attempt_work& x,
                                   std::uint64_t chance) const;
  [[nodiscard]] outputs verdict_of(const attempt_work& x,
                                   std::uint64_t chance) const;
  void draw_talk(const attempt_work& x, std::uint64_t chance,
                 played_attempt& to) const;

  // befall.cpp: what befalls it
  void befall(std::size_t number);
  [[nodiscard]] bool befall_agent(const fault& x, befallen& told);
  [[nodiscard]] bool befall_attempt(const fault& x, befallen& told);
  [[nodiscard]] bool befall_node(const fault& x, befallen& told);
  [[nodiscard]] bool befall_handoff(const fault& x, befallen& told);
  [[nodiscard]] bool befall_run(const fault& x, befallen& told);
  [[nodiscard]] bool by_person(const fault& x, befallen& told);
  [[nodiscard]] bool give_verdict(const fault& x, befallen& told);
  [[nodiscard]] bool befall_fleet(const fault& x, befallen& told);
  [[nodiscard]] bool cut_off(const fault& x, befallen& told);
  void change_weather(const fault& x, const std::vector<agent_id>& of);
  [[nodiscard]] std::vector<agent_id> agents_on(std::uint32_t node) const;
  [[nodiscard]] std::vector<std::uint32_t> working_tasks() const;
  void call(control_kind kind, node_ref subject);

  const story& story_;
  explored result_;
  rules rules_;
  std::uint64_t delays_ = 0;                               ///< drawn so far
  std::set<std::pair<std::uint32_t, std::uint32_t>> hung_; ///< task, attempt
  std::map<std::uint32_t, std::uint32_t> approved_;        ///< gate: review
  bool healing_ = false;
  bool killed_ = false; ///< ever
  bool disk_was_full_ = false;
  duration limit_{0};
  std::size_t heard_ = 0;
  std::size_t unlooked_ = 0;     ///< steps since the last that was looked at
  std::unique_ptr<world> world_; ///< goes first: it calls all of this
};

} // namespace tutti::play
