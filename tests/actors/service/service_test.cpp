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

} // namespace

BOOST_AUTO_TEST_SUITE(actors_service)

BOOST_AUTO_TEST_CASE(the_actor_starts_probes_reports_and_ends_it) {
  plan_builder b;
  b.task("a");
  auto& s = b.get().services.emplace_back();
  s.name = "db";
  s.run = {command_kind::shell, "postgres", {}};
  s.ready = {command_kind::shell, "pg_isready", {}};
  s.ready_every = seconds(1);
  auto work = std::make_shared<const plan>(b.get());

  caf::actor_system_config config;
  config.add_message_types<caf::id_block::tutti>();
  config.set("scheduler.policy", caf::atom("testing"));
  caf::actor_system system{config};
  auto& clock =
      dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  fake_processes processes;
  heard log;
  {
    service_options options;
    options.id = service_id{0u};
    options.work = work;
    auto lead = system.spawn(listener, &log);
    options.orchestrator = caf::actor_cast<orchestrator_actor>(lead);
    options.processes = system.spawn(fake_process_behavior, &processes);
    auto db = system.spawn(service_behavior, options);
    auto exits = [&](std::size_t i, std::int32_t code) {
      process_exited x;
      x.id = processes.started[i].id;
      x.code = code;
      caf::anon_send(db, std::move(x));
      clock.run();
    };
    caf::anon_send(db, start_service{});
    clock.run();
    BOOST_TEST_REQUIRE(processes.started.size() == 1U);
    BOOST_TEST(processes.started[0].id == (process_id{1} << 40 | 1));
    caf::anon_send(db, process_started{processes.started[0].id, 7});
    clock.run();
    exits(1, 1);
    clock.advance_time(seconds(1));
    clock.run();
    exits(2, 0);
    BOOST_TEST_REQUIRE(log.changes.size() == 1U);
    BOOST_TEST((log.changes[0].state == service_state::ready));
    BOOST_TEST((log.changes[0].service == service_id{0u}));
    caf::anon_send(db, stop_service{true});
    clock.run();
    BOOST_TEST_REQUIRE(processes.told_to_end.size() == 1U);
    BOOST_TEST(processes.told_to_end[0].at_once);
    exits(0, 137);
    BOOST_TEST((log.changes.back().state == service_state::ended));
    caf::anon_send_exit(db, caf::exit_reason::kill);
    caf::anon_send_exit(lead, caf::exit_reason::kill);
    caf::anon_send_exit(options.processes, caf::exit_reason::kill);
    processes.running.clear();
    clock.run();
  }
  clock.clock().cancel_all();
  system.await_actors_before_shutdown(false);
}

BOOST_AUTO_TEST_SUITE_END()
