// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/crew.hpp"

#include "runtime/cluster/passing_credentials.hpp"
#include "runtime/session/run_nodes.hpp"
#include "runtime/stress/node.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <utility>

namespace tutti::stress {

namespace {

using namespace std::chrono_literals;

constexpr auto glance = 100ms;
/// For what a node answers at once.
constexpr auto answer_max = 20s;
/// After its connection is closed.
constexpr auto end_max = 5s;
/// Where it has closed the connection itself.
constexpr auto last_moment = 1s;

std::vector<std::string> words_of(const settings& how) {
  std::vector<std::string> result{"tutti",       "stress",  "--serve",
                                  "127.0.0.1:0", "--certs", "-"};
  if (how.threads > 0)
    result.insert(result.end(), {"--threads", std::to_string(how.threads)});
  if (how.scheduler != scheduling::as_runs)
    result.insert(result.end(),
                  {"--scheduler", how.scheduler == scheduling::sharing
                                      ? "sharing"
                                      : "stealing"});
  return result;
}

} // namespace

crew::crew(const settings& how, arena& in, std::function<bool()> goes_on)
  : how_(how), in_(in), goes_on_(std::move(goes_on)) {
  for (std::uint32_t i = 0; i < how.nodes; ++i) {
    auto& x = *members_.emplace_back(std::make_unique<member>());
    x.name =
        how.connect.empty() ? fmt::format("node-{}", i + 1) : how.connect[i];
  }
}

crew::~crew() {
  end();
}

// -- coming -------------------------------------------------------------------

bool crew::open(caf::actor_system& system) {
  if (how_.connect.empty() ? !start_nodes() : !find_nodes())
    return false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto& x = *members_[i];
    line_options how;
    how.tls.identity = identity_;
    how.name = conductor_name;
    how.asks = true;
    how.start = [&x](cluster::tls_transport& net) -> std::optional<error> {
      net.connect(x.host, x.port);
      return {};
    };
    how.up = [this, &x] {
      std::lock_guard lock{mutex_};
      x.up = true;
      changed_.notify_all();
    };
    how.told = [this, i](envelope_content& y) {
      told(i, y);
    };
    how.over = [this, i](const std::string& why) {
      lose(i, why, true);
    };
    auto made = line::open(system, std::move(how));
    if (!made) {
      lose(i, made.error().detail, false);
      return false;
    }
    x.to = std::move(*made);
  }
  auto is_up = [](const member& x) {
    return x.up;
  };
  return wait_for(answer_max, is_up, true) && compare_clocks();
}

bool crew::find_nodes() {
  identity_ = *how_.identity;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto at = session::read_host_port(how_.connect[i], false);
    if (!at) {
      lose(i, at.error().detail, false);
      return false;
    }
    members_[i]->host = at->host;
    members_[i]->port = at->port;
  }
  return true;
}

/// The answer that came soonest says it best: it was given about half way.
bool crew::compare_clocks() {
  constexpr int times = 20;
  auto own = boot_id();
  for (auto& x : members_) {
    auto best = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < times; ++i) {
      auto asked = now_ns();
      x->clock.reset();
      x->to->put({0, ask_clock{}});
      if (!wait_for(answer_max, [&x](const member& y) {
            return &y != x.get() || y.clock;
          }))
        return false;
      auto took = now_ns() - asked;
      if (x->clock->boot == own)
        break; // it is this one's
      if (took >= best)
        continue;
      best = took;
      x->to->set_ahead(x->clock->now_ns - asked - took / 2);
    }
    if (x->clock->boot != own)
      clock_error_ns_ = std::max(clock_error_ns_, best / 2);
  }
  return true;
}

