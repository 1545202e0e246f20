// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session_test/peer.hpp"

#include <fmt/format.h>

#include <utility>

namespace tutti::session_test {

peer::peer(process::supervisor& processes, std::vector<std::string> argv,
           std::string directory)
  : processes_(processes), argv_(std::move(argv)),
    directory_(std::move(directory)) {
  process::supervisor_events heard;
  heard.output = [this](const process_output& x) {
    hear(x);
  };
  heard.exited = [this](const process_exited& x) {
    hear(x);
  };
  heard.lost = [this](const std::string& why, bool) {
    process_exited x;
    x.id = current_;
    x.end = process_end::refused;
    x.message = why;
    hear(x);
  };
  processes_.listen(std::move(heard));
}

void peer::start() {
  start_process x;
  {
    std::lock_guard guard{mutex_};
    reader_ = {};
    events_.clear();
    x.id = ++current_;
  }
  x.name = fmt::format("session.{}", x.id);
  x.argv = argv_;
  x.directory = directory_;
  x.env = {"TUTTI_AGENT=session-test"};
  x.interactive = true;
  processes_.start(x);
}

void peer::say(std::string line) {
  processes_.input({current_, std::move(line), false, 0});
}

void peer::hang_up() {
  processes_.input({current_, {}, true, 0});
}

void peer::end(bool at_once) {
  processes_.end({current_, at_once});
}

event peer::next(steady_time until) {
  std::unique_lock lock{mutex_};
  auto some = [this] {
    return !events_.empty();
  };
  if (!arrived_.wait_until(lock, until, some))
    return {};
  auto result = std::move(events_.front());
  events_.pop_front();
  return result;
}

void peer::hear(const process_output& x) {
  std::lock_guard guard{mutex_};
  processes_.input({x.id, {}, false, x.data.size()});
  if (x.id != current_)
    return;
  auto whole = reader_.append(x.data);
  std::string line;
  while (reader_.next(line)) {
    auto [message, mistake] = session_protocol::decode(line);
    event e;
    e.kind = mistake.empty() ? event_kind::message : event_kind::mistake;
    e.message = std::move(message);
    e.text = std::move(mistake);
    events_.push_back(std::move(e));
  }
  if (!whole) {
    event e;
    e.kind = event_kind::mistake;
    e.text = session_protocol::too_long();
    events_.push_back(std::move(e));
    reader_ = {};
  }
  arrived_.notify_all();
}

void peer::hear(const process_exited& x) {
  std::lock_guard guard{mutex_};
  if (x.id != current_)
    return;
  if (reader_.has_rest()) {
    event e;
    e.kind = event_kind::mistake;
    e.text = "its last line has no end";
    events_.push_back(std::move(e));
  }
  event e;
  e.kind = event_kind::exited;
  e.code = x.code;
  e.log = x.log;
  e.never_began = x.end == process_end::not_started;
  e.clean = x.end == process_end::exited && x.message.empty() && !x.leaked;
  e.text = x.message.empty() ? fmt::format("it ended with code {}", x.code)
                             : x.message;
  events_.push_back(std::move(e));
  arrived_.notify_all();
}

} // namespace tutti::session_test
