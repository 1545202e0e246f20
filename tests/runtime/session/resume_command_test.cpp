// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/resume_command.hpp"

#include <boost/test/unit_test.hpp>

using tutti::session::resume_command;

BOOST_AUTO_TEST_SUITE(runtime_session_resume_command)

BOOST_AUTO_TEST_CASE(it_names_the_plan_as_one_would_type_it) { // §31
  BOOST_CHECK_EQUAL(resume_command("/srv/a/team.yaml", "", "/srv/a", "r1"),
                    "tutti run team.yaml --resume=r1");
  BOOST_CHECK_EQUAL(
      resume_command("/srv/a/plans/team.yaml", "", "/srv/a", "r1"),
      "tutti run plans/team.yaml --resume=r1");
  BOOST_CHECK_EQUAL(resume_command("/srv/ab/team.yaml", "", "/srv/a", "r1"),
                    "tutti run /srv/ab/team.yaml --resume=r1");
  BOOST_CHECK_EQUAL(resume_command("/srv/a/team.yaml", "", "", "r1"),
                    "tutti run /srv/a/team.yaml --resume=r1");
  BOOST_CHECK_EQUAL(resume_command("/team.yaml", "", "/", "r1"),
                    "tutti run team.yaml --resume=r1");
}

BOOST_AUTO_TEST_CASE(the_state_directory_is_named_where_one_was_given) {
  BOOST_CHECK_EQUAL(resume_command("/a/team.yaml", "/var/state", "/a", "r1"),
                    "tutti run team.yaml --state-dir /var/state --resume=r1");
}

BOOST_AUTO_TEST_CASE(a_shell_takes_each_path_for_one_word) {
  BOOST_CHECK_EQUAL(resume_command("/a/it's mine.yaml", "", "/a", "r1"),
                    "tutti run 'it'\\''s mine.yaml' --resume=r1");
  BOOST_CHECK_EQUAL(resume_command("/b/$x", "", "/a", "r1"),
                    "tutti run '/b/$x' --resume=r1");
}

BOOST_AUTO_TEST_SUITE_END()
