// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/contracts.hpp"

#include "messages/json/json_schema.hpp"
#include "messages/json/json_values.hpp"

#include <utility>

namespace tutti {

namespace {

/// A schema that may be used, or why there is none.
parsed_json read_schema(const std::string& text) {
  auto result = read_json(text);
  if (result.mistake.empty())
    result.mistake = schema_mistake(result.value);
  return result;
}

std::string check(const std::string& schema, const nlohmann::json& document) {
  auto rules = read_schema(schema);
  return rules.mistake.empty() ? violation(rules.value, document)
                               : "the schema cannot be used: " + rules.mistake;
}

} // namespace

std::string check_schema(const std::string& schema) {
  return read_schema(schema).mistake;
}

std::string check_document(const std::string& schema,
                           const std::string& document) {
  auto text = read_json(document);
  return text.mistake.empty() ? check(schema, text.value) : text.mistake;
}

std::string check_outputs(const std::string& schema, const outputs& xs) {
  return check(schema, json_of_outputs(xs));
}

} // namespace tutti
