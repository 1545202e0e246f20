// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/orchestrator.hpp"

#include "actors/orchestrator/commands.hpp"
#include "actors/orchestrator/control.hpp"
#include "actors/orchestrator/stepping.hpp"
#include "actors/orchestrator/telling.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

namespace {

void change_service(orchestrator_pointer self, const service_changed& x) {
  auto& s = self->state;
  if (!s.engine->over())
    return step(self, engine::service_changes{x.service, x.state, x.text});
  if (x.state != service_state::ended
      || x.service.value >= s.services_to_end.size())
    return;
  s.services_to_end[x.service.value] = false;
  tell_end_if_all_left(self);
}

void let_go(orchestrator_pointer self, agent_left x) {
  auto& s = self->state;
  if (x.agent.value >= s.agents_to_leave.size())
    return;
  s.agents_to_leave[x.agent.value] = false;
  tell_end_if_all_left(self);
}

/// The second Ctrl-C also reaches what is being ended.
void stop(orchestrator_pointer self, stop_run x) {
  auto& s = self->state;
  s.told_to_stop = true;
  step(self, engine::stop_requested{x.exit_code, x.at_once});
  if (!x.at_once || s.ending.empty())
    return;
  for (std::size_t i = 0; i < s.agents_to_leave.size(); ++i)
    if (s.agents_to_leave[i])
      self->send(s.agents[i], leave_run{true});
  for (std::size_t i = 0; i < s.services_to_end.size(); ++i)
    if (s.services_to_end[i])
      self->send(s.services[i], stop_service{true});
}

void request(orchestrator_pointer self, make_requests& x) {
  if (self->state.gave_up)
    return; // as with all that is decided now
  auto asker = caf::actor_cast<agent_actor>(self->current_sender());
  auto call = x.call;
  step(self, engine::requests_arrive{x.task, x.attempt, std::move(x.to),
                                     std::move(x.texts), std::move(x.note),
                                     std::move(x.key), x.awaited});
  auto& decided = self->state.decided;
  send_gathered(self); // viewers hear of it before who asked
  self->state.sends.after_all(
      [self, asker,
       reply = requests_made{call, decided.numbers, decided.refusal}] {
        self->send(asker, reply);
      });
}

void control(orchestrator_pointer self, const control_call& x) {
  auto& s = self->state;
  control_reply reply;
  reply.id = x.id;
  const auto& p = *s.options.work;
  if (x.kind == control_kind::explain) {
    reply.text = explain_now(p, *s.engine, x.subject, run_time(self));
  } else if (s.gave_up) {
    reply.ok = false;
    reply.text = "the run has ended";
    reply.ended = true;
  } else {
    auto done = run_control(p, *s.engine, x, [self](const engine::event& e) {
      step(self, e);
      return self->state.decided.refusal;
    });
    reply.ok = done.ok;
    reply.text = std::move(done.text);
    reply.ended = !done.ok && s.engine->over();
  }
  auto asker = caf::actor_cast<control_actor>(self->current_sender());
  if (x.kind == control_kind::explain || !reply.ok)
    return self->send(asker, std::move(reply));
  send_gathered(self); // viewers hear of it before who asked
  s.sends.after_all([self, asker, reply = std::move(reply)] {
    self->send(asker, reply);
  });
}

// -- the journal --------------------------------------------------------------

/// So long nothing may run while the journal is stuck, before the run is given
/// up; a person who stops it does not wait for that long.
constexpr duration stuck_max = std::chrono::seconds(60);
constexpr duration stuck_max_stopping = std::chrono::seconds(5);

/// Of the tasks whose ends were not kept, so many are named.
constexpr std::size_t named_max = 5;

void go_on_durably(orchestrator_pointer self, facts_durable x) {
  auto& s = self->state;
  if (s.gave_up)
    return; // nothing starts any more, though the disk is there again
  s.stuck_code = 0;
  s.sends.hold_work(false);
  s.sends.durable(x.last);
}

void look_soon(orchestrator_pointer self) {
  if (!std::exchange(self->state.looks, true))
    self->delayed_send(self, std::chrono::seconds(1), look_at_journal{});
}

/// No new work is given out; what runs keeps its results until the disk takes
/// them.
void get_stuck(orchestrator_pointer self, const journal_stuck& x) {
  auto& s = self->state;
  s.sends.hold_work(true);
  if (s.gave_up || std::exchange(s.stuck_code, x.exit_code) != 0)
    return;
  s.idle_since = run_time(self);
  look_soon(self);
}

std::string text_of_not_kept(const orchestrator_state& s) {
  std::string names;
  for (std::size_t i = 0; i < std::min(s.not_kept.size(), named_max); ++i)
    names += (i == 0 ? "" : ", ") + s.options.work->tasks[s.not_kept[i]].name;
  if (s.not_kept.size() > named_max)
    names += " and more";
  return names.empty() ? names
                       : "the journal took nothing more, so the run is given "
                         "up; what it could not keep runs again when the run "
                         "goes on: "
                             + names;
}

/// Nobody can work and nothing can be kept: the run ends, and a resumed one
/// does again what is not in the journal.
void give_up(orchestrator_pointer self) {
  auto& s = self->state;
  s.gave_up = true;
  send_gathered(self);
  s.ending = {};
  s.sends.give_up();
  fact f;
  f.kind = fact_kind::run_ended;
  f.status = run_status::stopped;
  f.exit_code = s.stuck_code;
  f.at = run_time(self);
  if (auto text = text_of_not_kept(s); !text.empty()) {
    auto extra = std::make_shared<fact_extra>();
    extra->text = std::move(text);
    f.extra = std::move(extra);
  }
  self->send(s.options.observer, run_facts{{f}});
  dismiss(self, true);
}

void look(orchestrator_pointer self) {
  auto& s = self->state;
  s.looks = false;
  if (s.stuck_code == 0 || s.gave_up)
    return;
  if (s.engine->counts().live > 0)
    s.idle_since = run_time(self);
  auto patience = s.told_to_stop ? stuck_max_stopping : stuck_max;
  if (run_time(self) - s.idle_since >= patience)
    return give_up(self);
  look_soon(self);
}

/// Nodes may come before the run begins, which may wait for them.
void step_once_begun(orchestrator_pointer self, engine::event e) {
  auto& s = self->state;
  if (s.begun)
    step(self, e);
  else
    s.early.push_back(std::move(e));
}

/// All nodes that are there are known before the first agent is placed.
void begin(orchestrator_pointer self) {
  auto& s = self->state;
  s.begun = true;
  if (auto* first = std::get_if<engine::run_begins>(&s.options.first)) {
    auto is_join = [](const engine::event& e) {
      return std::holds_alternative<engine::node_joins>(e);
    };
    auto rest = std::find_if_not(s.early.begin(), s.early.end(), is_join);
    for (auto i = s.early.begin(); i != rest; ++i)
      first->nodes.push_back(std::get<engine::node_joins>(std::move(*i)));
    s.early.erase(s.early.begin(), rest);
  }
  step(self, s.options.first);
  for (const auto& e : std::exchange(s.early, {}))
    step(self, e);
}

void prepare(orchestrator_pointer self) {
  auto& s = self->state;
  s.engine = s.options.engine;
  if (!s.engine)
    s.engine = std::make_shared<engine::engine>(
        engine::compile(*s.options.work, s.options.graph));
  auto waits = held_sends::wait_for::all_of_it;
  if (!s.options.journal)
    waits = held_sends::wait_for::nothing;
  else if (s.options.writes_behind)
    waits = held_sends::wait_for::the_end;
  s.sends =
      held_sends{s.options.work->tasks.size(), waits, s.options.journaled};
  s.agents = s.options.spawn_agents(self);
  s.gathered = outbox{s.agents.size()};
  for (std::size_t i = 0; i < s.agents.size(); ++i) {
    agent_id agent{i};
    s.batches.push_back(s.options.takes_batches
                        && s.options.takes_batches(agent));
    s.desks.push_back(s.options.desk_of ? s.options.desk_of(agent) : nullptr);
  }
  if (s.options.spawn_services)
    s.services = s.options.spawn_services(self);
  s.start = time_now(s.options.clock, self) - s.options.elapsed;
  s.latest = s.options.elapsed;
}

} // namespace

