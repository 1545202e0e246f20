// SPDX-License-Identifier: BSD-3-Clause
// The journal's thread: makes durable together what has come in the meantime
// (group commit), and says so. Facts that no work waits for (that a task was
// given out, that it began; semantics §30) wait a moment for one that some
// does, so that a task that ends costs one write, not one for each of its
// facts. Where only the end of the run waits (`--durability off`) all is
// written some times a second.
#pragma once

#include "messages/journal.hpp"
#include "runtime/journal/journal_file.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tutti::journal {

/// Called on the writer's thread; must not block.
struct writer_events {
  std::function<void(facts_durable)> durable;
  /// Once for each time that it gets stuck; it goes on trying.
  std::function<void(journal_stuck)> stuck;
};

/// Whether anything but the end of the run waits for what is written.
enum class writer_pace : std::uint8_t { awaited, behind };

class journal_writer {
public:
  /// `file` was made or gone on with. Starts the thread.
  journal_writer(std::unique_ptr<journal_file> file, writer_events events,
                 writer_pace pace = writer_pace::awaited);
  journal_writer(const journal_writer&) = delete;
  journal_writer& operator=(const journal_writer&) = delete;
  ~journal_writer(); ///< calls `stop`

  /// On any thread; returns at once. What is not durable yet is bounded by the
  /// work in flight, as what it would release has not left; of one that writes
  /// behind by `held_sends::behind_max`.
  void append(append_facts x);

  /// Writes what there is, once; what the disk does not take then is lost.
  /// Closes the file. Idempotent; not from an event.
  void stop();

private:
  [[nodiscard]] bool is_urgent(const append_facts& x) const;
  void work();
  void write(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::optional<failure>
  try_to_write(std::vector<append_facts>& steps);

  std::unique_ptr<journal_file> file_;
  writer_pace pace_ = writer_pace::awaited;
  writer_events events_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<append_facts> waiting_;
  std::size_t waiting_facts_ = 0; ///< in it
  bool is_urgent_ = false;        ///< something waits for one of them
  bool ending_ = false;
  std::thread thread_;
};

} // namespace tutti::journal
