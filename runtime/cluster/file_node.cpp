// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_node.hpp"

#include "runtime/artifacts/store.hpp"
#include "runtime/artifacts/sweep.hpp"
#include "runtime/cluster/file_fetcher.hpp"
#include "runtime/cluster/file_log.hpp"
#include "runtime/cluster/file_log_source.hpp"
#include "runtime/cluster/file_server.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace tutti::cluster {

namespace {

using self_pointer = node_files_actor::stateful_pointer<node_files_state>;

/// A node has one link.
constexpr source_id orchestrator = 1;
/// What was offered is offered again after so many ticks without an answer: a
/// link that was given up may have lost it.
constexpr std::uint32_t offer_ticks = 30;
/// So often what the store has lost is fetched for one who wants it placed.
constexpr std::uint32_t place_tries_max = 3;

fetcher_options fetching(const node_files_options& x) {
  fetcher_options result;
  result.store_directory = x.store_directory;
  result.source_name = "the orchestrator";
  return result;
}

} // namespace

class node_files {
public:
  node_files(self_pointer self, node_files_options options)
    : self_(self), options_(std::move(options)),
      store_(options_.store_directory),
      post_(post_for<node_files_actor>(self, options_.disk)),
      fetcher_(fetching(options_), post_,
               [this](source_id, chunk_wanted x) {
                 say(std::move(x));
               }),
      server_({options_.store_directory, options_.log_directory}, post_,
              [this](source_id, chunk x) {
                if (x.what.kind == content_kind::log)
                  logs_.given(x);
                say(std::move(x));
              }),
      logs_({options_.log_directory}, post_, [this](log_grew x) {
        say(std::move(x));
      }) {
  }

  // -- from agents ------------------------------------------------------------

  void capture(const capture_artifacts& x) {
    post_(disk_lane::bulk,
          [this, x, files = store_, asker = self_->current_sender()] {
            return [this, asker, made = files.capture(x)]() mutable {
              captured(asker, std::move(made));
            };
          });
  }

  void place(const place_artifacts& x) {
    auto p = std::make_shared<placing>();
    p->order = x;
    p->asker = self_->current_sender();
    post_(disk_lane::bulk, [this, p, files = store_] {
      return [this, p, lacking = files.lacking(p->order.artifacts)] {
        if (!lacking.done.mistake.empty())
          return place(p);
        fetch(p, lacking.missing);
      };
    });
  }

  template <class Answer, class Message>
  void pass_on(const Message& x) {
    if (options_.payloads)
      self_->delegate(options_.payloads, x);
    else
      answer(self_->current_sender(),
             Answer{x.id, {}, "this node keeps no results"});
  }

  // -- from the link ----------------------------------------------------------

  void wanted(const chunk_wanted& x) {
    server_.wanted(orchestrator, x);
  }
  void arrived(chunk& x) {
    fetcher_.arrived(orchestrator, x);
  }
  void taken(const files_taken& x);

  // -- from the supervisor ----------------------------------------------------

  void noticed(const process_noticed& x) {
    if (x.runs)
      logs_.began(x.id);
    else
      logs_.ended(x.id, x.log);
    watch_logs();
    watch_time();
  }

  // -- time -------------------------------------------------------------------

  void look() {
    looking_ = false;
    logs_.look();
    watch_logs();
    watch_time();
  }

  void tick() {
    ticking_ = false;
    fetcher_.tick();
    logs_.tick();
    for (auto& [id, x] : offers_)
      if (++x.quiet_ticks % offer_ticks == 0)
        say(files_offered{id, x.made.artifacts});
    watch_time();
  }

private:
  struct placing {
    place_artifacts order;
    caf::strong_actor_ptr asker;
    std::size_t missing = 0;
    std::uint32_t tries = 0;
    std::string lost; ///< why what is missing cannot be had
    bool no_space = false;
  };
  using placing_ptr = std::shared_ptr<placing>;
  struct offer {
    caf::strong_actor_ptr asker;
    artifacts_captured made;
    std::uint32_t quiet_ticks = 0;
  };

  template <class Message>
  void say(Message x) {
    self_->send(options_.link, std::move(x));
    watch_time();
  }
  template <class Message>
  void answer(const caf::strong_actor_ptr& to, Message x) {
    if (to)
      self_->send(caf::actor_cast<agent_actor>(to), std::move(x));
  }

  void captured(const caf::strong_actor_ptr& asker, artifacts_captured made) {
    if (!made.mistake.empty())
      made.artifacts.clear(); // they are nowhere but here
    if (made.artifacts.empty())
      return answer(asker, std::move(made));
    auto id = ++last_offer_;
    auto& x = offers_[id];
    x.asker = asker;
    x.made = std::move(made);
    say(files_offered{id, x.made.artifacts});
  }

