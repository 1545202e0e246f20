// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/node_words.hpp"

#include "messages/node.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

using report::joined;
using report::node_book;

const report::node_record* record_of(const report::run_model& m,
                                     const fact& x) {
  for (const auto& n : m.nodes().nodes())
    if (x.extra && n.name == x.extra->who)
      return &n;
  return nullptr;
}

words of_node(const fact& x, std::string_view verb, style how,
              std::string note = {}) {
  return {verb, how, "node", x.extra->who, std::move(note)};
}

std::string joined_note(const report::run_model& m,
                        const report::node_record& n) {
  auto note = joined(report::labels_text(n),
                     n.slots == 0 ? std::string{} : report::slots_text(n));
  for (auto i = m.nodes().losses().rbegin(); i != m.nodes().losses().rend();
       ++i)
    if (m.nodes().name(i->node) == n.name)
      return joined(fmt::format("again, {} after it was lost",
                                report::format_duration(n.since - i->at)),
                    note);
  return note;
}

std::string loss_note(const report::run_model& m, const fact& x,
                      const report::node_record& n) {
  auto node = static_cast<std::uint32_t>(&n - m.nodes().nodes().data());
  auto tasks = m.running_on(node);
  auto note = x.extra->text;
  if (tasks == 0)
    return note;
  return fmt::format("{}; {} {} at work there", note, tasks,
                     tasks == 1 ? "task was" : "tasks were");
}

const report::lost_work* lost_of(const report::run_model& m, const fact& x) {
  const auto& all = m.nodes().lost();
  auto i = std::find_if(all.rbegin(), all.rend(), [&](const auto& y) {
    return y.task.value == x.subject
        && (x.kind == fact_kind::run_lost || y.number == x.attempt);
  });
  return i == all.rend() ? nullptr : &*i;
}

} // namespace

std::optional<words> node_words(const report::run_model& m, const fact& x,
                                bool verbose) {
  const auto* n = record_of(m, x);
  if (n == nullptr)
    return std::nullopt;
  switch (x.kind) {
  case fact_kind::node_joined:
    if (n->name == local_node && !verbose)
      return std::nullopt;
    return of_node(x, "joined", style::green, joined_note(m, *n));
  case fact_kind::node_lost:
    return of_node(x, "lost", style::red, loss_note(m, x, *n));
  case fact_kind::node_gone:
    return of_node(x, "gone", style::dim, "nothing that it had is alive");
  case fact_kind::node_draining:
    return of_node(x, "draining", style::yellow, "it gets no new work");
  case fact_kind::agent_placed:
    // At first all of them are; later it is news.
    if (x.version == 1 && !verbose)
      return std::nullopt;
    return words{"placed", style::cyan,
                 report::agent_name(m.plan(), agent_id{x.agent}), n->name,
                 x.version > 1 ? fmt::format("its place number {}", x.version)
                               : std::string{}};
  case fact_kind::agent_unplaced:
    if (!verbose)
      return std::nullopt;
    return words{"unplaced", style::dim,
                 report::agent_name(m.plan(), agent_id{x.agent}), n->name,
                 x.extra->text};
  default:
    return std::nullopt;
  }
}

std::string lost_text(const report::run_model& m, const fact& x) {
  const auto* lost = lost_of(m, x);
  if (lost == nullptr)
    return "its node is lost, it runs again";
  auto node = m.nodes().name(m.nodes().losses()[lost->loss].node);
  if (x.kind == fact_kind::run_lost)
    return fmt::format("what it had made is on {}, it runs again", node);
  if (m.nodes().lingering_on(task_id{x.subject}) != node_book::nowhere)
    return fmt::format("with {}, it is exclusive and waits until that is over",
                       node);
  return fmt::format("with {}, it runs again", node);
}

std::string late_text(const report::run_model& m, const fact& x) {
  const auto* lost = lost_of(m, x);
  if (lost == nullptr)
    return "a stale result, ignored";
  const auto& loss = m.nodes().losses()[lost->loss];
  return fmt::format("attempt {} of {}, given up {} before, ignored: {}",
                     x.attempt, m.nodes().name(loss.node),
                     report::format_duration(x.at - loss.at), to_string(x.end));
}

} // namespace tutti::display
