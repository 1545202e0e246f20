// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/native_check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace tutti::cli {

namespace {

std::vector<bool> agents_with_work(const plan& p) {
  std::vector<bool> result(p.agents.size(), false);
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (!std::binary_search(p.skipped.begin(), p.skipped.end(), task_id{i}))
      for (auto agent : p.tasks[i].agents)
        result[agent.value] = true;
  return result;
}

std::string remedy(const native::agents& team) {
  auto names = team.names();
  if (names.empty())
    return "run this plan with a program that links tutti and registers it; "
           "docs/native.md shows how";
  return fmt::format("this program has {}", fmt::join(names, ", "));
}

} // namespace

std::vector<config::diagnostic> missing_natives(const plan& p,
                                                const config::source_map& map,
                                                const native::agents& team,
                                                config::severity level) {
  std::vector<config::diagnostic> result;
  auto works = agents_with_work(p);
  for (std::size_t i = 0; i < p.agents.size(); ++i) {
    const auto& x = p.agents[i];
    if (!works[i] || x.native.empty() || team.find(x.native) != nullptr)
      continue;
    auto message = fmt::format(
        "agent '{}' is native, and no agent '{}' is linked into this program",
        x.name, x.native);
    auto code = level == config::severity::warning
                  ? config::lint::missing_native
                  : config::lint::none;
    result.push_back(
        {level, map.agents[i], std::move(message), remedy(team), code});
  }
  return result;
}

} // namespace tutti::cli
