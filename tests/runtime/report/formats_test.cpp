// SPDX-License-Identifier: BSD-3-Clause
// The report as CSV, trace, JUnit and HTML.
#include "runtime/report/csv.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/junit.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/trace.hpp"
#include "runtime/report/xml_text.hpp"
#include "tests/support/handoff_facts.hpp"
#include "tests/support/random_play.hpp"
#include "tests/support/xml_check.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <ctime>
#include <map>
#include <set>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

std::string no_log(const std::string&, std::size_t) {
  return {};
}

/// crud (morgan) is tried twice, page (sam) gets its handoff, bad fails, odd
/// could not be started, last is skipped; a gate asks a person.
struct sample : plan_sketch {
  std::uint32_t morgan = agent("morgan");
  std::uint32_t sam = agent("sam", 2);
  std::uint32_t crud = task("crud", {morgan});
  std::uint32_t page = task("page", {sam}, {crud});
  std::uint32_t bad = task("bad", {sam});
  std::uint32_t odd = task("odd", {sam});
  std::uint32_t last = task("last", {morgan}, {bad});
  std::uint32_t deploy = gate("deploy", {page});

  sample() {
    phase("back", {crud});
    value.gates[deploy].approval.present = true;
    value.gates[deploy].approval.human = true;
  }

  run_model model() const {
    run_model m(value, slots());
    auto failed = finished(3s, bad, sam, task_state::failed, 3);
    auto details = std::make_shared<attempt_details>();
    details->message = "exited with code 3 & <nothing> \"else\"";
    details->log = "/logs/bad.log";
    failed.details = details;
    auto error = finished(4s, odd, sam, task_state::error, fact::no_exit_code);
    error.end = attempt_end::system_error;
    apply_all(m, {make_fact(fact_kind::run_started, 0s),
                  ready(0s, crud),
                  ready(0s, bad),
                  ready(0s, odd),
                  started(0s, crud, morgan),
                  started(0s, bad, sam),
                  started(0s, odd, sam),
                  finished(1s, crud, morgan, task_state::ready, 1),
                  failed,
                  skipped(3s, last, bad),
                  error,
                  ready(5s, crud),
                  started(5s, crud, morgan, 2),
                  finished(8s, crud, morgan, task_state::succeeded, 0, 2),
                  handoff_fact(fact_kind::handoff_sent, 8s, crud, page),
                  handoff_fact(fact_kind::handoff_accepted, 8500ms, crud, page),
                  ready(8500ms, page),
                  started(9s, page, sam),
                  finished(12s, page, sam),
                  asked(12s, deploy),
                  verdict_of(14s, deploy, verdict::approved, "ann"),
                  make_fact(fact_kind::gate_opened, 14s, deploy),
                  run_ended(14s, run_status::failed, 1)});
    return m;
  }
};

double number(const json& x) {
  return x.get<double>();
}

