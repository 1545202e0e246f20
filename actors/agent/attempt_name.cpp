// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/attempt_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace tutti {

std::string attempt_name(const std::string& task, std::uint32_t attempt) {
  constexpr std::size_t longest = 200;
  auto name = task;
  std::replace(name.begin(), name.end(), '/', '~');
  if (name.size() > longest)
    name = fmt::format("{}~{:016x}", name.substr(0, longest),
                       std::hash<std::string>{}(task));
  return fmt::format("{}.{}", name, attempt);
}

} // namespace tutti
