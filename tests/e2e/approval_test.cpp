// SPDX-License-Identifier: BSD-3-Clause
// People who speak to a run from another terminal (semantics §16, §17, §26).
#include "tests/e2e/live_fixture.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace tutti::test;

namespace {

constexpr const char* asking = R"(
name: pay
agents: { morgan: {}, casey: {} }
tasks:
  crud: { agent: morgan, run: 'echo "v$TUTTI_ROUND" >> crud.log' }
  release: { agent: casey, run: echo released >> order }
gates:
  deploy: { needs: crud, blocks: release, approval: { by: human, message: Ship it? },
            rework: { to: crud, max-rounds: 3 } }
)";

/// Holds a task until the test lets it go.
constexpr const char* steered = R"(
name: steered
agents: { ann: {}, ben: {} }
tasks:
  holds: { agent: ann, run: echo up > up; read x < gate }
  next: { agent: ann, needs: holds, run: echo next >> order }
  flaky: { agent: ben, run: 'test -e fixed || exit 1' }
  after-flaky: { agent: ben, needs: flaky, run: echo after >> order }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_approval, live_fixture)

BOOST_AUTO_TEST_CASE(approval_from_another_process_opens_the_gate) {
  auto running = start(asking);
  wait_for_approval("deploy");
  BOOST_TEST(!dir.exists("order"));
  auto said = expect(0, {"approve", "deploy", "--as", "ann", "-m", "fine"});
  BOOST_TEST(has(said.out, "approved by ann"));
  auto x = finish(*running);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.row("gates", "deploy").at("status") == "open");
  BOOST_TEST(dir.exists("order"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(rejection_ends_the_run_with_3_and_is_answered) {
  auto running = start(asking);
  wait_for_approval("deploy");
  expect(0, {"reject", "deploy", "-m", "no"});
  auto x = finish(*running);
  BOOST_TEST(x.status == 3);
  BOOST_TEST(x.status_of("release") == "skipped");
}

// §17: the feedback goes to who has to change something, once more.
BOOST_AUTO_TEST_CASE(changes_requested_are_made_and_reviewed_again) {
  auto running = start(asking);
  wait_for_approval("deploy");
  expect(0, {"request-changes", "deploy", "--to", "crud", "-m", "faster"});
  wait_for_approval("deploy", 2);
  BOOST_TEST(lines("crud.log").size() == 2u);
  expect(0, {"approve", "deploy"});
  BOOST_TEST(finish(*running).status == 0);
}

BOOST_AUTO_TEST_CASE(a_gate_that_is_decided_takes_no_further_verdict) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  auto running = start(std::string{asking}
                       + "  other: { needs: crud, blocks: [], approval: { by: "
                         "human } }\n");
  wait_for_approval("deploy");
  wait_for_approval("other");
  expect(0, {"approve", "deploy"});
  auto twice = expect(1, {"approve", "deploy"});
  check_one_sentence(twice, {"deploy", "open"});
  expect(1, {"reject", "deploy"});
  expect(0, {"approve", "other"});
  BOOST_TEST(finish(*running).status == 0);
}

// §16: neither in the open, nor as a daemon of its own session.
BOOST_AUTO_TEST_CASE(a_process_of_the_run_cannot_approve) {
  fifo done{dir, "done"};
  auto running = start(R"(
tasks:
  work: 'true'
  sneaky: { needs: work, run: [sh, -c, 'until "$TUTTI_BINARY" status | grep -q APPROVAL; do :; done; "$TUTTI_BINARY" approve deploy 2> own; echo $? >> own; (setsid sh -c "env -u TUTTI_PROCESS -u TUTTI_SOCKET -u TUTTI_TOKEN \"$TUTTI_BINARY\" approve deploy 2> daemon; echo \$? >> daemon; echo done > done" &) ; read x < go'] }
  release: 'true'
gates:
  deploy: { needs: work, blocks: release, approval: { by: human } }
)");
  fifo go{dir, "go"};
  BOOST_REQUIRE(done.take() == "done");
  for (const auto* file : {"own", "daemon"}) {
    auto said = lines(file);
    BOOST_REQUIRE(said.size() == 2u);
    BOOST_TEST(has(said[0], "a process of the run itself"), said[0]);
    BOOST_TEST(said[1] == "1");
  }
  BOOST_TEST(asks("deploy"));
  go.put();
  expect(0, {"approve", "deploy"});
  BOOST_TEST(finish(*running).status == 0);
}

BOOST_AUTO_TEST_CASE(after_its_time_a_gate_cannot_be_approved) {
  fifo gate{dir, "gate"};
  auto running = start(R"(
tasks:
  work: 'true'
  holds: read x < gate
  release: 'true'
gates:
  deploy: { needs: work, blocks: release, approval: { by: human, timeout: 100ms } }
)");
  BOOST_REQUIRE(eventually([this] {
    auto now = status();
    return now.is_object() && now.at("tasks").at("skipped") == 1;
  }));
  check_one_sentence(expect(1, {"approve", "deploy"}), {"deploy", "rejected"});
  gate.put();
  BOOST_TEST(finish(*running).status == 3);
}

BOOST_AUTO_TEST_CASE(status_keeps_to_its_schema_and_text_names_the_remedy) {
  auto running = start(asking);
  wait_for_approval("deploy");
  auto schema = shipped_schema("status");
  validate(status(), schema, schema, "status");
  auto text = expect(0, {"status"}).out;
  BOOST_TEST(has(text, "Ship it?"));
  BOOST_TEST(has(text, "tutti approve deploy"));
  auto why = expect(0, {"explain", "release"}).out;
  BOOST_TEST(has(why, "deploy"));
  expect(0, {"approve", "deploy"});
  BOOST_TEST(finish(*running).status == 0);
}

BOOST_AUTO_TEST_CASE(tasks_can_be_paused_resumed_retried_and_cancelled) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  auto running = start(steered);
  BOOST_REQUIRE(up.take() == "up");
  expect(0, {"pause", "next"});
  BOOST_REQUIRE(eventually([this] {
    auto now = status();
    return now.is_object() && now.at("tasks").at("skipped") == 1;
  }));
  // §26: failed → ready, and what was skipped for it waits again.
  dir.write("fixed", "");
  expect(0, {"retry", "flaky"});
  BOOST_REQUIRE(eventually([this] {
    return lines("order").size() == 1;
  }));
  expect(1, {"retry", "flaky"}); // it has succeeded
  gate.put();
  BOOST_REQUIRE(eventually([this] {
    return has(tutti({"explain", "next"}).out, "paused");
  }));
  expect(0, {"resume", "next"});
  BOOST_TEST(finish(*running).status == 0);
  BOOST_TEST(lines("order").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_is_over_for_good) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  auto running = start(steered);
  BOOST_REQUIRE(up.take() == "up");
  expect(0, {"cancel", "holds"});
  auto x = finish(*running);
  BOOST_TEST(x.status_of("holds") == "cancelled");
  BOOST_TEST(x.status_of("next") == "skipped");
}

