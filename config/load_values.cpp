// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_values.hpp"

#include "config/duration_text.hpp"
#include "config/yaml_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tutti::config {

namespace {

std::string_view kind_word(const yaml_node& x) {
  if (x.kind == yaml_kind::mapping)
    return "a mapping";
  if (x.kind == yaml_kind::sequence)
    return "a list";
  return x.is_null() ? "nothing" : "a text";
}

/// A scalar that is there; else reports.
bool is_scalar(loader_context& c, node_id x, std::string_view what,
               std::string_view wanted) {
  auto n = c.node(x);
  if (n.kind == yaml_kind::scalar && !n.is_null())
    return true;
  c.error(x,
          fmt::format("'{}' must be {}, not {}", what, wanted, kind_word(n)));
  return false;
}

constexpr std::array<std::string_view, 6> reserved_names{
    "all", "any", "human", "local", "none", "requests"};

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

} // namespace

std::string_view word_of(node_kind x) {
  switch (x) {
  case node_kind::task:
    return "task";
  case node_kind::phase:
    return "phase";
  case node_kind::gate:
    return "gate";
  case node_kind::service:
    return "service";
  }
  return "unknown";
}

span loader_context::place_of(node_id x) const {
  auto where = tree[x].where();
  auto line = source.text.find('\n', where.offset);
  if (line != std::string::npos && line < where.offset + where.length)
    where.length = static_cast<std::uint32_t>(line - where.offset);
  return where;
}

span loader_context::extent(node_id x) const {
  auto begin = tree[x].begin;
  auto end = tree[x].end;
  // The last of what stands in it ends where it ends.
  while (tree[x].first_child != no_node) {
    for (x = tree[x].first_child; tree.next(x) != no_node;)
      x = tree.next(x);
    end = std::max(end, tree[x].end);
  }
  return {begin, end - begin};
}

std::string loader_context::path_from_plan(node_id x, std::string path) const {
  auto folder = folder_of(x);
  return folder.empty() || path.starts_with('/')
           ? path
           : fmt::format("{}/{}", folder, path);
}

std::string loader_context::line_text(span where, node_id seen_from) const {
  auto text = fmt::format("line {}", source.position(where.offset).line);
  if (own_file(source.file_at(where.offset)) != file_of(seen_from))
    text += fmt::format(" of {}", source.name_at(where.offset));
  return text;
}

bool loader_context::has_error_in(node_id x) const {
  if (tree.lost_entry(x))
    return true;
  auto whole = extent(x);
  return found.has_error_in({whole.offset, whole.length + 1});
}

std::optional<std::string> read_text(loader_context& c, node_id x,
                                     std::string_view what) {
  if (!is_scalar(c, x, what, "a text"))
    return {};
  return std::string{c.node(x).text};
}

std::optional<bool> read_boolean(loader_context& c, node_id x,
                                 std::string_view what) {
  auto n = c.node(x);
  if (n.kind == yaml_kind::scalar && n.plain) {
    if (n.text == "true")
      return true;
    if (n.text == "false")
      return false;
  }
  c.error(x, fmt::format("'{}' must be true or false", what),
          n.kind == yaml_kind::scalar && !n.plain
                  && (n.text == "true" || n.text == "false")
              ? "write it without quotes"
              : "");
  return {};
}

std::optional<std::int64_t> read_integer(loader_context& c, node_id x,
                                         std::string_view what,
                                         integer_range range,
                                         std::string_view subject) {
  auto n = c.node(x);
  std::int64_t result = 0;
  auto text = n.text;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-')
    text.remove_prefix(1);
  auto last = text.data() + text.size();
  auto [end, failure] = std::from_chars(text.data(), last, result);
  bool whole =
      n.kind == yaml_kind::scalar && n.plain && !text.empty() && end == last;
  if (whole && failure == std::errc{} && result >= range.min
      && result <= range.max)
    return result;
  auto who = subject.empty() ? fmt::format("'{}'", what) : std::string{subject};
  if (!whole)
    c.error(x, fmt::format("{} must be a whole number", who));
  else if (!text.starts_with('-')
           && (failure != std::errc{} || result > range.max))
    c.error(x, fmt::format("{} must be at most {}", who, range.max));
  else
    c.error(x, fmt::format("{} must be at least {}", who, range.min));
  return {};
}

