// SPDX-License-Identifier: BSD-3-Clause
// Who comes with a good certificate, and says what it should not: the hub on
// real connections. Goes on with the table of transport_strangers_test.cpp.
#include "runtime/cluster/hub_core.hpp"
#include "runtime/play/plan_builder.hpp"
#include "tests/runtime/cluster/raw_tls.hpp"
#include "tests/runtime/cluster/transport_sides.hpp"
#include "tests/support/batches.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;
using namespace std::chrono_literals;
using test::certified;
using test::raw_tls;
using test::side;
using test::told;

namespace {

/// Nobody listens to this hub.
struct no_ports : hub_ports {
  void to_lead(lead_word) override {
  }
  void as_agent(agent_id, to_hub_content) override {
  }
  void to_store(keep_payload) override {
  }
  void to_store(load_payload) override {
  }
  void to_observer(task_progress) override {
  }
  void open_files(const std::string&, std::uint64_t) override {
  }
  void close_files(const std::string&) override {
  }
  void to_files(const std::string&, file_word) override {
  }
  void spawn_local(const agent_address&) override {
  }
  void to_local(const agent_address&, to_node_content) override {
  }
  void drop_local(const agent_address&) override {
  }
  void flush_soon() override {
  }
};

/// A hub with TLS, and a node that takes part.
class cluster_of_one {
public:
  explicit cluster_of_one(certified& certs)
    : at_hub_(certs.orchestrator()), port_(at_hub_.listen()),
      core_(options(), {std::shared_ptr<void>{}, at_hub_.transport.get()},
            ports_),
      node_(certs.node("healthy")) {
    core_.begin(now_);
    link_ = node_.transport->connect("127.0.0.1", port_);
    node_.next(told::kind::opened);
    hello x;
    x.name = "healthy";
    say(x);
    turn(); // it was opened
    turn(); // it has said hello
    BOOST_TEST((heard<welcome>().every == 2s));
    node_.transport->admit(link_);
    say(ready{{}, {}, true});
    turn();
  }

  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }
  /// Does what has come from the network until something is said of it.
  std::string next_note() {
    while (notes_.empty())
      turn();
    return std::exchange(notes_, {}).front();
  }
  /// The node that takes part is asked, and answers.
  void beat() {
    now_ += 2s;
    core_.on_time(now_, 0s);
    say(heartbeat_ack{heard<heartbeat>().number});
    for (auto before = answers_; answers_ == before;)
      turn();
  }

private:
  hub_options options() {
    play::plan_builder b;
    b.agent("coder");
    b.task("build");
    auto work = b.get();
    work.agents[0].runs_on = {"gpu"};
    work.nodes.every = 2s;
    work.nodes.lease = 6s;
    work.nodes.keep = 60s;
    hub_options result;
    result.work = std::make_shared<const plan>(std::move(work));
    result.run_id = "r1";
    result.epoch = {1, 1};
    result.version = "1.2.3";
    result.note = [this](const std::string& x) {
      notes_.push_back(x);
    };
    return result;
  }
  /// The next word of the hub's transport.
  void turn() {
    auto x = at_hub_.list.next();
    if (x.what == told::kind::opened) {
      core_.on(net_opened{x.id, {x.text, x.address, true}});
      healthy_ = x.text == "healthy" ? x.id : healthy_;
    } else if (x.what == told::kind::arrived) {
      answers_ += x.id == healthy_;
      core_.on(net_arrived{x.id, std::move(x.text)}, now_);
    } else if (x.what == told::kind::closed) {
      core_.on(net_closed{x.id, {x.text, {}}}, now_);
    } else {
      core_.on(net_refused{x.address, x.text});
    }
    core_.flush();
  }
  void say(const frame_content& x) {
    node_.transport->send(link_, encode(x));
  }
  /// The next frame of this kind that the node hears.
  template <class T>
  T heard() {
    for (;;) {
      auto x = decode(node_.next(told::kind::arrived).text);
      BOOST_REQUIRE(x);
      if (auto* y = std::get_if<T>(&*x))
        return *y;
    }
  }

  duration now_ = 1s;
  std::vector<std::string> notes_;
  std::size_t answers_ = 0;
  connection_id healthy_ = 0;
  no_ports ports_;
  side at_hub_;
  std::uint16_t port_;
  hub_core core_;
  side node_;
  connection_id link_ = 0;
};

hello named(std::string name) {
  hello result;
  result.name = std::move(name);
  result.version = "9.9.9";
  return result;
}

hello speaking(std::uint32_t protocol) {
  auto result = named("gpu-1");
  result.protocol = protocol;
  return result;
}

hello labelled(std::string label) {
  auto result = named("gpu-1");
  result.labels = {std::move(label)};
  return result;
}

std::string framed(const std::string& content) {
  auto size = static_cast<std::uint32_t>(content.size());
  std::string result;
  for (int shift = 24; shift >= 0; shift -= 8)
    result += static_cast<char>(size >> shift);
  return result + content;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_transport_strangers)

// rows 18, 19, 33
BOOST_AUTO_TEST_CASE(who_says_what_it_should_not_disturbs_nobody) { // §32
  const struct {
    const char* who;
    std::string says;
    const char* why;
  } cases[] = {
      {"a node of an older protocol", encode(speaking(0)),
       "node gpu-1 is tutti 9.9.9 with version 0 of the protocol, and this run "
       "is tutti 1.2.3 with version 1: use the same tutti on all machines"},
      {"a node of a newer protocol", encode(speaking(2)) + "and what it adds",
       "node gpu-1 is tutti 9.9.9 with version 2 of the protocol, and this run "
       "is tutti 1.2.3 with version 1: use the same tutti on all machines"},
      {"a node with the name of another", encode(named("healthy")),
       "it calls itself healthy, and its certificate is for gpu-1"},
      {"a node with a name that is a path", encode(named("../gpu-1")),
       "../gpu-1 is no name for a node"},
      {"a node with a label of 1 KiB", encode(labelled(std::string(1024, 'x'))),
       "its labels are too many, too long, or no text"},
      {"a forged heartbeat", encode(heartbeat_ack{1}),
       "it did not say who it is"},
      {"a forged result", test::batch_of(1, {{false, "x"}}),
       "it did not say who it is"},
      {"a frame of noise", std::string(100, '\xee'),
       "it said what is no tutti"},
      {"a name of 4 GiB", std::string{"\0\1\0\0\0\xff\xff\xff\xf0", 9},
       "it said what is no tutti"},
  };
  certified certs;
  cluster_of_one cluster{certs};
  for (const auto& x : cases) {
    auto shows = certs.node("gpu-1");
    auto begin = std::chrono::steady_clock::now();
    raw_tls stranger{cluster.port(), shows};
    stranger.shake_hands();
    stranger.send(framed(x.says));
    auto note = cluster.next_note();
    auto took = std::chrono::steady_clock::now() - begin;
    BOOST_TEST(note.ends_with(std::string{" was turned away: "} + x.why),
               x.who << ": " << note);
    static_cast<void>(stranger.read_to_end()); // nothing else becomes of it
    BOOST_TEST((took < 5s), x.who);
    BOOST_TEST_MESSAGE(fmt::format(
        "{:<42} {:<73} {:>5} ms", x.who, x.why,
        std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    cluster.beat();
  }
}

BOOST_AUTO_TEST_SUITE_END()
