// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <sqlite3.h>
#include <string>

namespace tutti::test {

/// A connection as a test wants it: codes instead of exceptions.
class sqlite_connection {
public:
  /// Opens or makes a database; `vfs` null: the default one.
  explicit sqlite_connection(const std::string& path,
                             const char* vfs = nullptr) {
    code_ = sqlite3_open_v2(path.c_str(), &db_,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    sqlite3_extended_result_codes(db_, 1);
  }
  sqlite_connection(const sqlite_connection&) = delete;
  sqlite_connection& operator=(const sqlite_connection&) = delete;
  ~sqlite_connection() {
    sqlite3_close(db_);
  }

  /// Of the last call.
  [[nodiscard]] int code() const {
    return code_;
  }
  [[nodiscard]] std::string error() const {
    return sqlite3_errmsg(db_);
  }
  /// Whether all statements of the text ran.
  bool run(const std::string& text) {
    code_ = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
    return code_ == SQLITE_OK;
  }
  /// The first column of the first row; none where there is no row.
  std::optional<std::string> text(const std::string& query) {
    std::optional<std::string> result;
    sqlite3_stmt* statement = nullptr;
    code_ = sqlite3_prepare_v2(db_, query.c_str(), -1, &statement, nullptr);
    if (code_ == SQLITE_OK)
      code_ = sqlite3_step(statement);
    if (code_ == SQLITE_ROW) {
      const auto* found = sqlite3_column_text(statement, 0);
      result = found == nullptr ? "" : reinterpret_cast<const char*>(found);
    }
    sqlite3_finalize(statement);
    return result;
  }
  std::optional<std::int64_t> number(const std::string& query) {
    auto found = text(query);
    return found ? std::optional{std::stoll(*found)} : std::nullopt;
  }

private:
  sqlite3* db_ = nullptr;
  int code_ = SQLITE_OK;
};

} // namespace tutti::test
