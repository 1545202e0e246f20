// SPDX-License-Identifier: BSD-3-Clause
// docs/scenarios.md: prose by hand, from scenario_reference_words.hpp; tables
// from the schema.
#include "config/scenario_reference_words.hpp"
#include "config/scenario_schema.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace tutti::config {

namespace {

/// A '|' would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (c == '|')
      result += '\\';
    result += c;
  }
  return result;
}

std::string table(scenario_place where) {
  std::string result = "| key | value | default | meaning |\n"
                       "| --- | --- | --- | --- |\n";
  for (const auto& row : scenario_rows(where)) {
    std::string initial{row.initial};
    if (row.type == scenario_value::clock && !initial.empty())
      initial = fmt::format("`{}`", initial);
    fmt::format_to(std::back_inserter(result), "| `{}` | {} | {} | {} |\n",
                   row.name, cell(words_for(row.type)),
                   row.required ? "must be given" : cell(initial),
                   cell(row.doc));
  }
  return result + "\n";
}

std::string moment_rows() {
  std::string result;
  for (const auto& x : moment_words()) {
    auto subject = subject_of(x.kind);
    std::string name{to_string(subject)};
    for (auto& c : name)
      c = static_cast<char>(c - 'a' + 'A');
    if (subject == moment_subject::requests)
      name = "requests";
    fmt::format_to(std::back_inserter(result), "| `{} {}` | {} |\n", name,
                   x.name, x.doc);
  }
  return result;
}

/// Each deed with its parts, in two columns.
std::string deed_table() {
  std::string result = "| deed | parts | meaning |\n| --- | --- | --- |\n";
  for (std::size_t i = 0; i < deed_count; ++i) {
    auto rows = scenario_rows(place_of(static_cast<deed_kind>(i)));
    std::string parts;
    for (const auto& row : rows.subspan(1)) {
      auto usual = row.required ? std::string{}
                 : row.initial.empty()
                     ? std::string{" (may be left out)"}
                     : fmt::format(" (default: {})", row.initial);
      fmt::format_to(std::back_inserter(parts), "{}`{}`: {}{}",
                     parts.empty() ? "" : "; ", row.name, words_for(row.type),
                     usual);
    }
    fmt::format_to(std::back_inserter(result), "| `{}`: {} | {} | {} |\n",
                   rows.front().name, cell(words_for(rows.front().type)),
                   cell(parts), cell(rows.front().doc));
  }
  return result + "\n";
}

} // namespace

std::string scenario_reference_markdown() {
  std::string result{scenario_words::introduction};
  auto section = [&](std::string_view title, std::string_view words,
                     scenario_place x) {
    fmt::format_to(std::back_inserter(result), "{}\n\n{}", title, words);
    result += table(x);
  };
  section("## Keys", "", scenario_place::scenario);
  section("## Work", scenario_words::work, scenario_place::work);
  section("### asks", scenario_words::asks, scenario_place::ask);
  section("### Reviews", scenario_words::review, scenario_place::review);
  section("## Timeline", scenario_words::timeline, scenario_place::step);
  result += scenario_words::moments;
  result += moment_rows();
  result += scenario_words::after_moments;
  fmt::format_to(std::back_inserter(result), "### Deeds\n\n{}{}",
                 scenario_words::deeds, deed_table());
  result += scenario_words::machines;
  section("## Expectations", scenario_words::expectations,
          scenario_place::expect);
  section("### requests", "", scenario_place::requests);
  fmt::format_to(std::back_inserter(result), "### States\n\n{}",
                 scenario_words::states);
  section("## Never", scenario_words::never, scenario_place::never);
  result += scenario_words::after_never;
  section("## End", scenario_words::end, scenario_place::end);
  result += scenario_words::after_end;
  result += scenario_words::index;
  return result;
}

} // namespace tutti::config
