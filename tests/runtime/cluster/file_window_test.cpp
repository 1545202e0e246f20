// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_window.hpp"

#include "messages/cluster.hpp"
#include "tests/support/dice.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;

namespace {

using fit = file_window::fit;
constexpr std::uint64_t whole = chunk_bytes_max;

/// Asks for all that is left; returns the offsets.
std::vector<std::uint64_t> ask_all(file_window& w) {
  std::vector<std::uint64_t> result;
  while (auto x = w.next()) {
    result.push_back(x->offset);
    w.asked(*x);
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_file_window)

BOOST_AUTO_TEST_CASE(an_empty_file_is_whole_at_once) {
  file_window w{0, 0};
  BOOST_TEST(w.is_whole());
  BOOST_TEST(!w.next());
}

BOOST_AUTO_TEST_CASE(a_file_of_one_chunk_is_one_piece) {
  file_window w{whole, 0};
  BOOST_TEST(ask_all(w) == std::vector<std::uint64_t>{0});
  BOOST_TEST(w.under_way_bytes() == whole);
  BOOST_TEST((w.arrived(0, whole) == fit::next));
  BOOST_TEST(!w.is_whole()); // it is not on disk yet
  BOOST_TEST(w.under_way_bytes() == whole);
  w.written(whole);
  BOOST_TEST(w.is_whole());
  BOOST_TEST(w.under_way_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(one_byte_more_is_two_pieces) {
  file_window w{whole + 1, 0};
  BOOST_TEST((ask_all(w) == std::vector<std::uint64_t>{0, whole}));
}

BOOST_AUTO_TEST_CASE(it_goes_on_where_an_earlier_one_stopped) {
  file_window w{2 * whole, whole + 7};
  BOOST_TEST((ask_all(w) == std::vector<std::uint64_t>{whole + 7}));
  BOOST_TEST((w.arrived(0, whole) == fit::other));
  BOOST_TEST((w.arrived(whole + 7, whole - 7) == fit::next));
}

BOOST_AUTO_TEST_CASE(from_a_lost_piece_on_all_come_again) { // row 9
  file_window w{4 * whole, 0};
  ask_all(w);
  BOOST_TEST((w.arrived(whole, whole) == fit::other));
  BOOST_TEST((ask_all(w)
              == std::vector<std::uint64_t>{0, whole, 2 * whole, 3 * whole}));
  // Those that had left before come as well; nothing is asked a third time.
  BOOST_TEST((w.arrived(2 * whole, whole) == fit::other));
  BOOST_TEST(ask_all(w).empty());
  BOOST_TEST((w.arrived(0, whole) == fit::next));
  // A loss after that is another one.
  BOOST_TEST((w.arrived(2 * whole, whole) == fit::other));
  BOOST_TEST(!ask_all(w).empty());
}

BOOST_AUTO_TEST_CASE(what_comes_twice_counts_once) { // row 10
  file_window w{2 * whole, 0};
  ask_all(w);
  BOOST_TEST((w.arrived(0, whole) == fit::next));
  BOOST_TEST((w.arrived(0, whole) == fit::other));
  BOOST_TEST((w.arrived(whole, whole) == fit::next));
  BOOST_TEST((w.arrived(whole, whole) == fit::other));
}

BOOST_AUTO_TEST_CASE(what_no_honest_peer_sends_is_told_apart) { // row 18
  file_window w{whole + 10, whole};
  ask_all(w);
  BOOST_TEST((w.arrived(whole, 0) == fit::bad));
  BOOST_TEST((w.arrived(whole, 11) == fit::bad));
  BOOST_TEST((file_window{3 * whole, 0}.arrived(0, whole + 1) == fit::bad));
  BOOST_TEST((w.arrived(whole, 10) == fit::next));
}

BOOST_AUTO_TEST_CASE(pieces_may_be_shorter_than_asked_for) {
  file_window w{whole, 0};
  ask_all(w);
  BOOST_TEST((w.arrived(0, 5) == fit::next));
  w.ask_again();
  BOOST_TEST((ask_all(w) == std::vector<std::uint64_t>{5}));
}

// Rows 9, 10: whatever is lost, doubled or late, each byte is taken once, in
// order, and the file gets whole once pieces arrive.
BOOST_AUTO_TEST_CASE(any_mix_of_losses_and_doubles_ends_whole) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::dice d{seed};
    std::uint64_t size = d.roll(20) * whole + d.roll(3);
    file_window w{size, 0};
    std::uint64_t taken = 0;
    std::deque<file_window::piece> wire;
    for (int step = 0; !w.is_whole(); ++step) {
      BOOST_TEST_REQUIRE(step < 100'000);
      while (auto x = w.next()) {
        if (w.under_way_bytes() > 8 * whole)
          break;
        w.asked(*x);
        for (auto copies = step < 500 ? d.roll(3) : 1; copies > 0; --copies)
          wire.push_back(*x);
      }
      if (wire.empty()) {
        w.ask_again();
        continue;
      }
      auto x = wire.front();
      wire.pop_front();
      if (w.arrived(x.offset, x.size_bytes) == fit::next) {
        BOOST_TEST_REQUIRE(x.offset == taken);
        taken += x.size_bytes;
        w.written(x.size_bytes);
      }
      BOOST_TEST_REQUIRE(w.under_way_bytes() <= 9 * whole);
    }
    BOOST_TEST_REQUIRE(taken == size);
  }
}

BOOST_AUTO_TEST_SUITE_END()
