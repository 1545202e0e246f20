// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_file.hpp"

#include "runtime/journal/stored_facts.hpp"
#include "runtime/journal/stored_names.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/folder.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace tutti::journal {

namespace {

const char* synchronous(durability x) {
  switch (x) {
  case durability::full:
    return "PRAGMA synchronous = FULL";
  case durability::normal:
    return "PRAGMA synchronous = NORMAL";
  case durability::off:
    break;
  }
  return "PRAGMA synchronous = OFF";
}

/// Bytes of a pack, and a little more: a few pages, which are read at once.
constexpr std::size_t pack_size = 32 * 1024;

/// The digests of each name, as they are written.
class digest_reader {
public:
  /// They are in the order of the names.
  explicit digest_reader(const std::vector<part_entry>& all)
    : next_(all.begin()), end_(all.end()) {
  }

  /// To be asked in that order, too. Valid until the next call.
  std::string_view of(name_kind kind, std::size_t index) {
    bytes_.clear();
    for (; next_ != end_ && next_->kind == kind && next_->index == index;
         ++next_)
      put_digest(bytes_, next_->aspect, next_->digest);
    return bytes_;
  }

private:
  std::vector<part_entry>::const_iterator next_;
  std::vector<part_entry>::const_iterator end_;
  std::string bytes_;
};

/// What there are many of. Of all else (the run, gates, services, requests,
/// nodes, what people say) a person may ask by SQL.
bool is_packed(const fact& x) {
  return !x.extra && subject_of(x.kind) == subject_kind::task;
}

} // namespace

std::string_view to_string(durability x) {
  switch (x) {
  case durability::full:
    return "full";
  case durability::normal:
    return "normal";
  case durability::off:
    return "off";
  }
  return "unknown";
}

journal_file::journal_file(journal_options options,
                           std::shared_ptr<const plan> work)
  : options_(std::move(options)), work_(std::move(work)) {
}

journal_file::~journal_file() = default;

error journal_file::as_error(const failure& x) const {
  return explain(x, options_.path);
}

std::optional<failure> journal_file::connect(access how) {
  insert_ = {};
  insert_pack_ = {};
  if (auto failed = db_.open(options_.path, how, options_.vfs))
    return failed;
  if (auto failed = db_.run("PRAGMA journal_mode = WAL"))
    return failed;
  // `normal` may lose the last facts, not the file.
  bool make_durable =
      how == access::create && options_.how == durability::normal;
  return db_.run(synchronous(make_durable ? durability::full : options_.how));
}

std::optional<failure> journal_file::finish(statement& x) {
  (void)x.step();
  if (x.result() != 0 || !x)
    return db_.last_failure();
  x.reset();
  return std::nullopt;
}

std::optional<failure>
journal_file::add_about(const std::map<std::string, std::string>& about,
                        chain& sum) {
  auto insert = db_.prepare("INSERT INTO about VALUES (?, ?)");
  for (const auto& [key, value] : about) {
    insert.bind(0, std::string_view{key});
    insert.bind(1, std::string_view{value});
    if (auto failed = finish(insert))
      return failed;
    sum.add(key);
    sum.add(value);
  }
  return add_words({}, 0, sum);
}

std::optional<failure> journal_file::add_words(const journal_info& known,
                                               std::uint32_t session,
                                               chain& sum) {
  auto insert = db_.prepare("INSERT INTO word VALUES (?, ?, ?)");
  for (const auto& x : learn_words(known, session, words_)) {
    insert.bind(0, name_of(x.vocabulary));
    insert.bind(1, x.id);
    insert.bind(2, x.text);
    if (auto failed = finish(insert))
      return failed;
    add_word_to(sum, x.id, x.text);
  }
  return std::nullopt;
}

