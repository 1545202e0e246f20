// SPDX-License-Identifier: BSD-3-Clause
// §34: in order and once, whatever the wire does.
#include "runtime/cluster/link.hpp"

#include "tests/support/dice.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>

using namespace tutti;
using cluster::frame;
using cluster::link_receiver;
using cluster::link_sender;
using cluster::link_window;

BOOST_AUTO_TEST_SUITE(runtime_cluster_link)

BOOST_AUTO_TEST_CASE(what_is_sent_arrives_in_order) {
  link_sender<int> sender;
  link_receiver<int> receiver;
  for (int i = 0; i < 3; ++i)
    sender.push(i);
  std::vector<int> got;
  for (auto& x : sender.take_new())
    for (int y : receiver.take(x))
      got.push_back(y);
  BOOST_TEST(got == (std::vector<int>{0, 1, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(receiver.received() == 3u);
  sender.acknowledged(receiver.received());
  BOOST_TEST(sender.is_quiet());
}

// row 10: duplicates, row 9: reorder
BOOST_AUTO_TEST_CASE(a_frame_counts_once_and_in_its_place) {
  link_receiver<int> receiver;
  BOOST_TEST(receiver.take({2, 20}).empty());
  BOOST_TEST(receiver.take({2, 20}).empty());
  auto got = receiver.take({1, 10});
  BOOST_TEST(got == (std::vector<int>{10, 20}),
             boost::test_tools::per_element());
  BOOST_TEST(receiver.take({1, 10}).empty());
  BOOST_TEST(receiver.take({2, 20}).empty());
}

// rule 9
BOOST_AUTO_TEST_CASE(no_more_than_a_window_is_under_way) {
  link_sender<std::size_t> sender;
  link_receiver<std::size_t> receiver;
  for (std::size_t i = 0; i < 3 * link_window; ++i)
    sender.push(i);
  BOOST_TEST(sender.take_new().size() == link_window);
  BOOST_TEST(sender.take_new().empty());
  BOOST_TEST(sender.unacknowledged().size() == link_window);
  sender.acknowledged(10);
  BOOST_TEST(sender.take_new().size() == 10u);
  // Nor does a receiver keep what no honest sender would send.
  BOOST_TEST(receiver.take({link_window + 1, 0}).empty());
  for (std::size_t i = 1; i <= link_window; ++i)
    static_cast<void>(receiver.take({i, i}));
  BOOST_TEST(receiver.received() == link_window);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_of_what_has_not_left_is_no_harm) {
  link_sender<int> sender;
  sender.push(1);
  sender.acknowledged(7);
  BOOST_TEST(!sender.is_quiet());
  BOOST_TEST(sender.take_new().size() == 1u);
}

/// A wire that loses, doubles and swaps in both directions: when it stops doing
/// so, everything has arrived once and in order.
BOOST_AUTO_TEST_CASE(any_wire_that_heals_delivers_everything) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    test::dice d{seed};
    link_sender<std::uint32_t> sender;
    link_receiver<std::uint32_t> receiver;
    std::vector<frame<std::uint32_t>> wire;
    std::vector<std::uint32_t> got;
    std::uint32_t sent = 0;
    auto put = [&](const std::vector<frame<std::uint32_t>>& xs) {
      for (const auto& x : xs) {
        if (d.one_in(4))
          continue;
        wire.push_back(x);
        if (d.one_in(4))
          wire.push_back(x);
      }
    };
    for (int turn = 0; turn < 500; ++turn) {
      switch (d.roll(5)) {
      case 0:
        if (sent < 100)
          sender.push(sent++);
        put(sender.take_new());
        break;
      case 1:
        if (d.one_in(4))
          put(sender.unacknowledged());
        break;
      case 2:
        if (d.one_in(2))
          sender.acknowledged(receiver.received());
        break;
      default:
        if (wire.empty())
          break;
        auto i = d.roll(static_cast<std::uint32_t>(wire.size()));
        for (auto x : receiver.take(wire[i]))
          got.push_back(x);
        wire.erase(wire.begin() + i);
      }
    }
    for (auto& x : sender.take_new())
      for (auto y : receiver.take(x))
        got.push_back(y);
    for (auto& x : sender.unacknowledged())
      for (auto y : receiver.take(x))
        got.push_back(y);
    std::vector<std::uint32_t> all(sent);
    std::iota(all.begin(), all.end(), 0u);
    BOOST_TEST_CONTEXT("seed " << seed)
    BOOST_TEST(got == all, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
