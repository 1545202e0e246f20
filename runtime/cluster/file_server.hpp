// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/cluster.hpp"
#include "runtime/artifacts/store.hpp"
#include "runtime/cluster/file_disk.hpp"
#include "runtime/cluster/file_fetcher.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace tutti::cluster {

struct server_options {
  std::string store_directory; ///< absolute
  std::string log_directory;   ///< absolute; empty: it has no logs to give
  /// Of one peer, read at a time; what it wants beyond is not answered, and
  /// asked for again.
  std::size_t reads_max = 32;
};

/// Gives the pieces that peers ask for. Passive, as `file_fetcher`.
class file_server {
public:
  file_server(server_options options, post_job post,
              std::function<void(source_id, chunk)> answer);

  void wanted(source_id from, const chunk_wanted& x);
  void forget(source_id x) {
    peers_.erase(x);
  }

private:
  struct peer {
    std::size_t reads = 0;
    /// Contents that it was given to their end.
    std::set<std::string> given;
  };

  void read_artifact(source_id from, const chunk_wanted& x);
  void read_log(source_id from, const chunk_wanted& x);
  void look_at_copy(source_id from, const chunk_wanted& x);
  void done(source_id to, chunk x);

  server_options options_;
  post_job post_;
  std::function<void(source_id, chunk)> answer_;
  std::map<source_id, peer> peers_;
};

} // namespace tutti::cluster
