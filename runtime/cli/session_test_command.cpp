// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/session_test/checks.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;

/// So much of a session's log is shown where a check failed.
constexpr std::size_t log_bytes_max = 4096;

/// Where its logs lie while the test goes on.
class scratch {
public:
  scratch() {
    std::error_code failure;
    auto name = (fs::temp_directory_path(failure) / "tutti-session-test-XXXXXX")
                    .string();
    if (!failure && ::mkdtemp(name.data()) != nullptr)
      path_ = name;
    else
      error_number_ = failure ? failure.value() : errno;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    if (!path_.empty())
      fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const {
    return path_;
  }
  [[nodiscard]] int error_number() const {
    return error_number_;
  }

private:
  fs::path path_; ///< empty: it could not be made
  int error_number_ = 0;
};

/// The end of a log, for who looks for the reason.
void show_log(const std::string& path) {
  std::error_code ignored;
  auto size = fs::file_size(path, ignored);
  auto text = process::read_file(path, size).content;
  if (text.size() > log_bytes_max)
    text = "…" + text.substr(text.size() - log_bytes_max);
  print_message("--- its standard error ---\n" + text
                + (text.ends_with('\n') ? "" : "\n"));
}

} // namespace

int session_test_command(const session_test_options& options) {
  auto processes = process::supervisor::fork_now();
  if (!processes)
    return fail(processes.error());
  scratch files;
  if (files.path().empty())
    return fail({exit_code::environment,
                 "no directory for the logs of the test can be made: "
                     + process::system_text(files.error_number())});
  process::supervisor_options limits;
  limits.log_directory = files.path().string();
  limits.io_directory = files.path().string();
  (*processes)->configure(limits);
  session_test::options wanted;
  wanted.argv = options.argv;
  wanted.directory = fs::current_path().string();
  wanted.patience = std::chrono::milliseconds(options.timeout_ms);
  int lost = 0;
  auto result =
      session_test::run_checks(**processes, wanted, [&](std::string line) {
        lost = lost != 0 ? lost : print_data(std::move(line) + "\n");
      });
  if (result.failures != 0 && !result.logs.empty())
    show_log(result.logs.back());
  (*processes)->shut_down();
  if (!result.not_started.empty())
    return fail({exit_code::environment,
                 "the process could not be started: " + result.not_started});
  if (lost == 0)
    lost =
        print_data(result.failures == 0
                       ? fmt::format("{} checks, all passed\n", result.checks)
                       : fmt::format("{} checks, {} failed\n", result.checks,
                                     result.failures));
  return lost != 0 ? lost : result.failures == 0 ? 0 : 1;
}

} // namespace tutti::cli
