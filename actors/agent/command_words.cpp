// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/command_words.hpp"

#include "actors/agent/plain_words.hpp"

#include <utility>

namespace tutti {

std::vector<std::string> command_words(const command_line& run,
                                       const expression_scope& scope) {
  std::vector<std::string> words;
  if (run.kind == command_kind::argv) {
    for (const auto& x : run.argv)
      words.push_back(render(x, scope));
    return words;
  }
  if (auto plain = plain_words(run.script))
    return std::move(*plain);
  return {"/bin/sh", "-eu", "-c", run.script};
}

} // namespace tutti
