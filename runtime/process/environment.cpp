// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace tutti::process {

namespace {

/// "K=", or everything where there is no '='.
std::string_view name_of(std::string_view assignment) {
  return assignment.substr(0, assignment.find('=') + 1);
}

} // namespace

std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (auto** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text{*entry};
    if (!text.starts_with("TUTTI_") || text.starts_with("TUTTI_BINARY="))
      result.emplace_back(text);
  }
  return result;
}

std::vector<char*> merged_environment(const std::vector<std::string>& base,
                                      const std::vector<std::string>& over) {
  // exec does not write to the strings; its type is older than const.
  auto pointer = [](const std::string& x) {
    return const_cast<char*>(x.c_str());
  };
  std::vector<char*> result;
  std::vector<std::string_view> names; // of the same
  result.reserve(base.size() + over.size() + 1);
  names.reserve(base.size() + over.size());
  for (const auto& x : base) {
    result.push_back(pointer(x));
    names.push_back(name_of(x));
  }
  for (const auto& x : over) {
    auto name = name_of(x);
    if (name.empty())
      continue;
    auto same = std::find(names.begin(), names.end(), name);
    if (same != names.end()) {
      result[same - names.begin()] = pointer(x);
    } else {
      result.push_back(pointer(x));
      names.push_back(name);
    }
  }
  result.push_back(nullptr);
  return result;
}

std::string_view environment_value(const std::vector<char*>& entries,
                                   std::string_view name) {
  for (auto* entry : entries) {
    if (entry == nullptr)
      break;
    std::string_view text{entry};
    if (text.size() > name.size() && text.starts_with(name)
        && text[name.size()] == '=')
      return text.substr(name.size() + 1);
  }
  return {};
}

} // namespace tutti::process
