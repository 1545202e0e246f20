// SPDX-License-Identifier: BSD-3-Clause
// What a process has in memory, as Linux counts it.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <malloc.h>

namespace tutti::bench {

/// A figure of /proc/self/status, in bytes; 0 where there is none.
inline std::size_t status_bytes(const char* key) {
  std::size_t result = 0;
  auto* f = std::fopen("/proc/self/status", "r");
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
inline std::size_t peak_bytes() {
  return status_bytes("VmHWM");
}

/// Gives back what is free first, so that growth is growth.
inline void reset_peak() {
  ::malloc_trim(0);
  if (auto* f = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", f);
    std::fclose(f);
  }
}

inline double in_mb(std::size_t after, std::size_t before) {
  constexpr double mb = 1 << 20;
  return (static_cast<double>(after) - static_cast<double>(before)) / mb;
}

} // namespace tutti::bench
