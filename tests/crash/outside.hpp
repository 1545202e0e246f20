// SPDX-License-Identifier: BSD-3-Clause
// All around the actors of a run of a crash plan, without processes and files:
// its commands, the socket by which they speak, and the store.
#pragma once

#include "messages/interfaces.hpp"
#include "tests/crash/evidence.hpp"
#include "tests/crash/played_command.hpp"
#include "tests/support/actor_stage.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tutti::test {

/// What outlives the program and the loss of power beside the journal. The
/// store makes durable what it takes in before it says so.
struct kept_outside {
  std::vector<execution> executions; ///< in the order of their starts
  std::vector<std::shared_ptr<const attempt_details>> payloads;
  std::map<std::string, std::string> contents; ///< of artifacts, by digest

  /// A result with all that it put out.
  [[nodiscard]] std::shared_ptr<const attempt_details>
  whole(const std::shared_ptr<const attempt_details>& x) const;
};

class outside {
public:
  /// All must outlive it, and it what still runs on the stage. `waits_inside`:
  /// see `calls_of`.
  outside(actor_stage& stage, const plan& work, kept_outside& kept,
          bool waits_inside);
  outside(const outside&) = delete;
  outside& operator=(const outside&) = delete;

  [[nodiscard]] const process_actor& processes() const {
    return processes_;
  }
  [[nodiscard]] const live_actor& live() const {
    return live_;
  }
  [[nodiscard]] const artifact_actor& store() const {
    return store_;
  }

  /// So many processes can go on without hearing from anybody.
  [[nodiscard]] std::size_t ready() const;
  /// The n-th of these, from 0, says what it has to say, or ends.
  void go_on(std::size_t n);
  /// It hears and does no more; handles are let go of.
  void vanish();

  // What the actors get.
  void on(const start_process& x, caf::strong_actor_ptr asker);
  void on(const end_process& x);
  void on(const live_reply& x);
  [[nodiscard]] artifacts_captured on(const capture_artifacts& x);
  [[nodiscard]] artifacts_placed on(const place_artifacts& x);
  [[nodiscard]] payload_kept on(const keep_payload& x);
  [[nodiscard]] payload_loaded on(const load_payload& x) const;

private:
  struct process {
    start_process order;
    caf::strong_actor_ptr asker;
    bool waits = false;           ///< for an answer, or to be ended
    std::vector<live_call> calls; ///< that it makes before it ends, in order
    std::uint64_t called = 0;     ///< number of the one that it waits for
    std::int32_t code = 0;
    std::size_t execution = 0; ///< its index; not of a service
  };
  [[nodiscard]] process_exited end_of(const process& x);

  const plan& work_;
  kept_outside& kept_;
  bool waits_inside_;
  std::vector<process> running_;
  played_files files_;
  std::uint64_t calls_ = 0;
  bool vanished_ = false;
  process_actor processes_;
  live_actor live_;
  artifact_actor store_;
};

} // namespace tutti::test
