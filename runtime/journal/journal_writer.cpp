// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_writer.hpp"

#include "actors/orchestrator/held_sends.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tutti::journal {

namespace {

/// How often a disk that took no more is tried again.
constexpr auto try_again_after = std::chrono::milliseconds(500);

/// So long facts wait for others that nobody waits for themselves; and those of
/// a run that waits for none.
constexpr auto company = std::chrono::milliseconds(5);
constexpr auto company_behind = std::chrono::milliseconds(50);
/// So many are written at once.
constexpr std::size_t together_max = 4 * 1024;

} // namespace

journal_writer::journal_writer(std::unique_ptr<journal_file> file,
                               writer_events events, writer_pace pace)
  : file_(std::move(file)), pace_(pace), events_(std::move(events)),
    thread_([this] {
      work();
    }) {
}

journal_writer::~journal_writer() {
  stop();
}

bool journal_writer::is_urgent(const append_facts& x) const {
  if (x.facts.empty())
    return false;
  if (pace_ == writer_pace::behind)
    return x.facts.back().kind == fact_kind::run_ended;
  return std::any_of(x.facts.begin(), x.facts.end(), [](const fact& f) {
    return f.extra || !releases_nothing(f.kind);
  });
}

void journal_writer::append(append_facts x) {
  bool urgent = is_urgent(x);
  std::lock_guard lock{mutex_};
  bool knows = !waiting_.empty();
  bool knew_urgent = is_urgent_;
  waiting_facts_ += x.facts.size();
  is_urgent_ = is_urgent_ || urgent || waiting_facts_ >= together_max;
  waiting_.push_back(std::move(x));
  if (!knows || is_urgent_ != knew_urgent)
    changed_.notify_one();
}

void journal_writer::stop() {
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
  file_.reset();
}

void journal_writer::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] {
      return ending_ || !waiting_.empty();
    });
    if (waiting_.empty())
      return;
    auto time = pace_ == writer_pace::behind ? company_behind : company;
    changed_.wait_for(lock, time, [this] {
      return ending_ || is_urgent_;
    });
    write(lock);
    if (ending_ && !waiting_.empty())
      return; // the disk did not take it, and nobody waits any more
  }
}

/// What the last transaction made durable all the same is not written again.
std::optional<failure>
journal_writer::try_to_write(std::vector<append_facts>& steps) {
  std::erase_if(steps, [this](const append_facts& x) {
    return x.last <= file_->last();
  });
  return steps.empty() ? std::nullopt : file_->append(steps);
}

void journal_writer::write(std::unique_lock<std::mutex>& lock) {
  auto steps = std::exchange(waiting_, {});
  waiting_facts_ = 0;
  is_urgent_ = false;
  bool told = false;
  for (int left = 2;;) { // tries, once nobody waits any more
    lock.unlock();
    auto last = steps.empty() ? file_->last() : steps.back().last;
    auto failed = try_to_write(steps);
    if (!failed) {
      events_.durable({last});
      lock.lock();
      return;
    }
    if (!std::exchange(told, true)) {
      auto why = explain(*failed, file_->path());
      events_.stuck({why.detail, static_cast<std::int32_t>(why.code)});
    }
    lock.lock();
    if (!ending_)
      changed_.wait_for(lock, try_again_after, [this] {
        return ending_;
      });
    lock.unlock();
    auto still = file_->mend();
    lock.lock();
    // What came meanwhile goes with it.
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(steps));
    waiting_.clear();
    waiting_facts_ = 0;
    is_urgent_ = false;
    if (ending_ && (still || --left == 0)) {
      waiting_ = std::move(steps);
      return;
    }
  }
}

} // namespace tutti::journal
