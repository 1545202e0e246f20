// SPDX-License-Identifier: BSD-3-Clause
// Both sockets with real clients, in front of fake agents and a fake
// orchestrator.
#include "runtime/control/control_server.hpp"
#include "runtime/control/live_server.hpp"
#include "tests/runtime/control/sockets.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

using namespace tutti;
using namespace tutti::control;
using tutti::test::happenings;
using tutti::test::raw_client;

namespace {

/// Hears calls and answers notes at once; passes on what it is told to say.
using fake_agent =
    caf::typed_actor<caf::reacts_to<live_call>, caf::reacts_to<live_gone>,
                     caf::reacts_to<open_live>, caf::reacts_to<close_live>,
                     caf::reacts_to<live_reply>>;

fake_agent::behavior_type fake_agent_behavior(fake_agent::pointer self,
                                              live_actor to,
                                              happenings<live_call>* calls,
                                              happenings<live_gone>* gone) {
  return {
      [self, to, calls](const live_call& x) {
        if (x.kind == live_kind::note)
          self->send(to, live_reply{x.id, true, "{}"});
        else
          calls->add(x);
      },
      [gone](live_gone x) {
        gone->add(x);
      },
      [self, to](const open_live& x) {
        self->send(to, x);
      },
      [self, to](const close_live& x) {
        self->send(to, x);
      },
      [self, to](const live_reply& x) {
        self->send(to, x);
      },
  };
}

using fake_lead = caf::typed_actor<caf::reacts_to<control_call>>;

fake_lead::behavior_type fake_lead_behavior(fake_lead::pointer self,
                                            happenings<control_call>* calls) {
  return {
      [self, calls](const control_call& x) {
        calls->add(x);
        auto to = caf::actor_cast<control_actor>(self->current_sender());
        control_reply answer{x.id, x.verdict != verdict::rejected, "noted",
                             x.text == "late"};
        self->send(to, answer);
      },
  };
}

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::tutti>();
    set("scheduler.max-threads", std::size_t{2});
  }
};

/// The actors end with the server's thread, the system ends last.
struct world {
  test::temporary_directory dir;
  config settings;
  caf::actor_system system{settings};
  happenings<live_call> said;
  happenings<live_gone> left;
  happenings<control_call> asked;
  std::vector<caf::strong_actor_ptr> actors;
  line_server server;

  template <class Handle>
  Handle keep(Handle x) {
    actors.push_back(caf::actor_cast<caf::strong_actor_ptr>(x));
    return x;
  }

  ~world() {
    server.finish();
    server.join();
    for (auto& x : actors)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    actors.clear();
    system.await_all_actors_done();
  }
};

std::string request(const std::string& token, const std::string& fields) {
  return R"({"version":1,"token":")" + token + "\"," + fields + "}";
}

struct live_world : world {
  fake_agent agent;

  live_world() {
    auto actor = keep(system.spawn(live_server_behavior, &server));
    agent = keep(system.spawn(
        fake_agent_behavior, caf::actor_cast<live_actor>(actor), &said, &left));
    BOOST_REQUIRE(!server.listen(dir / "live", handlers_of(actor)));
    server.start();
  }

  void open(const std::string& token, std::uint32_t task,
            std::uint32_t attempt) {
    caf::anon_send(agent, open_live{token, task_id{task}, attempt});
    BOOST_REQUIRE(test::eventually([&] {
      return note(token).empty();
    }));
  }
  void reply(std::uint64_t id, const std::string& text) {
    caf::anon_send(agent, live_reply{id, true, text});
  }
  /// The code of the refusal of a note; empty: it was taken.
  std::string note(const std::string& token) {
    raw_client client{dir / "live"};
    return client.code_of(request(token, R"("command":"note","text":"x")"));
  }
};

struct control_world : world {
  /// `roots`: of the run that is played.
  explicit control_world(std::vector<pid_t> roots) {
    auto p = std::make_shared<plan>();
    p->name = "pay";
    p->directory = "/pay";
    gate g;
    g.name = "deploy";
    p->gates.push_back(g);
    auto lead = keep(system.spawn(fake_lead_behavior, &asked));
    control_server_options options;
    options.work = p;
    options.run_id = "run-7";
    options.orchestrator = caf::actor_cast<orchestrator_actor>(lead);
    options.server = &server;
    options.roots = std::move(roots);
    options.ask_status = [](const status_question& how, status_answer answer) {
      answer(how.as_text ? "all well" : R"({"progress":1})");
    };
    control = keep(system.spawn(control_server_behavior, std::move(options)));
    BOOST_REQUIRE(!server.listen(dir / "control", handlers_of(control)));
    server.start();
  }
  ~control_world() {
    control = nullptr;
  }

