// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"
#include "messages/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::report {

/// Writes JSON straight into one text: a tree of 100,000 tasks would take
/// longer to build and to free than to print. Text that is not UTF-8 is
/// replaced. Whoever uses it balances the brackets.
class json_writer {
public:
  void text(std::string_view key, std::string_view x);
  /// The empty text is null.
  void text_or_null(std::string_view key, std::string_view x);
  /// An element of a list.
  void text(std::string_view x);
  /// `x` is JSON already.
  void raw(std::string_view key, std::string_view x);
  void boolean(std::string_view key, bool x);
  void integer(std::string_view key, std::int64_t x);
  /// An element of a list.
  void integer(std::int64_t x);
  void number(std::string_view key, std::optional<double> x);
  /// Seconds with microseconds; none: null.
  void seconds(std::string_view key, std::optional<duration> x);
  /// What a task put out; what it wrote is not trusted to be JSON.
  void value(std::string_view key, const tutti::value& x);

  void open(char bracket);
  void open(std::string_view key, char bracket);
  void close(char bracket);
  /// Starts the next element of a long list on its own line.
  void line();

  [[nodiscard]] std::string take() {
    return std::move(out_);
  }

private:
  void separate();
  void name(std::string_view key);
  void quote(std::string_view x);
  void fixed(double x);

  std::string out_;
  bool fresh_ = true;
};

} // namespace tutti::report
