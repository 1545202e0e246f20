// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/sweep.hpp"
#include "runtime/cli/doctor.hpp"
#include "runtime/cli/history.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/retention.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using journal::run_entry;
using journal::run_state;

/// Each by its own line: what is wrong with one says nothing of the others.
void check_journals(const std::vector<run_entry>& runs, health_checks& into) {
  std::size_t whole = 0;
  std::uint64_t facts = 0;
  for (const auto& x : runs) {
    if (x.state == run_state::no_journal)
      continue;
    auto name = "journal " + x.id;
    auto reader = journal::journal_reader::open(journal::journal_path(x.path));
    auto wrong = reader ? (*reader)->check() : std::optional{reader.error()};
    if (wrong) {
      into.push_back(
          {name, check_status::fail, wrong->detail, {}, wrong->code});
      continue;
    }
    ++whole;
    facts += (*reader)->read_up_to();
  }
  if (whole > 0)
    into.push_back({"journals",
                    check_status::ok,
                    fmt::format("{} of {} facts, all as written", whole, facts),
                    {}});
}

/// What of a run's results is not on disk as it was; `known`: artifacts that
/// were looked at, with what is wrong with them.
std::vector<std::string>
lost_files(const run_entry& run, const std::string& store,
           std::unordered_map<std::string, std::string>& known) {
  std::vector<std::string> result;
  auto use = journal::artifacts_of(run);
  artifacts::payload_file payloads{run.path + "/payloads"};
  for (const auto& x : use.payloads) {
    auto loaded = payloads.load({0, x});
    if (!loaded.details)
      result.push_back(loaded.mistake);
    else
      for (const auto& a : loaded.details->artifacts)
        use.digests.push_back(a.digest);
  }
  for (const auto& digest : use.digests) {
    auto [at, is_new] = known.try_emplace(digest);
    if (is_new)
      at->second = artifacts::check_stored(store, digest);
    if (!at->second.empty())
      result.push_back(at->second);
  }
  return result;
}

void check_results(const std::string& state_directory,
                   const std::vector<run_entry>& runs, health_checks& into) {
  std::unordered_map<std::string, std::string> known;
  bool all_there = true;
  for (const auto& x : runs) {
    if (x.state == run_state::no_journal || x.state == run_state::unreadable)
      continue;
    auto lost = lost_files(x, state_directory + "/artifacts", known);
    if (lost.empty())
      continue;
    all_there = false;
    auto more = lost.size() > 1 ? fmt::format(", and {} more", lost.size() - 1)
                                : std::string{};
    into.push_back({"results " + x.id, check_status::fail, lost.front() + more,
                    "put an undamaged copy back; where that cannot be had, a "
                    "resume makes again what somebody needs of it",
                    exit_code::journal});
  }
  if (all_there)
    into.push_back({"results",
                    check_status::ok,
                    "all that journals name is there, as it was kept",
                    {}});
}

void check_leftovers(const std::vector<run_entry>& runs, health_checks& into) {
  std::vector<std::string> dead;
  for (const auto& x : runs) {
    std::error_code ignored;
    if (x.state != run_state::live
        && (fs::exists(fs::path{x.path} / "io", ignored)
            || fs::exists(fs::path{x.path} / "control", ignored)))
      dead.push_back(x.id);
  }
  into.push_back(
      {"leftovers", dead.empty() ? check_status::ok : check_status::warn,
       dead.empty() ? std::string{"killed runs have left no files"}
                    : fmt::format("killed runs have left files: {}",
                                  fmt::join(dead, ", ")),
       dead.empty() ? std::string{}
                    : std::string{"the next 'tutti run' removes them"}});
}

/// Processes of tasks are told by the socket that they were given.
std::vector<std::string> processes_of(const std::vector<run_entry>& dead) {
  constexpr std::size_t bytes_max = std::size_t{1} << 20;
  std::vector<std::string> result;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{"/proc", failure}) {
    auto pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos)
      continue;
    auto text =
        process::read_file(entry.path().string() + "/environ", bytes_max);
    if (text.error_number != 0
        || text.content.find("TUTTI_SOCKET=") == std::string::npos)
      continue;
    for (const auto& x : dead)
      if (text.content.find("/" + x.id + ".live") != std::string::npos)
        result.push_back(fmt::format("{} of run {}", pid, x.id));
  }
  return result;
}

void check_processes(const std::vector<run_entry>& runs, health_checks& into) {
  std::vector<run_entry> dead;
  for (const auto& x : runs)
    if (x.state != run_state::live)
      dead.push_back(x);
  auto left = processes_of(dead);
  into.push_back(
      {"orphans", left.empty() ? check_status::ok : check_status::warn,
       left.empty() ? std::string{"no process of a run that is over"}
                    : fmt::format("processes of runs that are over: {}",
                                  fmt::join(left, ", ")),
       left.empty() ? std::string{}
                    : std::string{"their supervisor ends them within seconds; "
                                  "where that was killed, too, the next 'tutti "
                                  "run' in this state directory does"}});
}

/// Runs of the future: a clock was set back, and approval timeouts with it.
void check_clock(const std::vector<run_entry>& runs, std::int64_t now_ns,
                 health_checks& into) {
  constexpr std::int64_t year_2020 = 1'577'836'800'000'000'000;
  constexpr std::int64_t slack_ns = 2'000'000'000;
  const run_entry* latest = nullptr;
  for (const auto& x : runs)
    if (latest == nullptr || x.last_ns > latest->last_ns)
      latest = &x;
  bool early = now_ns < year_2020;
  bool behind = latest != nullptr && latest->last_ns > now_ns + slack_ns;
  into.push_back(
      {"clock", early || behind ? check_status::warn : check_status::ok,
       behind ? fmt::format("it is {}, but something happened in run {} at {}",
                            utc_text(now_ns), latest->id,
                            utc_text(latest->last_ns))
              : fmt::format("it is {}", utc_text(now_ns)),
       early || behind ? std::
               string{"set it right: deadlines and approval timeouts go by it"}
                       : std::string{}});
}

} // namespace

void check_runs(const std::string& state_directory, std::int64_t now_ns,
                health_checks& into) {
  auto runs = journal::list_runs(state_directory);
  if (!runs)
    return into.push_back(
        {"runs", check_status::fail, runs.error().detail, {}});
  auto live = std::count_if(runs->begin(), runs->end(), [](const auto& x) {
    return x.state == run_state::live;
  });
  into.push_back({"runs",
                  check_status::ok,
                  fmt::format("{}, {} live", runs->size(), live),
                  {}});
  check_leftovers(*runs, into);
  check_processes(*runs, into);
  check_journals(*runs, into);
  check_results(state_directory, *runs, into);
  check_clock(*runs, now_ns, into);
}

} // namespace tutti::cli
