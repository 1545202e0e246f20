// SPDX-License-Identifier: BSD-3-Clause
// Measures in a process of its own: neither memory nor threads of what was
// measured before are there.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace tutti::bench {

/// What `work` returns, `count` numbers, in a child of this process, which must
/// not have begun a thread. Ends the program where the child fails.
inline std::vector<double>
apart(std::size_t count, const std::function<std::vector<double>()>& work) {
  std::vector<double> result(count);
  auto bytes = static_cast<ssize_t>(count * sizeof(double));
  int ends[2] = {-1, -1};
  std::fflush(stdout);
  if (::pipe(ends) != 0)
    std::exit(2);
  auto child = ::fork();
  if (child == 0) {
    auto mine = work();
    ::_exit(
        mine.size() == count
                && ::write(ends[1], mine.data(), mine.size() * sizeof(double))
                       == bytes
            ? 0
            : 1);
  }
  ::close(ends[1]);
  auto got = child < 0
               ? 0
               : ::read(ends[0], result.data(), result.size() * sizeof(double));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (got != bytes || status != 0) {
    std::fprintf(stderr, "the process that measures failed\n");
    std::exit(2);
  }
  return result;
}

/// What all threads have allocated, in bytes; after `count_allocations`.
inline std::size_t allocated_bytes() {
  auto x = ::mallinfo2();
  return x.uordblks + x.hblkhd;
}

/// Before the first thread begins: all of them allocate in one place, so that
/// `allocated_bytes` knows of it.
inline void count_allocations() {
  ::mallopt(M_ARENA_MAX, 1);
}

} // namespace tutti::bench
