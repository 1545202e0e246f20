// SPDX-License-Identifier: BSD-3-Clause
// Fetches the logs of nodes as they grow, each into a file of its name.
//
//   grew ─▶ unopened ─▶ opening ─▶ idle ◀─▶ asking ─▶ writing ─▶ idle …
//                                             └─ complete, no more ─▶ whole
//
// A node may say what it likes: a name leads out of no folder, a log has a cap,
// of each there is one piece under way, and a file that was not begun by this
// or is whole takes nothing.
#pragma once

#include "messages/cluster.hpp"
#include "runtime/cluster/file_awaited_logs.hpp"
#include "runtime/cluster/file_disk.hpp"
#include "runtime/cluster/file_fetcher.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tutti::cluster {

struct log_sink_options {
  std::string directory; ///< absolute; exists
  /// Of one log; as much as a supervisor writes, with its last line.
  std::uint64_t bytes_max = (std::uint64_t{64} << 20) + 8192;
  std::uint32_t patience_ticks = 5; ///< then it asks again
  std::size_t at_once = 4;          ///< of one source
  std::size_t logs_max = 100'000;   ///< of one source, not whole yet
};

/// Passive, as `file_fetcher`.
class log_sink {
public:
  /// `note` is told what the user should know, a sentence without its full
  /// stop.
  log_sink(log_sink_options options, post_job post,
           std::function<void(source_id, chunk_wanted)> ask,
           std::shared_ptr<awaited_logs> awaited,
           std::function<void(const std::string&)> note);

  void grew(source_id from, const log_grew& x);
  void arrived(source_id from, chunk& x);
  void tick();
  void forget(source_id x);

  /// Nothing is under way.
  [[nodiscard]] bool is_idle() const;

private:
  enum class stage : std::uint8_t { unopened, opening, idle, asking, writing };
  struct log {
    std::string name;
    source_id from = 0;
    stage now = stage::unopened;
    std::uint64_t told_bytes = 0;
    bool complete = false;
    std::uint64_t size_bytes = 0; ///< here
    bool more = true;             ///< it takes more here
    std::uint64_t asked_at = 0;   ///< the offset
    std::uint32_t quiet_ticks = 0;
    bool queued = false;
  };
  using log_ptr = std::shared_ptr<log>;
  struct source {
    std::deque<log_ptr> queued;
    std::size_t under_way = 0;
    std::size_t logs = 0;
    bool noted = false; ///< a log that was refused
  };

  [[nodiscard]] bool is_alive(const log_ptr& x) const;
  [[nodiscard]] bool wants_more(const log& x) const;
  void refuse(source_id from, const std::string& why);
  void queue(const log_ptr& x);
  void pump(source_id id);
  void begin(const log_ptr& x);
  void ask(log& x);
  void write(const log_ptr& x, std::string bytes);
  void rest(const log_ptr& x);
  void finish(const log_ptr& x);

  log_sink_options options_;
  post_job post_;
  std::function<void(source_id, chunk_wanted)> ask_;
  std::shared_ptr<awaited_logs> awaited_;
  std::function<void(const std::string&)> note_;
  std::map<std::string, log_ptr> logs_;
  std::map<source_id, source> sources_;
};

} // namespace tutti::cluster
