// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/display.hpp"
#include "runtime/display/summary.hpp"
#include "tests/support/run_script.hpp"
#include "tests/support/screen.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;

namespace {

// A file with some content for as long as it lives.
class log_file {
public:
  explicit log_file(std::string_view content) {
    char name[] = "/tmp/tutti-log-XXXXXX";
    ::close(::mkstemp(name));
    path_ = name;
    std::ofstream(path_) << content;
  }
  ~log_file() {
    std::filesystem::remove(path_);
  }
  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

struct stream_fixture : plan_sketch {
  std::uint32_t taylor = agent("taylor");
  std::uint32_t morgan = agent("morgan");
  std::uint32_t schema = task("schema", {taylor});
  std::uint32_t queries = task("queries", {morgan}, {schema});
  std::uint32_t lint = task("lint", {morgan});
  std::uint32_t release = task("release", {taylor});
  std::uint32_t deploy = gate("deploy", {queries}, {release});
  run_model m{value, slots()};
  std::string bytes;
  display::traits can;

  std::string shown(std::vector<fact> facts,
                    display::display_options options = {}) {
    auto s = make_stream(std::make_unique<text_output>(bytes), can, options);
    for (const auto& x : facts) {
      m.apply(x);
      s->update(m, x);
    }
    s->refresh(m, m.now());
    return bytes;
  }

