// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/cluster.hpp"
#include "messages/process.hpp"
#include "runtime/cluster/file_disk.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace tutti::cluster {

struct log_source_options {
  std::string directory; ///< absolute: of the supervisor's logs
  /// After so many ticks what the peer has not taken is said again.
  std::uint32_t repeat_ticks = 5;
  /// Of what is said again, so many at a time.
  std::size_t repeated_max = 64;
};

/// Says how the logs of a node grow until its peer has all of them. Passive, as
/// `file_fetcher`.
class log_source {
public:
  log_source(log_source_options options, post_job post,
             std::function<void(log_grew)> say);

  void began(process_id x) {
    running_.insert(x);
  }
  /// Its log grows no more. `path` is empty where it has none.
  void ended(process_id x, const std::string& path);
  /// Whether logs may have grown since the last `look`.
  [[nodiscard]] bool must_look() const {
    return !running_.empty();
  }
  void look();
  /// The peer asked for what is behind `x.offset`, and was given `x`.
  void given(const chunk& x);
  void tick();

  /// The peer has everything.
  [[nodiscard]] bool is_idle() const {
    return logs_.empty();
  }

private:
  struct entry {
    std::uint64_t size_bytes = 0;
    std::uint64_t taken_bytes = 0; ///< the peer has these, by what it asks for
    bool complete = false;
  };
  void say(const std::string& name, const entry& x) {
    say_({name, x.size_bytes, x.complete});
  }

  log_source_options options_;
  post_job post_;
  std::function<void(log_grew)> say_;
  std::set<process_id> running_;
  std::map<std::string, entry> logs_; ///< not taken whole yet
  std::set<std::string> taken_;
  bool looking_ = false;
  std::uint32_t ticks_ = 0;
};

} // namespace tutti::cluster
