// SPDX-License-Identifier: BSD-3-Clause
// The attempts of one task and where their logs lie, by the journal of its run
// and without the plan; of a live run too.
#pragma once

#include "messages/error.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/fact_row.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::journal {

struct logged_attempt {
  std::uint32_t number = 1;
  std::string phase; ///< "run" or "integrate"
  std::string agent;
  std::string end; ///< "success", …; empty: it has not ended
  std::string log; ///< of one that has ended; empty: it wrote nothing
};

class task_log {
public:
  /// Of a task of the run with this folder. The error says what is wrong with
  /// the journal (exit 7 or 8), or that there is no such task and which was
  /// meant (exit 2).
  [[nodiscard]] static expected<task_log> open(const std::string& run_path,
                                               const std::string& task);

  /// Reads what has happened since.
  [[nodiscard]] std::optional<error> refresh();

  /// In the order in which they began.
  [[nodiscard]] const std::vector<logged_attempt>& attempts() const {
    return attempts_;
  }
  /// Of the task, as documents write it.
  [[nodiscard]] const std::string& state() const {
    return state_;
  }
  [[nodiscard]] bool is_over() const;

  /// Where the log of an attempt lies, whether it has ended or not; empty:
  /// there is none (yet). One that is to come from another machine may have no
  /// file yet.
  [[nodiscard]] std::string path_of(const logged_attempt& x) const;

private:
  task_log(std::string run_path, std::string task)
    : run_path_(std::move(run_path)), task_(std::move(task)) {
  }

  [[nodiscard]] std::optional<error> find_task();
  struct task_words;
  void add(const task_words& words, const fact_row& row);
  [[nodiscard]] logged_attempt& attempt(std::uint32_t number);
  [[nodiscard]] error failed(const failure& x) const;

  std::string run_path_;
  std::string task_;
  database db_;
  std::uint64_t last_ = 0; ///< number of the last fact that was read
  std::vector<logged_attempt> attempts_;
  std::string state_ = "waiting";
};

} // namespace tutti::journal