  control_server_actor control;
};

/// A process that is nobody's ancestor here.
class bystander {
public:
  bystander() : pid_(::fork()) {
    if (pid_ == 0)
      for (;;)
        ::pause();
  }
  ~bystander() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  bystander(const bystander&) = delete;
  bystander& operator=(const bystander&) = delete;
  [[nodiscard]] pid_t pid() const {
    return pid_;
  }

private:
  pid_t pid_;
};

constexpr const char* approve =
    R"({"version":1,"command":"approve","gate":"deploy","as":"ann"})";
constexpr const char* reject =
    R"({"version":1,"command":"reject","gate":"deploy","as":"ann"})";

} // namespace

BOOST_AUTO_TEST_SUITE(control_servers)

BOOST_AUTO_TEST_CASE(a_token_says_whose_call_it_is_and_its_agent_answers) {
  live_world x;
  x.open("t1", 3, 2);
  raw_client client{x.dir / "live"};
  client.send(request("t1", R"("command":"inbox","wait_ms":60000)") + "\n");
  auto call = x.said.next();
  BOOST_TEST((call.kind == live_kind::inbox));
  BOOST_TEST((call.task == task_id{3u} && call.attempt == 2u));
  BOOST_TEST((call.wait == std::chrono::minutes(1)));
  x.reply(call.id, R"({"items":[1]})");
  auto answer = client.reply();
  BOOST_TEST(answer.at("ok") == true);
  BOOST_TEST(answer.at("result").at("items").at(0) == 1);
}

// A stale attempt is refused, whatever it knows.
BOOST_AUTO_TEST_CASE(unknown_and_closed_tokens_are_stale) {
  live_world x;
  BOOST_TEST(x.note("t1") == "stale-attempt");
  x.open("t1", 0, 1);
  x.open("t2", 0, 2);
  caf::anon_send(x.agent, close_live{"t1"});
  BOOST_TEST(test::eventually([&x] {
    return x.note("t1") == "stale-attempt";
  }));
  BOOST_TEST(x.note("t2") == "");
  BOOST_TEST(x.note("T2") == "stale-attempt");
  raw_client client{x.dir / "live"};
  BOOST_TEST(client.code_of(R"({"version":1,"command":"inbox"})")
             == "bad-request");
  BOOST_TEST(client.code_of("garbage \x01\xff") == "bad-request");
  BOOST_TEST(client.code_of(request("t2", R"("command":"fly")"))
             == "bad-request");
}

BOOST_AUTO_TEST_CASE(the_end_of_an_attempt_ends_its_waits) {
  live_world x;
  x.open("t1", 0, 1);
  x.open("t2", 1, 1);
  raw_client ends{x.dir / "live"};
  raw_client goes_on{x.dir / "live"};
  ends.send(request("t1", R"("command":"inbox","wait_ms":60000)") + "\n");
  auto first = x.said.next();
  goes_on.send(request("t2", R"("command":"inbox","wait_ms":60000)") + "\n");
  auto second = x.said.next();
  caf::anon_send(x.agent, close_live{"t1"});
  BOOST_TEST(ends.reply().at("code") == "stale-attempt");
  // A late answer is nobody's.
  x.reply(first.id, "{}");
  x.reply(second.id, "{}");
  BOOST_TEST(goes_on.reply().at("ok") == true);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_its_wait_harms_nobody) {
  live_world x;
  x.open("t1", 0, 1);
  live_call call;
  {
    raw_client client{x.dir / "live"};
    client.send(request("t1", R"("command":"inbox","wait_ms":60000)") + "\n");
    call = x.said.next();
  }
  // Its agent hears of it, so that the wait ends (§20).
  auto left = x.left.next();
  BOOST_TEST((left.id == call.id && left.attempt == 1u));
  x.reply(call.id, "{}");
  BOOST_TEST(x.note("t1") == "");
}

BOOST_AUTO_TEST_CASE(tokens_are_32_digits_that_never_repeat) {
  auto a = make_token();
  BOOST_TEST(a.size() == 32u);
  BOOST_TEST(a.find_first_not_of("0123456789abcdef") == std::string::npos);
  BOOST_TEST(a != make_token());
}