  std::vector<fact> failing_run() {
    auto closed = make_fact(fact_kind::gate_closed, 2s, deploy);
    closed.cause = queries;
    auto lost = skipped(2s, release, deploy);
    lost.cause_kind = node_kind::gate;
    return {ready(0s, schema),
            started(0s, schema, taylor),
            finished(1200ms, schema, taylor, task_state::ready, 7),
            started(1300ms, schema, taylor, 2),
            finished(2s, schema, taylor, task_state::failed, 3, 2),
            skipped(2s, queries, schema),
            closed,
            lost,
            ready(2s, lint),
            started(2s, lint, morgan),
            finished(3s, lint, morgan),
            run_ended(3s, run_status::failed, 1)};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_display_stream)

BOOST_FIXTURE_TEST_CASE(there_is_one_line_for_each_event, stream_fixture) {
  BOOST_CHECK_EQUAL(
      shown(failing_run()),
      "    0.0s  start      taylor  schema\n"
      "    1.2s  retry      taylor  schema   (exit 7, attempt 1 took 1.2s)\n"
      "    1.3s  start      taylor  schema   (attempt 2)\n"
      "    2.0s  failed     taylor  schema   (exit 3, 700ms)\n"
      "    2.0s  skipped    morgan  queries  (needs schema: failed)\n"
      "    2.0s  closed     gate    deploy   (needs queries: skipped)\n"
      "    2.0s  skipped    taylor  release  (gate deploy: closed)\n"
      "    2.0s  start      morgan  lint\n"
      "    3.0s  done       morgan  lint     (1.0s)\n");
}

BOOST_FIXTURE_TEST_CASE(handoffs_show_only_when_asked_for, stream_fixture) {
  auto sent = make_fact(fact_kind::handoff_sent, 1s, queries);
  sent.cause = schema;
  BOOST_CHECK_EQUAL(shown({sent}), "");
  display::display_options options;
  options.verbose = true;
  BOOST_CHECK_EQUAL(shown({sent}, options),
                    "    1.0s  handoff    morgan  queries  (from schema)\n");
}

BOOST_FIXTURE_TEST_CASE(quiet_shows_failures_only, stream_fixture) {
  display::display_options options;
  options.quiet = true;
  BOOST_CHECK_EQUAL(shown(failing_run(), options),
                    "    2.0s  failed     taylor  schema   (exit 3, 700ms)\n");
}

BOOST_FIXTURE_TEST_CASE(failures_are_annotated_on_github, stream_fixture) {
  can.github = true;
  auto end = finished(1s, schema, taylor, task_state::failed, 1);
  auto details = std::make_shared<attempt_details>();
  details->message = "100% wrong\n::error::forged";
  end.details = details;
  auto text = shown({started(0s, schema, taylor), end});
  BOOST_CHECK(text.find("\n::error title=schema failed::")
              != std::string::npos);
  BOOST_CHECK(text.find("\n::error::forged") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_summary_puts_failures_and_their_logs_first,
                        stream_fixture) {
  std::string content;
  for (int i = 1; i <= 30; ++i)
    content += "line " + std::to_string(i) + "\n";
  log_file log(content + "\x1b[31mfatal\x1b[0m: no disk\xff\n\n");
  auto facts = failing_run();
  auto details = std::make_shared<attempt_details>();
  details->log = log.path();
  facts[4].details = details;
  for (const auto& x : facts)
    m.apply(x);
  auto s = make_stream(std::make_unique<text_output>(bytes), can);
  s->finish(m);
  auto head = "FAILED 1\n"
              "  schema (taylor): exit 3 after 1.9s, 2 attempts\n"
              "    | line 22\n";
  BOOST_CHECK_EQUAL(bytes.substr(0, std::string(head).size()), head);
  BOOST_CHECK(bytes.find("    | fatal: no disk?\n    log: " + log.path()
                         + "\n"
                           "\nSKIPPED 2\n"
                           "  queries (needs schema: failed)\n"
                           "  release (gate deploy: closed)\n"
                           "gate deploy is closed: needs queries: skipped\n"
                           "\nmakespan")
              != std::string::npos);
  auto tail = "\ntest-plan failed, 1 succeeded, 1 failed, 2 skipped\n"
              "exit code 1: a task failed\n";
  BOOST_REQUIRE_GE(bytes.size(), std::string(tail).size());
  BOOST_CHECK_EQUAL(bytes.substr(bytes.size() - std::string(tail).size()),
                    tail);
}

BOOST_FIXTURE_TEST_CASE(a_run_that_cannot_go_on_says_for_what_it_waits,
                        stream_fixture) {
  apply_all(m, {started(0s, schema, taylor), finished(1s, schema, taylor),
                run_ended(2s, run_status::waiting, 6)});
  auto text = summary_text(m, {}, can, 80);
  BOOST_CHECK(text.find("NOT DONE 3\n"
                        "  queries waits for nothing, since 1.0s\n")
              != std::string::npos);
  BOOST_CHECK(text.find("  release waits for gate deploy, since the start\n")
              != std::string::npos);
  BOOST_CHECK(text.find("exit code 6: stopped or waiting, resumable\n")
              != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_stopped_run_says_what_was_stopped, stream_fixture) {
  auto end = finished(2s, schema, taylor, task_state::ready, 143);
  end.end = attempt_end::stopped;
  auto details = std::make_shared<attempt_details>();
  details->message = "ended by signal 15 (Terminated)";
  details->log = "/logs/schema.log";
  end.details = details;
  BOOST_CHECK(
      shown({ready(0s, schema), started(0s, schema, taylor), ready(0s, lint),
             end, run_ended(2s, run_status::stopped, 130)})
          .ends_with("    2.0s  stopped    taylor  schema   (2.0s)\n"));
  auto text = summary_text(m, {}, can, 80);
  BOOST_CHECK(text.starts_with("NOT DONE 4\n"
                               "  schema stopped after 2.0s\n"
                               "    log: /logs/schema.log\n"
                               "  queries waits for schema (taylor), since the "
                               "start\n"
                               "  lint was ready and not started\n"));
  BOOST_CHECK(text.find("makespan") != std::string::npos);
  BOOST_CHECK(text.find("efficiency") == std::string::npos);
  BOOST_CHECK(text.find("as fast") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_lost_run_has_no_figures, stream_fixture) {
  apply_all(m, {ready(0s, schema), started(0s, schema, taylor)});
  auto text = summary_text(m, {}, can, 80);
  BOOST_CHECK(text.find("makespan") == std::string::npos);
  BOOST_CHECK(text.find("test-plan not ended") != std::string::npos);
  BOOST_CHECK(text.find("\nexit code 9: ") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_timeout_says_so, stream_fixture) {
  value.tasks[schema].timeout = 200ms;
  auto end = finished(204ms, schema, taylor, task_state::timed_out, 143);
  end.end = attempt_end::timed_out;
  auto details = std::make_shared<attempt_details>();
  details->message = "ended by signal 15 (Terminated)";
  end.details = details;
  auto idle = finished(900ms, lint, morgan, task_state::timed_out, -1);
  idle.end = attempt_end::timed_out;
  details = std::make_shared<attempt_details>();
  details->message = "no output for 0.5 s; ended by signal 9 (Killed)";
  idle.details = details;
  auto text = shown(
      {started(0s, schema, taylor), end, started(300ms, lint, morgan), idle});
  BOOST_CHECK(text.find("taylor  schema   (limit 200ms, 204ms)\n")
              != std::string::npos);
  BOOST_CHECK(text.find("morgan  lint     (no output for 0.5 s, 600ms)\n")
              != std::string::npos);
  BOOST_CHECK(
      summary_text(m, {}, can, 80)
          .starts_with("FAILED 2\n"
                       "  schema (taylor): timed out (limit 200ms) after "
                       "204ms\n"
                       "  lint (morgan): timed out (no output for 0.5 s) "
                       "after 600ms\n"));
}

BOOST_FIXTURE_TEST_CASE(what_a_task_left_behind_is_a_warning, stream_fixture) {
  auto end = finished(1200ms, schema, taylor);
  auto details = std::make_shared<attempt_details>();
  details->leaked = true;
  details->dropped_bytes = 3'100'000;
  details->log = "/logs/schema.log";
  end.details = details;
  auto text = shown({started(0s, schema, taylor), end});
  BOOST_CHECK(text.ends_with("(1.2s, processes left behind were ended, log "
                             "cut: 3.1 MB dropped)\n"));
  BOOST_CHECK(summary_text(m, {}, can, 80)
                  .starts_with("WARNINGS 1\n  schema (taylor): processes left "
                               "behind were ended, log cut: 3.1 MB dropped\n"
                               "    log: /logs/schema.log\n"));
}

BOOST_FIXTURE_TEST_CASE(what_did_not_run_says_why, stream_fixture) {
  value.fail_fast = true;
  value.tasks[queries].condition = literal_expression("false");
  auto text = shown({make_fact(fact_kind::task_left_out, 0s, queries),
                     make_fact(fact_kind::task_left_out, 0s, lint),
                     started(0s, schema, taylor),
                     finished(1s, schema, taylor, task_state::failed, 1),
                     make_fact(fact_kind::task_cancelled, 1s, release)});
  BOOST_CHECK(text.find("queries  (if: false)\n") != std::string::npos);
  BOOST_CHECK(text.find("lint     (--skip)\n") != std::string::npos);
  BOOST_CHECK(text.find("release  (fail-fast: schema failed)\n")
              != std::string::npos);
  BOOST_CHECK(summary_text(m, {}, can, 80)
                  .find("CANCELLED 1\n  release (fail-fast: schema failed)\n")
              != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(allowed_failures_come_after_and_without_output,
                        stream_fixture) {
  value.tasks[schema].allow_failure = true;
  apply_all(m, {started(0s, schema, taylor),
                finished(1s, schema, taylor, task_state::failed, 1)});
  auto text = summary_text(m, {}, can, 80);
  BOOST_CHECK(text.starts_with("ALLOWED TO FAIL 1\n  schema (taylor): exit 1"));
}

BOOST_FIXTURE_TEST_CASE(a_log_is_read_from_its_end_only, stream_fixture) {
  log_file big(std::string(1 << 20, 'x') + "\nlast\n");
  auto lines = display::last_lines(big.path(), 1, can);
  BOOST_REQUIRE_EQUAL(lines.size(), 1u);
  BOOST_CHECK_EQUAL(lines[0], "last");
  BOOST_CHECK(display::last_lines("/nowhere/at/all", 5, can).empty());
}

BOOST_FIXTURE_TEST_CASE(many_failures_are_cut, stream_fixture) {
  plan_sketch b;
  auto a = b.agent("a");
  for (int i = 0; i < 50; ++i)
    b.task("t" + std::to_string(i), {a});
  run_model many(b.value, b.slots());
  for (std::uint32_t i = 0; i < 50; ++i)
    apply_all(many,
              {started(0s, i, a), finished(1s, i, a, task_state::failed, 1)});
  auto text = summary_text(many, {}, can, 80);
  BOOST_CHECK(text.starts_with("FAILED 50\n"));
  BOOST_CHECK(text.find("  and 30 more\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
