// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_settings.hpp"

#include "config/load_nodes.hpp"
#include "config/load_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::int64_t retries_max = 1'000'000;
constexpr std::int64_t tokens_max = 1'000'000'000;
constexpr std::int64_t priority_max = 1'000'000'000;

bool reads_as_text(const yaml_node& x) {
  if (!x.plain)
    return true;
  double ignored = 0;
  auto last = x.text.data() + x.text.size();
  auto [end, failure] = std::from_chars(x.text.data(), last, ignored);
  bool number = failure == std::errc{} && end == last;
  return !number && x.text != "true" && x.text != "false" && !x.is_null();
}

std::optional<command_template> read_script(loader_context& c, node_id x,
                                            std::string_view what) {
  auto n = c.node(x);
  command_template result{command_kind::shell, std::string{n.text}, {}};
  if (!reads_as_text(n)) {
    c.error(x,
            n.text.empty() ? fmt::format("'{}' has no value", what)
                           : fmt::format("'{}' is a command, and {} without "
                                         "quotes is none",
                                         what, n.text),
            n.text.empty()
                ? "leave the key out where there is nothing to run"
                : fmt::format("to run a program of that name, write \"{}\"",
                              n.text));
    return {};
  }
  auto opened = n.text.find("${{");
  if (opened != std::string_view::npos) {
    auto closed = n.text.find("}}", opened);
    auto length = closed == std::string_view::npos ? 3 : closed + 2 - opened;
    auto hint = secret_hint(n.text.substr(opened + 3));
    if (hint.empty())
      hint = fmt::format(
          "put it in 'env' and use \"$NAME\", or write '{}' as a list", what);
    c.found.error(piece_of_scalar(c, x, static_cast<std::uint32_t>(opened),
                                  static_cast<std::uint32_t>(length)),
                  "'${{ }}' is not filled in inside a command text",
                  std::move(hint));
    return {};
  }
  if (n.text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    c.error(x, fmt::format("'{}' is empty", what),
            "leave the key out where there is nothing to run");
    return {};
  }
  if (n.text.find('\0') != std::string_view::npos) {
    c.error(x, fmt::format("a NUL character in '{}'", what), "remove it");
    return {};
  }
  return result;
}

std::optional<pool_id> find_pool(loader_context& c, node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, "'pool' lists names of pools", "or write { cores: 4 }");
    return {};
  }
  auto at = c.pools.find(n.text);
  if (at == c.pools.end()) {
    auto hint = c.hint_of(n.text, c.pools);
    if (auto list = words_as_list(n.text); !list.empty())
      hint = fmt::format("for several, write {}", list);
    else if (hint.empty() && is_name(n.text))
      hint = fmt::format("define it: pools: {{ {}: 1 }}", n.text);
    c.error(x, fmt::format("there is no pool '{}'", n.text), hint);
    return {};
  }
  c.pool_used[at->second.value] = true;
  return at->second;
}

std::vector<pool_need> read_pools(loader_context& c, node_id x) {
  std::vector<pool_need> result;
  auto add = [&](node_id name, pool_id pool, std::int64_t count) {
    auto same = [&](const pool_need& y) {
      return y.pool == pool;
    };
    if (std::any_of(result.begin(), result.end(), same))
      c.error(name, fmt::format("'{}' is listed twice", c.node(name).text),
              "write { NAME: COUNT } for more than one");
    else
      result.push_back({pool, static_cast<std::uint32_t>(count)});
  };
  if (c.node(x).kind != yaml_kind::mapping) {
    for (auto item : read_list(c, x, "pool"))
      if (auto pool = find_pool(c, item))
        add(item, *pool, 1);
    return result;
  }
  for (auto [name, value] : c.tree.entries(x)) {
    auto pool = find_pool(c, name);
    auto text = c.node(name).text;
    auto count = read_integer(c, value, text, {1, tokens_max});
    if (!pool || !count)
      continue;
    auto capacity = c.result.pools[pool->value].capacity;
    if (*count > capacity)
      c.error(value,
              fmt::format("pool '{}' holds {}, so {} can never be had", text,
                          capacity, *count),
              "ask for less, or raise the pool's capacity");
    else
      add(name, *pool, *count);
  }
  return result;
}

