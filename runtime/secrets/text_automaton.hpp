// SPDX-License-Identifier: BSD-3-Clause
// Finds many texts at once in a stream (Aho and Corasick, 1975), in time that
// depends on neither how many they are nor how long.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::secrets {

/// Where the stream stands: a node of the automaton. Its depth is how much of
/// the stream's end could still become one of the texts.
using automaton_state = std::uint32_t;

/// Immutable once made; may be used by several threads.
class text_automaton {
public:
  static constexpr automaton_state start = 0;

  text_automaton() : text_automaton(std::vector<std::string>{}) {
  }
  /// Empty texts do not count.
  explicit text_automaton(std::vector<std::string> texts);

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] bool empty() const {
    return nodes_.size() == 1;
  }
  [[nodiscard]] std::size_t node_count() const {
    return nodes_.size();
  }
  /// False: no text begins with these three bytes, the first one lowest. Most
  /// of what is read is told by this alone.
  [[nodiscard]] bool may_begin(std::uint32_t three_bytes) const {
    auto bit = beginning_of(three_bytes);
    return (beginnings_[bit / 64] >> bit % 64 & 1) != 0;
  }
  /// False: no text begins with this byte.
  [[nodiscard]] bool begins_with(unsigned char x) const {
    return rows_[0][x] != start;
  }
  /// How many bytes at the end of what was read could begin a text.
  [[nodiscard]] std::size_t depth(automaton_state x) const {
    return nodes_[x].depth;
  }
  /// The size of the longest text that ends here; 0: none does.
  [[nodiscard]] std::size_t longest(automaton_state x) const {
    return nodes_[x].longest;
  }
  [[nodiscard]] automaton_state next(automaton_state x,
                                     unsigned char byte) const {
    while (x >= rows_.size()) {
      if (auto child = child_of(x, byte); child != start)
        return child;
      x = nodes_[x].fallback;
    }
    return rows_[x][byte];
  }

private:
  /// Numbered breadth first, so that the children of one stand side by side.
  struct node {
    std::uint32_t first_child = 0; ///< those up to the next one's first
    std::uint32_t fallback = 0;    ///< the longest other end that may go on
    std::uint32_t depth = 0;
    std::uint32_t longest = 0;
  };
  /// Where each byte leads; only of the start and what follows it directly,
  /// where most of a stream is.
  using row = std::array<automaton_state, 256>;

  /// Of the bits for beginnings; that many fit well into a processor's cache.
  static constexpr std::uint32_t beginning_bits = 17;

  [[nodiscard]] static std::uint32_t beginning_of(std::uint32_t three_bytes) {
    return three_bytes * 0x9e3779b1U >> (32 - beginning_bits);
  }
  void note_beginnings(const std::vector<std::string>& texts);
  void grow(const std::vector<std::string>& sorted);
  void fill_rows();
  void link();
  [[nodiscard]] automaton_state child_of(automaton_state x,
                                         unsigned char byte) const;
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t>
  children(automaton_state x) const;

  std::vector<node> nodes_;
  std::vector<unsigned char> bytes_;      ///< by node: what leads to it
  std::vector<row> rows_;                 ///< of the first nodes
  std::vector<std::uint64_t> beginnings_; ///< a bit for some of them each
};

} // namespace tutti::secrets
