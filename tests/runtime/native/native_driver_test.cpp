// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/native_driver.hpp"

#include "tests/runtime/native/native_host.hpp"

#include <atomic>
#include <barrier>
#include <future>
#include <stdexcept>

using namespace tutti;
using namespace tutti::test;
using native::result;

namespace {

native::agents only(native::agents::function work) {
  native::agents team;
  team.add("it", std::move(work));
  return team;
}

template <class Worker, class... Args>
native::agents only_worker(Args... args) {
  native::agents team;
  team.add_worker("it", [=] {
    return std::make_unique<Worker>(args...);
  });
  return team;
}

live_reply good(const live_call& x, std::string text = "{}") {
  return {x.id, true, std::move(text)};
}

/// Returns when it is told to end.
result stay(native::task& t) {
  std::promise<void> asked;
  std::stop_callback hook{t.stopping(), [&] {
                            asked.set_value();
                          }};
  asked.get_future().wait();
  return t.cancelled() ? result::failure("told to end") : result{};
}

/// As the agent replies to `inbox`.
constexpr const char* inbox_text = R"({"items":[
  {"kind":"handoff","task":"second","version":2,"status":"succeeded",
   "outputs":{"n":7},"note":"rows","artifacts":[{"path":"db/schema.sql",
   "digest":"sha256:00","size":3,"executable":false}]},
  {"kind":"answer","id":"request/4","agent":"morgan","text":"getUser",
   "status":"failed","outputs":{},"note":"","artifacts":[]}],
  "waiting-for":[]})";

