// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_sockets.hpp"

#include "runtime/control/socket_directory.hpp"
#include "runtime/process/files.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unistd.h>

#include <utility>

namespace tutti::session {

run_sockets::run_sockets(caf::actor_system& system, const run_directory& files)
  : system_(system), run_id_(files.run_id), pointer_(files.path + "/control") {
  auto folders = control::socket_directories();
  auto folder = control::make_socket_directory(folders);
  if (!folder) {
    trouble_ = folder.error().detail;
    return;
  }
  folder_ = *folder;
  // What a killed run has left behind goes now (rule 10).
  static_cast<void>(control::live_sockets(folders));
  server_.emplace();
  auto live = system_.spawn(control::live_server_behavior, &*server_);
  auto path = control::live_path(folder_, run_id_);
  live_ = caf::actor_cast<live_actor>(live);
  if (auto e = server_->listen(path, control::handlers_of(live)))
    trouble_ = e->detail;
  else
    live_path_ = path;
}

run_sockets::~run_sockets() {
  close();
}

void run_sockets::open(control::control_server_options options) {
  if (!server_)
    return;
  options.server = &*server_;
  options.run_id = run_id_;
  control_ =
      system_.spawn(control::control_server_behavior, std::move(options));
  control_handle_ = caf::actor_cast<control_actor>(control_);
  auto path = control::control_path(folder_, run_id_);
  if (auto e = server_->listen(path, control::handlers_of(control_)))
    trouble_ = e->detail;
  else if (int why = process::write_file(pointer_, path + "\n"); why != 0)
    trouble_ = "cannot write '" + pointer_ + "': " + process::system_text(why);
  server_->start();
  started_ = true;
}

void run_sockets::open_for_tasks() {
  if (!server_)
    return;
  server_->start();
  started_ = true;
}

void run_sockets::close() {
  if (!server_)
    return;
  // Through the actor, so that replies which are on their way come first.
  if (started_ && control_)
    caf::anon_send(control_, control::close_control{});
  else if (started_)
    server_->finish();
  server_->join();
  server_.reset();
  ::unlink(pointer_.c_str());
}

} // namespace tutti::session
