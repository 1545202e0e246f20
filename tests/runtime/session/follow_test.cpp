// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/follow.hpp"

#include "tests/support/node_facts.hpp"
#include "tests/support/resumed_facts.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// Keeps what a user is told.
class notes_only final : public display::display {
public:
  void update(const report::run_model&, const fact&) override {
  }
  void refresh(const report::run_model&, duration) override {
  }
  void note(std::string_view text) override {
    said += text;
    said += '\n';
  }
  void finish(const report::run_model&) override {
  }

  std::string said;
};

struct follow_fixture : plan_sketch {
  std::uint32_t agent_of_one = agent("ada");
  std::uint32_t one = task("one", {agent_of_one});
  report::run_model m{value, slots()};
  session::run_feed feed;
  notes_only view;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_session_follow, follow_fixture)

BOOST_AUTO_TEST_CASE(the_end_before_is_not_the_end_of_a_resumed_run) { // §27
  m.apply(run_ended(4s, run_status::stopped, 130));
  // What comes first is a note, of a signal; the run is not up yet.
  feed.note("SIGTERM: no new task starts");
  feed.ask([this](const report::run_model&, duration) {
    feed.add(
        run_facts{{resumed(5s, 2), run_ended(6s, run_status::stopped, 143)}});
  });
  BOOST_TEST(session::follow({feed, m, view, nullptr, {}}));
  BOOST_TEST(m.exit_code() == 143);
}

BOOST_AUTO_TEST_CASE(what_was_not_kept_is_said) { // row 5: disk full
  auto end = run_ended(4s, run_status::stopped, 6);
  auto extra = std::make_shared<fact_extra>();
  extra->text = "not kept: one";
  end.extra = extra;
  feed.add(run_facts{{end}});
  BOOST_TEST(session::follow({feed, m, view, nullptr, {}}));
  BOOST_TEST(view.said == "tutti: not kept: one\n");
}

BOOST_AUTO_TEST_CASE(a_full_disk_has_the_name_of_its_machine) { // row 5
  spread_team team;
  report::run_model far{team.value, team.slots()};
  for (const auto& x : team.until_lost())
    far.apply(x);
  auto full = finished(3s, team.train, team.quinn, task_state::ready);
  full.end = attempt_end::no_space;
  auto details = std::make_shared<attempt_details>();
  details->message = "artifact 'f.bin' cannot be fetched: no space";
  full.details = details;
  feed.add(run_facts{{full, run_ended(4s, run_status::stopped, 6)}});
  BOOST_TEST(session::follow({feed, far, view, nullptr, {}}));
  BOOST_TEST(view.said
             == "tutti: node box1: artifact 'f.bin' cannot be fetched: no "
                "space; nothing new starts. Free some space there and go on "
                "with --resume.\n");
}

BOOST_AUTO_TEST_CASE(time_is_that_of_the_runs_clock) { // §26: SIGTSTP
  std::chrono::steady_clock::time_point now;
  duration seen{0};
  feed.ask([&](const report::run_model&, duration at) {
    seen = at;
    feed.add(run_facts{{run_ended(4s, run_status::succeeded, 0)}});
  });
  BOOST_TEST(session::follow({feed,
                              m,
                              view,
                              nullptr,
                              {},
                              3s,
                              [&now] {
                                return std::exchange(now, now + 2s);
                              },
                              {}}));
  BOOST_TEST((seen == 5s));
}

BOOST_AUTO_TEST_SUITE_END()
