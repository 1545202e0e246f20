// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/scenario.hpp"
#include "runtime/play/run_watch.hpp"
#include "runtime/play/world.hpp"

#include <string>

namespace tutti::play {

/// Does what a scenario says under `do`.
class deeds {
public:
  /// All must outlive it.
  deeds(const config::scenario& story, world& to, run_watch& watch)
    : story_(story), world_(to), watch_(watch) {
  }

  /// Empty: done, or under way; else one sentence of why it cannot be.
  [[nodiscard]] std::string run(const config::deed& x);

private:
  [[nodiscard]] std::string of_attempt(const config::deed& x);
  [[nodiscard]] std::string ask_person(const config::deed& x);
  [[nodiscard]] std::string cancel(const config::deed& x);
  [[nodiscard]] std::string lose_node(const config::deed& x);
  [[nodiscard]] std::string kill_run(const config::deed& x);
  [[nodiscard]] std::string fill_disk(const config::deed& x);

  const config::scenario& story_;
  world& world_;
  run_watch& watch_;
};

} // namespace tutti::play
