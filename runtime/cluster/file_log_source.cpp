// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_log_source.hpp"

#include "runtime/cluster/file_log.hpp"

#include <algorithm>
#include <utility>

namespace tutti::cluster {

log_source::log_source(log_source_options options, post_job post,
                       std::function<void(log_grew)> say)
  : options_(std::move(options)), post_(std::move(post)), say_(std::move(say)) {
}

void log_source::ended(process_id x, const std::string& path) {
  running_.erase(x);
  auto name = log_name(path);
  if (name.empty())
    return;
  post_(disk_lane::out, [this, name, folder = options_.directory] {
    auto size = size_of_log(folder, name);
    return [this, name, size] {
      auto& e = logs_[name];
      e.size_bytes = std::max(e.size_bytes, size);
      e.complete = true;
      taken_.erase(name);
      say(name, e);
    };
  });
}

void log_source::look() {
  if (std::exchange(looking_, true))
    return;
  post_(disk_lane::out, [this, folder = options_.directory] {
    return [this, all = logs_in(folder)] {
      looking_ = false;
      for (const auto& x : all) {
        if (taken_.contains(x.name))
          continue;
        auto& e = logs_[x.name];
        if (x.size_bytes <= e.size_bytes)
          continue;
        e.size_bytes = x.size_bytes;
        say(x.name, e);
      }
    };
  });
}

void log_source::given(const chunk& x) {
  auto i = logs_.find(x.what.name);
  if (i == logs_.end() || !x.mistake.empty())
    return;
  auto& e = i->second;
  e.taken_bytes = std::max(e.taken_bytes, x.offset);
  if (!e.complete || !x.bytes.empty() || x.offset < e.size_bytes)
    return;
  taken_.insert(i->first);
  logs_.erase(i);
}

void log_source::tick() {
  if (++ticks_ % options_.repeat_ticks != 0)
    return;
  std::size_t said = 0;
  for (const auto& [name, x] : logs_) {
    if (!x.complete && x.taken_bytes >= x.size_bytes)
      continue;
    if (++said > options_.repeated_max)
      return;
    say(name, x);
  }
}

} // namespace tutti::cluster
