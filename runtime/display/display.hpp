// SPDX-License-Identifier: BSD-3-Clause
// How a user follows a run. All functions of a display are called on one
// thread, which may block on a slow terminal; nothing else waits for it.
#pragma once

#include "messages/fact.hpp"
#include "runtime/display/terminal.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace tutti::display {

struct display_options {
  bool quiet = false;   ///< only failures, notes and the summary
  bool verbose = false; ///< the stream shows handoffs and assignments too
  report::report_options report;
  std::string join_address = {}; ///< where nodes may join; empty: nowhere
};

class display {
public:
  virtual ~display();
  /// A fact that has just been applied to the model; each comes once, in order.
  virtual void update(const report::run_model& m, const fact& fresh) = 0;
  /// Shows what has happened by now and the present state; `now` counts from
  /// the run's start. Call it at most 10 times a second.
  virtual void refresh(const report::run_model& m, duration now) = 0;
  /// A message to the user; may have several lines.
  virtual void note(std::string_view text) = 0;
  /// A line that the user is asked to type into, below all else, until it is
  /// replaced; empty: none. Shown from the next `refresh` on; does nothing
  /// where there is no animation.
  virtual void prompt(std::string_view text);
  /// Before the program is stopped (Ctrl-Z): leaves the terminal to the shell.
  virtual void suspend();
  /// It goes on; others have used the terminal since.
  virtual void resume();
  /// The end: removes what is animated and leaves the summary.
  virtual void finish(const report::run_model& m) = 0;
};

/// A live board at the bottom of the normal screen; needs `animate`.
[[nodiscard]] std::unique_ptr<display> make_board(std::unique_ptr<output> to,
                                                  const traits& can,
                                                  display_options options = {});

/// A line for each event.
[[nodiscard]] std::unique_ptr<display>
make_stream(std::unique_ptr<output> to, const traits& can,
            display_options options = {});

/// The board where `fd` can show it and `quiet` is not asked for, else
/// the line stream.
[[nodiscard]] std::unique_ptr<display>
make_display(int fd, const terminal_options& terminal,
             display_options options = {});

} // namespace tutti::display
