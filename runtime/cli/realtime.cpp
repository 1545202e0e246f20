// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/realtime.hpp"

#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace tutti::cli {

namespace {

/// As often as a display wants to be refreshed.
constexpr auto frame = std::chrono::milliseconds(100);

std::vector<std::uint32_t> slots_of(const plan& p) {
  std::vector<std::uint32_t> result;
  for (const auto& x : p.agents)
    result.push_back(x.slots == 0 ? play::local_slots : x.slots);
  return result;
}

} // namespace

realtime_show::realtime_show(const config::scenario& story, bool no_color,
                             std::function<bool()> goes_on)
  : goes_on_(std::move(goes_on)), model_(*story.work, slots_of(*story.work)),
    display_(display::make_display(STDERR_FILENO, {.no_color = no_color})),
    start_(std::chrono::steady_clock::now()) {
}

void realtime_show::attach(play::play_options& to) {
  to.before = [this](duration at) {
    wait_until(at);
  };
  to.on_fact = [this](const fact& x) {
    model_.apply(x);
    display_->update(model_, x);
  };
  to.on_progress = [this](const task_progress& x) {
    model_.apply(x);
  };
}

void realtime_show::wait_until(duration at) {
  auto due = start_ + at;
  for (;;) {
    auto now = std::chrono::steady_clock::now();
    display_->refresh(model_, std::min(duration{now - start_}, at));
    if (!goes_on_() || now >= due)
      return;
    std::this_thread::sleep_until(std::min(now + frame, due));
  }
}

/// Not the summary of a run: its exit code and how to go on are of no use here.
void realtime_show::finish() {
  display_->refresh(model_, model_.now());
  display_->suspend();
}

} // namespace tutti::cli
