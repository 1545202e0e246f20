// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_secrets.hpp"

#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::int64_t descriptor_max = 1'000'000;

/// It becomes the name of a variable.
bool is_good_secret_name(loader_context& c, node_id name) {
  auto text = c.node(name).text;
  if (!is_variable_name(text)) {
    c.error(name, fmt::format("'{}' is no name for a variable", text),
            "a secret is called after the variable that carries it: letters, "
            "digits and '_'");
    return false;
  }
  if (!text.starts_with("TUTTI_"))
    return true;
  c.error(name, fmt::format("'{}' is no name for a secret", text),
          "variables that begin with TUTTI_ are tutti's own");
  return false;
}

std::string read_file(loader_context& c, node_id x) {
  auto text = read_text(c, x, "file");
  if (!text)
    return {};
  if (text->empty())
    c.error(x, "a secret needs the name of a file");
  else if (text->find('\0') != std::string::npos)
    c.error(x, "a NUL character in the name of a file", "remove it");
  else if (has_template(*text))
    c.error(x, "no '${{ }}' in a secret", "write the name of the file out");
  return c.path_from_plan(x, std::move(*text));
}

std::int32_t read_descriptor(loader_context& c, node_id x) {
  auto n = read_integer(c, x, "fd", {0, descriptor_max});
  if (!n)
    return -1;
  auto fd = static_cast<std::int32_t>(*n);
  if (fd == 1 || fd == 2)
    c.error(x, fmt::format("descriptor {} is for output", fd),
            "use 3 or above, or 0 for standard input");
  for (const auto& other : c.result.secrets)
    if (other.descriptor == fd)
      c.error(x,
              fmt::format("secret '{}' is read from descriptor {} already",
                          other.name, fd),
              "each is read once, to its end");
  return fd;
}

void read_body(loader_context& c, secret& made, node_id name, node_id body) {
  auto n = c.node(body);
  if (n.kind == yaml_kind::scalar && !n.is_null()) {
    made.file = read_file(c, body);
    return;
  }
  int places = 0;
  if (is_mapping(c, body, fmt::format("secret '{}'", made.name)))
    for_each_key(c, place::secret, body, [&](const key_row& row, node_id x) {
      ++places;
      if (row.id == key::file)
        made.file = read_file(c, x);
      else
        made.descriptor = read_descriptor(c, x);
    });
  if (places == 0 && !c.has_error_in(body))
    c.error(name,
            fmt::format("secret '{}' has neither 'file' nor 'fd'", made.name),
            fmt::format("write {}: ./FILE, or {{ fd: 3 }}", made.name));
  else if (places > 1 && !c.has_error_in(body))
    c.error(name,
            fmt::format("secret '{}' has both 'file' and 'fd'", made.name),
            "leave one of them out");
}

std::optional<secret_id> find_secret(loader_context& c, node_id x) {
  auto n = c.node(x);
  if (n.kind != yaml_kind::scalar || n.is_null()) {
    c.error(x, "'secrets' lists names of secrets",
            "what they are stands at the top: secrets: { NAME: ./FILE }");
    return {};
  }
  if (auto at = c.secrets.find(n.text); at != c.secrets.end()) {
    c.secret_used[at->second.value] = true;
    return at->second;
  }
  auto hint = c.hint_of(n.text, c.secrets);
  if (has_template(n.text))
    hint = "names are not filled in: write them out";
  else if (auto list = words_as_list(n.text); !list.empty())
    hint = fmt::format("for several, write {}", list);
  else if (hint.empty() && is_variable_name(n.text))
    hint = fmt::format("define it: secrets: {{ {}: ./FILE }}", n.text);
  c.error(x, fmt::format("there is no secret '{}'", n.text), hint);
  return {};
}

} // namespace

void declare_secret(loader_context& c, node_id name, node_id body) {
  if (!is_good_secret_name(c, name))
    return;
  auto text = c.node(name).text;
  auto [at, fresh] =
      c.secrets.emplace(text, secret_id{c.result.secrets.size()});
  if (!fresh) {
    c.error(name, fmt::format("there is a secret '{}' already", text),
            fmt::format("the other is on {}",
                        c.line_text(c.secret_places[at->second.value], name)));
    return;
  }
  secret made;
  made.name = text;
  read_body(c, made, name, body);
  c.result.secrets.push_back(std::move(made));
  c.secret_places.push_back(c.place_of(name));
  c.secret_used.push_back(false);
}

std::vector<secret_use> read_secrets(loader_context& c, node_id x) {
  std::vector<secret_use> result;
  if (c.node(x).kind == yaml_kind::mapping) {
    c.error(x, "'secrets' lists names of secrets",
            "what they are stands at the top of the plan; here write "
            "[NAME, NAME]");
    return result;
  }
  for (auto item : read_list(c, x, "secrets")) {
    auto id = find_secret(c, item);
    if (!id)
      continue;
    secret_use made{*id, item};
    if (std::find(result.begin(), result.end(), made) != result.end())
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", c.node(item).text));
    else
      result.push_back(made);
  }
  return result;
}

std::vector<secret_id>
bind_secrets(loader_context& c, const std::vector<secret_use>& xs,
             const std::vector<const env_template*>& env) {
  std::vector<secret_id> result;
  for (const auto& x : xs) {
    const auto& name = c.result.secrets[x.id.value].name;
    auto same = [&](const env_template* y) {
      return y->name == name;
    };
    if (std::any_of(env.begin(), env.end(), same))
      c.error(x.node,
              fmt::format("'{}' is a secret, and a variable of 'env' as well",
                          name),
              "leave it out of 'env', or give the secret another name");
    else
      result.push_back(x.id);
  }
  return result;
}

} // namespace tutti::config
