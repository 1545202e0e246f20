// SPDX-License-Identifier: BSD-3-Clause
// What the steps of the scenario loader share. Internal to config/.
#pragma once

#include "config/load_values.hpp"
#include "config/loader_context.hpp"
#include "config/scenario.hpp"
#include "config/scenario_schema.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A name in the text of a scenario: a scalar, or a piece of one.
struct named {
  std::string_view text;
  span where;
};

/// Something that comes only where another step makes it come.
struct late_check {
  moment at;
  span where;
};

/// One document on its way into a scenario.
struct scenario_context {
  loader_context& c; ///< nodes, findings, suggestions; knows names of the plan
  scenario& made;
  std::size_t& parts; ///< of the whole file
  const plan* work =
      nullptr;              ///< none: it has mistakes, names are not looked up
  duration latest_clock{0}; ///< of the steps so far, since the start
  std::vector<bool> asks = {};          ///< by task: it asks of others
  std::vector<late_check> moments = {}; ///< looked at when all is read
  /// For suggestions, sorted; by the kinds that are meant.
  std::map<unsigned, std::vector<std::string_view>> names_of_kinds = {};

  /// Counts a part of the scenario; false, once reported, where there are too
  /// many: aliases may stand for any number.
  [[nodiscard]] bool take_part(node_id x);
  void error(span where, std::string message, std::string hint = {}) {
    c.found.error(where, std::move(message), std::move(hint));
  }
  void warning(span where, std::string message, std::string hint = {}) {
    c.found.warning(where, std::move(message), std::move(hint));
  }
};

// -- helpers ------------------------------------------------------------------

/// From the key to the end of its value.
[[nodiscard]] span entry_span(const loader_context& c, node_id key,
                              node_id value);

/// The row of a key; reports an unknown one.
[[nodiscard]] const scenario_row*
known_scenario_key(loader_context& c, scenario_place where, node_id key);

/// Calls `use` with row, key and value of each entry that the place knows.
template <class Use>
void for_each_scenario_key(loader_context& c, scenario_place where,
                           node_id mapping, Use use) {
  auto elder = no_node;
  for (auto [name, value] : c.tree.entries(mapping)) {
    if (!is_comma_mistake(c, mapping, name, elder))
      if (const auto* row = known_scenario_key(c, where, name))
        use(*row, name, value);
    elder = value;
  }
}

/// Reports a required key that is missing, unless one is misspelt.
void check_required(loader_context& c, scenario_place where, node_id mapping);

/// The items of a list; anything else is a list of one, nothing is none.
[[nodiscard]] std::vector<node_id> items_or_one(const loader_context& c,
                                                node_id x);

/// A scalar that is there; else reports that it must be `wanted`.
[[nodiscard]] std::optional<named> read_scalar(loader_context& c, node_id x,
                                               std::string_view what,
                                               std::string_view wanted);

/// What people say where another word is right.
struct synonym {
  std::string_view wrong;
  std::string_view right;
};

/// Reports a word that is none of these, with the one that may be meant.
void refuse_word(loader_context& c, named x, std::string message,
                 std::span<const std::string_view> words,
                 std::span<const synonym> synonyms);

[[nodiscard]] bool looks_like_clock(std::string_view text);

/// A clock text as time since the start of the run, no earlier than `floor`.
[[nodiscard]] std::optional<duration> read_clock(scenario_context& s, node_id x,
                                                 duration floor);

/// The time of day that a clock text names.
[[nodiscard]] std::optional<duration> read_time_of_day(loader_context& c,
                                                       node_id x);

/// A node of the text as JSON; nothing, once reported, where it is too large.
[[nodiscard]] std::optional<value> read_value(loader_context& c, node_id x);

// -- names --------------------------------------------------------------------

/// Each reports a name that is none of the plan, or of another kind. Where the
/// plan has mistakes nothing is found and nothing reported.
[[nodiscard]] std::optional<std::uint32_t> find_task(scenario_context& s,
                                                     named x);
[[nodiscard]] std::optional<std::uint32_t> find_gate(scenario_context& s,
                                                     named x);
[[nodiscard]] std::optional<std::uint32_t> find_agent(scenario_context& s,
                                                      named x);
[[nodiscard]] std::optional<std::uint32_t> find_machine(scenario_context& s,
                                                        named x);
/// A task or a phase.
[[nodiscard]] std::optional<node_ref> find_work(scenario_context& s, named x);
/// The tasks that a reference stands for.
[[nodiscard]] std::vector<task_id> tasks_of(const plan& p, node_ref x);

// -- the areas ----------------------------------------------------------------

/// `work`.
void read_work(scenario_context& s, node_id x);

/// `to` of a request for changes at a gate: the tasks that are sent back, or
/// the only one that can be. `x`: `no_node` where there is none.
[[nodiscard]] std::vector<task_id>
read_targets(scenario_context& s, std::uint32_t gate, node_id x, span where);

/// An agent that can be asked; else reports.
[[nodiscard]] std::optional<agent_id> read_asked(scenario_context& s,
                                                 node_id x);

/// The texts of `for`.
[[nodiscard]] std::vector<std::string> read_wishes(scenario_context& s,
                                                   node_id x);

/// `nodes`.
void read_nodes(scenario_context& s, node_id x);

/// Reports a deed that cannot befall the nodes of this story.
void check_machine(scenario_context& s, node_id at, const deed& x);

/// `at` of a step.
[[nodiscard]] std::optional<moment> read_moment(scenario_context& s, node_id x);

/// Reports moments that nothing in the scenario can bring about.
void check_moments(scenario_context& s);

/// `do`: a deed or a list of them.
[[nodiscard]] std::vector<deed> read_deeds(scenario_context& s, node_id x);

/// `expect`, `end`.
[[nodiscard]] std::vector<expectation>
read_expectations(scenario_context& s, scenario_place where, node_id x);

/// An entry of `handoffs`: "a -> b: arrived".
[[nodiscard]] std::optional<expectation>
read_handoff(scenario_context& s, node_id key, node_id value);

/// `never`.
void read_never(scenario_context& s, node_id x);

} // namespace tutti::config
