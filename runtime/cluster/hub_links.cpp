// SPDX-License-Identifier: BSD-3-Clause
// What agents and the orchestrator say to each other, and where agents are.
#include "runtime/cluster/hub_core.hpp"
#include "runtime/cluster/sound.hpp"

#include <utility>

namespace tutti::cluster {

namespace {

/// What may be lost is, where so much waits to leave for a node.
constexpr std::size_t unsent_bytes_max = std::size_t{8} << 20;

bool is_sound(const content_key& x) {
  return x.kind == content_kind::artifact ? is_digest(x.name)
                                          : is_file_name(x.name);
}

bool is_sound(const file_word& x) {
  if (const auto* y = std::get_if<chunk_wanted>(&x))
    return is_sound(y->what) && y->size_bytes <= chunk_bytes_max;
  if (const auto* y = std::get_if<chunk>(&x))
    return is_sound(y->what) && y->bytes.size() <= chunk_bytes_max;
  if (const auto* y = std::get_if<log_grew>(&x))
    return is_file_name(y->name);
  return true;
}

} // namespace

bool hub_core::is_at(const agent_address& x, const std::string& name) const {
  if (x.agent.value >= places_.size())
    return false;
  const auto& p = places_[x.agent.value];
  return p.node == name && p.placing == x.placing;
}

// -- to nodes -----------------------------------------------------------------

void hub_core::put(node& n, to_node x) {
  n.out.push(std::move(x));
  ports_.flush_soon();
}

void hub_core::flush() {
  for (auto& [name, n] : nodes_)
    if (n.at == stage::present)
      for (auto& x : n.out.take())
        net_->send(n.connection, std::move(x));
}

void hub_core::on(to_node x, duration now) {
  auto who = x.to.agent;
  if (who.value >= places_.size())
    return;
  if (const auto* y = std::get_if<place_agent>(&x.content))
    return place_it(*y, now);
  if (const auto* y = std::get_if<leave_run>(&x.content))
    return leave(who, *y);
  auto& p = places_[who.value];
  x.to.placing = p.placing;
  if (p.node == local_node)
    return ports_.to_local(x.to, std::move(x.content));
  auto* n = find(p.node);
  // What is for nobody who could have it is given out anew, to whom has.
  if (n != nullptr && (n->is_in || p.kept))
    put(*n, std::move(x));
}

void hub_core::leave(agent_id who, leave_run x) {
  auto& p = places_[who.value];
  p.is_leaving = true;
  agent_address to{who, p.placing};
  auto* n = find(p.node);
  if (p.node == local_node)
    return ports_.to_local(to, x);
  if (n == nullptr || !n->is_in)
    return say_left(who);
  put(*n, {to, x});
}

void hub_core::say_left(agent_id who) {
  if (std::exchange(places_[who.value].is_leaving, false))
    ports_.as_agent(who, agent_left{who});
}

// -- places -------------------------------------------------------------------

void hub_core::unplace(agent_id who) {
  auto& p = places_[who.value];
  agent_address from{who, p.placing};
  if (p.node == local_node)
    end_local(from);
  else if (auto* n = find(p.node); n != nullptr && n->is_in)
    put(*n, {from, place_agent{who, {}, p.placing, false}});
  say_left(who);
  p.node.clear();
  p.kept = false;
}

void hub_core::take_over(const place_agent& x, duration now) {
  places_[x.agent.value] = {x.node, x.placing, true, false};
  auto& n = get(x.node);
  if (n.is_in)
    return;
  n.is_expected = true;
  if (!n.lease)
    n.lease.emplace(times_, now);
}

void hub_core::place_it(const place_agent& x, duration now) {
  auto& p = places_[x.agent.value];
  if (x.placing == p.placing && x.node == p.node)
    return; // known already
  unplace(x.agent);
  if (x.kept && x.node != local_node && !x.node.empty())
    return take_over(x, now);
  p = {x.node, x.placing, false, false};
  if (x.node == local_node)
    ports_.spawn_local({x.agent, x.placing});
  else if (auto* n = find(x.node); n != nullptr && n->is_in)
    put(*n, {{x.agent, x.placing}, x});
  for (auto& [name, n] : nodes_)
    drain_if_idle(n, now);
  show(now);
}

// -- from nodes ---------------------------------------------------------------

void hub_core::take(node& n, const batch& x) {
  auto how = n.in.take(x, [&](std::string_view bytes) {
    to_hub y;
    if (!decode(bytes, y) || !is_sound(*options_.work, y))
      return false;
    take(n, std::move(y));
    return true;
  });
  switch (how) {
  case envelope_receiver::reception::out_of_order:
    return fail(n, "its envelopes are out of order");
  case envelope_receiver::reception::refused:
    return fail(n, "one of its envelopes holds what it may not");
  case envelope_receiver::reception::fine:
    return ask_mark(n);
  }
}

void hub_core::take(node& n, to_hub x) {
  if (auto* y = std::get_if<files_offered>(&x.content))
    return ports_.to_files(n.name, std::move(*y));
  if (!is_at(x.from, n.name))
    return count_late(x);
  if (auto* y = std::get_if<keep_payload>(&x.content)) {
    askers_[y->id] = x.from;
    return ports_.to_store(std::move(*y));
  }
  if (auto* y = std::get_if<load_payload>(&x.content)) {
    askers_[y->id] = x.from;
    return ports_.to_store(*y);
  }
  if (auto* y = std::get_if<attempt_finished>(&x.content);
      y != nullptr && y->details && options_.log_path) {
    auto details = *y->details;
    if (!details.log.empty())
      details.log = options_.log_path(n.name, details.log);
    y->details = std::make_shared<const attempt_details>(std::move(details));
  }
  deliver(std::move(x));
}

void hub_core::on(to_hub x) {
  auto& seat = locals_[x.from];
  if (const auto* y = std::get_if<attempt_started>(&x.content))
    seat.begun.emplace(y->task.value, y->attempt);
  else if (const auto* z = std::get_if<attempt_finished>(&x.content))
    seat.begun.erase({z->task.value, z->attempt});
  else if (std::holds_alternative<agent_left>(x.content))
    seat.has_left = true;
  auto from = x.from;
  if (is_at(from, local_node))
    deliver(std::move(x));
  else
    count_late(x);
  drop_local_if_done(from);
}

void hub_core::end_local(const agent_address& who) {
  auto& seat = locals_[who];
  seat.ends = true;
  for (const auto& [task, attempt] : seat.begun)
    ports_.to_local(who, end_task{task_id{task}, attempt, true});
  ports_.to_local(who, leave_run{true});
}

void hub_core::drop_local_if_done(const agent_address& who) {
  const auto& seat = locals_[who];
  if (!seat.ends || !seat.has_left || !seat.begun.empty())
    return;
  ports_.drop_local(who);
  locals_.erase(who);
}

void hub_core::deliver(to_hub x) {
  if (std::holds_alternative<agent_left>(x.content))
    places_[x.from.agent.value].is_leaving = false;
  ports_.as_agent(x.from.agent, std::move(x.content));
}

/// Of an earlier placing (rule 6).
void hub_core::count_late(const to_hub& x) {
  if (const auto* y = std::get_if<attempt_finished>(&x.content))
    ports_.to_lead(late_result{
        {x.from.agent, x.from.placing, y->task, y->attempt}, y->end});
}

/// One at a time, so that the orchestrator is not asked more often than its
/// journal syncs.
void hub_core::ask_mark(node& n) {
  if (n.asked || n.in.received() == n.durable)
    return;
  n.asked = {++n.marks, n.link, n.in.received()};
  ports_.to_lead(link_mark{n.name, n.marks});
}

void hub_core::on(const link_marked& x) {
  auto* n = find(x.node);
  if (n == nullptr || !n->asked || n->asked->number != x.number)
    return;
  n->durable = n->asked->received;
  n->asked.reset();
  if (n->at == stage::present)
    send(*n, acknowledgement{n->durable, parts_under_way_max});
  ask_mark(*n);
}

// -- payloads and files -------------------------------------------------------

void hub_core::answer(std::uint64_t id, to_node_content x) {
  auto found = askers_.extract(id);
  if (!found)
    return;
  auto to = found.mapped();
  auto* n = find(places_[to.agent.value].node);
  if (n != nullptr && n->is_in && is_at(to, n->name))
    put(*n, {to, std::move(x)});
}

void hub_core::on(payload_kept x) {
  answer(x.id, std::move(x));
}

void hub_core::on(payload_loaded x) {
  answer(x.id, std::move(x));
}

void hub_core::hear_files(node& n, file_word x) {
  if (!is_sound(x))
    return fail(n, "it named no file that there could be");
  if (n.is_in)
    ports_.to_files(n.name, std::move(x));
}

void hub_core::from_files(const std::string& name, link_id link, file_word x) {
  auto* n = find(name);
  if (n == nullptr || n->link != link || !n->is_in)
    return;
  if (auto* y = std::get_if<files_taken>(&x))
    return put(*n, {{}, std::move(*y)});
  // Who wants a chunk asks again.
  if (n->at != stage::present
      || net_->unsent_bytes(n->connection) > unsent_bytes_max)
    return;
  if (auto* y = std::get_if<chunk_wanted>(&x))
    send(*n, std::move(*y));
  else if (auto* z = std::get_if<chunk>(&x))
    send(*n, std::move(*z));
}

} // namespace tutti::cluster
