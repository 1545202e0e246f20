// SPDX-License-Identifier: BSD-3-Clause
// Agents here: what they say and are told.
#include "runtime/cluster/gateway_core.hpp"
#include "runtime/cluster/sound.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tutti::cluster {

namespace {

/// What may be lost is, where so much waits to leave.
constexpr std::size_t progress_bytes_max = std::size_t{1} << 20;
constexpr std::size_t unsent_bytes_max = std::size_t{8} << 20;

/// An agent answers at once, unless it never will.
constexpr duration revoke_max = std::chrono::seconds(10);

/// By what the answer to it is known; 0: it has none.
std::uint64_t question_of(const to_hub_content& x) {
  if (const auto* y = std::get_if<keep_payload>(&x))
    return y->id;
  if (const auto* y = std::get_if<load_payload>(&x))
    return y->id;
  if (const auto* y = std::get_if<make_requests>(&x))
    return y->call;
  return 0;
}

std::uint64_t answered_by(const to_node_content& x) {
  if (const auto* y = std::get_if<payload_kept>(&x))
    return y->id;
  if (const auto* y = std::get_if<payload_loaded>(&x))
    return y->id;
  if (const auto* y = std::get_if<requests_made>(&x))
    return y->call;
  return 0;
}

} // namespace

gateway_core::seat* gateway_core::find(const agent_address& who) {
  if (!run_)
    return nullptr;
  auto i = run_->seats.find(who);
  return i == run_->seats.end() ? nullptr : &i->second;
}

void gateway_core::push(to_hub x) {
  run_->out.push(std::move(x));
  ports_.flush_soon();
}

void gateway_core::flush() {
  // A node that leaves has said what there was; how its attempts end is its own
  // doing, and would be taken for their failure.
  if (stage_ != stage::present || !run_->has_plan || after_ == after::leave)
    return;
  if (std::exchange(run_->owes_acknowledgement, false))
    send(acknowledgement{run_->in.received(), parts_under_way_max});
  for (auto& x : run_->out.take())
    net_->send(connection_, std::move(x));
}

// -- from agents --------------------------------------------------------------

void gateway_core::on(to_hub x) {
  auto* s = find(x.from);
  if (s == nullptr)
    return;
  if (const auto* y = std::get_if<attempt_started>(&x.content)) {
    attempt_key key{y->task.value, y->attempt};
    s->assigned.erase(key);
    s->begun.emplace(key, false);
    if (revoked_.erase({x.from, key}) > 0)
      settle();
  } else if (const auto* z = std::get_if<attempt_finished>(&x.content)) {
    s->begun[{z->task.value, z->attempt}] = true;
  } else if (const auto* r = std::get_if<task_returned>(&x.content)) {
    attempt_key key{r->task.value, r->attempt};
    s->assigned.erase(key);
    if (revoked_.erase({x.from, key}) > 0)
      return settle();
  } else if (auto id = question_of(x.content); id != 0) {
    s->asked.insert_or_assign(id, x.content);
  }
  // Of one that ends only what its attempts came to is of interest.
  if (!s->ends || std::holds_alternative<attempt_finished>(x.content))
    push(std::move(x));
}

void gateway_core::on(task_progress x) {
  if (stage_ == stage::present
      && net_->unsent_bytes(connection_) < progress_bytes_max)
    send(std::move(x));
}

void gateway_core::from_files(file_word x) {
  if (auto* y = std::get_if<files_offered>(&x)) {
    if (!run_)
      return;
    run_->offers.insert_or_assign(y->id, *y);
    return push({{}, std::move(*y)});
  }
  // Who wants a chunk asks again.
  if (stage_ != stage::present
      || net_->unsent_bytes(connection_) > unsent_bytes_max)
    return;
  if (auto* y = std::get_if<chunk_wanted>(&x))
    send(std::move(*y));
  else if (auto* z = std::get_if<chunk>(&x))
    send(std::move(*z));
  else if (auto* l = std::get_if<log_grew>(&x))
    send(std::move(*l));
}

void gateway_core::acknowledged(const to_hub& x) {
  if (const auto* y = std::get_if<attempt_finished>(&x.content))
    if (auto* s = find(x.from))
      s->begun.erase({y->task.value, y->attempt});
}

// -- to agents ----------------------------------------------------------------

void gateway_core::take(const batch& x, duration now) {
  auto how = run_->in.take(x, [&](std::string_view bytes) {
    to_node y;
    if (!decode(bytes, y) || !is_sound(*run_->run.work, y))
      return false;
    deliver(std::move(y));
    return true;
  });
  switch (how) {
  case envelope_receiver::reception::out_of_order:
    return fail("its envelopes are out of order", now);
  case envelope_receiver::reception::refused:
    return fail("one of its envelopes holds what it may not", now);
  case envelope_receiver::reception::fine:
    // One for all that has come meanwhile.
    run_->owes_acknowledgement = true;
    return ports_.flush_soon();
  }
}

