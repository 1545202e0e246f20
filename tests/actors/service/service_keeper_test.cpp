// SPDX-License-Identifier: BSD-3-Clause
// How a service is kept (semantics §23).
#include "actors/service/service_keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct recorded_ports : service_ports {
  void start(start_process x) override {
    started.push_back(std::move(x));
  }
  void end(end_process x) override {
    ended.push_back(x);
  }
  void tell(service_state state, std::string text) override {
    states.push_back(state);
    texts.push_back(std::move(text));
  }
  void wake_after(duration span, std::uint64_t timer) override {
    timers.push_back({now + span, timer});
  }

  std::vector<start_process> started;
  std::vector<end_process> ended;
  std::vector<service_state> states;
  std::vector<std::string> texts;
  std::vector<std::pair<duration, std::uint64_t>> timers;
  duration now{0};
};

struct world {
  explicit world(restart_policy policy = restart_policy::no,
                 bool with_probe = true) {
    plan p;
    p.directory = "/plan";
    service s;
    s.name = "db";
    s.run = {command_kind::shell, "postgres -D data", {}};
    if (with_probe)
      s.ready = {command_kind::shell, "pg_isready", {}};
    s.env.push_back({"PORT", literal_expression("5432")});
    s.env_files = {"db.env"};
    s.working_directory = literal_expression("db");
    s.ready_every = seconds(2);
    s.ready_timeout = seconds(20);
    s.restart = policy;
    s.restarts_max = 2;
    p.services.push_back(s);
    service_keeper_options options;
    options.work = std::make_shared<const plan>(std::move(p));
    options.id = service_id{0u};
    options.grace = seconds(3);
    options.first_process = 100;
    keeper = std::make_unique<service_keeper>(options, ports);
  }

  void starts() {
    keeper->start({});
    runs();
  }
  /// The process asked for last has begun.
  void runs() {
    keeper->on(process_started{ports.started.back().id, 1});
  }
  void exits(process_id id, std::int32_t code,
             process_end end = process_end::exited) {
    process_exited x;
    x.id = id;
    x.code = code;
    x.end = end;
    keeper->on(x);
  }
  void last_exits(std::int32_t code) {
    exits(ports.started.back().id, code);
  }
  void passes(duration span) {
    auto until = ports.now + span;
    while (true) {
      auto& all = ports.timers;
      auto first = std::min_element(all.begin(), all.end());
      if (first == all.end() || first->first > until)
        break;
      ports.now = first->first;
      auto timer = first->second;
      all.erase(first);
      keeper->on_timer(timer);
    }
    ports.now = until;
  }
  [[nodiscard]] bool says(const std::vector<service_state>& x) const {
    return ports.states == x;
  }

  recorded_ports ports;
  std::unique_ptr<service_keeper> keeper;
};

using enum service_state;

} // namespace

BOOST_AUTO_TEST_SUITE(actors_service_keeper)

