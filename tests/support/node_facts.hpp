// SPDX-License-Identifier: BSD-3-Clause
// Facts of nodes and of what is lost with them, by hand (semantics §32, §33).
#pragma once

#include "tests/support/resumed_facts.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace tutti::test {

inline fact node_fact(fact_kind kind, duration at, std::string node,
                      std::string text = {}) {
  auto x = make_fact(kind, at);
  fact_extra extra;
  extra.who = std::move(node);
  extra.text = std::move(text);
  x.extra = std::make_shared<const fact_extra>(std::move(extra));
  return x;
}

/// `slots` 0: no limit.
inline fact joined(duration at, std::string node, std::string labels,
                   std::uint32_t slots) {
  auto x =
      node_fact(fact_kind::node_joined, at, std::move(node), std::move(labels));
  x.version = slots;
  return x;
}

inline fact placed(duration at, std::uint32_t agent, std::string node,
                   std::uint32_t placing = 1) {
  auto x = node_fact(fact_kind::agent_placed, at, std::move(node));
  x.agent = agent;
  x.version = placing;
  return x;
}

inline fact unplaced(duration at, std::uint32_t agent, std::string node,
                     std::string why) {
  auto x =
      node_fact(fact_kind::agent_unplaced, at, std::move(node), std::move(why));
  x.agent = agent;
  return x;
}

/// An attempt that was lost with its node.
inline fact lost(duration at, std::uint32_t task, std::uint32_t agent,
                 std::uint32_t attempt = 1) {
  auto x =
      finished(at, task, agent, task_state::ready, fact::no_exit_code, attempt);
  x.end = attempt_end::node_lost;
  attempt_details details;
  details.message = "its node box1: it has not answered for 16s";
  x.details = std::make_shared<const attempt_details>(std::move(details));
  return x;
}

inline fact late(duration at, std::uint32_t task, std::uint32_t agent,
                 std::uint32_t attempt = 1) {
  auto x = make_fact(fact_kind::result_late, at, task);
  x.agent = agent;
  x.attempt = attempt;
  return x;
}

/// Two nodes, box1 and box2, for `quinn`, who trains and deploys; `ada` writes
/// on the machine of the run.
struct spread_team : plan_sketch {
  std::uint32_t ada = agent("ada");
  std::uint32_t quinn = agent("quinn", 2);
  std::uint32_t write = task("write", {ada});
  std::uint32_t train = task("train", {quinn});
  std::uint32_t deploy = task("deploy", {quinn});

  spread_team() {
    value.agents[quinn].runs_on = {"gpu"};
    value.tasks[deploy].exclusive = true;
  }

  static duration second(int n) {
    return std::chrono::seconds{n};
  }
  /// Both tasks of quinn run on box1 from 1 s on, and are lost with it at 10 s.
  std::vector<fact> until_lost() const {
    return {make_fact(fact_kind::run_started, second(0)),
            joined(second(0), "local", "", 0),
            joined(second(1), "box1", "gpu,linux", 4),
            joined(second(1), "box2", "gpu", 1),
            placed(second(1), quinn, "box1"),
            ready(second(0), write),
            ready(second(0), train),
            ready(second(0), deploy),
            started(second(0), write, ada),
            assigned(second(1), train, quinn),
            assigned(second(1), deploy, quinn),
            started(second(1), train, quinn),
            started(second(2), deploy, quinn)};
  }
  std::vector<fact> the_loss() const {
    return {node_fact(fact_kind::node_lost, second(10), "box1",
                      "it has not answered for 16s"),
            lost(second(10), train, quinn), lost(second(10), deploy, quinn),
            unplaced(second(10), quinn, "box1", "it has not answered for 16s")};
  }
  std::vector<fact> the_second_try() const {
    return {placed(second(10), quinn, "box2", 2),
            assigned(second(10), train, quinn, {}, 2),
            started(second(11), train, quinn, 2)};
  }
};

} // namespace tutti::test
