// SPDX-License-Identifier: BSD-3-Clause
// One node, composed: signals, processes, the store of its files, the socket of
// its tasks, and the gateway, which does the rest. The supervisor beside it
// ends all processes where the node itself dies or freezes (semantics §33).
#include "runtime/session/node_session.hpp"

#include "messages/error.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/file_node.hpp"
#include "runtime/cluster/gateway.hpp"
#include "runtime/cluster/tls_transport.hpp"
#include "runtime/control/live_server.hpp"
#include "runtime/control/protocol.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/secrets/masker.hpp"
#include "runtime/session/any_agent.hpp"
#include "runtime/session/latch.hpp"
#include "runtime/session/process_host.hpp"
#include "runtime/session/run_sockets.hpp"
#include "runtime/session/signals.hpp"
#include "runtime/session/system_config.hpp"
#include "runtime/version.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <system_error>
#include <utility>

namespace tutti::session {

namespace {

int print(const error& x) {
  fmt::print(stderr, "tutti: {}\n", x.detail);
  return static_cast<int>(x.code);
}

std::uint64_t random_number() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

/// What is of no use to the next one.
void tidy_node_directory(const run_directory& files) {
  std::error_code ignored;
  cluster::clear_logs(files.logs);
  for (const auto& folder : {files.logs, files.io})
    std::filesystem::remove(folder, ignored); // only where it is empty
}

/// What a run on this node shares.
struct node_work {
  std::shared_ptr<const secrets::masker> patterns; ///< null: no secrets
  cluster::node_files_actor files;
  std::int64_t began_ns = 0; ///< since 1970
};

std::int64_t now_ns() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

/// Who is told of processes, beside who started them; changes with the run.
class log_watch {
public:
  void set(cluster::node_files_actor x) {
    std::lock_guard lock{mutex_};
    files_ = std::move(x);
  }
  void tell(cluster::process_noticed x) {
    std::lock_guard lock{mutex_};
    if (files_)
      caf::anon_send(files_, std::move(x));
  }

private:
  std::mutex mutex_;
  cluster::node_files_actor files_;
};

class node {
public:
  node(const node_options& options, process::supervisor& processes,
       run_directory files, std::optional<cluster::credentials> identity)
    : options_(options), processes_(processes), files_(std::move(files)),
      identity_(std::move(identity)), system_(config_),
      sockets_(system_, files_), routes_(std::make_shared<process_routes>()),
      disk_(std::make_shared<cluster::file_lanes>()) {
    processes_.listen(watched_events());
    host_ = make_process_host(system_, &processes_, routes_);
    gateway_ = system_.spawn(cluster::gateway_behavior, gateway_options());
    sockets_.open_for_tasks();
    composed_.open();
  }