bool crew::start_nodes() {
  auto both =
      cluster::make_passing_credentials(conductor_name, std::time(nullptr));
  identity_ = std::move(both.caller);
  auto input = node_input(both.listener);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto made = node_process::start(words_of(how_), input);
    if (!made) {
      lose(i, made.error().detail, false);
      return false;
    }
    members_[i]->process.emplace(std::move(*made));
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto& x = *members_[i];
    auto line = x.process->read_line(goes_on_);
    auto at = session::read_host_port(line, false);
    if (!at) {
      if (goes_on_())
        lose(i, "it did not say where it listens", true);
      return false;
    }
    x.host = at->host;
    x.port = at->port;
  }
  return true;
}

std::vector<std::shared_ptr<line>> crew::lines() const {
  std::vector<std::shared_ptr<line>> result;
  for (const auto& x : members_)
    result.push_back(x->to);
  return result;
}

bool crew::begin_parts(const pattern& here) {
  part_begins part;
  part.pattern = how_.pattern->name;
  part.actors = how_.actors;
  part.payload_bytes = how_.payload_bytes;
  part.rate = static_cast<std::uint32_t>(how_.rate.value_or(0));
  part.nodes = how_.nodes;
  for (const auto& x : members_) {
    ++part.node;
    x->to->seat(here.by_place());
    x->to->put({0, part});
  }
  return wait_for(
      answer_max,
      [](const member& x) {
        return x.ready;
      },
      true);
}

// -- what lines tell ----------------------------------------------------------

void crew::told(std::size_t i, envelope_content& x) {
  auto node = static_cast<std::uint32_t>(i + 1);
  auto note = [&](std::uint64_t handled) {
    in_.seat_of(node_seat(how_, node))
        .handled.store(handled, std::memory_order_relaxed);
  };
  if (std::holds_alternative<sources_over>(x))
    return in_.leave();
  if (const auto* p = std::get_if<node_progress>(&x))
    return note(p->handled);
  auto* ready = std::get_if<part_ready>(&x);
  if (ready != nullptr && !ready->why.empty())
    return lose(i, ready->why, false);
  auto& from = *members_[i];
  std::lock_guard lock{mutex_};
  if (ready != nullptr) {
    from.ready = true;
  } else if (auto* clock = std::get_if<clock_told>(&x)) {
    from.clock = std::move(*clock);
  } else if (auto* round = std::get_if<round_told>(&x)) {
    note(round->handled);
    from.round = std::move(*round);
  } else if (auto* accounts = std::get_if<accounts_told>(&x)) {
    from.accounts = std::move(*accounts);
  }
  changed_.notify_all();
}

void crew::lose(std::size_t i, const std::string& why, bool has_gone) {
  {
    std::lock_guard lock{mutex_};
    auto& x = *members_[i];
    if (ending_ || x.lost)
      return;
    x.lost = true;
    x.has_gone = has_gone;
    x.why = why;
    changed_.notify_all();
  }
  in_.nudge();
}

/// Also who has been silent for long. Nothing is known of that behind a silence
/// of this process itself (it was stopped, and goes on).
bool crew::is_lost() {
  auto now = now_ns();
  std::lock_guard lock{mutex_};
  if (now - std::exchange(looked_ns_, now) > duration{last_moment}.count())
    for (auto& x : members_)
      x->watched_ns = now;
  bool result = false;
  for (auto& x : members_) {
    auto heard = std::max(x->watched_ns, x->to->heard_ns());
    if (!x->lost && now - heard > duration{patience}.count())
      fall_silent(*x);
    result = result || x->lost;
  }
  return result;
}

void crew::fall_silent(member& x) {
  x.lost = true;
  x.why = "it does not answer";
}

template <class Is>
bool crew::wait_for(std::chrono::milliseconds most, Is is, bool may_stop) {
  auto end = std::chrono::steady_clock::now() + most;
  std::unique_lock lock{mutex_};
  for (;;) {
    bool all = true;
    bool lost = false;
    for (const auto& x : members_) {
      lost = lost || x->lost;
      all = all && (x->lost || is(*x));
    }
    if (all)
      return !lost;
    auto now = std::chrono::steady_clock::now();
    if (now >= end) {
      for (auto& x : members_)
        if (!x->lost && !is(*x))
          fall_silent(*x);
      return false;
    }
    if (may_stop && !goes_on_())
      return false;
    changed_.wait_for(lock,
                      std::min<std::chrono::nanoseconds>(glance, end - now));
  }
}

