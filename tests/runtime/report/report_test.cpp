// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report.hpp"

#include "runtime/report/format.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/report_text.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/run_script.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <ctime>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

// x (a) fails, y (b) succeeds with outputs, z needs x and is skipped.
struct sample : plan_sketch {
  std::uint32_t a = agent("a");
  std::uint32_t b = agent("b", 2);
  std::uint32_t x = task("x", {a});
  std::uint32_t y = task("y", {b});
  std::uint32_t z = task("z", {a, b}, {x});
  std::uint32_t w = task("w", {b}, {y});
  std::uint32_t deploy = gate("deploy", {x, y});

  run_model model() const {
    run_model m(value, slots());
    auto y_end = finished(3s, y, b);
    auto details = std::make_shared<attempt_details>();
    details->outputs = {{"count", {value_kind::number, "3.5"}},
                        {"list", {value_kind::json, "[1,2]"}},
                        {"odd", {value_kind::number, "0x10"}},
                        {"text", {value_kind::text, "a \"b\"\n\xff"}},
                        {"yes", {value_kind::boolean, "true"}}};
    details->log = "/logs/y.log";
    details->leaked = true;
    details->dropped_bytes = 7;
    y_end.details = details;
    auto sent = make_fact(fact_kind::handoff_sent, 3s, w);
    sent.cause = y;
    auto accepted = make_fact(fact_kind::handoff_accepted, 3s + 2ms, w);
    accepted.cause = y;
    auto closed = make_fact(fact_kind::gate_closed, 1s, deploy);
    closed.cause = x;
    apply_all(m,
              {make_fact(fact_kind::run_started, 0s), ready(0s, x),
               ready(0s, y), started(0s, x, a), started(0s, y, b),
               finished(1s, x, a, task_state::failed, 3), skipped(1s, z, x),
               closed, y_end, sent, accepted, ready(3s, w), started(3s, w, b),
               finished(3500ms, w, b), run_ended(4s, run_status::failed, 1)});
    return m;
  }
};