std::optional<duration> read_duration(loader_context& c, node_id x,
                                      std::string_view what,
                                      zero_duration zero) {
  if (!is_scalar(c, x, what, "a duration"))
    return {};
  auto text = c.node(x).text;
  auto parsed = parse_duration(text);
  switch (parsed.flaw) {
  case duration_flaw::none:
    if (parsed.value.count() > 0
        || (zero == zero_duration::allowed && parsed.value.count() == 0))
      return parsed.value;
    c.error(x, fmt::format("'{}' must be longer than 0s", what),
            "leave the key out to have none");
    return {};
  case duration_flaw::no_unit:
    c.error(x, fmt::format("'{}' is a number without a unit", text),
            "write 30s, 5m or 1h30m");
    return {};
  case duration_flaw::negative:
    c.error(x, fmt::format("'{}' is no duration: it is negative", text));
    return {};
  case duration_flaw::too_long:
    c.error(x, fmt::format("'{}' is more than 100 years", text));
    return {};
  case duration_flaw::malformed:
    break;
  }
  c.error(x, fmt::format("'{}' is no duration", text),
          "write 30s, 5m or 1h30m; the units are d, h, m, s and ms");
  return {};
}

std::vector<node_id> read_list(loader_context& c, node_id x,
                               std::string_view what) {
  auto n = c.node(x);
  std::vector<node_id> result;
  if (n.is_null())
    return result;
  if (n.kind == yaml_kind::scalar)
    result.push_back(x);
  else if (n.kind == yaml_kind::sequence)
    for (auto item : c.tree.items(x))
      result.push_back(item);
  else
    c.error(x, fmt::format("'{}' must be a list, not a mapping", what));
  return result;
}

std::vector<std::string> read_texts(loader_context& c, node_id x,
                                    std::string_view what) {
  std::vector<std::string> result;
  for (auto item : read_list(c, x, what)) {
    auto n = c.node(item);
    if (n.kind != yaml_kind::scalar || n.text.empty() || n.is_null())
      c.error(item, fmt::format("'{}' must be a list of texts", what));
    else if (has_template(n.text))
      c.error(item, fmt::format("no '${{{{ }}}}' in '{}'", what));
    else
      result.emplace_back(n.text);
  }
  return result;
}

span piece_of_scalar(const loader_context& c, node_id x, std::uint32_t offset,
                     std::uint32_t length) {
  auto n = c.node(x);
  if (n.verbatim)
    return {n.begin + (n.plain ? 0u : 1u) + offset, length};
  // In a text of several lines, or one with escapes, the same words are found.
  auto piece = n.text.substr(offset, length);
  auto source =
      std::string_view{c.source.text}.substr(n.begin, n.end - n.begin);
  auto at = source.find(piece);
  if (piece.empty() || at == std::string_view::npos)
    return c.place_of(x);
  return {n.begin + static_cast<std::uint32_t>(at), length};
}

void report_in_scalar(loader_context& c, node_id x,
                      const expression_mistake& mistake) {
  c.found.error(piece_of_scalar(c, x, mistake.offset, mistake.length),
                mistake.message, mistake.hint);
}

std::optional<template_text> read_template(loader_context& c, node_id x,
                                           std::string_view what) {
  auto n = c.node(x);
  if (n.is_null()) {
    c.error(x, fmt::format("'{}' has no value", what),
            "write \"\" for the empty text");
    return {};
  }
  if (!is_scalar(c, x, what, "a text"))
    return {};
  template_text result;
  result.node = x;
  if (!has_template(n.text)) {
    result.text = n.text;
    return result;
  }
  auto parsed = parse_template(n.text);
  if (parsed.mistake) {
    report_in_scalar(c, x, *parsed.mistake);
    return {};
  }
  result.parsed = std::move(parsed.value);
  return result;
}

