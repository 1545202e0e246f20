// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using tutti::stress::histogram;
using tutti::stress::histogram_parts;

namespace {

constexpr double parts[] = {0, .001, .1, .25, .5, .9, .99, .999, .9999, 1};

/// As `percentile` defines it, of all values.
std::int64_t exact(const std::vector<std::int64_t>& sorted, double part) {
  auto rank = std::ceil(part * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

/// From 1 ns to 20 minutes, as often in each doubling.
std::vector<std::int64_t> random_times(std::mt19937_64& dice, std::size_t n) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < n; ++i) {
    auto octave = dice() % 41;
    result.push_back(static_cast<std::int64_t>(
        (std::uint64_t{1} << octave) + dice() % (std::uint64_t{1} << octave)));
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_histogram)

BOOST_AUTO_TEST_CASE(percentiles_are_within_one_percent_of_the_exact_ones) {
  std::mt19937_64 dice{7};
  for (std::size_t n : {1, 2, 10, 1000, 50'000}) {
    auto times = random_times(dice, n);
    histogram h;
    for (auto x : times)
      h.add(x);
    std::sort(times.begin(), times.end());
    for (auto part : parts) {
      auto right = exact(times, part);
      auto got = h.percentile(part);
      BOOST_TEST(got >= right, part << " of " << n);
      BOOST_TEST(static_cast<double>(got) <= static_cast<double>(right) * 1.01,
                 part << " of " << n);
    }
    BOOST_TEST(h.min() == times.front());
    BOOST_TEST(h.max() == times.back());
    BOOST_TEST(h.percentile(1) == times.back());
    BOOST_TEST(h.count() == n);
  }
}

BOOST_AUTO_TEST_CASE(every_value_up_to_a_thousand_is_within_one_percent) {
  for (std::int64_t x = 0; x <= 1000; ++x) {
    histogram h;
    h.add(x);
    h.add(1 << 20); // else the largest value would help
    auto got = h.percentile(.5);
    BOOST_TEST(got >= x);
    BOOST_TEST(static_cast<double>(got - x) <= static_cast<double>(x) * 0.01);
  }
}

BOOST_AUTO_TEST_CASE(merged_histograms_are_as_one) {
  std::mt19937_64 dice{8};
  auto times = random_times(dice, 5'000);
  histogram all;
  histogram some[3];
  double sum = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    all.add(times[i]);
    some[i * i % 3].add(times[i]); // the last stays empty
    sum += static_cast<double>(times[i]);
  }
  histogram merged;
  for (const auto& x : some)
    merged.merge(x);
  BOOST_TEST(some[2].count() == 0u);
  histogram from_parts; // as another process tells them
  for (const auto& x : some)
    from_parts.merge(x.parts());
  for (auto part : parts) {
    BOOST_TEST(merged.percentile(part) == all.percentile(part));
    BOOST_TEST(from_parts.percentile(part) == all.percentile(part));
  }
  BOOST_TEST(from_parts.min() == all.min());
  BOOST_TEST(from_parts.max() == all.max());
  BOOST_TEST(from_parts.count() == times.size());
  BOOST_TEST(from_parts.mean() == merged.mean());
  BOOST_TEST(merged.min() == all.min());
  BOOST_TEST(merged.max() == all.max());
  BOOST_TEST(merged.count() == times.size());
  BOOST_TEST(merged.mean() == sum / static_cast<double>(times.size()),
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(bins_that_there_are_not_are_left_out) {
  histogram h;
  histogram_parts x;
  x.bins = {{0xffffffff, 3}};
  x.max = 9;
  h.merge(x);
  BOOST_TEST(h.count() == 0u);
  BOOST_TEST(h.max() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_out_of_range_is_counted_at_its_end) {
  histogram h;
  BOOST_TEST(h.percentile(.5) == 0);
  BOOST_TEST(h.max() == 0);
  BOOST_TEST(h.mean() == 0);
  h.add(-5);
  BOOST_TEST(h.count() == 1u);
  BOOST_TEST(h.max() == 0);
  constexpr auto longest = std::numeric_limits<std::int64_t>::max();
  h.add(longest);
  h.add(longest);
  BOOST_TEST(h.count() == 3u);
  BOOST_TEST(h.percentile(.1) == 0);
  BOOST_TEST(h.percentile(.9) >= std::int64_t{2} * 3600 * 1'000'000'000);
  BOOST_TEST(h.max() == longest);
}

BOOST_AUTO_TEST_SUITE_END()
