// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/crash_loop.hpp"

#include "tests/crash/crash_folder.hpp"
#include "tests/crash/crew.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace tutti::test {

namespace {

/// What somebody needs to see why, and to see it again.
std::string explain(const std::string& where, const cut_off_run& x,
                    const program_result& end,
                    const std::vector<damages::fault>& faults) {
  return fmt::format(
      "killed at point {}:\n{}it ended with {}{}:\n{}once more: "
      "TUTTI_TEST_CRASH_ONLY={} ctest --test-dir build -V -R crash; what runs "
      "side by side may shift the points by a few\n",
      where, describe(x, faults), end.status, end.timed_out ? ", too late" : "",
      end.err, where);
}

class loop {
public:
  loop(const crash_plan& p, const loop_options& options)
    : plan_(p), options_(options) {
  }

  loop_result run() {
    undisturbed_ = folder().run();
    if (undisturbed_.end.status != 0 || undisturbed_.points == 0)
      throw std::runtime_error(fmt::format("undisturbed, it ends with {}: {}",
                                           undisturbed_.end.status,
                                           undisturbed_.end.err));
    if (const auto* only = std::getenv("TUTTI_TEST_CRASH_ONLY"))
      run_only(only);
    else
      run_all();
    return std::move(result_);
  }

private:
  [[nodiscard]] crash_folder folder() const {
    return crash_folder{plan_, options_.durability};
  }

  void run_only(const char* text) {
    char* rest = nullptr;
    auto k = std::strtoull(text, &rest, 10);
    if (*rest == '/')
      kill_recovery(k, std::strtoull(rest + 1, nullptr, 10));
    else
      kill_run(k);
  }

  void run_all() {
    crew all{options_.at_once};
    all.work([this](std::uint64_t k) {
      // Side by side, things take turns: another run may have fewer points.
      return kill_run(k) || k <= undisturbed_.points;
    });
    all.work([this](std::uint64_t i) {
      if (i > options_.recoveries)
        return false;
      auto k = undisturbed_.points * i / (options_.recoveries + 1);
      kill_recoveries(k);
      return true;
    });
  }

  /// False: the run has survived.
  bool kill_run(std::uint64_t k) {
    auto kept = folder();
    auto death = kept.run({k, options_.fine});
    if (!death.killed()) {
      expect_survival(death, fmt::format("{}", k));
      return false;
    }
    add(result_.deaths, fmt::format("{}", k), {death.left}, kept.resume());
    return true;
  }

  void kill_recoveries(std::uint64_t k) {
    auto kept = folder();
    auto first = kept.run({k, options_.fine});
    if (!first.killed())
      return;
    kept.save();
    for (std::uint64_t j = 1;; ++j) {
      kept.restore();
      if (!kill_again(kept, first.left, k, j))
        return;
    }
  }

  void kill_recovery(std::uint64_t k, std::uint64_t j) {
    auto kept = folder();
    auto first = kept.run({k, options_.fine});
    if (first.killed())
      kill_again(kept, first.left, k, j);
  }

  bool kill_again(const crash_folder& kept, const evidence& first,
                  std::uint64_t k, std::uint64_t j) {
    auto where = fmt::format("{}/{}", k, j);
    auto second = kept.resume({j, options_.fine});
    if (!second.killed()) {
      expect_survival(second, where);
      return false;
    }
    add(result_.recoveries, where, {first, second.left}, kept.resume());
    return true;
  }

  /// What nobody killed has ended as usual.
  void expect_survival(const program_outcome& x, const std::string& where) {
    if (x.projection == undisturbed_.projection)
      return;
    add(result_.deaths, where, {}, x);
  }

  void add(loop_row& row, const std::string& where,
           std::vector<evidence> deaths, const program_outcome& end) {
    cut_off_run x{plan_, undisturbed_, std::move(deaths), end,
                  options_.durability == "off"};
    auto found = judge(x);
    if (!found.faults.empty())
      found.faults = {
          {found.faults[0].what, explain(where, x, end.end, found.faults)}};
    std::lock_guard guard{mutex_};
    row.points += x.deaths.empty() ? 0 : 1;
    row.resumes += x.deaths.size();
    row.found += found;
  }

  const crash_plan& plan_;
  loop_options options_;
  program_outcome undisturbed_;
  std::mutex mutex_;
  loop_result result_;
};

} // namespace

loop_row crash_after_an_edit(const crash_plan& p, const crash_plan& edited,
                             const loop_options& options) {
  auto points = crash_folder{p}.run().points;
  loop_row result;
  std::mutex mutex;
  crew all{options.at_once};
  all.work([&](std::uint64_t i) {
    if (i > options.recoveries)
      return false;
    crash_folder folder{p};
    auto first = folder.run({points * i / (options.recoveries + 1), false});
    if (!first.killed())
      return true;
    folder.change(edited);
    folder.save();
    auto undisturbed = folder.resume();
    for (std::uint64_t j = 1;; ++j) {
      folder.restore();
      auto second = folder.resume({j, false});
      if (!second.killed())
        return true;
      auto end = folder.resume();
      cut_off_run x{edited, undisturbed, {first.left, second.left}, end};
      auto found = judge(x);
      if (!found.faults.empty())
        found.faults = {
            {found.faults[0].what, explain(fmt::format("edited {}/{}", i, j), x,
                                           end.end, found.faults)}};
      std::lock_guard guard{mutex};
      ++result.points;
      result.resumes += 2;
      result.found += found;
    }
  });
  return result;
}

std::string loop_result::table() const {
  return loop_table({{"killed", &deaths}, {"killed in recovery", &recoveries}});
}

loop_result crash_everywhere(const crash_plan& p, const loop_options& options) {
  return loop{p, options}.run();
}

} // namespace tutti::test
