// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/text_automaton.hpp"

#include <algorithm>

namespace tutti::secrets {

text_automaton::text_automaton(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (!texts.empty() && texts.front().empty())
    texts.erase(texts.begin());
  note_beginnings(texts);
  grow(texts);
  fill_rows();
  link();
}

void text_automaton::note_beginnings(const std::vector<std::string>& texts) {
  constexpr std::size_t words = (std::size_t{1} << beginning_bits) / 64;
  // One of fewer than three bytes begins with whatever follows it.
  bool all = std::any_of(texts.begin(), texts.end(), [](const auto& x) {
    return x.size() < 3;
  });
  beginnings_.assign(words, all ? ~std::uint64_t{0} : 0);
  for (const auto& x : texts) {
    if (all)
      return;
    auto at = [&x](std::size_t i) -> std::uint32_t {
      return static_cast<unsigned char>(x[i]);
    };
    auto bit = beginning_of(at(0) | at(1) << 8 | at(2) << 16);
    beginnings_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
}

/// A node stands for the sorted texts that begin alike; its children part them
/// by their next byte.
void text_automaton::grow(const std::vector<std::string>& sorted) {
  struct range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  nodes_.emplace_back();
  bytes_.push_back(0);
  std::vector<range> texts{{0, static_cast<std::uint32_t>(sorted.size())}};
  for (std::uint32_t x = 0; x < nodes_.size(); ++x) {
    auto [i, last] = texts[x];
    auto depth = nodes_[x].depth;
    nodes_[x].first_child = static_cast<std::uint32_t>(nodes_.size());
    if (i < last && sorted[i].size() == depth) {
      nodes_[x].longest = depth;
      ++i;
    }
    while (i < last) {
      auto byte = sorted[i][depth];
      auto end = i;
      while (end < last && sorted[end][depth] == byte)
        ++end;
      nodes_.push_back({0, 0, depth + 1, 0});
      bytes_.push_back(static_cast<unsigned char>(byte));
      texts.push_back({i, end});
      i = end;
    }
  }
}

std::pair<std::uint32_t, std::uint32_t>
text_automaton::children(automaton_state x) const {
  auto end = x + 1 < nodes_.size() ? nodes_[x + 1].first_child
                                   : static_cast<std::uint32_t>(nodes_.size());
  return {nodes_[x].first_child, end};
}

/// `start` where there is none.
automaton_state text_automaton::child_of(automaton_state x,
                                         unsigned char byte) const {
  auto [i, end] = children(x);
  while (i < end && bytes_[i] < byte)
    ++i;
  return i < end && bytes_[i] == byte ? i : start;
}

void text_automaton::fill_rows() {
  auto add = [this](automaton_state x, const row& otherwise) {
    auto made = otherwise;
    auto [i, end] = children(x);
    for (; i < end; ++i)
      made[bytes_[i]] = i;
    rows_.push_back(made);
  };
  auto [first, last] = children(start);
  rows_.reserve(last);
  add(start, {});
  for (auto i = first; i < last; ++i)
    add(i, rows_.front());
}

/// Breadth first: what a node falls back to is less deep, and done already.
void text_automaton::link() {
  for (automaton_state x = start; x < nodes_.size(); ++x) {
    auto [i, end] = children(x);
    for (; i < end; ++i) {
      auto& child = nodes_[i];
      child.fallback = x == start ? start : next(nodes_[x].fallback, bytes_[i]);
      if (child.longest == 0)
        child.longest = nodes_[child.fallback].longest;
    }
  }
}

} // namespace tutti::secrets
