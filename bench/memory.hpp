// SPDX-License-Identifier: BSD-3-Clause
// What a process has in memory, as Linux counts it.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <malloc.h>
#include <string>
#include <sys/types.h>

namespace tutti::bench {

/// A figure of /proc/ID/status, in bytes; 0 where there is none. Id 0: of this
/// process.
inline std::size_t status_bytes(const char* key, pid_t id = 0) {
  std::size_t result = 0;
  auto path = "/proc/" + (id == 0 ? "self" : std::to_string(id)) + "/status";
  auto* f = std::fopen(path.c_str(), "r");
  if (f == nullptr)
    return 0;
  char line[256];
  while (std::fgets(line, sizeof line, f) != nullptr)
    if (std::strncmp(line, key, std::strlen(key)) == 0)
      (void)std::sscanf(line + std::strlen(key), ": %zu", &result);
  std::fclose(f);
  return result * 1024;
}

inline std::size_t resident_bytes() {
  return status_bytes("VmRSS");
}

/// The most that was resident since the last `reset_peak`.
inline std::size_t peak_bytes(pid_t id = 0) {
  return status_bytes("VmHWM", id);
}

/// Gives back what is free first, so that growth is growth.
inline void reset_peak() {
  ::malloc_trim(0);
  if (auto* f = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", f);
    std::fclose(f);
  }
}

/// The same for another process, which keeps what it has free.
inline void reset_peak(pid_t id) {
  auto path = "/proc/" + std::to_string(id) + "/clear_refs";
  if (auto* f = std::fopen(path.c_str(), "w")) {
    std::fputs("5", f);
    std::fclose(f);
  }
}

inline double in_mb(std::size_t after, std::size_t before) {
  constexpr double mb = 1 << 20;
  return (static_cast<double>(after) - static_cast<double>(before)) / mb;
}

} // namespace tutti::bench
