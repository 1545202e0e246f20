// SPDX-License-Identifier: BSD-3-Clause
// `expect`, `never` and `end`: what must hold.
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tutti::config {

namespace {

constexpr integer_range counts{0, 1'000'000'000};

constexpr std::array task_states{
    task_state::waiting,     task_state::ready,
    task_state::running,     task_state::waiting_to_integrate,
    task_state::integrating, task_state::succeeded,
    task_state::failed,      task_state::timed_out,
    task_state::error,       task_state::skipped,
    task_state::left_out,    task_state::cancelled,
};
constexpr std::array gate_states{gate_state::waiting, gate_state::asked,
                                 gate_state::open, gate_state::rejected,
                                 gate_state::closed};
constexpr std::array run_states{run_status::succeeded, run_status::failed,
                                run_status::stopped, run_status::waiting};

constexpr std::array<synonym, 9> other_states{{
    {"done", "succeeded"},
    {"success", "succeeded"},
    {"completed", "succeeded"},
    {"finished", "succeeded"},
    {"ran", "waiting-to-integrate"},
    {"started", "running"},
    {"pending", "waiting"},
    {"opened", "open"},
    {"approved", "open"},
}};

/// The value that a word names; reports one that names none.
template <class Values>
std::optional<typename Values::value_type>
read_word(scenario_context& s, node_id x, std::string_view what,
          std::string_view kind, const Values& values) {
  auto text = read_scalar(s.c, x, what, fmt::format("a {}", kind));
  if (!text)
    return {};
  std::vector<std::string_view> words;
  for (auto y : values) {
    if (to_string(y) == text->text)
      return y;
    words.push_back(to_string(y));
  }
  refuse_word(s.c, *text, fmt::format("'{}' is no {}", text->text, kind), words,
              other_states);
  return {};
}

class expectation_reader {
public:
  expectation_reader(scenario_context& s, scenario_place where)
    : s_(s), c_(s.c), where_(where) {
  }

  std::vector<expectation> read(node_id x) {
    auto n = c_.node(x);
    if (n.kind != yaml_kind::mapping) {
      c_.error(x,
               fmt::format("{} must be a mapping of what is expected",
                           to_string(where_)),
               "write { tasks: { crud: succeeded } }");
      return {};
    }
    auto elder = no_node;
    for (auto [key, value] : c_.tree.entries(x)) {
      if (!is_comma_mistake(c_, x, key, elder))
        if (const auto* row = known(key))
          read_key(*row, key, value);
      elder = value;
    }
    if (c_.tree.entries(x).empty() && !c_.has_error_in(x))
      c_.error(x, fmt::format("{} expects nothing", to_string(where_)),
               "say what must hold, or leave it out");
    return std::move(result_);
  }

private:
  /// Some is known at the end only, or never.
  const scenario_row* known(node_id key) {
    auto name = c_.node(key).text;
    if (find_scenario_key(where_, name) == nullptr) {
      if (find_scenario_key(scenario_place::end, name) != nullptr) {
        c_.error(key,
                 fmt::format("'{}' is known at the end of the run only", name),
                 "put it under 'end'");
        return nullptr;
      }
      if (name == "while") {
        c_.error(key, "'while' belongs to 'never'",
                 "write never: [{ idle: sam, while: ready }]");
        return nullptr;
      }
    }
    return known_scenario_key(c_, where_, key);
  }

  void add(expectation x, node_id key, node_id value) {
    if (!s_.take_part(key))
      return;
    x.where = entry_span(c_, key, value);
    result_.push_back(std::move(x));
  }

  void read_key(const scenario_row& row, node_id key, node_id value) {
    switch (row.id) {
    case scenario_key::clock:
      if (auto at = read_clock(s_, value, s_.latest_clock))
        add_span(expectation_kind::clock, *at, key, value);
      break;
    case scenario_key::took:
      if (auto span =
              read_duration(c_, value, row.name, zero_duration::allowed))
        add_span(expectation_kind::took, *span, key, value);
      break;
    case scenario_key::late:
      read_number(expectation_kind::late, row, key, value);
      break;
    case scenario_key::run:
      if (auto x = read_word(s_, value, row.name, "end of a run", run_states)) {
        expectation made;
        made.kind = expectation_kind::run;
        made.run = *x;
        add(std::move(made), key, value);
      }
      break;
    case scenario_key::requests:
      read_requests(value);
      break;
    case scenario_key::idle:
      if (row.type != scenario_value::durations_of_agents)
        break; // of `never`, which reads it
      [[fallthrough]];
    default:
      read_map(row, value);
      break;
    case scenario_key::while_:
      break;
    }
  }

  void add_span(expectation_kind kind, duration span, node_id key,
                node_id value) {
    expectation made;
    made.kind = kind;
    made.span = span;
    add(std::move(made), key, value);
  }

  void read_number(expectation_kind kind, const scenario_row& row, node_id key,
                   node_id value) {
    auto number = read_integer(c_, value, row.name, counts);
    if (number)
      add_count(kind, 0, *number, key, value);
  }

  void add_count(expectation_kind kind, std::uint32_t subject,
                 std::int64_t number, node_id key, node_id value) {
    expectation made;
    made.kind = kind;
    made.subject = subject;
    made.number = static_cast<std::uint32_t>(number);
    add(std::move(made), key, value);
  }

  void read_requests(node_id x) {
    if (!is_mapping(c_, x, "'requests'"))
      return;
    for_each_scenario_key(
        c_, scenario_place::requests, x,
        [&](const scenario_row& row, node_id key, node_id value) {
          auto kind = row.id == scenario_key::batches
                        ? expectation_kind::batches
                    : row.id == scenario_key::answered
                        ? expectation_kind::answered
                        : expectation_kind::open_requests;
          read_number(kind, row, key, value);
        });
  }

  /// What is said by name.
  void read_map(const scenario_row& row, node_id x) {
    if (!is_mapping(c_, x, fmt::format("'{}'", row.name)))
      return;
    auto elder = no_node;
    for (auto [key, value] : c_.tree.entries(x)) {
      if (!is_comma_mistake(c_, x, key, elder))
        read_named(row, key, value);
      elder = value;
    }
  }

  void read_named(const scenario_row& row, node_id key, node_id value) {
    switch (row.id) {
    case scenario_key::working:
      read_working(key, value);
      break;
    case scenario_key::tasks:
      read_task(key, value);
      break;
    case scenario_key::gates:
      read_gate(key, value);
      break;
    case scenario_key::handoffs:
      if (auto made = read_handoff(s_, key, value))
        add(std::move(*made), key, value);
      break;
    case scenario_key::outputs:
      read_outputs(key, value);
      break;
    case scenario_key::attempts:
      read_attempts(row, key, value);
      break;
    case scenario_key::inbox:
    case scenario_key::placings:
      read_count_of_agent(row, key, value);
      break;
    case scenario_key::places:
      read_place(key, value);
      break;
    case scenario_key::ran_on:
      read_ran_on(key, value);
      break;
    default:
      read_span_of_agent(row, key, value);
    }
  }

  [[nodiscard]] named whole(node_id x) const {
    return {c_.node(x).text, c_.place_of(x)};
  }

  /// The agent of that name, or, for `all`, each but the implicit one.
  std::vector<std::uint32_t> agents(node_id key) {
    std::vector<std::uint32_t> result;
    if (c_.node(key).text != "all") {
      if (auto one = config::find_agent(s_, whole(key)))
        result.push_back(*one);
    } else if (s_.work != nullptr) {
      for (std::uint32_t i = 0; i < s_.work->agents.size(); ++i)
        if (!s_.work->agents[i].implicit)
          result.push_back(i);
    }
    return result;
  }

  void read_working(node_id key, node_id value) {
    auto who = agents(key);
    auto items = items_or_one(c_, value);
    if (c_.node(value).is_null())
      c_.error(value, "it is not said what the agent works on",
               "write a task, or none");
    for (auto agent : who) {
      expectation made;
      made.kind = expectation_kind::working;
      made.subject = agent;
      for (auto item : items)
        add_work(made, item, items.size());
      check_slots(made, value);
      std::sort(made.tasks.begin(), made.tasks.end());
      add(std::move(made), key, value);
    }
    if (who.empty())
      for (auto item : items)
        if (auto text = word_of_work(item);
            text && text->text != "none" && text->text != "requests")
          static_cast<void>(find_task(s_, *text));
  }

  std::optional<named> word_of_work(node_id item) {
    return read_scalar(c_, item, "working", "a task, a list of tasks, or none");
  }

  void add_work(expectation& made, node_id item, std::size_t count) {
    auto text = word_of_work(item);
    if (!text)
      return;
    const auto& agent = s_.work->agents[made.subject];
    if (text->text == "none") {
      if (count > 1)
        s_.error(text->where, "'none' stands alone");
    } else if (text->text == "requests") {
      if (agent.requests.present)
        made.tasks.push_back(agent.requests.task);
      else
        s_.error(text->where,
                 fmt::format("nobody can ask agent '{}'", agent.name),
                 "the plan does not say how it answers: 'requests'");
    } else if (auto task = find_task(s_, *text)) {
      made.tasks.push_back(task_id{*task});
      const auto& workers = s_.work->tasks[*task].agents;
      if (std::find(workers.begin(), workers.end(), agent_id{made.subject})
          == workers.end())
        s_.error(text->where,
                 fmt::format("'{}' is no task of '{}'", text->text, agent.name),
                 fmt::format("'{}' works on it",
                             s_.work->agents[workers.front().value].name));
    }
  }

  void check_slots(const expectation& made, node_id value) {
    const auto& agent = s_.work->agents[made.subject];
    if (agent.slots != 0 && made.tasks.size() > agent.slots
        && !c_.has_error_in(value))
      c_.error(value,
               fmt::format("'{}' works on {} at once", agent.name,
                           agent.slots == 1
                               ? std::string{"one task"}
                               : fmt::format("{} tasks", agent.slots)),
               "its 'slots' in the plan");
  }

  /// The tasks of a name, or, for `all`, those that stand in the plan: not its
  /// reviews, nor what answers requests.
  std::vector<task_id> tasks(node_id key) {
    std::vector<task_id> result;
    if (c_.node(key).text != "all") {
      auto ref = find_work(s_, whole(key));
      return ref ? tasks_of(*s_.work, *ref) : result;
    }
    for (std::size_t i = 0; s_.work != nullptr && i < s_.work->tasks.size();
         ++i)
      if (auto kind = s_.work->tasks[i].kind;
          kind == task_kind::work || kind == task_kind::after_each)
        result.emplace_back(i);
    return result;
  }

  void read_task(node_id key, node_id value) {
    auto all = tasks(key);
    auto state = read_word(s_, value, "tasks", "state of a task", task_states);
    if (!state)
      return;
    expectation made;
    made.kind = expectation_kind::task;
    made.task = *state;
    for (auto x : all) {
      made.subject = x.value;
      add(made, key, value);
    }
  }

  void read_gate(node_id key, node_id value) {
    auto gate = find_gate(s_, whole(key));
    auto state = read_word(s_, value, "gates", "state of a gate", gate_states);
    if (!gate || !state)
      return;
    expectation made;
    made.kind = expectation_kind::gate;
    made.subject = *gate;
    made.gate = *state;
    add(std::move(made), key, value);
  }

  void read_outputs(node_id key, node_id value) {
    auto task = find_task(s_, whole(key));
    if (!is_mapping(c_, value, "what a task puts out"))
      return;
    for (auto [name, content] : c_.tree.entries(value)) {
      auto v = read_value(c_, content);
      if (!task || !v)
        continue;
      expectation made;
      made.kind = expectation_kind::output;
      made.subject = *task;
      made.text = std::string{c_.node(name).text};
      made.value = std::move(*v);
      add(std::move(made), name, content);
    }
  }

  void read_attempts(const scenario_row& row, node_id key, node_id value) {
    auto task = find_task(s_, whole(key));
    auto number = read_integer(c_, value, row.name, counts);
    if (task && number)
      add_count(expectation_kind::attempts, *task, *number, key, value);
  }

  /// `inbox`, `placings`.
  void read_count_of_agent(const scenario_row& row, node_id key,
                           node_id value) {
    auto who = agents(key);
    if (row.id == scenario_key::placings)
      std::erase_if(who, [&](std::uint32_t x) {
        return !is_placed(x, key);
      });
    auto number = read_integer(c_, value, row.name, counts);
    auto kind = row.id == scenario_key::inbox ? expectation_kind::inbox
                                              : expectation_kind::placings;
    for (auto agent : who)
      if (number)
        add_count(kind, agent, *number, key, value);
  }

  bool has_machines(node_id key) {
    if (s_.made.machines.empty())
      c_.error(key, "the nodes of this story are only names",
               "write nodes: { n1: { labels: [gpu] } } instead of a list");
    return !s_.made.machines.empty();
  }

  /// Where agents are is known only of those whose place is chosen.
  bool is_placed(std::uint32_t agent, node_id key) {
    if (!has_machines(key))
      return false;
    const auto& a = s_.work->agents[agent];
    if (!a.runs_on.empty())
      return true;
    if (c_.node(key).text != "all")
      c_.error(key, fmt::format("'{}' works on the machine of the run", a.name),
               "the plan gives it no 'runs-on'");
    return false;
  }

  /// The name of a node, or of none.
  std::optional<std::string> node_name(node_id x, std::string_view what) {
    auto text = read_scalar(c_, x, what, "the name of a node");
    if (!text)
      return {};
    if (text->text == "none" && what == "places")
      return std::string{};
    if (!find_machine(s_, *text))
      return {};
    return std::string{text->text};
  }

  void read_place(node_id key, node_id value) {
    auto who = agents(key);
    auto node = node_name(value, "places");
    for (auto agent : who) {
      if (!is_placed(agent, key) || !node)
        continue;
      expectation made;
      made.kind = expectation_kind::place;
      made.subject = agent;
      made.text = *node;
      add(std::move(made), key, value);
    }
  }

  void read_ran_on(node_id key, node_id value) {
    auto task = find_task(s_, whole(key));
    expectation made;
    made.kind = expectation_kind::ran_on;
    made.is_list = c_.node(value).kind == yaml_kind::sequence;
    for (auto item : items_or_one(c_, value))
      if (auto node = node_name(item, "ran-on"))
        made.texts.push_back(std::move(*node));
    if (made.texts.empty() && !c_.has_error_in(value))
      c_.error(value, "it is not said on which node");
    if (!has_machines(key) || !task)
      return;
    made.subject = *task;
    add(std::move(made), key, value);
  }

  /// `idle`, `waited`.
  void read_span_of_agent(const scenario_row& row, node_id key, node_id value) {
    auto who = agents(key);
    auto span = read_duration(c_, value, row.name, zero_duration::allowed);
    for (auto agent : who) {
      if (!span)
        return;
      expectation made;
      made.kind = row.id == scenario_key::idle ? expectation_kind::idle
                                               : expectation_kind::waited;
      made.subject = agent;
      made.span = *span;
      add(std::move(made), key, value);
    }
  }

  scenario_context& s_;
  loader_context& c_;
  scenario_place where_;
  std::vector<expectation> result_;
};

} // namespace

std::vector<expectation> read_expectations(scenario_context& s,
                                           scenario_place where, node_id x) {
  return expectation_reader{s, where}.read(x);
}

} // namespace tutti::config
