// SPDX-License-Identifier: BSD-3-Clause
// The one writer of a journal. Blocks on the disk: on one thread at a time.
#pragma once

#include "messages/journal.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/journal/fact_packer.hpp"
#include "runtime/journal/fact_row.hpp"
#include "runtime/journal/head_file.hpp"
#include "runtime/journal/journal_info.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tutti::journal {

struct journal_options {
  std::string path; ///< of the file; its folder exists
  durability how = durability::full;
  std::string vfs;      ///< one of SQLite's; empty: the platform's
  bool has_head = true; ///< writes down how far it is beside the file, too
  /// Where so many facts are written together, those of tasks are packed.
  std::size_t packed_from = 256;
  /// Of a plan with so many names these are packed, too.
  std::size_t names_packed_from = 4096;
  /// Of a file that is made: an earlier one only for tests.
  std::int64_t format = journal::format;
};

class journal_file {
public:
  journal_file(journal_options options, std::shared_ptr<const plan> work);
  ~journal_file();
  journal_file(const journal_file&) = delete;
  journal_file& operator=(const journal_file&) = delete;

  /// Makes the file of a new run, with its first session and revision.
  [[nodiscard]] std::optional<error>
  create(const std::map<std::string, std::string>& about, session_entry session,
         revision_entry revision, const std::vector<part_entry>& parts);

  /// Goes on with a journal that was read to its end; `sum` is the sum there.
  /// With a `revision` the plan is another than before, and `facts` are what
  /// the journal begins with under it: with it or not at all.
  [[nodiscard]] std::optional<error>
  go_on(const journal_info& known, chain sum, session_entry session,
        std::optional<revision_entry> revision,
        const std::vector<part_entry>& parts, const std::vector<fact>& facts);

  /// All of these, or none: one transaction. After a failure the file is to be
  /// opened again (`mend`) before the next try.
  [[nodiscard]] std::optional<failure>
  append(const std::vector<append_facts>& steps);

  /// Opens the file anew after a failure, and looks how far it is: the last
  /// transaction may have been made durable all the same.
  [[nodiscard]] std::optional<failure> mend();

  /// Of the last fact that is durable.
  [[nodiscard]] std::uint64_t last() const {
    return last_;
  }
  [[nodiscard]] const std::string& path() const {
    return options_.path;
  }
  /// Nobody waits for it but who tells the end of the run (`off`).
  [[nodiscard]] bool writes_behind() const {
    return options_.how == durability::off;
  }

private:
  using name_list = std::vector<std::pair<name_kind, std::string_view>>;

  [[nodiscard]] std::optional<failure> connect(access how);
  [[nodiscard]] std::optional<failure>
  add_about(const std::map<std::string, std::string>& about, chain& sum);
  /// Those that the journal does not have yet, with this session.
  [[nodiscard]] std::optional<failure>
  add_words(const journal_info& known, std::uint32_t session, chain& sum);
  [[nodiscard]] std::optional<failure> add_session(const session_entry& x,
                                                   chain& sum);
  [[nodiscard]] std::optional<failure>
  add_revision(const revision_entry& x, const std::vector<part_entry>& parts,
               chain& sum);
  [[nodiscard]] std::optional<failure>
  add_names(const revision_entry& x, const std::vector<part_entry>& parts,
            chain& sum);
  [[nodiscard]] std::optional<failure>
  add_name_rows(const revision_entry& x, const name_list& all,
                const std::vector<part_entry>& parts, chain& sum);
  [[nodiscard]] std::optional<failure>
  add_name_packs(const revision_entry& x, const name_list& all,
                 const std::vector<part_entry>& parts, chain& sum);
  /// Where its format has them in rows of their own.
  [[nodiscard]] std::optional<failure>
  add_parts(const revision_entry& x, const std::vector<part_entry>& parts,
            chain& sum);
  [[nodiscard]] std::optional<failure> add_row(const fact_row& x, chain sum);
  /// To the row or the pack that they get.
  [[nodiscard]] std::optional<failure>
  add_facts(std::span<const fact> facts, std::uint64_t& number, chain& sum);
  [[nodiscard]] std::optional<failure> end_pack(std::uint64_t last, chain& sum);
  void begin_facts(std::size_t count);
  [[nodiscard]] std::int64_t last_name();
  [[nodiscard]] std::optional<failure> finish(statement& x);
  [[nodiscard]] error as_error(const failure& x) const;

  journal_options options_;
  std::shared_ptr<const plan> work_;
  database db_;
  statement insert_;
  statement insert_pack_;
  bool can_pack_ = false; ///< its format has packs
  bool packs_ = false;    ///< the facts that are being written
  fact_packer pack_;      ///< those that are not in the file yet
  name_ids names_;
  word_ids words_;
  std::int64_t next_name_ = 1;
  head_file head_;
  std::uint64_t last_ = 0;
  chain sum_; ///< up to `last_`
  /// Of the transaction that failed: where it would have led.
  std::optional<std::pair<std::uint64_t, chain>> doubtful_;
};

} // namespace tutti::journal
