// SPDX-License-Identifier: BSD-3-Clause
#include "config/scenario_context.hpp"
#include "config/scenario_loader.hpp"
#include "messages/json/json_values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

using nlohmann::json;

/// What one value may take as text, in bytes; each part counts at least this.
constexpr std::size_t value_bytes_max = std::size_t{1} << 20;
constexpr std::size_t part_bytes = 8;

constexpr duration day = std::chrono::hours{24};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

json json_of_scalar(const yaml_node& n) {
  if (n.is_null())
    return nullptr;
  if (n.plain) {
    auto parsed = json::parse(n.text, nullptr, false);
    if (parsed.is_boolean() || parsed.is_number())
      return parsed;
  }
  return std::string{n.text};
}

/// A node as JSON; false where it is too large or too deep.
bool add_json(const loader_context& c, node_id x, std::size_t depth,
              std::size_t& bytes, json& out) {
  auto n = c.node(x);
  bytes += n.text.size() + part_bytes;
  if (bytes > value_bytes_max || depth > json_depth_max)
    return false;
  if (n.kind == yaml_kind::scalar) {
    out = json_of_scalar(n);
    return true;
  }
  if (n.kind == yaml_kind::sequence) {
    out = json::array();
    for (auto item : c.tree.items(x))
      if (!add_json(c, item, depth + 1, bytes, out.emplace_back()))
        return false;
    return true;
  }
  out = json::object();
  for (auto [key, value] : c.tree.entries(x)) {
    bytes += c.tree.text(key).size();
    if (!add_json(c, value, depth + 1, bytes,
                  out[std::string{c.tree.text(key)}]))
      return false;
  }
  return true;
}

/// Two digits of a clock text, up to `max`.
std::optional<int> two_digits(std::string_view text, int max) {
  if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1]))
    return {};
  auto result = (text[0] - '0') * 10 + (text[1] - '0');
  return result <= max ? std::optional{result} : std::nullopt;
}

std::optional<duration> parse_time_of_day(std::string_view text) {
  constexpr std::size_t with_minutes = 5;
  constexpr std::size_t with_seconds = 8;
  if (text.size() != with_minutes && text.size() != with_seconds)
    return {};
  auto hours = two_digits(text.substr(0, 2), 23);
  auto minutes = two_digits(text.substr(3, 2), 59);
  auto seconds = text.size() == with_minutes ? std::optional{0}
                                             : two_digits(text.substr(6), 59);
  if (!hours || !minutes || !seconds || text[2] != ':'
      || (text.size() == with_seconds && text[5] != ':'))
    return {};
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes}
       + std::chrono::seconds{*seconds};
}

} // namespace

bool scenario_context::take_part(node_id x) {
  if (++parts <= scenario_parts_max)
    return true;
  if (parts == scenario_parts_max + 1)
    c.error(x,
            fmt::format("the scenarios of this file come to more than {} "
                        "attempts, deeds and expectations",
                        scenario_parts_max),
            "look for aliases ('*') in large lists, or use several files");
  return false;
}

span entry_span(const loader_context& c, node_id key, node_id value) {
  auto begin = c.node(key).begin;
  auto whole = c.extent(value);
  auto end = whole.offset + whole.length;
  // An alias stands where it is used, and what it means stands elsewhere.
  return whole.offset < begin ? c.place_of(key) : span{begin, end - begin};
}

const scenario_row* known_scenario_key(loader_context& c, scenario_place where,
                                       node_id key) {
  auto name = c.node(key).text;
  if (const auto* row = find_scenario_key(where, name))
    return row;
  auto names = scenario_key_names(where);
  auto near = c.suggest.nearest(name, names);
  auto elsewhere = places_of_scenario_key(name);
  std::string hint;
  if (!near.empty())
    hint = fmt::format("did you mean '{}'?", near);
  else if (!elsewhere.empty())
    hint = fmt::format("'{}' is a key of {}", name, elsewhere);
  else if (names.size() == 1)
    hint = fmt::format("the only key is {}", names[0]);
  else
    hint = fmt::format("the keys are {}", fmt::join(names, ", "));
  c.error(key, fmt::format("{} has no key '{}'", to_string(where), name),
          std::move(hint));
  return nullptr;
}

void check_required(loader_context& c, scenario_place where, node_id mapping) {
  if (c.has_error_in(mapping))
    return;
  for (const auto& row : scenario_rows(where))
    if (row.required && c.tree.find(mapping, row.name) == no_node)
      c.error(mapping,
              fmt::format("{} has no '{}'", to_string(where), row.name),
              fmt::format("add {}: {}", row.name, words_for(row.type)));
}

std::vector<node_id> items_or_one(const loader_context& c, node_id x) {
  std::vector<node_id> result;
  auto n = c.node(x);
  if (n.kind == yaml_kind::sequence)
    for (auto item : c.tree.items(x))
      result.push_back(item);
  else if (!n.is_null())
    result.push_back(x);
  return result;
}

std::optional<named> read_scalar(loader_context& c, node_id x,
                                 std::string_view what,
                                 std::string_view wanted) {
  auto n = c.node(x);
  if (n.kind == yaml_kind::scalar && !n.is_null() && !n.text.empty())
    return named{n.text, c.place_of(x)};
  c.error(x, fmt::format("'{}' must be {}", what, wanted));
  return {};
}

void refuse_word(loader_context& c, named x, std::string message,
                 std::span<const std::string_view> words,
                 std::span<const synonym> synonyms) {
  auto same =
      std::find_if(synonyms.begin(), synonyms.end(), [&](const synonym& y) {
        return y.wrong == x.text
            && std::find(words.begin(), words.end(), y.right) != words.end();
      });
  std::string hint;
  if (same != synonyms.end())
    hint = fmt::format("did you mean '{}'?", same->right);
  else
    hint = c.suggest.hint(x.text, words);
  if (hint.empty())
    hint = fmt::format("the {} {}",
                       words.size() == 1 ? "only word is" : "words are",
                       fmt::join(words, ", "));
  c.found.error(x.where, std::move(message), std::move(hint));
}

bool looks_like_clock(std::string_view text) {
  auto colon = text.find(':');
  return colon != std::string_view::npos && colon > 0
      && text.find_first_not_of("0123456789:") == std::string_view::npos;
}

std::optional<duration> read_time_of_day(loader_context& c, node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || !looks_like_clock(n.text)) {
    c.error(x, "a clock shows a time of day, in quotes", "write \"09:00\"");
    return {};
  }
  auto result = parse_time_of_day(n.text);
  if (!result)
    c.error(x, fmt::format("there is no time '{}'", n.text),
            "times go from \"00:00\" to \"23:59\", with seconds as "
            "\"09:00:30\"");
  else if (n.plain)
    c.error(x, "a time of day goes in quotes",
            fmt::format("write \"{}\": to other readers of YAML it is a number",
                        n.text));
  return n.plain ? std::nullopt : result;
}

std::optional<duration> read_clock(scenario_context& s, node_id x,
                                   duration floor) {
  auto time = read_time_of_day(s.c, x);
  if (!time)
    return {};
  auto span = *time - s.made.clock;
  if (span < duration{0})
    span += day;
  if (span < floor)
    span += (floor - span + day - duration{1}) / day * day;
  return span;
}

std::optional<value> read_value(loader_context& c, node_id x) {
  std::size_t bytes = 0;
  json result;
  if (add_json(c, x, 0, bytes, result))
    return value_of_json(result);
  c.error(x, fmt::format("a value of more than {} KiB, or nested more than {} "
                         "levels deep",
                         value_bytes_max >> 10, json_depth_max));
  return {};
}

} // namespace tutti::config
