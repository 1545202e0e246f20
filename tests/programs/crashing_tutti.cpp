// SPDX-License-Identifier: BSD-3-Clause
// The program under test of tests/crash/: tutti itself, which dies of SIGKILL
// at one of its points. A point is a moment before, in or after a change of its
// journal, or before or after a message to an agent or a service. Which one is
// in the environment; tasks, and the `tutti` that they call, do not get it.
//
//   TUTTI_TEST_CRASH_AT=K       it dies at its K-th point, from 1
//   TUTTI_TEST_CRASH_FINE=1     every change of a file has three points; else
//                               every transaction has: before its first write,
//                               in the midst of its second, after its sync
//   TUTTI_TEST_CRASH_COUNT=FILE it writes there how many points it has passed
#include "runtime/cli/program.hpp"
#include "tests/support/counting_vfs.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <unistd.h>

namespace {

using tutti::test::change_kind;
using tutti::test::disk_change;
using tutti::test::fate;

/// Counts over all threads. The supervisor is forked before it is first called
/// and calls none of this.
class points {
public:
  explicit points(std::uint64_t deadly) : deadly_(deadly) {
  }
  /// Passes so many points; from 1, which of them is the deadly one, else 0.
  std::uint64_t pass(std::uint64_t count = 1) {
    auto before = passed_.fetch_add(count);
    return before < deadly_ && deadly_ <= before + count ? deadly_ - before : 0;
  }
  [[nodiscard]] std::uint64_t passed() const {
    return passed_;
  }

private:
  std::uint64_t deadly_; ///< 0: none
  std::atomic<std::uint64_t> passed_ = 0;
};

void visit(points& p) {
  if (p.pass() != 0)
    ::kill(::getpid(), SIGKILL);
}

/// Each change is three points.
fate fine(points& p) {
  switch (p.pass(3)) {
  case 1:
    return {fate::kind::die_before};
  case 2:
    return {fate::kind::die_midway};
  case 3:
    return {fate::kind::die_after};
  default:
    return {};
  }
}

/// Writes up to a sync are one transaction, of the log or of what it is copied
/// to. The first write of one to the log is a mere header: the second is torn.
class coarse {
public:
  fate operator()(points& p, const disk_change& c) {
    if (c.kind == change_kind::write)
      ++writes_;
    else if (c.kind == change_kind::sync)
      return std::exchange(writes_, 0) > 0 && p.pass() != 0
               ? fate{fate::kind::die_after}
               : fate{};
    else
      return {};
    if (writes_ == 1 && p.pass() != 0)
      return {fate::kind::die_before};
    if (writes_ == 2 && p.pass() != 0)
      return {fate::kind::die_midway};
    return {};
  }

private:
  std::uint64_t writes_ = 0; ///< since the last sync
};

const char* setting(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

} // namespace

int main(int argc, char** argv) {
  points all{std::strtoull(setting("TUTTI_TEST_CRASH_AT"), nullptr, 10)};
  tutti::test::counting_vfs_options options;
  options.is_default = true;
  options.syncs = false; // a killed process loses nothing that it has written
  if (*setting("TUTTI_TEST_CRASH_FINE") != '\0')
    options.hook = [&all](const disk_change&) {
      return fine(all);
    };
  else
    options.hook = [&all, one = coarse{}](const disk_change& c) mutable {
      return one(all, c);
    };
  tutti::test::counting_vfs disk{std::move(options)};
  int code = tutti::cli::program(argc, argv, {}, [&all] {
    visit(all);
  });
  if (const char* file = setting("TUTTI_TEST_CRASH_COUNT"); *file != '\0')
    std::ofstream{file} << all.passed() << '\n';
  return code;
}
