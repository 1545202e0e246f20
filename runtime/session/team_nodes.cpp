// SPDX-License-Identifier: BSD-3-Clause
// What a team has where agents may be on other machines: the hub, who stands
// for the agents there, and nodes of its own.
#include "runtime/cluster/file_mover.hpp"
#include "runtime/session/team.hpp"
#include "runtime/version.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tutti::session {

namespace {

/// So long the end of the program waits for logs at most.
constexpr auto logs_time_max = std::chrono::seconds(30);

/// So long it waits for its own nodes, which have nothing left to do.
constexpr auto own_nodes_time_max = std::chrono::seconds(5);

/// Of processes that are no agent's.
constexpr process_id own_node_ids = process_id{1} << 62;

using own_nodes_actor = caf::typed_actor<
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_output>, caf::reacts_to<process_exited>>;

/// Tells what a node said last as it ended, and how many are left; opens the
/// latch once there are none.
own_nodes_actor::behavior_type
own_nodes_watch(own_nodes_actor::pointer, std::uint32_t left,
                std::function<void(const process_exited&,
                                   const std::string& said, std::uint32_t left)>
                    ended,
                const std::shared_ptr<latch>& gone) {
  auto said = std::make_shared<std::map<process_id, std::string>>();
  return {
      [](process_started) {},
      [said](process_line& x) {
        (*said)[x.id] = std::move(x.line);
      },
      [](const process_output&) {},
      [left, ended = std::move(ended), gone, said](process_exited& x) mutable {
        ended(x, (*said)[x.id], --left);
        if (left == 0)
          gone->open();
      },
  };
}

std::string own_node_name(process_id x) {
  return fmt::format("node-{}", x - own_node_ids);
}

/// "node-2 has ended (exit code 7): the disk is full".
std::string ended_text(const process_exited& x, std::string_view said) {
  auto name = own_node_name(x.id);
  if (!x.message.empty())
    return fmt::format(
        "{} {} {}", name,
        x.message.starts_with("ended by") ? "was" : "has ended:", x.message);
  constexpr std::string_view prefix = "tutti: ";
  if (said.starts_with(prefix))
    said.remove_prefix(prefix.size());
  return fmt::format("{} has ended (exit code {}){}{}", name, x.code,
                     said.empty() ? "" : ": ", said);
}

/// Whether agents that ask for a node have something left to do.
bool needs_nodes(const report::run_model& m) {
  const auto& p = m.plan();
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& who = p.tasks[i].agents;
    if (is_terminal(m.task(i).state))
      continue;
    if (std::any_of(who.begin(), who.end(), [&p](agent_id x) {
          return !p.agents[x.value].runs_on.empty();
        }))
      return true;
  }
  return false;
}

} // namespace

bool team::has_hub() const {
  return options_.listener || places_agents(*options_.work);
}

cluster::hub_with_net team::spawn_hub(const agent_options& common) {
  auto* feed = options_.feed;
  auto lead = common.orchestrator;
  cluster::hub_options mine;
  mine.work = options_.work;
  mine.run_id = options_.files.run_id;
  mine.epoch = options_.epoch;
  mine.version = runtime::version();
  mine.orchestrator = lead;
  mine.observer = common.observer;
  mine.artifacts = common.artifacts;
  file_lanes_ = std::make_shared<cluster::file_lanes>();
  awaited_logs_ = std::make_shared<cluster::awaited_logs>(options_.files.logs);
  cluster::hub_files_options of_files;
  of_files.store_directory = options_.files.artifacts;
  of_files.log_directory = options_.files.logs;
  of_files.disk = file_lanes_;
  of_files.awaited = awaited_logs_;
  of_files.note = [feed](const std::string& what) {
    feed->note("tutti: " + what);
  };
  auto files = system_.spawn(cluster::hub_files_behavior, std::move(of_files));
  keep(files);
  mine.files = caf::actor_cast<file_mover_actor>(files);
  mine.kept = std::move(options_.kept);
  if (options_.listener)
    mine.open_net = options_.listener->opener();
  if (!options_.session.nodes.insecure)
    mine.secrets = options_.session.secrets.values;
  mine.local_labels = options_.session.nodes.labels;
  mine.spawn_local = [this, common](agent_id who, const orchestrator_actor& to,
                                    std::uint64_t first_id) {
    auto of_agent = common;
    of_agent.orchestrator = to;
    of_agent.first_id = first_id;
    return spawn_agent(std::move(of_agent), who);
  };
  bool waits = waits_for_nodes_;
  mine.nodes_min = waits ? options_.session.nodes.nodes_min : 0;
  mine.enough_nodes = [this, waits] {
    enough_nodes_ = true;
    std::lock_guard lock{hub_->mutex};
    hub_->awaited.clear();
    if (waits)
      begin_if_all_is_there();
  };
  mine.missing_nodes = [feed, waits, slot = hub_](const std::string& what) {
    if (!waits || what.empty())
      return;
    feed->note(
        fmt::format("tutti: the run begins later; still to join: {}", what));
    std::lock_guard lock{slot->mutex};
    slot->awaited = what;
  };
  mine.no_nodes = [this, feed, waits, lead](const std::string& what) {
    if (!waits)
      return;
    feed->note(fmt::format("tutti: the run waited long enough for {}", what));
    caf::anon_send(
        lead,
        stop_run{static_cast<std::int32_t>(exit_code::environment), true});
  };
  mine.superseded = [feed, lead](const std::string& why) {
    feed->note(fmt::format("tutti: {}; this one stops", why));
    caf::anon_send(
        lead, stop_run{static_cast<std::int32_t>(exit_code::journal), true});
  };
  mine.note = [feed](const std::string& what) {
    feed->note("tutti: " + what);
  };
  mine.log_path = [awaited = awaited_logs_](const std::string&,
                                            const std::string& log) {
    return awaited->expect_at(log);
  };
  mine.clock = options_.clock;
  auto result = system_.spawn(cluster::hub_behavior, std::move(mine));
  keep(result);
  std::lock_guard lock{hub_->mutex};
  hub_->hub = result;
  return result;
}

