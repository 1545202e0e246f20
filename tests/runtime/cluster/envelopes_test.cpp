// SPDX-License-Identifier: BSD-3-Clause
// §34: envelopes arrive in order and once, however often the connection breaks;
// what is under way is bounded (rule 9).
#include "runtime/cluster/envelopes.hpp"

#include "tests/support/batches.hpp"
#include "tests/support/dice.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::cluster;

namespace {

to_hub small(std::uint32_t n) {
  return {{agent_id{0u}, 1}, answer_accepted{n}};
}

to_hub large(std::size_t bytes, char c) {
  attempt_details x;
  x.note = std::string(bytes, c);
  return {{agent_id{0u}, 1},
          keep_payload{1, std::make_shared<const attempt_details>(x)}};
}

std::uint32_t number_of(std::string_view bytes) {
  to_hub x;
  BOOST_REQUIRE(decode(bytes, x));
  return std::get<answer_accepted>(x.content).number;
}

void ignore(const to_hub&) {
}

using reception = envelope_receiver::reception;

/// What a frame holds.
batch batch_in(const std::string& frame) {
  auto x = decode(frame);
  BOOST_REQUIRE(x);
  BOOST_REQUIRE(std::holds_alternative<batch>(*x));
  return std::get<batch>(*x);
}

struct taken {
  reception how = reception::fine;
  std::vector<std::string> whole;
};

taken take(envelope_receiver& in, const std::string& frame) {
  taken result;
  result.how = in.take(batch_in(frame), [&](std::string_view bytes) {
    result.whole.emplace_back(bytes);
    return true;
  });
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_envelopes)

BOOST_AUTO_TEST_CASE(what_waits_together_leaves_together) {
  envelope_sender<to_hub> out;
  for (std::uint32_t i = 0; i < 100; ++i)
    out.push(small(i));
  auto left = out.take();
  BOOST_REQUIRE_EQUAL(left.size(), 1u);
  BOOST_TEST(batch_in(left[0]).count == 100u);
  envelope_receiver in;
  auto x = take(in, left[0]);
  BOOST_TEST((x.how == reception::fine));
  BOOST_REQUIRE_EQUAL(x.whole.size(), 100u);
  BOOST_TEST(number_of(x.whole[99]) == 99u);
  BOOST_TEST(in.received() == 100u);
  BOOST_TEST(out.take().empty());
}

BOOST_AUTO_TEST_CASE(a_large_one_goes_in_parts) {
  envelope_sender<to_hub> out;
  envelope_receiver in;
  std::vector<std::string> got;
  out.push(large(20'000'000, 'x'));
  out.push(small(5));
  std::size_t most = 0;
  for (int turn = 0; turn < 1000 && !out.is_quiet(); ++turn) {
    for (auto& frame : out.take()) {
      most = std::max(most, frame.size());
      auto x = take(in, frame);
      BOOST_REQUIRE((x.how == reception::fine));
      for (auto& y : x.whole)
        got.push_back(std::move(y));
    }
    BOOST_TEST(out.bytes_under_way() <= bytes_under_way_max);
    // A part at a time: the rest is still under way.
    auto known = in.received() - (turn % 2 == 0 && in.received() > 1 ? 1 : 0);
    BOOST_REQUIRE(out.acknowledged({known, parts_under_way_max}, ignore));
  }
  BOOST_REQUIRE_EQUAL(got.size(), 2u);
  BOOST_TEST(got[0] == encode(large(20'000'000, 'x')));
  BOOST_TEST(number_of(got[1]) == 5u);
  BOOST_TEST(most <= std::size_t{1} << 20);
}

BOOST_AUTO_TEST_CASE(no_more_is_under_way_than_may_be) {
  envelope_sender<to_hub> out;
  for (char c = 'a'; c < 'z'; ++c)
    out.push(large(400'000, c));
  static_cast<void>(out.take());
  BOOST_TEST(out.bytes_under_way() <= bytes_under_way_max);
  BOOST_TEST(out.bytes_under_way() > bytes_under_way_max - 500'000);
  BOOST_TEST(out.take().empty());
  envelope_sender<to_hub> many;
  for (std::uint32_t i = 0; i < 2 * parts_under_way_max; ++i)
    many.push(small(i));
  std::size_t parts = 0;
  for (const auto& frame : many.take())
    parts += batch_in(frame).count;
  BOOST_TEST(parts == parts_under_way_max);
}

BOOST_AUTO_TEST_CASE(a_receiver_says_how_much_it_takes) {
  envelope_sender<to_hub> out;
  for (std::uint32_t i = 0; i < 10; ++i)
    out.push(small(i));
  BOOST_REQUIRE(out.acknowledged({0, 3}, ignore));
  auto left = out.take();
  BOOST_REQUIRE_EQUAL(left.size(), 1u);
  BOOST_TEST(batch_in(left[0]).count == 3u);
  BOOST_REQUIRE(out.acknowledged({2, 3}, ignore));
  left = out.take();
  BOOST_REQUIRE_EQUAL(left.size(), 1u);
  BOOST_TEST(batch_in(left[0]).first == 4u);
  BOOST_TEST(batch_in(left[0]).count == 2u);
}

BOOST_AUTO_TEST_CASE(what_never_left_cannot_be_acknowledged) {
  envelope_sender<to_hub> out;
  out.push(small(1));
  static_cast<void>(out.take());
  BOOST_TEST(!out.acknowledged({2, parts_under_way_max}, ignore));
  BOOST_TEST(!out.resume(2));
  BOOST_TEST(out.acknowledged({1, parts_under_way_max}, ignore));
}

BOOST_AUTO_TEST_CASE(what_was_not_acknowledged_is_taken_back) {
  envelope_sender<to_hub> out;
  for (std::uint32_t i = 0; i < 4; ++i)
    out.push(small(i));
  static_cast<void>(out.take());
  out.push(small(4));
  std::vector<std::uint32_t> acknowledged;
  BOOST_REQUIRE(
      out.acknowledged({2, parts_under_way_max}, [&](const to_hub& x) {
        acknowledged.push_back(std::get<answer_accepted>(x.content).number);
      }));
  BOOST_TEST(acknowledged == (std::vector<std::uint32_t>{0, 1}),
             boost::test_tools::per_element());
  auto back = out.take_back();
  BOOST_REQUIRE_EQUAL(back.size(), 3u);
  BOOST_TEST(std::get<answer_accepted>(back[0].content).number == 2u);
  BOOST_TEST(std::get<answer_accepted>(back[2].content).number == 4u);
  BOOST_TEST(out.is_quiet());
  out.push(small(9)); // numbers begin anew
  auto first = out.take();
  BOOST_TEST(batch_in(first.at(0)).first == 1u);
}

// row 18
BOOST_AUTO_TEST_CASE(a_gap_is_no_honest_senders) {
  envelope_receiver in;
  auto one = [&in](std::uint64_t number) {
    return take(in, test::batch_of(number, {{false, "a"}}));
  };
  BOOST_TEST((one(2).how == reception::out_of_order));
  BOOST_TEST((one(0).how == reception::out_of_order));
  BOOST_TEST(one(1).whole.size() == 1u);
  BOOST_TEST(one(1).whole.empty()); // row 10
  BOOST_TEST(in.received() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_refused_ends_it_and_does_not_come_again) {
  envelope_receiver in;
  auto frame = test::batch_of(1, {{false, "a"}, {false, "b"}, {false, "c"}});
  std::string seen;
  auto all_but_b = [&seen](std::string_view x) {
    seen += x;
    return x != "b";
  };
  BOOST_TEST((in.take(batch_in(frame), all_but_b) == reception::refused));
  BOOST_TEST(in.received() == 2u);
  BOOST_TEST((in.take(batch_in(frame), all_but_b) == reception::fine));
  BOOST_TEST(seen == "abc");
}

/// Parts of a large one that are lost with their connection leave again, and no
/// others.
BOOST_AUTO_TEST_CASE(a_large_one_goes_on_where_it_was) {
  envelope_sender<to_hub> out;
  envelope_receiver in;
  out.push(small(1));
  out.push(large(part_bytes_max * 5, 'x'));
  out.push(small(2));
  auto first = out.take();
  BOOST_REQUIRE(first.size() > 2u);
  std::vector<std::string> got;
  auto deliver = [&](const std::string& frame) {
    auto x = take(in, frame);
    BOOST_REQUIRE((x.how == reception::fine));
    for (auto& y : x.whole)
      got.push_back(std::move(y));
  };
  deliver(first[0]);
  deliver(first[1]);
  auto arrived = in.received();
  BOOST_REQUIRE(out.acknowledged({arrived - 1, parts_under_way_max}, ignore));
  auto under_way = out.bytes_under_way();
  BOOST_REQUIRE(out.resume(arrived));
  auto again = out.take();
  BOOST_TEST(batch_in(again.at(0)).first == arrived + 1);
  BOOST_TEST(out.bytes_under_way() == under_way);
  for (const auto& frame : again)
    deliver(frame);
  BOOST_REQUIRE_EQUAL(got.size(), 3u);
  BOOST_TEST(got[1] == encode(large(part_bytes_max * 5, 'x')));
  BOOST_TEST(number_of(got[2]) == 2u);
  BOOST_REQUIRE(out.acknowledged({in.received(), 20}, ignore));
  BOOST_TEST(out.is_quiet());
  BOOST_TEST(out.bytes_under_way() == 0u);
}

/// Connections that break with frames and acknowledgements on them: everything
/// arrives once and in order, on the same link.
BOOST_AUTO_TEST_CASE(a_link_outlives_its_connections) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    test::dice d{seed};
    envelope_sender<to_hub> out;
    envelope_receiver in;
    std::deque<std::string> down;
    std::deque<acknowledgement> up;
    std::uint32_t sent = 0;
    std::vector<std::uint32_t> got;
    auto deliver = [&](const std::string& frame) {
      auto x = take(in, frame);
      BOOST_REQUIRE((x.how == reception::fine));
      for (const auto& y : x.whole)
        got.push_back(number_of(y));
    };
    for (int turn = 0; turn < 400; ++turn) {
      switch (d.roll(6)) {
      case 0:
      case 1:
        for (auto n = d.roll(5); n > 0; --n)
          out.push(small(sent++));
        for (auto& x : out.take())
          down.push_back(std::move(x));
        break;
      case 2:
      case 3:
        if (!down.empty()) {
          deliver(down.front());
          down.pop_front();
          up.push_back({in.received() - d.roll(2) % (in.received() + 1), 20});
        }
        break;
      case 4:
        if (!up.empty()) {
          BOOST_REQUIRE(out.acknowledged(up.front(), ignore));
          up.pop_front();
        }
        break;
      default:
        if (!d.one_in(4))
          break;
        down.clear();
        up.clear();
        BOOST_REQUIRE(out.resume(in.received()));
      }
    }
    BOOST_REQUIRE(out.resume(in.received()));
    while (got.size() < sent) {
      for (const auto& x : out.take())
        deliver(x);
      BOOST_REQUIRE(out.acknowledged({in.received(), 20}, ignore));
    }
    BOOST_REQUIRE(out.acknowledged({in.received(), 20}, ignore));
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_REQUIRE_EQUAL(got.size(), sent);
      for (std::uint32_t i = 0; i < sent; ++i)
        BOOST_REQUIRE_EQUAL(got[i], i);
      BOOST_TEST(out.is_quiet());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
