// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/plan_words.hpp"

#include "runtime/cli/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tutti::cli {

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

bool is_generated(const task& x) {
  return x.kind == task_kind::review || x.kind == task_kind::requests;
}

std::string size_text(const plan& p) {
  // What the loader made is not in the file, so the user does not count it.
  auto text = counted(
      static_cast<std::size_t>(std::count_if(p.tasks.begin(), p.tasks.end(),
                                             [](const task& x) {
                                               return !is_generated(x);
                                             })),
      "task");
  auto agents = static_cast<std::size_t>(
      std::count_if(p.agents.begin(), p.agents.end(), [](const agent& x) {
        return !x.implicit;
      }));
  auto add = [&text](std::size_t n, std::string_view noun) {
    if (n > 0)
      text += ", " + counted(n, noun);
  };
  add(agents, "agent");
  add(phase_tree{p}.outermost().size(), "phase");
  add(p.gates.size(), "gate");
  auto pools = std::count_if(p.pools.begin(), p.pools.end(), [](const pool& x) {
    return x.name.find('/') == std::string::npos;
  });
  add(static_cast<std::size_t>(pools), "pool");
  return text;
}

std::vector<std::string> agent_names(const plan& p, const task& x) {
  std::vector<std::string> names;
  for (auto agent : x.agents)
    names.push_back(p.agents[agent.value].name);
  return names;
}

std::string agents_of(const plan& p, const task& x) {
  return fmt::format("{}", fmt::join(agent_names(p, x), "|"));
}

std::string need_text(const plan& p, const need& x) {
  if (x.condition == need_condition::succeeded)
    return std::string{name_of(p, x.of)};
  return fmt::format("{} ({})", name_of(p, x.of), to_string(x.condition));
}

double seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

std::string to_text(const nlohmann::ordered_json& x) {
  return x.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace tutti::cli
