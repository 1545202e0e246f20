// SPDX-License-Identifier: BSD-3-Clause
// What a person types below the board to decide over a gate. Pure: bytes in, a
// line to show and decisions out.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::session {

/// A gate that asks a person.
struct asked_gate {
  gate_id gate;
  std::uint32_t round = 1;
  std::string name;
  bool can_change = false; ///< it has rework, of one task

  friend bool operator==(const asked_gate&, const asked_gate&) = default;
};

struct gate_decision {
  gate_id gate;
  tutti::verdict verdict = tutti::verdict::approved;
  std::string comment;
};

///   choosing ──a, c, r──▶ commenting ──Enter──▶ decided, choosing again
///       ▲                     │
///       └───── Escape, or the gate asks no more ────┘
///
/// One key alone never decides.
class approval_prompt {
public:
  /// What asks right now; the first is what a person is asked.
  void update(std::vector<asked_gate> gates);

  /// What was typed since, as the terminal sends it.
  [[nodiscard]] std::vector<gate_decision> type(std::string_view bytes);

  /// What to show; empty: nothing asks.
  [[nodiscard]] std::string line() const;

private:
  void choose(char key);
  void erase_last();

  std::vector<asked_gate> gates_;
  std::optional<verdict> chosen_; ///< and its comment is being typed
  std::string comment_;
};

} // namespace tutti::session
