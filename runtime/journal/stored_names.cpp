// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/stored_names.hpp"

#include "runtime/journal/schema.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace tutti::journal {

namespace {

void put_text(std::string& to, std::string_view x) {
  auto size = x.size();
  for (; size >= 128; size >>= 7)
    to += static_cast<char>(size | 128);
  to += static_cast<char>(size);
  to += x;
}

std::optional<std::string_view> take_text(std::string_view& from) {
  std::size_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (from.empty() || shift > 28)
      return std::nullopt;
    auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    size |= static_cast<std::size_t>(byte & 127u) << shift;
    if (byte < 128)
      break;
  }
  if (size > from.size())
    return std::nullopt;
  auto result = from.substr(0, size);
  from.remove_prefix(size);
  return result;
}

std::optional<failure> no_pack(const name_pack& x) {
  return failure{SQLITE_CORRUPT, fmt::format("what it has for names {} to {} "
                                             "is no pack of them",
                                             x.first, x.last)};
}

std::optional<failure>
each_of_pack(const name_pack& x,
             const std::function<void(const stored_name&)>& use) {
  auto left = x.body;
  for (auto id = x.first; id <= x.last; ++id) {
    auto one = take_name(left);
    if (!one)
      return no_pack(x);
    use({id, x.revision, x.kind, one->first, one->second});
  }
  return left.empty() ? std::nullopt : no_pack(x);
}

} // namespace

void put_digest(std::string& to, std::string_view aspect,
                std::uint64_t digest) {
  to += aspect;
  to += '\0';
  for (int i = 0; i < 64; i += 8)
    to += static_cast<char>(digest >> i);
}

std::optional<std::pair<std::string_view, std::uint64_t>>
take_digest(std::string_view& from) {
  auto length = from.find('\0');
  if (length == std::string_view::npos || from.size() - length < 9)
    return std::nullopt;
  std::uint64_t digest = 0;
  for (std::size_t i = 8; i > 0; --i)
    digest = digest << 8 | static_cast<unsigned char>(from[length + i]);
  std::pair result{from.substr(0, length), digest};
  from.remove_prefix(length + 9);
  return result;
}

void put_name(std::string& to, std::string_view name, std::string_view parts) {
  put_text(to, name);
  put_text(to, parts);
}

std::optional<std::pair<std::string_view, std::string_view>>
take_name(std::string_view& from) {
  auto name = take_text(from);
  auto parts = name ? take_text(from) : std::nullopt;
  if (!parts)
    return std::nullopt;
  return std::pair{*name, *parts};
}

void name_pack::add_to(chain& x) const {
  x.add(static_cast<std::uint64_t>(first));
  x.add(static_cast<std::uint64_t>(last));
  x.add(kind);
  x.add(body);
}

std::optional<failure>
each_name(database& db, const std::function<void(const stored_name&)>& use,
          const std::function<void(const name_pack&)>& use_pack) {
  bool first_format =
      db.number("PRAGMA user_version").value_or(0) < format_of_packs;
  auto rows = db.prepare(
      first_format
          ? "SELECT id, revision, kind, name, '' FROM name ORDER BY id"
          : "SELECT id, revision, kind, name, parts FROM name ORDER BY id");
  while (rows && rows.step())
    use({rows.integer(0), rows.integer(1), rows.text(2), rows.text(3),
         rows.text(4)});
  if (!rows || rows.result() != 0)
    return db.last_failure();
  if (first_format)
    return std::nullopt;
  auto packs = db.prepare("SELECT first, last, revision, kind, body "
                          "FROM name_pack ORDER BY first");
  while (packs && packs.step()) {
    name_pack x{packs.integer(0), packs.integer(1), packs.integer(2),
                packs.text(3), packs.text(4)};
    if (use_pack)
      use_pack(x);
    if (auto failed = each_of_pack(x, use))
      return failed;
  }
  if (!packs || packs.result() != 0)
    return db.last_failure();
  return std::nullopt;
}

} // namespace tutti::journal
