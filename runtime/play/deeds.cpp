// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/deeds.hpp"

#include <fmt/format.h>

namespace tutti::play {

using config::deed;
using config::deed_kind;

std::string deeds::run(const deed& x) {
  if (!world_.is_up())
    return "tutti is gone at this moment: nobody hears it";
  switch (x.kind) {
  case deed_kind::crash:
    world_.crash(agent_id{x.agent}, x.span);
    return {};
  case deed_kind::hang:
  case deed_kind::fail:
  case deed_kind::ask:
    return of_attempt(x);
  case deed_kind::cancel:
    return cancel(x);
  case deed_kind::late_result:
    world_.send_result(task_id{x.subject.index}, x.attempt);
    return {};
  case deed_kind::approve:
  case deed_kind::request_changes:
  case deed_kind::reject:
    return ask_person(x);
  case deed_kind::clock_jump:
    world_.jump_clock(x.span.value_or(duration{0}));
    return {};
  case deed_kind::kill_run:
    return kill_run(x);
  case deed_kind::disk_full:
    return fill_disk(x);
  default:
    return "not yet";
  }
}

std::string deeds::of_attempt(const deed& x) {
  task_id task{x.subject.index};
  bool done = x.kind == deed_kind::hang ? world_.hang(task)
            : x.kind == deed_kind::fail
                ? world_.fail(task)
                : world_.ask(task, {duration{0},
                                    story_.work->agents[x.agent].name,
                                    {x.text},
                                    x.awaited});
  if (done)
    return {};
  const auto& name = story_.work->tasks[task.value].name;
  return fmt::format("{} has no attempt that runs: it is {}", name,
                     to_string(watch_.state().task(task.value).state));
}

std::string deeds::ask_person(const deed& x) {
  control_call call;
  call.kind = control_kind::give_verdict;
  call.subject = x.subject;
  call.verdict = x.kind == deed_kind::approve ? verdict::approved
               : x.kind == deed_kind::reject  ? verdict::rejected
                                              : verdict::changes_requested;
  call.who = x.by.empty() ? "somebody" : x.by;
  call.text = x.text;
  call.tasks = x.to;
  world_.call(std::move(call));
  return {};
}

std::string deeds::cancel(const deed& x) {
  control_call call;
  call.kind = control_kind::cancel;
  call.subject = x.subject;
  world_.call(std::move(call));
  return {};
}

std::string deeds::kill_run(const deed& x) {
  world_.kill();
  world_.at(world_.now() + x.span.value_or(duration{0}), [this] {
    world_.resume();
  });
  return {};
}

std::string deeds::fill_disk(const deed& x) {
  world_.fill_disk();
  if (x.span)
    world_.at(world_.now() + *x.span, [this] {
      world_.mend_disk();
    });
  return {};
}

} // namespace tutti::play
