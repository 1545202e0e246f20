// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/plan_words.hpp"
#include "runtime/cli/simulate.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/report/chains.hpp"
#include "runtime/simulation/occupancy.hpp"
#include "runtime/simulation/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tutti::cli {

namespace {

using display::style;
using simulation::difference_text;
using simulation::time_text;

/// Rows of a table that a person still reads.
constexpr std::size_t rows_max = 20;

std::string percent(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

class writer {
public:
  writer(const simulated& x, const simulate_view& view)
    : x_(x), view_(view), p_(x.play->model.plan()),
      columns_(std::max<std::size_t>(view.columns, 40)) {
  }

  std::string text() {
    add_headline();
    add_speed();
    add_spread();
    add_trials();
    blank();
    out_ += view_.plain ? simulation_lines(x_) : simulation_chart(x_, view_);
    add_agents();
    add_chain();
    add_advice();
    add_honesty();
    return std::move(out_);
  }

private:
  void line(std::string_view text, style how = style::plain) {
    out_ += display::styled_line{text, how}.render(view_.can, columns_) + '\n';
  }
  void blank() {
    out_ += '\n';
  }
  void head(std::string_view text) {
    blank();
    line(text, style::bold);
  }

  /// Words at most as wide as a line; what follows the first is indented.
  void wrap(std::string_view text) {
    bool first = true;
    while (!text.empty()) {
      auto room = columns_ - (first ? 0 : 2);
      auto cut = text.size();
      if (cut > room) {
        cut = text.rfind(' ', room);
        if (cut == std::string_view::npos || cut == 0)
          cut = room;
      }
      line((first ? "" : "  ") + std::string{text.substr(0, cut)});
      text.remove_prefix(cut);
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
      first = false;
    }
  }

  /// The parts side by side where they fit, else below each other.
  void parts(const std::vector<std::string>& xs, style how) {
    auto between = view_.can.unicode ? " \u00b7 " : ", ";
    auto one = fmt::format("{}", fmt::join(xs, between));
    if (display::width_of(one) <= columns_)
      return line(one, how);
    for (const auto& x : xs)
      line(x, how);
  }

  void add_headline() {
    const auto& how = x_.play->how;
    const auto& r = x_.play->report;
    std::vector<std::string> changed;
    for (const auto& c : x_.changes)
      changed.push_back(simulation::to_text(c, p_));
    if (!changed.empty())
      wrap(fmt::format("changed: {}", fmt::join(changed, "; ")));
    parts({"one after another " + time_text(r.sequential),
           (how.complete ? "this plan " : "this plan until it waits ")
               + time_text(how.end),
           "no team is faster than " + time_text(x_.play->any_team())},
          style::bold);
    if (!how.complete)
      wrap("it does not come to its end: something is left that nothing in "
           "the plan decides");
  }

  void add_speed() {
    const auto& r = x_.play->report;
    wrap(r.explanation);
    std::vector<std::string> bounds;
    for (std::size_t i = 0; i < r.bounds.of.size(); ++i) {
      auto kind = static_cast<report::bound_kind>(i);
      if (auto value = r.bounds.of[i].value; value > duration{0})
        bounds.push_back(fmt::format("{} {}{}", report::to_string(kind),
                                     time_text(value),
                                     kind == r.bounds.tight ? "*" : ""));
    }
    if (!bounds.empty())
      wrap(fmt::format("lower bounds: {}  (* is tight)",
                       fmt::join(bounds, ", ")));
    std::string text;
    if (r.efficiency)
      text = "efficiency " + percent(*r.efficiency);
    if (r.later)
      text += fmt::format("{}needs-later saves {} ({} with plain needs)",
                          text.empty() ? "" : ", ", time_text(r.later->saved()),
                          time_text(r.later->with_needs));
    wrap(text);
  }

  void add_spread() {
    if (!x_.many)
      return;
    const auto& s = *x_.many;
    head(fmt::format("{} PLAYS WITH DRAWN TIMES, SEED {}", x_.times,
                     x_.seed.value_or(0)));
    std::vector<std::string> texts;
    for (auto [name, share] : shares())
      texts.push_back(
          fmt::format("{} {}", name, time_text(s.percentile(share))));
    texts.push_back("mean " + time_text(s.mean()));
    parts(texts, style::plain);
    if (s.makespans.front() == s.makespans.back())
      wrap("all take the same: give estimates a min and a max");
    if (s.incomplete > 0)
      wrap(fmt::format("{} of them did not come to their end",
                       counted(s.incomplete, "play")));
  }

  static std::vector<std::pair<const char*, double>> shares() {
    return {{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};
  }

  void add_trials() {
    if (x_.trials.empty())
      return;
    head("WHAT THE CHANGES DO");
    const auto& base = x_.trials.front();
    bool drawn = x_.times > 0;
    auto name = std::min<std::size_t>(columns_ - (drawn ? 36 : 18), 40);
    auto add = [&](std::string_view what, std::string_view makespan,
                   std::string_view p50, std::string_view p90,
                   std::string_view difference) {
      line(display::fit(what, name, view_.can.unicode)
           + fmt::format(" {:>8}", makespan)
           + (drawn ? fmt::format(" {:>8} {:>8}", p50, p90) : "")
           + fmt::format(" {:>8}", difference));
    };
    add("", "takes", "p50", "p90", "");
    for (const auto& t : x_.trials) {
      auto at = [&t](double share) {
        return t.many ? time_text(t.many->percentile(share)) : "";
      };
      auto than = t.how.end - base.how.end;
      add(t.text, time_text(t.how.end), at(0.5), at(0.9),
          !t.how.complete ? "waits"
          : &t == &base   ? ""
                          : difference_text(than));
    }
    for (const auto& t : x_.trials)
      if (t.is_anomaly(base.how))
        wrap(fmt::format("{}: longer, although it takes away a restriction: an "
                         "anomaly of scheduling",
                         t.text));
  }

  void add_agents() {
    auto all = simulation::occupancy_of(x_.play->model);
    blank();
    std::size_t name = 5;
    for (const auto& a : p_.agents)
      name = std::max(name, display::width_of(a.name));
    bool wide = columns_ >= 50;
    name = std::min(name, columns_ - (wide ? 40 : 32));
    auto add = [&](std::string_view agent, std::string_view slots,
                   std::string_view busy, std::string_view blocked,
                   std::string_view idle, std::string_view used) {
      line(
          display::fit(agent, name, view_.can.unicode)
          + (wide ? fmt::format(" {:>5}", slots) : "")
          + fmt::format(" {:>8} {:>8} {:>7} {:>5}", busy, blocked, idle, used));
    };
    add("agent", "slots", "busy", "blocked", "idle", "used");
    auto shown = std::min(all.size(), rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& a = all[i];
      auto whole = a.busy + a.blocked + a.idle;
      auto used = whole > duration{0}
                    ? percent(static_cast<double>(a.busy.count())
                              / static_cast<double>(whole.count()))
                    : "-";
      add(p_.agents[i].name, std::to_string(x_.play->model.agent(i).slots),
          time_text(a.busy), time_text(a.blocked), time_text(a.idle), used);
    }
    if (shown < all.size())
      line(fmt::format("and {} more", all.size() - shown));
  }

  void add_chain() {
    auto chain = longest_chain(x_);
    if (chain.empty())
      return;
    head("CRITICAL PATH");
    auto shown = std::min(chain.size(), rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& c = chain[i];
      line(fmt::format("{:>7} {:>7}  {}{}  {}", time_text(c.start),
                       time_text(c.end - c.start), c.name,
                       c.phase == work_phase::integrate ? " (integrate)" : "",
                       c.people ? "(people decide)" : c.agent));
    }
    if (shown < chain.size())
      line(fmt::format("and {} more", chain.size() - shown));
  }

  void add_advice() {
    if (!x_.advice)
      return;
    const auto& a = *x_.advice;
    head("ADVICE");
    if (!a.helps())
      wrap(fmt::format("no change helps: {} tried, one at a time",
                       counted(a.tried, "change")));
    std::size_t shown = 0;
    for (const auto& r : a.rows)
      if (r.gain > duration{0} && shown++ < rows_max)
        line(fmt::format("{:>7} {:>7}  {}", time_text(r.makespan),
                         difference_text(-r.gain), r.text));
    if (shown > rows_max)
      line(fmt::format("and {} more", shown - rows_max));
    for (const auto& r : a.rows)
      if (r.gain < duration{0})
        wrap(fmt::format("{} makes it longer, {}: an anomaly of scheduling",
                         r.text, time_text(r.makespan)));
    if (a.left_out > 0)
      wrap(fmt::format("{} with less work not tried",
                       counted(a.left_out, "change")));
    bool later = std::any_of(
        a.rows.begin(), a.rows.end(), [](const simulation::advice::row& r) {
          return r.gain > duration{0}
              && r.what.kind == simulation::change_kind::need_as_later;
        });
    if (later)
      wrap("integrating what is needed later is not counted: it comes on top");
  }

  /// What the figures rest on.
  void add_honesty() {
    const auto& from = x_.times_from;
    using simulation::time_source;
    auto planned = from.count(p_, time_source::plan);
    auto history = from.count(p_, time_source::history);
    auto guessed = from.count(p_, time_source::guess);
    blank();
    std::vector<std::string> texts{counted(planned, "estimate")
                                   + " of the plan"};
    if (history > 0)
      texts.push_back(fmt::format("{} from {}", history,
                                  counted(x_.history_runs, "earlier run")));
    if (guessed > 0)
      texts.push_back(fmt::format("{} missing, taken as 1m each", guessed));
    wrap(fmt::format("times: {}", fmt::join(texts, ", ")));
    if (x_.seed && !x_.many)
      wrap(fmt::format("drawn with seed {}", *x_.seed));
    for (const auto& c : x_.left_out)
      wrap(fmt::format(
          "left out: {}, as nothing says what {} is (--output {}=true)",
          p_.tasks[c.task.value].name, fmt::join(c.asks, ", "), c.asks[0]));
    for (const auto& w : x_.warnings)
      wrap("warning: " + w);
  }

  const simulated& x_;
  const simulate_view& view_;
  const plan& p_;
  std::size_t columns_;
  std::string out_;
};

} // namespace

std::vector<chain_link> longest_chain(const simulated& x) {
  const auto& m = x.play->model;
  const auto& p = m.plan();
  report::chains c{m, true};
  std::vector<chain_link> result;
  for (auto i : c.longest()) {
    const auto& s = c.stretches()[i];
    chain_link link;
    link.people = s.of >= p.tasks.size();
    if (link.people) {
      link.name = p.gates[m.graph().plan_index(s.of)].name;
    } else {
      link.name = p.tasks[s.of].name;
      if (auto agent = m.task(s.of).agent; agent.valid())
        link.agent = p.agents[agent.value].name;
    }
    link.phase = s.phase;
    link.start = s.start;
    link.end = s.end;
    result.push_back(std::move(link));
  }
  return result;
}

std::string simulation_text(const simulated& x, const simulate_view& view) {
  return writer{x, view}.text();
}

} // namespace tutti::cli
