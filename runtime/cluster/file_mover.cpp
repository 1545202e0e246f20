// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_mover.hpp"

#include "runtime/artifacts/store.hpp"
#include "runtime/cluster/file_fetcher.hpp"
#include "runtime/cluster/file_log_sink.hpp"
#include "runtime/cluster/file_server.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <fmt/format.h>

#include <map>
#include <utility>

namespace tutti::cluster {

namespace {

using self_pointer = hub_files_actor::stateful_pointer<hub_files_state>;

fetcher_options fetching(const hub_files_options& x) {
  fetcher_options result;
  result.store_directory = x.store_directory;
  result.source_name = "the node";
  return result;
}

} // namespace

class hub_files {
public:
  hub_files(self_pointer self, hub_files_options options)
    : self_(self), options_(std::move(options)),
      post_(post_for<hub_files_actor>(self, options_.disk)),
      fetcher_(fetching(options_), post_, asker()),
      server_({options_.store_directory, {}}, post_,
              [this](source_id to, chunk x) {
                send(to, std::move(x));
              }),
      logs_({options_.log_directory}, post_, asker(), options_.awaited,
            [this](const std::string& text) {
              if (options_.note)
                options_.note(text);
            }) {
  }

  /// Of who has sent what is worked on.
  source_id sender() {
    if (!self_->current_sender())
      return 0; // nobody that could be answered
    auto who = caf::actor_cast<caf::actor_addr>(self_->current_sender());
    auto [i, is_new] = ids_.try_emplace(who, last_id_ + 1);
    if (is_new) {
      auto link = caf::actor_cast<file_link_actor>(self_->current_sender());
      links_[++last_id_] = link;
      self_->monitor(link);
    }
    return i->second;
  }

  void gone(const caf::actor_addr& who) {
    auto i = ids_.find(who);
    if (i == ids_.end())
      return;
    auto id = i->second;
    ids_.erase(i);
    links_.erase(id);
    fetcher_.forget(id);
    server_.forget(id);
    logs_.forget(id);
    std::erase_if(offers_, [id](const auto& x) {
      return x.first.first == id;
    });
  }

  void wanted(const chunk_wanted& x) {
    server_.wanted(sender(), x);
  }

  void arrived(chunk& x) {
    auto from = sender();
    if (x.what.kind == content_kind::artifact)
      fetcher_.arrived(from, x);
    else
      logs_.arrived(from, x);
  }

  void grew(const log_grew& x) {
    logs_.grew(sender(), x);
    watch_time();
  }

  void offered(const files_offered& x) {
    offer_key key{sender(), x.id};
    if (!offers_.try_emplace(key).second)
      return; // it is being fetched
    post_(disk_lane::bulk,
          [this, key, artifacts = x.artifacts,
           files = artifacts::store{options_.store_directory}] {
            auto lacking = files.lacking(artifacts);
            return [this, key, lacking = std::move(lacking)] {
              fetch(key, lacking);
            };
          });
  }

  void tick() {
    ticking_ = false;
    fetcher_.tick();
    logs_.tick();
    watch_time();
  }

private:
  using offer_key = std::pair<source_id, std::uint64_t>;
  struct offer {
    std::size_t missing = 0;
    files_taken answer;
  };

  std::function<void(source_id, chunk_wanted)> asker() {
    return [this](source_id from, chunk_wanted x) {
      send(from, std::move(x));
      watch_time();
    };
  }

  template <class Message>
  void send(source_id to, Message x) {
    if (auto i = links_.find(to); i != links_.end())
      self_->send(i->second, std::move(x));
  }

  void fetch(const offer_key& key, const artifacts::store::lacking_files& x) {
    auto i = offers_.find(key);
    if (i == offers_.end())
      return;
    i->second.answer = {key.second, x.done.mistake, x.done.no_space};
    i->second.missing = x.done.mistake.empty() ? x.missing.size() : 0;
    if (i->second.missing == 0)
      return taken(key);
    for (const auto& what : x.missing)
      fetcher_.fetch(key.first, what,
                     [this, key, path = what.path](const fetch_end& how) {
                       fetched(key, path, how);
                     });
    watch_time();
  }

  void fetched(const offer_key& key, const std::string& path,
               const fetch_end& how) {
    auto i = offers_.find(key);
    if (i == offers_.end())
      return;
    auto& answer = i->second.answer;
    if (!how.mistake.empty() && answer.mistake.empty()) {
      answer.mistake = fmt::format("artifact '{}': {}", path, how.mistake);
      answer.no_space = how.no_space;
    }
    if (--i->second.missing == 0)
      taken(key);
  }

  void taken(const offer_key& key) {
    auto i = offers_.find(key);
    auto answer = std::move(i->second.answer);
    offers_.erase(i);
    send(key.first, std::move(answer));
  }

  void watch_time() {
    if ((fetcher_.is_idle() && logs_.is_idle())
        || std::exchange(ticking_, true))
      return;
    self_->delayed_send(self_, file_tick_interval, file_tick{});
  }

  self_pointer self_;
  hub_files_options options_;
  post_job post_;
  file_fetcher fetcher_;
  file_server server_;
  log_sink logs_;
  std::map<caf::actor_addr, source_id> ids_;
  std::map<source_id, file_link_actor> links_;
  source_id last_id_ = 0;
  std::map<offer_key, offer> offers_;
  bool ticking_ = false;
};

hub_files_state::hub_files_state() = default;
hub_files_state::~hub_files_state() = default;

hub_files_actor::behavior_type
hub_files_behavior(hub_files_actor::stateful_pointer<hub_files_state> self,
                   hub_files_options options) {
  self->state.core = std::make_unique<hub_files>(self, std::move(options));
  auto* core = self->state.core.get();
  self->set_down_handler([core](const caf::down_msg& x) {
    core->gone(x.source);
  });
  return {
      [core](const chunk_wanted& x) {
        core->wanted(x);
      },
      [core](chunk& x) {
        core->arrived(x);
      },
      [core](const log_grew& x) {
        core->grew(x);
      },
      [core](const files_offered& x) {
        core->offered(x);
      },
      [](const files_taken&) {
        // It offers nothing.
      },
      [](const disk_job_done& x) {
        x.then();
      },
      [core](file_tick) {
        core->tick();
      },
  };
}

} // namespace tutti::cluster
