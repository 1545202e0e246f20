// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/report.hpp"

#include "runtime/stress/patterns.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace tutti::stress;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

outcome sample() {
  outcome x;
  x.how.pattern = find_pattern("fan-in");
  x.how.count = 1000;
  x.how.actors = 9;
  x.how.command = "tutti stress fan-in";
  x.elapsed = 2s;
  x.operations = x.messages = 3'000'000;
  x.accounts.senders = 8;
  x.accounts.sent = x.accounts.received = 3'000'000;
  x.times.add(1500);
  return x;
}

void check_wrong(const outcome& x, std::string_view said) {
  BOOST_TEST(!x.whole());
  auto text = report_text(x);
  BOOST_TEST(has(text, said), text);
  BOOST_TEST(!has(text, "checksums agree"), text);
  auto d = nlohmann::json::parse(report_json(x));
  tutti::test::check_document(d, "stress");
  BOOST_TEST((!d["ledger"]["whole"].get<bool>() || !d["trouble"].is_null()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_report)

BOOST_AUTO_TEST_CASE(what_is_whole_says_so_in_text_and_document) {
  auto x = sample();
  BOOST_TEST(x.whole());
  auto text = report_text(x);
  BOOST_TEST(has(text, "1,500,000 messages/s  (3,000,000 in 2.00 s)"), text);
  BOOST_TEST(has(text, "3,000,000 sent, all received"), text);
  BOOST_TEST(has(text, "max 1.5 us"), text);
  auto d = nlohmann::json::parse(report_json(x));
  tutti::test::check_document(d, "stress");
  BOOST_TEST(d["operations_per_s"] == 1'500'000);
  BOOST_TEST(d["latency"]["max_ns"] == 1500);
}

BOOST_AUTO_TEST_CASE(whatever_is_not_as_sent_is_said) {
  auto x = sample();
  x.accounts.missing = 12'345;
  x.accounts.received -= 12'345;
  check_wrong(x, "12,345 MISSING");
  x = sample();
  x.accounts.surplus = 2;
  check_wrong(x, "2 received twice");
  x = sample();
  x.accounts.corrupted = 3;
  check_wrong(x, "3 corrupted");
  x = sample();
  x.accounts.unequal = 1;
  check_wrong(x, "1 senders with others than they sent");
}

BOOST_AUTO_TEST_CASE(a_measurement_that_came_to_no_good_end_says_why) {
  auto x = sample();
  x.trouble = "no message was handled for 10s";
  BOOST_TEST(!x.whole());
  BOOST_TEST(has(report_text(x), "FAILED      no message was handled"));
  auto d = nlohmann::json::parse(report_json(x));
  BOOST_TEST(d["trouble"] == x.trouble);
}

BOOST_AUTO_TEST_CASE(nothing_measured_divides_by_nothing) {
  outcome x;
  x.how.pattern = find_pattern("ring");
  x.how.actors = 100;
  x.stopped = true;
  auto text = report_text(x);
  BOOST_TEST(has(text, "STOPPED"), text);
  BOOST_TEST(has(text, "none was taken"), text);
  auto d = nlohmann::json::parse(report_json(x));
  tutti::test::check_document(d, "stress");
  BOOST_TEST(d["operations_per_s"].is_null());
  BOOST_TEST(d["latency"].is_null());
}

BOOST_AUTO_TEST_CASE(numbers_and_times_are_for_people) {
  BOOST_TEST(number_text(0) == "0");
  BOOST_TEST(number_text(999) == "999");
  BOOST_TEST(number_text(1000) == "1,000");
  BOOST_TEST(number_text(1234567) == "1,234,567");
  BOOST_TEST(time_text(999) == "999 ns");
  BOOST_TEST(time_text(1230) == "1.23 us");
  BOOST_TEST(time_text(999'499) == "999 us");
  BOOST_TEST(time_text(999'999) == "1 ms");
  BOOST_TEST(time_text(45'600'000) == "45.6 ms");
  BOOST_TEST(time_text(1'200'000'000) == "1.20 s");
}

BOOST_AUTO_TEST_CASE(every_pattern_says_what_it_is) {
  for (const auto& x : patterns()) {
    BOOST_TEST(find_pattern(x.name) == &x);
    for (auto text : {x.what, x.follows, x.unit, x.units, x.timed})
      BOOST_TEST(!text.empty(), x.name);
    BOOST_TEST(x.actors >= x.actors_min, x.name);
    BOOST_TEST(x.actors <= x.actors_max, x.name);
    BOOST_TEST(x.actors % x.actors_step == 0u, x.name);
    BOOST_TEST(x.count <= x.count_max, x.name);
    // What ends it by default is something that it takes.
    BOOST_TEST(has(x.takes, x.count > 0 ? knob::count : knob::time), x.name);
  }
  BOOST_TEST(find_pattern("nothing") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
