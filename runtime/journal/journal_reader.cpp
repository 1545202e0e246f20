// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_reader.hpp"

#include "runtime/journal/log_tail.hpp"
#include "runtime/journal/stored_names.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::journal {

namespace {

/// What lies beside a journal is made after it.
bool had_journal(const std::filesystem::path& run) {
  std::error_code ignored;
  return std::filesystem::exists(run / "logs", ignored)
      || std::filesystem::exists(run / "payloads", ignored);
}

} // namespace

error damage(const std::string& path, const std::string& what) {
  return {exit_code::journal,
          fmt::format("the journal '{}' is damaged: {}; put an undamaged copy "
                      "back, or begin anew without --resume",
                      path, what)};
}

error journal_reader::failed(const failure& x) const {
  // What we ask is right: the tables are not.
  return (x.code & 0xff) == SQLITE_ERROR ? damaged(x.text) : explain(x, path_);
}

template <class Take>
void journal_reader::each(statement& rows, Take take) {
  while (rows.step())
    take();
  if (rows.result() != 0 && !unread_)
    unread_ = db_.last_failure();
}

error journal_reader::damaged(const std::string& what) const {
  return damage(path_, what);
}

error journal_reader::newer(const std::string& what) const {
  return {exit_code::journal,
          fmt::format("the journal '{}' was gone on with by a newer tutti: {}; "
                      "use that one",
                      path_, what)};
}

expected<std::unique_ptr<journal_reader>>
journal_reader::open(const std::string& path, const std::string& vfs) {
  std::unique_ptr<journal_reader> result{new journal_reader{path}};
  // First: a live run may write on, and then the head, while this reads.
  auto head = vfs.empty() ? read_head(head_path(path)) : std::nullopt;
  result->info_.torn = vfs.empty() && ends_torn(path + "-wal");
  if (auto failed = open_to_read(result->db_, path, vfs)) {
    bool missing = (failed->code & 0xff) == SQLITE_CANTOPEN
                && !std::filesystem::exists(path);
    if (!missing)
      return result->failed(*failed);
    auto lost = check_unbegun(path);
    return lost ? *lost : result->damaged("it is not there");
  }
  if (auto failed = result->db_.run("BEGIN"))
    return result->failed(*failed);
  if (auto wrong = result->read_info())
    return *wrong;
  if (head)
    if (auto wrong = check_head(*head, result->db_, path))
      return *wrong;
  if (auto failed = result->db_.run("COMMIT"))
    return result->failed(*failed);
  return result;
}

std::optional<error> check_unbegun(const std::string& path) {
  auto head = read_head(head_path(path));
  if (head && head->last > 0)
    return damage(
        path, fmt::format("{1} facts in it were durable, and none is left: it "
                          "was replaced or removed, or its file '{0}-wal' is "
                          "missing or damaged",
                          path, head->last));
  if (had_journal(std::filesystem::path{path}.parent_path()))
    return damage(path, "its run had begun, and no fact of it is left: it was "
                        "replaced or removed");
  return std::nullopt;
}

std::optional<error> check_head(const journal_head& head, database& db,
                                const std::string& path) {
  if (!head.is_promise || head.last == 0)
    return std::nullopt;
  std::optional<failure> failed;
  auto last = last_of(db, failed).number;
  if (last < head.last)
    return damage(path, fmt::format("it ends at fact {}, but {} was durable: "
                                    "an older copy was put in its place, or "
                                    "its file '{}-wal' is missing or damaged",
                                    last, head.last, path));
  if (sum_at(db, head.last) == head.sum)
    return std::nullopt;
  return damage(path, fmt::format("fact {} is another than the one that was "
                                  "durable: another journal was put in its "
                                  "place",
                                  head.last));
}

std::optional<error> check_format(database& db, const std::string& path) {
  auto id = db.number("PRAGMA application_id");
  if (!id)
    return explain(db.last_failure(), path);
  auto version = db.number("PRAGMA user_version").value_or(0);
  if (*id == 0 && version == 0) {
    if (auto lost = check_unbegun(path))
      return lost;
    return error{
        exit_code::journal,
        fmt::format("the journal '{}' is empty: its run never began; begin "
                    "anew without --resume",
                    path)};
  }
  if (*id != application_id)
    return error{exit_code::journal,
                 fmt::format("'{}' is no journal of tutti; put the journal "
                             "back, or begin anew without --resume",
                             path)};
  if (version > format)
    return error{exit_code::journal,
                 fmt::format("the journal '{}' is of format {}, and this tutti "
                             "knows up to {}: use the newer one that wrote it",
                             path, version, format)};
  if (version < format_oldest)
    return error{exit_code::journal,
                 fmt::format("the journal '{}' is of format {}, and this tutti "
                             "reads {} and later: use the older one that wrote "
                             "it",
                             path, version, format_oldest)};
  return std::nullopt;
}

