// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "runtime/display/fact_words.hpp"
#include "runtime/play/expectations.hpp"
#include "runtime/play/outcome.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/run_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tutti::play {

namespace {

/// So many lines of what happened are shown before a failure.
constexpr std::size_t trace_max = 15;

std::string colored(std::string_view text, int code, bool color) {
  return color ? fmt::format("\033[{}m{}\033[0m", code, text)
               : std::string{text};
}

/// As a shell reads it.
std::string quoted(std::string_view x) {
  bool plain = !x.empty() && std::all_of(x.begin(), x.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/'
        || c == '.' || c == '-' || c == '_';
  });
  if (plain)
    return std::string{x};
  std::string result = "'";
  for (char c : x)
    result += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return result + "'";
}

std::string again(const scenario_outcome& x) {
  return fmt::format("tutti play {} --only {} --seed {}",
                     quoted(x.source->name), quoted(x.story->name),
                     x.failed->seed);
}

std::vector<std::uint32_t> slots_of(const plan& p) {
  std::vector<std::uint32_t> result;
  for (const auto& x : p.agents)
    result.push_back(x.slots == 0 ? local_slots : x.slots);
  return result;
}

std::string failures_text(const scenario_outcome& x, bool color) {
  std::vector<config::diagnostic> all;
  for (const auto& f : x.failed->failures)
    all.push_back(
        {config::severity::error,
         f.where,
         fmt::format("at {}: {}", moment_text(*x.story, f.at), f.text),
         {}});
  return config::render(all, *x.source, color);
}

std::string last_lines(const scenario_outcome& x) {
  auto lines = trace_lines(*x.story, x.facts);
  std::string result = "  what happened before:\n";
  auto first = lines.size() - std::min(lines.size(), trace_max);
  if (first > 0)
    result += fmt::format("    ... {} lines\n", first);
  for (std::size_t i = first; i < lines.size(); ++i)
    result += "    " + lines[i] + "\n";
  return lines.empty() ? std::string{} : result;
}

std::string needs_text(const scenario_outcome& x) {
  if (!x.needs)
    return {};
  if (x.needs->empty())
    return "  it fails without anything of what the scenario does\n";
  std::string result = "  of what the scenario does it needs only:\n";
  for (auto where : *x.needs) {
    auto at = x.source->position(where.offset);
    result += fmt::format("    line {}: {}\n", at.line,
                          x.source->text.substr(where.offset, where.length));
  }
  return result;
}

} // namespace

std::vector<std::string> trace_lines(const config::scenario& story,
                                     const std::vector<fact>& facts) {
  struct row {
    std::string at;
    display::words words;
  };
  const auto& p = *story.work;
  report::run_model m{p, slots_of(p)};
  std::vector<row> rows;
  std::size_t at_width = 0;
  std::size_t who_width = 0;
  for (const auto& f : facts) {
    m.apply(f);
    if (auto x = display::words_of(m, f, true)) {
      // Its arrival has the same words.
      if (f.kind == fact_kind::handoff_sent)
        x->verb = "sent";
      rows.push_back({moment_text(story, f.at), std::move(*x)});
      at_width = std::max(at_width, rows.back().at.size());
      who_width = std::max(who_width, rows.back().words.who.size());
    }
  }
  std::vector<std::string> result;
  for (const auto& [at, x] : rows) {
    auto line = fmt::format("{:>{}}  {:<9}  {:<{}}", at, at_width, x.verb,
                            x.who, who_width);
    if (!x.name.empty())
      line += "  " + x.name;
    if (!x.note.empty())
      line += fmt::format("  ({})", x.note);
    result.push_back(std::move(line));
  }
  return result;
}

std::string trace_text(const scenario_outcome& x) {
  std::string result;
  for (const auto& line : trace_lines(*x.story, x.facts))
    result += "    " + line + "\n";
  return result;
}

std::string outcome_text(const scenario_outcome& x, const text_options& how) {
  constexpr int green = 32;
  constexpr int red = 31;
  bool ok = !x.failed;
  if (ok && x.stopped)
    return fmt::format("stopped after {} orders: {}\n", x.plays, x.story->name);
  if (ok && how.quiet)
    return {};
  auto line = fmt::format(
      "{}  {}", colored(ok ? "ok  " : "FAIL", ok ? green : red, how.color),
      x.story->name);
  if (ok && x.took)
    line += fmt::format("  {}", report::format_duration(*x.took));
  if (x.plays > 1)
    line += fmt::format("  ({} orders)", x.plays);
  line += "\n";
  if (ok)
    return line;
  return line + failures_text(x, how.color) + last_lines(x) + needs_text(x)
       + fmt::format("  play it again: {}\n", again(x));
}

} // namespace tutti::play
