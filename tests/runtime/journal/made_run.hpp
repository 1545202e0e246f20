// SPDX-License-Identifier: BSD-3-Clause
// A run's folder with a journal in it, without a run.
#pragma once

#include "runtime/control/run_lock.hpp"
#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/run_list.hpp"
#include "tests/support/plan_builder.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

inline fact fact_of(fact_kind kind, std::uint32_t subject = task_id::none) {
  fact f;
  f.kind = kind;
  f.subject = subject;
  return f;
}

inline fact ended_attempt(std::uint32_t task,
                          task_state state = task_state::succeeded) {
  auto f = fact_of(fact_kind::attempt_finished, task);
  f.attempt = 1;
  f.agent = 0;
  f.state = state;
  f.end = state == task_state::succeeded ? attempt_end::success
                                         : attempt_end::failure;
  return f;
}

inline fact ended_run(run_status status, std::int32_t exit_code) {
  auto f = fact_of(fact_kind::run_ended);
  f.status = status;
  f.exit_code = exit_code;
  return f;
}

/// Two tasks, `a` and `b`, of one agent.
inline plan two_tasks() {
  plan_builder p;
  p.task("a");
  p.task("b");
  return std::move(p.get());
}

struct made_run_options {
  std::string id = "20261122-201500-1a2b";
  std::string plan_path = "/plans/team.yaml";
  std::string settings = "{}";
  std::int64_t wall_ns = 1'000'000'000;
  /// The facts of each time that it was up, one after another.
  std::vector<std::vector<fact>> sessions = {{}};
};

/// Makes `runs/ID/journal.db` below a folder, as a run does.
inline void make_run(const temporary_directory& state, made_run_options x,
                     plan work = two_tasks()) {
  auto p = std::make_shared<const plan>(std::move(work));
  state.write("runs/" + x.id + "/.keep", "");
  auto path = state / ("runs/" + x.id + "/journal.db");
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < x.sessions.size(); ++i) {
    journal::journal_options options;
    options.path = path;
    journal::journal_file file{options, p};
    journal::session_entry session;
    session.number = i + 1;
    session.first_fact = last + 1;
    session.wall_ns = x.wall_ns;
    session.pid = 1;
    session.durability = "full";
    session.tutti = "0.1.0";
    if (i == 0) {
      journal::revision_entry revision;
      revision.plan = x.plan_path;
      revision.settings = x.settings;
      BOOST_REQUIRE(!file.create({{"run", x.id},
                                  {"plan", p->name},
                                  {"directory", p->directory},
                                  {"tutti", "0.1.0"}},
                                 session, revision, {}));
    } else {
      auto reader = journal::journal_reader::open(path);
      BOOST_REQUIRE(reader);
      BOOST_REQUIRE((*reader)->facts(*p));
      BOOST_REQUIRE(!file.go_on((*reader)->info(), (*reader)->sum(), session,
                                std::nullopt, {}, {}));
    }
    if (x.sessions[i].empty())
      continue;
    last += x.sessions[i].size();
    BOOST_REQUIRE(!file.append({{last, x.sessions[i]}}));
  }
}

} // namespace tutti::test
