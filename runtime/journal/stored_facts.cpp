// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/stored_facts.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace tutti::journal {

namespace {

/// Those of format 1 have rows only.
bool has_packs(database& db) {
  return db.number("PRAGMA user_version").value_or(0) >= format_of_packs;
}

} // namespace

void add_pack_to(chain& x, std::uint64_t first, std::uint64_t last,
                 std::int64_t at, std::string_view body) {
  x.add(first);
  x.add(last);
  x.add(static_cast<std::uint64_t>(at));
  x.add(body);
}

void fact_entry::add_to(chain& x) const {
  if (is_pack)
    add_pack_to(x, first, last, at, body);
  else
    row.add_to(x);
}

stored_facts::stored_facts(database& db, std::uint64_t after) : db_(&db) {
  reads_ = !db.run("BEGIN"); // else there is one already
  rows_ = db.prepare(fmt::format(
      "SELECT {} FROM fact WHERE number > ? ORDER BY number", fact_columns));
  if (rows_ && has_packs(db))
    packs_ = db.prepare("SELECT first, last, at_ns, chain, body FROM pack "
                        "WHERE first > ? ORDER BY first");
  if (!rows_ || (!packs_ && has_packs(db))) {
    failed_ = db.last_failure();
    return;
  }
  auto from = static_cast<std::int64_t>(after);
  rows_.bind(0, from);
  if (packs_) {
    packs_.bind(0, from);
    (void)advance(packs_, has_pack_);
  }
  (void)advance(rows_, has_row_);
}

stored_facts::~stored_facts() {
  rows_ = {};
  packs_ = {};
  if (reads_)
    (void)db_->run("COMMIT");
}

bool stored_facts::advance(statement& x, bool& there) {
  there = !failed_ && x.step();
  if (!there && x.result() != 0 && !failed_)
    failed_ = db_->last_failure();
  return there;
}

void stored_facts::take_row() {
  auto& row = entry_.row;
  row.number = static_cast<std::uint64_t>(rows_.integer(0));
  int at = 1;
  for (auto& n : row.numbers) {
    n = rows_.is_null(at) ? absent : rows_.integer(at);
    ++at;
  }
  for (auto* text : {&row.extra, &row.details}) {
    if (rows_.is_null(at))
      text->reset();
    else
      text->emplace(rows_.text(at));
    ++at;
  }
  entry_.is_pack = false;
  entry_.first = entry_.last = row.number;
  entry_.at = row[column::at];
  entry_.sum = chain{static_cast<std::uint64_t>(rows_.integer(at))};
  (void)advance(rows_, has_row_);
}

void stored_facts::take_pack() {
  entry_.is_pack = true;
  entry_.first = static_cast<std::uint64_t>(packs_.integer(0));
  entry_.last = static_cast<std::uint64_t>(packs_.integer(1));
  entry_.at = packs_.integer(2);
  entry_.sum = chain{static_cast<std::uint64_t>(packs_.integer(3))};
  entry_.body = packs_.text(4);
  pack_.begin(entry_.body, entry_.first);
  (void)advance(packs_, has_pack_);
}

bool stored_facts::next_entry() {
  if (failed_ || (!has_row_ && !has_pack_))
    return false;
  bool row_first =
      has_row_ && (!has_pack_ || rows_.integer(0) <= packs_.integer(0));
  if (row_first)
    take_row();
  else
    take_pack();
  next_ = entry_.first;
  return true;
}

bool stored_facts::next_of_entry(fact_row& into) {
  if (failed_)
    return false;
  if (!entry_.is_pack) {
    if (next_ > entry_.last)
      return false;
    ++next_;
    into = entry_.row;
    return true;
  }
  if (pack_.next(into)) {
    ++next_;
    return true;
  }
  if (pack_.is_damaged() || next_ != entry_.last + 1)
    failed_ = failure{
        SQLITE_CORRUPT,
        fmt::format("facts {} to {} are not as they were written: what was "
                    "packed for them cannot be read from fact {} on",
                    entry_.first, entry_.last, next_)};
  return false;
}

bool stored_facts::next(fact_row& into) {
  // At first the entry is one that has nothing left.
  while (!next_of_entry(into))
    if (failed_ || !next_entry())
      return false;
  return true;
}

last_fact last_of(database& db, std::optional<failure>& failed) {
  last_fact result;
  auto take = [&](const char* sql) {
    auto x = db.prepare(sql);
    if (!x || !x.step()) {
      if (!failed && (!x || x.result() != 0))
        failed = db.last_failure();
      return;
    }
    if (auto number = static_cast<std::uint64_t>(x.integer(0));
        number > result.number)
      result = {number, chain{static_cast<std::uint64_t>(x.integer(1))},
                x.integer(2)};
  };
  take("SELECT number, chain, at_ns FROM fact ORDER BY number DESC LIMIT 1");
  if (has_packs(db))
    take("SELECT last, chain, at_ns FROM pack ORDER BY first DESC LIMIT 1");
  return result;
}

std::optional<chain> sum_at(database& db, std::uint64_t number) {
  auto found = db.number(
      fmt::format("SELECT chain FROM fact WHERE number = {}", number));
  if (!found && has_packs(db))
    found = db.number(fmt::format("SELECT chain FROM (SELECT last, chain FROM "
                                  "pack WHERE first <= {0} ORDER BY first DESC "
                                  "LIMIT 1) WHERE last = {0}",
                                  number));
  if (!found)
    return std::nullopt;
  return chain{static_cast<std::uint64_t>(*found)};
}

std::uint64_t count_facts(database& db, std::optional<failure>& failed) {
  std::uint64_t result = 0;
  auto add = [&](const char* sql) {
    if (auto n = db.number(sql))
      result += static_cast<std::uint64_t>(*n);
    else if (!failed)
      failed = db.last_failure();
  };
  add("SELECT count(*) FROM fact");
  if (has_packs(db))
    add("SELECT coalesce(sum(last - first + 1), 0) FROM pack");
  return result;
}

std::unordered_map<std::int64_t, std::string> words_in(database& db,
                                                       vocabulary x) {
  std::unordered_map<std::int64_t, std::string> result;
  auto rows = db.prepare("SELECT id, text FROM word WHERE vocabulary = ?");
  if (!rows)
    return result;
  rows.bind(0, name_of(x));
  while (rows.step())
    result.emplace(rows.integer(0), rows.text(1));
  return result;
}

} // namespace tutti::journal
