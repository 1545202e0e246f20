// SPDX-License-Identifier: BSD-3-Clause
// A run that listens and nodes that join it: real processes, on loopback. Each
// node has a folder and a state directory of its own, as a machine has; the
// folder above it is what commands and tests see of one another.
#pragma once

#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

/// Short, and yet long enough for a machine that has more to do.
inline const std::string short_lease = R"(
lease: { every: 200ms, timeout: 1500ms }
grace: 500ms
)";

struct cluster_fixture : live_fixture {
  std::string address; ///< where runs listen

  cluster_fixture();
  virtual ~cluster_fixture() = default;

  /// Starts a program on the machine of a node; the empty name is that of the
  /// run.
  [[nodiscard]] virtual std::unique_ptr<program>
  launch(const program_options& x, const std::string& node) const;

  /// `tutti run --listen ADDRESS ARGS`.
  [[nodiscard]] std::unique_ptr<program>
  start_run(std::string_view plan, std::vector<std::string> args = {}) const;
  /// `tutti run --listen ADDRESS ARGS` with the plan that is there.
  [[nodiscard]] std::unique_ptr<program> go_on(std::vector<std::string> args = {
                                                   "--resume"}) const;
  /// `tutti node --join ADDRESS ARGS`, in the folder NAME. Its commands see
  /// NODE=NAME.
  [[nodiscard]] std::unique_ptr<program>
  start_node(const std::string& name, const std::string& labels,
             const std::vector<std::string>& args = {}) const;
  [[nodiscard]] program_options
  node_options(const std::string& name, const std::string& labels,
               const std::vector<std::string>& args) const;

  /// The processes on a node: itself, its supervisor, and what they started.
  [[nodiscard]] std::vector<int> processes_on(const std::string& name) const;
  /// Waits until the file has so many lines, and returns them.
  std::vector<std::string> wait_for_lines(const std::string& file,
                                          std::size_t count) const;
  /// Waits until the number that a command left in the file is of no process.
  void wait_for_end_of(const std::string& pid_file) const;

  /// The folder of the newest run.
  [[nodiscard]] std::string run_directory() const;
  /// The first column of what a query says of the run's journal.
  [[nodiscard]] std::string journal(const std::string& query) const;
  /// The same of all its facts, packed ones too: of a table `facts` that is as
  /// the journal's view.
  [[nodiscard]] std::string facts(const std::string& query) const;
  /// Of no task and version more than one result was accepted.
  void check_accepted_once() const;
  /// No process and no socket of this test is left: rule 10.
  void check_nothing_left() const;
};

/// For a case that takes long: it runs with script/test --long.
[[nodiscard]] boost::test_tools::assertion_result
    is_long(boost::unit_test::test_unit_id);

/// How often the text is there.
[[nodiscard]] std::size_t count_of(const std::string& text,
                                   std::string_view part);

/// How often the run has said so of the node, as far as it was read.
[[nodiscard]] std::size_t times_heard(const program& run, std::string_view what,
                                      std::string_view node);

/// Reads on until the run has said of the node for the `count`th time what
/// became of it: "joined", "lost", "gone", "draining".
[[nodiscard]] bool heard_of(program& run, std::string_view what,
                            std::string_view node, std::size_t count = 1);

/// Reads on until the program has put out a line with the text, and returns
/// what is behind it.
[[nodiscard]] std::string rest_of_line(program& x, std::string_view text);

/// Reads on until the text is there for the `count`th time.
[[nodiscard]] bool read_until(program& x, std::string_view text,
                              std::size_t count);

} // namespace tutti::test
