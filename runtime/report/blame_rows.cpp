// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/blame_rows.hpp"

#include "runtime/report/blame.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/slices.hpp"
#include "runtime/report/wait_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::report {

namespace {

class row_writer {
public:
  row_writer(const run_model& m, const slice_table& slices)
    : model_(m), plan_(m.plan()), slices_(slices) {
  }

  path_row row(const hop& x) const {
    path_row r;
    r.from = x.from;
    r.until = x.until;
    r.kind = x.works ? std::string_view{"work"} : to_string(x.wait);
    r.of = name(x.what);
    if (!x.works) {
      r.text = wait_words(x);
      return r;
    }
    const auto& s = slices_[x.what.index];
    r.agent = agent_name(plan_, s.agent);
    r.node = model_.nodes().name(s.node);
    r.attempt = s.attempt;
    r.version = s.version;
    r.phase = s.phase;
    r.why = to_string(x.why);
    r.cause = name(x.cause);
    if (x.cause.what == happening::worked)
      r.cause_agent = agent_name(plan_, slices_[x.cause.index].agent);
    r.waited = model_.up_time(x.wanted, s.start);
    r.text = why_words(x, s);
    return r;
  }

private:
  std::string name(const happening& x) const {
    switch (x.what) {
    case happening::run_start:
      return {};
    case happening::worked:
      return plan_.tasks[slices_[x.index].task.value].name;
    case happening::done:
      return plan_.tasks[x.index].name;
    case happening::opened:
    case happening::asked:
      return plan_.gates[x.index].name;
    case happening::ready:
    case happening::starting:
      return plan_.services[x.index].name;
    }
    return {};
  }

  /// "crud (morgan)", "gate deploy", "service db".
  std::string thing(const happening& x) const {
    switch (x.what) {
    case happening::worked: {
      auto agent = slices_[x.index].agent;
      return plan_.agents[agent.value].implicit
               ? name(x)
               : fmt::format("{} ({})", name(x), agent_name(plan_, agent));
    }
    case happening::opened:
    case happening::asked:
      return "gate " + name(x);
    case happening::ready:
    case happening::starting:
      return "service " + name(x);
    default:
      return name(x);
    }
  }

  std::string why_words(const hop& x, const slice& s) const {
    auto of = thing(x.cause);
    switch (x.why) {
    case reason::run_start:
    case reason::end:
      return "nothing came before it";
    case reason::need:
      return "needed " + of;
    case reason::start:
      return fmt::format("needed {} to have started", of);
    case reason::later:
      return "integrates " + of;
    case reason::answer:
      return fmt::format("needed the answer to request {}, from {}", x.number,
                         of);
    case reason::own:
      return own_words(x, s);
    case reason::retry:
      return was_lost(x.cause) ? "its node was lost before"
                               : "an attempt before it did not succeed";
    case reason::trigger:
      return "runs after " + of;
    case reason::request:
      return fmt::format("was asked by {}: request {}", of, x.number);
    case reason::rework:
      return fmt::format("was sent back {} {}",
                         x.cause.what == happening::opened ? "at" : "for", of);
    case reason::slot:
      return fmt::format("{} was busy with {}{}", agent_name(plan_, s.agent),
                         name(x.cause), before(x, s));
    case reason::pool:
      return fmt::format("pool {} was held by {}{}", plan_.pools[x.pool].name,
                         of, before(x, s));
    case reason::jobs:
      return fmt::format("--jobs allowed no more beside {}{}", of,
                         before(x, s));
    case reason::node:
      return fmt::format("node {} had no free slot beside {}{}",
                         model_.nodes().name(s.node), of, before(x, s));
    case reason::resumed:
      return "a person had paused it";
    case reason::verdict:
    case reason::service:
      return "after " + of;
    }
    return {};
  }

  std::string own_words(const hop& x, const slice& s) const {
    if (s.goes_on)
      return x.cause.what == happening::worked
                  && slices_[x.cause.index].session < s.session
               ? "its node had gone on with it"
               : "had waited inside";
    if (was_lost(x.cause))
      return "its node was lost before";
    if (s.phase == work_phase::integrate)
      return "its run phase came before";
    return x.cause.what == happening::worked
                && slices_[x.cause.index].version < s.version
             ? fmt::format("version {} of it came before", s.version - 1)
             : "an earlier run of it came before";
  }

  bool was_lost(const happening& x) const {
    return x.what == happening::worked && slices_[x.index].is_last
        && slices_[x.index].how == attempt_end::node_lost;
  }

