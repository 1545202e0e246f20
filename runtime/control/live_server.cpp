// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/live_server.hpp"

#include "messages/assert.hpp"
#include "runtime/control/live_request.hpp"
#include "runtime/control/protocol.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

namespace tutti::control {

namespace {

using self_pointer = live_server_actor::stateful_pointer<live_server_state>;

std::string stale() {
  return refusal(refusal_code::stale_attempt,
                 "this attempt of the task is over, or never was: nothing that "
                 "it says counts any more");
}

void take(self_pointer self, const live_line& x) {
  auto& s = self->state;
  auto request = parse_live_request(x.text);
  if (!request.mistake.empty())
    return s.server->answer(
        x.from, refusal(refusal_code::bad_request, request.mistake));
  auto i = s.attempts.find(request.token);
  if (i == s.attempts.end())
    return s.server->answer(x.from, stale());
  request.call.id = ++s.last_call;
  request.call.task = i->second.task;
  request.call.attempt = i->second.number;
  s.calls.emplace(s.last_call, live_server_state::open_call{x.from, i->first});
  self->send(i->second.agent, std::move(request.call));
}

void close(self_pointer self, const std::string& token) {
  auto& s = self->state;
  s.attempts.erase(token);
  for (auto i = s.calls.begin(); i != s.calls.end();) {
    if (i->second.token != token) {
      ++i;
      continue;
    }
    s.server->answer(i->second.from, stale());
    i = s.calls.erase(i);
  }
}

void answer(self_pointer self, const live_reply& x) {
  auto& s = self->state;
  auto i = s.calls.find(x.id);
  if (i == s.calls.end())
    return; // who asked has gone, or its attempt is over
  s.server->answer(i->second.from, live_answer(x));
  s.calls.erase(i);
}

void forget(self_pointer self, connection_id from) {
  auto& s = self->state;
  for (auto i = s.calls.begin(); i != s.calls.end(); ++i)
    if (i->second.from == from) {
      // Its token is still known: the end of an attempt ends its calls.
      const auto& whose = s.attempts.at(i->second.token);
      self->send(whose.agent, live_gone{i->first, whose.task, whose.number});
      s.calls.erase(i);
      return;
    }
}

} // namespace

live_server_actor::behavior_type live_server_behavior(self_pointer self,
                                                      line_server* server) {
  self->state.server = server;
  return {
      [self](const open_live& x) {
        auto agent = caf::actor_cast<agent_actor>(self->current_sender());
        self->state.attempts[x.token] = {agent, x.task, x.attempt};
      },
      [self](const close_live& x) {
        close(self, x.token);
      },
      [self](const live_reply& x) {
        answer(self, x);
      },
      [self](const live_line& x) {
        take(self, x);
      },
      [self](live_client_gone x) {
        forget(self, x.from);
      },
  };
}

line_handlers handlers_of(const live_server_actor& x) {
  return {
      [x](connection_id from, const peer&, std::string text) {
        caf::anon_send(x, live_line{from, std::move(text)});
      },
      [x](connection_id from) {
        caf::anon_send(x, live_client_gone{from});
      },
  };
}

std::string make_token() {
  std::array<unsigned char, 16> bytes{};
  // So few bytes come whole; before the kernel has collected any, this waits.
  ssize_t got = 0;
  do
    got = ::getrandom(bytes.data(), bytes.size(), 0);
  while (got < 0 && errno == EINTR);
  TUTTI_ASSERT(got == static_cast<ssize_t>(bytes.size()));
  std::string result;
  for (auto x : bytes)
    fmt::format_to(std::back_inserter(result), "{:02x}", x);
  return result;
}

} // namespace tutti::control
