// SPDX-License-Identifier: BSD-3-Clause
// §34: frames between those who know each other.
#include "runtime/cluster/tls_transport.hpp"

#include "tests/runtime/cluster/transport_sides.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <random>
#include <thread>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;
using test::certified;
using test::side;
using test::told;

namespace {

/// Two sides that have each other's connection, with TLS or without.
struct linked {
  explicit linked(bool tls, tls_options options = {})
    : hub(with(tls, options, certs.orchestrator())),
      node(with(tls, options, certs.node())), port(hub.listen()) {
    at_node = node.transport->connect("127.0.0.1", port);
    BOOST_TEST(node.next(told::kind::opened).id == at_node);
    at_hub = hub.next(told::kind::opened).id;
  }
  void admit() {
    hub.transport->admit(at_hub);
    node.transport->admit(at_node);
  }
  static tls_options with(bool tls, tls_options x, credentials identity) {
    if (tls)
      x.identity = std::move(identity);
    return x;
  }

  certified certs;
  side hub;
  side node;
  std::uint16_t port;
  connection_id at_hub = 0;
  connection_id at_node = 0;
};

std::string noise(std::size_t size, unsigned seed) {
  std::minstd_rand random{seed + 1};
  std::string result(size, '\0');
  for (auto& c : result)
    c = static_cast<char>(random() >> 8);
  return result;
}

const auto both = boost::unit_test::data::make({false, true});

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_tls_transport)

BOOST_AUTO_TEST_CASE(each_side_knows_whom_it_speaks_to) {
  certified certs;
  side hub{certs.orchestrator()};
  side node{certs.node("gpu-1")};
  auto port = hub.listen();
  auto id = node.transport->connect("127.0.0.1", port);
  auto there = node.next(told::kind::opened);
  BOOST_TEST(there.id == id);
  BOOST_TEST(there.text == orchestrator_name);
  BOOST_TEST(there.address == "127.0.0.1:" + std::to_string(port));
  auto here = hub.next(told::kind::opened);
  BOOST_TEST(here.text == "gpu-1");
  BOOST_TEST(here.address.starts_with("127.0.0.1:"));
}

BOOST_DATA_TEST_CASE(frames_arrive_whole_in_order_and_unchanged, both, tls) {
  linked x{tls};
  x.admit();
  const std::vector<std::size_t> sizes = {0,
                                          1,
                                          3,
                                          4,
                                          5,
                                          64,
                                          1000,
                                          16'383,
                                          16'384,
                                          16'385,
                                          65'535,
                                          65'536,
                                          65'537,
                                          262'140,
                                          262'144,
                                          300'000,
                                          1u << 20,
                                          frame_bytes_max - 1,
                                          frame_bytes_max,
                                          0,
                                          17};
  unsigned seed = 0;
  for (auto size : sizes) {
    x.node.transport->send(x.at_node, noise(size, ++seed));
    x.hub.transport->send(x.at_hub, noise(size, seed + 1000));
  }
  seed = 0;
  for (auto size : sizes) {
    auto at_hub = x.hub.next(told::kind::arrived);
    auto at_node = x.node.next(told::kind::arrived);
    BOOST_TEST((at_hub.text == noise(size, ++seed)), "size " << size);
    BOOST_TEST((at_node.text == noise(size, seed + 1000)), "size " << size);
  }
}

BOOST_DATA_TEST_CASE(many_small_frames_from_many_threads, both, tls) {
  constexpr int threads = 4;
  constexpr int each = 5000;
  linked x{tls};
  x.admit();
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([t, to = x.at_node, by = x.node.transport.get()] {
      for (int i = 0; i < each; ++i)
        by->send(to, std::to_string(t) + " " + std::to_string(i));
    });
  std::vector<int> next(threads, 0);
  bool in_order = true;
  for (int i = 0; i < threads * each; ++i) {
    auto text = x.hub.next(told::kind::arrived).text;
    auto t = static_cast<std::size_t>(text[0] - '0');
    in_order = in_order && std::stoi(text.substr(2)) == next[t]++;
  }
  BOOST_TEST(in_order);
  for (auto& t : all)
    t.join();
}

