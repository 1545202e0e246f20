// SPDX-License-Identifier: BSD-3-Clause
// Random teams whose program is gone at any step, and whose plan is changed
// before they go on (semantics §31): the rules hold at every step all the same,
// and the run comes to its end. The seed is in the message;
// TUTTI_TEST_SEEDS=FIRST-LAST plays others.
#include "tests/runtime/journal/changed_plan.hpp"
#include "tests/support/random_play.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tutti;
using namespace tutti::test;

namespace {

class changed_play : public random_play {
public:
  using random_play::random_play;

private:
  using change_list = std::vector<journal::part_change>;

  void crash(std::size_t lost_steps) override {
    random_play::crash(lost_steps);
    if (!over() && crash_dice_.one_in(2))
      change();
  }

  void change() {
    change_list changes;
    for (auto n = 1 + crash_dice_.roll(3); n > 0; --n)
      change_something(changes);
    handed_.clear();
    change_plan(world_, plan_, std::move(changes), crash_dice_.one_in(4));
  }

  void change_something(change_list& changes) {
    auto tasks = static_cast<std::uint32_t>(plan_.tasks.size());
    auto i = crash_dice_.roll(tasks);
    if (std::any_of(changes.begin(), changes.end(), [i](const auto& x) {
          return x.kind == journal::name_kind::task && x.index == i;
        }))
      return;
    auto& t = plan_.tasks[i];
    switch (crash_dice_.roll(6)) {
    case 0:
      if (!plan_.gates.empty())
        changes.push_back(changed_gate(
            crash_dice_.roll(static_cast<std::uint32_t>(plan_.gates.size()))));
      return;
    case 1:
      if (t.needs.empty())
        return;
      t.needs.pop_back();
      return changes.push_back(changed_task(i, {"needs"}));
    case 2:
      t.integrate.present = !t.integrate.present;
      t.integrate_each = t.integrate_each && t.integrate.present;
      return changes.push_back(changed_task(i, {"integrate"}));
    case 3:
      return forget(i, changes);
    default:
      changes.push_back(changed_task(i));
    }
  }

  /// It was taken out of the plan and put back: the journal's reader leaves out
  /// what names it.
  void forget(std::uint32_t task, change_list& changes) {
    if (plan_.tasks[task].kind != task_kind::work)
      return;
    std::erase_if(world_.facts, [task](const fact& f) {
      return subject_of(f.kind) == subject_kind::task && f.subject == task;
    });
    for (auto& f : world_.facts) {
      if (f.cause_kind == node_kind::task && f.cause == task)
        f.cause = task_id::none;
      if (!f.extra)
        continue;
      auto extra = *f.extra;
      std::erase(extra.tasks, task_id{task});
      std::erase_if(extra.items, [task](const work_item& x) {
        return x.from.value == task;
      });
      f.extra = std::make_shared<const fact_extra>(std::move(extra));
    }
    changes.push_back(new_task(task));
  }
};

void play_seeds(seeds range) {
  std::string text;
  for (auto seed = range.first; seed <= range.last; ++seed) {
    try {
      changed_play{seed, 12, true}.play();
    } catch (const broken_rule& x) {
      std::string all{x.what()};
      BOOST_ERROR("seed " << seed << ": " << all.substr(0, all.find('\n')));
      if (text.empty())
        text = std::move(all);
    }
  }
  BOOST_TEST(text.empty(), text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_settle_property)

BOOST_AUTO_TEST_CASE(random_teams_survive_changes_of_their_plan) {
  play_seeds(seeds_to_play(1'000, 30'000));
}

BOOST_AUTO_TEST_SUITE_END()