/// Ends when it has been handed what `second` put out.
struct listener : native::worker {
  void on_task(native::task&) override {
  }
  void on_handoff(native::task& t, const native::handed& x) override {
    t.done(result{}.set("from", x.from).set("n", x.get<int>("n").value()));
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_native_native_driver)

BOOST_AUTO_TEST_CASE(a_function_turns_inputs_into_outputs) {
  auto b = native_plan();
  b[0].prompt = literal_expression("add");
  b[0].env.push_back({"STEP", literal_expression("2")});
  native_host h{only([](native::task& t) {
                  auto n = t.input<int>("second", "n");
                  return result{}
                      .set("sum", n + std::stoi(t.env("STEP").value()))
                      .set("who",
                           t.name() + "@" + t.agent() + ": " + t.prompt())
                      .set("even", n % 2 == 0)
                      .set("half", n / 2.0)
                      .note("added");
                }),
                std::move(b)};
  h.begin(0, {handoff_of(1, 0, {{"n", {value_kind::number, "3"}}})});
  const auto& x = h.result();
  BOOST_TEST((x.end == attempt_end::success));
  outputs expected = {{"even", make_boolean(false)},
                      {"half", {value_kind::number, "1.5"}},
                      {"sum", {value_kind::number, "5"}},
                      {"who", make_text("first@ada: add")}};
  BOOST_TEST((x.details.outputs == expected));
  BOOST_TEST(x.details.note == "added");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_of_another_type_fails_in_clear_words) {
  for (auto [name, why] :
       {std::pair{"m", "'second' has put out no 'm'"},
        std::pair{"n", "output 'n' of 'second' is 'three', which is not of the "
                       "type that 'first' needs"}}) {
    native_host h{only([name = std::string{name}](native::task& t) {
                    return result{}.set("x", t.input<int>("second", name));
                  }),
                  native_plan()};
    h.begin(0, {handoff_of(1, 0, {{"n", make_text("three")}})});
    BOOST_TEST((h.result().end == attempt_end::failure));
    BOOST_TEST(h.result().details.message == why);
  }
}

BOOST_AUTO_TEST_CASE(what_is_thrown_becomes_a_failed_attempt) {
  native_host h{only([](native::task& t) -> result {
                  if (t.name() == "first")
                    throw std::runtime_error{"no luck"};
                  throw 7;
                }),
                native_plan()};
  h.begin(0);
  BOOST_TEST((h.result().end == attempt_end::failure));
  BOOST_TEST(h.result().details.message == "no luck");
  h.begin(1);
  BOOST_TEST(h.result(2).details.message
             == "the agent threw what is no std::exception");
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_be_made_fails_the_attempt) {
  native::agents team;
  team.add_worker("it", [] {
    return std::unique_ptr<native::worker>{};
  });
  native_host h{std::move(team), native_plan()};
  h.begin();
  BOOST_TEST(h.result().details.message
             == "the program made no agent for this task");
}

BOOST_AUTO_TEST_CASE(as_many_tasks_at_once_as_there_are_slots) {
  auto both = std::make_shared<std::barrier<>>(2);
  native_host h{only([both](native::task&) {
                  both->arrive_and_wait(); // neither ends without the other
                  return result{};
                }),
                native_plan()};
  h.begin(0);
  h.begin(1);
  BOOST_TEST((h.result(2).end == attempt_end::success));
}

BOOST_AUTO_TEST_CASE(a_worker_hears_of_handoffs_while_it_works) {
  native_host h{only_worker<listener>(), native_plan()};
  h.begin();
  h.driver().hand_over(handoff_of(1, 0, {{"n", make_text("7")}}));
  h.driver().hand_over(handoff_of(0, 1, {})); // for another task
  const auto& x = h.result();
  BOOST_TEST(find_output(x.details.outputs, "from")->text == "second");
  BOOST_TEST(find_output(x.details.outputs, "n")->text == "7");
}

BOOST_AUTO_TEST_CASE(a_function_waits_for_what_arrives) { // §20
  native_host h{only([](native::task& t) {
                  auto x = t.arrived(std::chrono::minutes(5));
                  const auto& a = x.answers.at(0);
                  return result{}
                      .set("n", x.handoffs.at(0).get<int>("n").value())
                      .set("note", x.handoffs.at(0).details->note)
                      .set("file", x.handoffs[0].details->artifacts.at(0).path)
                      .set("answer", a.number)
                      .set("asked", a.from + ": " + a.text)
                      .set("failed", is_failure(a.status));
                }),
                native_plan()};
  h.reply = [&](const live_call& x) {
    BOOST_TEST((x.kind == live_kind::inbox));
    BOOST_TEST((x.wait > std::chrono::minutes(4)));
    return good(x, inbox_text);
  };
  h.begin();
  BOOST_TEST(h.result().details.message == "");
  auto out = [&](std::string_view name) {
    const auto* x = find_output(h.result().details.outputs, name);
    return x ? x->text : "none";
  };
  BOOST_TEST(out("n") == "7");
  BOOST_TEST(out("note") == "rows");
  BOOST_TEST(out("file") == "db/schema.sql");
  BOOST_TEST(out("answer") == "4");
  BOOST_TEST(out("asked") == "requests/morgan: getUser");
  BOOST_TEST(out("failed") == "true");
}

BOOST_AUTO_TEST_CASE(a_wait_that_would_never_end_is_refused) { // §20
  native_host h{only([](native::task& t) {
                  (void)t.arrived(std::chrono::minutes(5));
                  return result{};
                }),
                native_plan()};
  h.reply = [](const live_call& x) {
    return live_reply{x.id, false, "would-deadlock: each waits"};
  };
  h.begin();
  BOOST_TEST((h.result().end == attempt_end::failure));
  BOOST_TEST(h.result().details.message == "would-deadlock: each waits");
}

BOOST_AUTO_TEST_CASE(requests_return_their_numbers_at_once) { // §19
  native_host h{only([](native::task& t) {
                  auto ids = t.request("morgan", {"getUser", "putUser"},
                                       {"soon", "", false});
                  return result{}.set("second", ids.at(1));
                }),
                native_plan()};
  h.reply = [](const live_call& x) {
    BOOST_TEST((x.kind == live_kind::request && x.to == "morgan"));
    BOOST_TEST(x.texts.size() == 2u);
    BOOST_TEST((x.text == "soon" && !x.awaited));
    return good(x, R"({"ids":["request/4","request/5"]})");
  };
  h.begin();
  BOOST_TEST(find_output(h.result().details.outputs, "second")->text == "5");
}

BOOST_AUTO_TEST_CASE(
    a_note_and_a_handoff_go_out_in_order_before_the_end) { // §10
  native_host h{only([](native::task& t) {
                  t.note("half of it");
                  t.hand_over("rows", 12);
                  return result{};
                }),
                native_plan()};
  h.reply = [&](const live_call& x) {
    BOOST_TEST(h.ends.empty());
    return good(x);
  };
  h.begin();
  (void)h.result();
  BOOST_REQUIRE_EQUAL(h.calls.size(), 2u);
  BOOST_TEST((h.calls[0].kind == live_kind::note));
  BOOST_TEST(h.calls[0].text == "half of it");
  BOOST_TEST((h.calls[1].kind == live_kind::handoff));
  BOOST_TEST(h.calls[1].outputs.at(0).value.text == "12");
}

BOOST_AUTO_TEST_CASE(progress_is_conflated_and_never_waits) { // rules 5 and 9
  native_host h{only([](native::task& t) {
                  for (int i = 0; i < 100000; ++i)
                    t.progress(i % 101, "step\x1b[31m " + std::to_string(i));
                  t.progress(100, "done");
                  return result{};
                }),
                native_plan()};
  h.begin();
  (void)h.result();
  BOOST_TEST(h.told.size() < 100000u);
  BOOST_TEST(h.told.back().line == "done");
  BOOST_TEST(h.told.back().percent == 100);
  BOOST_TEST(h.told.front().line.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_told_to_end_and_returns_has_ended) { // §26
  native_host h{only(stay), native_plan()};
  h.begin();
  h.driver().end(task_id{0}, 1, false);
  BOOST_TEST((h.result().end == attempt_end::failure));
  BOOST_TEST(h.result().details.message == "told to end");
}

BOOST_AUTO_TEST_CASE(who_waits_inside_and_is_told_to_end_wakes_up) { // §20, §26
  native_host h{only([](native::task& t) {
                  (void)t.arrived(std::chrono::hours(1));
                  return result{}.set("cancelled", t.cancelled());
                }),
                native_plan()};
  h.begin();
  h.until([&] {
    return h.calls.size() == 1; // and no reply ever
  });
  h.driver().end(task_id{0}, 1, false);
  BOOST_TEST(find_output(h.result().details.outputs, "cancelled")->text
             == "true");
}

BOOST_AUTO_TEST_CASE(a_worker_told_to_end_is_cancelled) { // §26
  native_host h{only_worker<listener>(), native_plan()};
  h.begin();
  h.driver().end(task_id{0}, 1, false);
  BOOST_TEST((h.result().end == attempt_end::failure));
  BOOST_TEST(h.result().details.message == "cancelled");
}

BOOST_AUTO_TEST_CASE(who_does_not_return_is_given_up) { // §26: unkillable
  std::promise<void> release;
  auto freed = std::make_shared<std::shared_future<void>>(release.get_future());
  native_host h{only([freed](native::task& t) {
                  freed->wait();
                  t.progress(50); // nobody hears it any more
                  return result{};
                }),
                native_plan()};
  h.begin();
  h.driver().end(task_id{0}, 1, false);
  BOOST_REQUIRE_EQUAL(h.timers.size(), 1u);
  BOOST_TEST((h.timers[0].first == h.work->grace + std::chrono::seconds(5)));
  h.driver().on_timer(h.timers[0].second);
  BOOST_REQUIRE_EQUAL(h.ends.size(), 1u);
  BOOST_TEST((h.ends[0].result.end == attempt_end::unkillable));
  h.driver().leave(false);
  BOOST_TEST(h.times_left == 1);
  release.set_value();
  h.driver().on_wake();
  BOOST_TEST(h.ends.size() == 1u);
  BOOST_TEST(h.told.empty());
}

BOOST_AUTO_TEST_CASE(silence_for_the_idle_timeout_times_out) { // §25
  auto b = native_plan();
  b[0].idle_timeout = std::chrono::nanoseconds(1);
  native_host h{only(stay), std::move(b)};
  h.begin();
  BOOST_TEST((h.result().end == attempt_end::timed_out));
  BOOST_TEST(h.result().details.message
             == "it said nothing for its idle-timeout");
}

BOOST_AUTO_TEST_CASE(no_idle_time_passes_while_it_waits_inside) { // §20
  auto b = native_plan();
  b[0].idle_timeout = std::chrono::minutes(1);
  native_host h{only([](native::task& t) {
                  (void)t.arrived(std::chrono::hours(1));
                  return result{};
                }),
                std::move(b)};
  h.begin();
  h.until([&] {
    return h.calls.size() == 1;
  });
  h.driver().on_timer(h.timers.at(0).second);
  BOOST_TEST(h.timers.size() == 2u);
  BOOST_TEST((h.timers.back().first == std::chrono::minutes(1)));
  h.driver().on(good(h.calls[0], R"({"items":[],"waiting-for":[]})"));
  BOOST_TEST((h.result().end == attempt_end::success));
}

BOOST_AUTO_TEST_CASE(the_first_end_counts) { // rule 6
  struct twice : native::worker {
    void on_task(native::task& t) override {
      t.done(result{}.set("first", true));
      t.fail("second");
      throw std::runtime_error{"third"};
    }
  };
  native_host h{only_worker<twice>(), native_plan()};
  h.begin();
  BOOST_TEST((h.result().end == attempt_end::success));
  h.driver().on_wake();
  BOOST_TEST(h.ends.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_handle_outlives_its_attempt_harmlessly) {
  auto kept = std::make_shared<std::promise<native::task>>();
  native_host h{only([kept](native::task& t) {
                  kept->set_value(t);
                  return result{};
                }),
                native_plan()};
  h.begin();
  (void)h.result();
  auto t = kept->get_future().get();
  t.progress(50, "late");
  t.done({});
  BOOST_CHECK_THROW(t.note("late"), native::refused);
  BOOST_CHECK_THROW((void)t.request("x", {"y"}), native::refused);
  BOOST_TEST(t.name() == "first");
  BOOST_TEST(h.told.empty());
}

BOOST_AUTO_TEST_CASE(a_driver_that_ends_early_waits_for_nobody) {
  auto release = std::make_shared<std::promise<void>>();
  auto freed =
      std::make_shared<std::shared_future<void>>(release->get_future());
  {
    native_host h{only([freed](native::task&) {
                    freed->wait();
                    return result{};
                  }),
                  native_plan()};
    h.begin();
  }
  BOOST_TEST(freed->valid()); // and not ready: it still works
  release->set_value();
}

BOOST_AUTO_TEST_CASE(leaves_at_once_where_nothing_runs) {
  native_host h{only([](native::task&) {
                  return result{};
                }),
                native_plan()};
  h.begin();
  (void)h.result();
  h.driver().leave(false);
  BOOST_TEST(h.times_left == 1);
}

BOOST_AUTO_TEST_CASE(names_are_given_once) {
  native::agents team;
  auto nothing = [](native::task&) {
    return result{};
  };
  team.add("a", nothing);
  BOOST_CHECK_THROW(team.add("a", nothing), std::invalid_argument);
  BOOST_CHECK_THROW(team.add("", nothing), std::invalid_argument);
  BOOST_TEST((team.names() == std::vector<std::string>{"a"}));
  BOOST_TEST(team.find("b") == nullptr);
}

BOOST_AUTO_TEST_CASE(values_read_as_what_they_are) {
  using native::make_value;
  using native::read;
  BOOST_TEST(read<bool>(make_text("true")).value());
  BOOST_TEST(!read<bool>(make_text("yes")));
  BOOST_TEST(read<int>(make_value(-3)).value() == -3);
  BOOST_TEST(!read<unsigned>(make_value(-3)));
  BOOST_TEST(!read<std::int8_t>(make_value(300)));
  BOOST_TEST(read<double>(make_value(0.1)).value() == 0.1);
  BOOST_TEST(!read<int>(make_value(1.5)));
  BOOST_TEST(read<std::string>(make_value(7)).value() == "7");
  BOOST_CHECK_THROW((void)make_value(1.0 / 0.0), std::invalid_argument);
  BOOST_CHECK_THROW(result{}.set_json("x", "{"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
