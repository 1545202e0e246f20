// SPDX-License-Identifier: BSD-3-Clause
// Runs the real program on a real plan in a folder of its own.
#pragma once

#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

using json = nlohmann::json;

/// What a run left: how the program ended and the document of `--json`.
struct run_result : program_result {
  json report; ///< null where there is none

  /// The row of a task; null where there is none.
  [[nodiscard]] json task(std::string_view name) const;
  [[nodiscard]] std::string status_of(std::string_view task_name) const;
  [[nodiscard]] json row(std::string_view list, std::string_view name) const;
};

struct run_fixture {
  temporary_directory dir;
  /// In the environment of all that a test starts, so that it can be found.
  /// (What begins with TUTTI_ is kept from tasks.)
  std::string tag;

  run_fixture();

  [[nodiscard]] program_options
  options(const std::vector<std::string>& args) const;
  /// Runs the program with these arguments in the folder.
  [[nodiscard]] program_result
  tutti(const std::vector<std::string>& args) const;
  /// Writes a plan and runs it to its end: `tutti run --json … ARGS`.
  [[nodiscard]] run_result run(std::string_view plan,
                               std::vector<std::string> args = {}) const;
  /// Writes a plan and starts it.
  [[nodiscard]] std::unique_ptr<program>
  start(std::string_view plan, std::vector<std::string> args = {}) const;
  /// Waits for what `start` started.
  [[nodiscard]] run_result finish(program& x) const;
  /// The lines of a file.
  [[nodiscard]] std::vector<std::string> lines(std::string_view file) const;
  /// No process of this test is left, or a failed check that lists them.
  void check_no_process_left() const;
};

/// "tutti: …" in one line, that names all of these.
void check_one_sentence(const program_result& x,
                        const std::vector<std::string>& names);

} // namespace tutti::test
