// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/team.hpp"

#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "runtime/artifacts/artifact_host.hpp"
#include "runtime/control/login_name.hpp"
#include "runtime/journal/journal_host.hpp"
#include "runtime/native/spawn.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/report/status_json.hpp"
#include "runtime/session/any_agent.hpp"

#include <algorithm>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace tutti::session {

namespace {

asker_actor::behavior_type asker_behavior(asker_actor::pointer self,
                                          const orchestrator_actor& lead,
                                          run_feed* feed) {
  return {
      [feed](const control_reply& x) {
        // What was decided is shown as what happens.
        if (!x.ok)
          feed->note("tutti: " + x.text);
      },
      [self, lead](const control_call& x) {
        self->send(lead, x);
      },
  };
}

/// Tells the hub which nodes are to be drained.
viewer_actor::behavior_type drain_watch(viewer_actor::pointer,
                                        const std::shared_ptr<hub_slot>& slot) {
  return {
      [slot](const run_facts& x) {
        for (const auto& f : x.facts)
          if (f.kind == fact_kind::node_draining) {
            std::lock_guard lock{slot->mutex};
            if (slot->hub)
              caf::anon_send(slot->hub, cluster::drain_node{f.extra->who});
          }
      },
      [](const task_progress&) {},
  };
}

/// No person sees it.
constexpr auto facts_gather = std::chrono::milliseconds(5);

/// So long the end of the program waits for `notify` at most.
constexpr auto notices_time_max = std::chrono::seconds(60);

} // namespace

team::team(team_options options)
  : options_(std::move(options)), system_(config_),
    sockets_(system_, options_.files) {
  routes_ = std::make_shared<process_routes>();
  auto* feed = options_.feed;
  auto events = route_events(routes_, [feed](std::string why, bool) {
    feed->lose(std::move(why));
  });
  events.notice = [feed](const std::string& what) {
    feed->note(fmt::format("tutti: {}.", what));
  };
  options_.processes->listen(std::move(events));
  auto host = make_process_host(system_, options_.processes, routes_);
  keep(host);
  std::vector<viewer_actor> viewers{system_.spawn(feed_behavior, feed)};
  if (options_.work->notify.run.kind != command_kind::none)
    viewers.push_back(spawn_notifier(host));
  if (has_hub())
    viewers.push_back(system_.spawn(drain_watch, hub_));
  for (const auto& x : viewers)
    keep(x);
  auto watcher = system_.spawn(observer_behavior, std::move(viewers));
  keep(watcher);
  auto store = system_.spawn(artifacts::artifact_host_behavior, options_.disk);
  keep(store);
  options_.kept = kept_places(options_.record.engine.get());
  waits_for_nodes_ =
      std::holds_alternative<engine::run_begins>(options_.record.first)
      && options_.listener
      && (options_.session.nodes.nodes_min > 0
          || !options_.work->nodes.wait_for.empty());
  if (waits_for_nodes_)
    begins_after_ = 2;
  orchestrator_options mine;
  mine.work = options_.work;
  mine.graph = options_.graph;
  mine.observer = watcher;
  mine.engine = std::move(options_.record.engine);
  mine.first = std::move(options_.record.first);
  mine.journaled = options_.record.journaled;
  mine.elapsed = options_.record.elapsed;
  mine.probe = options_.session.probe;
  mine.wall_clock = [] {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<duration>(now).count();
  };
  mine.clock = options_.clock;
  mine.writes_behind = writes_behind();
  mine.gathers = facts_gather;
  mine.journal = spawn_journal();
  agent_options common;
  common.work = options_.work;
  common.observer = watcher;
  common.processes = host;
  common.artifacts = store;
  common.mask = mask();
  common.clock = options_.clock;
  common.looked_at = outputs_looked_at(*options_.work);
  common.plain_tasks = mine.engine && mine.engine->plan_graph().is_plain();
  if (!sockets_.live_path().empty()) {
    common.live = sockets_.live();
    common.live_socket = sockets_.live_path();
    common.make_token = control::make_token;
  }
  mine.spawn_agents = [this, common](const orchestrator_actor& lead) {
    auto complete = common;
    complete.orchestrator = lead;
    complete.reports = caf::actor_cast<report_actor>(lead);
    return spawn_agents(std::move(complete));
  };
  mine.takes_batches = [this](agent_id x) {
    const auto& agent = options_.work->agents[x.value];
    return agent.runs_on.empty()
        && native::takes_batches(agent, options_.session.natives);
  };
  mine.desk_of = [this](agent_id x) {
    return std::exchange(desks_[x.value], nullptr); // it knows its orchestrator
  };
  mine.spawn_services = [this, common](const orchestrator_actor& lead) {
    service_options each;
    each.grace = common.work->grace;
    each.work = common.work;
    each.orchestrator = lead;
    each.processes = common.processes;
    each.clock = common.clock;
    return spawn_services(std::move(each));
  };
  lead_ = system_.spawn(orchestrator_behavior, std::move(mine));
  *told_by_journal_ = caf::actor_cast<caf::actor_addr>(lead_);
  if (options_.session.nodes.own_nodes > 0)
    start_own_nodes(host);
  asker_ = system_.spawn(asker_behavior, lead_, feed);
  keep(asker_);
  open_sockets();
}

