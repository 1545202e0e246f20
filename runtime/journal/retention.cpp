// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/retention.hpp"

#include "runtime/journal/database.hpp"
#include "runtime/journal/fact_json.hpp"
#include "runtime/journal/stored_facts.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <utility>

namespace tutti::journal {

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

bool may_go(const run_entry& x, const retention& how) {
  if (x.state == run_state::live)
    return false;
  bool is_needed = is_resumable(x.state) || x.state == run_state::unreadable;
  return how.unfinished || !is_needed;
}

/// Sizes of the runs and their artifacts; an artifact counts until the last run
/// that names it has gone.
class total_size {
public:
  total_size(const std::vector<judged_run>& runs, const artifact_sizes& store)
    : store_(&store) {
    for (const auto& x : runs) {
      bytes_ += x.run.size_bytes;
      for (const auto& digest : x.use.digests)
        if (auto i = store.find(digest);
            i != store.end() && users_[digest]++ == 0)
          bytes_ += i->second;
    }
  }

  void remove(const judged_run& x) {
    bytes_ -= x.run.size_bytes;
    for (const auto& digest : x.use.digests)
      if (auto i = users_.find(digest); i != users_.end() && --i->second == 0)
        bytes_ -= store_->at(digest);
  }

  [[nodiscard]] std::uint64_t bytes() const {
    return bytes_;
  }

private:
  const artifact_sizes* store_;
  std::unordered_map<std::string, std::size_t> users_;
  std::uint64_t bytes_ = 0;
};

} // namespace

artifact_use artifacts_of(const run_entry& x) {
  artifact_use result;
  result.more = x.state == run_state::live;
  if (x.state == run_state::no_journal)
    return result;
  database db;
  if (x.state == run_state::unreadable
      || open_to_read(db, journal_path(x.path))) {
    result.more = true;
    return result;
  }
  stored_facts facts{db};
  for (fact_row row; facts.next(row);) {
    if (!row.details || *row.details == "{}")
      continue;
    auto named = files_of_json(*row.details);
    if (!named) {
      result.more = true;
      continue;
    }
    std::move(named->digests.begin(), named->digests.end(),
              std::back_inserter(result.digests));
    if (named->payload.size_bytes > 0)
      result.payloads.push_back(named->payload);
  }
  auto& digests = result.digests;
  std::sort(digests.begin(), digests.end());
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  result.more = result.more || facts.failed();
  return result;
}

std::int64_t used_since(const run_entry& x) {
  if (x.started_ns != 0)
    return x.started_ns;
  std::tm parts{};
  if (std::sscanf(x.id.c_str(), "%4d%2d%2d-%2d%2d%2d-", &parts.tm_year,
                  &parts.tm_mon, &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
                  &parts.tm_sec)
      != 6)
    return 0;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return std::max<std::int64_t>(::timegm(&parts), 0) * second_ns;
}

std::int64_t last_change(const run_entry& x) {
  if (x.last_ns != 0)
    return x.last_ns;
  struct stat info {};
  if (::stat(x.path.c_str(), &info) != 0)
    return 0;
  return info.st_mtim.tv_sec * second_ns + info.st_mtim.tv_nsec;
}

std::vector<std::size_t> runs_to_remove(const std::vector<judged_run>& runs,
                                        const artifact_sizes& store,
                                        const retention& how,
                                        std::int64_t now_ns) {
  std::vector<std::size_t> result;
  total_size total{runs, store};
  bool others_go = how.keep && !how.age_max_ns && !how.size_max;
  for (std::size_t i = runs.size(); i-- > how.keep.value_or(0);) {
    const auto& x = runs[i];
    if (!may_go(x.run, how))
      continue;
    bool old = how.age_max_ns && now_ns - x.last_ns > *how.age_max_ns;
    bool large = how.size_max && total.bytes() > *how.size_max;
    if (!others_go && !old && !large)
      continue;
    total.remove(x);
    result.push_back(i);
  }
  return result;
}

} // namespace tutti::journal
