// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/follow.hpp"

#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace tutti::session {

namespace {

/// Between two looks at the feed, and so between two redraws.
constexpr auto frame = std::chrono::milliseconds(100);

std::vector<asked_gate> asked_people(const report::run_model& m) {
  std::vector<asked_gate> result;
  for (auto x : m.asked_gates()) {
    const auto& g = m.plan().gates[x.value];
    if (report::asks_person(m, x.value))
      result.push_back({x, m.gate(x.value).rounds, g.name,
                        g.rework.present && g.rework.to.size() == 1});
  }
  return result;
}

/// Where tutti itself is, the disk needs no name.
std::string no_space_text(const report::run_model& m, const fact& x) {
  auto node = report::node_of(m, x.subject);
  bool is_here = node.empty() || node == local_node;
  return fmt::format("tutti: {}{}; nothing new starts. Free some space{} and "
                     "go on with --resume.",
                     is_here ? "" : fmt::format("node {}: ", node),
                     x.details->message, is_here ? "" : " there");
}

/// Asks below the board, and takes what is typed.
void ask_people(const follow_options& x, approval_prompt& prompt) {
  if (x.keys == nullptr)
    return;
  auto asked = asked_people(x.model);
  x.keys->listen(!asked.empty());
  prompt.update(std::move(asked));
  for (auto& decision : prompt.type(x.keys->read()))
    x.decide(std::move(decision));
  x.view.prompt(prompt.line());
}

} // namespace

bool follow(const follow_options& options) {
  auto& model = options.model;
  auto& view = options.view;
  auto start = options.clock() - options.elapsed;
  approval_prompt prompt;
  bool told_of_space = false;
  bool ended = false;
  auto take = [&](const fact& x) {
    model.apply(x);
    view.update(model, x);
    if (x.kind == fact_kind::run_ended)
      ended = true;
    else if (x.kind == fact_kind::run_resumed)
      ended = false;
    if (x.kind == fact_kind::run_ended && x.extra)
      view.note("tutti: " + x.extra->text);
    if (x.end == attempt_end::no_space && x.details
        && !std::exchange(told_of_space, true))
      view.note(no_space_text(model, x));
  };
  for (;;) {
    auto batch = options.feed.take(frame);
    for (const auto& facts : batch.facts)
      for (const auto& x : facts)
        take(x);
    for (const auto& x : batch.progress)
      model.apply(x);
    for (const auto& x : batch.notes)
      view.note(x);
    for (const auto& x : batch.questions)
      x(model, options.clock() - start);
    if (ended)
      return true;
    if (!batch.lost.empty()) {
      view.note("tutti: " + batch.lost);
      return false;
    }
    ask_people(options, prompt);
    if (options.look)
      if (auto text = options.look(); !text.empty())
        view.note("tutti: " + text);
    view.refresh(model, options.clock() - start);
  }
}

} // namespace tutti::session
