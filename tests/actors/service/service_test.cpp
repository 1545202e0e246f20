// SPDX-License-Identifier: BSD-3-Clause
// The actor of a service on the deterministic scheduler (semantics §23).
#include "actors/service/service.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>

using namespace tutti;
using namespace tutti::test;
using std::chrono::seconds;

namespace {

struct heard {
  std::vector<service_changed> changes;
};

caf::behavior listener(caf::event_based_actor* self, heard* log) {
  self->set_default_handler(caf::drop);
  return {
      [log](const service_changed& x) {
        log->changes.push_back(x);
      },
  };
}

/// One service, whose processes and times a test makes.
struct service_world {
  explicit service_world(time_source clock = {}) {
    plan_builder b;
    b.task("a");
    auto& s = b.get().services.emplace_back();
    s.name = "db";
    s.run = {command_kind::shell, "postgres", {}};
    s.ready = {command_kind::shell, "pg_isready", {}};
    s.ready_every = seconds(1);
    s.ready_timeout = seconds(60);
    service_options options;
    options.id = service_id{0u};
    options.work = std::make_shared<const plan>(b.get());
    lead = system.spawn(listener, &log);
    options.orchestrator = caf::actor_cast<orchestrator_actor>(lead);
    host = system.spawn(fake_process_behavior, &processes);
    options.processes = host;
    options.clock = std::move(clock);
    db = system.spawn(service_behavior, options);
  }
  service_world(const service_world&) = delete;
  service_world& operator=(const service_world&) = delete;
  ~service_world() {
    caf::anon_send_exit(db, caf::exit_reason::kill);
    caf::anon_send_exit(lead, caf::exit_reason::kill);
    caf::anon_send_exit(host, caf::exit_reason::kill);
    db = nullptr;
    lead = nullptr;
    host = nullptr;
    processes.running.clear();
    coordinator().run();
    coordinator().clock().cancel_all();
    system.await_actors_before_shutdown(false);
  }

  template <class Message>
  void tell(Message x) {
    caf::anon_send(db, std::move(x));
    coordinator().run();
  }
  void advance(duration span) {
    coordinator().advance_time(span);
    coordinator().run();
  }
  /// The process that was started as such a one.
  void exits(std::size_t i, std::int32_t code) {
    process_exited x;
    x.id = processes.started.at(i).id;
    x.code = code;
    tell(std::move(x));
  }

  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.add_message_types<caf::id_block::tutti>();
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  fake_processes processes;
  heard log;
  caf::actor_system_config config;
  caf::actor_system system{prepare(config)};
  caf::actor lead;
  process_actor host;
  service_actor db;
};

} // namespace

BOOST_AUTO_TEST_SUITE(actors_service)

BOOST_AUTO_TEST_CASE(the_actor_starts_probes_reports_and_ends_it) {
  service_world w;
  w.tell(start_service{});
  BOOST_TEST_REQUIRE(w.processes.started.size() == 1U);
  BOOST_TEST(w.processes.started[0].id == (process_id{1} << 40 | 1));
  w.tell(process_started{w.processes.started[0].id, 7});
  w.exits(1, 1);
  w.advance(seconds(1));
  w.exits(2, 0);
  BOOST_TEST_REQUIRE(w.log.changes.size() == 1U);
  BOOST_TEST((w.log.changes[0].state == service_state::ready));
  BOOST_TEST((w.log.changes[0].service == service_id{0u}));
  w.tell(stop_service{true});
  BOOST_TEST_REQUIRE(w.processes.told_to_end.size() == 1U);
  BOOST_TEST(w.processes.told_to_end[0].at_once);
  w.exits(0, 137);
  BOOST_TEST((w.log.changes.back().state == service_state::ended));
}

BOOST_AUTO_TEST_CASE(it_has_its_time_while_the_program_is_stopped) { // §26
  caf::actor_clock::time_point now;
  service_world w{[&now] {
    return now;
  }};
  w.tell(start_service{});
  w.tell(process_started{w.processes.started[0].id, 7});
  w.advance(std::chrono::hours(1)); // stopped
  BOOST_TEST(w.processes.told_to_end.empty());
  now += seconds(61);
  w.advance(seconds(61)); // it has had its minute
  BOOST_TEST(!w.processes.told_to_end.empty());
}

BOOST_AUTO_TEST_SUITE_END()
