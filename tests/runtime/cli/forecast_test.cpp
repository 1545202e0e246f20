// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/forecast.hpp"

#include "tests/runtime/cli/plans.hpp"

#include <nlohmann/json.hpp>

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using std::chrono::minutes;

BOOST_AUTO_TEST_SUITE(runtime_cli_forecast)

BOOST_AUTO_TEST_CASE(a_wave_is_one_more_than_the_last_that_a_task_waits_for) {
  plan p;
  auto a = add_task(p, "a");
  auto b = add_task(p, "b", {on(a)});
  add_task(p, "c", {on(a), on(b)});
  add_task(p, "d");
  auto x = cli::make_forecast(p);
  BOOST_REQUIRE(x.tasks.size() == 4u);
  BOOST_TEST(x.tasks[0].task.value == 0u);
  BOOST_TEST(x.tasks[1].task.value == 3u);
  BOOST_TEST(x.tasks[1].wave == 1u);
  BOOST_TEST(x.tasks[2].wave == 2u);
  BOOST_TEST(x.tasks[3].wave == 3u);
}

BOOST_AUTO_TEST_CASE(the_longest_chain_counts_estimates_and_not_tasks) {
  plan p;
  auto a = add_task(p, "a", {}, minutes(1));
  auto b = add_task(p, "b", {on(a)}, minutes(1));
  add_task(p, "c", {on(b)}, minutes(1));
  auto d = add_task(p, "d", {}, minutes(7));
  add_task(p, "e", {on(d)}, minutes(2));
  auto x = cli::make_forecast(p);
  BOOST_TEST((x.chain_length == minutes(9)));
  BOOST_TEST((x.chain == std::vector<task_id>{d, task_id{std::size_t{4}}}));
  BOOST_TEST((x.sequential == minutes(12)));
}

BOOST_AUTO_TEST_CASE(a_need_for_the_start_does_not_add_the_work) {
  plan p;
  auto a = add_task(p, "a", {}, minutes(30));
  add_task(p, "b", {on(a, need_condition::started)}, minutes(5));
  auto x = cli::make_forecast(p);
  BOOST_TEST((x.chain_length == minutes(30)));
  BOOST_TEST((x.tasks[1].start == minutes(0)));
}

// §2, §10: it starts at once, and integrates what comes at the end.
BOOST_AUTO_TEST_CASE(what_is_needed_later_holds_back_the_end_only) {
  plan p;
  auto crud = add_task(p, "crud", {}, minutes(10));
  auto page = add_task(p, "page", {}, minutes(2));
  auto end = add_task(p, "end", {on(page)}, minutes(1));
  auto& x = p.tasks[page.value];
  x.needs_later = {on(crud)};
  x.integrate.present = true;
  x.integrate.estimate.mode = minutes(5);
  auto made = cli::make_forecast(p);
  BOOST_TEST((made.tasks[1].start == minutes(0)));
  BOOST_TEST((made.tasks[1].finish == minutes(15)));
  BOOST_TEST((made.chain_length == minutes(16)));
  BOOST_TEST((made.chain == std::vector<task_id>{crud, page, end}));
  BOOST_TEST((made.sequential == minutes(18)));
}

// §13
BOOST_AUTO_TEST_CASE(what_follows_each_ends_after_the_last_of_them) {
  plan p;
  auto a = add_task(p, "a", {}, minutes(3));
  auto b = add_task(p, "b", {}, minutes(7));
  auto each = add_task(p, "each", {}, minutes(2));
  p.tasks[each.value].kind = task_kind::after_each;
  p.tasks[each.value].after_each = {a, b};
  auto made = cli::make_forecast(p);
  BOOST_TEST(made.tasks[2].wave == 2u);
  BOOST_TEST((made.tasks[2].start == minutes(3)));
  BOOST_TEST((made.chain_length == minutes(9)));
  BOOST_TEST((made.chain == std::vector<task_id>{b, each}));
  BOOST_TEST((made.sequential == minutes(14)));
}

BOOST_AUTO_TEST_CASE(who_answers_requests_is_no_task_of_the_forecast) {
  plan p;
  add_task(p, "a");
  auto answers = add_task(p, "requests/m");
  p.tasks[answers.value].kind = task_kind::requests;
  auto made = cli::make_forecast(p);
  BOOST_TEST(made.tasks.size() == 1u);
  BOOST_TEST((made.sequential == minutes(1)));
}

BOOST_AUTO_TEST_CASE(a_gate_passes_on_when_and_where_it_stands) {
  plan p;
  auto a = add_task(p, "a", {}, minutes(3));
  add_task(p, "b", {}, minutes(1));
  p.gates.push_back({"go", {on(a)}, true, {}, false});
  auto x = cli::make_forecast(p);
  BOOST_REQUIRE(x.tasks.size() == 2u);
  BOOST_TEST(x.tasks[1].wave == 2u);
  BOOST_TEST((x.tasks[1].start == minutes(3)));
  BOOST_REQUIRE(x.tasks[1].gates.size() == 1u);
  auto text = cli::forecast_text(p, x);
  BOOST_TEST(text.find("behind go") != std::string::npos, text);
  BOOST_TEST(text.find("go needs a; blocks all") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(what_skip_left_out_is_listed_and_not_counted) {
  plan p;
  auto a = add_task(p, "a");
  auto b = add_task(p, "b", {on(a)});
  p.skipped = {b};
  auto x = cli::make_forecast(p);
  BOOST_TEST(x.tasks.size() == 1u);
  BOOST_TEST((x.sequential == minutes(1)));
  auto document = nlohmann::json::parse(cli::forecast_json(p, x));
  BOOST_TEST(document.at("skipped").dump() == R"(["b"])");
  BOOST_TEST(document.at("chain").dump() == R"(["a"])");
  BOOST_TEST(document.at("chain_s") == 60);
}

BOOST_AUTO_TEST_SUITE_END()
