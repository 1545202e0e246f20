// SPDX-License-Identifier: BSD-3-Clause
// What an attempt does for whom it hands on to; without a result to print.
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/control/protocol.hpp"

#include <utility>

namespace tutti::cli {

namespace {

using nlohmann::json;

int tell(const char* command, json request, bool as_json) {
  auto x = ask_inside(command, std::move(request));
  if (!x.ok || !as_json)
    return x.exit_code;
  return print_data(control::to_line(x.content["result"]) + "\n");
}

} // namespace

int handoff_command(const handoff_options& options) {
  json outputs = json::object();
  for (const auto& [name, text] : options.outputs)
    outputs[name] = text;
  return tell("handoff",
              {{"outputs", std::move(outputs)}, {"note", options.note}},
              options.as_json);
}

int progress_command(const progress_options& options) {
  return tell("progress",
              {{"percent", options.percent}, {"text", options.text}},
              options.as_json);
}

int note_command(const note_options& options) {
  return tell("note", {{"text", options.text}}, options.as_json);
}

} // namespace tutti::cli
