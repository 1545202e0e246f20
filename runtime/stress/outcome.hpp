// SPDX-License-Identifier: BSD-3-Clause
// What was measured.
#pragma once

#include "runtime/stress/histogram.hpp"
#include "runtime/stress/ledger.hpp"
#include "runtime/stress/machine.hpp"
#include "runtime/stress/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tutti::stress {

/// Something that only one pattern measures.
struct figure {
  std::string name; ///< of the JSON: "bytes_per_actor"
  double value = 0;
  std::string text; ///< for people, one line: "of memory for each actor"
};

/// Of one node that took part.
struct node_figures {
  std::string name;
  bool lost = false;
  cpu_times cpu;
  std::size_t peak_bytes = 0;
  /// How often a sender, there or here, waited since its line was full.
  std::uint64_t pauses = 0;
};

struct outcome {
  settings how;         ///< with the defaults that counted
  bool stopped = false; ///< by a signal, before its end
  /// Why it came to no good end: nothing moved any more, a run failed, a node
  /// has gone.
  std::string trouble;
  bool cannot_begin = false; ///< for that reason
  duration elapsed{0}; ///< from the first operation to the end of the last
  std::uint64_t operations = 0;
  std::uint64_t messages = 0; ///< handled
  histogram times;
  std::uint32_t sample_every = 1; ///< operations
  cpu_times cpu;                  ///< meanwhile, of all processes
  std::size_t peak_bytes = 0;     ///< of that which had most
  ledger_result accounts;         ///< warm-up included
  std::vector<figure> figures;
  std::vector<node_figures> nodes;

  /// All that was sent arrived.
  [[nodiscard]] bool whole() const {
    return accounts.whole() && trouble.empty();
  }
};

/// What a run says while it goes on, and is asked.
struct watcher {
  /// Asked some times a second; false: it is to come to an end.
  std::function<bool()> goes_on;
  /// Some times a second: operations or messages handled so far, and for how
  /// long; `warming`: they do not count.
  struct state {
    std::uint64_t messages = 0;
    duration elapsed{0};
    bool warming = false;
  };
  std::function<void(const state&)> show;
};

} // namespace tutti::stress
