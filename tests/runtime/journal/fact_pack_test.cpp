// SPDX-License-Identifier: BSD-3-Clause
// Facts packed into bytes (runtime/journal/fact_packer.hpp) and back.
#include "runtime/journal/fact_packer.hpp"
#include "tests/runtime/journal/sample_journal.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace tutti::journal;

namespace {

bool is_same(const fact_row& x, const fact_row& y) {
  return x.number == y.number && x.numbers == y.numbers && x.extra == y.extra
      && x.details == y.details;
}

bool same(const std::vector<fact_row>& xs, const std::vector<fact_row>& ys) {
  return std::equal(xs.begin(), xs.end(), ys.begin(), ys.end(), is_same);
}

std::string packed(const std::vector<fact_row>& rows) {
  pack_writer writer;
  for (const auto& x : rows)
    writer.add(x);
  BOOST_TEST(writer.count() == rows.size());
  return std::string{writer.body()};
}

/// What comes of bytes up to where they are none of a pack.
std::vector<fact_row> unpacked(std::string_view body, std::uint64_t first,
                               bool& damaged) {
  std::vector<fact_row> result;
  pack_reader reader;
  reader.begin(body, first);
  for (fact_row row; reader.next(row);)
    result.push_back(row);
  damaged = reader.is_damaged();
  return result;
}

/// A number of any size, small ones as often as large ones.
std::int64_t some_number(dice& d) {
  switch (d.roll(8)) {
  case 0:
    return absent;
  case 1:
    return std::numeric_limits<std::int64_t>::max();
  case 2:
    return absent + 1;
  default:
    break;
  }
  auto bits = std::uint64_t{d.roll(1u << 31)} << 32 | d.roll(1u << 31);
  return static_cast<std::int64_t>(bits >> d.roll(64)) * (d.one_in(2) ? 1 : -1);
}

std::optional<std::string> some_text(dice& d) {
  if (d.one_in(2))
    return std::nullopt;
  return std::string(d.one_in(9) ? d.roll(5000) : d.roll(3),
                     static_cast<char>(d.roll(256)));
}

std::vector<fact_row> some_rows(dice& d, std::uint64_t first) {
  std::vector<fact_row> result(d.roll(60));
  for (auto& x : result) {
    x.number = first++;
    for (auto& n : x.numbers)
      n = some_number(d);
    x[column::kind] = d.one_in(9) ? 4096 * d.roll(9) : d.roll(300);
    x.extra = some_text(d);
    x.details = some_text(d);
  }
  return result;
}

/// The numbers that words and names have in a new journal.
struct numbers {
  explicit numbers(const plan& p) {
    static_cast<void>(learn_words({}, 0, words));
    std::int64_t id = 1;
    for (auto [kind, name] : names_of(p))
      names[static_cast<std::size_t>(kind)].push_back(id++);
  }
  word_ids words;
  name_ids names;
};

std::vector<fact_row> rows_of(const sample_run& run) {
  numbers n{*run.work};
  std::vector<fact_row> result;
  for (const auto& step : run.steps)
    for (const auto& x : step.facts)
      result.push_back(
          row_of(*run.work, n.names, n.words, result.size() + 1, x));
  return result;
}

/// By the short way where that may be, and by rows.
void check_packer(const plan& p, const std::vector<fact>& facts,
                  const std::string& where) {
  numbers n{p};
  fact_packer packer;
  pack_writer writer;
  for (const auto& x : facts) {
    packer.add(p, n.names, n.words, x);
    writer.add(row_of(p, n.names, n.words, 1, x));
  }
  BOOST_TEST((packer.body() == writer.body()), where);
  BOOST_TEST(packer.count() == facts.size());
  BOOST_TEST(packer.at() == writer.at());
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_fact_pack)

// §29: facts are read back as they were decided.
BOOST_AUTO_TEST_CASE(all_facts_of_a_run_come_back) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto rows = rows_of(sample_run{seed, 12});
    bool damaged = false;
    BOOST_TEST(same(unpacked(packed(rows), 1, damaged), rows), "seed " << seed);
    BOOST_TEST(!damaged);
  }
}

BOOST_AUTO_TEST_CASE(the_short_way_writes_the_same) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sample_run run{seed, 40};
    std::vector<fact> facts;
    for (const auto& step : run.steps)
      for (const auto& x : step.facts)
        if (!x.extra && subject_of(x.kind) == subject_kind::task)
          facts.push_back(x);
    check_packer(*run.work, facts, fmt::format("seed {}", seed));
  }
}

