// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/notifier.hpp"

#include "actors/agent/command_words.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <utility>

namespace tutti::session {

namespace {

using self_pointer = notifier_actor::stateful_pointer<notifier_state>;

/// Above those of agents and services, which count from the bottom.
constexpr auto first_process = process_id{0xffffff} << 40;
/// From TERM to KILL.
constexpr auto grace = std::chrono::seconds(2);

void start(self_pointer self, notice x) {
  auto& s = self->state;
  const auto& p = *s.options.work;
  start_process order;
  order.id = first_process + ++s.last_process;
  order.name = fmt::format("notify.{}", s.last_process);
  order.argv = command_words(p.notify.run, {});
  order.env = {"TUTTI_EVENT=" + x.event, "TUTTI_RUN=" + s.options.run_id,
               "TUTTI_SUBJECT=" + x.subject, "TUTTI_MESSAGE=" + x.message};
  for (auto secret : p.notify.secrets)
    order.secrets.push_back(p.secrets[secret.value].name);
  order.directory = p.directory;
  order.grace = grace;
  s.running.emplace(order.id, fmt::format("'{}' of '{}'", x.event, x.subject));
  self->delayed_send(self, s.options.time_max, notice_overdue{order.id});
  self->send(s.options.processes, std::move(order));
}

void go_on(self_pointer self) {
  auto& s = self->state;
  while (!s.waiting.empty() && s.running.size() < s.options.commands_max) {
    auto next = std::move(s.waiting.front());
    s.waiting.pop_front();
    start(self, std::move(next));
  }
  if (s.ended && s.running.empty())
    s.options.done->open();
}

void take(self_pointer self, const fact& x) {
  auto& s = self->state;
  bool last = x.kind == fact_kind::run_ended;
  s.ended = s.ended || last;
  auto told = s.reader->read(x);
  if (!told)
    return;
  if (last) {
    s.waiting.push_front(std::move(*told)); // the one that nobody may miss
  } else if (s.waiting.size() < s.options.notices_max) {
    s.waiting.push_back(std::move(*told));
  } else if (!std::exchange(s.left_out, true)) {
    s.options.complain("tutti: there is more to notify of than the notify "
                       "command keeps up with; some is left out");
  }
}

void conclude(self_pointer self, const process_exited& x) {
  auto& s = self->state;
  auto i = s.running.find(x.id);
  if (i == s.running.end())
    return;
  if (x.end != process_end::exited || x.code != 0) {
    auto why =
        x.message.empty() ? fmt::format("exit code {}", x.code) : x.message;
    auto log = x.log.empty() ? std::string{} : "; its output: " + x.log;
    s.options.complain(fmt::format("tutti: the notify command failed for {}: "
                                   "{}{}",
                                   i->second, why, log));
  }
  s.running.erase(i);
}

} // namespace

notifier_actor::behavior_type notifier_behavior(self_pointer self,
                                                notifier_options options) {
  auto& s = self->state;
  s.options = std::move(options);
  s.reader = std::make_unique<notice_reader>(s.options.work);
  return {
      [self](const run_facts& x) {
        for (const auto& f : x.facts)
          take(self, f);
        go_on(self);
      },
      [](const task_progress&) {},
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [self](const process_exited& x) {
        conclude(self, x);
        go_on(self);
      },
      [self](notice_overdue x) {
        auto& t = self->state;
        if (t.running.contains(x.id))
          self->send(t.options.processes, end_process{x.id, false});
      },
  };
}

} // namespace tutti::session
