// SPDX-License-Identifier: BSD-3-Clause
// What happened, in lines and columns.
#pragma once

#include "messages/fact.hpp"
#include "runtime/display/fact_words.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tutti::display {

/// Turns facts into lines: "   1.2s  done       taylor  schema  (1.2s)".
class event_lines {
public:
  /// `run_id`: of the commands that answer an approval. With `verbose` handoffs
  /// and assignments have lines too.
  explicit event_lines(std::string run_id = {}, bool verbose = false)
    : run_id_(std::move(run_id)), verbose_(verbose) {
  }
  /// Single lines between other things: nothing is lined up.
  void set_compact() {
    agent_width_ = task_width_ = 1;
  }

  /// The lines of a fact that has just been applied to the model; none where a
  /// reader would not miss them. Requests that somebody makes of the same agent
  /// one after another, and their answers, are one line: it is held back until
  /// something else happens, or until `rest`.
  [[nodiscard]] std::vector<styled_line> lines(const report::run_model& m,
                                               const fact& x);
  /// What is held back.
  [[nodiscard]] std::vector<styled_line> rest(const report::run_model& m);
  /// A line for each agent that no node fits, once for as long as it lasts.
  [[nodiscard]] std::vector<styled_line> lacking(const report::run_model& m,
                                                 duration now);

private:
  /// Requests that the same was said of.
  struct group {
    fact_kind kind = fact_kind::request_made;
    task_id from;
    agent_id to;
    bool awaited = true;
    bool failed = false;
    std::uint32_t first = 0; ///< number of a request; 0: nothing is held back
    std::uint32_t last = 0;
    std::size_t count = 0;
    std::vector<std::string> texts; ///< the first few
    duration at{0};
  };

  [[nodiscard]] styled_line line(const report::run_model& m, duration at,
                                 const words& x);
  [[nodiscard]] styled_line line(const report::run_model& m, const group& x);
  [[nodiscard]] bool gather(const report::run_model& m, const fact& x,
                            std::vector<styled_line>& out);
  void measure_columns(const plan& p);

  std::string run_id_;
  bool verbose_;
  group held_;
  std::set<agent_id> lacking_;  ///< of whom it was said
  std::size_t agent_width_ = 0; ///< 0: not measured yet
  std::size_t task_width_ = 0;
};

} // namespace tutti::display
