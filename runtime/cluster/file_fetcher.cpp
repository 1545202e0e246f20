// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_fetcher.hpp"

#include "messages/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::cluster {

using artifacts::arriving_file;
using artifacts::outcome;

file_fetcher::file_fetcher(fetcher_options options, post_job post,
                           std::function<void(source_id, chunk_wanted)> ask)
  : options_(std::move(options)), post_(std::move(post)), ask_(std::move(ask)) {
}

// -- who wants what -----------------------------------------------------------

void file_fetcher::fetch(source_id from, const artifact& what, on_end done) {
  if (!artifacts::is_digest(what.digest))
    return done({"its digest is none", false});
  auto& x = jobs_[what.digest];
  if (x) {
    x->waiters.push_back({from, what, std::move(done)});
    return;
  }
  x = std::make_shared<job>();
  x->what = what;
  x->waiters.push_back({from, what, std::move(done)});
  auto made = x;
  join_source(made, from);
  pump(from);
}

bool file_fetcher::is_alive(const job_ptr& x) const {
  auto i = jobs_.find(x->what.digest);
  return i != jobs_.end() && i->second == x;
}

void file_fetcher::join_source(const job_ptr& x, source_id id) {
  x->from = id;
  x->failures = 0;
  auto& s = sources_[id];
  if (x->now == stage::queued)
    s.queued.push_back(x);
  else
    s.active.push_back(x);
}

void file_fetcher::leave_source(const job_ptr& x) {
  auto i = sources_.find(x->from);
  if (i == sources_.end())
    return;
  std::erase(i->second.queued, x);
  std::erase(i->second.active, x);
}

void file_fetcher::forget(source_id id) {
  std::vector<job_ptr> all;
  for (const auto& [digest, x] : jobs_)
    all.push_back(x);
  for (const auto& x : all) {
    std::erase_if(x->waiters, [&](const waiter& y) {
      return y.from == id;
    });
    if (x->from != id)
      continue;
    leave_source(x);
    if (x->waiters.empty()) {
      std::erase(to_settle_, x);
      jobs_.erase(x->what.digest);
      continue;
    }
    join_source(x, x->waiters.front().from);
    if (x->window)
      x->window->ask_again();
    pump(x->from);
  }
  sources_.erase(id);
}

void file_fetcher::tick() {
  std::vector<source_id> again;
  for (auto& [id, s] : sources_)
    for (const auto& x : s.active) {
      if (x->now != stage::moving || !x->window->awaits_some()
          || ++x->quiet_ticks < options_.patience_ticks)
        continue;
      x->quiet_ticks = 0;
      x->window->ask_again();
      again.push_back(id);
    }
  for (auto id : again)
    pump(id);
}

// -- moving -------------------------------------------------------------------

void file_fetcher::pump(source_id id) {
  auto i = sources_.find(id);
  if (i == sources_.end())
    return;
  auto& s = i->second;
  while (s.active.size() < options_.files_max && !s.queued.empty()) {
    auto x = s.queued.front();
    s.queued.pop_front();
    s.active.push_back(x);
    open(x);
  }
  ask_some(id, s);
}

/// A large file leaves room for others beside it.
void file_fetcher::ask_some(source_id id, source& s) {
  auto moving = static_cast<std::uint64_t>(
      std::count_if(s.active.begin(), s.active.end(), [](const job_ptr& x) {
        return x->now == stage::moving;
      }));
  if (moving == 0)
    return;
  auto budget =
      std::clamp<std::uint64_t>(options_.bytes_max / sources_.size(),
                                chunk_bytes_max, options_.source_bytes_max);
  auto share = std::max<std::uint64_t>(budget / moving, chunk_bytes_max);
  std::uint64_t under_way = 0;
  for (const auto& x : s.active)
    under_way += x->window ? x->window->under_way_bytes() : 0;
  for (const auto& x : s.active) {
    if (x->now != stage::moving)
      continue;
    auto& w = *x->window;
    for (auto next = w.next(); next; next = w.next()) {
      if (under_way + next->size_bytes > budget
          || w.under_way_bytes() + next->size_bytes > share)
        break;
      if (!w.awaits_some())
        x->quiet_ticks = 0;
      w.asked(*next);
      under_way += next->size_bytes;
      ask_(id, {{content_kind::artifact, x->what.digest},
                next->offset,
                next->size_bytes});
    }
  }
}

void file_fetcher::open(const job_ptr& x) {
  x->now = stage::opening;
  x->file = std::make_shared<arriving_file>(options_.store_directory, x->what);
  post_(disk_lane::in, [this, x, file = x->file] {
    auto how = file->open();
    return [this, x, how] {
      opened(x, how);
    };
  });
}

