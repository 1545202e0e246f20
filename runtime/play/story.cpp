// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/story.hpp"

#include "runtime/play/random_team.hpp"
#include "runtime/session/run_nodes.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tutti::play {

namespace {

using namespace std::chrono_literals;

/// The clocks of a random plan count in small numbers; one is so long.
constexpr std::int64_t tick = 10'000'000;

void stretch(plan& p) {
  for (auto& t : p.tasks) {
    for (auto* x : {&t.timeout, &t.deadline, &t.queue_timeout, &t.retries.wait,
                    &t.batch.wait})
      *x *= tick;
    for (auto* x : {&t.estimate.min, &t.estimate.mode, &t.estimate.max})
      *x = std::min<duration>(*x, 5ns) * (tick * 1000);
  }
  for (auto& g : p.gates)
    g.approval.timeout *= tick;
}

/// More who approve: several at a gate, of which some or all must.
void add_reviewers(plan& p, dice& d) {
  for (std::uint32_t g = 0; g < p.gates.size(); ++g) {
    auto& a = p.gates[g].approval;
    if (!a.present || !d.one_in(2))
      continue;
    for (std::uint32_t i = 0; i < p.agents.size(); ++i) {
      if (std::find(a.agents.begin(), a.agents.end(), agent_id{i})
              != a.agents.end()
          || !d.one_in(2))
        continue;
      task t;
      t.name = "review/" + p.gates[g].name + "/" + p.agents[i].name;
      t.kind = task_kind::review;
      t.agents = {agent_id{i}};
      t.run.kind = command_kind::shell;
      t.run.script = "true";
      t.review_of = gate_id{g};
      a.agents.emplace_back(i);
      a.reviews.emplace_back(p.tasks.size());
      p.tasks.push_back(std::move(t));
    }
    a.min = static_cast<std::uint32_t>(a.agents.size() + a.human);
    if (d.one_in(2))
      a.min = 1 + d.roll(a.min);
  }
}

/// Nobody could ask for changes where nobody approves.
void drop_idle_rework(plan& p) {
  for (auto& g : p.gates) {
    bool asks =
        g.approval.present
        || std::any_of(g.needs.begin(), g.needs.end(), [&p](const need& n) {
             return p.tasks[n.of.index].kind == task_kind::after_each;
           });
    if (!asks)
      g.rework = {};
  }
}

/// What the exact oracle knows (team_oracle.hpp).
void make_plain(plan& p) {
  p.fail_fast = false;
  p.services.clear();
  for (auto& t : p.tasks) {
    std::erase_if(t.needs, [](const need& n) {
      return n.of.kind == node_kind::service;
    });
    t.deadline = t.queue_timeout = duration{0};
  }
  for (auto& g : p.gates) {
    g.blocks_all = false;
    g.rework = {};
    g.approval.timeout = duration{0};
  }
}

/// Agents of a random plan that go to nodes, and what only one of them may do.
void spread(plan& p, dice& d) {
  static const std::vector<std::string> labels[] = {
      {"gpu"}, {"linux"}, {"gpu", "linux"}};
  for (std::size_t i = 0; i < p.agents.size(); ++i)
    if (i == 0 || d.one_in(2))
      p.agents[i].runs_on = labels[d.roll(3)];
  for (auto& t : p.tasks)
    t.exclusive = d.one_in(5);
  p.nodes.keep = duration{1s} * (20 + d.roll(100));
  p.grace = duration{1s} * (1 + d.roll(5));
}

/// One of them has all that is asked for, so that everybody finds a place.
void add_fleet(story& s, dice& d, bool random_plan) {
  auto p = *s.work;
  if (random_plan)
    spread(p, d);
  std::set<std::string> labels;
  for (const auto& a : p.agents)
    labels.insert(a.runs_on.begin(), a.runs_on.end());
  auto count = 1 + d.roll(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    fleet_node x;
    x.name = "n" + std::to_string(i + 1);
    for (const auto& y : labels)
      if (i == 0 || !d.one_in(3))
        x.labels.push_back(y);
    x.slots = 1 + d.roll(4);
    x.at_start = !d.one_in(4);
    s.fleet.push_back(std::move(x));
  }
  s.work = std::make_shared<const plan>(std::move(p));
}

plan random_work(dice& d, bool plain) {
  auto tasks_max = d.one_in(5) ? 50 : 6 + d.roll(20);
  auto p = random_team{d, tasks_max}.make();
  stretch(p);
  p.name = "explored";
  for (auto& x : p.services) {
    x.run.kind = command_kind::shell;
    x.run.script = "true";
  }
  for (auto& t : p.tasks) {
    if (d.one_in(5))
      t.idle_timeout = 80s;
    // What fails is tried again, so that runs go on for long.
    if (d.one_in(2))
      t.retries.max += 1 + d.roll(2);
  }
  add_reviewers(p, d);
  drop_idle_rework(p);
  if (plain)
    make_plain(p);
  return p;
}

/// Whether a kind goes beyond what the oracle knows.
bool is_plain(fault_kind x) {
  switch (x) {
  case fault_kind::late_result:
  case fault_kind::freeze_node:
  case fault_kind::cut:
  case fault_kind::slow:
  case fault_kind::drop:
  case fault_kind::duplicate:
  case fault_kind::reorder:
  case fault_kind::kill:
  case fault_kind::disk_full:
  case fault_kind::crash:
    return true;
  default:
    return false;
  }
}

void sort_faults(story& s) {
  std::stable_sort(s.faults.begin(), s.faults.end(),
                   [](const fault& a, const fault& b) {
                     return a.at < b.at;
                   });
}

duration some_span(dice& d, fault_kind x) {
  switch (x) {
  case fault_kind::disk_full: // every now and then for too long
    return d.one_in(5) ? duration{150s} : duration{1s} * (1 + d.roll(50));
  case fault_kind::clock_jump:
    return duration{1min} * (1 + d.roll(120));
  case fault_kind::slow:
    return duration{1s} * (5 + d.roll(60));
  default:
    return d.one_in(6) ? duration{0} : duration{1s} * d.roll(60);
  }
}

/// Whether it is on is drawn, and how often it befalls the run.
void draw_kind(story& s, dice& d, fault_kind kind, bool allowed) {
  auto seconds_of = [](duration x) {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(x).count());
  };
  // Most of what happens happens early.
  auto early = std::min<duration>(s.chaos, 150s);
  bool on = d.one_in(3);
  auto count = d.one_in(4) ? 6 + d.roll(10) : 1 + d.roll(4);
  if (!on || !allowed)
    return;
  for (; count > 0; --count) {
    auto until = d.one_in(3) ? s.chaos : early;
    fault x;
    x.kind = kind;
    x.at = duration{500ms} * d.roll(2 * seconds_of(until) + 1);
    x.span = some_span(d, kind);
    x.pick = d.roll(1u << 20);
    s.faults.push_back(x);
  }
}

