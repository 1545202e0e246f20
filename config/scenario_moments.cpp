// SPDX-License-Identifier: BSD-3-Clause
// `at`: when a step happens.
#include "config/duration_text.hpp"
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::string_view forms =
    "write a time of day (\"09:15\"), a time after the step before (+13m), or "
    "what happens (crud done, crud 50%, deploy open, morgan back)";

constexpr std::array<synonym, 17> other_words{{
    {"succeeded", "done"},
    {"success", "done"},
    {"finished", "done"},
    {"completed", "done"},
    {"complete", "done"},
    {"ended", "done"},
    {"running", "started"},
    {"starts", "started"},
    {"integrating", "ran"},
    {"waiting-to-integrate", "ran"},
    {"fails", "failed"},
    {"error", "failed"},
    {"timeout", "timed-out"},
    {"opened", "open"},
    {"opens", "open"},
    {"canceled", "cancelled"},
    {"returned", "back"},
}};

std::vector<std::string_view> words_of(moment_subject x) {
  std::vector<std::string_view> result;
  for (const auto& y : moment_words())
    if (subject_of(y.kind) == x)
      result.push_back(y.name);
  return result;
}

const moment_word* find_word(std::string_view text) {
  for (const auto& x : moment_words())
    if (x.name == text)
      return &x;
  return nullptr;
}

/// A scalar cut at its spaces, with the places of the pieces.
std::vector<named> pieces_of(const loader_context& c, node_id x) {
  std::vector<named> result;
  auto text = c.node(x).text;
  for (std::size_t at = 0; at < text.size();) {
    auto begin = text.find_first_not_of(' ', at);
    if (begin == std::string_view::npos)
      break;
    at = std::min(text.find(' ', begin), text.size());
    result.push_back({text.substr(begin, at - begin),
                      piece_of_scalar(c, x, static_cast<std::uint32_t>(begin),
                                      static_cast<std::uint32_t>(at - begin))});
  }
  return result;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t result = 0;
  auto last = text.data() + text.size();
  auto [end, failure] = std::from_chars(text.data(), last, result);
  return !text.empty() && failure == std::errc{} && end == last
           ? std::optional{result}
           : std::nullopt;
}

class moment_reader {
public:
  moment_reader(scenario_context& s, node_id x) : s_(s), node_(x) {
  }

  std::optional<moment> read() {
    auto text = read_scalar(s_.c, node_, "at", "a moment");
    if (!text)
      return {};
    if (looks_like_clock(text->text))
      return read_clock_moment();
    if (text->text.starts_with('+'))
      return read_later(*text);
    auto pieces = pieces_of(s_.c, node_);
    if (pieces.size() == 2)
      return read_event(pieces[0], pieces[1]);
    auto parsed = parse_duration(text->text);
    if (parsed.flaw == duration_flaw::none)
      s_.error(text->where, fmt::format("'{}' is no moment", text->text),
               fmt::format("for that much after the step before, write +{}",
                           text->text));
    else
      s_.error(text->where, fmt::format("'{}' is no moment", text->text),
               std::string{forms});
    return {};
  }

private:
  std::optional<moment> read_clock_moment() {
    auto at = read_clock(s_, node_, s_.latest_clock);
    if (!at)
      return {};
    s_.latest_clock = *at;
    return moment{moment_kind::clock, *at};
  }

  std::optional<moment> read_later(named text) {
    auto parsed = parse_duration(text.text.substr(1));
    if (parsed.flaw == duration_flaw::none)
      return moment{moment_kind::later, parsed.value};
    s_.error(text.where,
             fmt::format("'{}' is no time after the step before", text.text),
             "write +30s, +5m or +1h30m");
    return {};
  }

