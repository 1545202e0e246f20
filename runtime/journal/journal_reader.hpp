// SPDX-License-Identifier: BSD-3-Clause
// Reads a journal, that of a live run too, and notices whatever is not as it
// was written. Blocks on the disk: on one thread at a time.
#pragma once

#include "messages/error.hpp"
#include "messages/fact.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/fact_row.hpp"
#include "runtime/journal/head_file.hpp"
#include "runtime/journal/journal_info.hpp"
#include "runtime/journal/stored_facts.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::journal {

/// Why this program cannot read what was opened; none: it can.
[[nodiscard]] std::optional<error> check_format(database& db,
                                                const std::string& path);

/// That a journal is not as it was written, and what to do (exit 8).
[[nodiscard]] error damage(const std::string& path, const std::string& what);

/// Of a journal that is empty or not there: that it had facts, as its head or
/// what lies beside it says. None: its run never began, as far as anyone can
/// tell.
[[nodiscard]] std::optional<error> check_unbegun(const std::string& path);

/// What was to survive a power loss, as the head that was read before `db` was
/// opened says, is there, as it was. None: it is.
[[nodiscard]] std::optional<error>
check_head(const journal_head& head, database& db, const std::string& path);

class journal_reader {
public:
  /// Opens it and reads what it says of itself. The error names the file, what
  /// is wrong with it and what to do (exit 7 or 8).
  [[nodiscard]] static expected<std::unique_ptr<journal_reader>>
  open(const std::string& path, const std::string& vfs = {});

  [[nodiscard]] const journal_info& info() const {
    return info_;
  }

  /// All facts since the last revision of the plan, for `p`, which has the
  /// names of that revision. Everything before is checked as well.
  [[nodiscard]] expected<std::vector<fact>> facts(const plan& p);

  /// As `facts`, of what `p` knows: facts of names that it does not have are
  /// left out. For a plan that has changed.
  [[nodiscard]] expected<std::vector<fact>> facts_known_to(const plan& p);

  /// Those that came since the last call of any of these: of a live run.
  [[nodiscard]] expected<std::vector<fact>> more(const plan& p);

  /// Reads on to its end without a plan: whether all is as it was written.
  [[nodiscard]] std::optional<error> check();

  /// The sum up to what was read.
  [[nodiscard]] chain sum() const {
    return sum_;
  }
  /// The number of the last fact that was read.
  [[nodiscard]] std::uint64_t read_up_to() const {
    return number_;
  }

private:
  explicit journal_reader(std::string path) : path_(std::move(path)) {
  }

  [[nodiscard]] std::optional<error> read_info();
  /// Takes all rows; `unread_` says why not all of them could be read.
  template <class Take>
  void each(statement& rows, Take take);
  void read_words();
  void read_sessions();
  void read_names();
  void read_part_rows();
  void add_names_of(std::uint32_t revision);
  [[nodiscard]] expected<std::vector<fact>> read(const plan* p, bool all_known);
  /// Whether it is as it was written, and follows on what was read.
  [[nodiscard]] std::optional<error> check(const fact_entry& x);
  void add_entries_before(std::uint64_t number);
  void add_words_of(std::uint32_t session);
  [[nodiscard]] error failed(const failure& x) const;
  [[nodiscard]] error damaged(const std::string& what) const;
  [[nodiscard]] error newer(const std::string& what) const;

  std::string path_;
  database db_;
  journal_info info_;
  /// Names and parts of all revisions, for the sum.
  struct part_row {
    std::int64_t revision = 0;
    std::int64_t name = 0;
    std::string aspect;
    std::uint64_t digest = 0;
  };
  struct name_row {
    std::int64_t revision = 0;
    std::int64_t id = 0;
    name_kind kind = name_kind::task;
    std::string name;
    std::string parts; ///< as `put_digest` has them
    bool packed = false;
  };
  struct pack_row {
    std::int64_t first = 0; ///< as in `name_pack`
    std::int64_t last = 0;
    std::int64_t revision = 0;
    std::string kind;
    std::string body;
  };
  std::vector<name_row> names_;
  std::vector<pack_row> name_packs_;
  std::vector<part_row> parts_; ///< where they are rows of their own
  std::size_t sessions_added_ = 0;
  std::size_t revisions_added_ = 0;
  std::optional<failure> unread_;
  std::string unknown_kind_; ///< of a name
  chain sum_;
  std::uint64_t number_ = 0;
};

} // namespace tutti::journal
