// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_log_sink.hpp"

#include "runtime/cluster/file_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::cluster {

log_sink::log_sink(log_sink_options options, post_job post,
                   std::function<void(source_id, chunk_wanted)> ask,
                   std::shared_ptr<awaited_logs> awaited,
                   std::function<void(const std::string&)> note)
  : options_(std::move(options)), post_(std::move(post)), ask_(std::move(ask)),
    awaited_(std::move(awaited)), note_(std::move(note)) {
}

bool log_sink::is_alive(const log_ptr& x) const {
  auto i = logs_.find(x->name);
  return i != logs_.end() && i->second == x;
}

bool log_sink::is_idle() const {
  return std::all_of(sources_.begin(), sources_.end(), [](const auto& x) {
    return x.second.under_way == 0;
  });
}

/// Once for each source: it may do so all the time.
void log_sink::refuse(source_id from, const std::string& why) {
  if (!std::exchange(sources_[from].noted, true))
    note_(why);
}

void log_sink::grew(source_id from, const log_grew& x) {
  if (!is_log_name(x.name))
    return refuse(from, "a node has a log whose name is none that a log has; "
                        "it is not fetched");
  auto& known = logs_[x.name];
  if (!known) {
    if (sources_[from].logs >= options_.logs_max) {
      logs_.erase(x.name);
      return refuse(from, fmt::format("a node has more than {} logs; the "
                                      "others are not fetched",
                                      options_.logs_max));
    }
    known = std::make_shared<log>();
    known->name = x.name;
    known->from = from;
    ++sources_[from].logs;
    if (awaited_)
      awaited_->expect(x.name);
  }
  if (known->from != from)
    return; // while its node is there it is nobody else's
  known->told_bytes = std::max(known->told_bytes, x.size_bytes);
  known->complete = known->complete || x.complete;
  queue(known);
}

/// Also where nothing takes more here: its node is to know that.
bool log_sink::wants_more(const log& x) const {
  return x.complete || (x.more && x.size_bytes < x.told_bytes);
}

void log_sink::queue(const log_ptr& x) {
  bool rests = x->now == stage::unopened || x->now == stage::idle;
  if (!rests || x->queued || !wants_more(*x))
    return;
  x->queued = true;
  sources_[x->from].queued.push_back(x);
  pump(x->from);
}

void log_sink::pump(source_id id) {
  auto& s = sources_[id];
  while (s.under_way < options_.at_once && !s.queued.empty()) {
    auto x = s.queued.front();
    s.queued.pop_front();
    x->queued = false;
    ++s.under_way;
    if (x->now == stage::unopened)
      begin(x);
    else
      ask(*x);
  }
}

/// What was under way of it is done; others have their turn first.
void log_sink::rest(const log_ptr& x) {
  x->now = stage::idle;
  --sources_[x->from].under_way;
  queue(x);
  pump(x->from);
}

void log_sink::begin(const log_ptr& x) {
  x->now = stage::opening;
  post_(disk_lane::in, [this, x, folder = options_.directory] {
    auto made = begin_log(folder, x->name);
    return [this, x, made] {
      if (!is_alive(x))
        return;
      x->size_bytes = made.size_bytes;
      x->more = made.more && made.how.mistake.empty();
      if (!made.how.mistake.empty())
        refuse(x->from, fmt::format("the log {} of a node cannot be kept: {}",
                                    x->name, made.how.mistake));
      rest(x);
    };
  });
}

void log_sink::ask(log& x) {
  x.now = stage::asking;
  x.quiet_ticks = 0;
  x.asked_at = x.more ? x.size_bytes : std::max(x.size_bytes, x.told_bytes);
  ask_(x.from, {{content_kind::log, x.name}, x.asked_at, chunk_bytes_max});
}

void log_sink::arrived(source_id from, chunk& x) {
  auto i = logs_.find(x.what.name);
  if (x.what.kind != content_kind::log || i == logs_.end())
    return;
  auto y = i->second;
  if (y->from != from || y->now != stage::asking || x.offset != y->asked_at)
    return;
  if (!x.mistake.empty() && !x.no_such)
    return; // asked for again, later
  bool at_end = x.bytes.empty() || !y->more;
  if (x.no_such || (at_end && y->complete))
    return finish(y);
  if (at_end) {
    y->told_bytes = y->size_bytes; // until it is told of more
    return rest(y);
  }
  auto room = options_.bytes_max - std::min(y->size_bytes, options_.bytes_max);
  if (x.bytes.size() > room) {
    x.bytes.resize(static_cast<std::size_t>(room));
    y->more = false;
  }
  write(y, std::move(x.bytes));
}

/// A disk that takes no more costs output, never the attempt.
void log_sink::write(const log_ptr& x, std::string bytes) {
  x->now = stage::writing;
  post_(disk_lane::in, [this, x, folder = options_.directory,
                        offset = x->size_bytes, bytes = std::move(bytes)] {
    auto how = bytes.empty() ? artifacts::outcome{}
                             : append_log(folder, x->name, offset, bytes);
    return [this, x, how, size = bytes.size()] {
      if (!is_alive(x))
        return;
      if (how.mistake.empty()) {
        x->size_bytes += size;
      } else {
        x->more = false;
        refuse(x->from, fmt::format("the log {} of a node cannot be written: "
                                    "{}; the rest of it is dropped",
                                    x->name, how.mistake));
      }
      rest(x);
    };
  });
}

void log_sink::finish(const log_ptr& x) {
  x->now = stage::writing;
  post_(disk_lane::in, [this, x, folder = options_.directory] {
    end_log(folder, x->name);
    return [this, x] {
      if (!is_alive(x))
        return;
      logs_.erase(x->name);
      auto& s = sources_[x->from];
      --s.under_way;
      --s.logs;
      if (awaited_)
        awaited_->settled(x->name);
      pump(x->from);
    };
  });
}

void log_sink::tick() {
  for (const auto& [name, x] : logs_)
    if (x->now == stage::asking && ++x->quiet_ticks >= options_.patience_ticks)
      ask(*x);
}

/// The file keeps its marker: it is not whole.
void log_sink::forget(source_id id) {
  std::erase_if(logs_, [&](const auto& x) {
    if (x.second->from != id)
      return false;
    if (awaited_)
      awaited_->settled(x.first);
    return true;
  });
  sources_.erase(id);
}

} // namespace tutti::cluster