/// Slices of a track nest, arrows have two ends within slices, spans begin
/// before they end, and nothing lies outside of the run.
void check_trace(const json& document, duration makespan) {
  auto end = std::chrono::duration<double, std::micro>(makespan).count();
  std::map<int, std::vector<std::pair<double, double>>> tracks;
  std::map<int, std::multiset<std::string>> arrows;
  std::map<int, double> spans;
  std::set<int> named;
  for (const auto& x : document.at("traceEvents")) {
    auto phase = x.at("ph").get<std::string>();
    if (phase == "M") {
      if (x.at("name") == "thread_name")
        BOOST_CHECK(named.insert(x.at("tid").get<int>()).second);
      continue;
    }
    auto at = number(x.at("ts"));
    BOOST_CHECK(at >= 0 && at <= end);
    if (phase == "X") {
      BOOST_CHECK_LE(at + number(x.at("dur")), end + 1e-3);
      tracks[x.at("tid").get<int>()].emplace_back(at, number(x.at("dur")));
    } else if (phase == "s" || phase == "f") {
      arrows[x.at("id").get<int>()].insert(phase);
    } else if (phase == "b") {
      BOOST_CHECK(spans.emplace(x.at("id").get<int>(), at).second);
    } else if (phase == "e") {
      BOOST_REQUIRE(spans.contains(x.at("id").get<int>()));
      BOOST_CHECK_LE(spans[x.at("id").get<int>()], at);
      spans.erase(x.at("id").get<int>());
    } else if (phase == "C") {
      BOOST_CHECK_GE(x.at("args").at("ready"), 0);
    }
  }
  BOOST_CHECK(spans.empty());
  for (const auto& [id, ends] : arrows)
    BOOST_CHECK((ends == std::multiset<std::string>{"f", "s"}));
  for (auto& [track, slices] : tracks) {
    BOOST_CHECK(named.contains(track));
    std::sort(slices.begin(), slices.end());
    double reached = 0;
    for (auto [at, length] : slices) {
      BOOST_CHECK_GE(at, reached - 1e-4); // a tenth of a nanosecond
      reached = at + length;
    }
  }
  // An arrow ends where a slice is.
  for (const auto& x : document.at("traceEvents"))
    if (x.at("ph") == "s" || x.at("ph") == "f") {
      auto at = number(x.at("ts"));
      const auto& slices = tracks[x.at("tid").get<int>()];
      BOOST_CHECK(std::any_of(slices.begin(), slices.end(), [&](auto y) {
        return at >= y.first && at <= y.first + y.second;
      }));
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_formats)

BOOST_AUTO_TEST_CASE(the_table_has_a_row_a_task_as_rfc_4180_has_it) {
  sample s;
  s.value.tasks[s.bad].name = "b\"a,d";
  auto m = s.model();
  auto text = to_csv(s.value, make_report(m, {}));
  BOOST_CHECK(text.starts_with("task,agent,phase,status,"));
  BOOST_CHECK(text.ends_with("\r\n"));
  BOOST_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 6);
  BOOST_CHECK(text.find("\r\ncrud,morgan,back,succeeded,2,1,0.000000,0.000000,"
                        "8.000000,0.000000,4.000000,0.000000,0.000000,"
                        "0.000000,0.000000,4.000000,0,local\r\n")
              != std::string::npos);
  BOOST_CHECK(text.find("\r\n\"b\"\"a,d\",sam,,failed,1,1,")
              != std::string::npos);
  BOOST_CHECK(text.find("\r\nlast,morgan,,skipped,0,1,,,3.000000,")
              != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_trace_shows_slots_waits_handoffs_and_gates) {
  sample s;
  auto m = s.model();
  auto x = json::parse(report::to_trace(m, "run-1"));
  check_trace(x, m.now());
  BOOST_CHECK_EQUAL(x["otherData"]["run_id"], "run-1");
  auto count = [&](const char* phase) {
    return std::count_if(x["traceEvents"].begin(), x["traceEvents"].end(),
                         [&](const json& y) {
                           return y["ph"] == phase;
                         });
  };
  BOOST_CHECK_EQUAL(count("X"), 5);
  BOOST_CHECK_EQUAL(count("s"), 1);
  BOOST_CHECK_EQUAL(count("i"), 3); // asked, approved, opened
  BOOST_CHECK_EQUAL(count("C"), 2); // page was ready from 8.5 s to 9 s
  BOOST_CHECK_EQUAL(count("b"), 2); // that, and the person
  auto tracks = std::count_if(x["traceEvents"].begin(), x["traceEvents"].end(),
                              [](const json& y) {
                                return y["name"] == "thread_name";
                              });
  BOOST_CHECK_EQUAL(tracks, 3);
}

BOOST_AUTO_TEST_CASE(traces_of_random_runs_nest) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    random_play play{seed, 12, seed % 2 == 0};
    play.play();
    std::vector<std::uint32_t> slots;
    for (const auto& a : play.played().agents)
      slots.push_back(std::max(a.slots, 1u));
    run_model m(play.played(), slots);
    for (std::size_t i = 0; i < play.facts().size() * (1 + seed % 3) / 3; ++i)
      m.apply(play.facts()[i]);
    BOOST_TEST_CONTEXT("seed " << seed) {
      check_trace(json::parse(report::to_trace(m, "run")), m.now());
      auto r = make_report(m, {});
      for (const auto& text :
           {to_junit(m, r, no_log), report::to_html(m, r, no_log)}) {
        // All of the page but its first line is XML, too.
        auto begin = text.starts_with("<?xml") ? 0 : text.find("<body>");
        auto end = text.rfind("</html>");
        auto part = std::string_view{text}.substr(
            begin, end == std::string::npos ? end : end - begin);
        xml_parser parser{part};
        static_cast<void>(parser.parse());
        BOOST_CHECK_EQUAL(parser.error, "");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(junit_tells_faults_of_tasks_from_those_of_the_system) {
  sample s;
  auto m = s.model();
  std::string asked;
  auto text = to_junit(
      m, make_report(m, {}), [&](const std::string& path, std::size_t most) {
        asked = path;
        BOOST_CHECK_GT(most, 1000u);
        return std::string("\x1b[31mred\x1b[0m <b> \x01&\xff\n");
      });
  xml_parser parser{text};
  auto root = parser.parse();
  BOOST_REQUIRE_EQUAL(parser.error, "");
  BOOST_CHECK_EQUAL(root.name, "testsuites");
  BOOST_CHECK_EQUAL(root.attributes["tests"], "5");
  BOOST_CHECK_EQUAL(root.attributes["failures"], "1");
  BOOST_CHECK_EQUAL(root.attributes["errors"], "1");
  BOOST_CHECK_EQUAL(root.attributes["skipped"], "1");
  BOOST_REQUIRE_EQUAL(root.children.size(), 2u); // without a phase; back
  const auto& cases = root.children[0].children;
  BOOST_REQUIRE_EQUAL(cases.size(), 4u);
  const auto* failure = cases[1].child("failure");
  BOOST_REQUIRE(failure != nullptr);
  BOOST_CHECK_EQUAL(failure->attributes.at("message"),
                    "exited with code 3 & <nothing> \"else\"");
  BOOST_REQUIRE(cases[1].child("system-out") != nullptr);
  BOOST_CHECK_EQUAL(cases[1].child("system-out")->text,
                    "red <b> &\xef\xbf\xbd\n");
  BOOST_CHECK_EQUAL(asked, "/logs/bad.log");
  BOOST_CHECK(cases[2].child("error") != nullptr);
  BOOST_CHECK(cases[3].child("skipped") != nullptr);
  const auto& crud = root.children[1].children.at(0);
  BOOST_CHECK_EQUAL(crud.attributes.at("classname"), "back");
  BOOST_CHECK_EQUAL(crud.attributes.at("time"), "4.000");
  BOOST_CHECK(crud.child("flakyFailure") != nullptr);
  BOOST_CHECK(crud.child("failure") == nullptr);
}

BOOST_AUTO_TEST_CASE(junit_does_not_fail_for_what_may_fail) {
  sample s;
  s.value.tasks[s.bad].allow_failure = true;
  auto m = s.model();
  auto text = to_junit(m, make_report(m, {}), no_log);
  xml_parser parser{text};
  auto root = parser.parse();
  BOOST_CHECK_EQUAL(root.attributes["failures"], "0");
  BOOST_CHECK_EQUAL(root.attributes["skipped"], "2");
}

BOOST_AUTO_TEST_CASE(text_of_tasks_never_breaks_a_document) {
  BOOST_CHECK_EQUAL(report::xml_text("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  BOOST_CHECK_EQUAL(report::xml_text("a\x1b[1;31mb\x1b]0;title\ac\x7f\x08"),
                    "abc");
  BOOST_CHECK_EQUAL(report::xml_text("\xff\xc0\x80\xed\xa0\x80"),
                    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
                    "\xbd\xef\xbf\xbd");
  BOOST_CHECK_EQUAL(report::xml_text("\xef\xbf\xbe|\xef\xbf\xbf|\xc2\x85|"),
                    "|||");
  BOOST_CHECK_EQUAL(report::xml_text("\xf0\x9f\x8e\xb5 \xc3\xa9\t\n"),
                    "\xf0\x9f\x8e\xb5 \xc3\xa9\t\n");
}

BOOST_AUTO_TEST_CASE(the_page_needs_nothing_else_and_shows_failures_first) {
  sample s;
  s.value.name = "<script>alert(1)</script>";
  s.value.tasks[s.page].name = "page\"><img src=x onerror=alert(1)>";
  auto m = s.model();
  auto text = report::to_html(m, make_report(m, {}), no_log);
  for (const auto* outside :
       {"http:", "https:", "<script", "<img", "<link", "@import", "url("})
    BOOST_CHECK_MESSAGE(text.find(outside) == std::string::npos, outside);
  auto failed = text.find("<h2>Failed: 2</h2>");
  BOOST_REQUIRE(failed != std::string::npos);
  BOOST_CHECK_LT(failed, text.find("<h2>Who worked on what</h2>"));
  BOOST_CHECK(text.find("prefers-color-scheme: dark") != std::string::npos);
  BOOST_CHECK(text.find("What waits for what") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(all_forms_of_a_report_of_100000_tasks_are_quick) {
  plan_sketch b;
  auto a = b.agent("local", 8);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    std::vector<std::uint32_t> needs;
    for (std::uint32_t k = 1; k <= 3 && i >= 1000 * k; ++k)
      needs.push_back(i - 1000 * k + k);
    b.task("some/readable-name-" + std::to_string(i), {a}, needs);
  }
  run_model m(b.value, b.slots());
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    m.apply(ready(i / 8 * 1ms, i));
    m.apply(started(i / 8 * 1ms, i, a));
    m.apply(finished((i / 8 + 1) * 1ms, i, a));
  }
  m.apply(run_ended(13s, run_status::succeeded, 0));
  auto begin = std::clock();
  auto r = make_report(m, {});
  auto took = [&] {
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  BOOST_TEST_MESSAGE("report in " << took() << " s");
  auto page = report::to_html(m, r, no_log);
  BOOST_TEST_MESSAGE("and page in " << took() << " s");
  auto size = to_csv(b.value, r).size() + report::to_trace(m, "run").size()
            + to_junit(m, r, no_log).size();
  BOOST_TEST_MESSAGE("and all in " << took() << " s, page " << page.size());
  BOOST_CHECK_GT(size, 10'000'000u);
  BOOST_CHECK_LT(page.size(), 30'000'000u);
  // Generous for sanitizers; a quadratic step takes minutes.
  BOOST_CHECK_LT(took(), 60.0);
}

BOOST_AUTO_TEST_SUITE_END()