  std::string before(const hop& x, const slice& s) const {
    auto time = model_.up_time(x.wanted, s.start);
    return time > duration{0}
             ? fmt::format("; ready {} earlier", format_duration(time))
             : std::string{};
  }

  std::string wait_words(const hop& x) const {
    auto of = thing(x.what);
    switch (x.wait) {
    case wait_kind::orchestrator:
      return of.empty() ? "until the end of the run"
                        : fmt::format("until {} {}", of, came_about(x.what));
    case wait_kind::handoff:
      return fmt::format("on its way to {}", of);
    case wait_kind::gate:
      return gate_words(x);
    case wait_kind::node:
      return fmt::format("no node was there for {}", of);
    case wait_kind::retry:
      return fmt::format("before {} was tried again", of);
    case wait_kind::batch:
      return fmt::format("{} gathered what it takes together", of);
    case wait_kind::service:
      return fmt::format("{} was being started", of);
    case wait_kind::inside:
      return fmt::format("{} waited inside", of);
    case wait_kind::paused:
      return fmt::format("{} was paused by a person", of);
    case wait_kind::down:
      return "tutti was not there";
    default:
      return of;
    }
  }

  static std::string_view came_about(const happening& x) {
    switch (x.what) {
    case happening::worked:
      return "started";
    case happening::opened:
      return "was decided";
    case happening::asked:
      return "asked";
    case happening::ready:
      return "was ready";
    case happening::starting:
      return "was started";
    default:
      return "was done";
    }
  }

  std::string gate_words(const hop& x) const {
    auto gate = x.what.index;
    auto asks =
        x.what.what == happening::opened || x.what.what == happening::asked;
    if (!asks) { // the run ended before anybody had answered
      for (auto y : model_.asked_gates())
        if (model_.gate(y.value).asked_at == x.from)
          return fmt::format("gate {} asked {}, who had not answered",
                             plan_.gates[y.value].name,
                             approvers_text(model_, y.value));
      return "nobody had answered";
    }
    const auto& g = model_.gate(gate);
    std::string answer = "the time for it was over";
    for (const auto& y : g.verdicts)
      if (y.at >= x.from && y.at <= x.until)
        answer = fmt::format("{} by {} at {}", to_string(y.verdict), y.who,
                             format_duration(y.at));
    return fmt::format("gate {} asked {} at {}: {}", plan_.gates[gate].name,
                       approvers_text(model_, gate), format_duration(x.from),
                       answer);
  }

  const run_model& model_;
  const plan& plan_;
  const slice_table& slices_;
};

} // namespace

duration blame_rows::contention() const {
  auto people = waited(wait_kind::gate);
  return std::max(work + people - ideal, duration{0});
}

blame_rows::telling blame_rows::told() const {
  telling result;
  auto least = path.empty() ? duration{0} : path.back().until / 100;
  for (const auto& x : path) {
    if (x.kind != to_string(wait_kind::orchestrator) || x.length() > least) {
      result.rows.push_back(&x);
      continue;
    }
    ++result.left_out;
    result.left_out_time += x.length();
  }
  return result;
}

blame_rows rows_of(const run_model& m, const slice_table& slices,
                   const run_blame& blame, const idle_times& idle) {
  const auto& p = m.plan();
  blame_rows r;
  r.is_whole = blame.is_whole;
  r.alarms = blame.alarms();
  r.work = blame.work;
  r.waits = blame.waits;
  r.ideal = blame.ideal;
  row_writer words{m, slices};
  r.path.reserve(blame.path.size());
  for (const auto& x : blame.path)
    r.path.push_back(words.row(x));
  for (const auto& x : blame.ideal_path)
    r.ideal_path.push_back({std::string(name_of(p, x.of)),
                            x.of.kind == node_kind::gate, x.phase, x.length});
  for (std::size_t i = 0; i < idle.agents.size(); ++i)
    r.idle.push_back({p.agents[i].name, idle.agents[i]});
  for (const auto& x : idle.waits) {
    bool known = x.most.kind == node_kind::task ? x.most.index < p.tasks.size()
                                                : x.most.index < p.gates.size();
    r.agent_waits.push_back(
        {p.agents[x.waiter.value].name,
         x.on.valid() ? p.agents[x.on.value].name : std::string{}, x.time,
         known ? std::string(name_of(p, x.most)) : std::string{}, x.most_time});
  }
  return r;
}

} // namespace tutti::report
