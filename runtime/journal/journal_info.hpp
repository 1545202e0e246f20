// SPDX-License-Identifier: BSD-3-Clause
// What a journal says of itself, beside its facts.
#pragma once

#include "messages/ids.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/chain.hpp"
#include "runtime/journal/run_end.hpp"
#include "runtime/journal/schema.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace tutti::journal {

/// What survives what: `full` a power loss, `normal` the death of the program
/// (after a power loss the last facts may be missing). With `off` the last may
/// be missing after the death of the program, any after a power loss.
enum class durability : std::uint8_t { full, normal, off };

[[nodiscard]] std::string_view to_string(durability x);

/// One time that the run was up.
struct session_entry {
  std::uint32_t number = 1;
  std::uint64_t first_fact = 1;
  duration at{0};           ///< since the run's start
  std::int64_t wall_ns = 0; ///< since 1970, UTC
  std::int32_t pid = 0;
  std::string durability;
  std::string tutti; ///< version of the program
};

/// A plan that the run went by, from `first_fact` on.
struct revision_entry {
  std::uint32_t number = 1;
  std::uint32_t session = 1;
  std::uint64_t first_fact = 1;
  std::string plan;     ///< absolute path of its file
  std::string settings; ///< JSON: what the command line said of it
};

/// A digest of one aspect of a part of the plan ("command", "needs", …).
struct part_entry {
  name_kind kind = name_kind::task;
  std::uint32_t index = 0; ///< in the plan; of what was read: in `names`
  std::string aspect;
  std::uint64_t digest = 0;
};

struct journal_info {
  std::map<std::string, std::string> about;
  std::array<std::vector<std::pair<std::int64_t, std::string>>,
             vocabulary_count>
      words;
  std::vector<session_entry> sessions;
  std::vector<revision_entry> revisions;
  /// Of the last revision: id, kind, name.
  std::vector<std::tuple<std::int64_t, name_kind, std::string>> names;
  /// Of the last revision; `index` is into `names`.
  std::vector<part_entry> parts;
  std::uint64_t last = 0;     ///< number of the last fact
  std::optional<run_end> end; ///< none: it is to go on
  /// What was being written when the program or the power went is dropped.
  bool torn = false;
};

// What of it goes into the sum that ties the journal together, in the order in
// which it is written.
void add_to(chain& sum, const session_entry& x);
void add_to(chain& sum, const revision_entry& x);
void add_name_to(chain& sum, std::int64_t id, name_kind kind,
                 std::string_view name);
void add_part_to(chain& sum, std::int64_t name, std::string_view aspect,
                 std::uint64_t digest);

void add_word_to(chain& sum, std::int64_t id, std::string_view word);

/// What this program's words are called by in a journal, by their numbers here.
using word_ids = std::array<std::vector<std::int64_t>, vocabulary_count>;

/// A word that a journal did not know.
struct new_word {
  journal::vocabulary vocabulary = journal::vocabulary::kind;
  std::int64_t id = 0;
  std::string_view text;
};

/// Fills in the ids of all words of this program; the result are those that the
/// journal gets with a session of this number, in the order of the sum.
[[nodiscard]] std::vector<new_word>
learn_words(const journal_info& known, std::uint32_t session, word_ids& ids);

/// What a plan's parts are called by in a journal: by kind and index.
using name_ids = std::array<std::vector<std::int64_t>, name_kind_count>;

/// Of a plan whose names are those of the journal's last revision, in whatever
/// order.
[[nodiscard]] name_ids ids_in(const plan& p, const journal_info& known);

} // namespace tutti::journal