void draw_faults(story& s, dice& d) {
  for (std::size_t i = 0; i < plain_fault_kind_count; ++i) {
    auto kind = static_cast<fault_kind>(i);
    draw_kind(s, d, kind, !s.plain || is_plain(kind));
  }
  sort_faults(s);
}

} // namespace

std::string_view to_string(fault_kind x) {
  static constexpr std::array<std::string_view, fault_kind_count> names{
      "crash",       "hang",       "fail",      "late-result", "lose-node",
      "freeze-node", "cut",        "slow",      "drop",        "duplicate",
      "reorder",     "kill-run",   "disk-full", "clock-jump",  "stop",
      "cancel",      "retry",      "pause",     "verdict",     "cut-one-way",
      "reset",       "drain-node", "join-node"};
  return names[static_cast<std::size_t>(x)];
}

std::string span_text(duration x) {
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s"
                        : std::to_string(ms) + "ms";
}

std::uint64_t mixed(std::uint64_t seed, std::string_view name, std::uint64_t a,
                    std::uint64_t b) {
  // FNV-1a over all of it, then the finish of splitmix64.
  std::uint64_t x = 0xcbf29ce484222325 ^ seed;
  auto add = [&x](std::uint64_t byte) {
    x = (x ^ byte) * 0x100000001b3;
  };
  for (unsigned char c : name)
    add(c);
  for (auto n : {a, b, seed})
    for (int shift = 0; shift < 64; shift += 8)
      add(n >> shift & 0xff);
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

story random_story(std::uint64_t seed, std::shared_ptr<const plan> given,
                   bool nodes) {
  bool is_random = !given;
  bool is_placed = given && session::places_agents(*given);
  dice d{mixed(seed, "story")};
  story s;
  s.seed = seed;
  s.plain = !given && !nodes && seed % 4 == 0;
  s.in_order = seed % 5 == 0;
  s.work = given ? std::move(given)
                 : std::make_shared<const plan>(random_work(d, s.plain));
  s.nodes = 1 + d.roll(3);
  bool any_wires = s.nodes > 1 || d.one_in(3);
  for (std::uint32_t i = 0; i < s.work->agents.size(); ++i)
    s.wired.push_back(any_wires && (i % s.nodes > 0 || d.one_in(3)));
  s.jobs = d.one_in(5) ? 1 + d.roll(4) : 0;
  s.chaos = duration{1min} * (1 + d.roll(6));
  s.journal_max = d.one_in(3) ? duration{0} : duration{1ms} * d.roll(500);
  static constexpr std::uint32_t shares[] = {0, 3, 8, 25};
  s.fail_percent = shares[d.roll(4)];
  s.asks = d.one_in(2);
  draw_faults(s, d);
  if (nodes || is_placed) {
    dice other{mixed(seed, "fleet")};
    add_fleet(s, other, is_random);
    for (auto kind : {fault_kind::cut_one_way, fault_kind::reset,
                      fault_kind::drain, fault_kind::join})
      draw_kind(s, other, kind, true);
    sort_faults(s);
  }
  return s;
}

duration healing_bound(const story& x, std::uint64_t open_requests) {
  duration result = 2h; // clocks that were set back, crashed agents, links
  if (!x.fleet.empty())
    result += 4 * (x.work->nodes.keep + x.work->nodes.lease + x.work->grace);
  constexpr std::int64_t times = 6; // both phases, each made again twice
  for (const auto& t : x.work->tasks)
    result += times * (longest_phase + t.retries.wait + t.batch.wait)
            + times * t.retries.max * t.retries.max_wait;
  for (const auto& g : x.work->gates)
    result += times * g.approval.timeout;
  return result
       + static_cast<std::int64_t>(open_requests) * times * longest_phase;
}

} // namespace tutti::play
