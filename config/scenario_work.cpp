// SPDX-License-Identifier: BSD-3-Clause
// `work`: what the simulated agents do.
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::array verdicts{verdict::approved, verdict::changes_requested,
                              verdict::rejected};

constexpr std::array<synonym, 6> other_verdicts{{
    {"approve", "approved"},
    {"ok", "approved"},
    {"changes", "changes-requested"},
    {"request-changes", "changes-requested"},
    {"rework", "changes-requested"},
    {"reject", "rejected"},
}};

std::vector<std::string_view> verdict_words() {
  std::vector<std::string_view> result;
  for (auto x : verdicts)
    result.push_back(to_string(x));
  return result;
}

std::optional<verdict> verdict_of(std::string_view text) {
  for (auto x : verdicts)
    if (to_string(x) == text)
      return x;
  return {};
}

/// `fails`: `true`, `exit 3`, or what it says.
void read_failure(scenario_context& s, scripted_attempt& made, node_id x) {
  auto n = s.c.node(x);
  if (n.kind == yaml_kind::scalar && n.plain
      && (n.text == "true" || n.text == "false")) {
    made.fails = n.text == "true";
    return;
  }
  auto text = read_scalar(s.c, x, "fails", "`true`, `exit 3`, or what it says");
  if (!text)
    return;
  made.fails = true;
  constexpr std::string_view exit = "exit ";
  if (!text->text.starts_with(exit)) {
    made.failure = text->text;
    return;
  }
  constexpr int exit_max = 255;
  auto digits = text->text.substr(exit.size());
  auto last = digits.data() + digits.size();
  int code = 0;
  auto [end, failure] = std::from_chars(digits.data(), last, code);
  if (end != last || failure != std::errc{} || code < 0 || code > exit_max)
    s.error(text->where, fmt::format("'{}' is no exit code", digits),
            "write exit 1, up to exit 255");
  else if (code == 0)
    s.error(text->where, "exit 0 is a success",
            "leave 'fails' out where the attempt succeeds");
  made.exit_code = code;
}

void read_outputs(scenario_context& s, outputs& made, node_id x) {
  if (!is_mapping(s.c, x, "'outputs'"))
    return;
  for (auto [name, content] : s.c.tree.entries(x)) {
    auto text = s.c.node(name).text;
    if (text.empty() || text.find('=') != std::string_view::npos)
      s.c.error(name, fmt::format("an output cannot be called '{}'", text));
    else if (auto v = read_value(s.c, content))
      made.push_back({std::string{text}, std::move(*v)});
  }
  std::sort(made.begin(), made.end(), [](const output& a, const output& b) {
    return a.name < b.name;
  });
}

void read_ask(scenario_context& s, scripted_attempt& made, node_id x) {
  if (!is_mapping(s.c, x, "an item of 'asks'"))
    return;
  scripted_request ask;
  for_each_scenario_key(
      s.c, scenario_place::ask, x,
      [&](const scenario_row& row, node_id, node_id value) {
        if (row.id == scenario_key::at)
          ask.at = read_duration(s.c, value, row.name, zero_duration::allowed)
                       .value_or(duration{0});
        else if (row.id == scenario_key::agent)
          ask.agent = read_asked(s, value).value_or(agent_id{});
        else if (row.id == scenario_key::for_)
          ask.texts = read_wishes(s, value);
        else
          ask.awaited = read_boolean(s.c, value, row.name).value_or(true);
      });
  check_required(s.c, scenario_place::ask, x);
  made.asks.push_back(std::move(ask));
}

/// What one entry of `work` is for.
struct work_target {
  scenario_place place = scenario_place::work;
  std::uint32_t gate = gate_id::none; ///< of a review
  std::string_view name;
};

class attempt_reader {
public:
  attempt_reader(scenario_context& s, const work_target& of) : s_(s), of_(of) {
  }