BOOST_AUTO_TEST_CASE(it_runs_with_its_environment_like_a_task) {
  world w;
  w.starts();
  const auto& x = w.ports.started[0];
  BOOST_TEST(x.id == 100U);
  BOOST_TEST(x.name == "service.db.1");
  BOOST_TEST(x.argv == (std::vector<std::string>{"postgres", "-D", "data"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.env
                 == (std::vector<std::string>{"PORT=5432", "TUTTI_SERVICE=db",
                                              "TUTTI_PLAN_DIR=/plan"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.env_files == (std::vector<std::string>{"/plan/db.env"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.directory == "/plan/db");
  BOOST_TEST((x.grace == duration{seconds(3)}));
  BOOST_TEST(!x.interactive);
  const auto& probe = w.ports.started[1];
  BOOST_TEST((probe.id == 101U && probe.name == "service.db.ready"));
  BOOST_TEST(probe.directory == "/plan/db");
  w.keeper->start({}); // once is enough
  BOOST_TEST(w.ports.started.size() == 2U);
}

BOOST_AUTO_TEST_CASE(it_is_ready_once_its_probe_exits_with_0) {
  world w;
  w.starts();
  for (int i = 0; i < 3; ++i) {
    w.last_exits(1);
    BOOST_TEST(w.says({}));
    w.passes(seconds(2));
  }
  BOOST_TEST(w.ports.started.size() == 5U);
  w.last_exits(0);
  BOOST_TEST(w.says({ready}));
  w.passes(minutes(5));
  BOOST_TEST(w.ports.started.size() == 5U);
  BOOST_TEST(w.ports.ended.empty());
}

BOOST_AUTO_TEST_CASE(without_a_probe_it_is_ready_as_soon_as_it_runs) {
  world w{restart_policy::no, false};
  w.keeper->start({});
  BOOST_TEST(w.says({}));
  w.runs();
  BOOST_TEST(w.says({ready}));
}

BOOST_AUTO_TEST_CASE(one_that_is_not_ready_in_time_has_failed) {
  world w;
  w.starts();
  w.passes(seconds(20));
  // Both are ended: the probe is still at it.
  BOOST_TEST_REQUIRE(w.ports.ended.size() == 2U);
  BOOST_TEST((w.ports.ended[0].id == 100U && !w.ports.ended[0].at_once));
  w.exits(101, 0); // too late
  BOOST_TEST(w.says({}));
  w.exits(100, 0);
  BOOST_TEST(w.says({failed}));
  BOOST_TEST(w.ports.texts[0] == "it was not ready within 20 s");
}

BOOST_AUTO_TEST_CASE(restart_no_fails_whatever_the_end) {
  for (int code : {0, 1}) {
    world w;
    w.starts();
    w.last_exits(0);
    w.exits(100, code);
    BOOST_TEST(w.says({ready, failed}));
    BOOST_TEST(w.ports.texts[1]
               == "it ended with code " + std::to_string(code));
    w.passes(minutes(5));
    BOOST_TEST(w.ports.started.size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(on_failure_starts_it_again_after_a_failure_only) {
  world w{restart_policy::on_failure};
  w.starts();
  w.last_exits(0);
  w.exits(100, 1);
  BOOST_TEST(w.says({ready, starting}));
  BOOST_TEST(w.ports.started.size() == 2U);
  w.passes(service_backoff_first);
  BOOST_TEST(w.ports.started.size() == 3U);
  BOOST_TEST(w.ports.started[2].name == "service.db.2");
  w.runs();
  w.last_exits(0);
  w.exits(w.ports.started[2].id, 0);
  BOOST_TEST(w.says({ready, starting, ready, failed}));
}

BOOST_AUTO_TEST_CASE(always_starts_it_again_after_any_end) {
  world w{restart_policy::always, false};
  w.starts();
  w.exits(100, 0);
  w.passes(service_backoff_first);
  w.runs();
  BOOST_TEST(w.says({ready, starting, ready}));
}

BOOST_AUTO_TEST_CASE(past_the_limit_in_a_row_it_is_gone_for_good) {
  world w{restart_policy::always, false};
  w.starts();
  w.last_exits(1);
  w.passes(seconds(1));
  w.runs();
  w.last_exits(1);
  w.passes(milliseconds(1999)); // the second pause is twice the first
  BOOST_TEST(w.ports.started.size() == 2U);
  w.passes(milliseconds(1));
  BOOST_TEST(w.ports.started.size() == 3U);
  w.runs();
  w.last_exits(1);
  BOOST_TEST(w.says({ready, starting, ready, starting, ready, failed}));
  BOOST_TEST(w.ports.texts.back()
             == "it ended with code 1; that was after 2 restarts in a row");
}

BOOST_AUTO_TEST_CASE(one_that_proved_itself_counts_anew) {
  world w{restart_policy::always, false};
  w.starts();
  for (int i = 0; i < 5; ++i) {
    w.passes(service_proof_time);
    w.last_exits(1);
    w.passes(service_backoff_first);
    w.runs();
  }
  BOOST_TEST(w.ports.started.size() == 6U);
  BOOST_TEST((w.ports.states.back() == ready));
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_start_counts_as_a_failure) {
  world w{restart_policy::on_failure};
  w.keeper->start({});
  w.exits(100, 127, process_end::not_started);
  BOOST_TEST(w.says({starting}));
}

BOOST_AUTO_TEST_CASE(after_an_unkillable_process_there_is_no_other) {
  world w{restart_policy::always, false};
  w.starts();
  w.exits(100, 0, process_end::unkillable);
  BOOST_TEST(w.says({ready, failed}));
}

BOOST_AUTO_TEST_CASE(a_probe_does_not_outlive_its_service) {
  world w{restart_policy::on_failure};
  w.starts();
  w.exits(100, 1);
  BOOST_TEST_REQUIRE(w.ports.ended.size() == 1U);
  BOOST_TEST((w.ports.ended[0].id == 101U && w.ports.ended[0].at_once));
  w.exits(101, 0); // of the one that is gone: nobody is ready
  BOOST_TEST(w.says({starting}));
}

BOOST_AUTO_TEST_CASE(stop_ends_it_and_says_so_once) {
  world w;
  w.starts();
  w.last_exits(0);
  w.keeper->stop(false);
  BOOST_TEST_REQUIRE(w.ports.ended.size() == 1U);
  BOOST_TEST(!w.ports.ended[0].at_once);
  BOOST_TEST(w.says({ready}));
  w.keeper->stop(true);
  BOOST_TEST(w.ports.ended[1].at_once);
  w.exits(100, 137);
  BOOST_TEST(w.says({ready, ended}));
  w.keeper->stop(false);
  w.keeper->start({});
  w.passes(minutes(5));
  BOOST_TEST(w.says({ready, ended}));
  BOOST_TEST(w.ports.started.size() == 2U);
}

BOOST_AUTO_TEST_CASE(stop_waits_for_the_probe_too) {
  world w;
  w.starts();
  w.keeper->stop(false);
  w.exits(100, 0);
  BOOST_TEST(w.says({}));
  w.exits(101, 137);
  BOOST_TEST(w.says({ended}));
}

BOOST_AUTO_TEST_CASE(stop_where_nothing_runs_is_answered_at_once) {
  world never;
  never.keeper->stop(false);
  BOOST_TEST(never.says({ended}));
  never.keeper->start({});
  BOOST_TEST(never.ports.started.empty());
  world pausing{restart_policy::always, false};
  pausing.starts();
  pausing.exits(100, 1);
  pausing.keeper->stop(false);
  BOOST_TEST(pausing.says({ready, starting, ended}));
  pausing.passes(minutes(1));
  BOOST_TEST(pausing.ports.started.size() == 1U);
  world gone;
  gone.starts();
  gone.exits(100, 1);
  gone.exits(101, 1);
  gone.keeper->stop(false);
  BOOST_TEST(gone.says({failed, ended}));
}

BOOST_AUTO_TEST_SUITE_END()
