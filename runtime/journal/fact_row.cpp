// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/fact_row.hpp"

#include "messages/mutant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

namespace tutti::journal {

namespace {

std::optional<name_kind> name_kind_of(subject_kind x) {
  switch (x) {
  case subject_kind::task:
    return name_kind::task;
  case subject_kind::gate:
    return name_kind::gate;
  case subject_kind::service:
    return name_kind::service;
  case subject_kind::none:
  case subject_kind::request:
    break;
  }
  return std::nullopt;
}

name_kind name_kind_of(node_kind x) {
  switch (x) {
  case node_kind::task:
    return name_kind::task;
  case node_kind::phase:
    return name_kind::phase;
  case node_kind::gate:
    return name_kind::gate;
  case node_kind::service:
    return name_kind::service;
  }
  return name_kind::task;
}

std::int64_t id_of(const name_ids& names, name_kind kind, std::uint32_t index) {
  const auto& ids = names[static_cast<std::size_t>(kind)];
  return index < ids.size() ? ids[index] : absent;
}

template <class T>
std::int64_t unless(const T& x, const T& usual) {
  return x == usual ? absent : static_cast<std::int64_t>(x);
}

std::string_view text_of(column x) {
  constexpr std::array<std::string_view, column_count> all{
      "at_ns", "kind",    "subject",   "cause_kind", "cause",
      "agent", "attempt", "version",   "phase",      "state",
      "ended", "status",  "exit_code", "service"};
  return all[static_cast<std::size_t>(x)];
}

} // namespace

void fact_row::add_to(chain& x) const {
  x.add(number);
  for (auto n : numbers)
    x.add(static_cast<std::uint64_t>(n));
  for (const auto* text : {&extra, &details}) {
    x.add(std::uint64_t{text->has_value()});
    if (*text)
      x.add(std::string_view{**text});
  }
}

void set_numbers(fact_row& row, const name_ids& names, const word_ids& words,
                 const fact& x) {
  static const fact usual;
  auto word = [&](vocabulary in, auto value) {
    return words[static_cast<std::size_t>(in)][static_cast<std::size_t>(value)];
  };
  // What ends says so in words, for who reads the table.
  bool ends = x.kind == fact_kind::attempt_finished;
  bool works = ends || x.kind == fact_kind::attempt_started
            || x.kind == fact_kind::task_assigned;
  auto& r = row;
  r[column::at] = x.at.count();
  r[column::kind] = word(vocabulary::kind, x.kind);
  auto subject = subject_of(x.kind);
  if (auto kind = name_kind_of(subject))
    r[column::subject] = id_of(names, *kind, x.subject);
  else
    r[column::subject] =
        subject == subject_kind::request ? std::int64_t{x.subject} : absent;
  auto said = [&](bool always, vocabulary in, auto value, auto none) {
    return always || value != none ? word(in, value) : absent;
  };
  r[column::cause_kind] =
      said(false, vocabulary::node, x.cause_kind, usual.cause_kind);
  r[column::cause] = id_of(names, name_kind_of(x.cause_kind), x.cause);
  r[column::agent] = id_of(names, name_kind::agent, x.agent);
  r[column::attempt] = unless(x.attempt, usual.attempt);
  r[column::version] = TUTTI_MUTANT(fact_loses_version)
                         ? absent
                         : unless(x.version, usual.version);
  r[column::phase] = said(works, vocabulary::phase, x.phase, usual.phase);
  r[column::state] = said(ends, vocabulary::state, x.state, usual.state);
  r[column::ended] = said(ends, vocabulary::end, x.end, usual.end);
  r[column::status] = said(x.kind == fact_kind::run_ended, vocabulary::status,
                           x.status, usual.status);
  r[column::exit_code] = unless(x.exit_code, usual.exit_code);
  r[column::service] = said(x.kind == fact_kind::service_changed,
                            vocabulary::service, x.service, usual.service);
}

near_row near_numbers(const name_ids& names, const word_ids& words,
                      const fact& x) {
  const auto& kinds = words[static_cast<std::size_t>(vocabulary::kind)];
  return {kinds[static_cast<std::size_t>(x.kind)], x.at.count(),
          id_of(names, name_kind::task, x.subject),
          id_of(names, name_kind_of(x.cause_kind), x.cause),
          id_of(names, name_kind::agent, x.agent)};
}

void set_texts(fact_row& row, const plan& p, const fact& x) {
  static const attempt_details nothing;
  row.extra.reset();
  if (x.extra)
    row.extra = to_json(p, *x.extra);
  if (!x.details)
    row.details.reset();
  else if (*x.details == nothing) // of most tasks that are functions
    row.details = "{}";
  else
    row.details = to_json(p, *x.details);
}

fact_row row_of(const plan& p, const name_ids& names, const word_ids& words,
                std::uint64_t number, const fact& x) {
  fact_row r;
  r.number = number;
  set_numbers(r, names, words, x);
  set_texts(r, p, x);
  return r;
}

row_decoder::row_decoder(const plan& p, const journal_info& journal,
                         unknown_names policy)
  : names_of_plan_(p, policy) {
  for (std::size_t v = 0; v < vocabulary_count; ++v) {
    const auto& known = words_of(static_cast<vocabulary>(v));
    for (const auto& [id, text] : journal.words[v])
      if (auto at = std::find(known.begin(), known.end(), text);
          at != known.end())
        words_[v].emplace(id, static_cast<int>(at - known.begin()));
      else
        newer_words_[v].emplace(id, text);
  }
  std::array<std::unordered_map<std::string_view, std::uint32_t>,
             name_kind_count>
      indexes;
  for (auto [kind, name] : names_of(p)) {
    auto& those = indexes[static_cast<std::size_t>(kind)];
    those.emplace(name, static_cast<std::uint32_t>(those.size()));
  }
  for (const auto& [id, kind, name] : journal.names) {
    auto k = static_cast<std::size_t>(kind);
    if (auto i = indexes[k].find(name); i != indexes[k].end())
      ids_[k].emplace(id, i->second);
  }
}

template <class T>
bool row_decoder::word(const fact_row& x, column at, vocabulary in, T& result) {
  if (x[at] == absent)
    return true;
  const auto& words = words_[static_cast<std::size_t>(in)];
  auto i = words.find(x[at]);
  if (i == words.end()) {
    const auto& newer = newer_words_[static_cast<std::size_t>(in)];
    auto text = newer.find(x[at]);
    is_newer_ = text != newer.end();
    unknown_ =
        is_newer_
            ? fmt::format("'{}' is '{}', which this tutti does not "
                          "know",
                          text_of(at), text->second)
            : fmt::format("'{}' has the unknown number {}", text_of(at), x[at]);
    return false;
  }
  result = static_cast<T>(i->second);
  return true;
}

bool row_decoder::name(const fact_row& x, column at, name_kind kind,
                       std::uint32_t& result) {
  if (x[at] == absent)
    return true;
  const auto& ids = ids_[static_cast<std::size_t>(kind)];
  auto i = ids.find(x[at]);
  bool is_left_out =
      names_of_plan_.policy == unknown_names::left_out && at != column::subject;
  if (i == ids.end() && is_left_out)
    return true;
  if (i == ids.end()) {
    unknown_ = fmt::format("'{}' names a {} that the plan does not have",
                           text_of(at), to_string(kind));
    return false;
  }
  result = i->second;
  return true;
}

bool row_decoder::texts(const fact_row& x, fact& result) {
  if (x.extra) {
    auto made = extra_of_json(names_of_plan_, *x.extra);
    if (!made) {
      unknown_ = "'extra' cannot be read";
      return false;
    }
    result.extra = std::make_shared<const fact_extra>(std::move(*made));
  }
  if (x.details) {
    auto made = details_of_json(names_of_plan_, *x.details);
    if (!made) {
      unknown_ = "'details' cannot be read";
      return false;
    }
    result.details = std::make_shared<const attempt_details>(std::move(*made));
  }
  return true;
}

std::optional<fact> row_decoder::decode(const fact_row& x) {
  fact f;
  f.at = duration{x[column::at]};
  if (!word(x, column::kind, vocabulary::kind, f.kind))
    return std::nullopt;
  auto subject = subject_of(f.kind);
  bool named = true;
  if (auto kind = name_kind_of(subject))
    named = x[column::subject] != absent
         && name(x, column::subject, *kind, f.subject);
  else if (subject == subject_kind::request)
    f.subject = static_cast<std::uint32_t>(x[column::subject]);
  bool whole = named
            && word(x, column::cause_kind, vocabulary::node, f.cause_kind)
            && name(x, column::cause, name_kind_of(f.cause_kind), f.cause)
            && name(x, column::agent, name_kind::agent, f.agent)
            && word(x, column::phase, vocabulary::phase, f.phase)
            && word(x, column::state, vocabulary::state, f.state)
            && word(x, column::ended, vocabulary::end, f.end)
            && word(x, column::status, vocabulary::status, f.status)
            && word(x, column::service, vocabulary::service, f.service)
            && texts(x, f);
  if (!whole) {
    if (unknown_.empty())
      unknown_ = "'subject' is missing";
    return std::nullopt;
  }
  auto number = [&](column at, auto& result) {
    if (x[at] != absent)
      result = static_cast<std::remove_reference_t<decltype(result)>>(x[at]);
  };
  number(column::attempt, f.attempt);
  number(column::version, f.version);
  number(column::exit_code, f.exit_code);
  return f;
}

} // namespace tutti::journal
