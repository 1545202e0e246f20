// SPDX-License-Identifier: BSD-3-Clause
// How long a large run takes to be where it was.
#pragma once

#include "bench/journal_bare.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tutti::bench {

struct recovery_times {
  std::uint64_t facts = 0;
  std::uint64_t bytes = 0; ///< of the journal
  seconds open{0};         ///< and what the journal says of itself
  seconds read{0};         ///< and check: every fact
  seconds fold{0};         ///< into an engine of the plan
  seconds processor{0};    ///< of all: what other programs do not add to
  bool same = false;       ///< the engine has done all that was done

  [[nodiscard]] seconds all() const {
    return open + read + fold;
  }
};

/// The journal of a finished run of so many tasks, of 100 agents, each of which
/// needs one before it. Failures throw std::runtime_error.
class large_journal {
public:
  large_journal(std::string path, std::uint32_t task_count);

  [[nodiscard]] recovery_times recover() const;

private:
  std::string path_;
  std::shared_ptr<const plan> work_;
};

} // namespace tutti::bench
