// SPDX-License-Identifier: BSD-3-Clause
#include "config/expression_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::string_view word_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";

bool is_number(std::string_view x) {
  double ignored = 0;
  auto last = x.data() + x.size();
  auto [end, failure] = std::from_chars(x.data(), last, ignored);
  auto digit = x.find_first_of("0123456789");
  return failure == std::errc{} && end == last && digit <= 1;
}

struct operator_text {
  std::string_view text;
  token_kind kind;
};

/// Longer ones first.
constexpr std::array operators{
    operator_text{"&&", token_kind::logical_and},
    operator_text{"||", token_kind::logical_or},
    operator_text{"==", token_kind::equal},
    operator_text{"!=", token_kind::not_equal},
    operator_text{"}}", token_kind::template_end},
    operator_text{"!", token_kind::logical_not},
    operator_text{"<", token_kind::less},
    operator_text{">", token_kind::greater},
    operator_text{"(", token_kind::open},
    operator_text{")", token_kind::close},
};

struct foreign_operator {
  std::string_view text;
  std::string_view hint;
};

/// What people write who come from elsewhere; looked at first.
constexpr std::array foreign{
    foreign_operator{"===", "write =="},
    foreign_operator{"!==", "write !="},
    foreign_operator{"<=", "write !(a > b)"},
    foreign_operator{">=", "write !(a < b)"},
    foreign_operator{"=~", "there are no patterns"},
    foreign_operator{"${{", "one '${{ }}' holds the whole expression"},
};

/// What they write of single characters; looked at last.
constexpr std::array foreign_characters{
    foreign_operator{"&", "write &&"},
    foreign_operator{"|", "write ||"},
    foreign_operator{"=", "write =="},
};

} // namespace

expression_lexer::expression_lexer(std::string_view text, std::uint32_t base)
  : text_(text), base_(base) {
  advance();
}

void expression_lexer::take(token_kind kind, std::size_t length) {
  current_.kind = kind;
  current_.offset = base_ + static_cast<std::uint32_t>(at_);
  current_.length = static_cast<std::uint32_t>(length);
  current_.text = text_.substr(at_, length);
  current_.hint.clear();
  at_ += length;
}

void expression_lexer::bad(std::size_t length, std::string message,
                           std::string hint) {
  take(token_kind::bad, length);
  current_.text = std::move(message);
  current_.hint = std::move(hint);
}

void expression_lexer::advance() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  if (at_ == text_.size()) {
    take(token_kind::end, 0);
    current_.length = 1;
    return;
  }
  auto c = text_[at_];
  if (c == '\'' || c == '"')
    read_text();
  else if (word_characters.find(c) != std::string_view::npos)
    read_word();
  else
    read_operator();
}

void expression_lexer::read_text() {
  auto quote = text_[at_];
  std::string content;
  auto i = at_ + 1;
  while (true) {
    auto close = text_.find(quote, i);
    if (close == std::string_view::npos) {
      bad(1, "this quote is never closed", "");
      at_ = text_.size();
      return;
    }
    content += text_.substr(i, close - i);
    i = close + 1;
    if (i == text_.size() || text_[i] != quote)
      break;
    content += quote;
    ++i;
  }
  take(token_kind::text, i - at_);
  current_.text = std::move(content);
}

void expression_lexer::read_word() {
  auto end =
      std::min(text_.find_first_not_of(word_characters, at_), text_.size());
  auto word = text_.substr(at_, end - at_);
  if (is_number(word))
    take(token_kind::number, word.size());
  else if (word[0] == '-' || word[0] == '.')
    bad(word.size(), fmt::format("'{}' is neither a name nor a number", word),
        "a text goes in quotes");
  else
    take(token_kind::word, word.size());
}

void expression_lexer::read_operator() {
  auto rest = text_.substr(at_);
  auto refuse = [&](const foreign_operator& x) {
    bad(x.text.size(), fmt::format("'{}' is no operator here", x.text),
        std::string{x.hint});
  };
  for (const auto& x : foreign)
    if (rest.starts_with(x.text))
      return refuse(x);
  for (const auto& x : operators)
    if (rest.starts_with(x.text))
      return take(x.kind, x.text.size());
  for (const auto& x : foreign_characters)
    if (rest.starts_with(x.text))
      return refuse(x);
  // A character of several bytes is shown whole.
  std::size_t length = 1;
  while (length < rest.size()
         && (static_cast<unsigned char>(rest[length]) & 0xC0) == 0x80)
    ++length;
  bad(length, fmt::format("'{}' means nothing here", rest.substr(0, length)),
      "a text goes in quotes");
}

} // namespace tutti::config
