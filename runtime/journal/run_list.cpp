// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/run_list.hpp"

#include "messages/fact.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/schema.hpp"
#include "runtime/journal/stored_facts.hpp"
#include "runtime/journal/stored_names.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tutti::journal {

namespace {

namespace fs = std::filesystem;

/// More than this a list of runs does not help any more.
constexpr std::size_t listed_max = 10;

/// What a fact says of whether its task is over.
enum class about_end : std::uint8_t { nothing, by_state, over };

about_end about_end_of(std::string_view kind) {
  for (auto x : {fact_kind::task_skipped, fact_kind::task_left_out,
                 fact_kind::task_cancelled, fact_kind::task_timed_out,
                 fact_kind::task_errored})
    if (kind == to_string(x))
      return about_end::over;
  for (auto x : {fact_kind::attempt_finished, fact_kind::later_failed,
                 fact_kind::stream_ended, fact_kind::integrate_ready,
                 fact_kind::version_started, fact_kind::task_retried})
    if (kind == to_string(x))
      return about_end::by_state;
  return about_end::nothing;
}

bool is_terminal_word(std::string_view state) {
  const auto& states = words_of(vocabulary::state);
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] == state)
      return is_terminal(static_cast<task_state>(i));
  return false;
}

/// Calls `use` with the number of each task of the last revision.
template <class Use>
void each_task(database& db, std::optional<failure>& failed, Use use) {
  auto revision = db.number("SELECT max(number) FROM revision").value_or(0);
  auto unread = each_name(db, [&](const stored_name& x) {
    if (x.revision == revision && x.kind == to_string(name_kind::task))
      use(x.id);
  });
  if (unread && !failed)
    failed = unread;
}

/// The tasks of the last revision that are over, by the last fact of each that
/// says so. By words: the numbers are those of the journal's writer.
std::uint32_t count_done(database& db, std::optional<failure>& failed) {
  std::unordered_map<std::int64_t, about_end> kinds;
  for (const auto& [id, word] : words_in(db, vocabulary::kind))
    if (auto x = about_end_of(word); x != about_end::nothing)
      kinds.emplace(id, x);
  std::unordered_set<std::int64_t> terminal;
  for (const auto& [id, word] : words_in(db, vocabulary::state))
    if (is_terminal_word(word))
      terminal.insert(id);
  std::unordered_map<std::int64_t, bool> over;
  each_task(db, failed, [&over](std::int64_t id) {
    over.emplace(id, false);
  });
  stored_facts facts{db};
  for (fact_row row; facts.next(row);)
    if (auto kind = kinds.find(row[column::kind]); kind != kinds.end())
      if (auto task = over.find(row[column::subject]); task != over.end())
        task->second = kind->second == about_end::over
                    || terminal.contains(row[column::state]);
  if (facts.failed() && !failed)
    failed = facts.failed();
  return static_cast<std::uint32_t>(
      std::count_if(over.begin(), over.end(), [](const auto& x) {
        return x.second;
      }));
}

/// Reads single rows, and remembers the first that could not be read.
class row_reader {
public:
  explicit row_reader(database& db) : db_(&db) {
  }

  template <class Take>
  void first(std::string_view sql, Take take) {
    auto x = db_->prepare(sql);
    if (x && x.step())
      take(x);
    else if (!failed_ && (!x || x.result() != 0))
      failed_ = db_->last_failure();
  }

  [[nodiscard]] std::int64_t number(std::string_view sql) {
    std::int64_t result = 0;
    first(sql, [&](const statement& x) {
      result = x.integer(0);
    });
    return result;
  }

  /// For who reads by other means.
  [[nodiscard]] std::optional<failure>& failed() {
    return failed_;
  }
  [[nodiscard]] database& db() {
    return *db_;
  }

private:
  database* db_;
  std::optional<failure> failed_;
};

void read_sessions(row_reader& rows, run_entry& into) {
  rows.first("SELECT wall_ns - at_ns, (SELECT count(*) FROM session) "
             "FROM session ORDER BY number LIMIT 1",
             [&](const statement& x) {
               into.started_ns = x.integer(0);
               into.sessions = static_cast<std::uint32_t>(x.integer(1));
             });
  auto last = last_of(rows.db(), rows.failed());
  rows.first("SELECT pid, wall_ns, at_ns, first_fact FROM session "
             "ORDER BY number DESC LIMIT 1",
             [&](const statement& x) {
               into.pid = static_cast<std::int32_t>(x.integer(0));
               into.last_ns = x.integer(1);
               if (last.number >= static_cast<std::uint64_t>(x.integer(3)))
                 into.last_ns +=
                     std::max<std::int64_t>(last.at - x.integer(2), 0);
             });
  rows.first("SELECT plan, settings FROM revision ORDER BY number DESC LIMIT 1",
             [&](const statement& x) {
               into.plan_path = x.text(0);
               into.settings = x.text(1);
             });
  rows.first("SELECT value FROM about WHERE key = 'plan'",
             [&](const statement& x) {
               into.plan_name = x.text(0);
             });
}

