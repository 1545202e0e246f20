// SPDX-License-Identifier: BSD-3-Clause
// `tutti session-test` with the example, and with programs that are no sessions
// (semantics §22).
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

namespace {

/// Answers hello, and each line by what `answer` of Python makes of it.
std::string session_that(const std::string& answer) {
  return "#!/usr/bin/env python3\n"
         "import json, sys\n"
         "def say(**x): print(json.dumps(x), flush=True)\n"
         "say(type='hello', protocol=1, name='x', slots=1)\n"
         "for line in sys.stdin:\n"
         "    x = json.loads(line)\n"
         "    kind = x['type']\n"
       + answer;
}

struct session_fixture : run_fixture {
  program_result test(std::vector<std::string> args) const {
    args.insert(args.begin(), "session-test");
    return tutti(args);
  }
  program_result test_that(const std::string& answer) const {
    return test({dir.write_script("x.py", session_that(answer))});
  }
  static void fails(const program_result& x, const std::string& with) {
    BOOST_TEST(x.status == 1, x.out << x.err);
    BOOST_TEST(x.out.find(with) != std::string::npos, x.out);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_session_test, session_fixture)

BOOST_AUTO_TEST_CASE(the_example_passes) {
  auto x = test({tutti::test::source_path("/examples/session/agent.py")});
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(x.out.find("not ok") == std::string::npos, x.out);
  BOOST_TEST(x.out.ends_with("13 checks, all passed\n"), x.out);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(the_smallest_session_passes) {
  auto x = test_that("    if kind in ('task', 'integrate'):\n"
                     "        say(type='done', id=x['id'])\n"
                     "    if kind == 'bye': break\n");
  BOOST_TEST(x.status == 0, x.out << x.err);
  // It said that it takes one at a time.
  BOOST_TEST(x.out.ends_with("12 checks, all passed\n"), x.out);
}

BOOST_AUTO_TEST_CASE(what_is_no_session_is_told_why) {
  fails(test({"cat"}), "not ok  it says hello first: expected hello within 30 "
                       "s, got \"hello\" needs \"name\"");
  fails(test({"true"}), "got it ended with code 0");
  fails(test({"--timeout", "200ms", "tail", "-f", "/dev/null"}),
        "expected hello within 0.2 s, got nothing");
  fails(test({"echo", "Loading", "-n"}), "no JSON object: \"Loading -n\"");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(without_a_program_nothing_is_tested) {
  for (const auto* name : {"no-such-program", "./nosuch"}) {
    auto x = test({name});
    BOOST_TEST(x.status == 7, x.out << x.err);
    BOOST_TEST(x.out == "");
    check_one_sentence(x, {"could not be started", name});
  }
}

BOOST_AUTO_TEST_CASE(each_duty_is_checked) {
  fails(test_that("    if kind == 'task': say(type='done', id='other')\n"),
        "got done for \"other\"");
  fails(test_that("    if kind == 'task': say(type='done', id=x['id'])\n"
                  "    if kind == 'handoff': sys.exit('a handoff?')\n"),
        "not ok  handoffs may arrive while it works");
  fails(test_that("    known = ('hello', 'task', 'handoff', 'integrate', "
                  "'cancel', 'bye')\n"
                  "    if kind not in known: raise ValueError(kind)\n"
                  "    if kind in ('task', 'integrate'):\n"
                  "        say(type='done', id=x['id'])\n"),
        "not ok  a message of an unknown type is ignored");
}

BOOST_AUTO_TEST_CASE(the_log_is_shown_where_a_check_failed) {
  auto x = test_that("    if kind == 'task': sys.exit('out of paper')\n");
  fails(x, "not ok  a task is answered by done or failed");
  BOOST_TEST(x.err.find("out of paper") != std::string::npos, x.err);
}

BOOST_AUTO_TEST_CASE(the_words_of_the_program_are_its_own) {
  auto script = dir.write_script("words.py",
                                 "#!/usr/bin/env python3\nimport sys\n"
                                 "print(' '.join(sys.argv[1:]), flush=True)\n");
  fails(test({script, "-x", "--flag", "7"}), "\"-x --flag 7\"");
  fails(test({"--", script, "--timeout", "7"}), "\"--timeout 7\"");
  auto nothing = test({});
  BOOST_TEST(nothing.status == 2);
  check_one_sentence(nothing, {"session-test", "program"});
  check_one_sentence(test({"--timeout", "7", "cat"}), {"--timeout", "'7'"});
}

BOOST_AUTO_TEST_SUITE_END()
