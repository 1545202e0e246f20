// SPDX-License-Identifier: BSD-3-Clause
// Sessions and services in real runs (semantics §2, §22, §23).
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace tutti::test;

namespace {

/// A session that does `work` with each message, as `x` of the type `kind`.
std::string session_that(const std::string& work) {
  return "#!/usr/bin/env python3\n"
         "import json, os, sys\n"
         "def say(**x): print(json.dumps(x), flush=True)\n"
         "say(type='hello', protocol=1, name='x')\n"
         "for line in sys.stdin:\n"
         "    x = json.loads(line)\n"
         "    kind = x['type']\n"
         "    if kind == 'bye': break\n"
       + work;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_long_lived, run_fixture)

BOOST_AUTO_TEST_CASE(the_example_works_on_tasks_and_integrates) { // §2, §22
  auto x = run(fmt::format(R"(
agents:
  sam: {{ session: '"{}/examples/session/agent.py"', slots: 2 }}
  bob: {{}}
tasks:
  first: {{ agent: sam, prompt: one }}
  page: {{ agent: sam, prompt: one two three, needs: first,
          needs-later: crud, integrate: {{ prompt: join }} }}
  crud: {{ agent: bob, needs: first, run: 'echo url=x >> "$TUTTI_OUTPUT"' }}
  check:
    agent: bob
    needs: [page, first]
    env: {{ JOINED: "${{{{ needs.page.outputs.joined }}}}",
           PLACE: "${{{{ needs.page.outputs.place }}}}",
           WORDS: "${{{{ needs.first.outputs.words }}}}" }}
    run: echo "$JOINED $PLACE $WORDS" > seen
)",
                           tutti::test::source_path()));
  BOOST_TEST(x.status == 0, x.out << x.err);
  // One process worked on both: page is the second that it remembers.
  BOOST_TEST(dir.read("seen") == "crud 2 1\n");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_crash_costs_no_retry_and_the_session_goes_on) { // §22
  auto script = dir.write_script(
      "x.py", session_that("    if kind != 'task': continue\n"
                           "    if not os.path.exists('tried'):\n"
                           "        open('tried', 'w').close()\n"
                           "        os._exit(3)\n"
                           "    say(type='done', id=x['id'])\n"));
  auto x = run("agents: { sam: { session: ./x.py } }\n"
               "tasks: { a: { agent: sam, prompt: go } }\n");
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(x.status_of("a") == "succeeded");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_session_that_always_crashes_is_an_error) { // §22
  (void)dir.write_script("x.py", session_that("    if kind == 'task':\n"
                                              "        print('oh no')\n"));
  auto x = run("agents: { sam: { session: ./x.py } }\n"
               "tasks: { a: { agent: sam, prompt: go } }\n");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("a") == "error");
  BOOST_TEST(x.out.find("no JSON object: \"oh no\"") != std::string::npos,
             x.out);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_session_that_does_not_exist_fails_its_tasks) {
  auto x = run("agents: { sam: { session: no-such-agent } }\n"
               "tasks: { a: { agent: sam, prompt: go } }\n");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("a") == "failed");
  BOOST_TEST(x.out.find("command not found: no-such-agent")
                 != std::string::npos,
             x.out);
}

BOOST_AUTO_TEST_CASE(idle_is_what_a_session_does_not_say) { // §25
  (void)dir.write_script("x.py",
                         session_that("    if kind == 'cancel':\n"
                                      "        say(type='failed', id=x['id'], "
                                      "message='all right')\n"));
  auto x =
      run("agents: { sam: { session: ./x.py } }\n"
          "tasks: { a: { agent: sam, prompt: go, idle-timeout: 300ms } }\n");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("a") == "timed-out");
  BOOST_TEST(x.out.find("no progress for 0.3 s") != std::string::npos, x.out);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_task_waits_until_its_service_is_ready) { // §23
  auto x = run(R"(
services:
  db:
    run: |
      echo up > db
      trap 'echo down >> db; exit 0' TERM
      while :; do tail -f /dev/null & wait; done
    ready: { run: test -s db, every: 50ms }
tasks:
  a: { needs: db, run: cat db > seen }
)");
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(dir.read("seen") == "up\n");
  BOOST_TEST(dir.read("db") == "up\ndown\n");
  check_no_process_left();
}

// What a service needs is there when it starts, for its probe as well.
BOOST_AUTO_TEST_CASE(a_service_sees_what_it_needs) { // §23
  auto x = run(R"(
services:
  web:
    needs: setup
    env: { PORT: "${{ needs.setup.outputs.port }}" }
    run: 'echo "$PORT $TUTTI_SERVICE $TUTTI_PLAN_DIR" > web; exec sleep 60'
    ready: { run: 'echo "$PORT" > probe', timeout: 20s }
tasks:
  setup: echo port=8080 >> "$TUTTI_OUTPUT"
  use: { needs: web, run: 'true' }
)");
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(dir.read("web") == "8080 web " + dir.path() + "\n");
  BOOST_TEST(dir.read("probe") == "8080\n");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_service_that_is_gone_for_good_is_an_error) { // §23
  auto x = run(R"(
services:
  db: { run: "echo no disk >&2; exit 3", ready: "false" }
tasks:
  a: { needs: db, run: echo never }
  b: { run: echo alone }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("a") == "error");
  BOOST_TEST(x.status_of("b") == "succeeded");
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
