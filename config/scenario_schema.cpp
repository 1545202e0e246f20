// SPDX-License-Identifier: BSD-3-Clause
#include "config/scenario_schema.hpp"

#include "config/scenario_schema_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tutti::config {

namespace {

/// Each place's rows stand together in the table.
std::array<std::span<const scenario_row>, scenario_place_count> make_index() {
  std::array<std::span<const scenario_row>, scenario_place_count> result;
  auto all = scenario_rows();
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto here = [&](const scenario_row& x) {
      return static_cast<std::size_t>(x.where) == i;
    };
    auto first = std::find_if(all.begin(), all.end(), here);
    result[i] = {first, std::find_if_not(first, all.end(), here)};
  }
  return result;
}

const scenario_row* find_in(scenario_place where, std::string_view name) {
  for (const auto& x : scenario_rows(where))
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace

std::string to_string(scenario_place x) {
  switch (x) {
  case scenario_place::scenario:
    return "a scenario";
  case scenario_place::work:
    return "the work of a task";
  case scenario_place::review:
    return "the work of a gate";
  case scenario_place::ask:
    return "'asks'";
  case scenario_place::step:
    return "a step";
  case scenario_place::expect:
    return "'expect'";
  case scenario_place::requests:
    return "'requests'";
  case scenario_place::never:
    return "'never'";
  case scenario_place::end:
    return "'end'";
  case scenario_place::ends:
    return "this";
  default:
    return fmt::format("'{}'", scenario_rows(x).front().name);
  }
}

std::span<const scenario_row> scenario_rows() {
  return scenario_row_table;
}

std::span<const scenario_row> scenario_rows(scenario_place where) {
  static const auto index = make_index();
  return index[static_cast<std::size_t>(where)];
}

const scenario_row* find_scenario_key(scenario_place where,
                                      std::string_view name) {
  const auto* result = find_in(where, name);
  return result == nullptr && expects_too(where)
           ? find_in(scenario_place::expect, name)
           : result;
}

std::vector<std::string_view> scenario_key_names(scenario_place where) {
  std::vector<std::string_view> result;
  for (const auto& x : scenario_rows(where))
    result.push_back(x.name);
  if (expects_too(where))
    for (const auto& x : scenario_rows(scenario_place::expect))
      result.push_back(x.name);
  return result;
}

std::string places_of_scenario_key(std::string_view name) {
  std::string result;
  for (const auto& x : scenario_rows())
    if (x.name == name) {
      if (!result.empty())
        result += ", ";
      result += to_string(x.where);
    }
  return result;
}

std::span<const moment_word> moment_words() {
  return moment_word_table;
}

moment_subject subject_of(moment_kind x) {
  switch (x) {
  case moment_kind::asked:
  case moment_kind::open:
    return moment_subject::gate;
  case moment_kind::back:
    return moment_subject::agent;
  case moment_kind::lost:
    return moment_subject::node;
  case moment_kind::answered:
    return moment_subject::requests;
  default:
    return moment_subject::task;
  }
}

} // namespace tutti::config
