// SPDX-License-Identifier: BSD-3-Clause
// The files of logs that cross a link: NAME.log in the node's folder, the same
// in the run's, where a mark beside it says that it is not whole yet
// (runtime/journal/coming_log.hpp).
#pragma once

#include "messages/cluster.hpp"
#include "runtime/artifacts/store_files.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cluster {

/// Whether a peer may name a log so: a short file name of a log and nothing
/// else, so that it leads out of no folder.
[[nodiscard]] bool is_log_name(std::string_view x);

/// Of the log with this path, anywhere; empty: it is none.
[[nodiscard]] std::string log_name(const std::string& path);

/// Fills in what is behind `x.offset`, or the mistake.
void read_log_piece(const std::string& folder, std::uint32_t size_bytes,
                    chunk& x);

/// A log as far as it is here.
struct arrived_log {
  std::uint64_t size_bytes = 0;
  bool more = false; ///< it takes more; else it is whole, or another's
  artifacts::outcome how;
};

/// Begins one, or goes on with one that was begun.
[[nodiscard]] arrived_log begin_log(const std::string& folder,
                                    const std::string& name);
[[nodiscard]] artifacts::outcome append_log(const std::string& folder,
                                            const std::string& name,
                                            std::uint64_t offset,
                                            std::string_view bytes);
/// It is whole.
void end_log(const std::string& folder, const std::string& name);

struct log_size {
  std::string name;
  std::uint64_t size_bytes = 0;
};

/// The logs of a folder, by name.
[[nodiscard]] std::vector<log_size> logs_in(const std::string& folder);

/// Of one; 0: there is none.
[[nodiscard]] std::uint64_t size_of_log(const std::string& folder,
                                        const std::string& name);

} // namespace tutti::cluster
