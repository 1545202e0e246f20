// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/native_check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>

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

/// What a task says that means nothing to a quick function; empty: nothing.
std::string_view beyond_quick(const task& t) {
  const std::pair<bool, std::string_view> all[] = {
      {t.run.kind != command_kind::none, "run"},
      {t.integrate.run.kind != command_kind::none
           || !t.integrate.prompt.empty(),
       "integrate"},
      {!t.prompt.empty(), "prompt"},
      {!t.note.empty(), "note"},
      {!t.env.empty(), "env"},
      {!t.env_files.empty(), "env-file"},
      {!t.secrets.empty(), "secrets"},
      {!t.artifacts.empty(), "artifacts"},
      {t.provides.valid(), "provides"},
      {!t.working_directory.empty(), "working-directory"},
      {t.idle_timeout > duration{0}, "idle-timeout"},
  };
  for (const auto& [said, key] : all)
    if (said)
      return key;
  return {};
}

void add_beyond_quick(std::vector<config::diagnostic>& to, const plan& p,
                      const config::source_map& map,
                      const native::agents& team) {
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    if (std::binary_search(p.skipped.begin(), p.skipped.end(), task_id{i}))
      continue;
    auto key = beyond_quick(p.tasks[i]);
    if (key.empty())
      continue;
    for (auto agent : p.tasks[i].agents) {
      const auto& x = p.agents[agent.value];
      const auto* found = x.native.empty() ? nullptr : team.find(x.native);
      if (found == nullptr || !found->quick)
        continue;
      to.push_back(
          {config::severity::error, map.tasks[i],
           fmt::format("task '{}' has '{}', and agent '{}' is the quick "
                       "function '{}', which has no use for it",
                       p.tasks[i].name, key, x.name, x.native),
           "give it to an agent that was added with 'add', or leave it out",
           config::lint::none});
      break;
    }
  }
}

} // namespace

std::vector<config::diagnostic> native_findings(const plan& p,
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
  add_beyond_quick(result, p, map, team);
  return result;
}

} // namespace tutti::cli
