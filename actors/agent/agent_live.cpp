// SPDX-License-Identifier: BSD-3-Clause
// What running attempts say, ask and wait for: through the live socket or
// through their driver.
#include "actors/agent/agent_core.hpp"

#include "actors/agent/input_document.hpp"
#include "actors/agent/json_forms.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/plain_text.hpp"
#include "messages/json/json_values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

using nlohmann::json;

constexpr std::int32_t percent_max = 100;

/// A reply of the inbox ends with what takes it over that.
constexpr std::uint64_t inbox_bytes_max = std::uint64_t{4} << 20;

} // namespace

void agent_core::on(live_call x) {
  auto id = x.id;
  handle(std::move(x), {id, false});
}

void agent_core::reply(reply_to whom, bool ok, std::string text) {
  live_reply x{whom.call, ok, std::move(text)};
  if (whom.driver)
    driver_->on(x);
  else
    ports_.send(std::move(x));
}

void agent_core::handle(live_call x, reply_to whom) {
  mask_call(options_.mask, x);
  auto* a = find({x.task.value, x.attempt});
  if (a == nullptr || a->stage != attempt_stage::working)
    return reply(whom, false,
                 fmt::format("attempt {} is over: what it says is not heard "
                             "any more",
                             x.attempt));
  switch (x.kind) {
  case live_kind::progress:
    return say_progress(*a, x, whom);
  case live_kind::note:
  case live_kind::handoff:
    return add_to_handoff(*a, x, whom);
  case live_kind::request:
    return request(*a, x, whom);
  case live_kind::inbox:
    return inbox(*a, x, whom);
  }
}

// -- progress, note, handoff --------------------------------------------------

void agent_core::say_progress(attempt_record& a, const live_call& x,
                              reply_to whom) {
  if (x.percent < -1 || x.percent > percent_max)
    return reply(whom, false,
                 fmt::format("{} is no percentage: use 0 to 100", x.percent));
  more().progress.put({x.task, x.attempt, plain_line(x.text), x.percent});
  if (a.wait == wait_state::none && !std::exchange(a.told_alive, true)) {
    driver_->alive(x.task, x.attempt, false);
    after(progress_gate::interval, [this, key = a.key()] {
      if (auto* b = find(key))
        b->told_alive = false;
    });
  }
  reply(whom, true, "{}");
}

void agent_core::add_to_handoff(attempt_record& a, live_call& x,
                                reply_to whom) {
  auto bytes = x.text.size() + a.live.note.size();
  auto with = a.live.outputs;
  put_over(with, std::move(x.outputs));
  for (const auto& y : with)
    bytes += y.name.size() + y.value.text.size();
  if (bytes > inline_bytes_max)
    return reply(whom, false, too_large(bytes));
  a.live.outputs = std::move(with);
  add_line(a.live.note, x.text);
  reply(whom, true, "{}");
}

// -- requests -----------------------------------------------------------------

void agent_core::request(attempt_record& a, live_call& x, reply_to whom) {
  if (x.texts.empty())
    return reply(whom, false, "a request needs a text");
  auto& known = more().requests[x.task.value];
  known.version = a.order.version;
  auto id = new_id();
  more().calls.emplace(id, pending_request{whom, a.key(), x.awaited});
  ports_.send(make_requests{id, x.task, x.attempt, std::move(x.to),
                            std::move(x.texts), std::move(x.text),
                            std::move(x.key), x.awaited});
}

void agent_core::on(const requests_made& x) {
  auto found = more().calls.extract(x.call);
  if (!found)
    return;
  auto call = found.mapped();
  if (!x.refused.empty())
    return reply(call.whom, false, x.refused);
  auto* a = find(call.who);
  auto& known = more().requests[call.who.first];
  auto ids = json::array();
  for (auto number : x.numbers) {
    ids.push_back(request_name(number));
    // A retried attempt gets the answer that is there already (§19).
    if (!known.answers.contains(number))
      known.open.insert(number);
    else if (a != nullptr)
      a->unseen.add({{}, number});
  }
  known.awaited = known.awaited || call.awaited;
  reply(call.whom, true, json_text({{"ids", std::move(ids)}}));
}

// -- inbox --------------------------------------------------------------------

std::vector<std::string>
agent_core::waiting_for(const attempt_record& a) const {
  const auto& p = *options_.work;
  auto task = a.order.task;
  std::vector<std::string> result;
  const auto& t = p.tasks[task.value];
  if (more_can_come(t, a.order.phase))
    for (auto later : needed_later(p, t))
      if (!handoffs_.has(later, task))
        result.push_back(p.tasks[later.value].name);
  if (const auto* asked = requests_of(task))
    for (auto number : asked->open)
      result.push_back(request_name(number));
  return result;
}

