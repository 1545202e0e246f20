// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::config {

/// Collects diagnostics while a text is read. At one place only the first
/// error counts, and the first warning of a code: what follows from a mistake
/// is no second mistake.
class findings {
public:
  /// More are counted but not kept, so that memory stays bounded.
  static constexpr std::size_t kept_max = 100'000;

  void error(span where, std::string message, std::string hint = {}) {
    add({severity::error, where, std::move(message), std::move(hint)});
  }
  void warning(span where, lint code, std::string message,
               std::string hint = {}) {
    add({severity::warning, where, std::move(message), std::move(hint), code});
  }
  /// One of a text that is no plan: it has no code.
  void warning(span where, std::string message, std::string hint = {}) {
    warning(where, lint::none, std::move(message), std::move(hint));
  }
  void add(diagnostic x);

  [[nodiscard]] bool has_errors() const {
    return errors_ != 0;
  }
  /// How many errors there are so far.
  [[nodiscard]] std::size_t errors() const {
    return errors_;
  }
  /// True where an error begins within the span.
  [[nodiscard]] bool has_error_in(span where) const;
  /// The diagnostics in the order of the text; those that stand nowhere first.
  [[nodiscard]] std::vector<diagnostic> take();

private:
  std::vector<diagnostic> kept_;
  std::set<std::uint32_t> error_places_;
  std::set<std::pair<std::uint32_t, lint>> warning_places_;
  std::size_t errors_ = 0;
};

} // namespace tutti::config
