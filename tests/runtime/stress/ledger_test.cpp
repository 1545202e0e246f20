// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/ledger.hpp"

#include "runtime/stress/lanes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace tutti::stress;

namespace {

constexpr std::uint32_t sender_count = 5;

/// Some senders' messages, in any order, as they are received.
struct traffic {
  explicit traffic(std::uint64_t seed) : dice(seed) {
    for (std::uint32_t i = 0; i < sender_count; ++i)
      outlets.emplace_back(i, dice() % 40); // with no bytes, too
    for (int i = 0; i < 200; ++i)
      all.push_back(outlets[dice() % sender_count].next(0));
    std::shuffle(all.begin(), all.end(), dice);
  }

  load& any() {
    return all[dice() % all.size()];
  }
  ledger_result result() const {
    inlet received{0, sender_count};
    for (const auto& x : all)
      received.take(x);
    ledger book;
    for (const auto& x : outlets)
      x.add_to(book);
    received.add_to(book);
    return book.result();
  }

  std::mt19937_64 dice;
  std::vector<outlet> outlets;
  std::vector<load> all;
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_ledger)

BOOST_AUTO_TEST_CASE(what_arrives_in_any_order_is_whole) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto x = traffic{seed}.result();
    BOOST_TEST(x.whole());
    BOOST_TEST(x.sent == 200u);
    BOOST_TEST(x.received == 200u);
    BOOST_TEST(x.senders == sender_count);
  }
}

BOOST_AUTO_TEST_CASE(a_lost_message_is_missing) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    traffic t{seed};
    t.any() = t.all.back();
    t.all.pop_back(); // where it replaced itself, it alone is lost
    auto x = t.result();
    BOOST_TEST(!x.whole());
    BOOST_TEST(x.missing == 1u);
    BOOST_TEST(x.surplus == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_twice_is_surplus) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    traffic t{seed};
    t.all.push_back(load{t.any()});
    auto x = t.result();
    BOOST_TEST(!x.whole());
    BOOST_TEST(x.surplus == 1u);
    BOOST_TEST(x.missing == 0u);
  }
}

BOOST_AUTO_TEST_CASE(one_lost_and_another_twice_is_seen_though_counts_agree) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    traffic t{seed};
    auto& lost = t.any();
    auto twin = std::find_if(t.all.begin(), t.all.end(), [&](const load& y) {
      return y.sender == lost.sender && y.number != lost.number;
    });
    BOOST_REQUIRE((twin != t.all.end()));
    lost = load{*twin};
    auto x = t.result();
    BOOST_TEST(!x.whole());
    BOOST_TEST(x.unequal == 1u);
    BOOST_TEST(x.missing == 0u);
    BOOST_TEST(x.received == x.sent);
  }
}

BOOST_AUTO_TEST_CASE(a_changed_bit_anywhere_is_corrupted) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    traffic t{seed};
    auto& x = t.any();
    auto bit = 1u << t.dice() % 8;
    switch (seed % 4) {
    case 0:
      x.number ^= bit;
      break;
    case 1:
      x.check ^= std::uint64_t{1} << t.dice() % 64;
      break;
    case 2:
      x.sender ^= bit;
      break;
    default:
      if (x.bytes.empty())
        x.bytes.push_back(0); // grown is changed, too
      else
        x.bytes[t.dice() % x.bytes.size()] ^= static_cast<std::uint8_t>(bit);
    }
    auto result = t.result();
    BOOST_TEST(!result.whole());
    BOOST_TEST(result.corrupted == 1u);
    BOOST_TEST(result.missing == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_message_of_somebody_else_is_corrupted) {
  outlet stranger{9, 3};
  inlet received{2, 4}; // of senders 2 to 5
  received.take(stranger.next(0));
  outlet low{1, 3};
  received.take(low.next(0));
  ledger book;
  received.add_to(book);
  BOOST_TEST(book.result().corrupted == 2u);
}

BOOST_AUTO_TEST_CASE(processes_add_up) {
  traffic t{3};
  inlet received{0, sender_count};
  for (const auto& x : t.all)
    received.take(x);
  ledger there; // the senders are in another process
  for (const auto& x : t.outlets)
    x.add_to(there);
  ledger here;
  received.add_to(here);
  BOOST_TEST(!here.result().whole());
  BOOST_TEST(!there.result().whole());
  for (const auto& x : there.accounts())
    here.add(x);
  here.corrupted(there.corrupted());
  BOOST_TEST(here.result().whole());
  BOOST_TEST(here.result().sent == 200u);
}

BOOST_AUTO_TEST_CASE(of_a_lost_sender_counts_what_came) {
  outlet lost{0, 3};
  outlet other{1, 3};
  inlet received{0, 2};
  for (int i = 0; i < 5; ++i)
    received.take(lost.next(0));
  static_cast<void>(other.next(0)); // to one that is lost
  ledger book;
  received.add_to(book);
  other.add_to(book);
  book.lose(0);
  auto x = book.result();
  BOOST_TEST(x.sent == 6u);
  BOOST_TEST(x.surplus == 0u);
  BOOST_TEST(x.missing == 1u);
  BOOST_TEST(x.unequal == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_passed_on_is_the_next_senders) {
  outlet first{0, 100};
  outlet second{1, 0};
  auto x = first.next(0);
  auto bytes = x.bytes;
  second.sign(x);
  BOOST_TEST(x.sender == 1u);
  BOOST_TEST((x.bytes == bytes));
  inlet received{1, 1};
  received.take(x);
  ledger book;
  second.add_to(book);
  received.add_to(book);
  BOOST_TEST(book.result().whole());
}

BOOST_AUTO_TEST_SUITE_END()
