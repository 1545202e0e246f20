// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/output.hpp"

#include "runtime/process/files.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace tutti::process;

namespace {

std::string last_of(std::initializer_list<std::string_view> chunks) {
  last_line x;
  for (auto chunk : chunks)
    x.append(chunk);
  return x.take().value_or("(none)");
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_output)

BOOST_AUTO_TEST_CASE(the_last_complete_line_counts) {
  BOOST_TEST(last_of({"a"}) == "(none)");
  BOOST_TEST(last_of({"a\n"}) == "a");
  BOOST_TEST(last_of({"a\nb\nc"}) == "b");
  BOOST_TEST(last_of({"a\nb", "c\nd"}) == "bc");
  BOOST_TEST(last_of({"a", "b", "\n"}) == "ab");
  BOOST_TEST(last_of({"a\n", "b\r\n"}) == "b");
  BOOST_TEST(last_of({"a\n\n", "\r\n\n"}) == "a");
  BOOST_TEST(last_of({"ab\n\ncd", "\n\n"}) == "cd");
  BOOST_TEST(last_of({"10%\r20%\r30%"}) == "20%");
}

BOOST_AUTO_TEST_CASE(a_line_is_taken_once) {
  last_line x;
  x.append("a\n");
  BOOST_TEST(x.ready());
  BOOST_TEST(x.take().value() == "a");
  BOOST_TEST(!x.take().has_value());
  x.append("rest");
  BOOST_TEST(!x.ready());
  x.end();
  BOOST_TEST(x.take().value() == "rest");
}

BOOST_AUTO_TEST_CASE(an_endless_line_is_cut) {
  last_line x;
  for (int i = 0; i < 100; ++i)
    x.append(std::string(1000, 'x'));
  x.append("\n");
  BOOST_TEST(x.take().value().size() == last_line::line_bytes_max);
}

BOOST_AUTO_TEST_CASE(a_log_exists_from_the_first_byte_on) {
  auto path = std::filesystem::temp_directory_path()
            / ("tutti-output-" + std::to_string(::getpid()) + ".log");
  capped_log log{path.string(), 10};
  BOOST_TEST(log.path().empty());
  log.append("");
  BOOST_TEST(!std::filesystem::exists(path));
  log.append("12345678");
  log.append("90ab");
  log.append("cd");
  log.finish();
  BOOST_TEST(log.path() == path.string());
  BOOST_TEST(log.dropped_bytes() == 4U);
  BOOST_TEST(log.failure().empty());
  BOOST_TEST(read_file(path.string(), 1000).content
             == "1234567890\n[tutti: 4 bytes of output are not in this log; "
                "the limit is 10 bytes]\n");
  std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(a_full_disk_costs_output_only) {
  capped_log log{"/dev/full", 1000};
  log.append("12345");
  log.append("6789");
  log.finish();
  BOOST_TEST(log.dropped_bytes() == 9U);
  BOOST_TEST(log.failure()
             == "cannot write the log /dev/full: No space left on device");
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_made_costs_output_only) {
  capped_log log{"/nowhere/a.log", 1000};
  log.append("12345");
  log.finish();
  BOOST_TEST(log.path().empty());
  BOOST_TEST(log.dropped_bytes() == 5U);
  BOOST_TEST(log.failure()
             == "cannot write the log /nowhere/a.log: No such file or "
                "directory");
}

BOOST_AUTO_TEST_SUITE_END()
