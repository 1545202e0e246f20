// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/fact_pack.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace tutti::journal {

namespace {

/// Numbers by the bit of the mask, what changes most often first; the time has
/// bit 0, and the texts have the last two.
constexpr std::array fact_order{
    column::subject,   column::cause,      column::agent,   column::attempt,
    column::state,     column::phase,      column::version, column::ended,
    column::exit_code, column::cause_kind, column::status,  column::service};
constexpr std::uint32_t at_bit = 1;
constexpr std::uint32_t first_number = 1; ///< its bit's number
constexpr std::uint32_t details_bit = 1u << (first_number + fact_order.size());
constexpr std::uint32_t extra_bit = details_bit << 1;
constexpr std::uint32_t mask_end = extra_bit << 1;

constexpr std::size_t varint_max = 10; ///< bytes
/// Of a fact without its texts.
constexpr std::size_t fact_max = (fact_order.size() + 5) * varint_max;

constexpr std::uint64_t zigzag(std::int64_t x) {
  return static_cast<std::uint64_t>(x) << 1
       ^ static_cast<std::uint64_t>(x >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t x) {
  return static_cast<std::int64_t>(x >> 1 ^ (0 - (x & 1)));
}

/// A column as a number from 0, so that nothing is near to what is small.
constexpr std::uint64_t code_of(std::int64_t x) {
  return x == absent ? 0 : zigzag(x) + 1;
}

constexpr std::int64_t value_of(std::uint64_t code) {
  return code == 0 ? absent : unzigzag(code - 1);
}

constexpr std::uint64_t step(std::uint64_t from, std::uint64_t to) {
  return zigzag(static_cast<std::int64_t>(to - from));
}

} // namespace

fact_row& fact_guesses::of(std::int64_t kind) {
  auto place = static_cast<std::uint64_t>(kind) % places;
  auto& result = last_[place];
  if (!known_[place]) {
    known_[place] = true;
    result.numbers.fill(absent);
    result.extra.reset();
    result.details.reset();
  }
  return result;
}

// -- there --------------------------------------------------------------------

void pack_writer::clear() {
  guesses_.clear();
  size_ = 0;
  count_ = 0;
}

void pack_writer::reserve(std::size_t more) {
  if (bytes_.size() - size_ < more)
    bytes_.resize(std::max(2 * bytes_.size(), size_ + more));
}

void pack_writer::put(std::uint64_t x) {
  auto* to = bytes_.data() + size_;
  for (; x >= 0x80; x >>= 7)
    *to++ = static_cast<char>(x | 0x80);
  *to++ = static_cast<char>(x);
  size_ = static_cast<std::size_t>(to - bytes_.data());
}

void pack_writer::put(const std::optional<std::string>& x) {
  if (!x)
    return put(0);
  put(x->size() + 1);
  reserve(x->size() + fact_max);
  std::copy(x->begin(), x->end(), bytes_.data() + size_);
  size_ += x->size();
}

void pack_writer::add(const fact_row& x) {
  reserve(fact_max);
  auto& guess = guesses_.of(x[column::kind]);
  std::uint32_t mask = x[column::at] == guesses_.at ? 0 : at_bit;
  for (std::uint32_t i = 0; i < fact_order.size(); ++i)
    mask |= std::uint32_t{x[fact_order[i]] != guess[fact_order[i]]}
         << (first_number + i);
  mask |= x.details == guess.details ? 0 : details_bit;
  mask |= x.extra == guess.extra ? 0 : extra_bit;
  put(static_cast<std::uint64_t>(x[column::kind]));
  put(mask);
  if ((mask & at_bit) != 0)
    put(step(code_of(guesses_.at), code_of(x[column::at])));
  constexpr auto numbers = details_bit - 2 * at_bit;
  static_assert(numbers == (details_bit - 1) - at_bit);
  for (auto left = mask & numbers; left != 0; left &= left - 1) {
    auto at = fact_order[static_cast<std::size_t>(std::countr_zero(left))
                         - first_number];
    put(step(code_of(guess[at]), code_of(x[at])));
    guess[at] = x[at];
  }
  if ((mask & details_bit) != 0) {
    put(x.details);
    guess.details = x.details;
  }
  if ((mask & extra_bit) != 0) {
    put(x.extra);
    guess.extra = x.extra;
  }
  guess[column::kind] = x[column::kind];
  guesses_.at = x[column::at];
  ++count_;
}

bool pack_writer::add_like_last(const near_row& x) {
  auto& guess = guesses_.of(x.kind);
  if (guess[column::kind] != x.kind) // none, or of another kind
    return false;
  reserve(fact_max);
  put(static_cast<std::uint64_t>(x.kind));
  std::uint32_t mask = x.at == guesses_.at ? 0 : at_bit;
  static_assert(fact_order[0] == column::subject
                && fact_order[1] == column::cause
                && fact_order[2] == column::agent);
  auto& subject = guess[column::subject];
  auto& cause = guess[column::cause];
  auto& agent = guess[column::agent];
  mask |= std::uint32_t{x.subject != subject} << first_number;
  mask |= std::uint32_t{x.cause != cause} << (first_number + 1);
  mask |= std::uint32_t{x.agent != agent} << (first_number + 2);
  put(mask);
  auto put_step = [this](std::int64_t& from, std::int64_t to) {
    if (from != to)
      put(step(code_of(from), code_of(to)));
    from = to;
  };
  put_step(guesses_.at, x.at);
  put_step(subject, x.subject);
  put_step(cause, x.cause);
  put_step(agent, x.agent);
  ++count_;
  return true;
}

// -- and back -----------------------------------------------------------------

void pack_reader::begin(std::string_view body, std::uint64_t first) {
  guesses_.clear();
  left_ = body;
  number_ = first;
  damaged_ = false;
}

bool pack_reader::take(std::uint64_t& into) {
  into = 0;
  for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    into |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

bool pack_reader::take(std::optional<std::string>& into) {
  std::uint64_t size = 0;
  if (!take(size) || size > left_.size() + 1)
    return false;
  into.reset();
  if (size == 0)
    return true;
  into.emplace(left_.substr(0, size - 1));
  left_.remove_prefix(size - 1);
  return true;
}

bool pack_reader::next(fact_row& into) {
  if (left_.empty())
    return false;
  damaged_ = true; // until it is read to its end
  std::uint64_t kind = 0;
  std::uint64_t mask = 0;
  if (!take(kind) || !take(mask) || mask >= mask_end)
    return false;
  auto number = [this](std::int64_t& x) {
    std::uint64_t far = 0;
    if (!take(far))
      return false;
    x = value_of(code_of(x) + static_cast<std::uint64_t>(unzigzag(far)));
    return true;
  };
  auto& guess = guesses_.of(static_cast<std::int64_t>(kind));
  if ((mask & at_bit) != 0 && !number(guesses_.at))
    return false;
  for (std::uint32_t i = 0; i < fact_order.size(); ++i)
    if ((mask >> (first_number + i) & 1) != 0 && !number(guess[fact_order[i]]))
      return false;
  if (((mask & details_bit) != 0 && !take(guess.details))
      || ((mask & extra_bit) != 0 && !take(guess.extra)))
    return false;
  guess[column::kind] = static_cast<std::int64_t>(kind);
  guess[column::at] = guesses_.at;
  guess.number = number_++;
  into = guess;
  damaged_ = false;
  return true;
}

} // namespace tutti::journal
