// SPDX-License-Identifier: BSD-3-Clause
// Who is let in, and what becomes of all others. Prints a table of it.
#include "tests/runtime/cluster/raw_tls.hpp"
#include "tests/runtime/cluster/transport_sides.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <random>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;
using test::certified;
using test::raw_door;
using test::raw_tcp;
using test::raw_tls;
using test::side;
using test::told;

namespace {

/// Of a frame.
constexpr const char* huge_head = "\xff\xff\xff\xf0";

/// What a peer sends that speaks CAF's own protocol: a handshake header, and
/// no payload. 32 bytes of this end a program with CAF's network module.
std::string basp_handshake() {
  std::string result(32, '\0');
  result[0] = 1;
  return result;
}

std::string noise(std::size_t size, unsigned seed) {
  std::minstd_rand random{seed + 1};
  std::string result(size, '\0');
  for (auto& c : result)
    c = static_cast<char>(random() >> 8);
  return result;
}

/// What a good node sends to shake hands, to be sent again by somebody else.
std::string recorded_handshake(certified& certs) {
  auto at_hub = make_tls_context(certs.orchestrator());
  auto at_node = make_tls_context(certs.node());
  BOOST_REQUIRE((at_hub && at_node));
  tls_session hub{**at_hub, true};
  tls_session node{**at_node, false};
  std::string all;
  std::string content;
  for (int i = 0; i < 4; ++i) {
    std::string there;
    node.take_output(there);
    hub.arrived(there, content);
    std::string back;
    hub.take_output(back);
    node.arrived(back, content);
    all += there;
  }
  BOOST_REQUIRE((hub.now() == tls_session::state::open));
  return all;
}

struct stranger {
  const char* who;
  const char* why; ///< what the orchestrator says of it
  /// Makes what it needs, and returns what it does until it is turned out.
  std::function<std::function<void(std::uint16_t port)>(certified&)> comes;
};

/// Shakes hands with a certificate, or without, and says something.
auto with_tls(std::optional<credentials> shows, std::string says = {},
              int version = TLS1_3_VERSION) {
  return [=](std::uint16_t port) {
    raw_tls tls{port, shows, version};
    tls.shake_hands();
    tls.send(says);
    static_cast<void>(tls.read_to_end());
  };
}

auto with_bytes(std::string bytes) {
  return [=](std::uint16_t port) {
    raw_tcp tcp{port};
    tcp.send(bytes);
    tcp.read_to_end();
  };
}

/// So slowly that each byte would renew a patience with those who are silent.
auto with_drops(std::string bytes) {
  return [=](std::uint16_t port) {
    raw_tcp tcp{port};
    for (std::size_t i = 0; i < bytes.size() && !tcp.is_answered(50); ++i)
      tcp.send(bytes.substr(i, 1));
    tcp.read_to_end();
  };
}

/// A certificate by the cluster's CA that it would not issue.
credentials odd(certified& certs, std::string name, certificate_role role,
                std::int64_t from_days, std::int64_t until_days) {
  constexpr std::int64_t day_s = 24 * 60 * 60;
  auto now = test::now_s();
  return certs.any({std::move(name), role, now + from_days * day_s,
                    now + until_days * day_s});
}

using certificate_role::authority;
using certificate_role::node;

const std::vector<stranger> refused_at_once = {
    {"TLS without a certificate", "no certificate",
     [](certified&) {
       return with_tls({});
     }},
    {"a node of another CA", "certificate of another CA",
     [](certified&) {
       return with_tls(certified{}.node());
     }},
    {"a node whose certificate has expired", "certificate expired",
     [](certified& x) {
       return with_tls(odd(x, "gpu-1", node, -9, -1));
     }},
    {"a node whose certificate is not valid yet",
     "certificate not valid yet (is a clock wrong?)",
     [](certified& x) {
       return with_tls(odd(x, "gpu-1", node, 2, 9));
     }},
    {"the orchestrator's own certificate", "certificate for another role",
     [](certified& x) {
       return with_tls(x.orchestrator());
     }},
    {"a certificate for certificates", "certificate for another role",
     [](certified& x) {
       return with_tls(odd(x, "gpu-1", authority, -1, 9));
     }},
    {"a node that is called 'local'", "certificate for another role",
     [](certified& x) {
       return with_tls(odd(x, "local", node, -1, 9));
     }},
    {"a node with TLS 1.2", "a version of TLS before 1.3",
     [](certified& x) {
       return with_tls(x.node(), {}, TLS1_2_VERSION);
     }},
    {"a handshake that was recorded", "broken TLS",
     [](certified& x) {
       return with_bytes(recorded_handshake(x));
     }},
    {"CAF's own protocol (32 bytes)", "plain bytes instead of TLS",
     [](certified&) {
       return with_bytes(basp_handshake());
     }},
    {"a browser", "plain bytes instead of TLS",
     [](certified&) {
       return with_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
     }},
    {"4 KiB of noise", "plain bytes instead of TLS",
     [](certified&) {
       return with_bytes("\x80" + noise(4095, 1));
     }},
    {"noise that begins as TLS does", "broken TLS",
     [](certified&) {
       return with_bytes("\x16\x03\x01\x02" + noise(4092, 2));
     }},
    {"a node that announces 4 GiB",
     "frame of 4294967280 bytes, and 65536 is the most before it is admitted",
     [](certified& x) {
       return with_tls(x.node(), huge_head);
     }},
    {"a node that says much before who it is",
     "frame of 65537 bytes, and 65536 is the most before it is admitted",
     [](certified& x) {
       return with_tls(x.node(),
                       std::string{"\0\1\0\1", 4} + std::string(65'537, 'x'));
     }},
};

/// Those that do too little.
const std::vector<stranger> refused_in_the_end = {
    {"one that says nothing", "handshake took longer than 1s",
     [](certified&) {
       return with_bytes({});
     }},
    {"half a handshake", "handshake took longer than 1s",
     [](certified& x) {
       return with_bytes(recorded_handshake(x).substr(0, 100));
     }},
    {"a handshake of 20 bytes a second", "handshake took longer than 1s",
     [](certified& x) {
       return with_drops(recorded_handshake(x).substr(0, 200));
     }},
    {"a node that does not say who it is", "it did not say who it is within 1s",
     [](certified& x) {
       return with_tls(x.node());
     }},
};

/// Lets it act, and returns how long it took until something was said of it.
std::chrono::milliseconds outlast(const stranger& x, side& hub,
                                  certified& certs, std::uint16_t port) {
  auto acts = x.comes(certs);
  auto begin = std::chrono::steady_clock::now();
  acts(port);
  auto word = hub.list.next();
  auto took = std::chrono::steady_clock::now() - begin;
  if (word.what == told::kind::opened)
    word = hub.next(told::kind::closed);
  BOOST_TEST(word.text == x.why, x.who << ": " << word.text);
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  BOOST_TEST_MESSAGE(
      fmt::format("{:<42} {:<73} {:>5} ms", x.who, word.text, ms.count()));
  return ms;
}

/// A connection that is to go on undisturbed.
struct healthy {
  healthy(certified& certs, side& to, std::uint16_t port)
    : hub(to), node(certs.node("healthy")) {
    at_node = node.transport->connect("127.0.0.1", port);
    node.next(told::kind::opened);
    at_hub = hub.next(told::kind::opened).id;
    node.transport->admit(at_node);
    hub.transport->admit(at_hub);
  }
  void exchange(const std::string& text) {
    node.transport->send(at_node, text);
    BOOST_TEST((hub.next(told::kind::arrived).text == text));
    hub.transport->send(at_hub, text);
    BOOST_TEST((node.next(told::kind::arrived).text == text));
  }

  side& hub;
  side node;
  connection_id at_hub = 0;
  connection_id at_node = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_transport_strangers)

// row 18 and row 19: hostile bytes, and who is not authorised.
BOOST_AUTO_TEST_CASE(strangers_are_refused_at_once_and_disturb_nobody) {
  certified certs;
  side hub{
      tls_options{.identity = certs.orchestrator(), .refusals_told_max = 1000}};
  auto port = hub.listen();
  healthy other{certs, hub, port};
  for (const auto& x : refused_at_once) {
    auto took = outlast(x, hub, certs, port);
    // Far below the patience with those who are silent.
    BOOST_TEST((took < std::chrono::seconds(5)), x.who);
    other.exchange(x.who);
  }
}

// row 18: idle strangers and half handshakes.
BOOST_AUTO_TEST_CASE(silent_strangers_are_refused_when_their_time_is_over) {
  certified certs;
  side hub{tls_options{.identity = certs.orchestrator(),
                       .patience = std::chrono::seconds(1)}};
  auto port = hub.listen();
  healthy other{certs, hub, port};
  for (const auto& x : refused_in_the_end) {
    auto took = outlast(x, hub, certs, port);
    BOOST_TEST((took >= std::chrono::seconds(1)), x.who);
    BOOST_TEST((took < std::chrono::seconds(6)), x.who);
    other.exchange(x.who);
  }
}

// row 18: also one that is known may not announce what it likes.
BOOST_AUTO_TEST_CASE(an_admitted_node_cannot_announce_more_than_a_frame) {
  certified certs;
  side hub{certs.orchestrator()};
  raw_tls tls{hub.listen(), certs.node()};
  tls.shake_hands();
  auto id = hub.next(told::kind::opened).id;
  hub.transport->admit(id);
  tls.send(std::string{"\0\0\0\2ok", 6});
  BOOST_TEST(hub.next(told::kind::arrived).text == "ok");
  tls.send(huge_head);
  BOOST_TEST(hub.next(told::kind::closed).text
             == "frame of 4294967280 bytes, and 4194304 is the most");
}

// row 18: without clearing OpenSSL's errors one of these ends another's link.
BOOST_AUTO_TEST_CASE(two_hundred_garbage_connections_disturb_nobody) {
  certified certs;
  side hub{tls_options{.identity = certs.orchestrator(),
                       .patience = std::chrono::seconds(60),
                       .strangers_max = 1000,
                       .refusals_told_max = 1000}};
  auto port = hub.listen();
  healthy other{certs, hub, port};
  std::vector<raw_tcp> open;
  for (unsigned i = 0; i < 200; ++i) {
    open.emplace_back(port);
    auto bytes = noise(4096, i);
    if (i % 2 == 0)
      bytes.replace(0, 4, std::string{"\x16\x03\x01\x02", 4});
    open.back().send(bytes);
    other.node.transport->send(other.at_node, noise(5000, i));
    other.hub.transport->send(other.at_hub, noise(5000, i + 1000));
  }
  unsigned refused = 0;
  unsigned arrived = 0;
  while (refused + arrived < 400) {
    auto x = hub.list.next();
    BOOST_REQUIRE(
        (x.what == told::kind::refused || x.what == told::kind::arrived));
    if (x.what == told::kind::refused)
      ++refused;
    else
      BOOST_TEST((x.text == noise(5000, arrived++)));
  }
  BOOST_TEST(refused == 200u);
  for (unsigned i = 0; i < 200; ++i)
    BOOST_TEST(
        (other.node.next(told::kind::arrived).text == noise(5000, i + 1000)));
}

BOOST_AUTO_TEST_CASE(too_many_strangers_are_refused_at_once) {
  certified certs;
  side hub{tls_options{.identity = certs.orchestrator(),
                       .patience = std::chrono::seconds(60),
                       .strangers_max = 3}};
  auto port = hub.listen();
  healthy other{certs, hub, port}; // counts no more
  std::vector<raw_tcp> open;
  for (int i = 0; i < 4; ++i)
    open.emplace_back(port);
  BOOST_TEST(hub.next(told::kind::refused).text
             == "too many strangers at once");
  other.exchange("still here");
  // Who leaves makes room.
  open.front().leave();
  BOOST_TEST(hub.next(told::kind::refused).text
             == "it closed the connection during the handshake");
  healthy late{certs, hub, port};
  late.exchange("and let in");
}

// row 29: without a descriptor who comes waits, and nobody is disturbed.
BOOST_AUTO_TEST_CASE(without_descriptors_who_is_there_goes_on) {
  certified certs;
  side hub{certs.orchestrator()};
  auto port = hub.listen();
  healthy other{certs, hub, port};
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto limit = before;
  limit.rlim_cur = 64;
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  // Takes all but the one that the next client needs itself.
  std::vector<process::unique_fd> taken;
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0))
    taken.emplace_back(fd);
  BOOST_REQUIRE(!taken.empty());
  taken.pop_back();
  raw_tcp late{port};
  late.send("nonsense");
  other.exchange("still here");
  taken.clear();
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(hub.next(told::kind::refused).text
             == "plain bytes instead of TLS");
}

// row 19: the node looks at whom it speaks to, too.
BOOST_AUTO_TEST_CASE(a_node_refuses_false_orchestrators) {
  certified certs;
  certified other;
  auto now = test::now_s();
  struct {
    credentials shows;
    const char* why;
    const char* back; ///< what the false one hears of it
  } cases[] = {
      {certs.node("gpu-2"), "certificate for another role",
       "it refuses us: our certificate is not for this role"},
      {certs.any({"gpu-2", certificate_role::orchestrator, now - 9, now + 99}),
       "certificate for another role",
       "it refuses us: our certificate is not for this role"},
      {other.orchestrator(), "certificate of another CA",
       "it refuses us: our certificate is of another CA"},
      {certs.any({orchestrator_name, certificate_role::orchestrator, now - 99,
                  now - 9}),
       "certificate expired", "it refuses us: our certificate has expired"},
  };
  side node{certs.node()};
  for (const auto& x : cases) {
    side hub{x.shows};
    node.transport->connect("127.0.0.1", hub.listen());
    BOOST_TEST(node.next(told::kind::closed).text == x.why);
    BOOST_TEST(hub.next(told::kind::refused).text == x.back);
  }
}

BOOST_AUTO_TEST_CASE(a_node_hears_why_it_is_refused) {
  certified certs;
  certified other;
  auto now = test::now_s();
  auto stray = other.node();
  stray.authority = certs.orchestrator().authority; // it believes this one
  struct {
    credentials shows;
    const char* why;
  } cases[] = {
      {stray, "it refuses us: our certificate is of another CA"},
      {certs.any({"gpu-1", certificate_role::node, now - 99, now - 9}),
       "it refuses us: our certificate has expired"},
  };
  side hub{certs.orchestrator()};
  auto port = hub.listen();
  for (const auto& x : cases) {
    side node{x.shows};
    node.transport->connect("127.0.0.1", port);
    node.next(told::kind::opened); // TLS 1.3 tells it afterwards
    BOOST_TEST(node.next(told::kind::closed).text == x.why);
    hub.next(told::kind::refused);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_orchestrator_is_left_in_time) {
  certified certs;
  side node{tls_options{.identity = certs.node(),
                        .patience = std::chrono::seconds(1)}};
  raw_door door;
  node.transport->connect("127.0.0.1", door.port());
  auto silent = door.take();
  BOOST_TEST(node.next(told::kind::closed).text
             == "handshake took longer than 1s");
  node.transport->connect("127.0.0.1", door.port());
  door.take().leave();
  auto why = node.next(told::kind::closed).text;
  BOOST_TEST((why == "it closed the connection during the handshake"
              || why == "connection reset by peer"));
  node.transport->connect("127.0.0.1", door.port());
  auto loud = door.take();
  loud.send(noise(1000, 5));
  BOOST_TEST(node.next(told::kind::closed).text == "broken TLS");
}

BOOST_AUTO_TEST_CASE(with_tls_on_one_side_only_both_say_so) {
  certified certs;
  {
    side hub{certs.orchestrator()};
    side node;
    auto id = node.transport->connect("127.0.0.1", hub.listen());
    node.next(told::kind::opened);
    node.transport->send(id, "hello");
    BOOST_TEST(hub.next(told::kind::refused).text
               == "plain bytes instead of TLS");
    BOOST_TEST(node.next(told::kind::closed).text
               == "it speaks TLS: only one side runs with --insecure");
  }
  side hub;
  side node{certs.node()};
  node.transport->connect("127.0.0.1", hub.listen());
  hub.next(told::kind::opened);
  BOOST_TEST(hub.next(told::kind::closed).text
             == "it speaks TLS: only one side runs with --insecure");
  BOOST_TEST(node.next(told::kind::closed).text
             == "it takes us for no TLS: only one side runs with --insecure");
}

// row 18: without TLS, too.
BOOST_AUTO_TEST_CASE(without_tls_strangers_are_bounded_as_well) {
  side hub{tls_options{.patience = std::chrono::seconds(1)}};
  auto port = hub.listen();
  raw_tcp greedy{port};
  greedy.send(huge_head);
  hub.next(told::kind::opened);
  BOOST_TEST(hub.next(told::kind::closed).text
             == "frame of 4294967280 bytes, and 65536 is the most before it "
                "is admitted");
  raw_tcp talker{port};
  talker.send(std::string(4 * 17, '\0')); // 17 empty frames
  hub.next(told::kind::opened);
  for (int i = 0; i < 16; ++i)
    BOOST_TEST(hub.next(told::kind::arrived).text.empty());
  BOOST_TEST(hub.next(told::kind::closed).text
             == "too many frames before it is admitted");
  raw_tcp silent{port};
  hub.next(told::kind::opened);
  BOOST_TEST(hub.next(told::kind::closed).text
             == "it did not say who it is within 1s");
}

BOOST_AUTO_TEST_SUITE_END()
