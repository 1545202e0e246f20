// SPDX-License-Identifier: BSD-3-Clause
// Keeps it short where many are refused: somebody who floods the port is not to
// flood the terminal.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace tutti::cluster {

struct refusal {
  std::string address;
  std::string why;
};

/// Tells of so many in a span of time, and at its end of all others with a
/// word. Who owns it knows the time.
class tls_refusals {
public:
  explicit tls_refusals(std::size_t most) : most_(most) {
  }

  /// Whether a span has begun.
  [[nodiscard]] bool any() const {
    return told_ + untold_ > 0;
  }
  /// What is to be told of this one now.
  [[nodiscard]] std::optional<refusal> add(refusal x) {
    if (told_ < most_) {
      ++told_;
      return x;
    }
    ++untold_;
    last_ = std::move(x);
    return {};
  }
  /// The span is over: what is to be told of those that were not told of.
  [[nodiscard]] std::optional<refusal> sum_up() {
    told_ = 0;
    auto count = std::exchange(untold_, 0);
    if (count == 0)
      return {};
    if (count > 1)
      last_.why += fmt::format("; {} more were refused", count - 1);
    return std::move(last_);
  }

private:
  std::size_t most_;
  std::size_t told_ = 0;
  std::size_t untold_ = 0;
  refusal last_;
};

} // namespace tutti::cluster