std::optional<failure> journal_file::add_session(const session_entry& x,
                                                 chain& sum) {
  auto insert = db_.prepare("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(0, std::int64_t{x.number});
  insert.bind(1, static_cast<std::int64_t>(x.first_fact));
  insert.bind(2, std::int64_t{x.at.count()});
  insert.bind(3, x.wall_ns);
  insert.bind(4, std::int64_t{x.pid});
  insert.bind(5, std::string_view{x.durability});
  insert.bind(6, std::string_view{x.tutti});
  if (auto failed = finish(insert))
    return failed;
  add_to(sum, x);
  return std::nullopt;
}

std::optional<failure>
journal_file::add_revision(const revision_entry& x,
                           const std::vector<part_entry>& parts, chain& sum) {
  auto insert = db_.prepare("INSERT INTO revision VALUES (?, ?, ?, ?, ?)");
  insert.bind(0, std::int64_t{x.number});
  insert.bind(1, std::int64_t{x.session});
  insert.bind(2, static_cast<std::int64_t>(x.first_fact));
  insert.bind(3, std::string_view{x.plan});
  insert.bind(4, std::string_view{x.settings});
  if (auto failed = finish(insert))
    return failed;
  add_to(sum, x);
  if (auto failed = add_names(x, parts, sum))
    return failed;
  return can_pack_ ? std::nullopt : add_parts(x, parts, sum);
}

std::optional<failure>
journal_file::add_names(const revision_entry& x,
                        const std::vector<part_entry>& parts, chain& sum) {
  names_ = {};
  auto names = names_of(*work_);
  return can_pack_ && names.size() >= options_.names_packed_from
           ? add_name_packs(x, names, parts, sum)
           : add_name_rows(x, names, parts, sum);
}

std::optional<failure>
journal_file::add_name_rows(const revision_entry& x, const name_list& all,
                            const std::vector<part_entry>& parts, chain& sum) {
  auto insert =
      db_.prepare(can_pack_ ? "INSERT INTO name VALUES (?, ?, ?, ?, ?)"
                            : "INSERT INTO name VALUES (?, ?, ?, ?)");
  digest_reader digests{parts};
  for (auto [kind, name] : all) {
    auto& ids = names_[static_cast<std::size_t>(kind)];
    auto own = digests.of(kind, ids.size());
    auto id = ids.emplace_back(next_name_++);
    insert.bind(0, id);
    insert.bind(1, std::int64_t{x.number});
    insert.bind(2, to_string(kind));
    insert.bind(3, name);
    if (can_pack_ && !own.empty())
      insert.bind_bytes(4, own);
    if (auto failed = finish(insert))
      return failed;
    add_name_to(sum, id, kind, name);
    if (can_pack_ && !own.empty())
      sum.add(own);
  }
  return std::nullopt;
}

std::optional<failure>
journal_file::add_name_packs(const revision_entry& x, const name_list& all,
                             const std::vector<part_entry>& parts, chain& sum) {
  auto insert = db_.prepare("INSERT INTO name_pack VALUES (?, ?, ?, ?, ?)");
  std::string body;
  name_pack pack;
  pack.first = next_name_;
  pack.revision = x.number;
  auto end = [&]() -> std::optional<failure> {
    if (pack.first == next_name_)
      return std::nullopt;
    pack.last = next_name_ - 1;
    pack.body = body;
    pack.add_to(sum);
    insert.bind(0, pack.first);
    insert.bind(1, pack.last);
    insert.bind(2, pack.revision);
    insert.bind(3, pack.kind);
    insert.bind_bytes(4, body);
    auto failed = finish(insert);
    pack.first = next_name_;
    body.clear();
    return failed;
  };
  digest_reader digests{parts};
  for (auto [kind, name] : all) {
    if (pack.kind != to_string(kind) || body.size() >= pack_size)
      if (auto failed = end())
        return failed;
    pack.kind = to_string(kind);
    auto& ids = names_[static_cast<std::size_t>(kind)];
    put_name(body, name, digests.of(kind, ids.size()));
    ids.push_back(next_name_++);
  }
  return end();
}

std::optional<failure>
journal_file::add_parts(const revision_entry& x,
                        const std::vector<part_entry>& parts, chain& sum) {
  auto insert = db_.prepare("INSERT INTO part VALUES (?, ?, ?, ?)");
  for (const auto& part : parts) {
    auto id = names_[static_cast<std::size_t>(part.kind)][part.index];
    insert.bind(0, std::int64_t{x.number});
    insert.bind(1, id);
    insert.bind(2, std::string_view{part.aspect});
    insert.bind(3, static_cast<std::int64_t>(part.digest));
    if (auto failed = finish(insert))
      return failed;
    add_part_to(sum, id, part.aspect, part.digest);
  }
  return std::nullopt;
}

std::optional<error>
journal_file::create(const std::map<std::string, std::string>& about,
                     session_entry session, revision_entry revision,
                     const std::vector<part_entry>& parts) {
  auto sum = chain{};
  can_pack_ = options_.format >= format_of_packs;
  auto make = [&]() -> std::optional<failure> {
    if (auto failed = connect(access::create))
      return failed;
    auto marks = fmt::format("PRAGMA application_id = {}; "
                             "PRAGMA user_version = {}",
                             application_id, options_.format);
    auto tables = create_tables(options_.format);
    for (const auto* sql : {"BEGIN IMMEDIATE", marks.c_str(), tables.c_str()})
      if (auto failed = db_.run(sql))
        return failed;
    if (auto failed = add_about(about, sum))
      return failed;
    if (auto failed = add_session(session, sum))
      return failed;
    if (auto failed = add_revision(revision, parts, sum))
      return failed;
    if (auto failed = db_.run("COMMIT"))
      return failed;
    return db_.run(synchronous(options_.how));
  };
  if (auto failed = make())
    return as_error(*failed);
  // A new file is there for certain only once its folder is.
  if (options_.how != durability::off && options_.vfs.empty()) {
    auto folder = std::filesystem::path{options_.path}.parent_path().string();
    if (auto number = process::sync_folder(folder))
      return error{exit_code::environment,
                   fmt::format("the folder '{}' cannot be synced: {}; choose "
                               "another with --state-dir",
                               folder, process::system_text(number))};
  }
  sum_ = sum;
  return std::nullopt;
}

std::int64_t journal_file::last_name() {
  auto rows = db_.number("SELECT max(id) FROM name").value_or(0);
  if (!can_pack_)
    return rows;
  return std::max(rows,
                  db_.number("SELECT max(last) FROM name_pack").value_or(0));
}

std::optional<error> journal_file::go_on(const journal_info& known, chain sum,
                                         session_entry session,
                                         std::optional<revision_entry> revision,
                                         const std::vector<part_entry>& parts,
                                         const std::vector<fact>& facts) {
  auto number = known.last;
  auto begin = [&]() -> std::optional<failure> {
    if (auto failed = connect(access::write))
      return failed;
    // Nothing is appended to a log whose end a power loss may have torn: what
    // shares a sector with what is written now would be at risk again. A whole
    // one may go on: a reader that is in the way is not waited for.
    if (auto failed = db_.empty_log(known.torn);
        failed && (known.torn || !failed->is_busy()))
      return failed;
    if (auto failed = db_.run("BEGIN IMMEDIATE"))
      return failed;
    can_pack_ =
        db_.number("PRAGMA user_version").value_or(0) >= format_of_packs;
    next_name_ = last_name() + 1;
    if (auto failed = add_session(session, sum))
      return failed;
    if (auto failed = add_words(known, session.number, sum))
      return failed;
    if (revision) {
      if (auto failed = add_revision(*revision, parts, sum))
        return failed;
    } else {
      names_ = ids_in(*work_, known);
    }
    begin_facts(facts.size());
    if (auto failed = add_facts(facts, number, sum))
      return failed;
    if (auto failed = end_pack(number, sum))
      return failed;
    return db_.run("COMMIT");
  };
  if (auto failed = begin())
    return as_error(*failed);
  last_ = number;
  sum_ = sum;
  return std::nullopt;
}

std::optional<failure> journal_file::add_row(const fact_row& x, chain sum) {
  insert_.bind(0, static_cast<std::int64_t>(x.number));
  int at = 1;
  for (auto n : x.numbers) {
    if (n != absent)
      insert_.bind(at, n);
    ++at;
  }
  for (const auto* text : {&x.extra, &x.details}) {
    if (*text)
      insert_.bind(at, std::string_view{**text});
    ++at;
  }
  insert_.bind(at, static_cast<std::int64_t>(sum.value()));
  return finish(insert_);
}

void journal_file::begin_facts(std::size_t count) {
  packs_ = can_pack_ && count >= options_.packed_from;
  pack_.clear();
}

std::optional<failure> journal_file::end_pack(std::uint64_t last, chain& sum) {
  if (pack_.count() == 0)
    return std::nullopt;
  if (!insert_pack_) {
    insert_pack_ = db_.prepare("INSERT INTO pack VALUES (?, ?, ?, ?, ?)");
    if (!insert_pack_)
      return db_.last_failure();
  }
  auto first = last - pack_.count() + 1;
  add_pack_to(sum, first, last, pack_.at(), pack_.body());
  insert_pack_.bind(0, static_cast<std::int64_t>(first));
  insert_pack_.bind(1, static_cast<std::int64_t>(last));
  insert_pack_.bind(2, pack_.at());
  insert_pack_.bind(3, static_cast<std::int64_t>(sum.value()));
  insert_pack_.bind_bytes(4, pack_.body());
  auto failed = finish(insert_pack_);
  pack_.clear();
  return failed;
}

std::optional<failure> journal_file::add_facts(std::span<const fact> facts,
                                               std::uint64_t& number,
                                               chain& sum) {
  if (!insert_) {
    insert_ = db_.prepare(fmt::format(
        "INSERT INTO fact ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?)",
        fact_columns));
    if (!insert_)
      return db_.last_failure();
  }
  for (const auto& f : facts) {
    bool packed = packs_ && is_packed(f);
    if (!packed || pack_.body().size() >= pack_size)
      if (auto failed = end_pack(number, sum))
        return failed;
    ++number;
    if (packed) {
      pack_.add(*work_, names_, words_, f);
      continue;
    }
    auto row = row_of(*work_, names_, words_, number, f);
    row.add_to(sum);
    if (auto failed = add_row(row, sum))
      return failed;
  }
  return std::nullopt;
}

std::optional<failure>
journal_file::append(const std::vector<append_facts>& steps) {
  auto sum = sum_;
  auto number = last_;
  std::size_t count = 0;
  for (const auto& step : steps)
    count += step.facts.size();
  if (auto failed = db_.run("BEGIN IMMEDIATE"))
    return failed;
  begin_facts(count);
  for (const auto& step : steps)
    if (auto failed = add_facts(step.facts.get(), number, sum))
      return failed;
  if (auto failed = end_pack(number, sum))
    return failed;
  doubtful_ = std::pair{number, sum};
  if (auto failed = db_.run("COMMIT"))
    return failed;
  doubtful_.reset();
  last_ = number;
  sum_ = sum;
  if (options_.has_head)
    head_.write(head_path(options_.path),
                {last_, sum_, options_.how == durability::full});
  return std::nullopt;
}

std::optional<failure> journal_file::mend() {
  insert_ = {};
  insert_pack_ = {};
  db_.close();
  if (auto failed = connect(access::write))
    return failed;
  std::optional<failure> unread;
  auto last = last_of(db_, unread);
  if (unread)
    return unread;
  auto number = last.number;
  auto sum = number == 0 ? sum_ : last.sum;
  if (number == last_)
    return std::nullopt;
  if (!doubtful_ || doubtful_->first != number || doubtful_->second != sum)
    return failure{SQLITE_CORRUPT,
                   fmt::format("somebody else has written to it: it ends at "
                               "fact {}, not {}",
                               number, last_)};
  // It is there; that it is durable has to be seen to. What the old log could
  // not sync is lost to the disk: should it be there again after a power loss,
  // it would hide what is in the database. So a new one begins, and is synced.
  if (auto failed = db_.empty_log(true))
    return failed;
  auto version = db_.number("PRAGMA user_version").value_or(format);
  auto touch = fmt::format("PRAGMA user_version = {}", version);
  if (auto failed = db_.run(touch.c_str()))
    return failed;
  last_ = number;
  sum_ = sum;
  doubtful_.reset();
  return std::nullopt;
}

} // namespace tutti::journal
