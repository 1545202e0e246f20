// SPDX-License-Identifier: BSD-3-Clause
// Two ends of a line, over TLS on this machine.
#include "runtime/stress/line.hpp"

#include "runtime/cluster/passing_credentials.hpp"
#include "runtime/session/system_config.hpp"
#include "runtime/stress/conductor.hpp"
#include "runtime/stress/lanes.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ctime>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::stress;
using namespace std::chrono_literals;

namespace {

/// Tells of what it gets.
class listener_role : public role {
public:
  using role::on;
  using role::role;

  void on(load& x) {
    in_box.take(x);
    begun_ns = x.begun_ns;
    if (--awaited == 0)
      done.set_value();
  }
  void on(look_again) {
    if (!std::exchange(has_looked, true))
      looked.set_value();
  }

  inlet in_box{0, 1};
  std::size_t awaited = 0;
  std::int64_t begun_ns = -1; ///< of the last
  bool has_looked = false;
  std::promise<void> done;
  std::promise<void> looked;
};

/// What one end tells.
struct side {
  std::promise<void> up;
  std::promise<std::string> over;
  std::promise<std::string> refused;
  std::promise<std::uint64_t> progress;
  std::shared_ptr<line> end;
};

settings some_settings() {
  settings result;
  result.pattern = find_pattern("fan-in");
  result.actors = 2;
  return result;
}

template <class T>
T value_of(std::promise<T>& x) {
  auto y = x.get_future();
  BOOST_REQUIRE((y.wait_for(30s) == std::future_status::ready));
  return y.get();
}

struct line_fixture {
  line_fixture() : on(how), in(seat_count(how)) {
  }
  ~line_fixture() {
    for (auto* x : {&asks, &answers, &other})
      if (x->end)
        x->end->close();
    for (const auto& x : players)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    players.clear();
    on.system.await_all_actors_done();
  }

  line_options options(side& x, bool is_asking) {
    line_options result;
    result.tls.identity = is_asking ? both.caller : both.listener;
    result.name = is_asking ? "asks" : "answers";
    result.asks = is_asking;
    result.up = [&x] {
      x.up.set_value();
    };
    result.told = [&x](envelope_content& y) {
      x.progress.set_value(std::get<node_progress>(y).handled);
    };
    result.over = [&x](const std::string& why) {
      x.over.set_value(why);
    };
    result.refused = [&x](const std::string&, const std::string& why) {
      x.refused.set_value(why);
    };
    return result;
  }
  void listen() {
    auto mine = options(answers, false);
    mine.start = [this](cluster::tls_transport& net) -> std::optional<error> {
      port = *net.listen("127.0.0.1", 0);
      return {};
    };
    answers.end = *line::open(on.system, std::move(mine));
  }
  void connect(side& x) {
    auto mine = options(x, true);
    mine.start = [this](cluster::tls_transport& net) -> std::optional<error> {
      net.connect("127.0.0.1", port);
      return {};
    };
    x.end = *line::open(on.system, std::move(mine));
  }
  player spawn(listener_role& x) {
    return players.emplace_back(spawn_role(on.system, x));
  }
  /// It outlives its actor.
  listener_role& make_role() {
    return roles.emplace_back(in, 0);
  }

