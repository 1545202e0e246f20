// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(e2e_data, run_fixture)

BOOST_AUTO_TEST_CASE(outputs_reach_who_needs_them_by_template_and_by_file) {
  auto x = run(R"(
tasks:
  maker:
    run: |
      echo "name=Ada Lovelace" >> "$TUTTI_OUTPUT"
      echo "count=3" >> "$TUTTI_OUTPUT"
  taker:
    needs: maker
    env: { WHO: "${{ needs.maker.outputs.name }}" }
    run: |
      echo "$WHO" > who
      cat "$TUTTI_INPUT" > input.json
  lister:
    needs: maker
    run: [sh, -c, 'echo "$1" > listed', sh, "n=${{ needs.maker.outputs.count }}"]
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("who") == "Ada Lovelace\n");
  BOOST_TEST(dir.read("listed") == "n=3\n");
  BOOST_TEST(dir.read("input.json").find("Ada Lovelace") != std::string::npos);
  BOOST_TEST(
      !json::parse(dir.read("input.json"), nullptr, false).is_discarded());
  BOOST_TEST(x.task("maker").at("outputs").at("name") == "Ada Lovelace");
}

BOOST_AUTO_TEST_CASE(outputs_may_be_json) {
  auto x = run(R"(
tasks:
  maker: { run: [sh, -c, 'echo "{\"port\": 8080, \"tags\": [1, 2]}" > "$TUTTI_OUTPUT"'] }
  taker: { needs: maker, env: { PORT: "${{ needs.maker.outputs.port }}" }, run: 'echo "$PORT" > port' }
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("port") == "8080\n");
  BOOST_TEST(x.task("maker").at("outputs").at("port") == 8080);
}

BOOST_AUTO_TEST_CASE(outputs_are_data_and_never_shell_text) {
  auto x = run(R"(
tasks:
  maker: echo 'evil=$(touch hacked); touch hacked "' >> "$TUTTI_OUTPUT"
  taker:
    needs: maker
    env: { TEXT: "${{ needs.maker.outputs.evil }}" }
    run: printf '%s\n' "$TEXT" > text
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("text") == "$(touch hacked); touch hacked \"\n");
  BOOST_TEST(!dir.exists("hacked"));
}

BOOST_AUTO_TEST_CASE(a_false_if_leaves_a_task_out_and_what_needs_it) {
  auto x = run(R"(
tasks:
  probe: echo "fast=true" >> "$TUTTI_OUTPUT"
  slow: { needs: probe, if: "needs.probe.outputs.fast != true", run: touch slow }
  quick: { needs: probe, if: needs.probe.outputs.fast, run: touch quick }
  follow: { needs: slow, run: touch follow }
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.status_of("slow") == "left-out");
  BOOST_TEST(x.status_of("follow") == "left-out");
  BOOST_TEST(x.status_of("quick") == "succeeded");
  BOOST_TEST(!dir.exists("slow"));
  BOOST_TEST(dir.exists("quick"));
}

BOOST_AUTO_TEST_CASE(set_gives_a_parameter_its_value) {
  constexpr const char* plan = R"(
params:
  who: { type: string, default: nobody }
tasks:
  greet: { env: { WHO: "${{ params.who }}" }, run: 'echo "$WHO" > who' }
)";
  BOOST_TEST(run(plan).status == 0);
  BOOST_TEST(dir.read("who") == "nobody\n");
  BOOST_TEST(run(plan, {"--set", "who=a = b, c"}).status == 0);
  BOOST_TEST(dir.read("who") == "a = b, c\n");
}

BOOST_AUTO_TEST_CASE(a_parameter_that_the_plan_does_not_have_is_an_error) {
  auto x = run("tasks: { a: touch a }\n", {"--set", "whoo=x"});
  BOOST_TEST(x.status == 2);
  BOOST_TEST(x.err.find("whoo") != std::string::npos, x.err);
  BOOST_TEST(!dir.exists("a"));
}

BOOST_AUTO_TEST_CASE(env_and_env_files_and_folders_reach_the_command) {
  dir.write("vars.env", "FROM_FILE=file\nBOTH=file\n");
  dir.write("sub/keep", "");
  auto x = run(R"(
tasks:
  look:
    working-directory: sub
    env-file: vars.env
    env: { BOTH: plan, EMPTY: "" }
    run: 'echo "$FROM_FILE $BOTH [$EMPTY] $TUTTI_TASK $TUTTI_ATTEMPT" > seen'
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("sub/seen") == "file plan [] look 1\n");
}

BOOST_AUTO_TEST_CASE(standard_input_of_a_command_is_at_its_end) {
  auto x = run("tasks: { reader: cat > empty }\n");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(dir.exists("empty"));
}

BOOST_AUTO_TEST_CASE(a_plan_elsewhere_runs_in_its_own_folder) {
  dir.write("deep/down/plan.yaml", "tasks: { a: pwd > here }\n");
  auto x = tutti({"run", "deep/down/plan.yaml"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("deep/down/here") == dir / "deep/down" + "\n");
  BOOST_TEST(dir.exists("deep/down/.tutti"));
  BOOST_TEST(!dir.exists(".tutti"));
}

BOOST_AUTO_TEST_CASE(the_output_of_a_task_is_in_its_log) {
  auto x = run(R"(
tasks:
  talk: { run: [sh, -c, 'echo to out; echo to err >&2'] }
)");
  BOOST_TEST(x.status == 0);
  auto log = x.task("talk").at("log").get<std::string>();
  auto text = dir.read(log);
  BOOST_TEST(text.find("to out\n") != std::string::npos, log);
  BOOST_TEST(text.find("to err\n") != std::string::npos, log);
}

// §6: what a failure left behind is for who needs that it failed.
BOOST_AUTO_TEST_CASE(kept_artifacts_of_a_failure_are_handed_on) {
  dir.write("one/x", "");
  dir.write("two/x", "");
  auto x = run(R"(
tasks:
  a: { run: 'mkdir -p made; echo trace > made/trace.txt; exit 3', working-directory: one, artifacts: { paths: made/*.txt, on-failure: keep } }
  b: { needs: { a: failed }, run: cp made/trace.txt seen.txt, working-directory: two }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(dir.read("two/seen.txt") == "trace\n", x.out << x.err);
}

BOOST_AUTO_TEST_SUITE_END()
