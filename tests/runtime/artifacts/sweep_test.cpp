// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/sweep.hpp"

#include "tests/runtime/artifacts/store_fixture.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace tutti;
using namespace tutti::test;

namespace {

struct sweep_fixture : store_fixture {
  /// Takes a file in, as if it had been used at this second since 1970.
  artifact used_at(const std::string& text, std::int64_t second) const {
    made.write("file", text);
    auto x = capture({"file"});
    BOOST_REQUIRE_EQUAL(x.mistake, "");
    auto file = x.artifacts.front();
    timespec times[2] = {{second, 0}, {second, 0}};
    BOOST_REQUIRE(
        ::utimensat(AT_FDCWD, (kept / place_of(file)).c_str(), times, 0) == 0);
    return file;
  }
  [[nodiscard]] artifacts::swept sweep(std::int64_t second,
                                       std::unordered_set<std::string> needed,
                                       bool dry_run = false) const {
    return artifacts::sweep({kept / "artifacts", std::move(needed),
                             second * 1'000'000'000, dry_run});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(artifacts_sweep, sweep_fixture)

BOOST_AUTO_TEST_CASE(what_nobody_needs_or_may_need_goes) {
  auto needed = used_at("needed", 100);
  auto fresh = used_at("fresh", 200);
  auto old = used_at("old", 199);
  BOOST_TEST(artifacts::stored_sizes(kept / "artifacts").size() == 3u);
  auto dry = sweep(200, {needed.digest}, true);
  BOOST_TEST(dry.files == 1u);
  BOOST_TEST(kept.exists(place_of(old)));
  auto x = sweep(200, {needed.digest});
  BOOST_TEST(x.files == 1u);
  BOOST_TEST(x.bytes == dry.bytes);
  BOOST_TEST(x.troubles.empty());
  BOOST_TEST(!kept.exists(place_of(old)));
  BOOST_TEST(kept.exists(place_of(needed)));
  BOOST_TEST(kept.exists(place_of(fresh)));
  BOOST_TEST(sweep(200, {needed.digest}).files == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_run_finds_again_is_used_from_then_on) { // §30
  auto old = used_at("old", 100);
  auto again = capture({"file"}); // of a run whose journal does not name it yet
  BOOST_REQUIRE_EQUAL(again.artifacts.front().digest, old.digest);
  BOOST_TEST(sweep(1000, {}).files == 0u);
  BOOST_TEST(kept.exists(place_of(old)));
}

BOOST_AUTO_TEST_CASE(what_was_being_written_when_its_run_was_killed_goes) {
  used_at("x", 100);
  auto half = kept.write("artifacts/.tutti-1-1", "half");
  timespec times[2] = {{100, 0}, {100, 0}};
  ::utimensat(AT_FDCWD, half.c_str(), times, 0);
  BOOST_TEST(sweep(100, {}).files == 0u); // somebody may be writing it
  BOOST_TEST(sweep(101, {}).files == 2u);
  BOOST_TEST(!kept.exists("artifacts/.tutti-1-1"));
}

BOOST_AUTO_TEST_CASE(no_store_is_nothing_to_do) {
  BOOST_TEST(sweep(100, {}).files == 0u);
  BOOST_TEST(artifacts::stored_sizes(kept / "artifacts").empty());
}

BOOST_AUTO_TEST_SUITE_END()
