// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of semantics §23 as far as the engine sees services: when
// they start, and what their end does. Processes, probes and restarts are
// service_test.cpp's; the world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using enum tutti::task_state;

namespace {

/// `schema` needs the service `db`.
struct served_team : team_builder {
  std::uint32_t db = service("db");
  std::uint32_t schema = lane("schema");

  served_team() {
    (*this)[schema].needs = {on_service(db)};
  }
};

void is_now(team_world& w, std::uint32_t service, service_state x,
            std::string text = {}) {
  w.event(engine::service_changes{service_id{service}, x, std::move(text)});
}

using list = std::vector<std::uint32_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(engine_services)

BOOST_AUTO_TEST_CASE(a_need_of_a_service_holds_once_it_is_ready) { // §23
  served_team b;
  team_world w{b.get()};
  BOOST_TEST((w.started_services == list{b.db}));
  BOOST_TEST((w.get().service(b.db).service == service_state::starting));
  BOOST_TEST((w.state(b.schema) == waiting));
  BOOST_TEST(!w.get().over());
  is_now(w, b.db, service_state::ready);
  BOOST_TEST(w.runs(b.schema));
}

BOOST_AUTO_TEST_CASE(a_service_takes_no_slot_and_no_job) { // §23
  served_team b;
  auto other = b.lane("other");
  team_world w{b.get(), {1, 1}};
  is_now(w, b.db, service_state::ready);
  BOOST_TEST(w.get().jobs().used == 1u); // of the task alone
  BOOST_TEST((w.runs(other) || w.runs(b.schema)));
}

BOOST_AUTO_TEST_CASE(a_service_starts_before_gates) { // §23
  served_team b;
  auto verify = b.lane("verify");
  b.gate("go", {verify}, {}, true);
  team_world w{b.get()};
  BOOST_TEST((w.started_services == list{b.db}));
}

BOOST_AUTO_TEST_CASE(a_gate_may_block_a_service_by_name) { // §23
  served_team b;
  auto verify = b.lane("verify");
  auto go = b.gate("go", {verify}, {});
  b.get().gates[go].blocks.push_back({node_kind::service, b.db});
  team_world w{b.get()};
  BOOST_TEST(w.started_services.empty());
  w.done(verify);
  BOOST_TEST((w.started_services == list{b.db}));
}

BOOST_AUTO_TEST_CASE(a_service_may_have_needs) { // §23
  served_team b;
  auto build = b.lane("build");
  auto queue = b.service("queue");
  b.get().services[b.db].needs = {on_task(build), on_service(queue)};
  team_world w{b.get()};
  BOOST_TEST((w.started_services == list{queue}));
  w.done(build);
  BOOST_TEST((w.started_services == list{queue}));
  is_now(w, queue, service_state::ready);
  BOOST_TEST((w.started_services == list{queue, b.db}));
}

BOOST_AUTO_TEST_CASE(without_its_needs_it_fails_and_its_tasks_too) { // §23
  served_team b;
  auto build = b.lane("build");
  b.get().services[b.db].needs = {on_task(build)};
  team_world w{b.get()};
  w.fails(build);
  BOOST_TEST(w.started_services.empty());
  BOOST_TEST((w.get().service(b.db).service == service_state::failed));
  BOOST_TEST((w.state(b.schema) == error));
  BOOST_TEST(w.get().over());
}

BOOST_AUTO_TEST_CASE(past_its_restarts_who_has_not_started_is_an_error) { // §23
  served_team b;
  auto runs = b.lane("runs");
  auto late = b.lane("late", {runs});
  auto next = b.lane("next", {b.schema});
  for (auto t : {runs, late})
    b[t].needs.push_back(on_service(b.db));
  team_world w{b.get()};
  is_now(w, b.db, service_state::ready);
  w.done(b.schema);
  BOOST_TEST((w.runs(runs) && w.runs(next)));
  is_now(w, b.db, service_state::failed, "it ended with exit code 1");
  BOOST_TEST((w.state(late) == error));
  const auto* f = w.last(fact_kind::task_errored);
  BOOST_REQUIRE(f != nullptr);
  BOOST_TEST((f->cause_kind == node_kind::service && f->cause == b.db));
  BOOST_TEST(w.runs(runs)); // what has begun goes on
  w.done({runs, next});
  BOOST_TEST((w.state(runs) == succeeded));
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(while_it_is_restarted_nobody_is_given_up) { // §23
  served_team b;
  auto runs = b.lane("runs");
  auto late = b.lane("late", {runs});
  b[late].needs.push_back(on_service(b.db));
  team_world w{b.get()};
  is_now(w, b.db, service_state::ready);
  is_now(w, b.db, service_state::starting);
  BOOST_TEST(w.runs(b.schema)); // not disturbed
  BOOST_TEST((w.state(late) == waiting));
  is_now(w, b.db, service_state::ready);
  w.done(runs);
  BOOST_TEST(w.runs(late));
}

BOOST_AUTO_TEST_CASE(who_starts_while_it_is_restarted_waits) { // §23
  served_team b;
  auto runs = b.lane("runs");
  auto late = b.lane("late", {runs});
  b[late].needs.push_back(on_service(b.db));
  team_world w{b.get()};
  is_now(w, b.db, service_state::ready);
  is_now(w, b.db, service_state::starting);
  w.done(runs);
  BOOST_TEST(!w.runs(late)); // "needs a service (= ready)"
  is_now(w, b.db, service_state::ready);
  BOOST_TEST(w.runs(late));
}

BOOST_AUTO_TEST_CASE(fail_fast_spares_services) { // §9
  served_team b;
  auto bad = b.lane("bad");
  b.get().fail_fast = true;
  team_world w{b.get()};
  is_now(w, b.db, service_state::ready);
  w.fails(bad);
  BOOST_TEST((w.get().service(b.db).service == service_state::ready));
}

BOOST_AUTO_TEST_CASE(a_service_that_nobody_needs_holds_no_run) { // §27
  served_team b;
  b[b.schema].needs.clear();
  team_world w{b.get()};
  is_now(w, b.db, service_state::ready);
  w.done(b.schema);
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(no_service_starts_once_the_run_stops) { // §26
  served_team b;
  auto build = b.lane("build");
  b.get().services[b.db].needs = {on_task(build)};
  team_world w{b.get()};
  w.stop();
  w.done(build);
  BOOST_TEST(w.started_services.empty());
}

BOOST_AUTO_TEST_SUITE_END()
