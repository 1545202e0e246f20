// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/wire.hpp"

#include <caf/mailbox_element.hpp>
#include <caf/message_id.hpp>

#include <algorithm>
#include <utility>

namespace tutti::play {

wire::wire(play_clock clock, const weather& now, std::vector<mishap>& mishaps)
  : clock_(std::move(clock)), weather_(now), mishaps_(mishaps) {
}

void wire::connect(caf::actor for_agent, caf::actor for_lead) {
  for_agent_ = std::move(for_agent);
  for_lead_ = std::move(for_lead);
}

void wire::reach(caf::actor lead, caf::actor agent) {
  lead_ = std::move(lead);
  agent_ = std::move(agent);
}

void wire::close() {
  *open_ = false;
  for_agent_ = for_lead_ = lead_ = agent_ = nullptr;
}

std::function<void()> wire::if_open(std::function<void()> then) {
  return [open = open_, then = std::move(then)] {
    if (*open)
      then();
  };
}

// -- sending ------------------------------------------------------------------

void wire::send(wire_end from_end, caf::message x) {
  if (!*open_)
    return;
  parcel p;
  if (x.match_elements<handoff>())
    p.handoff_from = x.get_as<handoff>(0).from;
  p.content = std::move(x);
  from(from_end).sender.push(std::move(p));
  put_out(from_end);
}

void wire::put_out(wire_end from_end) {
  // A mishap may double one.
  for (auto next = from(from_end).sender.take_new(); !next.empty();
       next = from(from_end).sender.take_new())
    for (auto& x : next)
      transmit(from_end, std::move(x));
  resend_later(from_end);
}

/// While the wire is cut nobody tries: `look_up` says when to.
void wire::resend_later(wire_end from_end) {
  auto& w = from(from_end);
  bool hopeless = weather_.cuts > 0 || weather_.frozen_until == duration::max();
  if (w.resends || w.sender.is_quiet() || hopeless)
    return;
  w.resends = true;
  // An acknowledgement takes the way twice.
  clock_.at(clock_.now() + resend_after + 2 * weather_.latency,
            if_open([this, from_end] {
              from(from_end).resends = false;
              resend(from_end);
            }));
}

void wire::resend(wire_end from_end) {
  for (const auto& x : from(from_end).sender.unacknowledged())
    travel(from_end, x);
  put_out(from_end);
}

void wire::look_up() {
  for (auto end : {wire_end::lead, wire_end::agent})
    if (!from(end).resends)
      resend(end);
}

/// A frame leaves for the first time: this is when mishaps befall it.
void wire::transmit(wire_end from_end, cluster::frame<parcel> x) {
  auto& w = from(from_end);
  auto held = std::exchange(w.held, std::nullopt);
  auto what = take_mishap(x.content);
  if (what == mishap::kind::reorder)
    w.held = std::move(x);
  else if (what != mishap::kind::drop)
    travel(from_end, x);
  if (what == mishap::kind::duplicate) {
    travel(from_end, x);
    // And once more from its sender, as after a restart.
    w.sender.push(x.content);
  }
  if (held)
    travel(from_end, *held);
}

std::optional<mishap::kind> wire::take_mishap(const parcel& x) {
  if (!x.handoff_from)
    return std::nullopt;
  auto i = std::find_if(mishaps_.begin(), mishaps_.end(), [&x](const auto& y) {
    return y.from(*x.handoff_from);
  });
  if (i == mishaps_.end())
    return std::nullopt;
  auto result = i->what;
  mishaps_.erase(i);
  return result;
}

// -- on the way ---------------------------------------------------------------

void wire::travel(wire_end from_end, const cluster::frame<parcel>& x) {
  if (weather_.cuts > 0)
    return;
  if (weather_.frozen_until == duration::max())
    return;
  auto at = std::max(clock_.now() + weather_.latency, weather_.frozen_until);
  if (at <= clock_.now())
    return arrive(from_end, x);
  clock_.at(at, if_open([this, from_end, x] {
              // What was under way when the wire was cut is lost, too.
              if (weather_.cuts == 0)
                arrive(from_end, x);
            }));
}

/// Acknowledgements take the same way back, and may be lost there.
void wire::arrive(wire_end from_end, cluster::frame<parcel> x) {
  auto& w = from(from_end);
  for (const auto& y : w.receiver.take(std::move(x)))
    deliver(from_end, y);
  auto number = w.receiver.received();
  if (weather_.latency == duration::zero())
    return w.sender.acknowledged(number);
  clock_.at(clock_.now() + weather_.latency, if_open([this, from_end, number] {
              if (weather_.cuts > 0)
                return;
              from(from_end).sender.acknowledged(number);
              put_out(from_end);
            }));
}

void wire::deliver(wire_end from_end, const parcel& x) {
  bool to_agent = from_end == wire_end::lead;
  const auto& to = to_agent ? agent_ : lead_;
  const auto& sender = to_agent ? for_lead_ : for_agent_;
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
      caf::actor_cast<caf::strong_actor_ptr>(sender), caf::make_message_id(),
      x.content, nullptr);
}

caf::behavior stand_in(caf::event_based_actor* self, wire* through,
                       wire_end from) {
  self->set_default_handler(
      [through, from](caf::scheduled_actor*,
                      caf::message_view& x) -> caf::result<caf::message> {
        through->send(from, x.move_content_to_message());
        return caf::message{};
      });
  return {
      [](caf::unit_t) {
        // Everything else goes through the wire.
      },
  };
}

} // namespace tutti::play
