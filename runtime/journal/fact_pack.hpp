// SPDX-License-Identifier: BSD-3-Clause
// Many facts as a few bytes each, for the column `body` of table `pack`. Each
// is told by how it differs from the one of its kind before it:
//
//   kind       the number of the word
//   mask       a bit for each column that is not as guessed, by `fact_order`
//   columns    those, in the order of the bits: of numbers how far they are
//              from the guess, of texts how long they are (plus 1; 0: none),
//              and the bytes
//
// Numbers are varints (7 bits a byte, the lowest first), signed ones by zigzag.
// The guess is what the last fact of the kind in this pack had there (at first
// nothing); of the time, what the last fact of any kind had (at first 0).
#pragma once

#include "runtime/journal/fact_row.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::journal {

/// What the last facts were, by kind. Kinds share a place where there are more
/// than places: a guess may be wrong.
class fact_guesses {
public:
  static constexpr std::size_t places = 128;

  void clear() {
    known_.reset();
    at = 0;
  }
  [[nodiscard]] fact_row& of(std::int64_t kind);

  std::int64_t at = 0; ///< of the last fact

private:
  std::array<fact_row, places> last_;
  std::bitset<places> known_;
};

class pack_writer {
public:
  /// Forgets what was added.
  void clear();
  /// The row's number is not looked at: it follows from the place.
  void add(const fact_row& x);
  /// As `add` of a row that is like the last one of its kind but for these;
  /// false, and nothing is added: that one is not known.
  [[nodiscard]] bool add_like_last(const near_row& x);

  /// Valid until the next `add` or `clear`.
  [[nodiscard]] std::string_view body() const {
    return {bytes_.data(), size_};
  }
  [[nodiscard]] std::size_t count() const {
    return count_;
  }
  /// Of the last fact.
  [[nodiscard]] std::int64_t at() const {
    return guesses_.at;
  }

private:
  void reserve(std::size_t more);
  void put(std::uint64_t x);
  void put(const std::optional<std::string>& x);

  fact_guesses guesses_;
  std::string bytes_; ///< the first `size_` of them count
  std::size_t size_ = 0;
  std::size_t count_ = 0;
};

/// Reads a body back. Whatever the bytes are, it comes to an end.
class pack_reader {
public:
  /// Begins a body whose first fact has this number; it must outlive the reads.
  void begin(std::string_view body, std::uint64_t first);
  /// False: at the end, or the bytes are none of a pack (`is_damaged`).
  [[nodiscard]] bool next(fact_row& into);

  [[nodiscard]] bool is_damaged() const {
    return damaged_;
  }

private:
  [[nodiscard]] bool take(std::uint64_t& into);
  [[nodiscard]] bool take(std::optional<std::string>& into);

  fact_guesses guesses_;
  std::string_view left_;
  std::uint64_t number_ = 0; ///< of the next
  bool damaged_ = false;
};

} // namespace tutti::journal
