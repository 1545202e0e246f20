// SPDX-License-Identifier: BSD-3-Clause
// What must not slow down work: progress that nobody can read so fast, and a
// receiver that takes its time.
#include "runtime/stress/live_pattern.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <fmt/format.h>

#include <condition_variable>

namespace tutti::stress {

namespace {

// -- status-flood -------------------------------------------------------------

/// A chain of handoffs; in its second half some agents say how far they are, as
/// fast as they can.
class status_flood : public live_pattern {
public:
  explicit status_flood(const settings& how)
    : live_pattern(how), chatty_(how.actors - 2) {
    for (std::uint32_t i = 0; i < 2; ++i)
      add_agent(fmt::format("player-{}", i), "player");
    auto last = add_task("hit", agent_id{0});
    auto middle = last;
    for (std::uint64_t i = 1; i <= *how.count; ++i) {
      auto next = add_task("hit", agent_id{static_cast<std::uint32_t>(i % 2)});
      add_need(last, next);
      last = next;
      if (i == *how.count / 2)
        middle = next;
    }
    last_ = last;
    for (std::uint32_t i = 0; i < chatty_; ++i) {
      auto who = add_agent(fmt::format("chatty-{}", i), "chatty");
      add_need(middle, add_task("chat", who));
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("player", [this](const native::quick_task& t) {
      auto x = enter(t);
      if (x.given_ns != 0)
        note(x.begun_ns - x.given_ns);
      if (x.task == last_)
        over_ = true;
      return leave(x);
    });
    to.add("chatty", [this](native::task& t) {
      auto x = enter(t);
      ++chatting_;
      std::uint64_t said = 0;
      for (; !over_; ++said)
        t.progress(static_cast<int>(said % 100), "one of very many updates");
      said_ += said;
      return leave(x);
    });
  }
  void see(const task_progress&) override {
    ++shown_;
  }
  void release() override {
    over_ = true;
  }
  void add_to(std::vector<figure>& to) const override {
    std::lock_guard lock{guard_};
    auto add = [&to](const char* name, const histogram& h, const char* when) {
      auto p50 = h.percentile(.5);
      auto p99 = h.percentile(.99);
      to.push_back({fmt::format("{}_handoff_p50_ns", name),
                    static_cast<double>(p50),
                    fmt::format("{}: {} handoffs, p50 {}", when,
                                number_text(h.count()), time_text(p50))});
      to.push_back({fmt::format("{}_handoff_p99_ns", name),
                    static_cast<double>(p99),
                    fmt::format("{}: p99 {}", when, time_text(p99))});
    };
    add("calm", calm_, "before the flood");
    add("flooded", flooded_, "during the flood");
    auto said = said_.load();
    auto lost = said - std::min(said, shown_);
    to.push_back({"updates", static_cast<double>(said),
                  fmt::format("{} updates were made", number_text(said))});
    to.push_back({"updates_conflated", static_cast<double>(lost),
                  fmt::format("{} of them were replaced by later ones before a "
                              "viewer saw them",
                              number_text(lost))});
  }

private:
  /// A handoff belongs to the flood once all talk; between, to neither.
  void note(std::int64_t ns) {
    count_operations(1);
    record(ns);
    auto talking = chatting_.load();
    std::lock_guard lock{guard_};
    if (talking == 0)
      calm_.add(ns);
    else if (talking == chatty_)
      flooded_.add(ns);
  }

  std::uint32_t chatty_;
  std::uint32_t last_ = 0;
  std::atomic<std::uint32_t> chatting_{0};
  std::atomic<bool> over_{false};
  std::atomic<std::uint64_t> said_{0};
  std::uint64_t shown_ = 0; ///< of the thread that asks
  mutable std::mutex guard_;
  histogram calm_;
  histogram flooded_;
};

double mib(std::size_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

// -- slow-receiver ------------------------------------------------------------

/// Many senders hand on to one agent whose only slot is taken until all of it
/// waits there. How long a sender is held up between two of its tasks is timed.
class slow_receiver : public live_pattern {
public:
  explicit slow_receiver(const settings& how) : live_pattern(how) {
    auto senders = how.actors - 1;
    for (std::uint32_t i = 0; i < senders; ++i)
      add_agent(fmt::format("sender-{}", i), "sender");
    auto receiver = add_agent("receiver", "receiver");
    idle_ = add_task("idle", receiver);
    slow_ = add_task("slow", receiver);
    work().tasks[idle_].priority = 2;
    work().tasks[slow_].priority = 1;
    auto receivers = std::max<std::uint64_t>(*how.count / 100, 1);
    auto first = slow_ + 1;
    for (std::uint64_t i = 0; i < *how.count; ++i)
      add_task("put", agent_id{static_cast<std::uint32_t>(i % senders)});
    auto takes = static_cast<std::uint32_t>(work().tasks.size());
    for (std::uint64_t i = 0; i < receivers; ++i)
      add_task("take", receiver);
    before_.resize(work().tasks.size(), idle_);
    for (std::uint32_t i = 0; i < *how.count; ++i) {
      auto put = first + i;
      if (i >= senders)
        before_[put] = put - senders;
      work().tasks[put].after = {{node_kind::task, before_[put]}};
      add_need(put, static_cast<std::uint32_t>(takes + i % receivers));
    }
  }
  void add_agents(native::agents& to) override {
    to.add_quick("sender", [this](const native::quick_task& t) {
      auto x = enter(t);
      if (before_[x.task] != idle_)
        record(x.begun_ns - done_ns_[before_[x.task]]);
      return leave(x);
    });
    to.add("receiver", [this](native::task& t) {
      auto x = enter(t);
      if (x.task == idle_) {
        reset_peak();
        idle_bytes_ = resident_bytes();
      }
      if (x.task == slow_)
        wait();
      return leave(x);
    });
  }
  void see(const fact& x) override {
    if (x.kind != fact_kind::handoff_accepted)
      return;
    count_operations(1);
    if (operations() < *how().count)
      return;
    queued_bytes_ = resident_bytes();
    release();
  }
  void release() override {
    std::lock_guard lock{guard_};
    open_ = true;
    changed_.notify_all();
  }
  void add_to(std::vector<figure>& to) const override {
    auto idle = mib(idle_bytes_);
    if (queued_bytes_ > 0)
      to.push_back(
          {"queued_mib", mib(queued_bytes_) - idle,
           fmt::format("{:.1f} MiB over idle once all {} waited",
                       mib(queued_bytes_) - idle, number_text(*how().count))});
    to.push_back({"idle_mib", idle,
                  fmt::format("{:.1f} MiB idle, the plan included", idle)});
  }

private:
  void wait() {
    std::unique_lock lock{guard_};
    changed_.wait(lock, [this] {
      return open_;
    });
  }

  std::uint32_t idle_ = 0;
  std::uint32_t slow_ = 0;
  std::vector<std::uint32_t> before_; ///< of a put: the one of its sender
  std::size_t idle_bytes_ = 0;
  std::size_t queued_bytes_ = 0;
  std::mutex guard_;
  std::condition_variable changed_;
  bool open_ = false;
};

} // namespace

std::unique_ptr<live_pattern> make_status_flood(const settings& how) {
  return std::make_unique<status_flood>(how);
}

std::unique_ptr<live_pattern> make_slow_receiver(const settings& how) {
  return std::make_unique<slow_receiver>(how);
}

} // namespace tutti::stress
