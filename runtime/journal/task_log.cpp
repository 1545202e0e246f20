// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/task_log.hpp"

#include "actors/agent/attempt_name.hpp"
#include "config/suggest.hpp"
#include "messages/fact.hpp"
#include "runtime/journal/coming_log.hpp"
#include "runtime/journal/fact_json.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/journal/schema.hpp"
#include "runtime/journal/stored_facts.hpp"
#include "runtime/journal/stored_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

namespace tutti::journal {

namespace {

namespace fs = std::filesystem;

/// What state a fact leaves its task in; empty: the one before.
std::string_view state_after(std::string_view kind, std::string_view state) {
  constexpr std::pair<fact_kind, task_state> said[] = {
      {fact_kind::task_ready, task_state::ready},
      {fact_kind::attempt_started, task_state::running},
      {fact_kind::task_skipped, task_state::skipped},
      {fact_kind::task_left_out, task_state::left_out},
      {fact_kind::task_cancelled, task_state::cancelled},
      {fact_kind::task_timed_out, task_state::timed_out},
      {fact_kind::task_errored, task_state::error},
      {fact_kind::version_started, task_state::waiting},
  };
  for (auto [k, s] : said)
    if (kind == to_string(k))
      return to_string(s);
  for (auto k : {fact_kind::attempt_finished, fact_kind::later_failed,
                 fact_kind::stream_ended, fact_kind::integrate_ready,
                 fact_kind::task_retried})
    if (kind == to_string(k))
      return state;
  return {};
}

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The log of the agent's newest session: "session.ann.3.log".
std::string session_log(const std::string& logs, const std::string& agent) {
  auto head = fmt::format("session.{}.", agent);
  std::string result;
  unsigned newest = 0;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator{logs, failure}) {
    auto name = entry.path().filename().string();
    if (!name.starts_with(head) || !name.ends_with(".log"))
      continue;
    unsigned number = 0;
    const auto* begin = name.data() + head.size();
    const auto* end = name.data() + name.size() - 4;
    auto [stop, code] = std::from_chars(begin, end, number);
    if (code == std::errc{} && stop == end && number > newest) {
      newest = number;
      result = entry.path().string();
    }
  }
  return result;
}

} // namespace

/// What the numbers in the rows of a task mean.
struct task_log::task_words {
  using texts = std::unordered_map<std::int64_t, std::string>;

  task_words(database& db, const std::string& task)
    : kinds(words_in(db, vocabulary::kind)),
      phases(words_in(db, vocabulary::phase)),
      states(words_in(db, vocabulary::state)),
      ends(words_in(db, vocabulary::end)) {
    unread = each_name(db, [&](const stored_name& x) {
      if (x.kind == to_string(name_kind::agent))
        agents.emplace(x.id, x.name);
      else if (x.kind == to_string(name_kind::task) && x.name == task)
        ids.insert(x.id);
    });
  }

  [[nodiscard]] static std::string_view text(const texts& in, std::int64_t id) {
    auto i = in.find(id);
    return i == in.end() ? std::string_view{} : std::string_view{i->second};
  }

  texts kinds;
  texts phases;
  texts states;
  texts ends;
  texts agents;
  std::unordered_set<std::int64_t> ids; ///< of the task, one a revision
  std::optional<failure> unread;
};

error task_log::failed(const failure& x) const {
  return explain(x, journal_path(run_path_));
}

expected<task_log> task_log::open(const std::string& run_path,
                                  const std::string& task) {
  task_log result{run_path, task};
  auto path = journal_path(run_path);
  if (!is_file(path))
    return error{exit_code::environment,
                 fmt::format("the run in '{}' has no journal (yet)", run_path)};
  if (auto failed = open_to_read(result.db_, path))
    return result.failed(*failed);
  if (auto wrong = check_format(result.db_, path))
    return *wrong;
  if (auto wrong = result.find_task())
    return *wrong;
  if (auto wrong = result.refresh())
    return *wrong;
  return result;
}

std::optional<error> task_log::find_task() {
  std::vector<std::pair<std::int64_t, std::string>> found; // by revision
  auto unread = each_name(db_, [&](const stored_name& x) {
    if (x.kind == to_string(name_kind::task))
      found.emplace_back(x.revision, x.name);
  });
  if (unread)
    return failed(*unread);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) {
                     return a.first > b.first;
                   });
  std::vector<std::string> names;
  std::unordered_set<std::string_view> known;
  for (const auto& [revision, name] : found)
    if (known.insert(name).second)
      names.push_back(name);
  if (std::find(names.begin(), names.end(), task_) != names.end())
    return std::nullopt;
  std::vector<std::string_view> views{names.begin(), names.end()};
  auto hint = config::suggester{}.hint(task_, views);
  if (hint.empty() && names.size() <= 10)
    hint = fmt::format("there is {}", fmt::join(names, ", "));
  return error{exit_code::bad_plan,
               fmt::format("run {} has no task '{}'{}{}",
                           fs::path{run_path_}.filename().string(), task_,
                           hint.empty() ? "" : "; ", hint)};
}

/// A live run may come to know more words and names.
std::optional<error> task_log::refresh() {
  std::optional<failure> unread;
  if (last_of(db_, unread).number == last_ && !unread)
    return std::nullopt;
  task_words words{db_, task_};
  if (words.unread)
    return failed(*words.unread);
  stored_facts facts{db_, last_};
  for (fact_row row; facts.next(row); last_ = row.number)
    if (words.ids.contains(row[column::subject]))
      add(words, row);
  if (facts.failed())
    return failed(*facts.failed());
  return std::nullopt;
}

void task_log::add(const task_words& words, const fact_row& row) {
  auto kind = words.text(words.kinds, row[column::kind]);
  if (auto x = state_after(kind, words.text(words.states, row[column::state]));
      !x.empty())
    state_ = x;
  auto number = row[column::attempt] == absent
                  ? 0u
                  : static_cast<std::uint32_t>(row[column::attempt]);
  bool ends = kind == to_string(fact_kind::attempt_finished);
  if (number == 0 || (!ends && kind != to_string(fact_kind::attempt_started)))
    return;
  auto& x = attempt(number);
  if (auto phase = words.text(words.phases, row[column::phase]); !phase.empty())
    x.phase = phase;
  x.agent = words.text(words.agents, row[column::agent]);
  x.end.clear();
  x.log.clear();
  if (!ends)
    return;
  x.end = words.text(words.ends, row[column::ended]);
  if (row.details)
    x.log = log_of_json(*row.details).value_or("");
}

logged_attempt& task_log::attempt(std::uint32_t number) {
  for (auto& x : attempts_)
    if (x.number == number)
      return x;
  attempts_.push_back({number, "run", {}, {}, {}});
  return attempts_.back();
}

bool task_log::is_over() const {
  const auto& states = words_of(vocabulary::state);
  auto at = std::find(states.begin(), states.end(), state_);
  return at != states.end()
      && is_terminal(static_cast<task_state>(at - states.begin()));
}

std::string task_log::path_of(const logged_attempt& x) const {
  auto logs = run_path_ + "/logs";
  if (!x.log.empty()) {
    // Where the state directory was moved, its name is still the same.
    auto here = logs + "/" + fs::path{x.log}.filename().string();
    if (is_file(x.log))
      return x.log;
    return is_file(here) || is_log_coming(here) ? here : std::string{};
  }
  if (!x.end.empty())
    return {};
  auto own = fmt::format("{}/{}.log", logs, attempt_name(task_, x.number));
  return is_file(own) ? own : session_log(logs, x.agent);
}

} // namespace tutti::journal
