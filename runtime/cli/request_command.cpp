// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/control/protocol.hpp"

#include <utility>

namespace tutti::cli {

int request_command(const request_options& options) {
  nlohmann::json request = {{"to", options.to},
                            {"texts", options.texts},
                            {"note", options.note},
                            {"awaited", !options.no_wait}};
  if (!options.key.empty())
    request["key"] = options.key;
  auto x = ask_inside("request", std::move(request));
  if (!x.ok)
    return x.exit_code;
  const auto& result = x.content["result"];
  if (options.as_json)
    return print_data(control::to_line(result) + "\n");
  std::string text;
  if (auto ids = result.find("ids"); ids != result.end())
    for (const auto& id : *ids)
      text += (id.is_string() ? id.get<std::string>()
                              : "request/" + control::to_line(id))
            + "\n";
  return print_data(text);
}

} // namespace tutti::cli
