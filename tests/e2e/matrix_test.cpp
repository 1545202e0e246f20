// SPDX-License-Identifier: BSD-3-Clause
// Tasks that a matrix makes, and plans of several files, as runs.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

std::vector<std::string> sorted(std::vector<std::string> xs) {
  std::sort(xs.begin(), xs.end());
  return xs;
}

/// One that finds no free place fails; the first two wait for each other.
constexpr const char* limited = R"(
agents: { crew: { slots: 6 } }
tasks:
  work:
    agent: crew
    matrix: { n: 1..6 }
    max-parallel: 2
    timeout: 20s
    env: { N: "${{ matrix.n }}" }
    run: |
      if mkdir left; then mine=left; else mkdir right; mine=right; fi
      touch "was-$N"
      case $N in
        1) while ! test -e was-2; do sleep 0.01; done ;;
        2) while ! test -e was-1; do sleep 0.01; done ;;
      esac
      rmdir "$mine"
  last: { needs: work, run: touch last }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_matrix, run_fixture)

BOOST_AUTO_TEST_CASE(max_parallel_is_how_many_run_at_once) {
  auto x = run(limited);
  BOOST_TEST(x.status == 0, x.out + x.err);
  for (const char* n : {"1", "2", "3", "4", "5", "6"})
    BOOST_TEST(x.status_of(std::string{"work/"} + n) == "succeeded", n);
  BOOST_TEST(dir.exists("last"));
}

// The other combination has not compiled before this one has linked.
BOOST_AUTO_TEST_CASE(combinations_of_a_phase_do_not_wait_for_each_other) {
  auto x = run(R"(
agents: { crew: { slots: 4 } }
phases:
  build:
    agent: crew
    matrix: { os: [linux, mac] }
    env: { OS: "${{ matrix.os }}" }
    tasks:
      compile:
        timeout: 20s
        run: |
          if [ "$OS" = mac ]; then
            while ! test -e linked-linux; do sleep 0.01; done
          fi
          echo "object=$OS.o" >> "$TUTTI_OUTPUT"
      link:
        needs: compile
        env: { OBJECT: "${{ needs.compile.outputs.object }}" }
        run: echo "$OBJECT" > "linked-$OS"
)");
  BOOST_TEST(x.status == 0, x.out + x.err);
  BOOST_TEST(lines("linked-linux") == std::vector<std::string>{"linux.o"},
             boost::test_tools::per_element());
  BOOST_TEST(lines("linked-mac") == std::vector<std::string>{"mac.o"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_takes_one_of_them_or_all) {
  constexpr auto plan = R"(
tasks:
  test: { matrix: { os: [linux, mac], n: 1..2 }, run: 'echo $TUTTI_TASK >> ran' }
  other: { run: echo other >> ran }
)";
  BOOST_TEST(run(plan, {"--only", "test/mac/2"}).status == 0);
  BOOST_TEST(lines("ran") == std::vector<std::string>{"test/mac/2"},
             boost::test_tools::per_element());
  BOOST_TEST(run(plan, {"--only", "test", "--skip", "test/linux/1"}).status
             == 0);
  std::vector<std::string> wanted{"test/linux/2", "test/mac/1", "test/mac/2",
                                  "test/mac/2"};
  BOOST_TEST(sorted(lines("ran")) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_failure_within_a_matrix_skips_what_needs_it) {
  auto x = run(R"(
tasks:
  test: { matrix: { n: 1..3 }, run: 'test "$TUTTI_TASK" != test/2' }
  ship: { needs: test, run: touch shipped }
  one: { needs: test/1, run: touch one }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("test/2") == "failed");
  BOOST_TEST(x.status_of("test/3") == "succeeded");
  BOOST_TEST(x.status_of("ship") == "skipped");
  BOOST_TEST(dir.exists("one"));
}

BOOST_AUTO_TEST_CASE(a_plan_of_several_folders_runs_each_task_in_its_own) {
  dir.write("team/backend.yaml", R"(
include: shared/common.yaml
defaults: { env-file: back.env }
tasks:
  api:
    run: sh bin/api.sh
    artifacts: api.json
  who: { run: echo "$WHO" > ../who }
)");
  dir.write("team/bin/api.sh", "pwd > where; echo '{}' > api.json\n");
  dir.write("team/back.env", "WHO=backend\n");
  dir.write("team/shared/common.yaml", "tasks: { common: pwd > where }\n");
  auto x = run(R"(
include: team/backend.yaml
tasks:
  page: { needs: [api, common, who], run: cat api.json > page }
)");
  BOOST_TEST(x.status == 0, x.out + x.err);
  BOOST_TEST(dir.read("team/where").ends_with("/team\n"));
  BOOST_TEST(dir.read("team/shared/where").ends_with("/team/shared\n"));
  BOOST_TEST(dir.read("page") == "{}\n");
  BOOST_TEST(dir.read("who") == "backend\n");
}

BOOST_AUTO_TEST_CASE(check_names_the_file_of_a_mistake) {
  dir.write("tutti.yaml", "include: team/a.yaml\ntasks: { t: make }\n");
  dir.write("team/a.yaml", "tasks:\n  u: { runs: make }\n");
  auto x = tutti({"check", "--json", "-"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("team/a.yaml:2:8: error: a task has no key 'runs'")
                 != std::string::npos,
             x.err);
  auto found = json::parse(x.out).at("findings").at(0);
  BOOST_TEST(found.at("file") == "team/a.yaml");
  BOOST_TEST(found.at("line") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
