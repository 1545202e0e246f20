// SPDX-License-Identifier: BSD-3-Clause
// A journal whose files are not as they were written: it is refused, with the
// reason and the remedy, or it has every fact that was acknowledged; never is
// anything else run on (row 4 of the fault catalogue).
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/lossy_vfs.hpp"
#include "tests/support/seeds.hpp"
#include "tests/support/sqlite_connection.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr std::size_t page_size = 4096;
constexpr std::size_t log_head = 32;
constexpr std::size_t frame_size = page_size + 24;

/// The files of a journal; none: there is no such file.
struct files {
  std::optional<std::string> database;
  std::optional<std::string> log;
  std::string head; ///< beside them, on the real disk
};

/// How the damaged journals of a test fared.
struct table {
  std::uint64_t tried = 0;
  std::uint64_t refused = 0;
  std::uint64_t harmless = 0; ///< all is read as it was written
  std::set<std::string> wrong;

  void print(const std::string& name) const {
    BOOST_TEST_MESSAGE(name << ": " << tried << " tried, " << refused
                            << " refused, " << harmless << " harmless, "
                            << wrong.size() << " wrong");
  }
};

/// A journal at three moments of its life. The database and its log are in
/// memory, so that thousands of damaged ones can be looked at.
struct journals {
  journals() {
    journal::journal_options options;
    options.path = path;
    options.packed_from = 8;
    sample_writer writer{options, run};
    BOOST_TEST_REQUIRE(writer.file);
    auto half = run.steps.size() / 2;
    auto quarter = half / 2;
    writer.append(0, quarter);
    early_facts = writer.append_together(quarter, half);
    early = now();
    sqlite_connection{path}.run("pragma wal_checkpoint(full)");
    early_moved = now();
    writer.append_together(half, half + quarter);
    writer.append(half + quarter, run.steps.size());
    mixed = now();
    sqlite_connection{path}.run("pragma wal_checkpoint(truncate)");
    writer.file.reset();
    closed = now();
  }

  files now() {
    auto disk = vfs.disk();
    auto one = [&](const std::string& name) -> std::optional<std::string> {
      if (!disk.find(name))
        return std::nullopt;
      return std::string{disk.content(name)};
    };
    return {one(path), one(path + "-wal"), folder.read("journal.db-head")};
  }

  void put(const files& x) {
    lossy_disk disk;
    if (x.database)
      disk.put(path, *x.database);
    if (x.log)
      disk.put(path + "-wal", *x.log);
    vfs.boot(std::move(disk));
    if (folder.read("journal.db-head") != x.head)
      folder.write("journal.db-head", x.head);
  }

  /// What a resumed run makes of it. Says what is wrong, if anything.
  std::string judge(const files& x, std::uint64_t acknowledged, table& t) {
    ++t.tried;
    put(x);
    auto found = read_journal(path, run);
    if (found.refused) {
      ++t.refused;
      return judge(*found.refused);
    }
    if (!found.has_all(acknowledged))
      return fmt::format("{} facts of {}, {}", found.facts, acknowledged,
                         found.same ? "the same" : "others");
    // What is harmless to a reader is to be so to a writer.
    journal::journal_options options;
    options.path = path;
    auto on = go_on(options, run);
    auto end = read_journal(path, run);
    if (on.refused || end.refused) {
      ++t.refused;
      return judge(on.refused ? *on.refused : *end.refused);
    }
    ++t.harmless;
    return end.has_all(on.acknowledged) ? "" : "other facts after it went on";
  }

  std::string judge(const error& x) const {
    if (x.code != exit_code::journal)
      return "exit code " + std::to_string(static_cast<int>(x.code)) + ": "
           + x.detail;
    if (x.detail.find(path) == std::string::npos)
      return "says not which: " + x.detail;
    for (const auto* remedy :
         {"begin anew without --resume", "use the newer one that wrote it",
          "use the older one that wrote it", "see to its disk"})
      if (x.detail.find(remedy) != std::string::npos)
        return "";
    return "says not what to do: " + x.detail;
  }

  void look(const std::string& name, const files& x, table& t) {
    auto wrong = judge(x, run.fact_count(), t);
    if (!wrong.empty())
      t.wrong.insert(name + ": " + wrong);
  }

