// SPDX-License-Identifier: BSD-3-Clause
// Large results of quick functions lie on disk (semantics §21).
#include "tests/runtime/native/quick_run.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using native::quick_task;
using native::result;

namespace {

const std::string large(600, 'x');

/// A result that lies on disk, as the agent hears of it.
handoff large_from(std::uint32_t from, std::uint32_t to,
                   std::uint64_t offset = 0, std::uint32_t version = 1) {
  attempt_details x;
  x.payload.offset = offset;
  x.payload.size_bytes = 10;
  handoff h;
  h.from = task_id{from};
  h.to = task_id{to};
  h.version = version;
  h.details = std::make_shared<const attempt_details>(std::move(x));
  return h;
}

shared_details text_of(std::string text) {
  attempt_details x;
  x.outputs = {{"text", make_text(std::move(text))}};
  return std::make_shared<const attempt_details>(std::move(x));
}

agent_orders order_of(std::uint32_t task, std::vector<handoff> handed) {
  agent_orders result;
  result.handed = std::move(handed);
  result.tasks.emplace_back();
  result.tasks[0].task = task_id{task};
  result.tasks[0].attempt = 1;
  return result;
}

const fact& end_of(const std::vector<fact>& ends, std::uint32_t task) {
  for (const auto& f : ends)
    if (f.subject == task)
      return f;
  BOOST_FAIL("task " << task << " has not ended");
  return ends.front();
}

/// `large` puts out much, `small` little, and `reader` needs both.
struct three_tasks {
  plan_builder b;
  std::uint32_t one = b.task("large");
  std::uint32_t two = b.task("small");
  std::uint32_t reader = b.task("reader", {one, two});
  std::string read;

