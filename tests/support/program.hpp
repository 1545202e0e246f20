// SPDX-License-Identifier: BSD-3-Clause
// Runs a real program under test: with pipes or in a pseudo-terminal, and
// always with a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

struct terminal_size {
  int columns = 80;
  int rows = 24;
};

struct program_options {
  std::string path; ///< empty: the program named by TUTTI_BINARY
  std::vector<std::string> args;
  /// "K=V" sets, "K" removes; over the tests' own environment, from which what
  /// changes output (CI, NO_COLOR, …) is taken away.
  std::vector<std::string> env;
  std::string directory; ///< empty: the tests' own
  /// A pseudo-terminal is its standard input, output and error.
  std::optional<terminal_size> terminal;
  std::string stdout_file;    ///< empty: captured
  bool broken_stdout = false; ///< its reader has gone away already
  /// Over which the program is killed and the result says `timed_out`.
  std::chrono::seconds deadline{60};
};

struct program_result {
  int status = -1; ///< as a shell says it: 128 + the signal that ended it
  bool timed_out = false;
  std::string out; ///< all that a terminal was sent, where there is one
  std::string err;
};

/// A program that runs. Its standard input is empty. One thread only.
class program {
public:
  explicit program(const program_options& options);
  program(const program&) = delete;
  program& operator=(const program&) = delete;
  ~program(); ///< kills what still runs

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] int pid() const {
    return pid_;
  }
  /// What it has put out up to the last `read_until` or `wait`.
  [[nodiscard]] const std::string& out() const {
    return out_;
  }
  [[nodiscard]] const std::string& err() const {
    return err_;
  }

  // -- changes ----------------------------------------------------------------

  void send_signal(int signal);
  /// Types into the terminal.
  void type(std::string_view bytes);
  /// Gives the terminal another size, which the program is told of.
  void resize(terminal_size size);
  /// Reads on until the text appears in `out()` or `err()`; where it does,
  /// true. False: the program ended, or the deadline was over.
  [[nodiscard]] bool read_until(std::string_view text);
  /// Reads on until the condition holds; it is asked after each output.
  [[nodiscard]] bool read_until(const std::function<bool()>& condition);
  /// Reads on until it ends; at the deadline it is killed.
  program_result wait();

private:
  void start_child(const program_options& options);
  /// Waits for output or the end. False: nothing more can come.
  bool read_some();
  bool read_from(int& fd, std::string& into);
  void drain();
  void reap();

  int pid_ = -1;
  int exit_fd_ = -1;
  int out_fd_ = -1; ///< of the pipe, or the terminal's other side
  int err_fd_ = -1;
  bool ended_ = false;
  bool timed_out_ = false;
  int status_ = -1;
  std::string out_;
  std::string err_;
  std::chrono::steady_clock::time_point deadline_;
};

/// Runs a program to its end.
[[nodiscard]] program_result run_program(const program_options& options);

/// Asks every few milliseconds until the condition holds; false after 20 s.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// The processes that were started with this text in their environment.
[[nodiscard]] std::vector<int> processes_with(std::string_view text);

/// The open descriptors of a process.
[[nodiscard]] std::size_t descriptor_count(int pid);

} // namespace tutti::test