BOOST_AUTO_TEST_CASE(a_verdict_reaches_the_orchestrator_with_who_gave_it) {
  bystander other;
  control_world x{{other.pid()}};
  raw_client client{x.dir / "control"};
  auto answer = client.ask(approve);
  BOOST_TEST(answer.at("ok") == true);
  BOOST_TEST(answer.at("text") == "noted");
  auto call = x.asked.next();
  BOOST_TEST((call.verdict == verdict::approved));
  BOOST_TEST(call.who == "ann");
  BOOST_TEST(call.uid == ::getuid());
  BOOST_TEST(!call.from_run);
  // What the orchestrator refuses is refused.
  BOOST_TEST(client.code_of(reject) == "refused");
}

// §16: a process of the run is no human, however it has hidden.
BOOST_AUTO_TEST_CASE(a_verdict_from_within_the_run_is_marked) {
  control_world x{{::getpid()}};
  raw_client client{x.dir / "control"};
  BOOST_TEST(client.ask(approve).at("ok") == true);
  BOOST_TEST(x.asked.next().from_run);
}

BOOST_AUTO_TEST_CASE(who_has_gone_already_counts_as_of_the_run) {
  bystander other;
  pid_t gone = 0;
  {
    bystander short_lived;
    gone = short_lived.pid();
    BOOST_TEST(!descends_from(gone, {other.pid()}));
    BOOST_TEST(descends_from(gone, {::getpid()}));
  }
  BOOST_TEST(descends_from(gone, {other.pid()}));
  BOOST_TEST(!descends_from(1, {other.pid()}));
}

// `docker exec` and `nsenter` put processes beside the run, not below it.
BOOST_AUTO_TEST_CASE(who_comes_from_outside_the_container_is_not_of_the_run) {
  auto parent = [](pid_t x) -> std::optional<pid_t> {
    static const std::map<pid_t, pid_t> parents{{20, 0}, {21, 20}, {30, 7}};
    auto i = parents.find(x);
    return i == parents.end() ? std::nullopt : std::optional{i->second};
  };
  BOOST_TEST(!descends_from(21, {7}, parent));
  BOOST_TEST(!descends_from(0, {7}, parent)); // it cannot be seen from here
  BOOST_TEST(descends_from(30, {7}, parent));
  BOOST_TEST(descends_from(40, {7}, parent)); // gone
}

// §27: what comes too late is told apart from what is refused.
BOOST_AUTO_TEST_CASE(the_end_of_the_run_is_no_refusal) {
  control_world x{{::getpid()}};
  raw_client client{x.dir / "control"};
  auto late = R"({"version":1,"command":"reject","gate":"deploy",)"
              R"("as":"ann","message":"late"})";
  BOOST_TEST(client.code_of(late) == "ended");
}

BOOST_AUTO_TEST_CASE(hello_and_status_need_no_orchestrator) {
  control_world x{{::getpid()}};
  raw_client client{x.dir / "control"};
  auto hello = client.ask(R"({"version":1,"command":"hello"})");
  BOOST_TEST(hello.at("run_id") == "run-7");
  BOOST_TEST(hello.at("plan") == "pay");
  BOOST_TEST(hello.at("directory") == "/pay");
  auto status = client.ask(R"({"version":1,"command":"status"})");
  BOOST_TEST(status.at("status").at("progress") == 1);
  auto text = client.ask(R"({"version":1,"command":"status","as_text":true})");
  BOOST_TEST(text.at("text") == "all well");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_request_is_said) {
  control_world x{{::getpid()}};
  raw_client client{x.dir / "control"};
  BOOST_TEST(client.code_of("nonsense") == "bad-request");
  BOOST_TEST(
      client.code_of(R"({"version":1,"command":"approve","gate":"x","as":"a"})")
      == "unknown-name");
}

// Replies that are on their way at the end still arrive.
BOOST_AUTO_TEST_CASE(closing_comes_after_the_replies_before_it) {
  bystander other;
  control_world x{{other.pid()}};
  raw_client client{x.dir / "control"};
  client.send(std::string{approve} + "\n");
  static_cast<void>(x.asked.next());
  BOOST_TEST(client.reply().at("ok") == true);
  caf::anon_send(x.control, close_control{});
  BOOST_TEST(!client.line());
  BOOST_TEST(!x.dir.exists("control"));
}

BOOST_AUTO_TEST_SUITE_END()
