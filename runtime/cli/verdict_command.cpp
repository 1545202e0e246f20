// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/control/login_name.hpp"

#include <utility>

namespace tutti::cli {

int verdict_command(const verdict_options& options, const char* word) {
  nlohmann::json request = {
      {"command", word},
      {"gate", options.gate},
      {"as", options.who.empty() ? control::login_name() : options.who},
      {"message", options.message}};
  if (!options.to.empty())
    request["to"] = options.to;
  return tell_run(options.run, std::move(request));
}

} // namespace tutti::cli
