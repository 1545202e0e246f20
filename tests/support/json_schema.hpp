// SPDX-License-Identifier: BSD-3-Clause
// As much of JSON Schema as the schemas that we ship use; a field that a schema
// does not name is a mistake here.
#pragma once

#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>

namespace tutti::test {

/// config/schema/NAME.schema.json
inline nlohmann::json shipped_schema(const std::string& name) {
  std::ifstream in(source_path("/config/schema/") + name + ".schema.json");
  return nlohmann::json::parse(in);
}

inline bool has_type(const nlohmann::json& x, const std::string& type) {
  if (type == "integer")
    return x.is_number_integer();
  if (type == "number")
    return x.is_number();
  return type == x.type_name();
}

inline void validate(const nlohmann::json& x, const nlohmann::json& rule,
                     const nlohmann::json& root, const std::string& where) {
  using nlohmann::json;
  if (rule.contains("$ref")) {
    auto pointer = rule["$ref"].get<std::string>().substr(1);
    return validate(x, root[json::json_pointer(pointer)], root, where);
  }
  if (rule.contains("const"))
    BOOST_CHECK_MESSAGE(x == rule["const"], where << " is " << x);
  if (rule.contains("enum"))
    BOOST_CHECK_MESSAGE(std::count(rule["enum"].begin(), rule["enum"].end(), x),
                        where << " is " << x);
  if (rule.contains("type")) {
    auto types = rule["type"].is_array() ? rule["type"] : json{rule["type"]};
    BOOST_CHECK_MESSAGE(std::any_of(types.begin(), types.end(),
                                    [&](const json& y) {
                                      return has_type(x, y);
                                    }),
                        where << " is " << x);
  }
  if (x.is_number() && rule.contains("minimum"))
    BOOST_CHECK_MESSAGE(x >= rule["minimum"], where << " is " << x);
  if (x.is_number() && rule.contains("maximum"))
    BOOST_CHECK_MESSAGE(x <= rule["maximum"], where << " is " << x);
  if (x.is_array() && rule.contains("items"))
    for (const auto& y : x)
      validate(y, rule["items"], root, where + "[]");
  if (!x.is_object() || !rule.contains("properties"))
    return;
  for (const auto& key : rule["required"])
    BOOST_CHECK_MESSAGE(x.contains(key.get<std::string>()),
                        where << " lacks " << key);
  for (const auto& [key, y] : x.items()) {
    BOOST_CHECK_MESSAGE(rule["properties"].contains(key),
                        where << " has " << key);
    if (rule["properties"].contains(key))
      validate(y, rule["properties"][key], root, where + "." + key);
  }
}

/// Checks a document against config/schema/NAME.schema.json.
inline void check_document(const nlohmann::json& x, const std::string& name) {
  auto rules = shipped_schema(name);
  validate(x, rules, rules, name);
}

} // namespace tutti::test
