// SPDX-License-Identifier: BSD-3-Clause
// Commands of `notify` in front of a fake supervisor.
#include "runtime/session/notifier.hpp"

#include "tests/runtime/control/sockets.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::session;
using tutti::test::happenings;

namespace {

process_actor::behavior_type
fake_host_behavior(process_actor::pointer, happenings<start_process>* started,
                   happenings<end_process>* ended) {
  return {
      [started](const start_process& x) {
        started->add(x);
      },
      [](const process_input&) {},
      [](process_alive) {},
      [ended](end_process x) {
        ended->add(x);
      },
  };
}

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::tutti>();
    set("scheduler.max-threads", std::size_t{2});
  }
};

struct world {
  config settings;
  caf::actor_system system{settings};
  happenings<start_process> started;
  happenings<end_process> ended;
  happenings<std::string> complaints;
  std::shared_ptr<latch> done = std::make_shared<latch>();
  process_actor host;
  notifier_actor notifier;

  explicit world(notifier_options options = {}) {
    auto p = std::make_shared<plan>();
    p->name = "pay";
    p->directory = "/pay";
    task t;
    t.name = "crud";
    p->tasks.push_back(t);
    p->notify.failed = p->notify.finished = true;
    p->notify.run.kind = command_kind::shell;
    p->notify.run.script = "./tell.sh now";
    host = system.spawn(fake_host_behavior, &started, &ended);
    options.work = p;
    options.run_id = "run-7";
    options.processes = host;
    options.complain = [this](std::string x) {
      complaints.add(std::move(x));
    };
    options.done = done;
    notifier = system.spawn(notifier_behavior, std::move(options));
  }
  ~world() {
    caf::anon_send_exit(notifier, caf::exit_reason::kill);
    caf::anon_send_exit(host, caf::exit_reason::kill);
    notifier = nullptr;
    host = nullptr;
    system.await_all_actors_done();
  }

  void fail_task() {
    fact x;
    x.kind = fact_kind::attempt_finished;
    x.subject = 0;
    x.state = task_state::failed;
    tell(x);
  }
  void end_run() {
    fact x;
    x.kind = fact_kind::run_ended;
    tell(x);
  }
  void tell(const fact& x) {
    caf::anon_send(notifier, run_facts{{x}});
  }
  void exit(process_id id, std::int32_t code = 0) {
    process_exited x;
    x.id = id;
    x.code = code;
    caf::anon_send(notifier, x);
  }
};

bool says(const start_process& x, const std::string& entry) {
  return std::find(x.env.begin(), x.env.end(), entry) != x.env.end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_notifier)

BOOST_AUTO_TEST_CASE(the_command_is_told_what_happened) {
  world w;
  w.fail_task();
  auto x = w.started.next();
  BOOST_TEST((x.argv == std::vector<std::string>{"./tell.sh", "now"}));
  BOOST_TEST(x.directory == "/pay");
  BOOST_TEST(says(x, "TUTTI_EVENT=failed"));
  BOOST_TEST(says(x, "TUTTI_SUBJECT=crud"));
  BOOST_TEST(says(x, "TUTTI_RUN=run-7"));
  BOOST_TEST(says(x, "TUTTI_MESSAGE=failed"));
}

BOOST_AUTO_TEST_CASE(its_failure_is_a_note) {
  world w;
  w.fail_task();
  w.exit(w.started.next().id, 3);
  auto text = w.complaints.next();
  BOOST_TEST(text.find("exit code 3") != std::string::npos, text);
  BOOST_TEST(text.find("'crud'") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_all_that_was_begun) {
  world w;
  w.fail_task();
  auto first = w.started.next();
  w.end_run();
  auto last = w.started.next();
  BOOST_TEST(says(last, "TUTTI_EVENT=finished"));
  w.exit(last.id);
  BOOST_TEST(!w.done->wait({}));
  w.exit(first.id);
  BOOST_TEST(w.done->wait(std::chrono::seconds(20)));
}

// Rule 9: what cannot be told in time is left out, but never the end.
BOOST_AUTO_TEST_CASE(number_and_queue_have_limits_and_the_end_goes_first) {
  notifier_options options;
  options.commands_max = 1;
  options.notices_max = 2;
  world w{std::move(options)};
  for (int i = 0; i < 10; ++i)
    w.fail_task();
  auto running = w.started.next();
  auto text = w.complaints.next();
  BOOST_TEST(text.find("left out") != std::string::npos, text);
  w.end_run();
  w.exit(running.id);
  auto end = w.started.next();
  BOOST_TEST(says(end, "TUTTI_EVENT=finished"));
  w.exit(end.id);
  for (int i = 0; i < 2; ++i)
    w.exit(w.started.next().id);
  BOOST_TEST(w.done->wait(std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_command_that_takes_too_long_is_ended) {
  notifier_options options;
  options.time_max = std::chrono::milliseconds(1);
  world w{std::move(options)};
  w.fail_task();
  BOOST_TEST(w.ended.next().id == w.started.next().id);
}

BOOST_AUTO_TEST_SUITE_END()
