// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/attempt_result.hpp"

#include "actors/agent/outputs.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti {

namespace {

template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    auto end = text.find('\n');
    visit(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

/// `base`, then the lines of `more` that it does not have: a note of the plan
/// is in the notes of both phases.
std::string joined_notes(const std::string& base, std::string_view more) {
  std::unordered_set<std::string_view> known;
  for_each_line(base, [&](std::string_view line) {
    known.insert(line);
  });
  auto result = base;
  for_each_line(more, [&](std::string_view line) {
    if (known.insert(line).second)
      add_line(result, std::string{line});
  });
  return result;
}

/// Of equal keys `own` counts.
template <class T, class Key>
void merge_by(std::vector<T>& own, const std::vector<T>& earlier, Key key) {
  own.insert(own.end(), earlier.begin(), earlier.end());
  std::stable_sort(own.begin(), own.end(), [&](const T& x, const T& y) {
    return key(x) < key(y);
  });
  auto same = [&](const T& x, const T& y) {
    return key(x) == key(y);
  };
  own.erase(std::unique(own.begin(), own.end(), same), own.end());
}

} // namespace

void add_line(std::string& note, const std::string& line) {
  if (!note.empty() && !line.empty())
    note += '\n';
  note += line;
}

void add_live(attempt_details& x, live_additions live, std::string plan_note) {
  put_over(live.outputs, std::move(x.outputs));
  x.outputs = std::move(live.outputs);
  auto own = std::move(x.note); // of a driver that has notes
  x.note = std::move(plan_note);
  add_line(x.note, own);
  add_line(x.note, live.note);
}

void put_over_earlier(attempt_details& x, const attempt_details* earlier) {
  if (earlier == nullptr)
    return;
  auto base = earlier->outputs;
  put_over(base, std::move(x.outputs));
  x.outputs = std::move(base);
  x.note = joined_notes(earlier->note, x.note);
  merge_by(x.artifacts, earlier->artifacts, [](const artifact& y) {
    return std::string_view{y.path};
  });
  merge_by(x.contracts, earlier->contracts, [](const contract_text& y) {
    return y.contract;
  });
}

} // namespace tutti