team::~team() {
  sockets_.close();
  caf::anon_send_exit(lead_, caf::exit_reason::user_shutdown);
  lead_ = nullptr;
  asker_ = nullptr;
  for (const auto& x :
       {caf::actor_cast<caf::strong_actor_ptr>(sockets_.live()),
        caf::actor_cast<caf::strong_actor_ptr>(sockets_.control())})
    if (x)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  {
    std::lock_guard lock{mutex_};
    for (auto& x : all_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    all_.clear();
    closed_ = true;
  }
  routes_->clear();
  options_.disk->stop();
  if (file_lanes_)
    file_lanes_->stop();
  journal_->stop(); // it speaks to the orchestrator
  system_.await_all_actors_done();
}

void team::begin() {
  begin_if_all_is_there();
}

void team::stop(std::int32_t code, bool at_once) {
  caf::anon_send(lead_, stop_run{code, at_once});
}

/// A node outlives the orchestrator: what it was told must be known to the next
/// one. Else that would be made anew, under the same name, and the node would
/// take it for what it has.
bool team::writes_behind() const {
  return options_.record.writes_behind && !has_hub();
}

journal_actor team::spawn_journal() {
  auto tell = [to = told_by_journal_](auto x) {
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(*to))
      caf::anon_send(caf::actor_cast<orchestrator_actor>(alive), std::move(x));
  };
  auto stuck = std::make_shared<bool>(false); // of the writer's thread
  journal::writer_events events;
  events.durable = [tell, stuck, feed = options_.feed](facts_durable x) {
    if (std::exchange(*stuck, false))
      feed->note("tutti: the journal takes facts again");
    tell(x);
  };
  events.stuck = [tell, stuck, feed = options_.feed](const journal_stuck& x) {
    *stuck = true;
    feed->note(fmt::format("tutti: {}. Nothing new starts; what runs goes on, "
                           "and its results are kept until the disk takes them",
                           x.why));
    tell(x);
  };
  journal_ = std::make_shared<journal::journal_writer>(
      std::move(options_.record.file), std::move(events),
      writes_behind() ? journal::writer_pace::behind
                      : journal::writer_pace::awaited);
  auto result = system_.spawn(journal::journal_host_behavior, journal_);
  keep(result);
  return result;
}

viewer_actor team::spawn_notifier(const process_actor& host) {
  notices_told_ = std::make_shared<latch>();
  notifier_options mine;
  mine.work = options_.work;
  mine.run_id = options_.files.run_id;
  mine.processes = host;
  mine.complain = [feed = options_.feed](std::string text) {
    feed->note(std::move(text));
  };
  mine.done = notices_told_;
  auto result = caf::actor_cast<viewer_actor>(
      system_.spawn(notifier_behavior, std::move(mine)));
  if (!options_.announced.empty())
    caf::anon_send(result, run_facts{options_.announced});
  return result;
}

