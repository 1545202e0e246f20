// SPDX-License-Identifier: BSD-3-Clause
// The loop's part that talks with interactive processes.
#include "runtime/process/loop.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tutti::process {

void loop::forget_pipe(unique_fd& pipe) {
  if (pipe) {
    by_pipe_.erase(pipe.get());
    // Its end would not do: a process that is just being made still has it, and
    // what happens to it would be told again and again until that is done.
    watch(pipe.get(), 0, EPOLL_CTL_DEL);
  }
  pipe.reset();
}

/// Watches what there is to do on the pipes of a process.
void loop::watch_talk(attempt& a) {
  auto& t = *a.talk;
  if (t.input && t.input_waits() != t.input_watched) {
    t.input_watched = !t.input_watched;
    // Taken off altogether, as an error of the pipe is told unasked.
    watch(t.input.get(), EPOLLOUT,
          t.input_watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
  }
  if (t.output && t.has_window() != t.output_watched) {
    t.output_watched = !t.output_watched;
    watch(t.output.get(), EPOLLIN,
          t.output_watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL);
  }
}

void loop::begin_talk(attempt& a) {
  by_pipe_[a.talk->input.get()] = &a;
  by_pipe_[a.talk->output.get()] = &a;
  watch_talk(a);
}

void loop::take_input(const process_input& x) {
  auto found = attempts_.find(x.id);
  if (found == attempts_.end())
    return hold_input(x);
  if (!found->second->talk)
    return;
  auto& a = *found->second;
  auto& t = *a.talk;
  t.taken(x.taken_bytes);
  if (!t.add_input(x.data, x.close) && a.stage < stage::terminating) {
    a.explain("it left more than " + std::to_string(talk::input_bytes_max >> 20)
              + " MiB of its standard input unread");
    terminate(a);
  }
  write_input(a);
}

void loop::hold_input(const process_input& x) {
  auto held = std::find_if(held_.begin(), held_.end(), [&x](const auto& y) {
    return y.id == x.id;
  });
  if (held == held_.end())
    return;
  auto& all = held_input_[x.id];
  all.id = x.id;
  all.data += x.data;
  all.close = all.close || x.close;
  if (all.data.size() > talk::input_bytes_max)
    (void)end_held(x.id, "it was told more than it could be kept for it");
}

void loop::write_input(attempt& a) {
  auto& t = *a.talk;
  auto fd = t.input.get();
  if (std::exchange(t.input_watched, false))
    watch(fd, 0, EPOLL_CTL_DEL); // as it may be closed now: see forget_pipe
  if (!t.write_input())
    lose_talk(a, "it closed its standard input, so nothing can be said to it");
  if (!t.input)
    by_pipe_.erase(fd);
  if (auto written = t.take_written(); written > 0)
    report(process_output{a.id, {}, written});
  watch_talk(a);
}

/// A process that is about to exit closes its pipes, too; one that goes on
/// living has to end (semantics §22).
void loop::lose_talk(attempt& a, const char* why) {
  if (a.stage != stage::running || a.talk->hung_up() || !a.talk->lost.empty())
    return;
  a.talk->lost = why;
  a.drain_due = now_ + options_.drain;
}

/// Reads once; false: there is nothing more to read now.
bool loop::read_talk(attempt& a) {
  auto& t = *a.talk;
  if (!t.output)
    return false;
  auto got = ::read(t.output.get(), buffer_.data(), buffer_.size());
  if (got < 0 && errno == EINTR)
    return true;
  if (got < 0 && errno == EAGAIN)
    return false;
  if (got <= 0) {
    lose_talk(a, "it closed its standard output, so nothing is heard of it");
    forget_pipe(t.output);
    pass_on(a, t.last_output());
    return false;
  }
  pass_on(a, t.add_output({buffer_.data(), static_cast<std::size_t>(got)}));
  if (a.idle_due != steady_time::max())
    a.alive(false, now_);
  watch_talk(a);
  return true;
}

void loop::pass_on(const attempt& a, std::string output) {
  if (!output.empty())
    report(process_output{a.id, std::move(output), 0});
}

/// Nobody is left to write: what is in the pipe is all there will be, so the
/// window does not matter. Should somebody write all the same who is none of
/// the attempt's, no more is read than a pipe holds.
void loop::drain_talk(attempt& a) {
  if (!a.talk->output)
    return;
  auto held = ::fcntl(a.talk->output.get(), F_GETPIPE_SZ);
  auto reads = static_cast<std::size_t>(std::max(held, 0)) / buffer_.size() + 1;
  // The last finds the end of the file.
  for (++reads; reads > 0 && read_talk(a); --reads) {
  }
}

void loop::end_talk(attempt& a) {
  auto& t = *a.talk;
  pass_on(a, t.last_output());
  forget_pipe(t.input);
  forget_pipe(t.output);
}

} // namespace tutti::process
