// SPDX-License-Identifier: BSD-3-Clause
// What a task hands on as files: which, by what name, and what is refused.
#include "tests/runtime/artifacts/store_fixture.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

using namespace tutti;
using namespace tutti::test;

using names = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(runtime_artifacts_capture, store_fixture)

BOOST_AUTO_TEST_CASE(globs_choose_files_below_the_working_directory) {
  for (const auto* name : {"a.txt", "b.md", ".hidden.txt", "out/x.txt",
                           "out/deep/y.txt", "out/deep/.z.txt", "[odd].txt"})
    made.write(name, name);
  std::map<std::string, names> expected{
      {"a.txt", {"a.txt"}},
      {"*.txt", {"[odd].txt", "a.txt"}},
      {"?.*", {"a.txt", "b.md"}},
      {"[ab].*", {"a.txt", "b.md"}},
      {"[!a].*", {"b.md"}},
      {"\\[odd].txt", {"[odd].txt"}},
      {".*.txt", {".hidden.txt"}},
      {"out/*", {"out/x.txt"}},
      {"out/**", {"out/deep/y.txt", "out/x.txt"}},
      {"out/", {"out/deep/y.txt", "out/x.txt"}},
      {"**/*.txt", {"[odd].txt", "a.txt", "out/deep/y.txt", "out/x.txt"}},
      {"./out/./deep//y.txt", {"out/deep/y.txt"}},
      {"out/deep/.z.txt", {"out/deep/.z.txt"}},
  };
  for (const auto& [pattern, paths] : expected)
    BOOST_TEST(paths_of(capture({pattern})) == paths,
               boost::test_tools::per_element());
  // Each path once, sorted, whatever patterns name it.
  BOOST_TEST(paths_of(capture({"b.md", "*.md", "a.txt"}))
                 == (names{"a.txt", "b.md"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_artifact_is_named_by_its_content) {
  made.write("one", "abc");
  made.write("two", "abc");
  made.write_script("run", "abc");
  auto x = capture({"*"}).artifacts;
  BOOST_REQUIRE_EQUAL(x.size(), 3u);
  // SHA-256 of "abc", FIPS 180-2.
  BOOST_TEST(x[0].digest
             == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015"
                "ad");
  BOOST_TEST(x[0].size_bytes == 3u);
  BOOST_TEST(!x[0].executable);
  BOOST_TEST(x[1].executable); // "run"
  BOOST_TEST(x[2].digest == x[0].digest);
  BOOST_TEST(kept.read(place_of(x[0])) == "abc");
  struct stat status {};
  BOOST_REQUIRE(::stat((kept / place_of(x[0])).c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0400u); // nobody changes it in place
}

BOOST_AUTO_TEST_CASE(nothing_but_artifacts_is_left_in_the_store) { // rule 10
  made.write("one", "abc");
  made.write("two", std::string(1u << 20, 'x'));
  BOOST_TEST(capture({"*"}).artifacts.size() == 2u);
  BOOST_TEST(capture({"*"}).artifacts.size() == 2u);
  made.write("three", "not kept");
  std::filesystem::create_symlink("one", made / "zlink"); // after the others
  BOOST_TEST(capture({"*"}).mistake != "");
  std::size_t files = 0;
  for (const auto& e :
       std::filesystem::recursive_directory_iterator{kept.path()})
    files += e.is_regular_file();
  BOOST_TEST(files == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named_with_its_place) {
  auto x = capture({"report.md"});
  BOOST_TEST(x.mistake
             == "artifact 'report.md': no such file in '" + made.path()
                    + "': the task has to write it there before it ends");
  BOOST_TEST(has_text(capture({"out/**"}).mistake, "artifact 'out/**'"));
  BOOST_TEST(capture({"report.md"}, true).mistake == "");
}

BOOST_AUTO_TEST_CASE(what_lies_outside_is_refused) {
  std::map<std::string, std::string> refused{
      {"/etc/passwd", "absolute path: name it relative"},
      {"../secret", "outside of the working directory"},
      {"out/../../secret", "outside of the working directory"},
      {"", "an artifact's path is empty"},
      {".", "names no file"},
      {std::string("a\0b", 3), "a zero byte"},
  };
  for (const auto& [pattern, why] : refused)
    BOOST_TEST(has_text(capture({pattern}).mistake, why), pattern);
}

BOOST_AUTO_TEST_CASE(no_symbolic_link_is_followed) {
  temporary_directory outside;
  outside.write("secret", "not yours");
  made.write("real/file", "x");
  std::filesystem::create_symlink(outside / "secret", made / "link");
  std::filesystem::create_directory_symlink(outside.path(), made / "folder");
  for (const auto* pattern : {"link", "*", "**"})
    BOOST_TEST(has_text(capture({pattern}).mistake, "is a symbolic link"),
               pattern);
  for (const auto* pattern : {"folder/secret", "folder/*", "folder/**"})
    BOOST_TEST(has_text(capture({pattern}).mistake,
                        "'folder' is a symbolic link, which artifacts do not "
                        "follow: name the folder that it points to"),
               pattern);
  // A wildcard does not go through one either.
  BOOST_TEST(has_text(capture({"*/secret"}).mistake, "no such file"));
  BOOST_TEST(paths_of(capture({"*/file"})) == names{"real/file"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused) {
  BOOST_REQUIRE(::mkfifo((made / "pipe").c_str(), 0600) == 0);
  BOOST_TEST(has_text(capture({"pipe"}).mistake, "'pipe' is a FIFO"));
  BOOST_TEST(has_text(capture({"*"}).mistake, "'pipe' is a FIFO"));
  auto fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (made / "sock").c_str());
  BOOST_REQUIRE(
      ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
  BOOST_TEST(has_text(capture({"sock"}).mistake, "'sock' is a socket"));
  std::filesystem::create_directory(made / "out");
  BOOST_TEST(has_text(capture({"out"}).mistake, "write 'out/**' for all"));
}

BOOST_AUTO_TEST_CASE(names_that_are_no_text_are_refused) {
  made.write("ok\xff", "x");
  BOOST_TEST(
      has_text(capture({"ok*"}).mistake, "its name is no UTF-8: rename it"));
  made.write("Grüße", "x");
  BOOST_TEST(paths_of(capture({"Gr?ße"})) == names{"Grüße"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_folder_of_too_many_files_is_an_archive) {
  for (int i = 0; i <= 10000; ++i)
    made.write("f" + std::to_string(i), "");
  BOOST_TEST(has_text(capture({"*"}).mistake, "hand on an archive"));
}

BOOST_AUTO_TEST_CASE(what_this_user_may_not_read_is_named,
                     *boost::unit_test::precondition([](auto) {
                       return ::geteuid() != 0; // who may read everything
                     })) {
  made.write("secret", "x");
  ::chmod((made / "secret").c_str(), 0200);
  BOOST_TEST(has_text(capture({"secret"}).mistake, "chmod u+r"));
  made.write("closed/x", "x");
  ::chmod((made / "closed").c_str(), 0);
  for (const auto* pattern : {"closed/x", "closed/*", "**/x"})
    BOOST_TEST(has_text(capture({pattern}).mistake,
                        "the folder 'closed' cannot be read"),
               pattern);
  ::chmod((made / "closed").c_str(), 0700);
}

BOOST_AUTO_TEST_CASE(a_large_sparse_file_costs_neither_memory_nor_disk) {
  auto path = made.write("sparse", "head");
  constexpr off_t size = off_t{2} << 30;
  BOOST_REQUIRE(::truncate(path.c_str(), size) == 0);
  auto x = capture({"sparse"});
  BOOST_TEST(x.mistake == "");
  BOOST_REQUIRE_EQUAL(x.artifacts.size(), 1u);
  BOOST_TEST(x.artifacts[0].size_bytes == static_cast<std::uint64_t>(size));
  struct stat status {};
  BOOST_REQUIRE(::stat((kept / place_of(x.artifacts[0])).c_str(), &status)
                == 0);
  BOOST_TEST(status.st_size == size);
  constexpr std::int64_t block_bytes = 512; // as stat counts
  BOOST_TEST(status.st_blocks * block_bytes < (1 << 20));
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_for_ever_ends_the_capture) {
  auto path = made.write("log", "start\n");
  std::atomic<bool> over = false;
  std::thread writer{[&] {
    std::ofstream file{path, std::ios::app};
    while (!over)
      file << std::string(1000, 'x') << std::flush;
  }};
  std::string mistake;
  while (mistake.empty()) // until it happens to be written to meanwhile
    mistake = capture({"log"}).mistake;
  over = true;
  writer.join();
  BOOST_TEST(has_text(mistake, "it changed while it was taken in"));
}

BOOST_AUTO_TEST_CASE(small_files_are_read_whole) { // contracts
  capture_artifacts x;
  x.directory = made.path();
  x.files = {made.write("schema.json", "{}"), made.write("mock.json", "[]")};
  auto y = store.capture(x);
  BOOST_TEST(y.texts == (names{"{}", "[]"}), boost::test_tools::per_element());
  x.files = {made.write("large", std::string((1u << 20) + 1, 'x'))};
  BOOST_TEST(has_text(store.capture(x).mistake, "is larger than 1 MiB"));
  x.files = {made / "none"};
  BOOST_TEST(has_text(store.capture(x).mistake, "No such file"));
}

BOOST_AUTO_TEST_SUITE_END()