void journal_reader::read_words() {
  auto rows = db_.prepare("SELECT key, value FROM about ORDER BY key");
  each(rows, [&] {
    info_.about.emplace(rows.text(0), rows.text(1));
  });
  for (const auto& [key, value] : info_.about) {
    sum_.add(key);
    sum_.add(value);
  }
  rows = db_.prepare("SELECT id, text FROM word WHERE vocabulary = ? "
                     "ORDER BY id");
  for (std::size_t v = 0; v < vocabulary_count; ++v) {
    rows.bind(0, name_of(static_cast<vocabulary>(v)));
    each(rows, [&] {
      info_.words[v].emplace_back(rows.integer(0), rows.text(1));
    });
    rows.reset();
  }
  add_words_of(0);
}

void journal_reader::add_words_of(std::uint32_t session) {
  for (const auto& words : info_.words)
    for (const auto& [id, text] : words)
      if (id / word_stride == session)
        add_word_to(sum_, id, text);
}

void journal_reader::read_sessions() {
  auto rows = db_.prepare("SELECT number, first_fact, at_ns, wall_ns, pid, "
                          "durability, tutti FROM session ORDER BY number");
  each(rows, [&] {
    session_entry x;
    x.number = static_cast<std::uint32_t>(rows.integer(0));
    x.first_fact = static_cast<std::uint64_t>(rows.integer(1));
    x.at = duration{rows.integer(2)};
    x.wall_ns = rows.integer(3);
    x.pid = static_cast<std::int32_t>(rows.integer(4));
    x.durability = rows.text(5);
    x.tutti = rows.text(6);
    info_.sessions.push_back(std::move(x));
  });
  rows = db_.prepare("SELECT number, session, first_fact, plan, settings "
                     "FROM revision ORDER BY number");
  each(rows, [&] {
    revision_entry x;
    x.number = static_cast<std::uint32_t>(rows.integer(0));
    x.session = static_cast<std::uint32_t>(rows.integer(1));
    x.first_fact = static_cast<std::uint64_t>(rows.integer(2));
    x.plan = rows.text(3);
    x.settings = rows.text(4);
    info_.revisions.push_back(std::move(x));
  });
}

void journal_reader::read_part_rows() {
  auto rows = db_.prepare("SELECT revision, name, aspect, digest FROM part "
                          "ORDER BY revision, name, aspect");
  each(rows, [&] {
    parts_.push_back({rows.integer(0), rows.integer(1),
                      std::string{rows.text(2)},
                      static_cast<std::uint64_t>(rows.integer(3))});
  });
}

void journal_reader::read_names() {
  auto failed = each_name(
      db_,
      [this](const stored_name& x) {
        auto kind = name_kind_of(x.kind);
        if (!kind)
          unknown_kind_ = x.kind;
        names_.push_back(
            {x.revision, x.id, kind.value_or(name_kind::task),
             std::string{x.name}, std::string{x.parts},
             !name_packs_.empty() && name_packs_.back().first <= x.id});
      },
      [this](const name_pack& x) {
        name_packs_.push_back({x.first, x.last, x.revision, std::string{x.kind},
                               std::string{x.body}});
      });
  if (failed && !unread_)
    unread_ = failed;
  if (db_.number("PRAGMA user_version").value_or(0) < format_of_packs)
    read_part_rows();
  if (info_.revisions.empty())
    return;
  std::int64_t revision = info_.revisions.back().number;
  std::unordered_map<std::int64_t, std::uint32_t> index;
  for (const auto& x : names_) {
    if (x.revision != revision)
      continue;
    auto at = static_cast<std::uint32_t>(info_.names.size());
    index.emplace(x.id, at);
    info_.names.emplace_back(x.id, x.kind, x.name);
    std::string_view left = x.parts;
    while (auto one = take_digest(left))
      info_.parts.push_back({x.kind, at, std::string{one->first}, one->second});
  }
  for (const auto& x : parts_)
    if (auto i = index.find(x.name); x.revision == revision && i != index.end())
      info_.parts.push_back(
          {std::get<1>(info_.names[i->second]), i->second, x.aspect, x.digest});
}

