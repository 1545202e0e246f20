// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/control/protocol.hpp"

namespace tutti::cli {

int inbox_command(const inbox_options& options) {
  auto x = ask_inside("inbox", {{"wait_ms", options.wait_ms}});
  if (!x.ok)
    return x.exit_code;
  const auto& result = x.content["result"];
  if (options.as_json)
    return print_data(control::to_line(result) + "\n");
  std::string text;
  if (auto items = result.find("items"); items != result.end())
    for (const auto& item : *items)
      text += control::to_line(item) + "\n";
  return text.empty() ? 0 : print_data(text);
}

} // namespace tutti::cli
