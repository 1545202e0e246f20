// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/control_server.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unistd.h>

#include <chrono>
#include <utility>

namespace tutti::control {

namespace {

using self_pointer =
    control_server_actor::stateful_pointer<control_server_state>;

std::string hello(const control_server_options& x) {
  return reply({{"run_id", x.run_id},
                {"plan", x.work->name},
                {"directory", x.work->directory},
                {"pid", ::getpid()}});
}

void tell_status(const control_server_options& x, connection_id from,
                 const control_request& how) {
  bool as_text = how.as_text;
  x.ask_status({as_text, how.columns},
               [server = x.server, from, as_text](std::string text) {
                 json content = json::object();
                 if (as_text)
                   content["text"] = std::move(text);
                 else
                   content["status"] = json::parse(text, nullptr, false);
                 server->answer(from, reply(std::move(content)));
               });
}

void ask_orchestrator(self_pointer self, const control_line& x,
                      control_call call) {
  auto& s = self->state;
  if (s.options.mask)
    s.options.mask(call.text);
  call.id = ++s.last_call;
  call.uid = x.uid;
  call.from_run = descends_from(x.pid, s.options.roots);
  s.calls.emplace(call.id, x.from);
  self->send(s.options.orchestrator, std::move(call));
}

void take(self_pointer self, const control_line& x) {
  auto& s = self->state;
  auto request = s.reader->parse(x.text);
  if (!request.mistake.empty())
    return s.options.server->answer(x.from,
                                    refusal(request.code, request.mistake));
  switch (request.topic) {
  case control_topic::hello:
    return s.options.server->answer(x.from, hello(s.options));
  case control_topic::status:
    return tell_status(s.options, x.from, request);
  case control_topic::call:
    return ask_orchestrator(self, x, std::move(request.call));
  }
}

void answer(self_pointer self, const control_reply& x) {
  auto& s = self->state;
  auto i = s.calls.find(x.id);
  if (i == s.calls.end())
    return;
  auto why = x.ended ? refusal_code::ended : refusal_code::refused;
  s.options.server->answer(i->second, x.ok ? reply({{"text", x.text}})
                                           : refusal(why, x.text));
  s.calls.erase(i);
  if (s.closing && s.calls.empty())
    s.options.server->finish();
}

/// A verdict that ends the run is answered behind the news of the end.
void close(self_pointer self) {
  constexpr auto last_moment = std::chrono::seconds(1);
  auto& s = self->state;
  if (s.calls.empty() || std::exchange(s.closing, true))
    s.options.server->finish();
  else
    self->delayed_send(self, last_moment, close_control{});
}

} // namespace

control_server_actor::behavior_type
control_server_behavior(self_pointer self, control_server_options options) {
  auto& s = self->state;
  s.options = std::move(options);
  s.reader = std::make_unique<control_reader>(*s.options.work);
  return {
      [self](const control_reply& x) {
        answer(self, x);
      },
      [self](const control_line& x) {
        take(self, x);
      },
      [self](close_control) {
        close(self);
      },
  };
}

line_handlers handlers_of(const control_server_actor& x) {
  return {
      [x](connection_id from, const peer& who, std::string text) {
        caf::anon_send(x,
                       control_line{from, who.pid, who.uid, std::move(text)});
      },
      [](connection_id) {
        // Its answer is soon here, and dropped.
      },
  };
}

} // namespace tutti::control