BOOST_AUTO_TEST_CASE(which_run_is_meant_is_found_or_said) {
  check_one_sentence(expect(7, {"status"}), {"no run is live"});
  auto running = start(asking);
  wait_for_approval("deploy");
  auto id = status().at("run_id").get<std::string>();
  dir.write("other/tutti.yaml", asking);
  auto how = options({"run", "other/tutti.yaml"});
  program second{how};
  auto in_other = [this](std::vector<std::string> args) {
    auto mine = options(args);
    mine.directory = dir / "other";
    return run_program(mine);
  };
  // Until it has sockets of its own the folder's command finds the first run.
  BOOST_REQUIRE(eventually([&] {
    auto said = json::parse(in_other({"status", "--json"}).out, nullptr, false);
    return said.is_object() && said.value("run_id", id) != id
        && !said.at("approvals").empty();
  }));
  // Each folder has its own; from elsewhere one has to say which.
  BOOST_TEST(status().at("run_id") == id);
  dir.write("empty/x", "");
  auto elsewhere = options({"approve", "deploy"});
  elsewhere.directory = dir / "empty";
  auto x = run_program(elsewhere);
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {id, "--run", "pay", dir / "other"});
  elsewhere.args = {"approve", "deploy", "--run", id};
  BOOST_TEST(run_program(elsewhere).status == 0);
  BOOST_TEST(finish(*running).status == 0);
  // Now there is only one.
  elsewhere.args = {"approve", "deploy"};
  BOOST_TEST(run_program(elsewhere).status == 0);
  BOOST_TEST(second.wait().status == 0);
  check_one_sentence(expect(7, {"status", "--run", id}), {id});
  expect(7, {"status", "--state-dir", "nowhere"});
}

BOOST_AUTO_TEST_CASE(mistakes_are_one_sentence_and_2) {
  auto running = start(asking);
  wait_for_approval("deploy");
  check_one_sentence(expect(2, {"approve", "deplyo"}), {"deplyo", "'deploy'"});
  check_one_sentence(expect(2, {"cancel", "crudd"}), {"crudd", "'crud'"});
  check_one_sentence(expect(2, {"approve", "crud"}), {"crud", "gate"});
  check_one_sentence(expect(2, {"approve"}), {"GATE"});
  check_one_sentence(expect(2, {"cancel"}), {"TASK"});
  expect(0, {"approve", "deploy"});
  BOOST_TEST(finish(*running).status == 0);
}

// Rule 10: also after SIGKILL, at the next occasion.
BOOST_AUTO_TEST_CASE(sockets_go_with_the_run_and_with_a_killed_one) {
  auto running = start(asking);
  wait_for_approval("deploy");
  auto id = status().at("run_id").get<std::string>();
  BOOST_TEST(dir.exists("tutti/" + id + ".control"));
  running->send_signal(SIGKILL);
  running->wait();
  BOOST_TEST(dir.exists("tutti/" + id + ".control"));
  expect(7, {"status"});
  BOOST_TEST(!dir.exists("tutti/" + id + ".control"));
  BOOST_TEST(!dir.exists("tutti/" + id + ".live"));
  BOOST_TEST(!dir.exists(".tutti/runs/" + id + "/control"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_run_without_a_trusted_folder_goes_on_and_says_so) {
  dir.write("tutti.yaml", "tasks: { a: 'test -z \"${TUTTI_SOCKET:-}\"' }\n");
  auto how = options({"run"});
  how.env.push_back("XDG_RUNTIME_DIR=" + dir / "open");
  dir.write("open/tutti/x", "");
  auto x = run_program(how);
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(has(x.out + x.err, "chmod 700"), x.out << x.err);
}

BOOST_AUTO_TEST_SUITE_END()