std::optional<double> read_number(loader_context& c, node_id x,
                                  std::string_view what, double min,
                                  double max) {
  auto n = c.node(x);
  double result = 0;
  auto last = n.text.data() + n.text.size();
  auto [end, failure] = std::from_chars(n.text.data(), last, result);
  if (n.kind == yaml_kind::scalar && n.plain && failure == std::errc{}
      && end == last && result >= min && result <= max)
    return result;
  c.error(x,
          fmt::format("'{}' must be a number from {} to {}", what, min, max));
  return {};
}

std::optional<retry_policy> read_retries(loader_context& c, node_id x) {
  retry_policy result;
  auto read_max = [&](node_id value, std::string_view what) {
    if (auto n = read_integer(c, value, what, {0, retries_max}))
      result.max = static_cast<std::uint32_t>(*n);
  };
  if (c.node(x).kind != yaml_kind::mapping) {
    read_max(x, "retries");
    return result;
  }
  bool has_max = false;
  for_each_key(c, place::retries, x, [&](const key_row& row, node_id value) {
    if (row.id == key::max) {
      has_max = true;
      read_max(value, row.name);
    } else if (row.id == key::backoff) {
      result.backoff =
          read_number(c, value, row.name, 1, 1000).value_or(result.backoff);
    } else if (row.id == key::jitter) {
      result.jitter =
          read_number(c, value, row.name, 0, 1).value_or(result.jitter);
    } else {
      auto& target = row.id == key::wait ? result.wait : result.max_wait;
      target = read_duration(c, value, row.name, zero_duration::allowed)
                   .value_or(target);
    }
  });
  if (!has_max && !c.has_error_in(x))
    c.error(x, "'retries' has no 'max'", "write { max: 3, wait: 10s }");
  return result;
}

void read_env(loader_context& c, task_settings& layer, node_id x) {
  if (!is_mapping(c, x, "'env'"))
    return;
  auto elder = no_node;
  for (auto [key, value] : c.tree.entries(x)) {
    auto name = c.node(key).text;
    bool comma = is_comma_mistake(c, x, key, elder);
    elder = value;
    if (comma)
      continue;
    if (!is_variable_name(name)) {
      c.error(key, fmt::format("'{}' is no name for a variable", name),
              "use letters, digits and '_'");
      continue;
    }
    auto text = read_template(c, value, name);
    if (text && text->text.find('\0') != std::string::npos)
      c.error(value, fmt::format("a NUL character in '{}'", name), "remove it");
    else if (text)
      layer.env.push_back({std::string{name}, std::move(*text)});
  }
}

/// Makes a path of an included file one that starts in the plan's folder.
bool move_below(loader_context& c, template_text& x, std::string_view folder) {
  if (folder.empty())
    return true;
  if (x.parsed.empty()) {
    x.text = c.path_from_plan(x.node, std::move(x.text));
    return true;
  }
  if (c.node(x.node).text.starts_with("${{")) {
    c.error(x.node,
            "in a file that is included 'working-directory' begins with a "
            "text",
            "write ./${{ … }}");
    return false;
  }
  // The first node is what the text begins with.
  auto& first = x.parsed.nodes[0].literal.text;
  first = c.path_from_plan(x.node, std::move(first));
  return true;
}

void read_working_directory(loader_context& c, task_settings& layer,
                            node_id x) {
  auto text = read_template(c, x, "working-directory");
  if (!text)
    return;
  if (text->parsed.empty() && text->text.empty())
    c.error(x, "'working-directory' is empty", "write . for the plan's folder");
  else if (move_below(c, *text, c.folder_of(x)))
    layer.working_directory = std::move(*text);
}

} // namespace

bool is_variable_name(std::string_view text) {
  constexpr std::string_view characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !text.empty() && (text[0] < '0' || text[0] > '9')
      && text.find_first_not_of(characters) == std::string_view::npos;
}

