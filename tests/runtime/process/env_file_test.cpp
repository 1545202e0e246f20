// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/env_file.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using tutti::process::parse_env_file;
using tutti::process::read_env_file;
using strings = std::vector<std::string>;

namespace {

strings parsed(std::string_view text) {
  auto result = parse_env_file(text, "x.env");
  BOOST_TEST_REQUIRE(static_cast<bool>(result));
  return *result;
}

std::string refused(std::string_view text) {
  auto result = parse_env_file(text, "x.env");
  BOOST_TEST_REQUIRE(!result);
  return result.error().detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_env_file)

BOOST_AUTO_TEST_CASE(lines_are_assignments_comments_or_empty) {
  BOOST_TEST(parsed("A=1\n\n# no\n  # no\nB=2") == (strings{"A=1", "B=2"}));
  BOOST_TEST(parsed("").empty());
  BOOST_TEST(parsed("\xef\xbb\xbf"
                    "A=1\r\nB=2\r\n")
             == (strings{"A=1", "B=2"}));
}

BOOST_AUTO_TEST_CASE(export_is_allowed) {
  BOOST_TEST(parsed("export A=1\nexport\tB=2\nexported=3")
             == (strings{"A=1", "B=2", "exported=3"}));
}

BOOST_AUTO_TEST_CASE(plain_values_lose_blanks_and_comments) {
  BOOST_TEST(parsed("A =  b c  \nB=\nC=a#b\nD=a # b\nE= # b\nF=a=b")
             == (strings{"A=b c", "B=", "C=a#b", "D=a", "E=", "F=a=b"}));
}

BOOST_AUTO_TEST_CASE(single_quotes_are_literal) {
  BOOST_TEST(parsed("A=' a\\n#b '\nB='' # c") == (strings{"A= a\\n#b ", "B="}));
}

BOOST_AUTO_TEST_CASE(double_quotes_know_escapes) {
  BOOST_TEST(parsed(R"(A="a\nb\t\"\\\$\x" # c)")
             == (strings{"A=a\nb\t\"\\$\\x"}));
}

BOOST_AUTO_TEST_CASE(nothing_is_expanded) {
  BOOST_TEST(parsed("A=$HOME\nB=\"$HOME\"") == (strings{"A=$HOME", "B=$HOME"}));
}

BOOST_AUTO_TEST_CASE(mistakes_name_file_and_line) {
  BOOST_TEST(refused("A=1\nnonsense") == "x.env:2: the line is not KEY=VALUE");
  BOOST_TEST(refused("=1") == "x.env:1: the line is not KEY=VALUE");
  BOOST_TEST(refused("1A=1") == "x.env:1: the line is not KEY=VALUE");
  BOOST_TEST(refused("A B=1") == "x.env:1: the line is not KEY=VALUE");
  BOOST_TEST(refused("\n\nA=\"b")
             == "x.env:3: the quoted value has no end on its line");
  BOOST_TEST(refused("A='b' c")
             == "x.env:1: the quoted value has no end on its line");
  BOOST_TEST(refused(std::string_view{"A=\0", 3})
             == "x.env:1: the line has a null byte");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named) {
  auto missing = read_env_file("/nowhere/x.env");
  BOOST_TEST_REQUIRE(!missing);
  BOOST_TEST(missing.error().detail
             == "cannot read the env-file /nowhere/x.env: No such file or "
                "directory");
  auto directory = read_env_file("/tmp");
  BOOST_TEST_REQUIRE(!directory);
  BOOST_TEST(directory.error().detail
             == "cannot read the env-file /tmp: Is a directory");
}

BOOST_AUTO_TEST_SUITE_END()