run_state state_of(run_status x) {
  switch (x) {
  case run_status::succeeded:
    return run_state::succeeded;
  case run_status::failed:
    return run_state::failed;
  case run_status::stopped:
    return run_state::stopped;
  case run_status::waiting:
    return run_state::waiting;
  }
  return run_state::unfinished;
}

/// What is missing, as far as that is seen without reading all; else empty.
std::string gap(row_reader& rows, const run_entry& x) {
  auto last = last_of(rows.db(), rows.failed()).number;
  auto first = rows.number("SELECT max(first_fact) FROM session");
  if (x.sessions == 0)
    return "it does not say which plan it is of";
  if (last != x.facts || static_cast<std::uint64_t>(first) > last + 1)
    return "facts of it are missing";
  return {};
}

void read_facts(row_reader& rows, run_entry& into) {
  if (auto end = end_of(rows.db(), rows.failed())) {
    into.state = state_of(end->status);
    into.exit_code = end->exit_code;
  }
  into.tasks = 0;
  each_task(rows.db(), rows.failed(), [&into](std::int64_t) {
    ++into.tasks;
  });
  into.tasks_done = count_done(rows.db(), rows.failed());
  into.facts = count_facts(rows.db(), rows.failed());
}

void read_journal(run_entry& into) {
  auto path = journal_path(into.path);
  auto unreadable = [&](const error& x) {
    into.state = run_state::unreadable;
    into.trouble = x.detail;
    into.trouble_code = x.code;
  };
  // First: a live run may write on, and then the head, while this reads.
  auto head = read_head(head_path(path));
  // What was killed while it made the file has made nothing.
  auto empty = [&] {
    if (auto lost = check_unbegun(path))
      unreadable(*lost);
  };
  std::error_code failure;
  if (!fs::exists(path, failure) && !failure)
    return empty();
  database db;
  if (auto failed = open_to_read(db, path))
    return unreadable(explain(*failed, path));
  if (auto failed = db.run("BEGIN"))
    return unreadable(explain(*failed, path));
  if (db.number("PRAGMA application_id") == 0
      && db.number("PRAGMA user_version") == 0)
    return empty();
  if (auto wrong = check_format(db, path))
    return unreadable(*wrong);
  into.state = run_state::unfinished;
  row_reader rows{db};
  read_sessions(rows, into);
  read_facts(rows, into);
  if (rows.failed())
    return unreadable(explain(*rows.failed(), path));
  if (auto missing = gap(rows, into); !missing.empty())
    return unreadable(damage(path, missing));
  if (head)
    if (auto wrong = check_head(*head, db, path))
      unreadable(*wrong);
}

run_entry read_run(const std::string& state_directory, const std::string& id) {
  run_entry result;
  result.id = id;
  result.path = (fs::path{runs_path(state_directory)} / id).string();
  // First: it may end while this reads, and is then said to live still.
  auto holder = control::holder_of(result.path);
  read_journal(result);
  if (holder == control::run_holder::somebody
      || (holder == control::run_holder::unknown && result.pid > 0
          && result.state == run_state::unfinished
          && control::is_alive(result.pid)))
    result.state = run_state::live;
  if (result.state == run_state::live || result.state == run_state::unreadable)
    result.exit_code.reset();
  if (result.state == run_state::live)
    result.trouble.clear();
  result.size_bytes = size_on_disk(result.path);
  return result;
}

/// The ids of all runs, newest first.
expected<std::vector<std::string>> run_ids(const std::string& state_directory) {
  std::vector<std::string> result;
  std::error_code failure;
  auto folder = runs_path(state_directory);
  auto entries = fs::directory_iterator{folder, failure};
  if (failure == std::errc::no_such_file_or_directory)
    return result;
  for (; !failure && entries != fs::directory_iterator{};
       entries.increment(failure)) {
    std::error_code ignored;
    auto path = entries->path();
    if (entries->symlink_status(ignored).type() == fs::file_type::directory
        && (is_run_id(path.filename().string())
            || fs::exists(journal_path(path.string()), ignored)))
      result.push_back(path.filename().string());
  }
  if (failure)
    return error{exit_code::environment,
                 fmt::format("the runs in '{}' cannot be read: {}; choose "
                             "another state directory with --state-dir",
                             folder, failure.message())};
  std::sort(result.rbegin(), result.rend());
  return result;
}

/// Reads runs, newest first, until `take` says that it has enough (false). An
/// id says when to the second; within one, the journals say.
template <class Take>
void each_run(const std::string& state_directory,
              const std::vector<std::string>& ids, Take take) {
  constexpr std::size_t second = std::string_view{"20261122-201500"}.size();
  for (std::size_t i = 0; i < ids.size();) {
    std::vector<run_entry> group;
    auto moment = ids[i].substr(0, second);
    for (; i < ids.size() && ids[i].substr(0, second) == moment; ++i)
      group.push_back(read_run(state_directory, ids[i]));
    std::stable_sort(group.begin(), group.end(),
                     [](const auto& x, const auto& y) {
                       return x.started_ns > y.started_ns;
                     });
    for (auto& x : group)
      if (!take(std::move(x)))
        return;
  }
}