void agent_core::inbox(attempt_record& a, const live_call& x, reply_to whom) {
  if (a.unseen.empty() && a.coming > 0)
    return a.held_calls.emplace_back(x, whom), void();
  if (!a.unseen.empty() || x.wait <= duration::zero() || waiting_for(a).empty())
    return show_inbox(a, whom);
  a.inbox_calls.push_back(whom);
  if (a.wait == wait_state::none)
    begin_wait(a);
  after(x.wait, [this, key = a.key(), whom] {
    auto* b = find(key);
    if (b != nullptr
        && std::any_of(b->inbox_calls.begin(), b->inbox_calls.end(),
                       [whom](const reply_to& y) {
                         return y.call == whom.call && y.driver == whom.driver;
                       }))
      end_wait(*b);
  });
}

/// The first of what it has not seen, as much as one reply may hold.
given agent_core::take_unseen(attempt_record& a) const {
  given result;
  for (std::uint64_t bytes = 0; !a.unseen.empty() && bytes < inbox_bytes_max;) {
    auto next = given_to(a.order.task, {a.unseen.take_first()});
    for (auto& h : next.handed) {
      bytes += payload_shelf::bytes_of(h.details.get());
      result.handed.push_back(std::move(h));
    }
    for (auto& answer : next.answers) {
      bytes += payload_shelf::bytes_of(answer.details.get());
      result.answers.push_back(std::move(answer));
    }
  }
  return result;
}

void agent_core::show_inbox(attempt_record& a, reply_to whom) {
  auto names = waiting_for(a);
  auto shown = take_unseen(a); // before what is left is counted
  load(std::move(shown),
       [this, whom, names = std::move(names), more = a.unseen.size()](
           const given& content, const std::string& mistake) {
         auto items = json::array();
         for (const auto& h : content.handed) {
           auto item = handoff_json(*options_.work, h);
           item["kind"] = "handoff";
           item["task"] = options_.work->tasks[h.from.value].name;
           items.push_back(std::move(item));
         }
         for (const auto& answer : content.answers) {
           auto item = answer_json(*options_.work, answer);
           item["kind"] = "answer";
           items.push_back(std::move(item));
         }
         auto text = mistake.empty() ? json_text({{"items", std::move(items)},
                                                  {"waiting-for", names},
                                                  {"more", more}})
                                     : mistake;
         reply(whom, mistake.empty(), text);
       });
}

/// The slot is free from now on, until the orchestrator gives it again (§20).
void agent_core::begin_wait(attempt_record& a) {
  a.wait = wait_state::waiting;
  ports_.send(attempt_waits{a.order.task, a.order.attempt});
  driver_->alive(a.order.task, a.order.attempt, true);
  ++free_slots_;
  start_next();
}

void agent_core::end_wait(attempt_record& a) {
  if (a.wait != wait_state::waiting)
    return;
  a.wait = wait_state::returning;
  ports_.send(wait_over{a.order.task, a.order.attempt});
}

/// It has its slot again.
void agent_core::resume(attempt_record& a) {
  a.wait = wait_state::none;
  --free_slots_;
  driver_->alive(a.order.task, a.order.attempt, false);
}

/// A wait of which nobody is left ends, so that the attempt's clocks go on.
void agent_core::on(live_gone x) {
  auto* a = find({x.task.value, x.attempt});
  if (a == nullptr)
    return;
  std::erase_if(a->inbox_calls, [&x](const reply_to& y) {
    return !y.driver && y.call == x.id;
  });
  if (a->inbox_calls.empty())
    end_wait(*a);
}

void agent_core::on(continue_attempt x) {
  auto* a = find({x.task.value, x.attempt});
  if (a == nullptr || a->stage != attempt_stage::working
      || a->wait == wait_state::none)
    return; // it ended meanwhile
  resume(*a);
  // Where nobody asks any more, what has arrived stays unseen.
  // Nothing is shown twice: the first takes all that one reply may hold.
  for (auto whom : std::exchange(a->inbox_calls, {}))
    show_inbox(*a, whom);
}

void agent_core::on(const wait_refused& x) {
  auto* a = find({x.task.value, x.attempt});
  if (a == nullptr || a->stage != attempt_stage::working
      || a->wait == wait_state::none)
    return;
  resume(*a);
  auto calls = std::exchange(a->inbox_calls, {});
  for (auto whom : calls)
    if (!a->unseen.empty()) // it came before the refusal
      show_inbox(*a, whom);
    else
      reply(whom, false, x.reason);
}

/// The attempt is over: nobody waits for these replies any more, but each call
/// gets one.
void agent_core::dismiss_calls(attempt_record& a) {
  auto text = fmt::format("attempt {} is over", a.order.attempt);
  for (auto whom : std::exchange(a.inbox_calls, {}))
    reply(whom, false, text);
  for (const auto& [call, whom] : std::exchange(a.held_calls, {}))
    reply(whom, false, text);
}

} // namespace tutti