  void fetch(const placing_ptr& p, const std::vector<artifact>& missing) {
    p->missing = missing.size();
    if (missing.empty())
      return place(p);
    for (const auto& x : missing)
      fetcher_.fetch(orchestrator, x,
                     [this, p, path = x.path](const fetch_end& how) {
                       fetched(p, path, how);
                     });
    watch_time();
  }

  void fetched(const placing_ptr& p, const std::string& path,
               const fetch_end& how) {
    if (!how.mistake.empty() && p->lost.empty()) {
      auto into = how.no_space
                    ? fmt::format(" into '{}'", options_.store_directory)
                    : std::string{};
      p->lost = fmt::format("artifact '{}' cannot be fetched{}: {}", path, into,
                            how.mistake);
      p->no_space = how.no_space;
    }
    if (--p->missing > 0)
      return;
    if (p->lost.empty())
      return place(p);
    answer(p->asker, artifacts_placed{p->order.id, p->lost, p->no_space});
  }

  /// What the store has lost meanwhile, or was damaged in it, is fetched again.
  void place(const placing_ptr& p) {
    post_(disk_lane::bulk, [this, p, files = store_] {
      std::optional<artifact> lost;
      auto done = files.place(p->order, lost);
      return [this, p, lost, done] {
        if (lost && ++p->tries < place_tries_max)
          fetch(p, {*lost});
        else
          answer(p->asker, done);
      };
    });
  }

  void watch_logs() {
    if (logs_.must_look() && !std::exchange(looking_, true))
      self_->delayed_send(self_, options_.look_interval, look_at_logs{});
  }

  void watch_time() {
    bool idle = fetcher_.is_idle() && logs_.is_idle() && offers_.empty();
    if (!idle && !std::exchange(ticking_, true))
      self_->delayed_send(self_, file_tick_interval, file_tick{});
  }

  self_pointer self_;
  node_files_options options_;
  artifacts::store store_;
  post_job post_;
  file_fetcher fetcher_;
  file_server server_;
  log_source logs_;
  std::map<std::uint64_t, offer> offers_;
  std::uint64_t last_offer_ = 0;
  bool looking_ = false;
  bool ticking_ = false;
};

/// It is the run's now, or never will be.
void node_files::taken(const files_taken& x) {
  auto i = offers_.find(x.id);
  if (i == offers_.end())
    return; // answered already
  auto asker = std::move(i->second.asker);
  auto made = std::move(i->second.made);
  offers_.erase(i);
  if (!x.mistake.empty()) {
    made.artifacts.clear();
    made.mistake =
        fmt::format("the orchestrator could not take it: {}", x.mistake);
    made.no_space = x.no_space;
  }
  answer(asker, std::move(made));
}

node_files_state::node_files_state() = default;
node_files_state::~node_files_state() = default;

node_files_actor::behavior_type
node_files_behavior(node_files_actor::stateful_pointer<node_files_state> self,
                    node_files_options options) {
  self->state.core = std::make_unique<node_files>(self, std::move(options));
  auto* core = self->state.core.get();
  return {
      [core](const chunk_wanted& x) {
        core->wanted(x);
      },
      [core](chunk& x) {
        core->arrived(x);
      },
      [](const log_grew&) {
        // Logs go the other way.
      },
      [](const files_offered&) {
        // It fetches what it needs.
      },
      [core](const files_taken& x) {
        core->taken(x);
      },
      [core](const capture_artifacts& x) {
        core->capture(x);
      },
      [core](const place_artifacts& x) {
        core->place(x);
      },
      [core](const keep_payload& x) {
        core->pass_on<payload_kept>(x);
      },
      [core](const load_payload& x) {
        core->pass_on<payload_loaded>(x);
      },
      [core](const process_noticed& x) {
        core->noticed(x);
      },
      [core](look_at_logs) {
        core->look();
      },
      [](const disk_job_done& x) {
        x.then();
      },
      [core](file_tick) {
        core->tick();
      },
  };
}

process::supervisor_events
watch_logs(process::supervisor_events events,
           std::function<void(const process_noticed&)> notice) {
  auto result = events;
  result.started = [notice, next = events.started](process_started x) {
    notice({x.id, true, {}});
    if (next)
      next(x);
  };
  result.exited = [notice, next = events.exited](process_exited x) {
    notice({x.id, false, x.log});
    if (next)
      next(std::move(x));
  };
  return result;
}

void sweep_node_store(const std::string& store_directory,
                      const node_store_limits& limits) {
  // What cannot be removed only takes room; the next sweep tries again.
  static_cast<void>(
      artifacts::sweep({store_directory, {}, limits.run_began_ns, false}));
  artifacts::trim(store_directory, limits.bytes_max);
}

void clear_logs(const std::string& log_directory) {
  for (const auto& x : logs_in(log_directory)) {
    std::error_code ignored;
    std::filesystem::remove(log_directory + "/" + x.name, ignored);
  }
}

} // namespace tutti::cluster