void file_fetcher::opened(const job_ptr& x, const outcome& how) {
  if (!is_alive(x))
    return;
  if (!how.mistake.empty())
    return end(x, {how.mistake, how.no_space});
  x->window.emplace(x->what.size_bytes, x->file->size_bytes());
  if (x->window->is_whole())
    return check(x);
  x->now = stage::moving;
  pump(x->from);
}

void file_fetcher::arrived(source_id from, chunk& x) {
  auto i = jobs_.find(x.what.name);
  // Only from whom it was asked for: nobody spoils what another gives.
  if (x.what.kind != content_kind::artifact || i == jobs_.end()
      || i->second->from != from || i->second->now != stage::moving)
    return;
  auto j = i->second;
  if (x.no_such)
    return give_up(j, fmt::format("{} does not have it: {}",
                                  options_.source_name, x.mistake));
  if (!x.mistake.empty())
    return failed_once(j, fmt::format("{} cannot read it: {}",
                                      options_.source_name, x.mistake));
  switch (j->window->arrived(x.offset, x.bytes.size())) {
  case file_window::fit::next:
    j->quiet_ticks = 0;
    write(j, std::move(x.bytes));
    break;
  case file_window::fit::other:
    break;
  case file_window::fit::bad:
    return failed_once(j, fmt::format("{} sends pieces that are none of it",
                                      options_.source_name));
  }
  pump(from);
}

void file_fetcher::write(const job_ptr& x, std::string bytes) {
  post_(disk_lane::in, [this, x, file = x->file, bytes = std::move(bytes)] {
    auto how = file->append(bytes);
    if (!how.mistake.empty())
      file->remove(); // a full disk needs the room
    return [this, x, how, size = bytes.size()] {
      if (!is_alive(x))
        return;
      if (!how.mistake.empty())
        return end(x, {how.mistake, how.no_space});
      x->window->written(size);
      if (x->window->is_whole())
        return check(x);
      pump(x->from);
    };
  });
}

void file_fetcher::check(const job_ptr& x) {
  x->now = stage::checking;
  post_(disk_lane::in, [this, x, file = x->file] {
    bool good = file->check();
    return [this, x, good] {
      if (!is_alive(x))
        return;
      if (good) {
        x->now = stage::settling;
        to_settle_.push_back(x);
        return settle_some();
      }
      x->window.emplace(x->what.size_bytes, 0);
      x->now = stage::moving;
      failed_once(x, fmt::format("what {} sends is not what it was when it "
                                 "was taken in",
                                 options_.source_name));
    };
  });
}

/// All that is ready is made certain at one go.
void file_fetcher::settle_some() {
  if (settling_ || to_settle_.empty())
    return;
  settling_ = true;
  artifacts::taken_files taken;
  for (const auto& x : to_settle_)
    taken.fresh.push_back(x->file->take());
  post_(disk_lane::in,
        [this, xs = std::exchange(to_settle_, {}), taken = std::move(taken),
         directory = options_.store_directory] {
          auto how = artifacts::settle(directory, taken);
          return [this, xs, how] {
            settled(xs, how);
          };
        });
}

void file_fetcher::settled(const std::vector<job_ptr>& xs, const outcome& how) {
  settling_ = false;
  for (const auto& x : xs)
    if (is_alive(x))
      end(x, {how.mistake, how.no_space});
  settle_some();
}

// -- ends ---------------------------------------------------------------------

void file_fetcher::failed_once(const job_ptr& x, const std::string& why) {
  if (++x->failures >= options_.tries_max)
    return give_up(x, fmt::format("{} ({} tries)", why, x->failures));
  x->window->ask_again();
  pump(x->from);
}

/// This source has it not, or not as it should be; another one may.
void file_fetcher::give_up(const job_ptr& x, const std::string& why) {
  auto gone = x->from;
  auto other =
      std::find_if(x->waiters.begin(), x->waiters.end(), [&](const waiter& y) {
        return y.from != gone;
      });
  if (other == x->waiters.end())
    return end(x, {why, false});
  leave_source(x);
  join_source(x, other->from);
  x->window->ask_again();
  std::vector<waiter> told;
  std::erase_if(x->waiters, [&](waiter& y) {
    if (y.from != gone)
      return false;
    told.push_back(std::move(y));
    return true;
  });
  pump(x->from);
  pump(gone);
  for (const auto& y : told)
    y.done({why, false});
}

void file_fetcher::end(const job_ptr& x, const fetch_end& how) {
  auto from = x->from;
  leave_source(x);
  jobs_.erase(x->what.digest);
  pump(from);
  for (const auto& y : x->waiters)
    // A digest has one size: who says another one is to be found out alone.
    if (y.what.size_bytes != x->what.size_bytes)
      fetch(y.from, y.what, y.done);
    else
      y.done(how);
}

} // namespace tutti::cluster
