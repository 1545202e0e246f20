// SPDX-License-Identifier: BSD-3-Clause
// `handoffs` of what is expected: "a -> b: arrived".
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

/// How many times: "once", "twice", "3 times"; 0: not said.
std::optional<std::uint32_t> read_times(std::string_view text) {
  if (text.empty())
    return 0;
  if (text == " once")
    return 1;
  if (text == " twice")
    return 2;
  constexpr std::string_view times = " times";
  if (!text.ends_with(times))
    return {};
  auto digits = text.substr(1, text.size() - times.size() - 1);
  std::uint32_t result = 0;
  auto last = digits.data() + digits.size();
  auto [end, failure] = std::from_chars(digits.data(), last, result);
  bool good = failure == std::errc{} && end == last && result > 0;
  return good ? std::optional{result} : std::nullopt;
}

/// True where what `from` puts out can be handed to `to`, as far as the plan
/// says; what a gate lets through counts as such.
bool hands_to(const plan& p, task_id from, task_id to) {
  auto holds = [&](node_ref x) {
    if (x.kind == node_kind::task)
      return x.index == from.value;
    if (x.kind != node_kind::phase)
      return x.kind == node_kind::gate;
    const auto& tasks = p.phases[x.index].tasks;
    return std::find(tasks.begin(), tasks.end(), from) != tasks.end();
  };
  auto any_holds = [&](const std::vector<need>& needs) {
    return std::any_of(needs.begin(), needs.end(), [&](const need& x) {
      return holds(x.of);
    });
  };
  const auto& t = p.tasks[to.value];
  if (t.review_of.valid())
    return any_holds(p.gates[t.review_of.value].needs);
  const auto& triggers = t.after_each;
  return any_holds(t.needs) || any_holds(t.needs_later)
      || std::find(triggers.begin(), triggers.end(), from) != triggers.end();
}

class handoff_reader {
public:
  explicit handoff_reader(scenario_context& s) : s_(s), c_(s.c) {
  }

  std::optional<expectation> read(node_id key, node_id value) {
    auto made = read_handoff_state(value);
    auto ends = read_edge(key);
    if (!made || !ends)
      return {};
    auto [from, to] = *ends;
    made->tasks = {from, to};
    if (hands_to(*s_.work, from, to))
      return made;
    c_.error(key,
             fmt::format("'{}' hands nothing to '{}'",
                         s_.work->tasks[from.value].name,
                         s_.work->tasks[to.value].name),
             hint_for_edge(to));
    return {};
  }

private:
  std::string hint_for_edge(task_id to) {
    const auto& t = s_.work->tasks[to.value];
    std::vector<std::string_view> names;
    auto collect = [&](const std::vector<need>& needs) {
      for (const auto& x : needs)
        if (x.of.kind != node_kind::service)
          names.push_back(name_of(*s_.work, x.of));
    };
    collect(t.needs);
    collect(t.needs_later);
    for (auto x : t.after_each)
      names.push_back(s_.work->tasks[x.value].name);
    return names.empty()
             ? fmt::format("'{}' needs nothing", t.name)
             : fmt::format("'{}' needs {}", t.name, fmt::join(names, ", "));
  }

  std::optional<std::pair<task_id, task_id>> read_edge(node_id key) {
    auto text = c_.node(key).text;
    std::string_view arrow = "->";
    auto at = text.find(arrow);
    if (at == std::string_view::npos) {
      arrow = "→";
      at = text.find(arrow);
    }
    if (at == std::string_view::npos) {
      c_.error(key, "a handoff is from one task to another",
               "write crud -> ui: arrived");
      return {};
    }
    auto from = piece(key, 0, at);
    auto to = piece(key, at + arrow.size(), text.size());
    if (from.text.empty() || to.text.empty()) {
      c_.error(key, "a handoff is from one task to another",
               "write crud -> ui: arrived");
      return {};
    }
    auto first = find_task(s_, from);
    auto second = find_task(s_, to);
    if (!first || !second)
      return {};
    return std::pair{task_id{*first}, task_id{*second}};
  }

  /// A part of a key, without the spaces around it.
  [[nodiscard]] named piece(node_id key, std::size_t begin,
                            std::size_t end) const {
    auto text = c_.node(key).text;
    while (begin < end && text[begin] == ' ')
      ++begin;
    while (begin < end && text[end - 1] == ' ')
      --end;
    return {text.substr(begin, end - begin),
            piece_of_scalar(c_, key, static_cast<std::uint32_t>(begin),
                            static_cast<std::uint32_t>(end - begin))};
  }

  std::optional<expectation> read_handoff_state(node_id x) {
    auto text = read_scalar(c_, x, "handoffs", "how far a handoff has come");
    if (!text)
      return {};
    constexpr std::array<std::string_view, 4> words{"none", "sent", "arrived",
                                                    "integrated"};
    auto space = text->text.find(' ');
    auto word = text->text.substr(0, space);
    auto rest = space == std::string_view::npos ? std::string_view{}
                                                : text->text.substr(space);
    auto at = std::find(words.begin(), words.end(), word);
    if (at == words.end()) {
      refuse_word(c_, {word, text->where},
                  fmt::format("'{}' is no state of a handoff", word), words,
                  {});
      return {};
    }
    expectation made;
    made.kind = expectation_kind::handoff;
    made.handoff = static_cast<handoff_state>(at - words.begin());
    auto times = read_times(rest);
    if (!times || (*times != 0 && made.handoff != handoff_state::integrated)) {
      s_.error(text->where,
               fmt::format("'{}' is no state of a handoff", text->text),
               "only integrated is counted: integrated once, twice, 3 times");
      return {};
    }
    made.number = *times;
    return made;
  }

  scenario_context& s_;
  loader_context& c_;
};

} // namespace

std::optional<expectation> read_handoff(scenario_context& s, node_id key,
                                        node_id value) {
  return handoff_reader{s}.read(key, value);
}

} // namespace tutti::config
