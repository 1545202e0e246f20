// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <yaml.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::config {

enum class yaml_event_kind : std::uint8_t {
  document,
  scalar,
  alias,
  sequence_start,
  mapping_start,
  collection_end,
  end, ///< of the text
};

/// One event of the YAML parser. Its texts live until the next one is read.
struct yaml_event {
  yaml_event_kind kind = yaml_event_kind::end;
  std::string_view text;   ///< of a scalar; the name an alias refers to
  std::string_view anchor; ///< empty: none
  std::string_view tag;    ///< empty: none
  bool plain = false;      ///< a scalar without quotes, not in block style
  bool block = false;      ///< a scalar after '|' or '>'
  bool flow = false;       ///< a collection in brackets or braces
  std::uint32_t begin = 0; ///< bytes
  std::uint32_t end = 0;
};

/// Why the parser could not go on.
struct yaml_problem {
  std::string message;      ///< libyaml's words
  std::string context;      ///< libyaml's words; may be empty
  std::uint32_t offset = 0; ///< bytes
  std::uint32_t context_offset = 0;
};

/// libyaml's event parser as an object; the text must outlive it.
class yaml_reader {
public:
  explicit yaml_reader(std::string_view text);
  ~yaml_reader();
  yaml_reader(const yaml_reader&) = delete;
  yaml_reader& operator=(const yaml_reader&) = delete;

  /// Reads the next event; false where the text is no YAML.
  [[nodiscard]] bool next();
  [[nodiscard]] const yaml_event& event() const {
    return event_;
  }
  /// Why `next` was false.
  [[nodiscard]] yaml_problem problem();

private:
  void release();
  void translate();
  /// libyaml counts characters; this program counts bytes.
  std::uint32_t byte_of(std::size_t character);

  std::string_view text_;
  yaml_parser_t parser_;
  yaml_event_t raw_;
  bool holds_event_ = false;
  yaml_event event_;
  // A pair that belongs together and moves with the marks.
  std::size_t at_character_ = 0;
  std::size_t at_byte_ = 0;
};

} // namespace tutti::config
