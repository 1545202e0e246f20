// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/process_host.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti::session {

namespace {

class process_host : public caf::monitorable_actor {
public:
  process_host(caf::actor_config& config, process::supervisor* processes,
               std::shared_ptr<process_routes> routes)
    : caf::monitorable_actor(config), processes_(processes),
      routes_(std::move(routes)) {
  }

  const char* name() const override {
    return "process_host";
  }

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    auto& content = what->content();
    if (content.match_elements<start_process>()) {
      const auto& x = content.get_as<start_process>(0);
      routes_->add(x.id, what->sender);
      processes_->start(x);
    } else if (content.match_elements<process_input>()) {
      processes_->input(std::move(content.get_mutable_as<process_input>(0)));
    } else if (content.match_elements<process_alive>()) {
      processes_->alive(content.get_as<process_alive>(0));
    } else if (content.match_elements<end_process>()) {
      processes_->end(content.get_as<end_process>(0));
    }
  }

private:
  process::supervisor* processes_;
  std::shared_ptr<process_routes> routes_;
};

} // namespace

void process_routes::add(process_id id, caf::strong_actor_ptr asker) {
  std::lock_guard lock{mutex_};
  askers_[id] = std::move(asker);
}

caf::strong_actor_ptr process_routes::find(process_id id) const {
  std::lock_guard lock{mutex_};
  auto i = askers_.find(id);
  return i == askers_.end() ? nullptr : i->second;
}

caf::strong_actor_ptr process_routes::take(process_id id) {
  std::lock_guard lock{mutex_};
  auto i = askers_.find(id);
  if (i == askers_.end())
    return nullptr;
  auto result = std::move(i->second);
  askers_.erase(i);
  return result;
}

void process_routes::clear() {
  std::lock_guard lock{mutex_};
  askers_.clear();
}

process::supervisor_events
route_events(std::shared_ptr<process_routes> routes,
             std::function<void(std::string, bool)> lost) {
  process::supervisor_events result;
  result.started = [routes](process_started x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), x);
  };
  result.line = [routes](process_line x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.output = [routes](process_output x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.exited = [routes](process_exited x) {
    if (auto to = routes->take(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.lost = std::move(lost);
  return result;
}

process_actor make_process_host(caf::actor_system& system,
                                process::supervisor* processes,
                                std::shared_ptr<process_routes> routes) {
  caf::actor_config config;
  return caf::make_actor<process_host, process_actor>(
      system.next_actor_id(), system.node(), &system, config, processes,
      std::move(routes));
}

} // namespace tutti::session
