// SPDX-License-Identifier: BSD-3-Clause
// What the numbers in a journal stand for, and the digests of what decides
// about results: a row each, or of a large plan many in one.
#pragma once

#include "runtime/journal/chain.hpp"
#include "runtime/journal/database.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::journal {

/// Column `parts` of a name: of each aspect its name, a zero, and 8 bytes, the
/// lowest first.
void put_digest(std::string& to, std::string_view aspect, std::uint64_t digest);
/// Takes the first one off; none: at the end, or these are none.
[[nodiscard]] std::optional<std::pair<std::string_view, std::uint64_t>>
take_digest(std::string_view& from);

/// Column `body` of table `name_pack`: of each how long it is (a varint, 7 bits
/// a byte, the lowest first), the name, and its parts likewise.
void put_name(std::string& to, std::string_view name, std::string_view parts);
/// Takes the first one off: name and parts. None: as `take_digest`.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>>
take_name(std::string_view& from);

/// Valid during the call that gets it.
struct stored_name {
  std::int64_t id = 0;
  std::int64_t revision = 0;
  std::string_view kind; ///< as `to_string(name_kind)`, or a later tutti's
  std::string_view name;
  std::string_view parts; ///< as `put_digest`; empty in format 1
};

/// A row of table `name_pack`.
struct name_pack {
  std::int64_t first = 0; ///< ids
  std::int64_t last = 0;
  std::int64_t revision = 0;
  std::string_view kind;
  std::string_view body;

  void add_to(chain& x) const;
};

/// Calls `use` for all names of an open journal, those of a revision by their
/// numbers; and, where it is not empty, `use_pack` for each pack before its
/// names. What could not be read; none: all was.
[[nodiscard]] std::optional<failure>
each_name(database& db, const std::function<void(const stored_name&)>& use,
          const std::function<void(const name_pack&)>& use_pack = {});

} // namespace tutti::journal
