// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/log_tail.hpp"

#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

using namespace tutti;
using namespace tutti::test;
using journal::ends_torn;

namespace {

constexpr std::size_t head_size = 32;
constexpr std::size_t frame_size = 4096 + 24;

/// A journal with all its facts in the log.
struct written {
  written() {
    BOOST_TEST_REQUIRE(writer.file);
    writer.append_all();
  }

  [[nodiscard]] journal::journal_options options() const {
    journal::journal_options result;
    result.path = folder / "journal.db";
    return result;
  }
  [[nodiscard]] std::string log() const {
    return folder.read("journal.db-wal");
  }
  /// Of a log with this content.
  [[nodiscard]] bool torn(const std::string& content) const {
    return ends_torn(folder.write("other", content));
  }
  /// Up to which the log holds whole transactions.
  static bool is_commit(const std::string& content, std::size_t frame) {
    return content.substr(head_size + frame * frame_size + 4, 4)
        != std::string(4, '\0');
  }

  temporary_directory folder;
  sample_run run{1, 4, 30};
  sample_writer writer{options(), run};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_journal_log_tail, written)

BOOST_AUTO_TEST_CASE(a_log_that_is_whole_is_not_torn) {
  BOOST_TEST(log().size() > 20 * frame_size);
  BOOST_TEST(!ends_torn(folder / "journal.db-wal"));
  BOOST_TEST(!ends_torn(folder / "is-not-there"));
  BOOST_TEST(!torn(""));
}

// What a checkpoint left of longer times is nothing that was lost.
BOOST_AUTO_TEST_CASE(old_frames_at_the_end_are_no_tear) {
  sqlite_connection db{folder / "journal.db"};
  BOOST_TEST(db.run("pragma wal_checkpoint(restart)"));
  BOOST_TEST(db.run("insert into about values('a', 'b')"));
  BOOST_TEST(log().size() > 20 * frame_size);
  BOOST_TEST(!ends_torn(folder / "journal.db-wal"));
}

// row 4: torn tail
BOOST_AUTO_TEST_CASE(a_log_that_ends_within_a_transaction_is_torn) {
  auto whole = log();
  auto frames = (whole.size() - head_size) / frame_size;
  std::size_t inner = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    auto end = head_size + (i + 1) * frame_size;
    BOOST_TEST(torn(whole.substr(0, end)) != is_commit(whole, i), i);
    BOOST_TEST(torn(whole.substr(0, end - 1)), i);
    BOOST_TEST(torn(whole.substr(0, end - frame_size + 1)), i);
    inner += is_commit(whole, i) ? 0 : 1;
  }
  BOOST_TEST(inner > 0u);
  BOOST_TEST(torn(whole.substr(0, head_size - 1)));
}

// row 4: zero-filled tail, garbage
BOOST_AUTO_TEST_CASE(zeros_and_changed_bytes_are_a_tear) {
  auto whole = log();
  BOOST_TEST(torn(whole + std::string(frame_size, '\0')));
  BOOST_TEST(torn(whole + std::string(100, '\0')));
  for (auto at : {whole.size() - 1, whole.size() - frame_size,
                  head_size + 24 + 17, std::size_t{5}}) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    BOOST_TEST(torn(changed), at);
  }
}

BOOST_AUTO_TEST_SUITE_END()
