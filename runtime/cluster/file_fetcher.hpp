// SPDX-License-Identifier: BSD-3-Clause
// Fetches files by content, piece by piece, from who has them, into the store.
//
//   fetch ─▶ queued ─▶ opening ─▶ moving ─▶ checking ─▶ settling ─▶ done
//                        ▲          ▲ lost pieces again    │
//                        │          └──── wrong content ◀──┘
//
// 1. Who asks for a content that is under way already waits for the same one.
// 2. Of what is asked for and not on disk yet there is a bounded amount, for
//    each source and altogether, however large the files are.
// 3. A wrong content is fetched anew, a bounded number of times.
// 4. Nothing counts as there before it is on disk for certain (semantics §30).
#pragma once

#include "messages/cluster.hpp"
#include "runtime/artifacts/arriving_file.hpp"
#include "runtime/cluster/file_disk.hpp"
#include "runtime/cluster/file_window.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::cluster {

/// Who has files; each link has its own.
using source_id = std::uint64_t;

struct fetch_end {
  std::string mistake; ///< one clause; empty: it is there
  bool no_space = false;
};

struct fetcher_options {
  std::string store_directory; ///< absolute
  std::string source_name;     ///< for mistakes: "the node", "the orchestrator"
  std::uint32_t tries_max = 3;
  /// After so many without a piece it is asked for again.
  std::uint32_t patience_ticks = 5;
  /// Of one source at a time; each holds a descriptor.
  std::size_t files_max = 32;
  /// Asked for and not written: a slow link carries heartbeats, too.
  std::uint64_t source_bytes_max = std::uint64_t{2} << 20;
  std::uint64_t bytes_max = std::uint64_t{32} << 20; ///< of all sources
};

/// Passive: its owner moves messages and time.
class file_fetcher {
public:
  using on_end = std::function<void(const fetch_end&)>;

  file_fetcher(fetcher_options options, post_job post,
               std::function<void(source_id, chunk_wanted)> ask);

  /// `done` is called once, unless the source is forgotten.
  void fetch(source_id from, const artifact& what, on_end done);
  void arrived(source_id from, chunk& x);
  /// Time goes on.
  void tick();

  /// The source is gone. Who waited for it is not told; what came from it so
  /// far stays for the next who has the same.
  void forget(source_id x);

  /// Nothing is to be fetched.
  [[nodiscard]] bool is_idle() const {
    return jobs_.empty();
  }

private:
  enum class stage : std::uint8_t {
    queued,
    opening,
    moving,
    checking,
    settling
  };
  struct waiter {
    source_id from = 0;
    artifact what;
    on_end done;
  };
  struct job {
    artifact what;
    source_id from = 0;
    stage now = stage::queued;
    std::vector<waiter> waiters;
    std::shared_ptr<artifacts::arriving_file> file;
    std::optional<file_window> window;
    std::uint32_t failures = 0; ///< in a row, of this source
    std::uint32_t quiet_ticks = 0;
  };
  using job_ptr = std::shared_ptr<job>;
  struct source {
    std::deque<job_ptr> queued;
    std::vector<job_ptr> active;
  };

  [[nodiscard]] bool is_alive(const job_ptr& x) const;
  void pump(source_id id);
  void ask_some(source_id id, source& s);
  void open(const job_ptr& x);
  void opened(const job_ptr& x, const artifacts::outcome& how);
  void write(const job_ptr& x, std::string bytes);
  void check(const job_ptr& x);
  void settle_some();
  void settled(const std::vector<job_ptr>& xs, const artifacts::outcome& how);
  void failed_once(const job_ptr& x, const std::string& why);
  void give_up(const job_ptr& x, const std::string& why);
  void leave_source(const job_ptr& x);
  void join_source(const job_ptr& x, source_id id);
  void end(const job_ptr& x, const fetch_end& how);

  fetcher_options options_;
  post_job post_;
  std::function<void(source_id, chunk_wanted)> ask_;
  std::map<std::string, job_ptr> jobs_; ///< by digest
  std::map<source_id, source> sources_;
  std::vector<job_ptr> to_settle_;
  bool settling_ = false;
};

} // namespace tutti::cluster