BOOST_AUTO_TEST_CASE(the_short_way_writes_the_same_of_any_fact) {
  sample_run run{1, 12};
  auto tasks = static_cast<std::uint32_t>(run.work->tasks.size());
  auto agents = static_cast<std::uint32_t>(run.work->agents.size());
  auto nothing = std::make_shared<const attempt_details>();
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    dice d{seed};
    std::vector<fact> facts(d.roll(200));
    for (auto& x : facts) {
      x.kind = d.one_in(2) ? fact_kind::attempt_finished
                           : fact_kind::handoff_accepted;
      x.subject = d.roll(tasks);
      x.cause = d.one_in(3) ? task_id::none : d.roll(tasks);
      x.agent = d.one_in(3) ? agent_id::none : d.roll(agents);
      x.attempt = d.one_in(9) ? 2 : 1;
      x.version = d.one_in(9) ? 2 : 1;
      x.exit_code = d.one_in(9) ? 7 : fact::no_exit_code;
      x.state = d.one_in(9) ? task_state::failed : task_state::succeeded;
      x.end = d.one_in(9) ? attempt_end::failure : attempt_end::success;
      x.phase = d.one_in(9) ? work_phase::integrate : work_phase::run;
      x.at = duration{d.roll(1000)};
      if (d.one_in(9))
        x.details = nothing;
    }
    check_packer(*run.work, facts, fmt::format("seed {}", seed));
  }
}

BOOST_AUTO_TEST_CASE(whatever_a_row_says_comes_back) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    dice d{seed};
    auto first = std::uint64_t{1} << d.roll(60);
    auto rows = some_rows(d, first);
    bool damaged = false;
    BOOST_TEST(same(unpacked(packed(rows), first, damaged), rows),
               "seed " << seed);
    BOOST_TEST(!damaged);
  }
}

BOOST_AUTO_TEST_CASE(a_writer_forgets_what_was_before) {
  dice d{7};
  auto rows = some_rows(d, 1);
  pack_writer writer;
  for (const auto& x : rows)
    writer.add(x);
  writer.clear();
  BOOST_TEST(writer.count() == 0u);
  for (const auto& x : rows)
    writer.add(x);
  BOOST_TEST((writer.body() == packed(rows)));
}

// row 4: what is no pack ends the reading, and what was read until then is
// something that a pack can say.
BOOST_AUTO_TEST_CASE(any_bytes_are_read_to_an_end) {
  std::size_t damaged_ones = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    dice d{seed};
    std::string bytes;
    if (d.one_in(2))
      bytes = packed(some_rows(d, 1));
    else
      for (auto n = d.roll(400); n > 0; --n)
        bytes += static_cast<char>(d.one_in(3) ? d.roll(256) : d.roll(4));
    for (auto n = d.roll(4); n > 0 && !bytes.empty(); --n)
      bytes[d.roll(static_cast<std::uint32_t>(bytes.size()))] ^=
          static_cast<char>(1u << d.roll(8));
    bytes.resize(bytes.size() - std::min<std::size_t>(d.roll(3), bytes.size()));
    bool damaged = false;
    auto rows = unpacked(bytes, 1, damaged);
    damaged_ones += damaged ? 1 : 0;
    bool again = false;
    BOOST_TEST(same(unpacked(packed(rows), 1, again), rows), "seed " << seed);
    BOOST_TEST(!again);
  }
  BOOST_TEST(damaged_ones > 500u);
  BOOST_TEST(damaged_ones < 3000u);
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_cut_anywhere_is_noticed_or_shorter) {
  auto rows = rows_of(sample_run{3, 8});
  auto whole = packed(rows);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    bool damaged = false;
    auto some = unpacked(std::string_view{whole}.substr(0, size), 1, damaged);
    BOOST_TEST(some.size() < rows.size());
  }
}

// §29: what there are millions of takes a few bytes each.
BOOST_AUTO_TEST_CASE(facts_of_like_tasks_take_few_bytes) {
  pack_writer writer;
  fact_row row;
  row.numbers.fill(absent);
  constexpr std::int64_t tasks = 1000;
  for (std::int64_t i = 0; i < tasks; ++i)
    for (auto kind :
         {fact_kind::task_ready, fact_kind::task_assigned,
          fact_kind::attempt_started, fact_kind::attempt_finished}) {
      row[column::at] = i * 1000;
      row[column::kind] = static_cast<std::int64_t>(kind);
      row[column::subject] = 1 + i;
      row[column::agent] = kind == fact_kind::task_ready ? absent : i % 8;
      row[column::attempt] = kind == fact_kind::task_ready ? absent : 1;
      writer.add(row);
    }
  BOOST_TEST(writer.body().size() < std::size_t{5 * 4 * tasks});
}

BOOST_AUTO_TEST_SUITE_END()
