// SPDX-License-Identifier: BSD-3-Clause
// How long it takes to go on with a run that was killed: a journal is written
// as half of a run leaves it, then opened, checked, folded and gone on with.
#include "runtime/stress/live_pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/journal.hpp"

#include <fmt/format.h>

#include <deque>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::stress {

namespace {

/// A task leaves about so many facts.
constexpr std::uint64_t facts_of_a_task = 6;

/// Chains of tasks, one to each agent.
class resume : public live_pattern {
public:
  explicit resume(const settings& how) : live_pattern(how) {
    for (std::uint32_t i = 0; i < how.actors; ++i)
      add_agent(fmt::format("worker-{}", i), "worker");
    // Half of the run is in the journal.
    auto count = *how.count / facts_of_a_task * 2 + 2 * how.actors;
    for (std::uint32_t i = 0; i < count; ++i) {
      add_task("step", agent_id{i % how.actors});
      if (i >= how.actors)
        add_need(i - how.actors, i);
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("worker", [this](const native::quick_task& t) {
      return leave(enter(t));
    });
  }
  record_maker record() override {
    return [this](const session::record_options& x) {
      return killed_and_resumed(x);
    };
  }
  void see(const fact& x) override {
    if (x.kind == fact_kind::attempt_started && goes_on_ns_ == 0)
      goes_on_ns_ = now_ns();
  }
  duration elapsed() const override {
    return duration{resumed_ns_ - begun_ns_};
  }
  const usage* used() const override {
    return &used_;
  }
  void add_to(std::vector<figure>& to) const override {
    auto mib = static_cast<double>(journal_bytes_) / (1 << 20);
    to.push_back({"journal_mib", mib,
                  fmt::format("{:.1f} MiB of journal, {} tasks in the plan",
                              mib, number_text(task_count()))});
    auto on = goes_on_ns_ == 0 ? 0 : goes_on_ns_ - begun_ns_;
    to.push_back({"goes_on_ns", static_cast<double>(on),
                  fmt::format("{} until the next attempt was under way",
                              time_text(on))});
  }

private:
  expected<session::run_record>
  killed_and_resumed(const session::record_options& x) {
    if (auto wrong = write_half(x))
      return *wrong;
    std::error_code ignored;
    journal_bytes_ = std::filesystem::file_size(x.files.journal, ignored);
    reset_peak();
    auto cpu = cpu_used();
    begun_ns_ = now_ns();
    auto result = session::resume_record(x, {});
    resumed_ns_ = now_ns();
    auto after = cpu_used();
    used_ = {{after.user - cpu.user, after.system - cpu.system}, peak_bytes()};
    if (result)
      count_operations(result->history.size());
    return result;
  }

  std::optional<error> write_half(const session::record_options& x) {
    auto record = session::begin_record(x);
    if (!record)
      return record.error();
    if (auto failed = record->file->append(half_of(*x.work, x.graph)))
      return error{exit_code::environment, failed->text};
    return {};
  }

  /// What the engine decides until so many facts are there, a step each.
  std::vector<append_facts> half_of(const plan& p,
                                    const engine::graph_options& graph) {
    engine::engine e{engine::compile(p, graph)};
    std::vector<append_facts> steps;
    std::deque<engine::event> next{engine::run_begins{}};
    engine::decision out;
    std::uint64_t number = 0;
    for (duration now{0}; !next.empty() && number < *how().count;
         now += duration{1'000}) {
      e.decide(now, next.front(), out);
      next.pop_front();
      number += out.facts.size();
      if (!out.facts.empty())
        steps.push_back({number, out.facts});
      for (const auto& c : out.commands)
        follow(c, next);
    }
    return steps;
  }

  /// As if the agents had done it.
  void follow(const engine::command& c, std::deque<engine::event>& next) {
    if (c.kind == engine::command_kind::assign) {
      next.push_back(engine::attempt_begins{task_id{c.task}, c.attempt});
      auto result = leave({c.task, 0, 0});
      next.push_back(engine::attempt_ends{
          task_id{c.task}, c.attempt, attempt_end::success, 0,
          std::make_shared<const attempt_details>(result.details())});
    } else if (c.kind == engine::command_kind::deliver) {
      next.push_back(
          engine::handoff_arrives{task_id{c.other}, task_id{c.task}});
    }
  }

  std::int64_t begun_ns_ = 0;
  std::int64_t resumed_ns_ = 0;
  std::int64_t goes_on_ns_ = 0;
  std::uintmax_t journal_bytes_ = 0;
  usage used_;
};

} // namespace

std::unique_ptr<live_pattern> make_resume(const settings& how) {
  return std::make_unique<resume>(how);
}

} // namespace tutti::stress
