// SPDX-License-Identifier: BSD-3-Clause
// Each message type goes through CAF's binary form and comes back equal: its
// return code does not tell.
#include "messages/type_ids.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/deep_to_string.hpp>

#include <memory>
#include <vector>

using namespace tutti;

namespace {

template <class T>
T there_and_back(T x) {
  caf::actor_system_config config;
  config.add_message_types<caf::id_block::tutti>();
  caf::actor_system system{config};
  std::vector<char> bytes;
  caf::binary_serializer sink{system, bytes};
  BOOST_REQUIRE(!sink(x));
  caf::binary_deserializer source{system, bytes};
  T result;
  BOOST_REQUIRE(!source(result));
  return result;
}

std::shared_ptr<const attempt_details> some_details() {
  attempt_details x;
  x.outputs = {{"a", make_text("1")}, {"b", make_boolean(true)}};
  x.note = "as agreed";
  x.artifacts = {{"a/b", "digest", 12, true}};
  x.contracts = {{contract_id{1u}, "{}", "[]"}};
  x.message = "why";
  x.log = "x.log";
  x.dropped_bytes = 7;
  x.leaked = true;
  x.payload = {40, 100, {1, 2}};
  return std::make_shared<const attempt_details>(std::move(x));
}

std::shared_ptr<const fact_extra> some_extra() {
  fact_extra x;
  x.verdict = verdict::changes_requested;
  x.who = "ada";
  x.uid = 1000;
  x.text = "no tenant check";
  x.note = "soon";
  x.tasks = {task_id{2u}};
  x.items = {{task_id{1u}, 2, 3, task_state::failed, "createUser", "please"}};
  x.awaited = false;
  return std::make_shared<const fact_extra>(std::move(x));
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages_inspect)

BOOST_AUTO_TEST_CASE(facts_keep_every_field) {
  fact f;
  f.kind = fact_kind::attempt_finished;
  f.state = task_state::failed;
  f.end = attempt_end::timed_out;
  f.status = run_status::waiting;
  f.cause_kind = node_kind::gate;
  f.cause = 3;
  f.subject = 4;
  f.agent = 5;
  f.attempt = 6;
  f.version = 7;
  f.exit_code = -1;
  f.at = duration{123456789};
  f.details = some_details();
  f.extra = some_extra();
  f.service = service_state::ready;
  auto back = there_and_back(run_facts{{f, fact{}}});
  BOOST_REQUIRE_EQUAL(back.facts.size(), 2u);
  const auto& g = back.facts[0];
  BOOST_TEST((g.kind == f.kind && g.state == f.state && g.end == f.end));
  BOOST_TEST((g.status == f.status && g.cause_kind == f.cause_kind));
  BOOST_TEST((g.cause == f.cause && g.subject == f.subject));
  BOOST_TEST((g.agent == f.agent && g.attempt == f.attempt));
  BOOST_TEST((g.version == f.version && g.exit_code == f.exit_code));
  BOOST_TEST((g.at == f.at));
  BOOST_TEST((*g.details == *f.details));
  BOOST_TEST((*g.extra == *f.extra && g.service == f.service));
}

BOOST_AUTO_TEST_CASE(task_messages_keep_every_field) {
  auto told = std::make_shared<assignment_details>();
  told->round = 2;
  told->feedback = "no tenant check";
  told->items = some_extra()->items;
  told->comments = {{gate_id{4u}, "well done"}};
  told->earlier = some_details();
  auto a = there_and_back(
      assign_task{task_id{1u}, 2, 3, work_phase::integrate, 4, told});
  BOOST_TEST((a.task.value == 1 && a.attempt == 2 && a.rank == 3));
  BOOST_TEST((a.phase == work_phase::integrate && a.version == 4));
  BOOST_TEST((a.details->round == 2 && a.details->items == told->items));
  BOOST_TEST((a.details->feedback == told->feedback));
  BOOST_TEST((a.details->comments[0].text == "well done"));
  BOOST_TEST((*a.details->earlier == *some_details()));
  auto r = there_and_back(revoke_task{task_id{1u}, 2, 3});
  BOOST_TEST((r.task.value == 1 && r.attempt == 2 && r.rank == 3));
  auto e = there_and_back(end_task{task_id{1u}, 2, true});
  BOOST_TEST((e.task.value == 1 && e.attempt == 2 && e.at_once));
  auto s = there_and_back(attempt_started{task_id{1u}, 2});
  BOOST_TEST((s.task.value == 1 && s.attempt == 2));
  auto t = there_and_back(task_returned{task_id{1u}, 2});
  BOOST_TEST((t.task.value == 1 && t.attempt == 2));
  auto f = there_and_back(attempt_finished{task_id{1u}, 2, attempt_end::failure,
                                           3, some_details()});
  BOOST_TEST((f.task.value == 1 && f.attempt == 2 && f.exit_code == 3));
  BOOST_TEST((f.end == attempt_end::failure && *f.details == *some_details()));
  auto p = there_and_back(task_progress{task_id{1u}, 2, "half", 50});
  BOOST_TEST((p.task.value == 1 && p.attempt == 2 && p.line == "half"));
  BOOST_TEST((p.percent == 50));
  auto stop = there_and_back(stop_run{130, true});
  BOOST_TEST((stop.exit_code == 130 && stop.at_once));
}

BOOST_AUTO_TEST_CASE(handoffs_keep_every_field) {
  auto h = there_and_back(
      handoff{task_id{1u}, task_id{2u}, 3, task_state::failed, some_details()});
  BOOST_TEST((h.from.value == 1 && h.to.value == 2 && h.version == 3));
  BOOST_TEST((h.status == task_state::failed));
  BOOST_TEST((h.outputs() == some_details()->outputs));
  auto a = there_and_back(handoff_accepted{task_id{1u}, task_id{2u}, 3});
  BOOST_TEST((a.from.value == 1 && a.to.value == 2 && a.version == 3));
}

BOOST_AUTO_TEST_CASE(who_has_gone_keeps_every_field) {
  auto x = there_and_back(live_gone{7, task_id{2u}, 3});
  BOOST_TEST((x.id == 7 && x.task.value == 2 && x.attempt == 3));
}

BOOST_AUTO_TEST_CASE(process_messages_keep_every_field) {
  start_process s{9,    "n",  {"a", "b"},  {"K=V"},     {"/f"}, {"S"},
                  "/d", "in", duration{5}, duration{6}, true};
  auto t = there_and_back(s);
  BOOST_TEST((t.id == 9 && t.name == "n" && t.argv == s.argv));
  BOOST_TEST((t.env == s.env && t.env_files == s.env_files));
  BOOST_TEST(t.secrets == s.secrets);
  BOOST_TEST((t.directory == "/d" && t.input == "in"));
  BOOST_TEST((t.idle_timeout == duration{5} && t.grace == duration{6}));
  BOOST_TEST(t.interactive);
  process_exited x{9, process_end::idle, 143, "m", "o", "l", 5, true};
  auto y = there_and_back(x);
  BOOST_TEST((y.id == 9 && y.end == x.end && y.code == 143));
  BOOST_TEST((y.message == "m" && y.output == "o" && y.log == "l"));
  BOOST_TEST((y.dropped_bytes == 5 && y.leaked));
  auto l = there_and_back(process_line{9, "x"});
  BOOST_TEST((l.id == 9 && l.line == "x"));
  auto e = there_and_back(end_process{9, true});
  BOOST_TEST((e.id == 9 && e.at_once));
  auto i = there_and_back(process_input{9, "in", true, 5});
  BOOST_TEST((i.id == 9 && i.data == "in" && i.close && i.taken_bytes == 5));
  auto o = there_and_back(process_output{9, "out", 4});
  BOOST_TEST((o.id == 9 && o.data == "out" && o.taken_bytes == 4));
  auto a = there_and_back(process_alive{9, true});
  BOOST_TEST((a.id == 9 && a.waits));
  auto p = there_and_back(process_started{9, 77});
  BOOST_TEST((p.id == 9 && p.pid == 77));
}

BOOST_AUTO_TEST_CASE(journal_messages_come_back_equal) {
  fact f;
  f.kind = fact_kind::run_resumed;
  f.version = 2;
  auto a = there_and_back(append_facts{7, {f}});
  BOOST_TEST((a.last == 7 && a.facts.size() == 1));
  BOOST_TEST((a.facts[0].kind == f.kind && a.facts[0].version == 2));
  BOOST_TEST(there_and_back(facts_durable{7}).last == 7u);
  auto s = there_and_back(journal_stuck{"the disk is full", 6});
  BOOST_TEST((s.why == "the disk is full" && s.exit_code == 6));
}

BOOST_AUTO_TEST_CASE(storage_messages_come_back_equal) {
  capture_artifacts c{3, "/d", {"*.md"}, {"/p/x.json"}, true};
  auto d = there_and_back(c);
  BOOST_TEST((d.id == 3 && d.directory == "/d" && d.missing_ok));
  BOOST_TEST((d.patterns == c.patterns && d.files == c.files));
  auto kept = there_and_back(keep_payload{4, some_details()});
  BOOST_TEST((kept.id == 4 && *kept.details == *some_details()));
  payload_ref where{40, 100, {1, 2}};
  auto receipt = there_and_back(payload_kept{4, where, "no"});
  BOOST_TEST((receipt.id == 4 && receipt.mistake == "no"));
  BOOST_TEST((receipt.payload == where));
  auto load = there_and_back(load_payload{4, where});
  BOOST_TEST((load.id == 4u && load.payload == where));
  auto loaded = there_and_back(payload_loaded{4, some_details(), "no"});
  BOOST_TEST((loaded.id == 4 && *loaded.details == *some_details()));
  BOOST_TEST(loaded.mistake == "no");
}

BOOST_AUTO_TEST_SUITE_END()
