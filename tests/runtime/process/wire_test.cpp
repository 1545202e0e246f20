// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

using namespace tutti;
using namespace tutti::process;
using wire::frame_state;

namespace {

start_process sample_start() {
  start_process x;
  x.id = std::numeric_limits<process_id>::max();
  x.name = "build-1";
  x.argv = {"sh", "-c", std::string{"a\0b", 3}, ""};
  x.env = {"A=1", "B="};
  x.env_files = {"/tmp/x.env"};
  x.secrets = {"TOKEN", "PIN"};
  x.directory = "/tmp";
  x.input = "{\"k\": \"\xff\"}";
  x.idle_timeout = std::chrono::hours(9);
  x.grace = std::chrono::nanoseconds(-1);
  x.interactive = true;
  return x;
}

process_exited sample_exited() {
  process_exited x;
  x.id = 7;
  x.end = process_end::unkillable;
  x.code = -5;
  x.message = "why";
  x.output = "a=1\n";
  x.log = "/tmp/a.log";
  x.dropped_bytes = std::uint64_t{1} << 40;
  x.leaked = true;
  return x;
}

template <class T>
T through_order(const wire::order& x) {
  std::string bytes;
  BOOST_TEST_REQUIRE(wire::encode(bytes, x));
  auto frame = wire::first_frame(bytes);
  BOOST_TEST_REQUIRE((frame.state == frame_state::complete));
  BOOST_TEST(frame.bytes_used == bytes.size());
  auto y = wire::decode_order(frame.body);
  BOOST_TEST_REQUIRE(y.has_value());
  return std::get<T>(*y);
}

template <class T>
T through_report(const wire::report& x) {
  std::string bytes;
  BOOST_TEST_REQUIRE(wire::encode(bytes, x));
  auto y = wire::decode_report(wire::first_frame(bytes).body);
  BOOST_TEST_REQUIRE(y.has_value());
  return std::get<T>(*y);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_wire)

BOOST_AUTO_TEST_CASE(a_start_arrives_as_it_was_sent) {
  auto x = sample_start();
  auto y = through_order<start_process>(x);
  BOOST_TEST(y.id == x.id);
  BOOST_TEST(y.name == x.name);
  BOOST_TEST(y.argv == x.argv);
  BOOST_TEST(y.env == x.env);
  BOOST_TEST(y.env_files == x.env_files);
  BOOST_TEST(y.secrets == x.secrets);
  BOOST_TEST(y.directory == x.directory);
  BOOST_TEST(y.input == x.input);
  BOOST_TEST((y.idle_timeout == x.idle_timeout));
  BOOST_TEST((y.grace == x.grace));
  BOOST_TEST(y.interactive);
}

BOOST_AUTO_TEST_CASE(all_other_orders_arrive_as_they_were_sent) {
  supervisor_options options{
      "/log", "/io", 1, 2, duration{3}, duration{4}, duration{5}, duration{6}};
  BOOST_TEST((through_order<supervisor_options>(options) == options));
  wire::secret_values secrets{{"A", "B"}, {"one", std::string{"t\0o", 3}}};
  BOOST_TEST(through_order<wire::secret_values>(secrets).names
             == secrets.names);
  BOOST_TEST(through_order<wire::secret_values>(secrets).values
             == secrets.values);
  auto end = through_order<end_process>(end_process{5, true});
  BOOST_TEST(end.id == 5U);
  BOOST_TEST(end.at_once);
  BOOST_TEST(through_order<wire::end_all>(wire::end_all{true}).at_once);
  BOOST_TEST(through_order<wire::lease>(wire::lease{true}).suspended);
  auto input =
      through_order<process_input>(process_input{6, {"a\0b", 3}, true, 9});
  BOOST_TEST((input.id == 6 && input.data.size() == 3 && input.close));
  BOOST_TEST(input.taken_bytes == 9U);
  auto alive = through_order<process_alive>(process_alive{7, true});
  BOOST_TEST((alive.id == 7U && alive.waits));
  through_order<wire::heartbeat>(wire::heartbeat{});
  through_order<wire::finish>(wire::finish{});
}

BOOST_AUTO_TEST_CASE(reports_arrive_as_they_were_sent) {
  auto started = through_report<process_started>(process_started{3, -1});
  BOOST_TEST(started.id == 3U);
  BOOST_TEST(started.pid == -1);
  auto line = through_report<process_line>(process_line{4, "hello"});
  BOOST_TEST(line.line == "hello");
  auto output =
      through_report<process_output>(process_output{5, {"a\0\n", 3}, 7});
  BOOST_TEST((output.id == 5 && output.data == std::string("a\0\n", 3)));
  BOOST_TEST(output.taken_bytes == 7U);
  through_report<wire::answer>(wire::answer{});
  auto x = sample_exited();
  auto y = through_report<process_exited>(x);
  BOOST_TEST((y.end == x.end));
  BOOST_TEST(y.code == x.code);
  BOOST_TEST(y.message == x.message);
  BOOST_TEST(y.output == x.output);
  BOOST_TEST(y.log == x.log);
  BOOST_TEST(y.dropped_bytes == x.dropped_bytes);
  BOOST_TEST(y.leaked == x.leaked);
}

BOOST_AUTO_TEST_CASE(frames_follow_each_other_in_one_buffer) {
  std::string bytes;
  BOOST_TEST(wire::encode(bytes, wire::order{end_process{1, false}}));
  auto first = bytes.size();
  BOOST_TEST(wire::encode(bytes, wire::order{end_process{2, false}}));
  auto frame = wire::first_frame(bytes);
  BOOST_TEST(frame.bytes_used == first);
  auto second = wire::first_frame(std::string_view{bytes}.substr(first));
  auto x = wire::decode_order(second.body);
  BOOST_TEST_REQUIRE(x.has_value());
  BOOST_TEST(std::get<end_process>(*x).id == 2U);
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_frame_is_incomplete) {
  std::string bytes;
  BOOST_TEST(wire::encode(bytes, wire::order{sample_start()}));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST((wire::first_frame(std::string_view{bytes}.substr(0, size)).state
                == frame_state::incomplete));
}

BOOST_AUTO_TEST_CASE(lengths_of_zero_and_over_the_maximum_are_broken) {
  BOOST_TEST((wire::first_frame(std::string_view{"\0\0\0\0", 4}).state
              == frame_state::broken));
  BOOST_TEST(
      (wire::first_frame("\xff\xff\xff\xff").state == frame_state::broken));
}

BOOST_AUTO_TEST_CASE(bodies_cut_short_or_too_long_are_refused) {
  std::string bytes;
  BOOST_TEST(wire::encode(bytes, wire::order{sample_start()}));
  auto body = wire::first_frame(bytes).body;
  for (std::size_t size = 0; size < body.size(); ++size)
    BOOST_TEST(!wire::decode_order(body.substr(0, size)).has_value());
  BOOST_TEST(!wire::decode_order(std::string{body} + "x").has_value());
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  BOOST_TEST(!wire::decode_order("\x63").has_value());
  BOOST_TEST(!wire::decode_report("\x05").has_value());
  // A boolean of 2, and a list that claims four billion strings.
  BOOST_TEST(!wire::decode_order(std::string_view{"\3\2"}).has_value());
  std::string list(1 + 8 + 4, '\0');
  list[0] = 1;
  BOOST_TEST(!wire::decode_order(list + "\xff\xff\xff\xff").has_value());
  std::string bytes;
  BOOST_TEST(wire::encode(bytes, wire::report{sample_exited()}));
  bytes[4 + 1 + 8] = 17; // `end`
  BOOST_TEST(!wire::decode_report(wire::first_frame(bytes).body).has_value());
}

BOOST_AUTO_TEST_CASE(bytes_flipped_anywhere_never_do_harm) {
  std::string bytes;
  BOOST_TEST(wire::encode(bytes, wire::order{sample_start()}));
  std::string body{wire::first_frame(bytes).body};
  for (std::size_t i = 0; i < body.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      auto hostile = body;
      hostile[i] = static_cast<char>(hostile[i] ^ (1 << bit));
      (void)wire::decode_order(hostile);
      (void)wire::decode_report(hostile);
    }
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_too_long_is_not_sent) {
  start_process x;
  x.input.assign(wire::frame_bytes_max, 'x');
  std::string bytes = "kept";
  BOOST_TEST(!wire::encode(bytes, wire::order{x}));
  BOOST_TEST(bytes == "kept");
}

BOOST_AUTO_TEST_SUITE_END()
