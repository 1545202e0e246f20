// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::config {

enum class token_kind : std::uint8_t {
  word, ///< a name or a path: letters, digits, '_', '-', '.'
  number,
  text, ///< in quotes; the token's text is what they hold
  logical_and,
  logical_or,
  logical_not,
  equal,
  not_equal,
  less,
  greater,
  open,
  close,
  template_end, ///< "}}"
  end,
  bad, ///< the token's text is the message
};

struct token {
  token_kind kind = token_kind::end;
  std::uint32_t offset = 0;
  std::uint32_t length = 1;
  std::string text;
  std::string hint; ///< of a bad one
};

/// Cuts an expression into tokens.
class expression_lexer {
public:
  /// `base` is added to all offsets.
  expression_lexer(std::string_view text, std::uint32_t base);

  [[nodiscard]] const token& current() const {
    return current_;
  }
  void advance();

private:
  void take(token_kind kind, std::size_t length);
  void bad(std::size_t length, std::string message, std::string hint);
  void read_text();
  void read_word();
  void read_operator();

  std::string_view text_;
  std::uint32_t base_;
  std::size_t at_ = 0;
  token current_;
};

} // namespace tutti::config
