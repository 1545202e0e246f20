// SPDX-License-Identifier: BSD-3-Clause
// A disk that is full, fails or may not be written (row 5 of the fault
// catalogue): what was acknowledged stays, what was not is kept by the writer
// until the disk takes it, and what is wrong is said with its remedy.
#include "runtime/journal/journal_writer.hpp"
#include "tests/runtime/journal/sample_journal.hpp"
#include "tests/support/lossy_vfs.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <sqlite3.h>
#include <string>
#include <utility>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 30s;

journal::journal_options options(const std::string& path,
                                 const lossy_vfs* vfs = nullptr) {
  journal::journal_options result;
  result.path = path;
  result.vfs = vfs == nullptr ? "" : vfs->name();
  result.has_head = vfs == nullptr;
  return result;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Writes all steps, mending the file after each failure as the writer does.
/// False: it gave up.
bool write_stubbornly(journal::journal_file& file, const sample_run& run) {
  constexpr int tries_max = 40;
  for (const auto& step : run.steps)
    for (int tries = 0; file.last() < step.last; ++tries) {
      if (tries == tries_max)
        return false;
      if (file.append({step}))
        (void)file.mend();
    }
  return true;
}

/// What a child process found, in a text; it may have lost its rights.
std::string in_a_process(const std::function<std::string()>& what) {
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe(ends) == 0);
  auto child = ::fork();
  if (child == 0) {
    auto text = what();
    auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string result;
  char buffer[512];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    result.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(status == 0);
  return result;
}

std::string told(const std::optional<error>& x) {
  return x ? std::to_string(static_cast<int>(x->code)) + " " + x->detail
           : "nothing";
}

/// As somebody who is not root, whom a mode does not bind.
std::string as_nobody(const std::function<std::string()>& what) {
  return in_a_process([&] {
    constexpr uid_t nobody = 65534;
    if (::geteuid() == 0
        && (::setresgid(nobody, nobody, nobody) != 0
            || ::setresuid(nobody, nobody, nobody) != 0))
      return std::string{"cannot become nobody"};
    return what();
  });
}

std::string go_on_as_nobody(const std::string& path, const sample_run& run) {
  return as_nobody([&] {
    return told(go_on(options(path), run).refused);
  });
}

/// A folder with a closed journal of half a run, which anyone may enter.
struct half_written {
  half_written() {
    ::chmod(folder.path().c_str(), 0777);
    sample_writer writer{options(path), run};
    BOOST_TEST_REQUIRE(writer.file);
    writer.append(0, run.steps.size() / 2);
    writer.file.reset();
    ::chmod(path.c_str(), 0666);
    ::chmod((path + "-head").c_str(), 0666);
  }

  temporary_directory folder;
  std::string path = folder / "journal.db";
  sample_run run{1, 4, 30};
};

/// A small file system of its own, for this process and its children.
bool mount_small_disk(const std::string& at) {
  return ::unshare(CLONE_NEWNS) == 0
      && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
      && ::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=2m") == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_disk_error)

// row 5: disk full, EIO, a sync that fails, at each change; and a power loss
// after it, which shows whether what was acknowledged then is durable.
BOOST_AUTO_TEST_CASE(any_change_may_fail_and_nothing_is_lost) {
  constexpr const char* path = "/run/journal.db";
  sample_run run{1, 4, 30};
  lossy_vfs vfs;
  std::uint64_t points = 0;
  for (auto code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC})
    for (std::uint64_t length : {1, 5})
      for (std::uint64_t n = 1;; ++n) {
        vfs.boot(lossy_disk{});
        sample_writer writer{options(path, &vfs), run};
        BOOST_TEST_REQUIRE(writer.file);
        auto made = vfs.changes();
        vfs.on_change(fail_between(made + n, made + n + length - 1, code));
        BOOST_TEST_CONTEXT("error " << code << " at change " << n << " and "
                                    << length - 1 << " more") {
          BOOST_TEST_REQUIRE(write_stubbornly(*writer.file, run));
          bool reached = vfs.changes() >= made + n;
          vfs.lose_power(loss::some, n);
          auto found = read_journal(path, run, vfs.name());
          BOOST_TEST(found.has_all(run.fact_count()));
          if (!reached)
            break;
          ++points;
        }
      }
  BOOST_TEST_MESSAGE(points << " failures");
  BOOST_TEST(points > 300u);
}

// row 5: the journal could not even be made
BOOST_AUTO_TEST_CASE(a_journal_that_cannot_be_made_says_why) {
  sample_run run{1, 4, 30};
  lossy_vfs vfs;
  std::uint64_t refused = 0;
  for (std::uint64_t n = 1;; ++n) {
    vfs.boot(lossy_disk{});
    vfs.on_change(fail_between(n, 1'000'000, SQLITE_FULL));
    sample_writer writer{options("/run/journal.db", &vfs), run};
    if (!writer.refused)
      break;
    ++refused;
    BOOST_TEST((writer.refused->code == exit_code::waiting));
    BOOST_TEST(has(writer.refused->detail, "/run/journal.db"));
    BOOST_TEST(has(writer.refused->detail, "free some space"));
  }
  BOOST_TEST(refused > 10u);
}

// row 5: it says that it is stuck, keeps what it was given, and goes on
BOOST_AUTO_TEST_CASE(the_writer_is_stuck_until_the_disk_is_back) {
  struct sign {
    int code;
    exit_code ends_with;
    const char* remedy;
  };
  sample_run run{1, 4, 30};
  for (auto sign :
       {sign{SQLITE_FULL, exit_code::waiting, "free some space"},
        sign{SQLITE_IOERR_WRITE, exit_code::journal, "its disk"},
        sign{SQLITE_IOERR_FSYNC, exit_code::journal, "its disk"},
        sign{SQLITE_READONLY, exit_code::environment, "writable"}}) {
    lossy_vfs vfs;
    std::promise<journal_stuck> stuck;
    std::promise<void> durable;
    sample_writer made{options("/run/journal.db", &vfs), run};
    BOOST_TEST_REQUIRE(made.file);
    vfs.on_change(fail_between(vfs.changes() + 1, 1'000'000, sign.code));
    journal::journal_writer writer{
        std::move(made.file),
        {[&](facts_durable x) {
           if (x.last == run.fact_count())
             durable.set_value();
         },
         [&](journal_stuck x) {
           stuck.set_value(std::move(x)); // once; a second time would throw
         }}};
    for (const auto& step : run.steps)
      writer.append(step);
    auto why = stuck.get_future();
    BOOST_TEST_REQUIRE((why.wait_for(patience) == std::future_status::ready));
    auto said = why.get();
    BOOST_TEST(said.exit_code == static_cast<int>(sign.ends_with));
    BOOST_TEST(has(said.why, "/run/journal.db"), said.why);
    BOOST_TEST(has(said.why, sign.remedy), said.why);
    vfs.on_change({});
    BOOST_TEST(
        (durable.get_future().wait_for(patience) == std::future_status::ready));
    vfs.lose_power(loss::everything, 0);
    auto found = read_journal("/run/journal.db", run, vfs.name());
    BOOST_TEST(found.has_all(run.fact_count()));
  }
}

// row 5: EIO at each read of a journal
BOOST_AUTO_TEST_CASE(a_disk_that_cannot_be_read_is_named) {
  constexpr const char* path = "/run/journal.db";
  sample_run run{1, 4, 30};
  lossy_vfs vfs;
  sample_writer{options(path, &vfs), run}.append_all();
  auto disk = vfs.disk();
  std::uint64_t refused = 0;
  for (std::uint64_t n = 1;; ++n) {
    vfs.boot(disk);
    std::uint64_t reads = 0;
    vfs.on_read([&](std::string_view, std::size_t) {
      return ++reads == n ? SQLITE_IOERR_READ : SQLITE_OK;
    });
    auto found = read_journal(path, run, vfs.name());
    if (reads < n)
      break;
    if (!found.refused) {
      BOOST_TEST(found.has_all(run.fact_count()), n);
      continue;
    }
    ++refused;
    BOOST_TEST((found.refused->code == exit_code::journal));
    BOOST_TEST(has(found.refused->detail, path));
    BOOST_TEST(has(found.refused->detail, "see to its disk"),
               found.refused->detail);
  }
  BOOST_TEST(refused > 5u);
}

// row 5: read-only
BOOST_FIXTURE_TEST_CASE(a_read_only_file_is_named, half_written) {
  ::chmod(path.c_str(), 0444);
  auto said = go_on_as_nobody(path, run);
  BOOST_TEST(said.starts_with("7 "), said);
  BOOST_TEST(has(said, path), said);
  BOOST_TEST(has(said, "make the file and its folder writable"), said);
}

// row 5: read-only
BOOST_FIXTURE_TEST_CASE(a_read_only_folder_is_named, half_written) {
  ::chmod(folder.path().c_str(), 0555);
  auto said = go_on_as_nobody(path, run);
  BOOST_TEST(said.starts_with("7 "), said);
  BOOST_TEST(has(said, "make the file and its folder writable"), said);
  ::chmod(folder.path().c_str(), 0777);
  BOOST_TEST(go_on_as_nobody(path, run) == "nothing");
}

// row 5: read-only. What is there can be looked at all the same, be it closed
// or what a killed program left.
BOOST_FIXTURE_TEST_CASE(a_journal_is_read_where_nothing_can_be_written,
                        half_written) {
  auto look = [this] {
    return as_nobody([this] {
      auto found = read_journal(path, run);
      return found.refused ? told(found.refused)
                           : std::to_string(found.facts) + " facts";
    });
  };
  auto closed = look();
  BOOST_TEST(has(closed, "facts"), closed);
  ::chmod(path.c_str(), 0444);
  ::chmod(folder.path().c_str(), 0555);
  BOOST_TEST(look() == closed);
  temporary_directory killed;
  sample_writer writer{options(killed / "journal.db"), run};
  auto all = std::to_string(writer.append_all()) + " facts";
  for (const auto* name : {"journal.db", "journal.db-wal"}) {
    std::ofstream{folder / name} << killed.read(name);
    ::chmod((folder / name).c_str(), 0444);
  }
  BOOST_TEST(std::filesystem::file_size(path + "-wal") > 0u);
  std::filesystem::remove(path + "-head");
  BOOST_TEST(look() == all);
  ::chmod(folder.path().c_str(), 0777);
}

// row 32: no permission
BOOST_FIXTURE_TEST_CASE(a_file_of_somebody_else_is_named, half_written) {
  ::chmod(path.c_str(), 0000);
  auto said = go_on_as_nobody(path, run);
  BOOST_TEST(said.starts_with("7 "), said);
  BOOST_TEST(has(said, path), said);
}

// row 5: a real disk that is full, and has space again
BOOST_AUTO_TEST_CASE(a_small_disk_fills_up_and_is_freed,
                     *boost::unit_test::precondition([](auto) {
                       return ::geteuid() == 0; // who may mount one
                     })) {
  temporary_directory folder;
  auto said = in_a_process([&]() -> std::string {
    if (!mount_small_disk(folder.path()))
      return "no rights";
    sample_run run{1, 20, 150};
    sample_writer writer{options(folder / "journal.db"), run};
    if (!writer.file)
      return told(writer.refused);
    auto ballast = folder / "ballast";
    std::ofstream{ballast} << std::string(4'000'000, 'b'); // all of the disk
    auto acknowledged = writer.append_all();
    if (!writer.failed || !writer.failed->is_full())
      return "it was not full";
    if (!read_journal(folder / "journal.db", run).has_all(acknowledged))
      return "what was acknowledged is gone";
    std::filesystem::remove(ballast);
    if (!write_stubbornly(*writer.file, run))
      return "it does not go on";
    if (!read_journal(folder / "journal.db", run).has_all(run.fact_count()))
      return "not all is there";
    return "all is there";
  });
  BOOST_TEST_MESSAGE("a small disk: " << said);
  if (said == "no rights") // a container without them
    return;
  BOOST_TEST(said == "all is there");
}

BOOST_AUTO_TEST_SUITE_END()