  temporary_directory folder;
  std::string path = folder / "journal.db";
  lossy_vfs vfs{{"lossy", true, {}}};
  sample_run run{1, 20, 150};
  std::uint64_t early_facts = 0;
  files early;       ///< half of the facts, in the log
  files early_moved; ///< the same, moved to the database
  files mixed;       ///< all facts: half in the database, half in the log
  files closed;      ///< all facts, in the database
};

/// One byte of so many is looked at.
std::size_t step() {
  return test::is_long() ? 7 : test::is_brief() ? 389 : 97;
}

std::string flipped(std::string content, std::size_t at) {
  content[at] = static_cast<char>(content[at] ^ (1 << at % 8));
  return content;
}

/// What a page of a database is, by its first byte.
std::string kind_of_page(const std::string& database, std::size_t page) {
  if (page == 0)
    return "schema";
  switch (database[page * page_size]) {
  case 0x02:
  case 0x05:
    return "interior";
  case 0x0a:
    return "index";
  case 0x0d:
    return "rows";
  default:
    return "overflow";
  }
}

void check(const table& t, const std::string& name) {
  t.print(name);
  for (const auto& x : t.wrong)
    BOOST_ERROR(x);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_journal_damage, journals)

BOOST_AUTO_TEST_CASE(undamaged_journals_are_read) {
  table t;
  for (const auto* x : {&mixed, &closed})
    look("undamaged", *x, t);
  BOOST_TEST(judge(early, early_facts, t) == "");
  BOOST_TEST(judge(early_moved, early_facts, t) == "");
  check(t, "undamaged");
  BOOST_TEST(t.harmless == 4u);
  BOOST_TEST(early_facts < run.fact_count());
}

// row 4: bit flips, in each kind of page
BOOST_AUTO_TEST_CASE(a_flipped_bit_of_the_database_is_noticed_or_harmless) {
  table t;
  std::map<std::string, std::uint64_t> refused;
  for (std::size_t at = 0; at < closed.database->size(); ++at) {
    const std::size_t page_head = test::is_brief() ? 1 : 16;
    if (at % step() != 0 && at % page_size >= page_head)
      continue;
    auto x = closed;
    x.database = flipped(*closed.database, at);
    auto before = t.refused;
    look(fmt::format("byte {} of the database", at), x, t);
    refused[kind_of_page(*closed.database, at / page_size)] +=
        t.refused - before;
  }
  check(t, "flipped bits, database");
  for (const auto* kind : {"schema", "interior", "index", "rows", "overflow"})
    BOOST_TEST(refused[kind] > 0u, kind);
}

// row 4: bit flips
BOOST_AUTO_TEST_CASE(a_flipped_bit_of_the_log_is_noticed_or_harmless) {
  table t;
  for (std::size_t at = 0; at < mixed.log->size(); ++at) {
    constexpr std::size_t heads = log_head + 24; // and that of the first frame
    if (at >= heads && at % (4 * step() + 1) != 0)
      continue;
    auto x = mixed;
    x.log = flipped(*mixed.log, at);
    look(fmt::format("byte {} of the log", at), x, t);
  }
  check(t, "flipped bits, log");
  BOOST_TEST(t.refused > 0u);
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_of_the_head_is_harmless) { // row 4
  table t;
  for (std::size_t at = 0; at < closed.head.size(); ++at) {
    auto x = closed;
    x.head = flipped(closed.head, at);
    look(fmt::format("byte {} of the head", at), x, t);
  }
  check(t, "flipped bits, head");
  BOOST_TEST(t.tried == 40u);
}

BOOST_AUTO_TEST_CASE(truncated_files_are_noticed) { // row 4
  table t;
  auto cut = [&](std::size_t size) {
    auto x = closed;
    x.database->resize(size);
    look(fmt::format("database of {} bytes", size), x, t);
  };
  for (std::size_t size = 0; size < closed.database->size();
       size += 30 * step())
    cut(size);
  for (std::size_t size = 0; size < closed.database->size(); size += page_size)
    cut(size);
  cut(closed.database->size() - 1);
  BOOST_TEST(t.refused == t.tried); // no page is spare
  auto cut_log = [&](std::size_t size) {
    auto x = mixed;
    x.log->resize(size);
    look(fmt::format("log of {} bytes", size), x, t);
  };
  for (std::size_t size = 0; size < mixed.log->size(); size += 30 * step())
    cut_log(size);
  for (std::size_t size = log_head; size < mixed.log->size();
       size += frame_size) {
    cut_log(size);
    cut_log(size - 1);
  }
  check(t, "truncated");
}