template <class T>
void crew::tell(const T& x) {
  for (const auto& y : members_)
    if (y->to)
      y->to->put({0, x});
}

// -- rounds -------------------------------------------------------------------

std::size_t crew::sources() const {
  return how_.pattern->on_nodes == spread::all_but_last ? how_.nodes : 0;
}

void crew::begin(const round& x) {
  measured_ = x.measured;
  for (auto& y : members_) {
    y->round.reset();
    y->pauses = y->to->pauses();
  }
  tell(round_order{x.count.value_or(0), x.measured});
}

void crew::stop() {
  tell(round_stops{});
}

void crew::gather(bool is_over) {
  tell(tell_round{});
  if (is_over)
    wait_for(answer_max, [](const member& x) {
      return x.round.has_value();
    });
}

void crew::add_to(outcome& to) const {
  if (clock_error_ns_ > 0)
    to.figures.push_back(
        {"clock_error_ns", static_cast<double>(clock_error_ns_),
         fmt::format("clocks of nodes are known to {} at worst",
                     time_text(clock_error_ns_))});
  for (const auto& x : members_) {
    node_figures of;
    of.name = x->name;
    of.lost = x->lost;
    of.pauses = x->to ? x->to->pauses() - x->pauses : 0;
    if (const auto& r = x->round; r && measured_) {
      of.cpu = {r->cpu_user, r->cpu_system};
      of.peak_bytes = r->peak_bytes;
      of.pauses += r->pauses;
      to.operations += r->operations;
      to.times.merge(r->times);
    }
    to.cpu.user += of.cpu.user;
    to.cpu.system += of.cpu.system;
    to.peak_bytes = std::max(to.peak_bytes, of.peak_bytes);
    to.nodes.push_back(std::move(of));
  }
}

// -- the end ------------------------------------------------------------------

void crew::settle(ledger& to, std::chrono::milliseconds most) {
  tell(tell_accounts{});
  wait_for(most, [](const member& x) {
    return x.accounts.has_value();
  });
  std::lock_guard lock{mutex_};
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    const auto& x = *members_[i];
    if (x.accounts) {
      for (const auto& y : x.accounts->accounts)
        if (y.sender < how_.actors)
          to.add(y);
      to.corrupted(x.accounts->corrupted);
      continue;
    }
    if (!x.to)
      continue;
    auto all = x.to->acknowledged();
    for (std::uint32_t sender = 0; sender < all.size(); ++sender)
      to.received(sender, all[sender]);
    for (std::uint32_t place = 0; place < how_.actors; ++place)
      if (home_of(how_, place) == i + 1)
        to.lose(place);
  }
}

void crew::end() {
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
  }
  for (auto& x : members_)
    if (auto to = std::exchange(x->to, nullptr))
      to->close();
  for (auto& x : members_)
    end_process(*x);
}

void crew::end_process(member& x) {
  if (!x.process)
    return;
  auto most = !x.lost ? end_max : x.has_gone ? last_moment : 0s;
  auto how = x.process->end(most);
  x.process.reset();
  if (x.lost && !x.has_gone)
    return; // it was killed
  std::lock_guard lock{mutex_};
  x.lost = x.lost || !how.empty();
  if (!how.empty())
    x.why = how;
}

std::string crew::trouble() {
  std::string result;
  for (auto& x : members_) {
    if (x->lost && x->has_gone)
      end_process(*x);
    if (x->lost)
      result += fmt::format("{}{} {} ({})", result.empty() ? "" : "; ", x->name,
                            x->up ? "is gone" : "cannot be reached", x->why);
  }
  return result;
}

} // namespace tutti::stress
