// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_feed.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti::session {

void run_feed::add(const run_facts& x) {
  std::lock_guard lock{mutex_};
  if (x.facts.empty())
    return;
  facts_.push_back(x.facts);
  if (x.facts.back().kind == fact_kind::run_ended) { // it is the last of a run
    urgent_ = true;
    changed_.notify_one();
  }
}

void run_feed::add(const task_progress& x) {
  std::lock_guard lock{mutex_};
  progress_[x.task] = x;
}

void run_feed::note(std::string text) {
  std::lock_guard lock{mutex_};
  notes_.push_back(std::move(text));
  urgent_ = true;
  changed_.notify_one();
}

void run_feed::lose(std::string why) {
  std::lock_guard lock{mutex_};
  lost_ = std::move(why);
  urgent_ = true;
  changed_.notify_one();
}

void run_feed::ask(run_question x) {
  std::lock_guard lock{mutex_};
  questions_.push_back(std::move(x));
  urgent_ = true;
  changed_.notify_one();
}

run_feed::batch run_feed::take(std::chrono::milliseconds span) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, span, [this] {
    return urgent_;
  });
  batch result;
  result.facts.swap(facts_);
  result.progress.reserve(progress_.size());
  for (auto& [task, x] : progress_)
    result.progress.push_back(std::move(x));
  progress_.clear();
  result.notes.swap(notes_);
  result.questions.swap(questions_);
  result.lost = lost_;
  urgent_ = false;
  return result;
}

viewer_actor::behavior_type feed_behavior(viewer_actor::pointer,
                                          run_feed* feed) {
  return {
      [feed](const run_facts& x) {
        feed->add(x);
      },
      [feed](const task_progress& x) {
        feed->add(x);
      },
  };
}

} // namespace tutti::session
