// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/power_loop.hpp"

#include "tests/crash/crew.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace tutti::test {

namespace {

std::string_view to_string(fate::kind x) {
  switch (x) {
  case fate::kind::die_before:
    return "before";
  case fate::kind::die_midway:
    return "within";
  default:
    return "after";
  }
}

/// Numbers that have little to do with each other.
std::uint64_t mixed(std::uint64_t x, std::uint64_t y) {
  return (x * 0x9e3779b97f4a7c15 + y) * 0xbf58476d1ce4e5b9 >> 16;
}

class power_loop {
public:
  power_loop(const crash_plan& p, const power_options& options)
    : plan_(p), options_(options),
      undisturbed_(lossy_folder{p, options.disk}.run(0)) {
    if (const auto* only = std::getenv("TUTTI_TEST_POWER_ONLY"))
      only_ = only;
    if (undisturbed_.projection.empty())
      throw std::runtime_error("undisturbed, the run does not end");
  }

  loop_row everywhere() {
    for (auto order : options_.orders)
      crew{options_.at_once}.work([&](std::uint64_t k) {
        return lose_at(order, k);
      });
    return std::move(row_);
  }

  loop_row twice(std::uint64_t count) {
    auto order = options_.orders.front();
    auto changes = lossy_folder{plan_, options_.disk}.run(order).changes;
    crew{options_.at_once}.work([&](std::uint64_t n) {
      if (n > count)
        return false;
      lose_again(order, changes * n / (count + 1));
      return true;
    });
    return std::move(row_);
  }

  loop_row die_everywhere() {
    for (auto order : options_.orders)
      crew{options_.at_once}.work([&](std::uint64_t k) {
        return die_at_step(order, k * options_.stride);
      });
    return std::move(row_);
  }

  loop_row die_twice(std::uint64_t count) {
    auto order = options_.orders.front();
    auto steps = lossy_folder{plan_, options_.disk}.run(order).steps;
    crew{options_.at_once}.work([&](std::uint64_t n) {
      if (n > count)
        return false;
      die_again(order, steps * n / (count + 1));
      return true;
    });
    return std::move(row_);
  }

private:
  /// False: the run has fewer steps.
  bool die_at_step(turns order, std::uint64_t k) {
    lossy_folder folder{plan_, options_.disk};
    auto where = fmt::format("order {} step {}", order, k);
    auto first = folder.run_until(order, k);
    if (!first.died)
      return add(where, {}, first), false;
    count_point();
    std::vector<evidence> deaths{folder.die()};
    go_on(folder, where, std::move(deaths), k + order);
    return true;
  }

  /// The program died at k; and now at each j of the recovery.
  void die_again(turns order, std::uint64_t k) {
    lossy_folder folder{plan_, options_.disk};
    (void)folder.run_until(order, k);
    auto left = folder.die();
    folder.save();
    for (std::uint64_t j = options_.stride;; j += options_.stride) {
      auto where = fmt::format("order {} step {} step {}", order, k, j);
      folder.restore();
      auto second = folder.resume_until(k + 1, j);
      if (!second.died)
        return add(where, {left}, second);
      count_point();
      go_on(folder, where, {left, folder.die()}, mixed(k, j));
    }
  }

  /// False: the run has fewer changes.
  bool lose_at(turns order, std::uint64_t k) {
    for (auto moment : {fate::kind::die_before, fate::kind::die_midway,
                        fate::kind::die_after}) {
      lossy_folder folder{plan_, options_.disk};
      auto where =
          fmt::format("order {} {} change {}", order, to_string(moment), k);
      auto first = folder.run(order, die_at(k, moment));
      if (!first.died)
        return add(where, {}, first), false;
      count_point();
      folder.save();
      for (auto how : options_.losses)
        for (std::uint64_t seed = 1; seed <= options_.seeds; ++seed) {
          folder.restore();
          auto left = folder.lose_power(how, mixed(k, seed));
          go_on(folder, fmt::format("{} {} {}", where, to_string(how), seed),
                {std::move(left)}, mixed(k + order, seed));
        }
    }
    return true;
  }

  /// The power was lost at k; and now at each j of the recovery.
  void lose_again(turns order, std::uint64_t k) {
    lossy_folder folder{plan_, options_.disk};
    (void)folder.run(order, die_at(k, fate::kind::die_midway));
    auto left = folder.lose_power(loss::garbage, k);
    folder.save();
    for (std::uint64_t j = 1;; ++j) {
      auto where = fmt::format("order {} change {} change {}", order, k, j);
      folder.restore();
      auto second = folder.resume(k + 1, die_at(j, fate::kind::die_midway));
      if (!second.died)
        return add(where, {left}, second);
      count_point();
      auto left_again = folder.lose_power(loss::garbage, mixed(k, j));
      go_on(folder, where, {left, std::move(left_again)}, mixed(k, j));
    }
  }

  void go_on(lossy_folder& folder, const std::string& where,
             std::vector<evidence> deaths, turns order) {
    if (only_.empty() || only_ == where)
      add(where, std::move(deaths), folder.resume(order));
  }

  void count_point() {
    std::lock_guard guard{mutex_};
    ++row_.points;
  }

  void add(const std::string& where, std::vector<evidence> deaths,
           const lossy_outcome& end) {
    cut_off_run x{plan_, undisturbed_, std::move(deaths), end,
                  options_.disk.how == journal::durability::off};
    damages found;
    if (end.refused) { // all that was said to be durable is gone
      found.lost = end.left.told;
      found.faults.push_back({"refused: " + end.refused->detail, {}});
      // It is whole, and yet no run could have come to it.
      found.diverged +=
          end.refused->detail.find("cannot be replayed") != std::string::npos;
    } else {
      found = judge(x);
    }
    if (!found.faults.empty())
      found.faults = {{found.faults[0].what,
                       fmt::format("cut off: {}\n{}once more: "
                                   "TUTTI_TEST_POWER_ONLY='{}' ctest "
                                   "--test-dir build -V -R crash\n",
                                   where, describe(x, found.faults), where)}};
    std::lock_guard guard{mutex_};
    row_.resumes += x.deaths.size();
    row_.found += found;
  }

  const crash_plan& plan_;
  power_options options_;
  lossy_outcome undisturbed_;
  std::string only_; ///< case; empty: all
  std::mutex mutex_;
  loop_row row_;
};

} // namespace

loop_row lose_power_everywhere(const crash_plan& p,
                               const power_options& options) {
  return power_loop{p, options}.everywhere();
}

loop_row lose_power_twice(const crash_plan& p, const power_options& options,
                          std::uint64_t count) {
  return power_loop{p, options}.twice(count);
}

loop_row die_everywhere(const crash_plan& p, const power_options& options) {
  return power_loop{p, options}.die_everywhere();
}

loop_row die_twice(const crash_plan& p, const power_options& options,
                   std::uint64_t count) {
  return power_loop{p, options}.die_twice(count);
}

} // namespace tutti::test
