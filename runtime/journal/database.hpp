// SPDX-License-Identifier: BSD-3-Clause
// SQLite, as far as a journal needs it.
#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tutti::journal {

/// Why SQLite would not: its extended result code, and its sentence.
struct failure {
  int code = 0;
  std::string text;

  /// What the file is, or the disk does, that is no fault of what was asked.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool is_damage() const;
  [[nodiscard]] bool is_read_only() const;
  [[nodiscard]] bool is_busy() const;
};

/// As a mistake of the journal at `path`: what to do about it is said, too.
[[nodiscard]] error explain(const failure& x, const std::string& path);

/// One prepared statement; columns and parameters count from 0.
class statement {
public:
  statement() = default;
  statement(statement&&) = default;
  statement& operator=(statement&&) = default;

  void bind(int at, std::int64_t x);
  /// Of text that lives until the next `step`.
  void bind(int at, std::string_view x);
  /// As it is: no text.
  void bind_bytes(int at, std::string_view x);
  void bind_null(int at);

  /// True: there is a row. False: at its end, or a failure (`database::failed`
  /// says which).
  [[nodiscard]] bool step();
  /// Ready for the next use; its parameters are unbound.
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Or bytes. Valid until the next `step` or `reset`.
  [[nodiscard]] std::string_view text(int column) const;

  /// The result code of the last `step` where that failed; 0: it did not.
  [[nodiscard]] int result() const {
    return result_;
  }
  explicit operator bool() const {
    return handle_ != nullptr;
  }

private:
  friend class database;
  struct finalizer {
    void operator()(sqlite3_stmt* x) const;
  };
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
  int result_ = 0;
};

enum class access : std::uint8_t {
  read,
  read_unchanging, ///< nobody writes it meanwhile; nothing is made beside it
  write,
  create,
};

class database;

/// Opens what is only to be read. What died while it made the file left half a
/// change, which is taken back first, as only one who may write can. A whole
/// file can be read where nothing can be written.
[[nodiscard]] std::optional<failure> open_to_read(database& db,
                                                  const std::string& path,
                                                  const std::string& vfs = {});

/// One connection. On one thread at a time.
class database {
public:
  database() = default;

  /// `vfs` names one of SQLite's file systems; empty: the platform's.
  [[nodiscard]] std::optional<failure> open(const std::string& path, access how,
                                            const std::string& vfs = {});
  void close();

  /// Moves the log into the file, as durable as this connection writes, and
  /// begins it anew. Who reads an older state is in the way (`is_busy`), and is
  /// waited for where `waits`.
  [[nodiscard]] std::optional<failure> empty_log(bool waits);

  /// Runs statements that have no rows.
  [[nodiscard]] std::optional<failure> run(const char* sql);
  /// None where `sql` is not valid here.
  [[nodiscard]] statement prepare(std::string_view sql);
  /// The first column of the first row; none: no row, or a failure.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view sql);

  /// What failed last.
  [[nodiscard]] failure last_failure() const;
  [[nodiscard]] bool is_open() const {
    return handle_ != nullptr;
  }

private:
  struct closer {
    void operator()(sqlite3* x) const;
  };
  std::unique_ptr<sqlite3, closer> handle_;
};

} // namespace tutti::journal
