// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/histogram.hpp"

#include <boost/histogram/axis/option.hpp>
#include <boost/histogram/histogram.hpp>
#include <boost/histogram/make_histogram.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <tuple>
#include <vector>

namespace tutti::stress {

namespace {

/// 128 bins to each doubling: a bin is at most 1/128 of its values wide.
constexpr int bits = 7;
constexpr int per_octave = 1 << bits;
constexpr std::int64_t highest = (std::int64_t{1} << 43) - 1; // 2.4 hours

constexpr int index_of(std::int64_t ns) {
  auto x = static_cast<std::uint64_t>(std::clamp<std::int64_t>(ns, 0, highest));
  int width = static_cast<int>(std::bit_width(x));
  int octave = std::max(0, width - bits - 1);
  return octave * per_octave + static_cast<int>(x >> octave);
}

/// The largest time of a bin.
constexpr std::int64_t upper_of(int index) {
  int octave = std::max(0, index / per_octave - 1);
  auto step = std::int64_t{index} - octave * per_octave;
  return ((step + 1) << octave) - 1;
}

constexpr int bin_count = index_of(highest) + 1;
static_assert(index_of(255) == 255 && upper_of(255) == 255);
static_assert(index_of(256) == 256 && index_of(257) == 256);
static_assert(upper_of(256) == 257 && upper_of(bin_count - 1) == highest);

/// An axis as Boost.Histogram wants it: integers only, no logarithm to take.
struct log_linear {
  int index(std::int64_t ns) const {
    return index_of(ns);
  }
  int size() const {
    return bin_count;
  }
  std::int64_t value(int index) const {
    return upper_of(index);
  }
  /// Every time has a bin.
  static constexpr unsigned options() {
    return boost::histogram::axis::option::none_t::value;
  }
  bool operator==(const log_linear&) const {
    return true;
  }
};

auto make_bins() {
  return boost::histogram::make_histogram_with(std::vector<std::uint64_t>{},
                                               log_linear{});
}

} // namespace

struct histogram::bins {
  decltype(make_bins()) counts = make_bins();
};

histogram::histogram() : bins_(std::make_unique<bins>()) {
}

histogram::~histogram() = default;
histogram::histogram(histogram&&) noexcept = default;
histogram& histogram::operator=(histogram&&) noexcept = default;

void histogram::add(std::int64_t ns) {
  ns = std::max<std::int64_t>(ns, 0);
  bins_->counts(ns);
  min_ = count_ == 0 ? ns : std::min(min_, ns);
  max_ = std::max(max_, ns);
  sum_ += static_cast<double>(ns);
  ++count_;
}

void histogram::merge(const histogram& x) {
  if (x.count_ == 0)
    return;
  bins_->counts += x.bins_->counts;
  min_ = count_ == 0 ? x.min_ : std::min(min_, x.min_);
  max_ = std::max(max_, x.max_);
  sum_ += x.sum_;
  count_ += x.count_;
}

void histogram::merge(const histogram_parts& x) {
  std::uint64_t count = 0;
  for (const auto& y : x.bins) {
    if (y.index >= static_cast<std::uint32_t>(bin_count))
      continue;
    bins_->counts.at(static_cast<int>(y.index)) += y.count;
    count += y.count;
  }
  if (count == 0)
    return;
  min_ = count_ == 0 ? x.min : std::min(min_, x.min);
  max_ = std::max(max_, x.max);
  sum_ += x.sum;
  count_ += count;
}

histogram_parts histogram::parts() const {
  histogram_parts result;
  for (int i = 0; i < bin_count; ++i)
    if (auto n = bins_->counts.at(i); n > 0)
      result.bins.push_back({static_cast<std::uint32_t>(i), n});
  result.sum = sum_;
  result.min = min_;
  result.max = max_;
  return result;
}

double histogram::mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

std::int64_t histogram::percentile(double part) const {
  if (count_ == 0)
    return 0;
  auto rank = static_cast<std::uint64_t>(
      std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(count_)));
  rank = std::clamp<std::uint64_t>(rank, 1, count_);
  std::uint64_t seen = 0;
  for (int i = 0; i < bin_count; ++i) {
    seen += bins_->counts.at(i);
    if (seen >= rank)
      return std::clamp(upper_of(i), min_, max_);
  }
  return max_;
}

} // namespace tutti::stress