  result operator()(const quick_task& t) {
    if (t.name() == "large")
      return std::move(result{}.set("text", large).set("ok", true).note("n"));
    if (t.name() == "reader")
      read = t.input<std::string>("large", "text");
    return std::move(result{}.set("n", 1));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_quick_payloads, three_tasks)

BOOST_DATA_TEST_CASE(a_large_result_is_on_disk_before_its_end_is_told,
                     ways_to_work, at_desk) {
  quick_run run{b, at_desk, std::ref(*this)};
  run.disk.holds = true;
  run.go();
  BOOST_TEST(run.ends().size() == 1u); // the small one waits for nobody
  BOOST_TEST(run.ends()[0].subject == two);
  BOOST_REQUIRE(run.disk.asked.size() == 1u);
  run.disk.holds = false;
  run.disk.answer();
  run.settle();
  BOOST_TEST(run.ends().size() == 3u);
  auto told = end_of(run.ends(), one).details;
  BOOST_TEST(told->payload.size_bytes == 1000u);
  BOOST_TEST(told->outputs.empty());
  BOOST_TEST(told->note.empty());
  BOOST_TEST(read == large);
  BOOST_TEST(run.disk.kept.size() == 1u);
  BOOST_TEST(run.disk.loads == 1u);
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_DATA_TEST_CASE(what_an_if_looks_at_stays_in_memory, ways_to_work,
                     at_desk) { // §7
  b[reader].condition = output_is_true(one, "ok");
  quick_run run{b, at_desk, std::ref(*this)};
  run.go();
  BOOST_TEST(read == large);
  auto told = end_of(run.ends(), one).details;
  BOOST_REQUIRE(told->outputs.size() == 1u);
  BOOST_TEST(told->outputs[0].name == "ok");
}

BOOST_DATA_TEST_CASE(what_the_disk_does_not_take_stays_in_memory, ways_to_work,
                     at_desk) {
  quick_run run{b, at_desk, std::ref(*this)};
  run.disk.mistake = "the disk is full";
  run.go();
  BOOST_TEST(end_of(run.ends(), one).details->payload.size_bytes == 0u);
  BOOST_TEST(read == large);
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_DATA_TEST_CASE(what_fails_may_put_out_much_too, ways_to_work, at_desk) {
  quick_run run{b, at_desk, [](const quick_task& t) -> result {
                  if (t.name() == "large")
                    throw std::runtime_error(large);
                  return {};
                }};
  run.go();
  auto told = end_of(run.ends(), one);
  BOOST_TEST((told.state == task_state::failed));
  BOOST_TEST(told.details->message == large); // that is for everybody
  BOOST_TEST(run.disk.kept.empty());
}

BOOST_DATA_TEST_CASE(what_is_too_large_fails, ways_to_work, at_desk) { // §21
  quick_run run{b, at_desk, [](const quick_task& t) {
                  result x;
                  if (t.name() == "large")
                    x.set("text", std::string((1 << 20) + 1, 'x'));
                  return x;
                }};
  run.go();
  auto told = end_of(run.ends(), one);
  BOOST_TEST((told.state == task_state::failed));
  BOOST_TEST(told.details->outputs.empty());
  BOOST_TEST(told.details->message.find("over the limit") != std::string::npos,
             told.details->message);
}

BOOST_DATA_TEST_CASE(no_more_than_a_few_mebibytes_wait_for_the_disk,
                     ways_to_work, at_desk) { // rule 9
  for (int i = 0; i < 20; ++i)
    b.task("t" + std::to_string(i));
  int calls = 0;
  quick_run run{b, at_desk, [&calls](const quick_task&) {
                  ++calls;
                  return std::move(
                      result{}.set("text", std::string(1'000'000, 'x')));
                }};
  run.disk.holds = true;
  run.go();
  BOOST_TEST(calls == 5); // with the fifth it is more than 4 MiB
  run.disk.answer();
  run.settle();
  BOOST_TEST(calls == 10);
  run.disk.holds = false;
  run.disk.answer();
  run.settle();
  BOOST_TEST(calls == 23);
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_DATA_TEST_CASE(ends_that_were_kept_together_are_told_together,
                     ways_to_work, at_desk) {
  for (int i = 0; i < 50; ++i)
    b.task("t" + std::to_string(i));
  quick_run run{b, at_desk, std::ref(*this)};
  run.disk.holds = true;
  run.go();
  run.disk.holds = false;
  run.disk.answer();
  run.settle();
  BOOST_TEST(run.ends().size() == 53u);
}

BOOST_DATA_TEST_CASE(what_lies_on_disk_is_loaded_first, ways_to_work, at_desk) {
  for (bool there : {true, false}) {
    read.clear();
    quick_run run{b, at_desk, std::ref(*this)};
    if (there)
      run.disk.kept = {text_of("long")};
    caf::anon_send(caf::actor_cast<batch_agent_actor>(run.agent),
                   order_of(reader, {large_from(one, reader)}));
    run.settle();
    BOOST_TEST(read == (there ? "long" : ""));
  }
}

// While the first is read back the second comes: only that one counts.
BOOST_DATA_TEST_CASE(a_later_version_is_not_overtaken, ways_to_work,
                     at_desk) { // §18
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    read.clear();
    quick_run run{b, at_desk, std::ref(*this), seed};
    run.disk.kept = {text_of("old"), text_of("new")};
    auto agent = caf::actor_cast<batch_agent_actor>(run.agent);
    caf::anon_send(agent, order_of(reader, {large_from(one, reader)}));
    caf::anon_send(agent, large_from(one, reader, 1, 2));
    run.settle();
    BOOST_TEST(read == "new", "seed " << seed << ": " << read);
  }
}

BOOST_DATA_TEST_CASE(integrate_adds_to_what_the_run_phase_left, ways_to_work,
                     at_desk) { // §10, §21
  b[reader].needs.clear();
  b[reader].needs_later = {on_task(one)};
  b[reader].integrate.present = true;
  std::string earlier;
  quick_run run{b, at_desk, [&](const quick_task& t) {
                  if (t.name() != "reader")
                    return (*this)(t);
                  result x;
                  if (t.phase() == work_phase::run)
                    return std::move(x.set("text", large).set("n", 1));
                  earlier = find_output(t.earlier().outputs, "text")->text;
                  read = t.input<std::string>("large", "text");
                  return std::move(x.set("n", 2));
                }};
  run.go();
  BOOST_TEST(earlier == large);
  BOOST_TEST(read == large);
  BOOST_REQUIRE(!run.disk.kept.empty());
  const auto& all = run.disk.kept.back()->outputs; // the whole result of it
  BOOST_REQUIRE(find_output(all, "text") != nullptr);
  BOOST_TEST(find_output(all, "text")->text == large);
  BOOST_TEST(find_output(all, "n")->text == "2");
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_DATA_TEST_CASE(rework_has_what_the_first_version_had, ways_to_work,
                     at_desk) { // §18
  auto last = b.task("last");
  auto gate = b.gate("ok", {reader}, {last});
  b.get().gates[gate].approval.present = true;
  b.get().gates[gate].approval.human = true;
  b.get().gates[gate].rework.present = true;
  b.get().gates[gate].rework.to = {task_id{reader}};
  b.get().gates[gate].rework.max_rounds = 9;
  quick_run run{b, at_desk, std::ref(*this)};
  run.go();
  BOOST_TEST(read == large);
  read.clear();
  run.decide(verdict::changes_requested, {task_id{reader}});
  BOOST_TEST(read == large);
  run.decide(verdict::approved);
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_DATA_TEST_CASE(what_is_needed_once_more_lies_on_disk_meanwhile,
                     ways_to_work, at_desk) {
  b[reader].retries.max = 1;
  quick_run run{b, at_desk, [&](const quick_task& t) {
                  auto x = (*this)(t);
                  return t.name() == "reader" && t.attempt_number() == 1
                           ? result::failure("once more")
                           : x;
                }};
  run.go();
  run.advance(std::chrono::minutes(1));
  BOOST_TEST(run.disk.loads == 2u);
  BOOST_TEST((run.seen.facts.back().status == run_status::succeeded));
}

BOOST_AUTO_TEST_SUITE_END()
