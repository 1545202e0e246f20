// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/fact_lines.hpp"

#include "messages/json/json_values.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/stored_facts.hpp"
#include "runtime/journal/stored_names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <iterator>
#include <unordered_map>

namespace tutti::journal {

namespace {

constexpr std::size_t piece_size = 64 * 1024;

/// As JSON already.
using texts = std::unordered_map<std::int64_t, std::string>;

std::string json_string(std::string_view x) {
  return json_text(nlohmann::json(x));
}

texts words(database& db, vocabulary x) {
  auto result = words_in(db, x);
  for (auto& [id, word] : result)
    word = json_string(word);
  return result;
}

texts names(database& db) {
  texts result;
  // What cannot be read the reader has said.
  (void)each_name(db, [&result](const stored_name& x) {
    result.emplace(x.id, json_string(x.name));
  });
  return result;
}

class line_maker {
public:
  explicit line_maker(database& db) : names_(names(db)) {
    for (std::size_t v = 0; v < vocabulary_count; ++v)
      words_[v] = words(db, static_cast<vocabulary>(v));
  }

  void add(const fact_row& x, std::string& to) const {
    fmt::format_to(std::back_inserter(to), "{{\"number\":{},\"seconds\":{:.9f}",
                   x.number, static_cast<double>(x[column::at]) / 1e9);
    word(x, column::kind, vocabulary::kind, "kind", to);
    // Requests have numbers where all else has names.
    auto kind = words_[0].find(x[column::kind]);
    bool is_request = kind != words_[0].end()
                   && (kind->second.starts_with("\"request-")
                       || kind->second == "\"answer-accepted\"");
    if (is_request)
      number(x, column::subject, "subject", to);
    else
      text(x, column::subject, names_, "subject", to);
    text(x, column::cause, names_, "cause", to);
    text(x, column::agent, names_, "agent", to);
    number(x, column::attempt, "attempt", to);
    put("version",
        fmt::format_int(x[column::version] == absent ? 1 : x[column::version])
            .str(),
        to);
    word(x, column::phase, vocabulary::phase, "phase", to);
    word(x, column::state, vocabulary::state, "state", to);
    word(x, column::ended, vocabulary::end, "ended", to);
    word(x, column::status, vocabulary::status, "status", to);
    number(x, column::exit_code, "exit_code", to);
    word(x, column::service, vocabulary::service, "service", to);
    if (x.extra)
      put("extra", *x.extra, to);
    if (x.details)
      put("details", *x.details, to);
    to += "}\n";
  }

private:
  static void put(std::string_view key, std::string_view json,
                  std::string& to) {
    fmt::format_to(std::back_inserter(to), ",\"{}\":{}", key, json);
  }
  static void number(const fact_row& x, column at, std::string_view key,
                     std::string& to) {
    if (x[at] != absent)
      put(key, fmt::format_int(x[at]).str(), to);
  }
  static void text(const fact_row& x, column at, const texts& in,
                   std::string_view key, std::string& to) {
    if (x[at] == absent)
      return;
    if (auto i = in.find(x[at]); i != in.end())
      put(key, i->second, to);
    else
      number(x, at, key, to);
  }
  void word(const fact_row& x, column at, vocabulary in, std::string_view key,
            std::string& to) const {
    text(x, at, words_[static_cast<std::size_t>(in)], key, to);
  }

  std::array<texts, vocabulary_count> words_;
  texts names_;
};

} // namespace

std::optional<error> print_facts(const std::string& path,
                                 const take_lines& take) {
  auto reader = journal_reader::open(path);
  if (!reader)
    return reader.error();
  database db;
  if (auto failed = open_to_read(db, path))
    return explain(*failed, path);
  line_maker lines{db};
  stored_facts facts{db};
  std::string piece;
  for (fact_row row; facts.next(row);) {
    lines.add(row, piece);
    if (piece.size() < piece_size)
      continue;
    if (!take(piece))
      return std::nullopt;
    piece.clear();
  }
  if (facts.failed())
    return explain(*facts.failed(), path);
  if (!piece.empty())
    (void)take(piece);
  return std::nullopt;
}

} // namespace tutti::journal
