// SPDX-License-Identifier: BSD-3-Clause
// `do`: what is done at a moment.
#include "config/duration_text.hpp"
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tutti::config {

namespace {

std::vector<std::string_view> deed_names() {
  std::vector<std::string_view> result;
  for (std::size_t i = 0; i < deed_count; ++i)
    result.push_back(
        scenario_rows(place_of(static_cast<deed_kind>(i))).front().name);
  return result;
}

std::optional<deed_kind> deed_of(std::string_view name) {
  for (std::size_t i = 0; i < deed_count; ++i) {
    auto kind = static_cast<deed_kind>(i);
    if (scenario_rows(place_of(kind)).front().name == name)
      return kind;
  }
  return {};
}

class deed_reader {
public:
  explicit deed_reader(scenario_context& s) : s_(s), c_(s.c) {
  }

  std::vector<deed> read(node_id x) {
    auto items = items_or_one(c_, x);
    if (items.empty())
      c_.error(x, "'do' does nothing",
               "write a deed, as do: { crash: morgan }, or leave 'do' out");
    for (auto item : items)
      read_one(item);
    return std::move(result_);
  }

private:
  void read_one(node_id x) {
    if (c_.node(x).kind != yaml_kind::mapping) {
      c_.error(x, "a deed is a mapping", "write { crash: morgan }");
      return;
    }
    auto kind = kind_of(x);
    if (!kind || !s_.take_part(x))
      return;
    made_ = {};
    made_.kind = *kind;
    texts_.clear();
    targets_ = no_node;
    auto place = place_of(*kind);
    for_each_scenario_key(
        c_, place, x, [&](const scenario_row& row, node_id key, node_id value) {
          if (&row == &scenario_rows(place).front()) {
            made_.where = entry_span(c_, key, value);
            read_subject(row, value);
          } else {
            read_part(row, value);
          }
        });
    check_required(c_, place, x);
    check_gate(x);
    check_machine(s_, x, made_);
    if (*kind == deed_kind::kill_run && !made_.span)
      made_.span = duration{0};
    settle(x);
  }

  /// The one key that is the deed; the others are its parts.
  std::optional<deed_kind> kind_of(node_id x) {
    std::optional<deed_kind> result;
    auto first = no_node;
    for (auto [key, value] : c_.tree.entries(x)) {
      auto kind = deed_of(c_.node(key).text);
      if (kind && result) {
        c_.error(key,
                 fmt::format("'{}' and '{}' are two deeds", c_.node(first).text,
                             c_.node(key).text),
                 "make a list of them: do: [{ … }, { … }]");
        return {};
      }
      if (kind) {
        result = kind;
        first = key;
      }
    }
    if (!result)
      refuse_deed(x);
    return result;
  }

  void refuse_deed(node_id x) {
    auto names = deed_names();
    auto entries = c_.tree.entries(x);
    if (entries.empty()) {
      if (!c_.has_error_in(x))
        c_.error(x, "this does nothing", "write a deed, as { crash: morgan }");
      return;
    }
    auto key = (*entries.begin()).key;
    for (auto y : entries)
      if (!c_.suggest.nearest(c_.node(y.key).text, names).empty()) {
        key = y.key;
        break;
      }
    named word{c_.node(key).text, c_.place_of(key)};
    refuse_word(c_, word, fmt::format("there is no deed '{}'", word.text),
                names, {});
  }

  void read_subject(const scenario_row& row, node_id x) {
    switch (row.type) {
    case scenario_value::agent:
      read_agent_subject(row, x);
      break;
    case scenario_value::task:
      if (auto text = read_scalar(c_, x, row.name, "the name of a task"))
        made_.subject = {node_kind::task, find_task(s_, *text).value_or(0)};
      break;
    case scenario_value::tasks:
      if (auto text = read_scalar(c_, x, row.name, "a task or phase"))
        made_.subject = find_work(s_, *text).value_or(node_ref{});
      break;
    case scenario_value::gate:
      if (auto text = read_scalar(c_, x, row.name, "the name of a gate"))
        if (auto gate = find_gate(s_, *text)) {
          made_.subject = {node_kind::gate, *gate};
          has_gate_ = true;
        }
      break;
    case scenario_value::attempt_name:
      read_attempt_name(row, x);
      break;
    case scenario_value::node:
      if (auto text = read_scalar(c_, x, row.name, "the name of a node"))
        made_.nodes[0] = find_machine(s_, *text).value_or(0);
      break;
    case scenario_value::two_nodes:
      read_two_nodes(x);
      break;
    case scenario_value::ends:
      read_ends(x);
      break;
    case scenario_value::any_duration:
      read_jump(x);
      break;
    default:
      read_yes(row, x);
    }
  }

  void read_agent_subject(const scenario_row& row, node_id x) {
    if (made_.kind == deed_kind::ask) {
      made_.agent = read_asked(s_, x).value_or(agent_id{}).value;
    } else if (auto text =
                   read_scalar(c_, x, row.name, "the name of an agent")) {
      made_.agent = config::find_agent(s_, *text).value_or(agent_id{}.value);
    }
  }

  void read_attempt_name(const scenario_row& row, node_id x) {
    auto text = read_scalar(c_, x, row.name, "an attempt, as crud#1");
    if (!text)
      return;
    auto at = text->text.find('#');
    auto digits = at == std::string_view::npos ? std::string_view{}
                                               : text->text.substr(at + 1);
    auto last = digits.data() + digits.size();
    auto [end, failure] = std::from_chars(digits.data(), last, made_.attempt);
    text->text = text->text.substr(0, at);
    if (digits.empty() || failure != std::errc{} || end != last
        || made_.attempt == 0)
      s_.error(text->where, "it is not said which attempt",
               fmt::format("attempts count from 1: {}#1", text->text));
    else
      made_.subject = {node_kind::task, find_task(s_, *text).value_or(0)};
  }

  void read_two_nodes(node_id x) {
    auto items = items_or_one(c_, x);
    if (items.size() != 2) {
      c_.error(x, "a link is between two nodes",
               s_.made.machines.empty() ? "write cut: [n1, n2]"
                                        : "write cut: [local, n1]");
      return;
    }
    for (std::size_t i = 0; i < items.size(); ++i)
      if (auto text = read_scalar(c_, items[i], "cut", "a list of two nodes"))
        made_.nodes[i] = find_machine(s_, *text).value_or(0);
    if (c_.node(items[0]).text == c_.node(items[1]).text && !c_.has_error_in(x))
      c_.error(items[1], "a link is between two different nodes");
    else if (s_.made.machines.empty() && made_.nodes[0] != 0
             && made_.nodes[1] != 0)
      c_.warning(x, "nothing goes straight from one of these to the other",
                 fmt::format("all goes through the first node: write cut: "
                             "[{}, {}]",
                             s_.made.nodes.front(), c_.node(items[1]).text));
  }

  void read_ends(node_id x) {
    auto n = c_.node(x);
    if (n.kind != yaml_kind::mapping) {
      c_.error(x, "it is not said between whom",
               "write { from: morgan, to: sam }");
      return;
    }
    for_each_scenario_key(
        c_, scenario_place::ends, x,
        [&](const scenario_row& row, node_id, node_id value) {
          auto text = read_scalar(c_, value, row.name, "the name of an agent");
          auto agent = text ? config::find_agent(s_, *text) : std::nullopt;
          auto& end =
              row.id == scenario_key::from ? made_.agent : made_.receiver;
          end = agent.value_or(agent_id{}.value);
        });
    check_required(c_, scenario_place::ends, x);
  }

  void read_jump(node_id x) {
    auto text = read_scalar(c_, x, "clock-jump", "a duration");
    if (!text)
      return;
    auto digits = text->text;
    bool back = digits.starts_with('-');
    if (back || digits.starts_with('+'))
      digits.remove_prefix(1);
    auto parsed = parse_duration(digits);
    if (parsed.flaw != duration_flaw::none || parsed.value == duration{0})
      s_.error(text->where,
               fmt::format("'{}' is no time to jump by", text->text),
               "write 1h, or -1h for back");
    else
      made_.span = back ? -parsed.value : parsed.value;
  }

  void read_yes(const scenario_row& row, node_id x) {
    auto answer = read_boolean(c_, x, row.name);
    if (answer && !*answer)
      c_.error(x, fmt::format("'{}' can only be true", row.name),
               "leave the deed out where it is not to happen");
  }

  void read_part(const scenario_row& row, node_id x) {
    switch (row.id) {
    case scenario_key::back_after:
    case scenario_key::resume_after:
      made_.span = read_duration(c_, x, row.name, zero_duration::allowed);
      break;
    case scenario_key::for_:
      if (row.type == scenario_value::texts)
        texts_ = read_wishes(s_, x);
      else
        made_.span = read_duration(c_, x, row.name, zero_duration::refused);
      break;
    case scenario_key::one_way:
      made_.one_way = read_boolean(c_, x, row.name).value_or(false);
      break;
    case scenario_key::wait:
      made_.awaited = read_boolean(c_, x, row.name).value_or(true);
      break;
    case scenario_key::by:
      if (row.type == scenario_value::duration)
        made_.slower = read_duration(c_, x, row.name, zero_duration::refused)
                           .value_or(duration{0});
      else
        read_person(x);
      break;
    case scenario_key::from:
      if (auto text = read_scalar(c_, x, row.name, "the name of a task"))
        if (auto task = find_task(s_, *text)) {
          made_.subject = {node_kind::task, *task};
          s_.asks[*task] = true;
        }
      break;
    case scenario_key::to:
      targets_ = x;
      break;
    default:
      made_.text = read_text(c_, x, row.name).value_or("");
    }
  }

  void read_person(node_id x) {
    auto text = read_scalar(c_, x, "by", "the name of a person");
    if (!text)
      return;
    if (s_.c.agents.contains(text->text))
      s_.error(
          text->where,
          fmt::format("'{}' is an agent, and its review is a task", text->text),
          "say under 'work' what it answers; this is for people");
    else if (text->text != "human")
      made_.by = text->text;
  }

  /// A person can only speak where one may be asked.
  void check_gate(node_id x) {
    if (!std::exchange(has_gate_, false))
      return;
    const auto& g = s_.work->gates[made_.subject.index];
    bool asks = g.approval.human
             || (g.approval.present
                 && g.approval.on_timeout == exhausted_action::human)
             || (g.rework.present
                 && g.rework.on_exhausted == exhausted_action::human);
    if (!asks)
      s_.error(made_.where, fmt::format("gate '{}' asks no person", g.name),
               g.approval.present ? "say under 'work' what its reviewers answer"
                                  : "the plan gives it no 'approval'");
    else if (made_.kind == deed_kind::request_changes)
      made_.to =
          read_targets(s_, made_.subject.index, targets_, c_.place_of(x));
  }

  /// A request for each text; anything else once.
  void settle(node_id x) {
    if (texts_.empty()) {
      result_.push_back(std::move(made_));
      return;
    }
    for (auto& text : texts_) {
      if (!s_.take_part(x))
        return;
      result_.push_back(made_);
      result_.back().text = std::move(text);
    }
  }

  scenario_context& s_;
  loader_context& c_;
  std::vector<deed> result_;
  deed made_;
  std::vector<std::string> texts_; ///< of a request
  node_id targets_ = no_node;      ///< of a request for changes
  bool has_gate_ = false;          ///< the deed is done to a gate
};

} // namespace

std::vector<deed> read_deeds(scenario_context& s, node_id x) {
  return deed_reader{s}.read(x);
}

} // namespace tutti::config
