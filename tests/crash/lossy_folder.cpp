// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/lossy_folder.hpp"

#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/session/run_record.hpp"
#include "tests/crash/lossy_team.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace tutti::test {

namespace {

/// SQLite knows a VFS by its name; each folder has its own.
std::string new_name() {
  static std::atomic<std::uint64_t> count = 0;
  return fmt::format("lossy-{}", ++count);
}

std::vector<std::string> come_to(const plan& work, const kept_outside& outside,
                                 const std::vector<fact>& all,
                                 const std::vector<journal_fact>& facts) {
  std::vector<std::uint32_t> slots;
  for (const auto& x : work.agents)
    slots.push_back(slots_of(x));
  report::run_model model{work, std::move(slots)};
  for (const auto& x : all)
    model.apply(x);
  auto report = report::make_report(model, {});
  report.whole = [&](const auto& x) {
    return outside.whole(x);
  };
  return project(model.exit_code(), report::to_json(report), facts);
}

bool is_same(const fact& x, const fact& y) {
  return x.kind == y.kind && x.subject == y.subject && x.cause == y.cause
      && x.agent == y.agent && x.attempt == y.attempt && x.version == y.version
      && x.state == y.state && x.at == y.at
      && same_content(x.details.get(), y.details.get());
}

bool is_beginning(const std::vector<fact>& x, const std::vector<fact>& of) {
  return x.size() <= of.size()
      && std::equal(x.begin(), x.end(), of.begin(), is_same);
}

} // namespace

lossy_folder::lossy_folder(const crash_plan& p,
                           const lossy_folder_options& options)
  : plan_(p), options_(options), work_(std::make_shared<const plan>(p.work)),
    vfs_({new_name(), false, options.disk}),
    now_{lossy_disk{options.disk}, {}, 0, 0, {}}, saved_(now_) {
}

std::string lossy_folder::path() const {
  return fmt::format("/runs/{}/journal.db", now_.runs);
}

lossy_outcome lossy_folder::run(turns order, change_hook hook) {
  vfs_.boot(now_.disk);
  vfs_.on_change(std::move(hook));
  return play(true, order, 0);
}

lossy_outcome lossy_folder::resume(turns order, change_hook hook) {
  vfs_.boot(now_.disk);
  vfs_.on_change(std::move(hook));
  return go_on(order, 0);
}

lossy_outcome lossy_folder::resume_until(turns order, std::uint64_t step) {
  vfs_.boot(now_.disk);
  return go_on(order, step);
}

lossy_outcome lossy_folder::go_on(turns order, std::uint64_t last_step) {
  auto result = play(false, order, last_step);
  if (result.refused && now_.told == 0)
    return play(true, order, last_step);
  return result;
}

lossy_outcome lossy_folder::run_until(turns order, std::uint64_t step) {
  vfs_.boot(now_.disk);
  return play(true, order, step);
}

lossy_outcome lossy_folder::play(bool anew, turns order,
                                 std::uint64_t last_step) {
  if (anew) {
    ++now_.runs;
    now_.told = 0;
    now_.given.clear();
  }
  session::record_options recorded;
  recorded.files.run_id = "run";
  recorded.files.journal = path();
  recorded.work = work_;
  recorded.how = options_.how;
  recorded.plan_path = "/tutti.yaml";
  recorded.vfs = vfs_.name();
  auto record = anew ? session::begin_record(recorded)
                     : session::resume_record(recorded, {});
  std::vector<fact> all; // that a viewer has heard of
  session_end end;
  if (record) {
    all = record->history;
    if (record->file)
      end = work_on(std::move(*record), order, last_step);
    all.insert(all.end(), end.seen.begin(), end.seen.end());
  }
  lossy_outcome result;
  result.died = end.died || vfs_.dead();
  result.steps = end.steps;
  result.changes = vfs_.changes();
  now_.disk = vfs_.disk();
  result.left.executions = now_.outside.executions;
  result.left.told = now_.told;
  if (result.died)
    return result;
  if (!record) {
    result.refused = record.error();
    return result;
  }
  vfs_.boot(now_.disk);
  result.left.facts = read_facts(path(), vfs_.name());
  result.projection = come_to(*work_, now_.outside, all, result.left.facts);
  return result;
}

lossy_folder::session_end lossy_folder::work_on(session::run_record record,
                                                turns order,
                                                std::uint64_t last_step) {
  now_.given = record.history;
  lossy_team team{work_,
                  std::move(record),
                  now_.outside,
                  {order, options_.says_so_too_early}};
  team.play(vfs_, last_step);
  now_.told = team.told();
  now_.given.insert(now_.given.end(), team.given().begin(), team.given().end());
  return {!team.ended(), team.steps(), team.seen()};
}

evidence lossy_folder::lose_power(loss how, std::uint64_t seed) {
  now_.disk.lose_power(how, seed);
  return left();
}

evidence lossy_folder::die() {
  return left();
}

evidence lossy_folder::left() {
  vfs_.boot(now_.disk);
  evidence result{now_.outside.executions, read_facts(path(), vfs_.name()),
                  now_.told};
  auto reader = journal::journal_reader::open(path(), vfs_.name());
  if (!reader)
    return result;
  if (auto facts = (*reader)->facts(*work_))
    result.strange = !is_beginning(*facts, now_.given);
  return result;
}

void lossy_folder::save() {
  saved_ = now_;
}

void lossy_folder::restore() {
  now_ = saved_;
}

} // namespace tutti::test
