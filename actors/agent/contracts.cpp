// SPDX-License-Identifier: BSD-3-Clause
// The only file that includes valijson: it takes its time to compile.
#include "actors/agent/contracts.hpp"

#include "actors/agent/json_values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti {

namespace {

using nlohmann::json;
using adapter = valijson::adapters::NlohmannJsonAdapter;

/// The regular expressions of the standard library recurse over the text.
constexpr std::size_t pattern_text_max = std::size_t{8} << 10;

struct parsed {
  json document;
  std::string mistake;
};

parsed parse(const std::string& text) {
  if (json_depth(text) > json_depth_max)
    return {
        {},
        fmt::format("it is nested more than {} levels deep", json_depth_max)};
  auto document = parse_json(text);
  if (!document)
    return {{}, "it is not JSON"};
  return {std::move(*document), {}};
}

/// Whether a schema comes back to itself without going into the document: then
/// validating would not end. `$ref`, `allOf` and the like stay where they are.
class loop_finder {
public:
  explicit loop_finder(const json& root) : root_(root) {
  }

  /// Looks at every object below `x`.
  bool any_loop(const json& x) {
    if (x.is_object() && loops(x))
      return true;
    return x.is_structured()
        && std::any_of(x.begin(), x.end(), [this](const json& y) {
             return any_loop(y);
           });
  }

private:
  bool loops(const json& x) {
    if (done_.contains(&x))
      return false;
    if (!open_.insert(&x).second)
      return true;
    auto found = leads_back(x);
    open_.erase(&x);
    done_.insert(&x);
    return found;
  }

  bool leads_back(const json& x) {
    if (const auto* target = referred(x))
      return target->is_object() && loops(*target);
    for (const auto* key : {"allOf", "anyOf", "oneOf"})
      if (auto i = x.find(key); i != x.end() && i->is_array())
        for (const auto& y : *i)
          if (y.is_object() && loops(y))
            return true;
    for (const auto* key : {"not", "if", "then", "else"})
      if (auto i = x.find(key); i != x.end() && i->is_object() && loops(*i))
        return true;
    return false;
  }

  /// What a `$ref` within the document names; null: none, or elsewhere.
  [[nodiscard]] const json* referred(const json& x) const {
    auto i = x.find("$ref");
    if (i == x.end() || !i->is_string())
      return nullptr;
    auto text = i->get<std::string>();
    if (text.empty() || text.front() != '#')
      return nullptr;
    try {
      const auto& target = root_.at(json::json_pointer{text.substr(1)});
      return &target;
    } catch (const json::exception&) {
      return nullptr; // the parser of schemas says so
    }
  }

  const json& root_;
  std::set<const json*> open_;
  std::set<const json*> done_;
};

/// The first `$ref` to another document, which the library would look for
/// without end; empty: there is none.
std::string foreign_ref(const json& x) {
  if (x.is_object())
    if (auto i = x.find("$ref"); i != x.end() && i->is_string()) {
      auto text = i->get<std::string>();
      if (text.empty() || text.front() != '#')
        return text.empty() ? "\"\"" : text;
    }
  if (!x.is_structured())
    return {};
  for (const auto& y : x)
    if (auto found = foreign_ref(y); !found.empty())
      return found;
  return {};
}

bool uses_patterns(const json& x) {
  if (x.is_object()
      && (x.contains("pattern") || x.contains("patternProperties")))
    return true;
  return x.is_structured() && std::any_of(x.begin(), x.end(), uses_patterns);
}

std::size_t longest_text(const json& x) {
  if (x.is_string())
    return x.get_ref<const std::string&>().size();
  std::size_t result = 0;
  if (x.is_structured())
    for (const auto& y : x)
      result = std::max(result, longest_text(y));
  return result;
}

/// Empty: `schema` holds what the text says.
std::string read_schema(const json& text, valijson::Schema& schema) {
  if (!text.is_object() && !text.is_boolean())
    return "it is no JSON object";
  if (loop_finder{text}.any_loop(text))
    return "it refers to itself without end";
  if (auto foreign = foreign_ref(text); !foreign.empty())
    return fmt::format("its `$ref` {} leads to another document", foreign);
  try {
    valijson::SchemaParser{}.populateSchema(adapter{text}, schema);
  } catch (const std::exception& e) {
    return e.what();
  }
  return {};
}

/// A context is "<root>", then "[name]" or "[0]".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string result;
  for (const auto& x : context) {
    if (x.size() < 2 || x.front() != '[' || x.back() != ']')
      continue;
    result += '/';
    for (char c : std::string_view{x}.substr(1, x.size() - 2))
      if (c == '~')
        result += "~0";
      else if (c == '/')
        result += "~1";
      else if (c != '"')
        result += c;
  }
  return result.empty() ? "/" : result;
}

/// The first mistake is the innermost one.
std::string describe(const valijson::ValidationResults& results) {
  if (results.begin() == results.end())
    return "/: it does not keep to the schema";
  auto text = results.begin()->description;
  while (!text.empty() && text.back() == '.')
    text.pop_back();
  return pointer_of(results.begin()->context) + ": " + text;
}

std::string check(const std::string& schema_text, const json& document) {
  auto rules = parse(schema_text);
  valijson::Schema schema;
  if (rules.mistake.empty())
    rules.mistake = read_schema(rules.document, schema);
  if (!rules.mistake.empty())
    return "the schema cannot be used: " + rules.mistake;
  if (longest_text(document) > pattern_text_max
      && uses_patterns(rules.document))
    return fmt::format("/: a text of over {} bytes cannot be checked by a "
                       "schema with `pattern`",
                       pattern_text_max);
  valijson::ValidationResults results;
  try {
    valijson::Validator validator;
    if (validator.validate(schema, adapter{document}, &results))
      return {};
  } catch (const std::exception& e) { // a bad regular expression
    return fmt::format("the schema cannot be used: {}", e.what());
  }
  return describe(results);
}

} // namespace

std::string check_schema(const std::string& schema) {
  auto text = parse(schema);
  valijson::Schema ignored;
  return text.mistake.empty() ? read_schema(text.document, ignored)
                              : text.mistake;
}

std::string check_document(const std::string& schema,
                           const std::string& document) {
  auto text = parse(document);
  return text.mistake.empty() ? check(schema, text.document) : text.mistake;
}

std::string check_outputs(const std::string& schema, const outputs& xs) {
  return check(schema, json_of_outputs(xs));
}

} // namespace tutti
