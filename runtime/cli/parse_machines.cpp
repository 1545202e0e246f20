// SPDX-License-Identifier: BSD-3-Clause
// The words of what has to do with several machines.
#include "config/label.hpp"
#include "runtime/cli/parse_parts.hpp"
#include "runtime/session/run_nodes.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

/// A hundred years: a date that all can write.
constexpr int days_max = 36'500;

constexpr std::uint32_t own_nodes_max = 64;

usage_error check_labels(std::vector<std::string>& labels) {
  std::vector<std::string> all;
  for (const auto& text : labels)
    for (auto& x : CLI::detail::split(text, ','))
      all.push_back(std::move(x));
  for (const auto& x : all)
    if (!config::is_label(x))
      return usage(
          fmt::format("--labels: '{}' is no label; {}", x, config::label_rule));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  labels = std::move(all);
  return {};
}

} // namespace

usage_error finish(certs_options& x) {
  if (auto e = one_of("the action", x.action, {"init", "issue", "show"}))
    return e;
  bool issues = x.action == "issue";
  if (issues && x.name.empty())
    return usage("'tutti certs issue' needs the NAME of the node; 'tutti help "
                 "certs' tells more");
  if (!issues && !x.name.empty())
    return usage(fmt::format("'{}' is one argument too many for 'certs {}'; "
                             "'tutti help certs' tells more",
                             x.name, x.action));
  if (!issues && !x.out.empty())
    return usage("--out says where an issued certificate goes: only 'tutti "
                 "certs issue' takes it");
  if (x.action != "show" && x.as_json)
    return usage("--json is how 'tutti certs show' prints; nothing else takes "
                 "it");
  if (x.days_text.empty())
    return {};
  if (x.action == "show")
    return usage("--days is for 'tutti certs init' and 'issue'");
  if (auto e = whole_number("--days", x.days_text, 1, x.days))
    return e;
  if (x.days > days_max)
    return usage(
        fmt::format("--days takes at most {}, a hundred years", days_max));
  return {};
}

usage_error finish(machine_options& x) {
  if (auto e = check_labels(x.labels))
    return e;
  if (!x.nodes_min_text.empty()) {
    if (x.listen.empty())
      return usage("--min-nodes needs --listen: nodes could not join");
    if (auto e = whole_number("--min-nodes", x.nodes_min_text, 1u, x.nodes_min))
      return e;
  }
  if (x.listen.empty() && (x.insecure || !x.certificates.empty()))
    return usage(fmt::format("{} needs --listen: it is for nodes",
                             x.insecure ? "--insecure" : "--certs"));
  if (!x.listen.empty())
    if (auto address = session::read_host_port(x.listen, true); !address)
      return usage(fmt::format("--listen: {}", address.error().detail));
  return {};
}

usage_error finish_own_nodes(machine_options& x) {
  x.own_nodes = 2;
  if (!x.own_nodes_text.empty())
    if (auto e = whole_number("--nodes", x.own_nodes_text, 1u, x.own_nodes))
      return e;
  if (x.own_nodes > own_nodes_max)
    return usage(fmt::format("--nodes takes at most {}", own_nodes_max));
  x.listen = "127.0.0.1:0";
  x.nodes_min = x.own_nodes;
  return {};
}

usage_error finish(node_options& x) {
  if (x.action.empty()) {
    if (x.join.empty())
      return usage(
          "'tutti node' needs --join HOST:PORT, where a run listens; or "
          "something to do: drain NAME");
    if (auto address = session::read_host_port(x.join, false); !address)
      return usage(fmt::format("--join: {}", address.error().detail));
    if (!x.run.run_id.empty())
      return usage("--run is for 'tutti node drain': a node takes part in the "
                   "run that listens where it joins");
    if (x.insecure && !x.certificates.empty())
      return usage("--insecure and --certs exclude each other");
    if (!x.slots_text.empty())
      if (auto e = whole_number("--slots", x.slots_text, 1u, x.slots))
        return e;
    return check_labels(x.labels);
  }
  if (auto e = one_of("the action", x.action, {"drain"}))
    return e;
  if (x.name.empty())
    return usage("'tutti node drain' needs the name of the node; 'tutti nodes' "
                 "lists them");
  if (!x.join.empty())
    return usage("--join is to be a node, not to drain one");
  return {};
}

} // namespace tutti::cli