// row 4: a tail of zeros or of anything. What was torn was never acknowledged.
BOOST_AUTO_TEST_CASE(what_a_torn_write_left_at_the_end_is_dropped) {
  table t;
  dice d{1};
  for (std::size_t size : {1ul, 24ul, 512ul, frame_size, 3 * frame_size}) {
    auto x = mixed;
    x.log->append(size, '\0');
    look(fmt::format("{} zeros after the log", size), x, t);
    x = mixed;
    for (std::size_t i = 0; i < size; ++i)
      *x.log += static_cast<char>(d.roll(256));
    look(fmt::format("garbage of {} bytes after the log", size), x, t);
    x = closed;
    x.database->append(size, '\0');
    look(fmt::format("{} zeros after the database", size), x, t);
  }
  check(t, "torn tail");
  BOOST_TEST(t.harmless == t.tried);
}

BOOST_AUTO_TEST_CASE(zeros_in_the_place_of_the_end_are_noticed) { // row 4
  table t;
  for (std::size_t size = 1; size < closed.database->size();
       size += 30 * step()) {
    auto x = closed;
    x.database->replace(x.database->size() - size, size, size, '\0');
    look(fmt::format("database with {} zeros", size), x, t);
  }
  auto before = t.refused;
  for (std::size_t size = 1; size < mixed.log->size(); size += 30 * step()) {
    auto x = mixed;
    x.log->replace(x.log->size() - size, size, size, '\0');
    look(fmt::format("log with {} zeros", size), x, t);
  }
  check(t, "zero-filled");
  BOOST_TEST(before > 0u);
  BOOST_TEST(t.refused > before);
}

BOOST_AUTO_TEST_CASE(a_block_that_is_there_twice_is_noticed) { // row 4
  table t;
  auto pages = closed.database->size() / page_size;
  for (std::size_t from = 0; from < pages; ++from)
    for (std::size_t to : {from + 1, from + 2, pages - 1}) {
      if (to >= pages || to == from)
        continue;
      auto x = closed;
      auto page = closed.database->substr(from * page_size, page_size);
      x.database->replace(to * page_size, page_size, page);
      look(fmt::format("page {} in the place of {}", from, to), x, t);
      x = closed;
      x.database->insert(to * page_size, page);
      look(fmt::format("page {} once more before {}", from, to), x, t);
    }
  for (std::size_t at = log_head; at + 2 * frame_size <= mixed.log->size();
       at += frame_size) {
    auto x = mixed;
    x.log->insert(at, mixed.log->substr(at, frame_size));
    look(fmt::format("frame at {} twice", at), x, t);
  }
  check(t, "duplicate blocks");
  BOOST_TEST(t.refused > 0u);
}

// row 4: stale copies, with what was beside them or with what is now
BOOST_AUTO_TEST_CASE(a_stale_copy_is_noticed) {
  table t;
  std::map<std::string, files> stale{
      {"the early log alone", {mixed.database, early.log, mixed.head}},
      {"the early database and log", {early.database, early.log, mixed.head}},
      {"the early database with this log",
       {early.database, mixed.log, mixed.head}},
      {"the early moved database with the early log",
       {early_moved.database, early.log, mixed.head}},
      {"the early moved database without a log",
       {early_moved.database, std::nullopt, mixed.head}},
      {"the log is missing", {mixed.database, std::nullopt, mixed.head}},
      {"the log is empty", {mixed.database, "", mixed.head}},
      {"the database is missing", {std::nullopt, mixed.log, mixed.head}},
      {"the database is empty", {"", mixed.log, mixed.head}},
      {"the closed database with an early log",
       {closed.database, early.log, closed.head}},
      {"the closed database with a log of the middle",
       {closed.database, mixed.log, closed.head}},
  };
  for (const auto& [name, x] : stale)
    look(name, x, t);
  check(t, "stale copies");
  BOOST_TEST(t.refused >= 8u);
}