orchestrator_with_timers::behavior_type
orchestrator_behavior(orchestrator_pointer self, orchestrator_options options) {
  auto& s = self->state;
  s.options = std::move(options);
  prepare(self);
  return {
      [self](begin_run) {
        begin(self);
        end_turn(self);
      },
      [self](attempt_started x) {
        step(self, engine::attempt_begins{x.task, x.attempt});
        end_turn(self);
      },
      [self](attempt_finished& x) {
        step(self, engine::attempt_ends{x.task, x.attempt, x.end, x.exit_code,
                                        std::move(x.details)});
        end_turn(self);
      },
      [self](task_returned x) {
        step(self, engine::attempt_given_back{x.task, x.attempt});
        end_turn(self);
      },
      [self](agent_reports& x) {
        take(self, x);
        end_turn(self);
      },
      [self](handoff_accepted x) {
        step(self, engine::handoff_arrives{x.from, x.to, x.version});
        end_turn(self);
      },
      [self](agent_left x) {
        let_go(self, x);
        end_turn(self);
      },
      [self](answer_accepted x) {
        step(self, engine::answer_arrives{x.number});
        end_turn(self);
      },
      [self](attempt_waits x) {
        step(self, engine::wait_begins{x.task, x.attempt});
        end_turn(self);
      },
      [self](wait_over x) {
        step(self, engine::wait_ends{x.task, x.attempt});
        end_turn(self);
      },
      [self](make_requests& x) {
        request(self, x);
        end_turn(self);
      },
      [self](const service_changed& x) {
        change_service(self, x);
        end_turn(self);
      },
      [self](const control_call& x) {
        control(self, x);
        end_turn(self);
      },
      [self](node_joined& x) {
        step_once_begun(self, engine::node_joins{std::move(x.node),
                                                 std::move(x.labels), x.slots,
                                                 std::move(x.holds),
                                                 std::move(x.keeps)});
        end_turn(self);
      },
      [self](node_lost& x) {
        step_once_begun(
            self, engine::node_is_lost{std::move(x.node), std::move(x.why)});
        end_turn(self);
      },
      [self](node_gone& x) {
        step_once_begun(self, engine::node_is_gone{std::move(x.node)});
        end_turn(self);
      },
      [self](const late_result& x) {
        step(self, engine::result_is_late{x.what, x.end});
        end_turn(self);
      },
      [self](const link_mark& x) {
        auto asker = caf::actor_cast<hub_actor>(self->current_sender());
        send_gathered(self);
        self->state.sends.after_all(
            [self, asker, reply = link_marked{x.node, x.number}] {
              self->send(asker, reply);
            });
        end_turn(self);
      },
      [self](stop_run x) {
        stop(self, x);
        end_turn(self);
      },
      [self](facts_durable x) {
        go_on_durably(self, x);
        end_turn(self);
      },
      [self](const journal_stuck& x) {
        get_stuck(self, x);
        end_turn(self);
      },
      [self](timer_due x) {
        if (is_due(self, x))
          step(self, x.timer);
        end_turn(self);
      },
      [self](tell_gathered) {
        self->state.tells_soon = false;
        send_facts(self);
        end_turn(self);
      },
      [self](look_at_journal) {
        look(self);
        end_turn(self);
      },
  };
}

} // namespace tutti