void team::decide(const gate_decision& x) {
  control_call call;
  call.kind = control_kind::give_verdict;
  call.subject = {node_kind::gate, x.gate.value};
  call.verdict = x.verdict;
  call.who = control::login_name();
  call.uid = ::getuid();
  call.text = x.comment;
  if (auto hide = mask())
    hide(call.text);
  caf::anon_send(asker_, std::move(call));
}

text_mask team::mask() const {
  const auto& patterns = options_.session.secrets.patterns;
  if (!patterns || patterns->empty())
    return {};
  return [patterns](std::string& text) {
    patterns->mask(text);
  };
}

void team::await_notices() {
  if (notices_told_)
    notices_told_->wait(notices_time_max);
}

void team::skip_notices() {
  if (awaited_logs_)
    awaited_logs_->skip();
  if (own_nodes_gone_)
    own_nodes_gone_->open();
  if (notices_told_)
    notices_told_->open();
}

void team::close_sockets() {
  sockets_.close();
}

/// Called by the orchestrator as it starts, on a worker's thread.
std::vector<agent_actor> team::spawn_agents(agent_options common) {
  std::vector<agent_actor> result;
  cluster::hub_with_net hub;
  if (has_hub())
    hub = spawn_hub(common);
  common.grace = common.work->grace;
  desks_.resize(common.work->agents.size());
  common.offer_desk = [this](agent_id who, std::shared_ptr<desk> x) {
    desks_[who.value] = std::move(x);
  };
  auto all = std::make_shared<const agent_team>(
      agent_team{std::move(common), options_.session.natives});
  const auto& agents = all->common.work->agents;
  for (std::size_t i = 0; i < agents.size(); ++i)
    if (agents[i].runs_on.empty()) {
      result.push_back(
          spawn_team_agent(system_, all, agent_id{i}, slots_of(agents[i])));
      keep(result.back());
    } else {
      result.push_back(
          system_.spawn(cluster::stand_in_behavior, hub, agent_id{i}));
      keep(result.back());
    }
  return result;
}

std::uint32_t team::slots_of(const agent& x) const {
  return x.slots == 0 ? options_.local_slots : x.slots;
}

agent_actor team::spawn_agent(agent_options mine, agent_id who) {
  mine.id = who;
  mine.slots = slots_of(mine.work->agents[who.value]);
  mine.grace = mine.work->grace;
  return spawn_any_agent(system_, std::move(mine), options_.session.natives);
}

/// As `spawn_agents`.
std::vector<service_actor> team::spawn_services(service_options each) {
  std::vector<service_actor> result;
  for (std::size_t i = 0; i < each.work->services.size(); ++i) {
    each.id = service_id{i};
    result.push_back(system_.spawn(service_behavior, each));
    keep(result.back());
  }
  return result;
}

void team::open_sockets() {
  control::control_server_options mine;
  mine.work = options_.work;
  mine.orchestrator = lead_;
  mine.mask = mask();
  mine.roots = {static_cast<pid_t>(options_.processes->pid()), ::getpid()};
  auto address = options_.listener ? last_join_address(options_.files.path)
                                   : std::string{};
  mine.ask_status = [feed = options_.feed, run_id = options_.files.run_id,
                     address, slot = hub_](const control::status_question& how,
                                           control::status_answer answer) {
    feed->ask([how, run_id, address, slot, answer = std::move(answer)](
                  const report::run_model& m, duration now) {
      report::status_options told;
      told.run_id = run_id;
      told.join_address = address;
      {
        std::lock_guard lock{slot->mutex};
        told.awaited_nodes = slot->awaited;
      }
      told.columns = how.columns;
      answer(how.as_text ? report::status_text(m, now, told)
                         : report::status_json(m, now, told));
    });
  };
  sockets_.open(std::move(mine));
  if (!sockets_.trouble().empty())
    options_.feed->note(fmt::format("tutti: this run takes no commands from "
                                    "outside or from its tasks: {}",
                                    sockets_.trouble()));
}

} // namespace tutti::session
