// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"

#include "config/plan_schema_table.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tutti::config {

namespace {

using key_table = std::unordered_map<std::string_view, const key_row*>;

/// Each place's rows stand together in the table.
struct place_index {
  std::span<const key_row> rows;
  key_table by_name;
};

const place_index& index_of(place where) {
  static const auto indexes = [] {
    std::array<place_index, place_count> result;
    auto all = key_rows();
    for (std::size_t i = 0; i < result.size(); ++i) {
      auto here = [&](const key_row& x) {
        return static_cast<std::size_t>(x.where) == i;
      };
      auto first = std::find_if(all.begin(), all.end(), here);
      auto last = std::find_if_not(first, all.end(), here);
      result[i].rows = {first, last};
      for (const auto& x : result[i].rows)
        result[i].by_name.emplace(x.name, &x);
    }
    return result;
  }();
  return indexes[static_cast<std::size_t>(where)];
}

} // namespace

std::string_view to_string(place x) {
  switch (x) {
  case place::plan:
    return "the plan";
  case place::param:
    return "a parameter";
  case place::agent:
    return "an agent";
  case place::task:
    return "a task";
  case place::phase:
    return "a phase";
  case place::gate:
    return "a gate";
  case place::defaults:
    return "'defaults'";
  case place::pool:
    return "a pool";
  case place::contract:
    return "a contract";
  case place::service:
    return "a service";
  case place::notify:
    return "'notify'";
  case place::agent_choice:
    return "'agent'";
  case place::retries:
    return "'retries'";
  case place::estimate:
    return "'estimate'";
  case place::integrate:
    return "'integrate'";
  case place::artifacts:
    return "'artifacts'";
  case place::batch:
    return "'batch'";
  case place::requests:
    return "'requests'";
  case place::approval:
    return "'approval'";
  case place::approvers:
    return "'by'";
  case place::rework:
    return "'rework'";
  case place::ready:
    return "'ready'";
  case place::secret:
    return "a secret";
  case place::nodes:
    return "'nodes'";
  case place::lease:
    return "'lease'";
  }
  return "unknown";
}

std::span<const key_row> key_rows() {
  return key_row_table;
}

std::span<const key_row> key_rows(place where) {
  return index_of(where).rows;
}

const key_row* find_key(place where, std::string_view name) {
  const auto& names = index_of(where).by_name;
  auto at = names.find(name);
  return at == names.end() ? nullptr : at->second;
}

std::vector<std::string_view> key_names(place where) {
  std::vector<std::string_view> result;
  for (const auto& x : key_rows(where))
    result.push_back(x.name);
  return result;
}

std::string places_of_key(std::string_view name) {
  std::string result;
  for (const auto& x : key_rows())
    if (x.name == name) {
      if (!result.empty())
        result += ", ";
      result += to_string(x.where);
    }
  return result;
}

} // namespace tutti::config
