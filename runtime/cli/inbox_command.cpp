// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/control/protocol.hpp"

namespace tutti::cli {

namespace {

bool has_more(const nlohmann::json& result) {
  return result.value("more", std::uint64_t{0}) > 0;
}

/// A reply is bounded; this is all there is.
live_answer ask_for_all(std::int64_t wait_ms) {
  auto all = ask_inside("inbox", {{"wait_ms", wait_ms}});
  while (all.ok && has_more(all.content["result"])) {
    auto next = ask_inside("inbox", {{"wait_ms", 0}});
    if (!next.ok)
      return next;
    auto& rest = next.content["result"];
    for (auto& item : rest["items"])
      all.content["result"]["items"].push_back(std::move(item));
    all.content["result"]["waiting-for"] = rest["waiting-for"];
    all.content["result"]["more"] = rest["more"];
  }
  return all;
}

} // namespace

int inbox_command(const inbox_options& options) {
  auto x = ask_for_all(options.wait_ms);
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
