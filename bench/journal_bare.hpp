// SPDX-License-Identifier: BSD-3-Clause
// What durability costs who has no journal of ours: what bench_journal compares
// it with. Failures throw std::runtime_error.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace tutti::bench {

using seconds = std::chrono::duration<double>;

/// "ext4 on /dev/sda1": what a folder lies on.
std::string file_system_of(const std::string& folder);

/// Writes records of 200 bytes one behind the other into a new file that has
/// its whole size from the beginning, and makes each durable by fdatasync.
seconds sync_records(const std::string& path, std::uint32_t count);

/// A row shaped as a fact is: ten numbers, and now and then a text.
struct bare_row {
  std::array<std::int64_t, 10> numbers{};
  std::string text;
};

/// Row `i` of a bench.
bare_row make_row(std::uint64_t i);

/// A program of bare SQLite: a log with `synchronous=FULL`, one table, one
/// prepared statement. One thread.
class bare_database {
public:
  explicit bare_database(const std::string& path);
  ~bare_database();
  bare_database(const bare_database&) = delete;
  bare_database& operator=(const bare_database&) = delete;

  /// One transaction.
  void commit(const std::vector<bare_row>& rows);

private:
  void run(const char* sql);
  void insert(const bare_row& row);
  [[noreturn]] void fail(const char* what) const;

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

/// Commits `count` rows, one after the other.
seconds commit_alone(bare_database& db, std::uint32_t count);

/// Group commit: `in_flight` producers have one row outstanding each and give
/// the next one when it is durable; a thread commits all that is queued. One
/// thread plays all producers, which is the least that they can cost.
seconds commit_in_groups(bare_database& db, std::uint32_t count,
                         std::uint32_t in_flight);

} // namespace tutti::bench
