// SPDX-License-Identifier: BSD-3-Clause
// The only file that includes valijson: it takes its time to compile.
#include "messages/json/json_schema.hpp"

#include "messages/json/json_metaschema.hpp"

#include <fmt/format.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <regex>
#include <set>
#include <unordered_map>
#include <vector>

namespace tutti {

namespace {

using nlohmann::json;
using adapter = valijson::adapters::NlohmannJsonAdapter;

/// The regular expressions of the standard library recurse over the text.
constexpr std::size_t pattern_text_max = std::size_t{8} << 10;

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

/// Where a byte stands, for who reads the file in an editor.
std::string place_of_byte(std::string_view text, std::size_t byte) {
  auto before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  auto line = std::count(before.begin(), before.end(), '\n') + 1;
  auto start = before.rfind('\n');
  auto column =
      before.size() - (start == std::string_view::npos ? 0 : start + 1);
  return fmt::format("line {}, column {}", line, column + 1);
}

/// "<root>", "[users]", "[0]" as "/users/0"; "the top" for the whole.
std::string pointer_of(const std::vector<std::string>& context) {
  std::string result;
  for (std::size_t i = 1; i < context.size(); ++i) {
    auto part = context[i];
    if (part.size() >= 2 && part.front() == '[' && part.back() == ']')
      part = part.substr(1, part.size() - 2);
    result += '/';
    for (char c : part)
      result += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return result.empty() ? "the top" : result;
}

/// The innermost of what is wrong; the rest only leads to it.
std::string first_of(valijson::ValidationResults& results) {
  valijson::ValidationResults::Error found;
  valijson::ValidationResults::Error next;
  bool any = false;
  while (results.popError(next)) {
    if (!any || next.context.size() > found.context.size())
      found = next;
    any = true;
  }
  auto rule = found.description;
  while (rule.ends_with('.'))
    rule.pop_back();
  return fmt::format("at {}: {}", pointer_of(found.context), rule);
}

/// A schema that leads back to itself without going deeper into the value
/// would be followed for ever.
class circle_finder {
public:
  explicit circle_finder(const json& root) : root_(root) {
  }

  std::string run() {
    look(root_, "");
    return mistake_;
  }

private:
  /// All schemas of the document, wherever a schema may stand.
  void look(const json& x, const std::string& at) {
    if (!mistake_.empty() || !x.is_structured())
      return;
    if (x.is_object() && x.contains("$ref"))
      follow(x, at);
    for (const auto& item : x.items())
      look(item.value(), at + "/" + item.key());
  }

  void follow(const json& x, const std::string& at) {
    path_.clear();
    walk(x, at);
  }

  void walk(const json& x, const std::string& at) {
    if (!mistake_.empty() || !x.is_object() || done_.contains(&x))
      return;
    if (std::find(path_.begin(), path_.end(), &x) != path_.end()) {
      mistake_ = fmt::format("at {}: it refers to itself and says nothing else",
                             at.empty() ? "the top" : at);
      return;
    }
    path_.push_back(&x);
    if (auto ref = x.find("$ref"); ref != x.end() && ref->is_string()) {
      if (const auto* target = resolve(ref->get<std::string>(), at))
        walk(*target, at);
    } else {
      walk_parts(x, at);
    }
    path_.pop_back();
    done_.insert(&x);
  }

  /// What is asked of the same value.
  void walk_parts(const json& x, const std::string& at) {
    for (const char* key : {"allOf", "anyOf", "oneOf", "dependencies"})
      if (auto all = x.find(key); all != x.end() && all->is_structured())
        for (const auto& part : *all)
          walk(part, at + "/" + key);
    for (const char* key : {"not", "if", "then", "else"})
      if (auto one = x.find(key); one != x.end())
        walk(*one, at + "/" + key);
  }

  const json* resolve(const std::string& ref, const std::string& at) {
    auto where = at.empty() ? std::string{"the top"} : at;
    if (!ref.starts_with('#')) {
      mistake_ = fmt::format("at {}: only references within the file are read "
                             "('#/…'), not '{}'",
                             where, ref);
      return nullptr;
    }
    try {
      json::json_pointer pointer{ref.substr(1)};
      if (root_.contains(pointer))
        return &root_.at(pointer);
    } catch (const json::exception&) {
      // said below
    }
    mistake_ = fmt::format("at {}: '{}' refers to nothing", where, ref);
    return nullptr;
  }

  const json& root_;
  std::vector<const json*> path_;
  std::set<const json*> done_;
  std::string mistake_;
};

/// The patterns of a schema, made so that they take polynomial time: the
/// library's own go back and forth for ever over what is made for it. Throws
/// where one is none or refers back, which cannot be had so.
void add_patterns(const json& x,
                  std::unordered_map<std::string, std::regex>& to) {
  if (!x.is_structured())
    return;
  constexpr auto flags =
      std::regex::ECMAScript | std::regex_constants::__polynomial;
  if (x.is_object())
    if (auto i = x.find("pattern"); i != x.end() && i->is_string())
      to.try_emplace(i->get<std::string>(), i->get<std::string>(), flags);
  for (const auto& y : x)
    add_patterns(y, to);
}

/// A repeated group in a pattern of names, which the library matches itself.
std::string costly_name_pattern(const json& x) {
  if (!x.is_structured())
    return {};
  if (x.is_object())
    if (auto i = x.find("patternProperties"); i != x.end() && i->is_object())
      for (const auto& item : i->items())
        if (std::regex_search(item.key(), std::regex{R"(\)[*+{]|\\[1-9])"}))
          return item.key();
  for (const auto& y : x)
    if (auto found = costly_name_pattern(y); !found.empty())
      return found;
  return {};
}

/// What breaks `schema` in `value`, where the library says so by exceptions,
/// too.
std::string check(const json& schema, const json& value) {
  try {
    valijson::Schema compiled;
    adapter schema_view{schema};
    valijson::SchemaParser{}.populateSchema(schema_view, compiled);
    adapter value_view{value};
    valijson::ValidationResults results;
    std::unordered_map<std::string, std::regex> patterns;
    add_patterns(schema, patterns);
    // As valijson::Validator does it, but with these patterns.
    valijson::ValidationVisitor<adapter> visitor{
        value_view, {"<root>"}, true, &results, patterns};
    if (visitor.validateSchema(compiled))
      return {};
    return first_of(results);
  } catch (const std::exception& e) {
    return fmt::format("at the top: {}", e.what());
  }
}

} // namespace

parsed_json read_json(std::string_view text) {
  parsed_json result;
  bool deep = false;
  auto watch = [&](int depth, json::parse_event_t, json&) {
    deep = deep || static_cast<std::size_t>(depth) > json_depth_max;
    return !deep;
  };
  try {
    result.value = json::parse(text.begin(), text.end(), watch);
    if (deep)
      result.mistake =
          fmt::format("it nests deeper than {} levels", json_depth_max);
  } catch (const json::parse_error& e) {
    result.mistake =
        fmt::format("it is no JSON from {} on", place_of_byte(text, e.byte));
  } catch (const std::exception& e) {
    result.mistake = e.what();
  }
  return result;
}

std::string schema_mistake(const json& schema) {
  static const auto metaschema = json::parse(json_metaschema);
  if (auto mistake = check(metaschema, schema); !mistake.empty())
    return mistake;
  if (auto mistake = circle_finder{schema}.run(); !mistake.empty())
    return mistake;
  if (auto costly = costly_name_pattern(schema); !costly.empty())
    return fmt::format("the name pattern '{}' repeats a group or refers back, "
                       "which could take for ever",
                       costly);
  try {
    valijson::Schema compiled;
    adapter view{schema};
    valijson::SchemaParser{}.populateSchema(view, compiled);
    std::unordered_map<std::string, std::regex> patterns;
    add_patterns(schema, patterns);
  } catch (const std::exception& e) {
    return fmt::format("at the top: {}", e.what());
  }
  return {};
}

std::string violation(const json& schema, const json& value) {
  if (longest_text(value) > pattern_text_max && uses_patterns(schema))
    return fmt::format("at the top: a text of over {} bytes cannot be checked "
                       "by a schema with `pattern`",
                       pattern_text_max);
  return check(schema, value);
}

} // namespace tutti
