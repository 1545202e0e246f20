// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/program_path.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/session/node_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace tutti::cli {

namespace {

std::string machine_name() {
  std::array<char, 256> text{};
  ::gethostname(text.data(), text.size() - 1);
  return text.data();
}

int be_node(const node_options& options, const native::agents& team) {
  expose_program();
  // Forked before any thread, and before much is in memory.
  auto processes = process::supervisor::fork_now();
  if (!processes)
    return fail(processes.error());
  session::node_options mine;
  mine.name = options.own_name.empty() ? machine_name() : options.own_name;
  if (auto wrong = cluster::bad_node_name(mine.name))
    return fail(*wrong);
  mine.labels = options.labels;
  mine.slots = options.slots != 0
                 ? options.slots
                 : std::max(1u, std::thread::hardware_concurrency());
  auto where = session::read_host_port(options.join, false);
  if (!where)
    return fail(where.error());
  mine.join = *where;
  mine.insecure = options.insecure;
  mine.certificates = options.certificates;
  mine.state_directory = state_directory_of(options.run.state_directory);
  std::error_code failure;
  mine.directory =
      std::filesystem::canonical(
          options.directory.empty() ? "." : options.directory, failure)
          .string();
  if (failure)
    return fail({exit_code::environment,
                 fmt::format("cannot work in '{}': {}", options.directory,
                             failure.message())});
  mine.once = options.once;
  mine.natives = &team;
  mine.note = [](const std::string& what) {
    note(what);
  };
  return session::run_node(mine, **processes);
}

} // namespace

int node_command(const node_options& options, const native::agents& team) {
  if (options.action.empty())
    return be_node(options, team);
  return tell_run(options.run,
                  {{"command", "drain-node"}, {"node", options.name}});
}

} // namespace tutti::cli
