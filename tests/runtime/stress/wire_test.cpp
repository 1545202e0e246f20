// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

using namespace tutti::stress;

namespace {

load sample_load() {
  load x;
  x.number = 7;
  x.check = 0xfedcba9876543210u;
  x.begun_ns = -5;
  x.left = 3;
  x.sender = 12;
  x.bytes = {1, 2, 255};
  return x;
}

/// One of each.
std::vector<envelope> samples() {
  round_told told;
  told.operations = 1;
  told.handled = 2;
  told.pauses = 3;
  told.cpu_user = tutti::duration{4};
  told.cpu_system = tutti::duration{5};
  told.peak_bytes = 6;
  told.times = {{{7, 8}, {9, 10}}, 1.5, 11, 12};
  return {
      {4, sample_load()},
      {5, credit{1, 2, true}},
      {6, source_ends{9}},
      {0, part_begins{"fan-in", 9, 1024, 500, 3, 2}},
      {0, part_ready{"because"}},
      {0, round_order{1000, true}},
      {0, round_stops{}},
      {0, sources_over{}},
      {0, node_progress{99}},
      {0, tell_round{}},
      {0, told},
      {0, tell_accounts{}},
      {0, accounts_told{{{3, {4, 5}, {6, 7}}}, 8}},
      {0, ask_clock{}},
      {0, clock_told{-3, "a boot"}},
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_wire)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  auto all = samples();
  BOOST_TEST(all.size() == std::variant_size_v<envelope_content>);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_TEST(all[i].content.index() == i); // one of each
    auto bytes = encode(all[i]);
    BOOST_TEST(bytes.size() == encoded_bytes(all[i]));
    envelope x;
    BOOST_REQUIRE(decode(bytes, x));
    BOOST_TEST(x.place == all[i].place);
    BOOST_TEST(x.content.index() == i);
    BOOST_TEST(encode(x) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_load_keeps_its_bytes) {
  envelope x;
  BOOST_REQUIRE(decode(encode(envelope{4, sample_load()}), x));
  const auto& y = std::get<load>(x.content);
  auto of = sample_load();
  BOOST_TEST(y.number == of.number);
  BOOST_TEST(y.check == of.check);
  BOOST_TEST(y.begun_ns == of.begun_ns);
  BOOST_TEST(y.left == of.left);
  BOOST_TEST(y.sender == of.sender);
  BOOST_TEST(y.bytes == of.bytes);
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_too_long_is_none) {
  for (const auto& x : samples()) {
    auto bytes = encode(x);
    envelope y;
    for (std::size_t n = 0; n < bytes.size(); ++n)
      BOOST_TEST(!decode(std::string_view{bytes}.substr(0, n), y));
    BOOST_TEST(!decode(bytes + '\0', y));
  }
}

BOOST_AUTO_TEST_SUITE_END()