  ~node() {
    sockets_.close();
    for (const auto& x :
         {caf::actor_cast<caf::strong_actor_ptr>(gateway_),
          caf::actor_cast<caf::strong_actor_ptr>(host_),
          caf::actor_cast<caf::strong_actor_ptr>(work_.files),
          caf::actor_cast<caf::strong_actor_ptr>(sockets_.live())})
      if (x)
        caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    gateway_ = nullptr;
    host_ = nullptr;
    work_ = {};
    watch_.set({});
    routes_->clear();
    disk_->stop();
    system_.await_all_actors_done();
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  void leave(const std::string& why) {
    caf::anon_send(gateway_, cluster::leave_cluster{why});
  }

  cluster::gateway_end wait() {
    done_.wait();
    std::lock_guard lock{mutex_};
    return end_;
  }

private:
  /// On the thread of the supervisor's reader, as soon as that listens.
  void lose_processes(std::string why, bool all_dead) {
    composed_.wait();
    // What may still be at work must not be given away.
    if (!all_dead)
      return end({exit_code::internal, std::move(why)});
    caf::anon_send(gateway_, cluster::leave_cluster{std::move(why), true});
  }

  void end(cluster::gateway_end x) {
    {
      std::lock_guard lock{mutex_};
      end_ = std::move(x);
    }
    done_.open();
  }

  cluster::gateway_options gateway_options() {
    cluster::gateway_options mine;
    mine.name = options_.name;
    mine.version = runtime::version();
    mine.incarnation = random_number();
    mine.labels = with_native_labels(options_.labels, options_.natives);
    mine.slots = options_.slots;
    mine.directory = options_.directory;
    mine.host = options_.join.host;
    mine.port = options_.join.port;
    mine.once = options_.once;
    mine.note = options_.note;
    mine.open_net = [identity = identity_](cluster::transport_events events)
        -> std::shared_ptr<cluster::transport> {
      cluster::tls_options of_net;
      of_net.identity = identity;
      auto net =
          cluster::tls_transport::make(std::move(of_net), std::move(events));
      // The credentials were looked at before.
      return net ? std::shared_ptr<cluster::transport>{std::move(*net)}
                 : nullptr;
    };
    mine.begin_run = [this](const cluster::node_run& run,
                            const file_link_actor& files) {
      return begin_run(run, files);
    };
    mine.spawn_agent = [this](const cluster::node_run& run,
                              const cluster::seat_options& seat) {
      return spawn_agent(run, seat);
    };
    mine.end_run = [this] {
      end_run();
    };
    mine.done = [this](const cluster::gateway_end& x) {
      end(x);
    };
    return mine;
  }

  cluster::node_parts begin_run(const cluster::node_run& run,
                                const file_link_actor& link) {
    process::supervisor_options limits;
    limits.log_directory = files_.logs;
    limits.io_directory = files_.io;
    limits.heartbeat = run.work->nodes.every;
    // Where this program stands still its work goes on until the orchestrator
    // gives it to others; what may not run twice has ended by then (§33).
    limits.lease =
        run.work->nodes.lease + std::min(run.work->grace, run.work->nodes.keep);
    processes_.configure(limits);
    if (!run.secrets.empty()) {
      processes_.give_secrets(run.secrets);
      std::vector<std::string> values;
      for (const auto& x : run.secrets)
        values.push_back(x.value);
      work_.patterns = std::make_shared<const secrets::masker>(values);
    }
    cluster::node_files_options of_files;
    of_files.store_directory = files_.artifacts;
    of_files.log_directory = files_.logs;
    of_files.disk = disk_;
    of_files.link = link;
    work_.files =
        system_.spawn(cluster::node_files_behavior, std::move(of_files));
    work_.began_ns = now_ns();
    watch_.set(work_.files);
    return {host_,
            caf::actor_cast<artifact_actor>(work_.files),
            caf::actor_cast<file_mover_actor>(work_.files),
            {}};
  }

  /// What it had of the run goes, but for files that the next may need.
  void end_run() {
    watch_.set({});
    if (work_.files)
      caf::anon_send_exit(work_.files, caf::exit_reason::user_shutdown);
    cluster::clear_logs(files_.logs);
    cluster::node_store_limits limits;
    limits.run_began_ns = work_.began_ns;
    disk_->post(cluster::disk_lane::bulk, [store = files_.artifacts, limits] {
      cluster::sweep_node_store(store, limits);
    });
    work_ = {};
  }

  process::supervisor_events watched_events() {
    auto events = route_events(routes_, [this](std::string why, bool all_dead) {
      lose_processes(std::move(why), all_dead);
    });
    events.notice = options_.note;
    return cluster::watch_logs(std::move(events),
                               [this](const cluster::process_noticed& x) {
                                 watch_.tell(x);
                               });
  }

  agent_actor spawn_agent(const cluster::node_run& run,
                          const cluster::seat_options& seat) {
    agent_options mine;
    mine.id = seat.who.agent;
    mine.work = run.work;
    mine.orchestrator = seat.orchestrator;
    mine.observer = seat.observer;
    mine.processes = seat.processes;
    mine.artifacts = seat.artifacts;
    mine.first_id = seat.first_id;
    mine.grace = run.work->grace;
    const auto& agent = run.work->agents[mine.id.value];
    mine.slots = std::max(1u, agent.slots);
    if (work_.patterns)
      mine.mask = [patterns = work_.patterns](std::string& text) {
        patterns->mask(text);
      };
    if (!sockets_.live_path().empty()) {
      mine.live = sockets_.live();
      mine.live_socket = sockets_.live_path();
      mine.make_token = control::make_token;
    }
    return spawn_any_agent(system_, std::move(mine), options_.natives);
  }

  const node_options& options_;
  process::supervisor& processes_;
  run_directory files_;
  std::optional<cluster::credentials> identity_;
  system_config config_;
  caf::actor_system system_;
  run_sockets sockets_;
  std::shared_ptr<process_routes> routes_;
  std::shared_ptr<cluster::file_lanes> disk_;
  log_watch watch_;
  process_actor host_;
  cluster::gateway_actor gateway_;
  node_work work_; ///< of the gateway's actor
  latch composed_;
  latch done_;
  std::mutex mutex_;
  cluster::gateway_end end_; ///< once `done_` is open
};

} // namespace

int run_node(const node_options& options, process::supervisor& processes) {
  signal_watch signals; // before anything is made that would have to go
  std::optional<cluster::credentials> identity;
  if (!options.insecure) {
    auto folder = options.certificates.empty()
                    ? cluster::certificates_directory(options.state_directory)
                    : options.certificates;
    auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    auto mine = cluster::node_credentials(folder, options.name, now.count());
    if (!mine)
      return print(mine.error());
    identity = std::move(*mine);
  }
  auto files = make_node_directory(options.state_directory, options.name);
  if (!files)
    return print(files.error());
  process::supervisor_options limits;
  limits.log_directory = files->logs;
  limits.io_directory = files->io;
  processes.configure(limits);
  int signalled = 0;
  cluster::gateway_end how;
  {
    node here{options, processes, *files, std::move(identity)};
    signals.start({[&](int signal, int count) {
                     if (count > 1)
                       ::_exit(128 + signal);
                     signalled = signal;
                     if (options.note)
                       options.note("leaves: what it works on is ended, and "
                                    "runs elsewhere");
                     here.leave("it was stopped");
                   },
                   [&] {
                     processes.suspend_lease();
                   },
                   [&] {
                     processes.resume_lease();
                   }});
    how = here.wait();
    signals.stop();
    processes.shut_down();
  }
  tidy_node_directory(*files);
  if (signalled == SIGINT)
    return static_cast<int>(exit_code::interrupted);
  if (signalled == SIGTERM)
    return static_cast<int>(exit_code::terminated);
  if (how.code == exit_code::ok)
    return static_cast<int>(exit_code::ok);
  return print({how.code, how.why});
}

} // namespace tutti::session