  std::optional<moment> read_event(named subject, named word) {
    auto attempt = take_attempt(subject);
    if (!attempt)
      return {};
    moment result;
    result.attempt = *attempt;
    if (word.text.ends_with('%')) {
      if (!read_percent(result, word))
        return {};
    } else if (const auto* found = find_word(word.text)) {
      result.kind = found->kind;
    } else {
      refuse(subject, word);
      return {};
    }
    if (is_of_another_kind(subject, subject_of(result.kind))) {
      refuse(subject, word);
      return {};
    }
    if (*attempt != 0 && subject_of(result.kind) != moment_subject::task) {
      s_.error(subject.where, "only a task has attempts",
               "leave '#' and the number out");
      return {};
    }
    return settle(result, subject);
  }

  /// Cuts `#2` off; 0 where there is none.
  std::optional<std::uint32_t> take_attempt(named& subject) {
    auto at = subject.text.find('#');
    if (at == std::string_view::npos)
      return 0;
    auto number = parse_number(subject.text.substr(at + 1));
    subject.text = subject.text.substr(0, at);
    if (number && *number > 0)
      return number;
    s_.error(subject.where, "no number of an attempt after '#'",
             fmt::format("attempts count from 1: {}#1", subject.text));
    return {};
  }

  bool read_percent(moment& made, named word) {
    auto number = parse_number(word.text.substr(0, word.text.size() - 1));
    made.kind = moment_kind::percent;
    made.percent = number.value_or(0);
    if (number && *number > 0 && *number < 100)
      return true;
    s_.error(word.where,
             fmt::format("'{}' is no share of a task's time", word.text),
             "write 1% to 99%; 'started' and 'ran' are its ends");
    return false;
  }

  /// Looks the subject up, as what the word is said of.
  std::optional<moment> settle(moment result, named subject) {
    std::optional<std::uint32_t> found;
    switch (subject_of(result.kind)) {
    case moment_subject::task:
      found = find_task(s_, subject);
      break;
    case moment_subject::gate:
      found = find_gate(s_, subject);
      break;
    case moment_subject::agent:
      found = config::find_agent(s_, subject);
      break;
    case moment_subject::node:
      found = find_machine(s_, subject);
      break;
    case moment_subject::requests:
      if (subject.text == "requests")
        return result;
      s_.error(subject.where,
               fmt::format("'{}' is not answered: requests are", subject.text),
               "write requests answered");
      return {};
    }
    if (!found)
      return {};
    result.subject = *found;
    s_.moments.push_back({result, subject.where});
    return result;
  }

  /// What kind of thing a name is, as far as moments go.
  [[nodiscard]] std::optional<moment_subject> kind_of(std::string_view name) {
    if (auto at = s_.c.names.find(name); at != s_.c.names.end()) {
      if (at->second.kind == node_kind::gate)
        return moment_subject::gate;
      return at->second.kind == node_kind::task
               ? std::optional{moment_subject::task}
               : std::nullopt;
    }
    const auto& nodes = s_.made.nodes;
    if (s_.c.agents.contains(name))
      return moment_subject::agent;
    if (std::find(nodes.begin(), nodes.end(), name) != nodes.end())
      return moment_subject::node;
    return name == "requests" ? std::optional{moment_subject::requests}
                              : std::nullopt;
  }

  /// Agents and nodes may share a name with a task.
  bool is_of_another_kind(named subject, moment_subject wanted) {
    auto kind = kind_of(subject.text);
    bool shared = wanted == moment_subject::agent
                    ? s_.c.agents.contains(subject.text)
                    : wanted == moment_subject::node;
    return kind && *kind != wanted && !shared;
  }

  /// A word that is none: what could be said of this subject?
  void refuse(named subject, named word) {
    auto kind = kind_of(subject.text);
    auto words = words_of(kind.value_or(moment_subject::task));
    if (!kind) {
      words.clear();
      for (const auto& x : moment_words())
        words.push_back(x.name);
    }
    auto message = kind
                     ? fmt::format("{} {} has no moment '{}'",
                                   *kind == moment_subject::agent ? "an" : "a",
                                   to_string(*kind), word.text)
                     : fmt::format("no moment is called '{}'", word.text);
    refuse_word(s_.c, word, std::move(message), words, other_words);
  }

  scenario_context& s_;
  node_id node_;
};

