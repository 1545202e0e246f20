// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/masker.hpp"

#include "runtime/secrets/secret_forms.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tutti::secrets {

namespace {

/// "\r\n" and "\n" end a line; an empty line ends what is written in lines.
constexpr std::uint32_t breaks_max = 2;

} // namespace

// -- masker -------------------------------------------------------------------

masker::masker(const std::vector<std::string>& values) {
  std::vector<std::string> plain;
  std::vector<std::string> folded;
  for (const auto& x : values)
    add_forms(x, plain, folded);
  plain_ = text_automaton{std::move(plain)};
  folded_ = text_automaton{std::move(folded)};
}

bool masker::empty() const {
  return plain_.empty() && folded_.empty();
}

std::size_t masker::node_count() const {
  return plain_.node_count() + folded_.node_count();
}

bool masker::mask(std::string& text) const {
  if (empty() || text.empty())
    return false;
  mask_stream stream{*this};
  stream.held_ = std::move(text);
  stream.scan(0);
  stream.scan_folded(0);
  stream.merge();
  bool found = !stream.covered_.empty();
  if (!found) {
    text = std::move(stream.held_);
    return false;
  }
  std::string masked;
  stream.finish(masked);
  text = std::move(masked);
  return true;
}

// -- mask_stream --------------------------------------------------------------

mask_stream::mask_stream(const masker& patterns) : patterns_(patterns) {
}

void mask_stream::append(std::string_view piece, std::string& out) {
  auto from = held_.size();
  held_.append(piece);
  scan(from);
  scan_folded(from);
  merge();
  auto open = std::max(
      patterns_.plain_.depth(state_),
      held_.size()
          - folded_begin(held_.size(), patterns_.folded_.depth(folded_state_)));
  emit(held_.size() - open, out);
}

void mask_stream::finish(std::string& out) {
  emit(held_.size(), out);
  state_ = folded_state_ = text_automaton::start;
  breaks_ = 0;
  in_secret_ = false;
}

/// `x` ends behind all that were added before.
void mask_stream::cover(spans& all, span x) {
  while (!all.empty() && all.back().begin >= x.begin)
    all.pop_back();
  if (!all.empty() && all.back().end >= x.begin)
    all.back().end = x.end;
  else
    all.push_back(x);
}

/// The first from `i` on with which a text may begin; of the last two bytes
/// that cannot be told.
template <class At, class MayBegin>
std::size_t mask_stream::next_beginning(std::size_t i, At at,
                                        MayBegin may_begin) const {
  if (i + 2 >= held_.size())
    return i;
  auto three_bytes = std::uint32_t{at(i)} | std::uint32_t{at(i + 1)} << 8;
  for (; i + 2 < held_.size(); ++i) {
    three_bytes |= std::uint32_t{at(i + 2)} << 16;
    if (may_begin(three_bytes))
      break;
    three_bytes >>= 8;
  }
  return i;
}

void mask_stream::scan(std::size_t from) {
  const auto& known = patterns_.plain_;
  auto at = [this](std::size_t i) {
    return static_cast<unsigned char>(held_[i]);
  };
  auto state = state_;
  for (auto i = from; i < held_.size(); ++i) {
    if (state == text_automaton::start) {
      i = next_beginning(i, at, [&known](std::uint32_t three_bytes) {
        return known.may_begin(three_bytes);
      });
      if (!known.begins_with(at(i)))
        continue;
    }
    state = known.next(state, at(i));
    if (auto size = known.longest(state); size != 0)
      cover(covered_, {i + 1 - size, i + 1});
  }
  state_ = state;
}

void mask_stream::scan_folded(std::size_t from) {
  const auto& known = patterns_.folded_;
  auto at = [this](std::size_t i) {
    return folded(held_[i]);
  };
  auto state = folded_state_;
  for (auto i = from; i < held_.size(); ++i) {
    if (state == text_automaton::start) {
      // What has a line's end within it may go on behind that.
      i = next_beginning(i, at, [&known](std::uint32_t three_bytes) {
        constexpr std::uint32_t breaks = folded_break * 0x010101U;
        return (three_bytes & breaks) != 0 || known.may_begin(three_bytes);
      });
      breaks_ = 0;
      if (!known.begins_with(at(i)))
        continue;
    } else if (at(i) == folded_break) {
      if (++breaks_ > breaks_max)
        state = text_automaton::start;
      continue;
    }
    breaks_ = 0;
    state = known.next(state, at(i));
    if (auto size = known.longest(state); size != 0)
      cover(in_lines_, {folded_begin(i + 1, size), i + 1});
  }
  folded_state_ = state;
}

/// Where the last `count` bytes before `end` begin, line breaks not counted.
std::size_t mask_stream::folded_begin(std::size_t end,
                                      std::size_t count) const {
  // Breaks behind all of them are not theirs.
  while (count > 0)
    if (folded(held_[--end]) != folded_break)
      --count;
  return end;
}

void mask_stream::merge() {
  if (in_lines_.empty())
    return;
  spans both;
  both.reserve(covered_.size() + in_lines_.size());
  std::merge(covered_.begin(), covered_.end(), in_lines_.begin(),
             in_lines_.end(), std::back_inserter(both),
             [](const span& x, const span& y) {
               return x.end < y.end;
             });
  covered_.clear();
  for (auto x : both)
    cover(covered_, x);
  in_lines_.clear();
}

void mask_stream::emit(std::size_t end, std::string& out) {
  std::size_t at = 0;
  auto next = covered_.begin();
  for (; next != covered_.end() && next->begin < end; ++next) {
    if (next->begin > at) {
      out.append(held_, at, next->begin - at);
      in_secret_ = false;
    }
    if (!std::exchange(in_secret_, true))
      out.append(mask_text);
    at = std::min(next->end, end);
    if (next->end > end)
      break; // the rest of it is held
  }
  if (at < end) {
    out.append(held_, at, end - at);
    in_secret_ = false;
  }
  covered_.erase(covered_.begin(), next);
  for (auto& x : covered_)
    x = {x.begin - std::min(x.begin, end), x.end - end};
  held_.erase(0, end);
}

} // namespace tutti::secrets