json document(const run_model& m) {
  report::report_options options;
  options.run_id = "run-1";
  return json::parse(to_json(make_report(m, options)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_report)

BOOST_AUTO_TEST_CASE(the_document_has_the_shape_of_the_shipped_schema) {
  sample s;
  auto rules = shipped_schema("report");
  validate(document(s.model()), rules, rules, "report");
  plan_sketch nothing;
  run_model empty(nothing.value, {});
  validate(document(empty), rules, rules, "report");
}

BOOST_AUTO_TEST_CASE(the_documents_figures_are_those_of_the_run) {
  sample s;
  auto x = document(s.model());
  BOOST_CHECK_EQUAL(x["schema_version"], 1);
  BOOST_CHECK_EQUAL(x["run_id"], "run-1");
  BOOST_CHECK_EQUAL(x["plan"], "test-plan");
  BOOST_CHECK_EQUAL(x["status"], "failed");
  BOOST_CHECK_EQUAL(x["exit_code"], 1);
  BOOST_CHECK_EQUAL(x["makespan_s"], 4.0);
  BOOST_CHECK_EQUAL(x["sequential_s"], 4.5);
  BOOST_CHECK_EQUAL(x["speedup"], 1.125);
  BOOST_CHECK_EQUAL(x["lower_bound_s"], 3.5);
  BOOST_CHECK_EQUAL(x["tight_bound"], "chain");
  BOOST_CHECK_EQUAL(x["efficiency"], 0.875);
  BOOST_CHECK_EQUAL(
      x["tasks"][0].dump(),
      R"({"agent":"a","attempts":1,"dropped_bytes":0,"exit_code":3,)"
      R"("finished_s":1,"integrate_s":0,"kept":false,"leaked":false,)"
      R"("log":null,"name":"x","nodes":["local"],"on_path_s":0,"outputs":{},"queue_s":0,)"
      R"("ready_s":0,"run_s":1,"runs":0,"sessions":[1],"slack_s":2.5,)"
      R"("started_s":0,"status":"failed","version":1,)"
      R"("waited_inside_s":0,"waited_later_s":0})");
  BOOST_CHECK_EQUAL(
      x["tasks"][2].dump(),
      R"({"agent":null,"attempts":0,"dropped_bytes":0,"exit_code":null,)"
      R"("finished_s":1,"integrate_s":0,"kept":false,"leaked":false,)"
      R"("log":null,"name":"z","nodes":[],"on_path_s":0,"outputs":{},"queue_s":0,)"
      R"("ready_s":null,"run_s":0,"runs":0,"sessions":[],"slack_s":null,)"
      R"("started_s":null,"status":"skipped","version":1,)"
      R"("waited_inside_s":0,"waited_later_s":0})");
  BOOST_CHECK_EQUAL(x["tasks"][1]["log"], "/logs/y.log");
  BOOST_CHECK_EQUAL(x["tasks"][1]["leaked"], true);
  BOOST_CHECK_EQUAL(x["tasks"][1]["dropped_bytes"], 7);
  BOOST_CHECK_EQUAL(x["agents"][1].dump(),
                    R"({"busy_s":3.5,"idle_s":4.5,"name":"b","slots":2,)"
                    R"("tasks":2})");
  BOOST_CHECK_EQUAL(x["handoffs"][0].dump(),
                    R"({"from":"y","received_s":3.002,"sent_s":3,"to":"w",)"
                    R"("version":1})");
  BOOST_CHECK_EQUAL(x["gates"][0].dump(),
                    R"({"asked_for_s":0,"asked_s":null,"closed_s":1,)"
                    R"("name":"deploy","opened_s":null,"opened_version":1,)"
                    R"("reason":null,"rounds":0,"status":"closed",)"
                    R"("waited_for_people_s":0})");
}

BOOST_AUTO_TEST_CASE(outputs_keep_their_kinds_and_never_break_the_document) {
  sample s;
  auto x = document(s.model())["tasks"][1]["outputs"];
  BOOST_CHECK_EQUAL(x["count"], 3.5);
  BOOST_CHECK_EQUAL(x["list"], json({1, 2}));
  BOOST_CHECK_EQUAL(x["odd"], "0x10");
  BOOST_CHECK_EQUAL(x["text"], "a \"b\"\n\xef\xbf\xbd");
  BOOST_CHECK_EQUAL(x["yes"], true);
}

BOOST_AUTO_TEST_CASE(busy_and_idle_of_all_agents_sum_to_their_slot_time) {
  sample s;
  auto m = s.model();
  auto r = make_report(m, {});
  duration busy{0};
  for (const auto& x : r.agents) {
    BOOST_CHECK((x.busy + x.idle == r.makespan * x.slots));
    busy += x.busy;
  }
  BOOST_CHECK(busy == r.sequential);
}

BOOST_AUTO_TEST_CASE(a_report_of_100000_tasks_is_quick) {
  plan_sketch b;
  auto a = b.agent("local", 8);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    std::vector<std::uint32_t> needs;
    for (std::uint32_t k = 1; k <= 3 && i >= 1000 * k; ++k)
      needs.push_back(i - 1000 * k + k);
    b.task("some/readable-name-" + std::to_string(i), {a}, needs);
  }
  auto begin = std::clock();
  run_model m(b.value, b.slots());
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    m.apply(ready(i * 1ms, i));
    m.apply(started(i * 1ms, i, a));
    m.apply(finished((i + 1) * 1ms, i, a));
  }
  m.apply(run_ended(100s, run_status::succeeded, 0));
  auto text = to_json(make_report(m, {}));
  // Time of the processor, so that a busy machine does not count.
  auto took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  BOOST_CHECK_GT(text.size(), 10'000'000u);
  // Generous for sanitizers; a quadratic step takes minutes.
  BOOST_CHECK_LT(took, 30.0);
  BOOST_TEST_MESSAGE("folded and written in " << took << " s");
}