BOOST_DATA_TEST_CASE(closing_delivers_what_was_sent, both, tls) {
  linked x{tls};
  x.admit();
  constexpr int count = 40;
  for (int i = 0; i < count; ++i)
    x.node.transport->send(x.at_node, noise(200'000, unsigned(i)));
  x.node.transport->close(x.at_node);
  x.node.transport->send(x.at_node, "too late");
  for (int i = 0; i < count; ++i)
    BOOST_TEST(
        (x.hub.next(told::kind::arrived).text == noise(200'000, unsigned(i))));
  BOOST_TEST(x.hub.next(told::kind::closed).text == "it closed the connection");
  BOOST_TEST(x.node.next(told::kind::closed).text == "closed");
  BOOST_TEST(x.node.transport->unsent_bytes(x.at_node) == 0u);
}

BOOST_DATA_TEST_CASE(an_ended_transport_delivers_what_was_sent, both, tls) {
  linked x{tls};
  x.admit();
  x.node.transport->send(x.at_node, noise(3'000'000, 7));
  x.node.transport.reset();
  BOOST_TEST((x.hub.next(told::kind::arrived).text == noise(3'000'000, 7)));
  BOOST_TEST(x.hub.next(told::kind::closed).text == "it closed the connection");
}

// row 14: what a slow reader has not taken stays with its sender.
BOOST_DATA_TEST_CASE(a_slow_reader_is_not_flooded, both, tls) {
  linked x{tls};
  x.admit();
  std::promise<void> go_on;
  auto may = go_on.get_future().share();
  x.hub.before_frame = [may] {
    may.wait();
  };
  constexpr std::size_t frame = std::size_t{1} << 20;
  constexpr std::size_t count = 64;
  for (std::size_t i = 0; i < count; ++i)
    x.node.transport->send(x.at_node, std::string(frame, 'x'));
  // What has left is in the kernel's buffers, of which each side has at most 6
  // MiB by default; the reader has taken one frame and a buffer.
  BOOST_TEST(x.node.transport->unsent_bytes(x.at_node) > count * frame / 2);
  go_on.set_value();
  for (std::size_t i = 0; i < count; ++i)
    BOOST_TEST(x.hub.next(told::kind::arrived).text.size() == frame);
}

// Whoever owns it may be gone with the last event.
BOOST_AUTO_TEST_CASE(a_transport_can_end_within_an_event) {
  linked x{true};
  x.hub.before_frame = [&] {
    x.hub.transport.reset();
  };
  x.node.transport->send(x.at_node, "one");
  x.node.transport->send(x.at_node, "two");
  BOOST_TEST(x.hub.next(told::kind::arrived).text == "one");
  BOOST_TEST(x.node.next(told::kind::closed).id == x.at_node);
  BOOST_TEST(x.hub.list.empty());
}

BOOST_AUTO_TEST_CASE(nobody_there_is_said_at_once) {
  certified certs;
  side hub{certs.orchestrator()};
  auto port = hub.listen();
  hub.transport.reset();
  side node{certs.node()};
  auto id = node.transport->connect("127.0.0.1", port);
  auto x = node.next(told::kind::closed);
  BOOST_TEST(x.id == id);
  BOOST_TEST(x.text == "connection refused");
}

BOOST_AUTO_TEST_CASE(names_are_looked_up) {
  certified certs;
  side hub{certs.orchestrator()};
  side node{certs.node()};
  node.transport->connect("localhost", hub.listen());
  node.next(told::kind::opened);
  // Too long for a name: nobody has to be asked for it.
  auto id = node.transport->connect(std::string(300, 'x'), 7700);
  auto x = node.next(told::kind::closed);
  BOOST_TEST(x.id == id);
  BOOST_TEST(!x.text.empty());
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_named_with_a_remedy) {
  certified certs;
  side one{certs.orchestrator()};
  side other{certs.orchestrator()};
  auto port = one.listen();
  auto x = other.transport->listen("127.0.0.1", port);
  BOOST_REQUIRE(!x);
  BOOST_TEST((x.error().code == exit_code::environment));
  BOOST_TEST(x.error().detail
             == "cannot listen on 127.0.0.1:" + std::to_string(port)
                    + ": address already in use; choose another port, or 0 "
                      "for any that is free");
}

BOOST_AUTO_TEST_CASE(without_tls_only_this_machine_is_spoken_to) {
  side plain;
  auto door = plain.transport->listen("0.0.0.0", 0);
  BOOST_REQUIRE(!door);
  BOOST_TEST(door.error().detail
             == "cannot listen on 0.0.0.0:0: without TLS (--insecure) only "
                "this machine is listened to: name 127.0.0.1 or ::1");
  auto id = plain.transport->connect("192.0.2.1", 7);
  auto x = plain.next(told::kind::closed);
  BOOST_TEST(x.id == id);
  BOOST_TEST(x.text
             == "without TLS (--insecure) only this machine is spoken to: "
                "127.0.0.1 or ::1");
  BOOST_TEST(!x.remedy.empty());
}

BOOST_AUTO_TEST_CASE(without_a_host_all_addresses_are_listened_to) {
  certified certs;
  side hub{certs.orchestrator()};
  side node{certs.node()};
  for (const auto* all : {"", "::"}) {
    auto port = hub.transport->listen(all, 0);
    BOOST_REQUIRE_MESSAGE(port, (port ? "" : port.error().detail));
    node.transport->connect("127.0.0.1", *port);
    node.next(told::kind::opened);
    hub.next(told::kind::opened);
  }
  side plain;
  auto x = plain.transport->listen("::", 0);
  BOOST_REQUIRE(!x);
  BOOST_TEST(x.error().detail.starts_with(
                 "cannot listen on [::]:0: without TLS (--insecure)"),
             x.error().detail);
}

BOOST_AUTO_TEST_CASE(unknown_connections_are_ignored) {
  side plain;
  plain.transport->send(17, "x");
  plain.transport->admit(17);
  plain.transport->close(17);
  BOOST_TEST(plain.transport->unsent_bytes(17) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