  std::vector<scripted_attempt> read(node_id x) {
    std::vector<scripted_attempt> result;
    auto items = items_or_one(s_.c, x);
    if (items.empty())
      s_.c.error(x, fmt::format("nothing is said of '{}'", of_.name),
                 "write how long it takes, as 4m, or { takes: 4m }");
    for (auto item : items)
      if (s_.take_part(item))
        result.push_back(read_one(item));
    return result;
  }

private:
  [[nodiscard]] bool is_review() const {
    return of_.place == scenario_place::review;
  }

  scripted_attempt read_one(node_id x) {
    scripted_attempt made;
    auto n = s_.c.node(x);
    if (n.kind == yaml_kind::scalar)
      read_short(made, x);
    else if (n.kind == yaml_kind::mapping)
      read_long(made, x);
    else
      s_.c.error(x, "an attempt is a duration or a mapping, not a list",
                 "write each attempt once: [10m, 20m]");
    return made;
  }

  /// A lone duration, or a lone verdict.
  void read_short(scripted_attempt& made, node_id x) {
    auto n = s_.c.node(x);
    bool is_duration =
        n.is_null() || n.text.empty()
        || n.text.find_first_of("0123456789") != std::string_view::npos;
    if (is_duration)
      made.takes = read_duration(s_.c, x, of_.name, zero_duration::allowed);
    else if (is_review())
      read_lone_verdict(made, x);
    else if (verdict_of(n.text))
      s_.c.error(
          x,
          fmt::format("a verdict is for a gate, and '{}' is a task", of_.name),
          "write how long it takes, as 4m");
    else
      s_.c.error(x, fmt::format("'{}' is no duration", n.text),
                 fmt::format("write how long it takes, as 4m, or {{ fails: {} "
                             "}}",
                             n.text));
  }

  void read_lone_verdict(scripted_attempt& made, node_id x) {
    read_verdict(made, x);
    if (made.verdict == verdict::changes_requested)
      made.to = read_targets(s_, of_.gate, no_node, s_.c.place_of(x));
  }

  void read_long(scripted_attempt& made, node_id x) {
    node_id targets = no_node;
    for_each_scenario_key(
        s_.c, of_.place, x,
        [&](const scenario_row& row, node_id key, node_id value) {
          if (row.id == scenario_key::to)
            targets = value;
          else
            read_key(made, row, key, value);
        });
    bool sends_back = made.verdict == verdict::changes_requested;
    if (sends_back)
      made.to = read_targets(s_, of_.gate, targets, s_.c.place_of(x));
    else if (targets != no_node && !s_.c.has_error_in(x))
      s_.c.error(targets, "only changes-requested sends tasks back",
                 "add verdict: changes-requested");
    std::stable_sort(made.asks.begin(), made.asks.end(),
                     [](const scripted_request& a, const scripted_request& b) {
                       return a.at < b.at;
                     });
  }

  void read_key(scripted_attempt& made, const scenario_row& row, node_id key,
                node_id value) {
    switch (row.id) {
    case scenario_key::takes:
      made.takes = read_duration(s_.c, value, row.name, zero_duration::allowed);
      break;
    case scenario_key::integrate:
      made.integrate =
          read_duration(s_.c, value, row.name, zero_duration::allowed);
      break;
    case scenario_key::progress:
      made.progress =
          read_duration(s_.c, value, row.name, zero_duration::refused)
              .value_or(duration{0});
      break;
    case scenario_key::fails:
      read_failure(s_, made, value);
      break;
    case scenario_key::outputs:
      read_outputs(s_, made.outputs, value);
      break;
    case scenario_key::note:
      made.note = read_text(s_.c, value, row.name).value_or("");
      break;
    case scenario_key::feedback:
      made.feedback = read_text(s_.c, value, row.name).value_or("");
      break;
    case scenario_key::verdict:
      read_verdict(made, value);
      break;
    case scenario_key::asks:
      for (auto item : items_or_one(s_.c, value))
        read_ask(s_, made, item);
      break;
    default:
      s_.c.error(key, fmt::format("'{}' says nothing here", row.name));
    }
  }

