// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/trace.hpp"

#include "runtime/report/json_writer.hpp"
#include "runtime/report/slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace tutti::report {

namespace {

/// The process that stands for a node.
std::uint32_t pid_of(std::uint32_t node) {
  return node + 1;
}

class trace_writer {
public:
  trace_writer(const run_model& m, const std::string& run_id)
    : model_(m), plan_(m.plan()), slices_(m), run_id_(run_id) {
  }

  std::string write() {
    w_.open('{');
    w_.text("displayTimeUnit", "ms");
    w_.open("otherData", '{');
    w_.text("run_id", run_id_);
    w_.text("plan", plan_.name);
    w_.close('}');
    w_.open("traceEvents", '[');
    name_tracks();
    for (const auto& x : slices_.all())
      add_slice(x);
    for (const auto& x : slices_.all())
      add_queue(x);
    add_waits();
    add_handoffs();
    add_gates();
    add_losses();
    add_ready();
    w_.close(']');
    w_.close('}');
    return w_.take() + '\n';
  }

private:
  /// Exact to the nanosecond, so that what follows each other does not overlap.
  static std::string microseconds(duration x) {
    return fmt::format("{}.{:03}", x.count() / 1000, x.count() % 1000);
  }

  void open(std::string_view phase, std::string_view name, duration at,
            std::uint32_t node = node_book::local) {
    w_.line();
    w_.open('{');
    w_.text("ph", phase);
    w_.text("name", name);
    w_.integer("pid", pid_of(node));
    w_.raw("ts", microseconds(at));
  }

  void name_of_track(std::string_view what, std::uint32_t node,
                     std::uint32_t track, std::string_view name) {
    w_.line();
    w_.open('{');
    w_.text("ph", "M");
    w_.text("name", what);
    w_.integer("pid", pid_of(node));
    w_.integer("tid", track);
    w_.open("args", '{');
    w_.text("name", name);
    w_.close('}');
    w_.close('}');
  }

  void name_tracks() {
    const auto& nodes = model_.nodes().nodes();
    for (std::uint32_t i = 0; i < nodes.size(); ++i)
      name_of_track("process_name", i, 0, nodes[i].name);
    std::uint32_t next = 1;
    for (std::uint32_t i = 0; i < plan_.agents.size(); ++i) {
      first_track_.push_back(next);
      auto count = static_cast<std::uint32_t>(slices_.tracks_of(i).size());
      for (auto node : nodes_of(i))
        for (std::uint32_t k = 0; k < count; ++k)
          name_of_track(
              "thread_name", node, next + k,
              count == 1 ? plan_.agents[i].name
                         : fmt::format("{} {}", plan_.agents[i].name, k + 1));
      next += count;
    }
  }

  /// Where an agent was; one that was nowhere is shown here.
  std::set<std::uint32_t> nodes_of(std::uint32_t agent) const {
    std::set<std::uint32_t> result;
    for (const auto& track : slices_.tracks_of(agent))
      for (auto i : track)
        result.insert(slices_[i].node);
    if (result.empty())
      result.insert(node_book::local);
    return result;
  }

  std::uint32_t track_of(const slice& x) const {
    return first_track_[x.agent.value] + x.slot;
  }

  const std::string& name_of_task(task_id x) const {
    return plan_.tasks[x.value].name;
  }

  void add_slice(const slice& x) {
    open("X", name_of_task(x.task), x.start, x.node);
    w_.raw("dur", microseconds(x.length()));
    w_.integer("tid", track_of(x));
    w_.text("cat", to_string(x.phase));
    w_.open("args", '{');
    w_.integer("attempt", x.attempt);
    w_.integer("version", x.version);
    w_.text("end", x.is_running ? "running"
                   : !x.is_last ? "waits inside"
                                : to_string(x.how));
    w_.close('}');
    w_.close('}');
  }

  void add_span(std::string_view cat, const std::string& name, duration from,
                duration until) {
    if (from >= until)
      return;
    auto id = ++last_id_;
    for (const auto* phase : {"b", "e"}) {
      open(phase, name, *phase == 'b' ? from : until);
      w_.text("cat", cat);
      w_.integer("id", id);
      w_.close('}');
    }
  }

  void add_queue(const slice& x) {
    add_span("queue", fmt::format("{} is ready", name_of_task(x.task)),
             x.wanted, x.start);
  }

