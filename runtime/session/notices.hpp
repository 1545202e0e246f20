// SPDX-License-Identifier: BSD-3-Clause
// What a plan's `notify` is told of, from the facts of the run. Pure.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::session {

struct notice {
  std::string event;   ///< "approval", "failed" or "finished": TUTTI_EVENT
  std::string subject; ///< a gate, a task, or the plan: TUTTI_SUBJECT
  std::string message; ///< one sentence: TUTTI_MESSAGE
};

class notice_reader {
public:
  explicit notice_reader(std::shared_ptr<const plan> work);

  /// What is to be told of this fact, if anything. Facts come in order.
  [[nodiscard]] std::optional<notice> read(const fact& x);

private:
  [[nodiscard]] std::optional<notice> approval(const fact& x) const;
  [[nodiscard]] std::optional<notice> failure(const fact& x) const;
  [[nodiscard]] notice finish(const fact& x) const;
  void remember(const fact& x);

  std::shared_ptr<const plan> work_;
  /// What messages of gates may name: the latest results and comments.
  std::vector<std::shared_ptr<const attempt_details>> results_;
  std::unordered_map<std::uint32_t, std::string> comments_;
};

} // namespace tutti::session