/// Nodes of `tutti up`: they go with the supervisor of this run.
void team::start_own_nodes(const process_actor& host) {
  std::set<std::string> labels;
  for (const auto& a : options_.work->agents)
    for (const auto& x : a.runs_on)
      if (x.find(':') == std::string::npos) // else it is one of its program
        labels.insert(x);
  std::string all;
  labels.insert(options_.work->nodes.wait_for.begin(),
                options_.work->nodes.wait_for.end());
  for (const auto& x : labels)
    all += (all.empty() ? "" : ",") + x;
  std::error_code unknown; // then it fails to start, and says so
  auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto& choice = options_.session.nodes;
  own_nodes_gone_ = std::make_shared<latch>();
  auto watch = system_.spawn(
      own_nodes_watch, choice.own_nodes,
      [this, lead = lead_](const process_exited& x, const std::string& said,
                           std::uint32_t left) {
        own_node_ended(x, said, left, lead);
      },
      own_nodes_gone_);
  keep(watch);
  for (std::uint32_t i = 1; i <= choice.own_nodes; ++i) {
    start_process x;
    x.id = own_node_ids + i;
    x.name = own_node_name(x.id);
    x.argv = {program.string(),
              "node",
              "--join",
              fmt::format("127.0.0.1:{}", options_.listener->port()),
              "--name",
              x.name,
              "--once",
              "--state-dir",
              options_.files.artifacts.substr(
                  0, options_.files.artifacts.rfind('/'))};
    if (!all.empty()) {
      x.argv.emplace_back("--labels");
      x.argv.push_back(all);
    }
    x.directory = options_.work->directory;
    x.grace = options_.work->grace;
    caf::send_as(watch, host, std::move(x));
  }
}

/// None of them is to end before the run does, unless somebody drained it: what
/// needs nodes would wait for ever.
void team::own_node_ended(const process_exited& x, const std::string& said,
                          std::uint32_t left, const orchestrator_actor& lead) {
  if (dismisses_nodes_)
    return;
  auto* feed = options_.feed;
  feed->note("tutti: " + ended_text(x, said));
  constexpr auto code = static_cast<std::int32_t>(exit_code::environment);
  if (waits_for_nodes_ && !enough_nodes_) {
    dismisses_nodes_ = true; // the others end for the same reason, or with it
    feed->note("tutti: the run cannot begin without all of its own nodes");
    caf::anon_send(lead, stop_run{code, true});
  } else if (left == 0 && x.code != 0) {
    feed->ask([feed, lead](const report::run_model& m, duration) {
      if (!needs_nodes(m))
        return;
      feed->note("tutti: none of the run's own nodes is left, and some agents "
                 "need one: the run stops");
      caf::anon_send(lead, stop_run{code, false});
    });
  }
}

void team::let_nodes_go() {
  dismisses_nodes_ = true;
  {
    std::lock_guard lock{hub_->mutex};
    if (!hub_->hub)
      return;
    caf::anon_send(hub_->hub, cluster::dismiss_nodes{});
  }
  if (own_nodes_gone_)
    own_nodes_gone_->wait(own_nodes_time_max);
}

void team::await_logs() {
  if (awaited_logs_ && !awaited_logs_->wait(logs_time_max))
    options_.feed->note("tutti: not all logs of the nodes have come");
}

void team::begin_if_all_is_there() {
  if (--begins_after_ == 0)
    caf::anon_send(lead_, begin_run{});
}

} // namespace tutti::session