std::string listed(const std::vector<std::string>& ids) {
  auto shown = std::min(ids.size(), listed_max);
  auto text = fmt::format(
      "{}", fmt::join(ids.begin(),
                      ids.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (ids.size() > shown)
    text += fmt::format(" and {} more ('tutti history' lists them)",
                        ids.size() - shown);
  return text;
}

expected<run_entry> run_named(const run_choice& choice,
                              const std::vector<std::string>& ids) {
  std::vector<std::string> fitting;
  for (const auto& id : ids) {
    if (id == choice.run_id)
      return read_run(choice.state_directory, id);
    if (id.starts_with(choice.run_id))
      fitting.push_back(id);
  }
  if (fitting.size() == 1)
    return read_run(choice.state_directory, fitting.front());
  if (fitting.empty())
    return error{exit_code::bad_plan,
                 fmt::format("there is no run '{}' in '{}'; there is {}",
                             choice.run_id, choice.state_directory,
                             listed(ids))};
  return error{exit_code::bad_plan,
               fmt::format("'{}' fits several runs: {}", choice.run_id,
                           listed(fitting))};
}

} // namespace

std::string_view to_string(run_state x) {
  switch (x) {
  case run_state::live:
    return "live";
  case run_state::succeeded:
    return "succeeded";
  case run_state::failed:
    return "failed";
  case run_state::stopped:
    return "stopped";
  case run_state::waiting:
    return "waiting";
  case run_state::unfinished:
    return "unfinished";
  case run_state::no_journal:
    return "no-journal";
  case run_state::unreadable:
    return "unreadable";
  }
  return "unknown";
}

bool is_run_id(std::string_view name) {
  constexpr std::string_view form = "dddddddd-dddddd-xxxx";
  constexpr std::string_view digits = "0123456789abcdef";
  if (name.size() != form.size())
    return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    auto most = form[i] == 'd' ? std::size_t{10} : digits.size();
    bool fits = form[i] == '-' ? name[i] == '-' : digits.find(name[i]) < most;
    if (!fits)
      return false;
  }
  return true;
}

std::string journal_path(const std::string& run_path) {
  return run_path + "/journal.db";
}

std::string runs_path(const std::string& state_directory) {
  std::error_code ignored;
  auto root = fs::absolute(state_directory, ignored).lexically_normal();
  return (root / "runs").string();
}

std::uint64_t size_on_disk(const std::string& path) {
  std::uint64_t result = 0;
  auto add = [&](const std::string& x) {
    struct stat info {};
    if (::lstat(x.c_str(), &info) == 0)
      result += static_cast<std::uint64_t>(info.st_blocks) * 512;
  };
  add(path);
  std::error_code failure;
  auto entries = fs::recursive_directory_iterator{
      path, fs::directory_options::skip_permission_denied, failure};
  for (; !failure && entries != fs::recursive_directory_iterator{};
       entries.increment(failure))
    add(entries->path().string());
  return result;
}

expected<std::vector<run_entry>> list_runs(const std::string& state_directory,
                                           std::size_t most) {
  auto ids = run_ids(state_directory);
  if (!ids)
    return ids.error();
  std::vector<run_entry> result;
  each_run(state_directory, *ids, [&](run_entry x) {
    if (result.size() < most)
      result.push_back(std::move(x));
    return result.size() < most;
  });
  return result;
}

std::size_t count_runs(const std::string& state_directory) {
  auto ids = run_ids(state_directory);
  return ids ? ids->size() : 0;
}

expected<run_entry> find_run(const run_choice& choice) {
  auto ids = run_ids(choice.state_directory);
  if (!ids)
    return ids.error();
  if (ids->empty())
    return error{
        exit_code::nothing_to_run,
        fmt::format("there are no runs in '{}'; 'tutti run' starts one",
                    choice.state_directory)};
  if (!choice.run_id.empty())
    return run_named(choice, *ids);
  std::optional<run_entry> found;
  each_run(choice.state_directory, *ids, [&](run_entry x) {
    // Of an unreadable one nobody knows whose it is: it may be the one meant.
    if (x.state != run_state::no_journal
        && (choice.plan_path.empty() || x.state == run_state::unreadable
            || x.plan_path == choice.plan_path))
      found = std::move(x);
    return !found;
  });
  if (found)
    return std::move(*found);
  return error{exit_code::nothing_to_run,
               choice.plan_path.empty()
                   ? fmt::format("no run in '{}' has a journal; there is {}",
                                 choice.state_directory, listed(*ids))
                   : fmt::format("there is no run of '{}' in '{}'; there is {}",
                                 choice.plan_path, choice.state_directory,
                                 listed(*ids))};
}

} // namespace tutti::journal
