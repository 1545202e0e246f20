// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of semantics §12 as far as the engine sees contracts: the
// needs that they imply, and what a new definition does. That they imply them
// is config's (contracts_test.cpp), what they check the agent's.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using enum tutti::task_state;

namespace {

/// `design` defines a contract, `crud` provides it, `page` and `app` need it
/// later: so all three need `design`, as the loader has it.
struct agreed_team : team_builder {
  std::uint32_t design = lane("design");
  std::uint32_t crud = lane("crud", {design});
  std::uint32_t page = lane("page", {design});
  std::uint32_t app = lane("app", {design});
  std::uint32_t deploy = gate("deploy", {page, app, crud}, {});

  agreed_team() {
    contract c;
    c.name = "users-api";
    c.defined_by = task_id{design};
    c.provider = task_id{crud};
    get().contracts.push_back(c);
    (*this)[crud].provides = contract_id{0};
    integrate(page, {crud});
    integrate(app, {crud});
    ask_person(deploy);
    rework(deploy, {design, crud});
  }
};

/// Ends the run phase of a task that defines a contract as this text.
void defines(team_world& w, std::uint32_t task, std::string schema) {
  auto e = engine_world::finished({task, w.attempt(task)}, attempt_end::success,
                                  told("at", "api/"));
  attempt_details d = *e.details;
  d.contracts.push_back({contract_id{0}, std::move(schema), {}});
  e.details = std::make_shared<const attempt_details>(std::move(d));
  w.end_with(e);
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_contracts)

BOOST_AUTO_TEST_CASE(consumers_start_once_the_contract_is_agreed) { // §12
  agreed_team b;
  team_world w{b.get()};
  BOOST_TEST((!w.runs(b.page) && !w.runs(b.crud)));
  defines(w, b.design, "{}");
  BOOST_TEST((w.runs(b.crud) && w.runs(b.page) && w.runs(b.app)));
  for (auto x : {b.crud, b.page, b.app}) // the contract came with it
    BOOST_TEST(w.handoffs(b.design, x) == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_contract_neither_side_starts) { // §12
  agreed_team b;
  team_world w{b.get()};
  w.fails(b.design);
  for (auto x : {b.crud, b.page, b.app})
    BOOST_TEST((w.state(x) == skipped));
  BOOST_TEST((w.gate(b.deploy) == gate_state::closed));
}

BOOST_AUTO_TEST_CASE(outputs_against_the_contract_reach_nobody) { // §12
  agreed_team b;
  b[b.crud].retries.max = 1;
  team_world w{b.get()};
  defines(w, b.design, "{}");
  w.done({b.page, b.app});
  w.fails(b.crud, told("users", "seven")); // as the agent says of a violation
  BOOST_TEST(w.runs(b.crud));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 0u);
  w.done(b.crud, told("users", "7"));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 1u);
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_CASE(a_new_definition_is_told_once_to_each_consumer) { // §12
  agreed_team b;
  team_world w{b.get()};
  defines(w, b.design, "{}");
  w.done({b.page, b.app, b.crud});
  w.done({b.page, b.app});
  BOOST_TEST(w.request_changes(b.deploy, {b.design}) == "");
  BOOST_TEST(w.runs(b.design));
  defines(w, b.design, R"({"type":"object"})"); // its outputs are the same
  for (auto x : {b.crud, b.page, b.app}) {
    BOOST_TEST(w.runs(x));
    BOOST_TEST(w.version(x) == 2u);
    BOOST_TEST(w.handoffs(b.design, x) == 2u);
  }
  w.done({b.page, b.app, b.crud});
  w.done({b.page, b.app});
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
  for (auto x : {b.crud, b.page, b.app})
    BOOST_TEST(w.handoffs(b.design, x) == 2u);
}

BOOST_AUTO_TEST_CASE(the_same_definition_makes_nobody_work_again) { // §12, §18
  agreed_team b;
  team_world w{b.get()};
  defines(w, b.design, "{}");
  w.done({b.page, b.app, b.crud});
  w.done({b.page, b.app});
  w.request_changes(b.deploy, {b.design});
  defines(w, b.design, "{}");
  for (auto x : {b.crud, b.page, b.app}) {
    BOOST_TEST((w.state(x) == succeeded));
    BOOST_TEST(w.version(x) == 1u);
  }
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

BOOST_AUTO_TEST_SUITE_END()
