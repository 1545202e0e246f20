// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_contracts.hpp"

#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"
#include "messages/json/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

/// A handoff says no more than that either.
constexpr std::uintmax_t file_bytes_max = std::uintmax_t{1} << 20;

void load_contract(loader_context& c, std::uint32_t i) {
  auto& made = c.result.contracts[i];
  auto body = c.contract_bodies[i];
  if (!is_mapping(c, body, fmt::format("contract '{}'", made.name)))
    return;
  for_each_key(c, place::contract, body, [&](const key_row& row, node_id x) {
    if (row.id == key::schema) {
      made.schema_path = read_text(c, x, row.name).value_or("");
    } else if (row.id == key::mock) {
      made.mock_path = read_text(c, x, row.name).value_or("");
    } else if (auto ref = find_node(c, x, row.name)) {
      if (ref->kind == node_kind::task)
        made.defined_by = task_id{ref->index};
      else
        c.error(x, fmt::format("'{}' is a {}, and a task defines a contract",
                               c.node(x).text, word_of(ref->kind)));
    }
  });
  if (made.schema_path.empty() && !c.has_error_in(body))
    c.found.error(c.map.contracts[i],
                  fmt::format("contract '{}' has no 'schema'", made.name),
                  "name the file with its JSON Schema");
}

void note_provider(loader_context& c, std::uint32_t t, node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, "'provides' must be the name of a contract",
            n.kind == yaml_kind::sequence ? "a task provides one" : "");
    return;
  }
  auto at = c.contracts.find(n.text);
  if (at == c.contracts.end()) {
    auto hint = c.hint_of(n.text, c.contracts);
    if (hint.empty() && is_name(n.text))
      hint = fmt::format("define it: contracts: {{ {}: {{ schema: … }} }}",
                         n.text);
    c.error(x, fmt::format("there is no contract '{}'", n.text), hint);
    return;
  }
  auto& made = c.result.contracts[at->second.value];
  if (made.provider.valid())
    c.error(x,
            fmt::format("contract '{}' is provided by '{}' already", made.name,
                        c.result.tasks[made.provider.value].name),
            "a contract has one provider; make another contract");
  else
    made.provider = task_id{t};
  c.result.tasks[t].provides = at->second;
}

// -- files --------------------------------------------------------------------

/// A file that a contract names; reports what it cannot be.
std::optional<nlohmann::json> read_file(loader_context& c, node_id where,
                                        const std::string& name,
                                        std::string& text) {
  auto path = fs::path{c.source.directory} / name;
  auto refuse = [&](std::string_view why, std::string_view hint) {
    c.error(where, fmt::format("'{}': {}", name, why), std::string{hint});
    return std::nullopt;
  };
  std::error_code failure;
  if (!fs::is_regular_file(path, failure))
    return refuse(fs::exists(path, failure) ? "it is no file"
                                            : "there is no such file",
                  "paths are relative to the plan");
  if (fs::file_size(path, failure) > file_bytes_max || failure)
    return refuse("it is larger than 1 MiB", "describe less at once");
  std::ifstream file{path, std::ios::binary};
  text.assign(std::istreambuf_iterator<char>{file}, {});
  if (!file)
    return refuse("it cannot be read", "");
  auto parsed = read_json(text);
  if (!parsed.mistake.empty())
    return refuse(parsed.mistake, "");
  return std::move(parsed.value);
}

void read_files(loader_context& c, std::uint32_t i) {
  auto& made = c.result.contracts[i];
  auto body = c.contract_bodies[i];
  auto schema_node = c.tree.find(body, "schema");
  auto schema = read_file(c, schema_node, made.schema_path, made.schema);
  if (!schema)
    return;
  if (auto mistake = schema_mistake(*schema); !mistake.empty()) {
    c.error(schema_node, fmt::format("'{}' is no JSON Schema: {}",
                                     made.schema_path, mistake));
    return;
  }
  if (made.mock_path.empty())
    return;
  auto mock_node = c.tree.find(body, "mock");
  auto mock = read_file(c, mock_node, made.mock_path, made.mock);
  if (!mock)
    return;
  if (auto broken = violation(*schema, *mock); !broken.empty())
    c.error(mock_node,
            fmt::format("the mock '{}' breaks its own schema {}",
                        made.mock_path, broken),
            fmt::format("mend it, or the schema '{}'", made.schema_path));
}

} // namespace

void declare_providers(loader_context& c) {
  for (auto [t, x] : c.providers)
    note_provider(c, t, x);
  for (std::uint32_t i = 0; i < c.contract_bodies.size(); ++i)
    load_contract(c, i);
  for (const auto& x : c.result.contracts)
    c.has_definitions = c.has_definitions || x.defined_by.valid();
}

void imply_definitions(loader_context& c, std::uint32_t task) {
  if (!c.has_definitions)
    return;
  auto& t = c.result.tasks[task];
  auto imply = [&](std::uint32_t provider) {
    auto id = c.result.tasks[provider].provides;
    if (!id.valid())
      return;
    auto d = c.result.contracts[id.value].defined_by;
    if (!d.valid() || d.value == task)
      return;
    auto has = [&](const need& x) {
      return x.condition == need_condition::succeeded
          && c.stands_for(x.of, d.value);
    };
    if (std::any_of(t.needs.begin(), t.needs.end(), has))
      return;
    t.needs.push_back({{node_kind::task, d.value}, need_condition::succeeded});
    c.implied.emplace(std::pair{task, d.value}, id);
  };
  for (const auto& x : t.needs_later)
    if (x.of.kind == node_kind::task)
      imply(x.of.index);
    else
      for (auto member : c.result.phases[x.of.index].tasks)
        imply(member.value);
}

void read_contract_files(loader_context& c) {
  if (!c.options.read_files)
    return;
  for (std::uint32_t i = 0; i < c.contract_bodies.size(); ++i) {
    const auto& x = c.result.contracts[i];
    if (!x.defined_by.valid() && !x.schema_path.empty()
        && !c.has_error_in(c.contract_bodies[i]))
      read_files(c, i);
  }
}

} // namespace tutti::config