void gateway_core::deliver(to_node x) {
  if (const auto* y = std::get_if<place_agent>(&x.content))
    return place_it(x.to, *y);
  if (auto* y = std::get_if<files_taken>(&x.content)) {
    run_->offers.erase(y->id);
    return ports_.to_files(std::move(*y));
  }
  auto* s = find(x.to);
  if (s == nullptr || s->ends)
    return;
  if (const auto* y = std::get_if<assign_task>(&x.content))
    s->assigned[{y->task.value, y->attempt}] = y->rank;
  else if (auto id = answered_by(x.content); id != 0)
    s->asked.erase(id);
  ports_.to_agent(x.to, std::move(x.content));
}

void gateway_core::place_it(const agent_address& who, const place_agent& x) {
  auto* s = find(who);
  if (x.node.empty()) {
    if (s != nullptr)
      end_seat(who, *s);
    return settle();
  }
  if (s != nullptr || x.node != options_.name)
    return;
  run_->seats.try_emplace(who);
  ports_.spawn_seat(who);
}

// -- a new link ---------------------------------------------------------------

/// What was not acknowledged goes again, in order; before it what was, and was
/// not answered.
void gateway_core::relink(const std::vector<agent_address>& kept) {
  auto before = run_->out.take_back();
  run_->in = {};
  std::set<std::pair<agent_address, std::uint64_t>> there;
  for (const auto& x : before)
    there.emplace(x.from, question_of(x.content));
  for (const auto& [id, x] : run_->offers)
    run_->out.push({{}, x});
  for (const auto& who : kept)
    if (auto* s = find(who))
      for (const auto& [id, x] : s->asked)
        if (!there.contains({who, id}))
          run_->out.push({who, x});
  for (auto& x : before) {
    // What had not begun counts as lost: it may be given out again by now, as
    // the same attempt.
    if (std::holds_alternative<files_offered>(x.content)
        || std::holds_alternative<task_returned>(x.content))
      continue;
    auto* s = find(x.from);
    bool is_kept = s != nullptr && !s->ends;
    if (is_kept || std::holds_alternative<attempt_finished>(x.content))
      run_->out.push(std::move(x));
  }
}

/// Who places them knows nothing of these: it gives them out anew.
void gateway_core::revoke_unbegun(duration now) {
  if (revoked_.empty())
    revoked_at_ = now;
  for (auto& [who, s] : run_->seats) {
    if (s.ends)
      continue;
    for (const auto& [key, rank] : s.assigned) {
      revoked_.emplace(who, key);
      ports_.to_agent(who, revoke_task{task_id{key.first}, key.second, rank});
    }
  }
}

duration gateway_core::revoked_until() const {
  return revoked_at_ + revoke_max;
}

/// Nobody can tell what these work on, or whether they do: what they run is
/// ended, and they are kept no longer.
void gateway_core::end_silent_seats() {
  std::set<agent_address> silent;
  for (const auto& [who, key] : revoked_)
    silent.insert(who);
  for (const auto& who : silent) {
    note(fmt::format("agent {} does not answer: what it works on is ended",
                     run_->run.work->agents[who.agent.value].name));
    if (auto* x = find(who))
      end_seat(who, *x);
  }
  settle();
}

std::vector<agent_address> gateway_core::keeps() const {
  std::vector<agent_address> result;
  for (const auto& [who, s] : run_->seats)
    result.push_back(who);
  return result;
}

std::vector<held_attempt> gateway_core::holds() const {
  std::vector<held_attempt> result;
  for (const auto& [who, s] : run_->seats)
    for (const auto& [key, is_over] : s.begun)
      result.push_back(
          {who.agent, who.placing, task_id{key.first}, key.second});
  return result;
}

// -- ends ---------------------------------------------------------------------

void gateway_core::end_seat(const agent_address& who, seat& x) {
  std::erase_if(revoked_, [&who](const auto& y) {
    return y.first == who;
  });
  if (std::exchange(x.ends, true))
    return;
  // Nothing else begins as slots become free.
  for (const auto& [key, rank] : x.assigned)
    ports_.to_agent(who, revoke_task{task_id{key.first}, key.second, rank});
  ports_.end_seat(who);
}

void gateway_core::end_all(after then) {
  after_ = then;
  if (run_) {
    run_->link = 0;
    for (auto& [who, s] : run_->seats)
      end_seat(who, s);
  }
  settle();
}

void gateway_core::on(const seat_is_quiet& x) {
  auto* s = find(x.who);
  if (s == nullptr || !s->ends)
    return;
  // What it did not say itself any more.
  for (const auto& [key, is_told] : s->begun)
    if (!is_told)
      push({x.who, attempt_finished{task_id{key.first}, key.second,
                                    attempt_end::cancelled, fact::no_exit_code,
                                    nullptr}});
  ports_.drop_seat(x.who);
  run_->seats.erase(x.who);
  settle();
}

void gateway_core::settle() {
  if (after_ == after::nothing || !revoked_.empty())
    return;
  if (run_)
    for (const auto& [who, s] : run_->seats)
      if (s.ends)
        return;
  switch (std::exchange(after_, after::nothing)) {
  case after::nothing:
    return;
  case after::ready:
    begin_membership();
    return say_ready();
  case after::leave:
    send(goodbye{parting::leaving, end_.why});
    [[fallthrough]];
  case after::end_run:
    if (run_)
      ports_.end_run();
    run_.reset();
    if (is_last_)
      finish(end_);
    return;
  }
}

} // namespace tutti::cluster