  void read_verdict(scripted_attempt& made, node_id x) {
    auto text = read_scalar(s_.c, x, "verdict", "a verdict");
    if (!text)
      return;
    if (auto found = verdict_of(text->text)) {
      made.verdict = *found;
      return;
    }
    auto words = verdict_words();
    refuse_word(s_.c, *text, fmt::format("'{}' is no verdict", text->text),
                words, other_verdicts);
  }

  scenario_context& s_;
  const work_target& of_;
};

/// What happens that cannot happen, once an entry is read.
void check_attempts(scenario_context& s, std::uint32_t task, node_id key,
                    const std::vector<scripted_attempt>& attempts) {
  const auto& t = s.work->tasks[task];
  bool integrates = !t.needs_later.empty();
  bool has_time_for_it = false;
  for (const auto& x : attempts) {
    auto takes = x.takes.value_or(t.estimate.mode);
    for (const auto& ask : x.asks) {
      integrates = integrates || ask.awaited;
      if (ask.at > takes)
        s.c.error(key,
                  fmt::format("'{}' asks for '{}' after it has ended", t.name,
                              ask.texts.empty() ? "" : ask.texts.front()),
                  "let it take longer, or ask earlier");
    }
    has_time_for_it = has_time_for_it || x.integrate;
    if (!x.asks.empty())
      s.asks[task] = true;
  }
  if (has_time_for_it && !integrates)
    s.c.warning(key,
                fmt::format("'{}' has nothing to integrate: it needs nothing "
                            "later and asks for nothing",
                            t.name));
}

class work_reader {
public:
  explicit work_reader(scenario_context& s) : s_(s) {
  }

  void read(node_id x) {
    if (!is_mapping(s_.c, x, "'work'"))
      return;
    auto elder = no_node;
    for (auto [name, value] : s_.c.tree.entries(x)) {
      if (!is_comma_mistake(s_.c, x, name, elder))
        read_entry(name, value);
      elder = value;
    }
    for (auto& [task, attempts] : shared_)
      if (!own_.contains(task))
        s_.made.works.push_back({node_kind::task, task, std::move(attempts)});
    // In the order of the plan, whatever that of the text.
    std::stable_sort(
        s_.made.works.begin(), s_.made.works.end(),
        [](const scripted_work& a, const scripted_work& b) {
          return std::pair{a.of, a.index} < std::pair{b.of, b.index};
        });
  }

private:
  void read_entry(node_id name, node_id value) {
    work_target of;
    of.name = s_.c.node(name).text;
    auto ref = s_.work == nullptr ? guess(of, value) : find(name, of);
    auto attempts = attempt_reader{s_, of}.read(value);
    if (!ref || attempts.empty())
      return;
    if (ref->kind == node_kind::phase) {
      for (auto t : tasks_of(*s_.work, *ref))
        if (s_.take_part(name)) {
          shared_[t.value] = attempts;
          check_attempts(s_, t.value, name, attempts);
        }
      return;
    }
    if (ref->kind == node_kind::task) {
      own_.insert(ref->index);
      check_attempts(s_, ref->index, name, attempts);
    }
    s_.made.works.push_back({ref->kind, ref->index, std::move(attempts)});
  }

  /// Without a plan nobody knows what is a gate: what speaks of verdicts is.
  std::optional<node_ref> guess(work_target& of, node_id value) {
    for (auto item : items_or_one(s_.c, value))
      if (verdict_of(s_.c.tree.text(item))
          || s_.c.tree.find(item, "verdict") != no_node)
        of.place = scenario_place::review;
    return {};
  }

  /// What the entry is for.
  std::optional<node_ref> find(node_id name, work_target& of) {
    auto at = s_.c.names.find(of.name);
    if (at == s_.c.names.end() || at->second.kind == node_kind::task
        || at->second.kind == node_kind::phase)
      return find_task_or_phase(name, of);
    if (at->second.kind == node_kind::service) {
      s_.c.error(name, fmt::format("'{}' is a service, and a service has no "
                                   "work",
                                   of.name));
      return {};
    }
    of.place = scenario_place::review;
    of.gate = at->second.index;
    const auto& approval = s_.work->gates[of.gate].approval;
    if (!approval.present || approval.reviews.empty()) {
      s_.c.error(name,
                 fmt::format("{} reviews for gate '{}'",
                             approval.present ? "no agent" : "nobody", of.name),
                 approval.present
                     ? fmt::format("a person answers in the timeline: do: {{ "
                                   "approve: {} }}",
                                   of.name)
                     : "the gate has no 'approval' in the plan");
      return {};
    }
    return at->second;
  }