// row 4: somebody else's files
BOOST_AUTO_TEST_CASE(what_is_no_journal_is_refused) {
  table t;
  auto with = [&](const std::string& sql) {
    put(closed);
    BOOST_TEST(sqlite_connection{path}.run(sql));
    return now();
  };
  auto text = [&](const files& x) {
    put(x);
    auto found = read_journal(path, run);
    return found.refused ? found.refused->detail : "";
  };
  auto has = [](const std::string& in, const char* what) {
    return in.find(what) != std::string::npos;
  };
  files x;
  x.database = "no database at all, but a text of some length\n";
  BOOST_TEST(has(text(x), "not a database"), text(x));
  look("a text", x, t);
  x.database = std::string(3 * page_size, '\x5a');
  look("the same byte throughout", x, t);
  x.database = "";
  BOOST_TEST(has(text(x), "its run never began"), text(x));
  look("an empty file", x, t);
  x = with("pragma user_version=99");
  BOOST_TEST(has(text(x), "format 99"), text(x));
  BOOST_TEST(has(text(x), "newer"), text(x));
  look("a newer format", x, t);
  x = with("pragma user_version=-1");
  look("a format that never was", x, t);
  x = with("pragma application_id=7");
  BOOST_TEST(has(text(x), "no journal of tutti"), text(x));
  look("another program's database", x, t);
  for (const auto* table :
       {"about", "word", "session", "revision", "name", "fact", "pack"}) {
    look(fmt::format("without table {}", table),
         with(fmt::format("drop table {}", table)), t);
    look(fmt::format("with an empty table {}", table),
         with(fmt::format("delete from {}", table)), t);
  }
  check(t, "no journal");
  BOOST_TEST(t.refused == t.tried);
}

// row 4: each column of each table, changed as a person could
BOOST_AUTO_TEST_CASE(a_changed_value_is_noticed) {
  table t;
  auto change = [&](const std::string& what, const std::string& sql) {
    put(closed);
    sqlite_connection db{path};
    BOOST_TEST(db.run(sql), db.error());
    look(what, now(), t);
  };
  std::map<std::string, std::vector<std::string>> columns{
      {"about", {"value"}},
      {"word", {"text"}},
      {"session",
       {"first_fact", "at_ns", "wall_ns", "pid", "durability", "tutti"}},
      {"revision", {"session", "first_fact", "plan", "settings"}},
      {"name", {"revision", "kind", "name", "parts"}},
      {"fact",
       {"at_ns", "kind", "subject", "cause_kind", "cause", "agent", "attempt",
        "version", "phase", "state", "ended", "status", "exit_code", "service",
        "extra", "details", "chain"}},
      {"pack", {"first", "last", "at_ns", "chain", "body"}},
  };
  for (const auto& [table, names] : columns)
    for (const auto& column : names)
      change(table + "." + column,
             fmt::format("update {0} set {1} = case when typeof({1}) = 'text' "
                         "then {1} || 'x' else coalesce({1}, 0) + 1 end",
                         table, column));
  // Numbers that nothing fits into.
  change("a revision begins behind the end",
         "update revision set first_fact = 1000000");
  change("a session begins behind the end",
         "update session set first_fact = 1000000");
  change("the last fact has a huge number",
         "update fact set number = number + (1 << 60) where number = (select "
         "max(number) from fact)");
  change("a kind of name that there is not",
         "update name set kind = 'zzz' where kind = 'task'");
  change("a fact is gone", "delete from fact where number = 7");
  change("the first fact is gone", "delete from fact where number = 1");
  change("two facts are swapped",
         "update fact set number = -5 where number = 5;"
         "update fact set number = 5 where number = 6;"
         "update fact set number = 6 where number = -5");
  change("a fact is there twice",
         "insert into fact select (select max(number) + 1 from fact), at_ns, "
         "kind, subject, cause_kind, cause, agent, attempt, version, phase, "
         "state, ended, status, exit_code, service, extra, details, chain "
         "from fact where number = 5");
  change("the last fact is gone",
         "delete from fact where number = (select max(number) from fact)");
  change("a pack is gone", "delete from pack where first = (select "
                           "max(first) from pack)");
  check(t, "changed values");
  BOOST_TEST(t.refused == t.tried);
}

BOOST_AUTO_TEST_SUITE_END()