std::optional<tutti::estimate> read_estimate(loader_context& c, node_id x) {
  if (c.node(x).kind != yaml_kind::mapping) {
    auto one = read_duration(c, x, "estimate", zero_duration::allowed);
    if (!one)
      return {};
    return tutti::estimate{*one, *one, *one};
  }
  std::optional<duration> min;
  std::optional<duration> mode;
  std::optional<duration> max;
  bool has_mode = false;
  for_each_key(c, place::estimate, x, [&](const key_row& row, node_id value) {
    has_mode = has_mode || row.id == key::mode;
    auto& target = row.id == key::min ? min : row.id == key::mode ? mode : max;
    target = read_duration(c, value, row.name, zero_duration::allowed);
  });
  if (!has_mode && !c.has_error_in(x))
    c.error(x, "'estimate' has no 'mode'",
            "write { min: 5m, mode: 10m, max: 1h }, or one duration");
  if (!mode)
    return {};
  tutti::estimate result{min.value_or(*mode), *mode, max.value_or(*mode)};
  if (result.min > result.mode || result.mode > result.max) {
    c.error(x, "'estimate' must rise from 'min' over 'mode' to 'max'",
            "min ≤ mode ≤ max");
    return {};
  }
  return result;
}

std::optional<command_template> read_command(loader_context& c, node_id x,
                                             std::string_view what) {
  auto n = c.node(x);
  if (n.kind == yaml_kind::mapping) {
    c.error(x,
            fmt::format("'{}' must be a text or a list of texts, not a mapping",
                        what),
            "quote a command that holds ': '");
    return {};
  }
  if (n.kind == yaml_kind::scalar)
    return read_script(c, x, what);
  command_template result{command_kind::argv, {}, {}};
  bool good = true;
  for (auto item : c.tree.items(x)) {
    auto part = read_template(c, item, what);
    // The others are looked at, too.
    good = good && part;
    if (part && part->text.find('\0') != std::string::npos)
      c.error(item, fmt::format("a NUL character in '{}'", what), "remove it");
    if (part)
      result.argv.push_back(std::move(*part));
  }
  if (good
      && (result.argv.empty()
          || (result.argv[0].parsed.empty() && result.argv[0].text.empty()))) {
    c.error(x, fmt::format("'{}' names no program", what),
            "a list is the program and its arguments: [make, test]");
    return {};
  }
  return result;
}

command_template read_some_command(loader_context& c, node_id x,
                                   std::string_view what) {
  auto result = read_command(c, x, what);
  return result ? std::move(*result)
                : command_template{command_kind::shell, {}, {}};
}

bool read_setting(loader_context& c, task_settings& layer, key which,
                  node_id value) {
  switch (which) {
  case key::run:
    layer.run = read_some_command(c, value);
    return true;
  case key::env:
    read_env(c, layer, value);
    return true;
  case key::env_file:
    layer.env_files = read_texts(c, value, "env-file");
    for (auto& x : *layer.env_files)
      x = c.path_from_plan(value, std::move(x));
    return true;
  case key::secrets:
    layer.secrets = read_secrets(c, value);
    return true;
  case key::working_directory:
    read_working_directory(c, layer, value);
    return true;
  case key::pool:
    layer.pools = read_pools(c, value);
    return true;
  case key::timeout:
    layer.timeout = read_duration(c, value, "timeout", zero_duration::refused);
    return true;
  case key::idle_timeout:
    layer.idle_timeout =
        read_duration(c, value, "idle-timeout", zero_duration::refused);
    return true;
  case key::deadline:
    layer.deadline =
        read_duration(c, value, "deadline", zero_duration::refused);
    return true;
  case key::queue_timeout:
    layer.queue_timeout =
        read_duration(c, value, "queue-timeout", zero_duration::refused);
    return true;
  case key::retries:
    layer.retries = read_retries(c, value);
    return true;
  case key::estimate:
    layer.estimate = read_estimate(c, value);
    return true;
  case key::priority:
    if (auto n =
            read_integer(c, value, "priority", {-priority_max, priority_max}))
      layer.priority = static_cast<std::int32_t>(*n);
    return true;
  case key::allow_failure:
    layer.allow_failure = read_boolean(c, value, "allow-failure");
    return true;
  case key::exclusive:
    layer.exclusive = read_boolean(c, value, "exclusive");
    return true;
  case key::runs_on:
    layer.runs_on = read_labels(c, value, "runs-on");
    return true;
  default:
    return false;
  }
}

} // namespace tutti::config
