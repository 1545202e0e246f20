// SPDX-License-Identifier: BSD-3-Clause
// I10: who does not name a secret does not get it, and nothing that a process
// puts out shows one (row 28).
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::process;

namespace {

const std::string canary = "cAnArY \"7\" of/them";

struct secretive : harness {
  secretive() {
    process().give_secrets(
        {{"TOKEN", canary}, {"PIN", "47"}, {"UNUSED", "xyz"}});
  }
  start_process knowing(const std::string& script) {
    auto x = shell(script);
    x.secrets = {"TOKEN", "PIN"};
    return x;
  }
};

std::string log_of(const process_exited& x) {
  return x.log.empty() ? std::string{} : content(x.log);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_secrets)

BOOST_FIXTURE_TEST_CASE(who_names_a_secret_gets_it, secretive) {
  auto x =
      run(knowing("printf %s \"$TOKEN,$PIN,${UNUSED-none}\" > \"$1/seen\""));
  BOOST_TEST(x.code == 0);
  BOOST_TEST(content(scratch() / "seen") == canary + ",47,none");
  (void)run_shell("printf %s \"${TOKEN-none},${PIN-none}\" > \"$1/seen\"");
  BOOST_TEST(content(scratch() / "seen") == "none,none");
}

BOOST_FIXTURE_TEST_CASE(it_counts_before_other_variables, secretive) {
  auto x = knowing("printf %s \"$TOKEN\" > \"$1/seen\"");
  x.env = {"TOKEN=of-env"};
  (void)run(x);
  BOOST_TEST(content(scratch() / "seen") == canary);
}

BOOST_AUTO_TEST_CASE(a_variable_of_its_name_that_tutti_had_goes_to_nobody) {
  ::setenv("TOKEN", "exported", 1);
  secretive h;
  ::unsetenv("TOKEN");
  (void)h.run_shell("printf %s \"${TOKEN-none}\" > \"$1/seen\"");
  BOOST_TEST(content(h.scratch() / "seen") == "none");
  (void)h.run(h.knowing("printf %s \"$TOKEN\" > \"$1/seen\""));
  BOOST_TEST(content(h.scratch() / "seen") == canary);
}

BOOST_FIXTURE_TEST_CASE(a_secret_that_nobody_gave_starts_nothing, secretive) {
  auto x = knowing("touch \"$1/started\"");
  x.secrets = {"OTHER"};
  auto end = run(x);
  BOOST_TEST((end.end == process_end::refused));
  BOOST_TEST(end.message == "there is no value for the secret OTHER");
  BOOST_TEST(!std::filesystem::exists(scratch() / "started"));
}

BOOST_FIXTURE_TEST_CASE(log_and_lines_show_none, secretive) { // row 28
  auto x = knowing("echo \"out $TOKEN\"; echo \"err $TOKEN\" >&2\n"
                   "printf '%s' \"$TOKEN\" | base64 -w0; echo\n"
                   "echo last $TOKEN");
  auto end = run(x);
  BOOST_TEST(log_of(end) == "out ***\nerr ***\n***\nlast ***\n");
  for (const auto& line : lines(x.id))
    BOOST_TEST(line.find("cAnArY") == std::string::npos, line);
  wait_line(x.id, "last ***");
}

// The first half is in the log before the second is written.
BOOST_FIXTURE_TEST_CASE(one_in_two_writes_is_found, secretive) { // row 28
  auto x = knowing("echo before; printf 'cAnArY \"7'; read go < \"$1/go\"\n"
                   "printf '\" of/them and more\\n'");
  (void)run_shell("mkfifo \"$1/go\"");
  process().start(x);
  wait_line(x.id, "before");
  (void)run_shell("echo go > \"$1/go\"");
  auto end = wait_exited(x.id);
  BOOST_TEST(log_of(end) == "before\n*** and more\n");
}

BOOST_FIXTURE_TEST_CASE(what_is_held_back_comes_at_the_end, secretive) {
  auto end = run_shell("printf 'cAnArY \"7\" of/th'");
  BOOST_TEST(log_of(end) == "cAnArY \"7\" of/th");
}

BOOST_FIXTURE_TEST_CASE(colours_do_not_hide_one_on_the_board, secretive) {
  auto x = shell("printf 'cAnArY \\033[1m\"7\"\\033[0m of/them\\n'");
  (void)run(x);
  wait_line(x.id, "***");
}

BOOST_FIXTURE_TEST_CASE(what_is_said_to_tutti_is_whole, secretive) {
  auto x = talking("read line; echo \"$TOKEN\"; echo \"$TOKEN\" >&2");
  x.secrets = {"TOKEN"};
  process().start(x);
  say(x.id, "go\n");
  auto end = wait_exited(x.id);
  // Who reads its messages masks what it takes from them.
  BOOST_TEST(outputs(x.id) == std::vector<std::string>{canary + "\n"});
  BOOST_TEST(log_of(end) == "***\n");
}

boost::test_tools::assertion_result
is_not_root(boost::unit_test::test_unit_id) {
  return ::geteuid() != 0; // who may look into everything
}

// The memory of who holds them is in no core dump, and closed to its children.
BOOST_FIXTURE_TEST_CASE(others_cannot_look_into_the_supervisor, secretive,
                        *boost::unit_test::precondition(is_not_root)) {
  BOOST_TEST(run_shell("cat /proc/$PPID/environ > /dev/null").code != 0);
  BOOST_TEST(run_shell("cat /proc/$$/environ > /dev/null").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