/// What the deeds of a timeline may bring about.
struct possible_moments {
  std::vector<bool> back; ///< by agent
  std::vector<bool> lost; ///< by node
  std::vector<bool> gone; ///< likewise

  explicit possible_moments(const scenario& s)
    : back(s.work->agents.size()), lost(s.nodes.size()), gone(s.nodes.size()),
      is_real_(!s.machines.empty()) {
    for (const auto& step : s.timeline)
      for (const auto& x : step.deeds)
        look(x);
  }

private:
  void look(const deed& x) {
    switch (x.kind) {
    case deed_kind::crash:
      if (x.span && x.agent < back.size())
        back[x.agent] = true;
      break;
    case deed_kind::kill_run:
      back.assign(back.size(), true);
      if (is_real_)
        for (std::uint32_t i = 1; i < lost.size(); ++i)
          touch(i);
      break;
    case deed_kind::lose_node:
    case deed_kind::freeze_node:
      if (!is_real_)
        back.assign(back.size(), true);
      touch(x.nodes[0]);
      break;
    case deed_kind::drain_node:
      if (x.nodes[0] < gone.size())
        gone[x.nodes[0]] = true;
      break;
    case deed_kind::slow:
      if (is_real_)
        touch(x.nodes[0]);
      break;
    case deed_kind::cut:
      touch(x.nodes[1]);
      touch(x.nodes[0]);
      break;
    default:
      break;
    }
  }
  void touch(std::uint32_t node) {
    if (node >= lost.size())
      return;
    lost[node] = true;
    gone[node] = is_real_;
  }

  bool is_real_;
};

bool can_integrate(const scenario_context& s, std::uint32_t task) {
  return !s.work->tasks[task].needs_later.empty() || s.asks[task];
}

void check_moment(scenario_context& s, const possible_moments& possible,
                  const late_check& x) {
  auto never = [&](std::string message, std::string hint) {
    s.error(x.where, std::move(message), std::move(hint));
  };
  switch (x.at.kind) {
  case moment_kind::integrated:
    if (!can_integrate(s, x.at.subject))
      never(fmt::format("'{}' never integrates: it needs nothing later and "
                        "asks for nothing",
                        s.work->tasks[x.at.subject].name),
            "did you mean 'done'?");
    break;
  case moment_kind::asked:
    if (!s.work->gates[x.at.subject].approval.present)
      never(fmt::format("gate '{}' asks nobody: it has no 'approval'",
                        s.work->gates[x.at.subject].name),
            "did you mean 'open'?");
    break;
  case moment_kind::back:
    if (!possible.back[x.at.subject])
      never(fmt::format("agent '{}' never comes back: nothing in the timeline "
                        "lets it crash and return",
                        s.work->agents[x.at.subject].name),
            fmt::format("write do: {{ crash: {}, back-after: 2m }}",
                        s.work->agents[x.at.subject].name));
    break;
  case moment_kind::lost:
    if (!possible.lost[x.at.subject])
      never(fmt::format("node '{}' is never lost: nothing in the timeline "
                        "touches it",
                        s.made.nodes[x.at.subject]),
            fmt::format("write do: {{ lose-node: {} }}",
                        s.made.nodes[x.at.subject]));
    break;
  case moment_kind::joined:
  case moment_kind::gone:
    if (s.made.machines.empty())
      never("the nodes of this story are only names",
            "write nodes: { n1: { labels: [gpu] } } instead of a list");
    else if (x.at.kind == moment_kind::gone && !possible.gone[x.at.subject])
      never(fmt::format("node '{}' never goes: nothing in the timeline touches "
                        "it",
                        s.made.nodes[x.at.subject]),
            fmt::format("write do: {{ lose-node: {} }}",
                        s.made.nodes[x.at.subject]));
    break;
  default:
    break;
  }
}

} // namespace

std::optional<moment> read_moment(scenario_context& s, node_id x) {
  return moment_reader{s, x}.read();
}

void check_moments(scenario_context& s) {
  if (s.work == nullptr)
    return;
  possible_moments possible{s.made};
  for (const auto& x : s.moments)
    check_moment(s, possible, x);
}

} // namespace tutti::config