std::optional<error> journal_reader::read_info() {
  if (auto wrong = check_format(db_, path_))
    return wrong;
  read_words();
  read_sessions();
  read_names();
  if (unread_)
    return failed(*unread_);
  if (info_.sessions.empty() || info_.revisions.empty())
    return damaged("it does not say which plan it is of");
  if (!unknown_kind_.empty())
    return damaged(fmt::format("a name in it is one of a '{}'", unknown_kind_));
  info_.last = last_of(db_, unread_).number;
  info_.end = end_of(db_, unread_);
  return unread_ ? std::optional{failed(*unread_)} : std::nullopt;
}

// -- facts --------------------------------------------------------------------

void journal_reader::add_names_of(std::uint32_t revision) {
  for (const auto& x : names_) {
    if (x.revision != revision || x.packed)
      continue;
    add_name_to(sum_, x.id, x.kind, x.name);
    if (!x.parts.empty())
      sum_.add(x.parts);
  }
  for (const auto& x : name_packs_)
    if (x.revision == revision)
      name_pack{x.first, x.last, x.revision, x.kind, x.body}.add_to(sum_);
}

/// What was written before a fact goes into the sum before it.
void journal_reader::add_entries_before(std::uint64_t number) {
  auto revision_due = [&](const session_entry* session) {
    return revisions_added_ < info_.revisions.size()
        && (session == nullptr
            || info_.revisions[revisions_added_].session == session->number);
  };
  while (sessions_added_ < info_.sessions.size()
         && info_.sessions[sessions_added_].first_fact <= number) {
    const auto& session = info_.sessions[sessions_added_++];
    add_to(sum_, session);
    add_words_of(session.number);
    if (!revision_due(&session))
      continue;
    const auto& revision = info_.revisions[revisions_added_++];
    add_to(sum_, revision);
    add_names_of(revision.number);
    for (const auto& x : parts_)
      if (x.revision == revision.number)
        add_part_to(sum_, x.name, x.aspect, x.digest);
  }
}

std::optional<error> journal_reader::check(const fact_entry& x) {
  if (x.first != number_ + 1 || x.last < x.first)
    return damaged(fmt::format("after fact {} comes fact {}", number_,
                               x.first == number_ + 1 ? x.last : x.first));
  add_entries_before(x.first);
  x.add_to(sum_);
  if (sum_ == x.sum)
    return std::nullopt;
  auto which = x.is_pack
                 ? fmt::format("one of the facts {} to {}", x.first, x.last)
                 : fmt::format("fact {}", x.first);
  return damaged(fmt::format("{}, or what the journal says of itself before "
                             "it, is not as it was written",
                             which));
}

expected<std::vector<fact>> journal_reader::read(const plan* p,
                                                 bool all_known) {
  auto first = info_.revisions.back().first_fact;
  std::optional<row_decoder> decoder;
  if (p != nullptr)
    decoder.emplace(*p, info_,
                    all_known ? unknown_names::refused
                              : unknown_names::left_out);
  std::vector<fact> result;
  fact_row row;
  stored_facts stored{db_, number_};
  while (stored.next_entry()) {
    if (auto wrong = check(stored.entry()))
      return *wrong;
    number_ = stored.entry().last;
    while (stored.next_of_entry(row)) {
      if (!decoder || row.number < first)
        continue;
      auto f = decoder->decode(row);
      if (f)
        result.push_back(std::move(*f));
      else if (all_known) {
        auto what =
            fmt::format("of fact {}, {}", row.number, decoder->unknown());
        return decoder->is_newer() ? newer(what) : damaged(what);
      }
    }
  }
  if (stored.failed())
    return failed(*stored.failed());
  if (number_ < info_.last)
    return damaged(fmt::format("facts after {} cannot be read", number_));
  add_entries_before(number_ + 1);
  if (sessions_added_ < info_.sessions.size()
      || revisions_added_ < info_.revisions.size())
    return damaged(fmt::format("it ends at fact {}, before what session {} "
                               "went on from",
                               number_, info_.sessions.back().number));
  return result;
}

expected<std::vector<fact>> journal_reader::facts(const plan& p) {
  return read(&p, true);
}

expected<std::vector<fact>> journal_reader::facts_known_to(const plan& p) {
  return read(&p, false);
}

std::optional<error> journal_reader::check() {
  auto all = read(nullptr, false);
  return all ? std::nullopt : std::optional{all.error()};
}

expected<std::vector<fact>> journal_reader::more(const plan& p) {
  return read(&p, true);
}

} // namespace tutti::journal
