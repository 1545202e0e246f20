// SPDX-License-Identifier: BSD-3-Clause
// Files for TUTTI_INPUT that serve one attempt after the other.
#include "runtime/process/input_files.hpp"

#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tutti::process;

namespace {

struct world {
  scratch_directory directory;
  input_files files;

  std::string make(std::string_view text) {
    std::string path;
    BOOST_TEST(files.make(directory.path().string(), text, path) == 0);
    BOOST_TEST(content(path) == text);
    return path;
  }
  [[nodiscard]] std::string other() const {
    return (directory.path() / "other").string();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_input_files)

BOOST_AUTO_TEST_CASE(a_later_attempt_gets_the_file_with_its_own_content) {
  world w;
  auto path = w.make("{\"of\": \"the first\"}");
  w.files.give_back(path);
  BOOST_TEST(w.make("{}") == path);
  w.files.give_back(path);
  BOOST_TEST(w.make("{\"of\": \"the third\", \"longer\": 1}") == path);
}

BOOST_AUTO_TEST_CASE(two_at_once_have_two) {
  world w;
  auto one = w.make("1");
  auto two = w.make("2");
  BOOST_TEST(one != two);
  BOOST_TEST(content(one) == "1");
}

BOOST_AUTO_TEST_CASE(what_a_task_kept_by_another_name_stays_as_it_is) {
  world w;
  auto path = w.make("first");
  std::filesystem::create_hard_link(path, w.other());
  w.files.give_back(path);
  w.make("second");
  BOOST_TEST(content(w.other()) == "first");
}

BOOST_AUTO_TEST_CASE(what_a_task_put_in_its_place_is_not_written_over) {
  world w;
  auto path = w.make("first");
  std::filesystem::rename(path, w.other());
  std::filesystem::create_symlink(w.other(), path);
  w.files.give_back(path);
  w.make("second");
  BOOST_TEST(content(w.other()) == "first");
}

BOOST_AUTO_TEST_CASE(one_that_a_task_removed_is_made_anew) {
  world w;
  auto path = w.make("first");
  std::filesystem::remove(path);
  w.files.give_back(path);
  w.make("second");
}

BOOST_AUTO_TEST_CASE(spare_ones_go) {
  world w;
  w.files.give_back(w.make("1"));
  BOOST_TEST(w.files.has_spare());
  w.files.remove_spare();
  BOOST_TEST(!w.files.has_spare());
  BOOST_TEST(std::filesystem::is_empty(w.directory.path()));
}

BOOST_AUTO_TEST_SUITE_END()