  settings how = some_settings();
  cluster::passing_credentials both =
      cluster::make_passing_credentials("asks", std::time(nullptr));
  side asks;
  side answers;
  side other;
  std::uint16_t port = 0;
  std::deque<listener_role> roles;
  std::vector<player> players;
  stage on;
  arena in;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_stress_line, line_fixture)

BOOST_AUTO_TEST_CASE(loads_arrive_once_and_whole_and_are_acknowledged) {
  constexpr std::size_t count = 20'000;
  auto& role = make_role();
  role.awaited = count;
  listen();
  answers.end->seat({player{}, spawn(role)});
  connect(asks);
  outlet out{0, 100};
  for (std::size_t i = 0; i < count; ++i)
    asks.end->put({1, out.next(0)});
  value_of(role.done);
  ledger book;
  out.add_to(book);
  role.in_box.add_to(book);
  BOOST_TEST(book.result().whole());
  // And so has the other side said, or will with what it says next.
  answers.end->put({0, node_progress{7}});
  BOOST_TEST(value_of(asks.progress) == 7u);
  auto known = asks.end->acknowledged();
  BOOST_REQUIRE(known.size() == 1u);
  tally of;
  outlet again{0, 100};
  for (std::size_t i = 0; i < known[0].count; ++i)
    of.add(again.next(0).check);
  BOOST_TEST(known[0].sum == of.sum);
}

BOOST_AUTO_TEST_CASE(who_finds_it_full_looks_again_once_it_is_not) {
  auto& waits = make_role();
  auto& takes = make_role();
  auto who = spawn(waits);
  listen();
  answers.end->seat({spawn(takes)});
  // Nobody has connected yet: nothing leaves.
  cluster::tls_transport* net = nullptr;
  auto mine = options(asks, true);
  mine.start = [&net](cluster::tls_transport& x) -> std::optional<error> {
    net = &x;
    return {};
  };
  asks.end = *line::open(on.system, std::move(mine));
  outlet out{0, 100'000};
  std::size_t count = 0;
  while (asks.end->has_room(who)) {
    BOOST_REQUIRE(count < 1'000u);
    ++count;
    asks.end->put({0, out.next(0)});
  }
  BOOST_TEST(asks.end->pauses() == 1u);
  takes.awaited = count;
  net->connect("127.0.0.1", port);
  value_of(waits.looked);
  BOOST_TEST(asks.end->has_room(who));
  BOOST_TEST(asks.end->pauses() == 1u);
  value_of(takes.done);
}

BOOST_AUTO_TEST_CASE(times_are_told_in_the_clock_of_the_other_side) {
  for (std::int64_t begun : {5'000, 0}) { // 0: its time is not taken
    auto& there = make_role();
    auto& here = make_role();
    there.awaited = here.awaited = 1;
    answers = {};
    asks = {};
    listen();
    answers.end->seat({spawn(there)});
    connect(asks);
    asks.end->seat({spawn(here)});
    value_of(asks.up);
    value_of(answers.up);
    asks.end->set_ahead(1'000);
    outlet out{0, 8};
    asks.end->put({0, out.next(begun)});
    value_of(there.done);
    BOOST_TEST(there.begun_ns == (begun == 0 ? 0 : begun + 1'000));
    answers.end->put({0, out.next(begun)});
    value_of(here.done);
    BOOST_TEST(here.begun_ns == (begun == 0 ? 0 : begun - 1'000));
    asks.end->close();
    value_of(answers.over);
    answers.end->close();
  }
}

BOOST_AUTO_TEST_CASE(an_end_that_goes_is_told_of) {
  listen();
  connect(asks);
  value_of(asks.up);
  value_of(answers.up);
  asks.end->close();
  BOOST_TEST(!value_of(answers.over).empty());
}

BOOST_AUTO_TEST_CASE(a_second_one_is_told_that_it_is_one_too_many) {
  listen();
  connect(asks);
  value_of(answers.up);
  connect(other);
  BOOST_TEST(value_of(other.over)
             == "it refuses us: it has a conductor already");
  BOOST_TEST(value_of(answers.refused) == "it has a conductor already");
}

BOOST_AUTO_TEST_CASE(a_stranger_is_refused) {
  listen();
  both = cluster::make_passing_credentials("asks", std::time(nullptr));
  connect(asks);
  auto why = value_of(asks.over);
  BOOST_TEST(why.find("another CA") != std::string::npos, why);
  why = value_of(answers.refused);
  BOOST_TEST(why.find("another CA") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(who_is_not_there_is_told_of) {
  listen();
  answers.end->close();
  port = 1; // where nobody listens
  connect(asks);
  auto why = value_of(asks.over);
  BOOST_TEST(why.find("refused") != std::string::npos, why);
}

BOOST_AUTO_TEST_SUITE_END()
