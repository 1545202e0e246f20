// SPDX-License-Identifier: BSD-3-Clause
// What cannot work says so in one clear sentence, with the right exit code.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tutti::test;

namespace {

constexpr const char* small = "tasks: { a: touch a }\n";

/// A file system of a few pages, for as long as the object lives; absent
/// where mounting is not permitted.
class tiny_disk {
public:
  explicit tiny_disk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  tiny_disk(const tiny_disk&) = delete;
  tiny_disk& operator=(const tiny_disk&) = delete;
  ~tiny_disk() {
    if (mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const {
    return mounted_;
  }
  /// Leaves no byte free.
  void fill() const {
    std::ofstream file{path_ + "/filler", std::ios::binary};
    std::string page(4096, 'x');
    while (file.write(page.data(), 4096).flush()) {
    }
  }

private:
  std::string path_;
  bool mounted_ = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_errors, run_fixture)

BOOST_AUTO_TEST_CASE(no_plan_here_points_to_init) {
  auto x = tutti({"run"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.out == "");
  check_one_sentence(x, {"tutti.yaml", "tutti init"});
}

BOOST_AUTO_TEST_CASE(a_missing_plan_is_named) {
  dir.write("team.yml", small);
  for (const auto* command : {"run", "check", "graph"}) {
    auto x = tutti({command, "team.yaml"});
    BOOST_TEST(x.status == 2);
    check_one_sentence(x, {"'team.yaml'", "'team.yml'"});
  }
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_plan_but_may_hold_one) {
  std::filesystem::create_directory(dir / "empty");
  dir.write("full/tutti.yaml", small);
  auto empty = tutti({"run", "empty"});
  BOOST_TEST(empty.status == 2);
  check_one_sentence(empty, {"'empty' is a directory"});
  auto full = tutti({"run", "full"});
  BOOST_TEST(full.status == 2);
  check_one_sentence(full, {"'full' is a directory", "'full/tutti.yaml'"});
}

BOOST_AUTO_TEST_CASE(an_empty_plan_is_named) {
  dir.write("empty.yaml", "");
  auto x = tutti({"run", "empty.yaml"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("empty.yaml") != std::string::npos, x.err);
}

BOOST_AUTO_TEST_CASE(a_binary_file_is_named_and_not_printed) {
  std::string bytes = "\x7f"
                      "ELF\x02\x01";
  bytes += std::string(64, '\0') + "\x1b[2J\xff\xfe";
  dir.write("program.yaml", bytes);
  auto x = tutti({"run", "program.yaml"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("program.yaml") != std::string::npos, x.err);
  BOOST_TEST(x.err.find('\x1b') == std::string::npos);
  BOOST_TEST(x.err.find('\xff') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_of_100_megabytes_is_refused_by_its_size) {
  auto path = dir.write("huge.yaml", "tasks:\n");
  BOOST_REQUIRE(::truncate(path.c_str(), 100'000'000) == 0);
  auto x = tutti({"run", "huge.yaml"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {"huge.yaml"});
}

BOOST_AUTO_TEST_CASE(mistakes_in_a_plan_are_all_shown_and_nothing_runs) {
  auto x = run(R"(
tasks:
  a: { run: touch a, nedes: b }
  b: { run: touch b, needs: nobody }
)");
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("tutti.yaml:3:") != std::string::npos, x.err);
  BOOST_TEST(x.err.find("tutti.yaml:4:") != std::string::npos, x.err);
  BOOST_TEST(x.err.find("'needs'") != std::string::npos, x.err);
  BOOST_TEST(x.err.find("nobody") != std::string::npos, x.err);
  BOOST_TEST(!dir.exists("b"));
  BOOST_TEST(!dir.exists(".tutti"));
}

BOOST_AUTO_TEST_CASE(a_state_directory_that_cannot_be_is_named) {
  dir.write("file", "in the way");
  for (const std::string& path : {dir / "file/state", std::string{"/proc/x"}}) {
    auto x = run(small, {"--state-dir", path});
    BOOST_TEST(x.status == 7);
    check_one_sentence(x, {path});
    BOOST_TEST(!dir.exists("a"));
  }
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_written_is_named) {
  dir.write("tutti.yaml", small);
  for (const auto* path : {"no/such/folder/r.json", "/dev/full"}) {
    auto x = tutti({"run", "--json", path});
    BOOST_TEST(x.status != 0);
    BOOST_TEST(x.err.find(path) != std::string::npos, x.err);
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_named_and_ends_the_run_resumable) {
  tiny_disk disk{dir / "disk"};
  if (!disk.mounted()) {
    BOOST_TEST_MESSAGE("skipped: no tmpfs can be mounted here");
    return;
  }
  disk.fill();
  auto x = run(R"(
tasks:
  a: yes | head -c 1000000
)",
               {"--state-dir", dir / "disk/state"});
  BOOST_TEST(x.status == 6);
  auto text = x.out + x.err;
  BOOST_TEST((text.find("o space") != std::string::npos
              || text.find("full") != std::string::npos),
             text);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(standard_output_that_is_full_is_an_error) {
  dir.write("tutti.yaml", small);
  auto how = options({"graph"});
  how.stdout_file = "/dev/full";
  auto x = run_program(how);
  BOOST_TEST(x.status == 7);
  check_one_sentence(x, {"standard output"});
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_ends_a_printer_quietly) { // row 31
  dir.write("tutti.yaml", small);
  for (const auto* command : {"graph", "schema", "help"}) {
    auto how = options({command});
    how.broken_stdout = true;
    auto x = run_program(how);
    BOOST_TEST(x.status == 128 + SIGPIPE);
    BOOST_TEST(x.err == "");
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_does_not_end_a_run) { // row 31
  dir.write("tutti.yaml", R"(
tasks:
  a: touch a
  b: { needs: a, run: touch b }
)");
  auto how = options({"run"});
  how.broken_stdout = true;
  auto x = run_program(how);
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.exists("b"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_run_without_standard_streams_works) {
  dir.write("tutti.yaml", small);
  auto how =
      options({"-c", "\"$0\" run <&- >&- 2>&-", std::getenv("TUTTI_BINARY")});
  how.path = "/bin/sh";
  auto x = run_program(how);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(dir.exists("a"));
}

BOOST_AUTO_TEST_SUITE_END()