std::optional<template_text> read_condition(loader_context& c, node_id x) {
  if (!is_scalar(c, x, "if", "a condition"))
    return {};
  auto parsed = parse_condition(c.node(x).text);
  if (parsed.mistake) {
    report_in_scalar(c, x, *parsed.mistake);
    return {};
  }
  template_text result;
  result.node = x;
  result.parsed = std::move(parsed.value);
  return result;
}

bool is_mapping(loader_context& c, node_id x, std::string_view what) {
  auto n = c.node(x);
  if (n.kind == yaml_kind::mapping || n.is_null())
    return true;
  c.error(x, fmt::format("{} must be a mapping, not {}", what, kind_word(n)),
          "write 'key: value' lines, or { key: value }");
  return false;
}

namespace {

/// True for a key at the top that looks like a task which slipped to the left.
bool looks_like_a_task(const loader_context& c, node_id key) {
  auto value = c.tree.next(key);
  auto between = std::string_view{c.source.text}.substr(
      c.node(key).end, c.node(value).begin + 1 - c.node(key).end);
  if (between.find('&') != std::string_view::npos)
    return false; // an anchor: it stands there for others
  for (auto x : c.tree.entries(value))
    if (find_key(place::task, c.node(x.key).text) != nullptr)
      return true;
  auto tasks = c.tree.find(c.roots[c.file_of(key)], "tasks");
  auto n = c.node(value);
  return tasks != no_node && c.node(tasks).is_null()
      && n.kind == yaml_kind::scalar && !n.is_null();
}

} // namespace

const key_row* known_key(loader_context& c, place where, node_id key) {
  auto name = c.node(key).text;
  if (const auto* row = find_key(where, name))
    return row;
  auto names = key_names(where);
  auto near = c.suggest.nearest(name, names);
  std::string hint;
  auto elsewhere = places_of_key(name);
  if (where == place::plan && near.empty() && looks_like_a_task(c, key))
    hint = "indent it below 'tasks' to make it a task";
  else if (!near.empty())
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

bool is_name(std::string_view text) {
  return !text.empty() && text[0] != '.' && text[0] != '-'
      && text.find_first_not_of(name_characters) == std::string_view::npos;
}

bool is_good_name(loader_context& c, node_id key, std::string_view kind) {
  auto name = c.node(key).text;
  if (std::find(reserved_names.begin(), reserved_names.end(), name)
      != reserved_names.end()) {
    c.error(key, fmt::format("'{}' is a reserved name", name),
            fmt::format("reserved are {}", fmt::join(reserved_names, ", ")));
    return false;
  }
  if (is_name(name))
    return true;
  c.error(key, fmt::format("'{}' is no name for {}", name, kind),
          "names are made of letters, digits, '_', '-' and '.', and start with "
          "a letter, a digit or '_'");
  return false;
}

std::string words_as_list(std::string_view text) {
  constexpr std::string_view gap = " \t\r\n,";
  std::string result;
  std::size_t words = 0;
  for (auto at = text.find_first_not_of(gap); at != std::string_view::npos;) {
    auto end = std::min(text.find_first_of(gap, at), text.size());
    auto word = text.substr(at, end - at);
    if (!is_name(word))
      return {};
    result += fmt::format("{}{}", words == 0 ? "[" : ", ", word);
    ++words;
    at = text.find_first_not_of(gap, end);
  }
  return words < 2 ? std::string{} : result + ']';
}

bool is_comma_mistake(loader_context& c, node_id mapping, node_id key,
                      node_id elder) {
  if (elder == no_node || !c.node(mapping).flow)
    return false;
  auto before = c.node(elder);
  auto k = c.node(key);
  if (before.kind != yaml_kind::scalar || !before.plain || before.is_null()
      || !has_no_colon(c.source, k))
    return false;
  c.error(key,
          fmt::format("the comma before '{}' ends the text '{}'", k.text,
                      before.text),
          fmt::format("quote the text: \"{}, {}\"", before.text, k.text));
  return true;
}

} // namespace tutti::config
