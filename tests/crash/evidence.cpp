// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/evidence.hpp"

#include "tests/support/temporary_directory.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <utility>

namespace tutti::test {

namespace {

namespace fs = std::filesystem;

std::vector<execution> read_executions(const std::string& path) {
  std::vector<execution> result;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    execution x;
    words >> x.task >> x.attempt >> x.version >> x.phase;
    std::getline(words, line);
    x.shown = words_of(line);
    result.push_back(std::move(x));
  }
  return result;
}

constexpr const char* query =
    "SELECT number, kind, coalesce(subject, ''), coalesce(cause, ''), "
    "coalesce(attempt, 0), version, coalesce(phase, ''), "
    "coalesce(state, service, ''), coalesce(ended, ''), coalesce(extra, ''), "
    "coalesce(details, '') FROM facts ORDER BY number";

/// Of a copy: to open a journal is to change what lies beside it.
std::vector<journal_fact> read_copy(const fs::path& run) {
  temporary_directory copy;
  for (const auto* name :
       {"journal.db", "journal.db-wal", "journal.db-journal"})
    if (fs::exists(run / name))
      fs::copy_file(run / name, copy / name);
  return read_facts(copy / "journal.db");
}

} // namespace

std::vector<journal_fact> read_facts(const std::string& path, const char* vfs) {
  sqlite3* handle = nullptr;
  int opened =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, vfs);
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db{handle, sqlite3_close};
  sqlite3_stmt* prepared = nullptr;
  if (opened != SQLITE_OK
      || sqlite3_prepare_v2(handle, query, -1, &prepared, nullptr) != SQLITE_OK)
    return {};
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> rows{
      prepared, sqlite3_finalize};
  auto number = [&](int column) {
    return static_cast<std::uint32_t>(sqlite3_column_int64(prepared, column));
  };
  auto text = [&](int column) {
    return std::string{
        reinterpret_cast<const char*>(sqlite3_column_text(prepared, column))};
  };
  std::vector<journal_fact> result;
  while (sqlite3_step(prepared) == SQLITE_ROW)
    result.push_back({number(0), text(1), text(2), text(3), number(4),
                      number(5), text(6), text(7), text(8), text(9), text(10)});
  return result;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream words{text};
  return {std::istream_iterator<std::string>{words}, {}};
}

evidence read_evidence(const std::string& folder) {
  evidence result;
  result.executions = read_executions(folder + "/executions");
  std::error_code none;
  std::vector<fs::path> runs;
  for (const auto& x : fs::directory_iterator{folder + "/.tutti/runs", none})
    runs.push_back(x.path());
  std::sort(runs.rbegin(), runs.rend());
  for (const auto& x : runs)
    if (result.facts = read_copy(x); !result.facts.empty())
      break;
  return result;
}

std::string to_text(const execution& x) {
  auto result = fmt::format("{} attempt {} version {} {}", x.task, x.attempt,
                            x.version, x.phase);
  for (const auto& from : x.shown)
    result += " saw " + from;
  return result;
}

std::string to_text(const journal_fact& x) {
  std::string result = fmt::format("{} {} {}", x.number, x.kind, x.subject);
  if (!x.cause.empty())
    result += " <- " + x.cause;
  if (x.attempt > 0)
    result += fmt::format(" attempt {}", x.attempt);
  result += fmt::format(" v{}", x.version);
  for (const auto* text : {&x.phase, &x.state, &x.ended, &x.extra, &x.details})
    if (!text->empty())
      result += " " + *text;
  return result;
}

} // namespace tutti::test