BOOST_AUTO_TEST_CASE(durations_read_naturally) {
  BOOST_CHECK_EQUAL(report::format_duration(0s), "0ms");
  BOOST_CHECK_EQUAL(report::format_duration(340ms), "340ms");
  BOOST_CHECK_EQUAL(report::format_duration(1240ms), "1.2s");
  BOOST_CHECK_EQUAL(report::format_duration(9970ms), "10s");
  BOOST_CHECK_EQUAL(report::format_duration(59700ms), "1m 00s");
  BOOST_CHECK_EQUAL(report::format_duration(185s), "3m 05s");
  BOOST_CHECK_EQUAL(report::format_duration(62min), "1h 02m");
  BOOST_CHECK_EQUAL(report::format_duration(51h), "2d 03h");
  BOOST_CHECK_EQUAL(report::format_elapsed(59900ms), "59s");
}

BOOST_AUTO_TEST_CASE(the_text_names_what_held_the_run_back) {
  plan_sketch b;
  auto morgan = b.agent("morgan");
  auto sam = b.agent("sam");
  b.task("x", {morgan});
  b.task("y", {morgan});
  b.task("z", {sam});
  run_model m(b.value, b.slots());
  for (const auto& f : naive_run(b.value, {1h, 2h, 1h}).facts())
    m.apply(f);
  report::text_options options;
  options.unicode = false;
  BOOST_CHECK_EQUAL(
      to_text(make_report(m, {}), options),
      "makespan        3h 00m\n"
      "sequential      4h 00m one after another; the team was 1.3 times as "
      "fast\n"
      "lower bound     3h 00m agent-bound: morgan had 3h 00m of work\n"
      "efficiency       100 % lower bound / makespan\n"
      "path            3h 00m of work led to the end: x > y\n"
      "\n"
      "agent   tasks     busy     idle  used\n"
      "morgan      2   3h 00m      0ms 100 %  ########################\n"
      "sam         1   1h 00m   2h 00m  33 %  ########................\n");
}

BOOST_AUTO_TEST_CASE(the_text_says_what_lies_around_the_work_that_binds) {
  plan_sketch b;
  auto morgan = b.agent("morgan");
  auto sam = b.agent("sam");
  auto first = b.task("first", {sam});
  auto x = b.task("x", {morgan}, {first});
  auto y = b.task("y", {morgan}, {first});
  b.task("last", {sam}, {x, y});
  auto text_of = [&](std::vector<duration> work) {
    run_model m(b.value, b.slots());
    for (const auto& f : naive_run(b.value, std::move(work)).facts())
      m.apply(f);
    return make_report(m, {}).explanation;
  };
  BOOST_CHECK_EQUAL(text_of({2s, 3s, 3s, 5s}),
                    "agent-bound: morgan had 6.0s of work, could not start "
                    "before 2.0s, and 5.0s had to follow");
  BOOST_CHECK_EQUAL(text_of({2s, 3s, 3s, 0s}),
                    "agent-bound: morgan had 6.0s of work and could not start "
                    "before 2.0s");
  BOOST_CHECK_EQUAL(text_of({0s, 3s, 3s, 5s}),
                    "agent-bound: morgan had 6.0s of work, and 5.0s had to "
                    "follow");
}

BOOST_AUTO_TEST_CASE(the_text_fits_every_width_and_cuts_long_tables) {
  plan_sketch b;
  std::vector<duration> work;
  for (int i = 0; i < 50; ++i) {
    auto a = b.agent("agent-with-a-long-name-" + std::to_string(i));
    b.task("task-with-a-rather-long-name-" + std::to_string(i), {a},
           i == 0
               ? std::vector<std::uint32_t>{}
               : std::vector<std::uint32_t>{static_cast<std::uint32_t>(i - 1)});
    work.emplace_back(10min);
  }
  run_model m(b.value, b.slots());
  for (const auto& x : naive_run(b.value, work).facts())
    m.apply(x);
  for (std::size_t columns = 20; columns <= 120; ++columns) {
    report::text_options options;
    options.columns = columns;
    options.unicode = false;
    auto text = to_text(make_report(m, {}), options);
    BOOST_CHECK(text.find("and 30 more\n") != std::string::npos);
    for (std::size_t i = 0; i < text.size();) {
      auto end = text.find('\n', i);
      BOOST_REQUIRE_MESSAGE(end - i <= columns,
                            columns << ": " << text.substr(i, end - i));
      i = end + 1;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