  std::optional<node_ref> find_task_or_phase(node_id name, work_target& of) {
    constexpr std::string_view requests = "requests/";
    auto text = of.name;
    if (text.starts_with(requests) && !s_.c.names.contains(text)) {
      named agent{text.substr(requests.size()),
                  piece_of_scalar(s_.c, name, requests.size(),
                                  static_cast<std::uint32_t>(
                                      text.size() - requests.size()))};
      if (auto found = config::find_agent(s_, agent))
        s_.error(agent.where,
                 fmt::format("nobody can ask agent '{}'", agent.text),
                 "the plan does not say how it answers: 'requests'");
      return {};
    }
    auto ref = find_work(s_, {text, s_.c.place_of(name)});
    if (ref && ref->kind == node_kind::task) {
      const auto& t = s_.work->tasks[ref->index];
      if (t.kind == task_kind::review) {
        of.place = scenario_place::review;
        of.gate = t.review_of.value;
      }
    }
    return ref;
  }

  scenario_context& s_;
  /// What a phase says of its tasks, unless they say it themselves.
  std::map<std::uint32_t, std::vector<scripted_attempt>> shared_;
  std::set<std::uint32_t> own_;
};

} // namespace

std::vector<task_id> read_targets(scenario_context& s, std::uint32_t gate,
                                  node_id x, span where) {
  std::vector<task_id> result;
  if (s.work == nullptr)
    return result;
  const auto& g = s.work->gates[gate];
  if (!g.rework.present) {
    s.error(where, fmt::format("gate '{}' cannot send anything back", g.name),
            "the plan gives it no 'rework'");
    return result;
  }
  const auto& allowed = g.rework.to;
  if (x == no_node) {
    if (allowed.size() == 1)
      return allowed;
    s.error(
        where,
        fmt::format("it is not said which task gate '{}' sends back", g.name),
        "add 'to'");
    return result;
  }
  for (auto item : items_or_one(s.c, x)) {
    auto text = read_scalar(s.c, item, "to", "a list of tasks");
    auto ref = text ? find_work(s, *text) : std::nullopt;
    if (!ref)
      continue;
    for (auto t : tasks_of(*s.work, *ref)) {
      if (!std::binary_search(allowed.begin(), allowed.end(), t))
        s.error(text->where,
                fmt::format("gate '{}' may not send back '{}'", g.name,
                            s.work->tasks[t.value].name),
                "see 'rework' of the gate");
      else if (std::find(result.begin(), result.end(), t) == result.end())
        result.push_back(t);
    }
  }
  if (result.empty() && !s.c.has_error_in(x))
    s.c.error(x, "'to' names no task");
  return result;
}

std::optional<agent_id> read_asked(scenario_context& s, node_id x) {
  auto text = read_scalar(s.c, x, "agent", "the name of an agent");
  if (!text)
    return {};
  auto agent = config::find_agent(s, *text);
  if (!agent)
    return {};
  if (!s.work->agents[*agent].requests.present) {
    s.error(text->where, fmt::format("nobody can ask agent '{}'", text->text),
            "the plan does not say how it answers: 'requests'");
    return {};
  }
  return agent_id{*agent};
}

std::vector<std::string> read_wishes(scenario_context& s, node_id x) {
  auto result = read_texts(s.c, x, "for");
  if (result.empty() && !s.c.has_error_in(x))
    s.c.error(x, "'for' asks for nothing");
  return result;
}

void read_work(scenario_context& s, node_id x) {
  work_reader{s}.read(x);
}

} // namespace tutti::config
