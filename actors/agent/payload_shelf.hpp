// SPDX-License-Identifier: BSD-3-Clause
// Results between memory and disk (semantics §21): a large one goes to the
// run's store as soon as its attempt is over and travels without its payload,
// so that nothing on its way, and nobody who keeps it, holds more than where it
// lies. Who works with it gets it back first.
#pragma once

#include "actors/agent/agent_ports.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti {

using shared_details = std::shared_ptr<const attempt_details>;

/// Names of outputs; shared by all agents of a run.
using output_names = std::shared_ptr<const std::set<std::string>>;

/// The outputs that the orchestrator looks at, whoever puts them out: named in
/// an `if` of the plan, or part of a verdict (semantics §7, §16, §17).
[[nodiscard]] output_names outputs_looked_at(const plan& p);

class payload_shelf {
public:
  struct options {
    std::function<std::uint64_t()> new_id;
    bool has_store = false; ///< else all stays in memory
    output_names looked_at; ///< stay in memory; null: none
  };

  payload_shelf(agent_ports& ports, options x);

  /// `done` gets what travels: without its payload where that is large and the
  /// disk takes it, else as it is. May call it before it returns.
  using kept = std::function<void(shared_details)>;
  void keep(shared_details x, kept done);

  /// `done` gets all of them whole, in order, or a mistake. Null stays null.
  /// May call it before it returns.
  using loaded =
      std::function<void(std::vector<shared_details>, const std::string&)>;
  void load(std::vector<shared_details> xs, loaded done);

  void on(const payload_kept& x);
  void on(payload_loaded x);

  /// Of the payload, wherever it lies; null: 0.
  [[nodiscard]] static std::uint64_t bytes_of(const attempt_details* x);

  /// A payload of so many bytes costs less in memory than on disk.
  static constexpr std::size_t small_bytes = 512;

private:
  struct fetch {
    std::vector<shared_details> details;
    std::size_t missing = 0;
    loaded done;
  };
  struct awaited {
    std::shared_ptr<fetch> of;
    std::size_t index = 0;
  };
  struct leaving {
    shared_details whole;
    kept done;
  };

  [[nodiscard]] shared_details without_payload(const attempt_details& x,
                                               const payload_ref& at) const;

  agent_ports& ports_;
  options options_;
  std::unordered_map<std::uint64_t, leaving> leaving_;
  std::unordered_map<std::uint64_t, awaited> awaited_;
};

} // namespace tutti
