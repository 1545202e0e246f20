// SPDX-License-Identifier: BSD-3-Clause
// Replaces secrets in what leaves: values, and the forms in which programs
// write them (`forms_of`). docs/secrets.md says which.
#pragma once

#include "runtime/secrets/text_automaton.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::secrets {

/// What stands for each uninterrupted run of secret bytes.
inline constexpr std::string_view mask_text = "***";

/// Immutable; may be used by several threads.
class masker {
public:
  explicit masker(const std::vector<std::string>& values);

  [[nodiscard]] bool empty() const;
  /// Of both automata: what it costs in memory.
  [[nodiscard]] std::size_t node_count() const;

  /// Masks a whole text; true where something was in it, else it is untouched.
  bool mask(std::string& text) const;

private:
  friend class mask_stream;

  text_automaton plain_;
  /// Of forms that programs break into lines, and write in either alphabet.
  text_automaton folded_;
};

/// Masks a text that comes in pieces, wherever they are cut. Holds back no more
/// than what may still become a secret.
class mask_stream {
public:
  /// `patterns` must outlive it.
  explicit mask_stream(const masker& patterns);

  /// Appends to `out` what can be told already.
  void append(std::string_view piece, std::string& out);
  /// The text is over: appends the rest. The next text may begin.
  void finish(std::string& out);

private:
  friend class masker;

  struct span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  using spans = std::vector<span>;

  static void cover(spans& all, span x);
  template <class At, class MayBegin>
  [[nodiscard]] std::size_t next_beginning(std::size_t i, At at,
                                           MayBegin may_begin) const;
  void scan(std::size_t from);
  void scan_folded(std::size_t from);
  void merge();
  [[nodiscard]] std::size_t folded_begin(std::size_t end,
                                         std::size_t count) const;
  void emit(std::size_t end, std::string& out);

  const masker& patterns_;
  std::string held_; ///< the end of the text, not emitted yet
  spans covered_;    ///< of `held_`: sorted, apart from each other
  spans in_lines_;   ///< the same, not merged yet
  automaton_state state_ = text_automaton::start;
  automaton_state folded_state_ = text_automaton::start;
  std::uint32_t breaks_ = 0; ///< of lines, one after the other
  bool in_secret_ = false;   ///< the last byte emitted was one of a secret
};

} // namespace tutti::secrets
