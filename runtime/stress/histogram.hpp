// SPDX-License-Identifier: BSD-3-Clause
// How long things took: a histogram whose bins are as wide as 1 % of what falls
// into them (128 to each doubling, linear in between, as HdrHistogram has
// them), in 37 KiB whatever is counted.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace tutti::stress {

/// What a histogram has counted, for another process.
struct histogram_parts {
  struct bin {
    std::uint32_t index = 0;
    std::uint64_t count = 0;
  };
  std::vector<bin> bins; ///< those that are not empty
  double sum = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// One thread. Times are nanoseconds; a negative one counts as 0, one of over
/// two hours as that, but for `max`.
class histogram {
public:
  histogram();
  ~histogram();
  histogram(histogram&&) noexcept;
  histogram& operator=(histogram&&) noexcept;

  void add(std::int64_t ns);
  /// As if all that the other counted had been added here.
  void merge(const histogram& x);
  /// The same, of one elsewhere; bins that there are not are left out.
  void merge(const histogram_parts& x);

  [[nodiscard]] std::uint64_t count() const {
    return count_;
  }
  /// 0 where nothing was counted; likewise below.
  [[nodiscard]] std::int64_t min() const {
    return count_ == 0 ? 0 : min_;
  }
  [[nodiscard]] std::int64_t max() const {
    return max_;
  }
  [[nodiscard]] double mean() const;
  [[nodiscard]] histogram_parts parts() const;
  /// The time that `part` of 1 of all do not exceed, up to 1 % too large.
  [[nodiscard]] std::int64_t percentile(double part) const;

private:
  struct bins;

  std::unique_ptr<bins> bins_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

} // namespace tutti::stress
