// SPDX-License-Identifier: BSD-3-Clause
// What the stream that a display writes to can do.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace tutti::display {

/// What a display may use.
struct traits {
  bool tty = false;
  bool animate = false; ///< redraw in place: a terminal, not dumb, not in CI
  bool color = false;
  bool unicode = false; ///< UTF-8; else ASCII only
  bool github = false;  ///< GitHub Actions: annotate errors
};

/// The user's wishes; they go before the environment.
struct terminal_options {
  bool plain = false; ///< no animation
  bool no_color = false;
};

/// Looks up an environment variable; null where it is not set.
using environment = std::function<const char*(const char* name)>;

/// The environment of this process.
[[nodiscard]] environment process_environment();

/// The traits of a stream by the conventions: colour is off with `no_color`, a
/// non-empty NO_COLOR, TERM=dumb or no terminal, and forced by FORCE_COLOR or
/// CLICOLOR_FORCE; animation is off with `plain`, CI, TERM=dumb or no terminal.
[[nodiscard]] traits detect(bool tty, const terminal_options& options,
                            const environment& env);
/// The same for a file descriptor.
[[nodiscard]] traits detect(int fd, const terminal_options& options);

struct screen_size {
  int columns = 80;
  int rows = 24;

  friend bool operator==(const screen_size&, const screen_size&) = default;
};

/// Where a display writes to. Not thread-safe.
class output {
public:
  virtual ~output();
  virtual void write(std::string_view text) = 0;
  /// The size right now; asked before each redraw.
  [[nodiscard]] virtual screen_size size() const = 0;
};

/// Writes to a file descriptor, which stays open; a reader that has gone away
/// is no error. The size is the terminal's, else COLUMNS and LINES, else 80x24.
/// SIGPIPE must be ignored.
[[nodiscard]] std::unique_ptr<output> make_fd_output(int fd);

} // namespace tutti::display
