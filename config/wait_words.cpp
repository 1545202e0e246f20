// SPDX-License-Identifier: BSD-3-Clause
#include "config/wait_words.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tutti::config {

namespace {

/// More steps than that are not written out.
constexpr std::size_t path_shown_max = 12;

node_ref ref_of(wait_node x) {
  switch (x.kind) {
  case wait_kind::start:
  case wait_kind::done:
    return {node_kind::task, x.index};
  case wait_kind::gate:
    return {node_kind::gate, x.index};
  case wait_kind::service:
    return {node_kind::service, x.index};
  default:
    return {node_kind::phase, x.index};
  }
}

/// Nodes that only bundle edges; a reader never hears of them.
bool is_bundle(wait_kind x) {
  return x == wait_kind::phase_blocked || x == wait_kind::all_blocked;
}

wait_reason reason_between(const wait_graph& g, std::uint32_t from,
                           std::uint32_t to) {
  for (const auto& e : g.edges(from))
    if (e.target == to)
      return e.reason;
  return wait_reason::work;
}

/// The contract for which one task needs another, though the plan does not say
/// so itself (semantics §12).
const contract* implied_by(const loader_context& c, const wait_link& x) {
  if (x.from.kind != node_kind::task || x.to.kind != node_kind::task)
    return nullptr;
  auto at = c.implied.find({x.from.index, x.to.index});
  return at == c.implied.end() ? nullptr
                               : &c.result.contracts[at->second.value];
}

std::string sentence_of(const loader_context& c, const wait_link& x,
                        wait_node via) {
  const auto& p = c.result;
  auto from = name_of(p, x.from);
  auto to = name_of(p, x.to);
  if (const auto* agreed = implied_by(c, x);
      agreed != nullptr && x.reason == wait_reason::succeeded)
    return fmt::format("{} needs {} later, and so {}, which defines contract "
                       "{}",
                       from, p.tasks[agreed->provider.value].name, to,
                       agreed->name);
  switch (x.reason) {
  case wait_reason::succeeded:
    return fmt::format("{} needs {}", from, to);
  case wait_reason::failed:
    return fmt::format("{} needs {} to fail", from, to);
  case wait_reason::completed:
    return fmt::format("{} needs {} to complete", from, to);
  case wait_reason::started:
    return fmt::format("{} needs {} to start", from, to);
  case wait_reason::after:
    return fmt::format("{} comes after {}", from, to);
  case wait_reason::later:
    return fmt::format("{} needs {} later", from, to);
  case wait_reason::each:
    return fmt::format("{} runs after each {}", from, to);
  case wait_reason::holds:
    return fmt::format("phase {} holds {}", from, to);
  case wait_reason::all_blocked:
    return fmt::format("gate {} blocks all", to);
  case wait_reason::blocked:
    return via.kind == wait_kind::phase_blocked
             ? fmt::format("gate {} blocks phase {}, which holds {}", to,
                           p.phases[via.index].name, from)
             : fmt::format("gate {} blocks {}", to, from);
  case wait_reason::work:
    break;
  }
  return fmt::format("{} waits for {}", from, to);
}

} // namespace

std::vector<wait_link> links_of(const loader_context& c, const wait_graph& g,
                                const std::vector<std::uint32_t>& path,
                                path_shape shape) {
  std::vector<wait_link> result;
  auto size = path.size();
  auto steps = shape == path_shape::closed ? size : size - 1;
  auto at = [&](std::size_t i) {
    return g.what(path[i % size]);
  };
  for (std::size_t i = 0; i < steps; ++i) {
    auto from = at(i);
    auto to = at(i + 1);
    if (is_bundle(from.kind))
      continue;
    if (from.kind == wait_kind::done && to.kind == wait_kind::start
        && from.index == to.index)
      continue;
    auto last = i + 1;
    if (is_bundle(to.kind))
      ++last;
    wait_link x{ref_of(from),
                ref_of(at(last)),
                {},
                reason_between(g, path[(last - 1) % size], path[last % size])};
    x.sentence = sentence_of(c, x, to);
    result.push_back(std::move(x));
  }
  return result;
}

/// "a → b → … → a".
std::string path_of(const plan& p, const std::vector<wait_link>& links) {
  std::string result;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links.size() > path_shown_max && i == path_shown_max - 2) {
      result += "… → ";
      i = links.size() - 1;
    }
    result += name_of(p, links[i].from);
    result += " → ";
  }
  return result + std::string{name_of(p, links.front().from)};
}

std::string sentences_of(const std::vector<wait_link>& links) {
  std::string result;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links.size() > path_shown_max && i == path_shown_max - 2) {
      result += fmt::format("… and {} more steps\n",
                            links.size() - path_shown_max + 1);
      i = links.size() - 1;
    }
    result += links[i].sentence;
    result += '\n';
  }
  result.pop_back();
  return result;
}

/// Where a name is listed behind a key.
std::optional<span> place_in(const loader_context& c, node_id body,
                             std::string_view key, std::string_view name) {
  auto value = c.tree.find(body, key);
  if (value == no_node)
    return {};
  if (c.node(value).text == name)
    return c.place_of(value);
  for (auto item = c.node(value).first_child; item != no_node;
       item = c.node(item).next) {
    if (c.node(item).text == name)
      return c.place_of(item);
    for (auto [inner, ignored] : c.tree.entries(item))
      if (c.node(inner).text == name)
        return c.place_of(inner);
  }
  return {};
}

} // namespace tutti::config