  void add_waits() {
    for (const auto& x : model_.inside_waits())
      add_span("inside", fmt::format("{} waits inside", name_of_task(x.task)),
               x.from, x.over_at.value_or(x.until.value_or(model_.now())));
    // Between the two phases of a task.
    for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i) {
      const auto& own = slices_.of_task(i);
      for (std::size_t k = 1; k < own.size(); ++k) {
        const auto& before = slices_[own[k - 1]];
        const auto& x = slices_[own[k]];
        if (before.phase == work_phase::run && before.is_last
            && x.phase == work_phase::integrate)
          add_span("later",
                   fmt::format("{} waits to integrate", plan_.tasks[i].name),
                   before.end, x.wanted);
      }
    }
    for (std::uint32_t i = 0; i < plan_.gates.size(); ++i)
      for (const auto& x : model_.waits_for_people(i))
        add_span("gate", fmt::format("gate {} asks", plan_.gates[i].name),
                 x.from, x.until);
  }

  /// Where an arrow can begin or end within a slice: its end is not in it.
  static duration inside(const slice& x, duration at) {
    auto last = std::max(x.start, x.end - duration{1});
    return std::clamp(at, x.start, last);
  }

  /// The first slice that had got what was handed on.
  const slice* receiver(task_id task, duration at) const {
    const auto& own = slices_.of_task(task.value);
    auto i = std::find_if(own.begin(), own.end(), [&](std::uint32_t k) {
      return slices_[k].end > at || slices_[k].start >= at;
    });
    return i == own.end() ? nullptr : &slices_[*i];
  }

  void add_handoffs() {
    for (const auto& x : model_.handoffs()) {
      if (x.from.kind != node_kind::task || !x.sent_at || !x.received_at)
        continue;
      auto i = slices_.ended_by(x.from.index, *x.sent_at);
      const auto* to = receiver(x.to, *x.received_at);
      if (i == slice::none || to == nullptr)
        continue;
      const auto& from = slices_[i];
      add_arrow("s", from, inside(from, *x.sent_at), ++last_id_);
      add_arrow("f", *to, inside(*to, *x.received_at), last_id_);
    }
  }

  void add_arrow(std::string_view phase, const slice& x, duration at,
                 std::int64_t id) {
    open(phase, "handoff", at, x.node);
    w_.integer("tid", track_of(x));
    w_.text("cat", "handoff");
    w_.integer("id", id);
    if (phase == "f")
      w_.text("bp", "e"); // the slice that it is in, not the next one
    w_.close('}');
  }

  void add_losses() {
    const auto& book = model_.nodes();
    for (const auto& x : book.losses())
      add_instant(fmt::format("{} is lost: {}", book.name(x.node), x.why), x.at,
                  x.node);
    for (const auto& x : book.lost())
      if (auto both = book.overlap_of(x, model_.now()))
        add_span("both",
                 fmt::format("{}: attempts {} and {}", name_of_task(x.task),
                             x.number, x.next),
                 *x.next_started, *x.next_started + both->length);
  }

  void add_instant(const std::string& name, duration at,
                   std::uint32_t node = node_book::local) {
    open("i", name, at, node);
    w_.integer("tid", 0);
    w_.text("s", "p");
    w_.close('}');
  }

  void add_gates() {
    for (std::uint32_t i = 0; i < plan_.gates.size(); ++i) {
      const auto& g = model_.gate(i);
      const auto& name = plan_.gates[i].name;
      for (auto at : g.asks)
        add_instant(fmt::format("gate {} asks", name), at);
      for (const auto& x : g.verdicts)
        add_instant(
            fmt::format("gate {}: {} by {}", name, to_string(x.verdict), x.who),
            x.at);
      for (auto at : g.openings)
        add_instant(fmt::format("gate {} opens", name), at);
      if (g.closed_at)
        add_instant(fmt::format("gate {} is {}", name, to_string(g.state)),
                    *g.closed_at);
    }
  }

  void add_ready() {
    std::map<duration, int> changes;
    for (const auto& x : slices_.all())
      if (x.wanted < x.start) {
        ++changes[x.wanted];
        --changes[x.start];
      }
    for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
      if (const auto& t = model_.task(i);
          t.state == task_state::ready && t.queued_at)
        ++changes[*t.queued_at];
    int ready = 0;
    for (auto [at, change] : changes) {
      if (change == 0)
        continue;
      ready += change;
      open("C", "ready tasks", at);
      w_.open("args", '{');
      w_.integer("ready", ready);
      w_.close('}');
      w_.close('}');
    }
  }

  const run_model& model_;
  const plan& plan_;
  slice_table slices_;
  const std::string& run_id_;
  json_writer w_;
  std::vector<std::uint32_t> first_track_;
  std::int64_t last_id_ = 0;
};

} // namespace

std::string to_trace(const run_model& m, const std::string& run_id) {
  return trace_writer(m, run_id).write();
}

} // namespace tutti::report
