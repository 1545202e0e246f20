// SPDX-License-Identifier: BSD-3-Clause
// From words to options, with every usage mistake as one sentence.
#pragma once

#include "messages/error.hpp"
#include "runtime/cli/app.hpp"

#include <string>

namespace tutti::cli {

enum class command_name {
  none, ///< nothing at all was said
  help, ///< `options.help.command` says of what
  version,
  run,
  rerun,
  check,
  play,
  graph,
  simulate,
  schema,
  init,
  history,
  report,
  nodes,
  logs,
  clean,
  doctor,
  attach,
  status,
  explain,
  approve,
  request_changes,
  reject,
  cancel,
  retry,
  pause,
  resume,
  node,
  inbox,
  handoff,
  progress,
  request,
  note,
  certs,
  up,
  session_test,
  stress,
  completion,
};

struct parsed {
  command_name command = command_name::none;
  all_options options;
};

/// Reads the words after the program's name. All errors are `bad_plan`.
[[nodiscard]] expected<parsed> parse(int argc, const char* const* argv);

} // namespace tutti::cli
