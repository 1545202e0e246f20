// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <system_error>

namespace tutti::journal {

namespace {

/// A reader of ours or of the user holds a lock for milliseconds.
constexpr int busy_timeout_ms = 5000;

/// A name for SQLite that says that nobody writes the file.
std::string unchanging_uri(const std::string& path) {
  std::string result = "file:";
  for (char c : path)
    if (c == '%' || c == '?' || c == '#')
      result += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      result += c;
  return result + "?immutable=1";
}

/// Or not there.
bool is_empty(const std::string& path) {
  std::error_code failure;
  auto size = std::filesystem::file_size(path, failure);
  return failure == std::errc::no_such_file_or_directory
      || (!failure && size == 0);
}

} // namespace

// -- failures -----------------------------------------------------------------

bool failure::is_full() const {
  return (code & 0xff) == SQLITE_FULL;
}

bool failure::is_damage() const {
  auto primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB
      || code == SQLITE_IOERR_SHORT_READ;
}

bool failure::is_read_only() const {
  auto primary = code & 0xff;
  return primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN
      || primary == SQLITE_PERM || primary == SQLITE_AUTH;
}

bool failure::is_busy() const {
  auto primary = code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

error explain(const failure& x, const std::string& path) {
  auto says = [&](exit_code code, std::string_view remedy) {
    return error{code, fmt::format("the journal '{}' cannot be used: {}; {}",
                                   path, x.text, remedy)};
  };
  if (x.is_full())
    return says(exit_code::waiting, "free some space and go on with --resume");
  if (x.is_read_only())
    return says(exit_code::environment,
                "make the file and its folder writable for this user, or "
                "choose another folder with --state-dir");
  if (x.is_damage())
    return says(exit_code::journal,
                "put an undamaged copy back, or begin anew without --resume");
  if (x.is_busy())
    return says(exit_code::journal, "another program holds it: end that one");
  return says(exit_code::journal, "see to its disk, then go on with --resume");
}

// -- statements ---------------------------------------------------------------

void statement::finalizer::operator()(sqlite3_stmt* x) const {
  sqlite3_finalize(x);
}

void statement::bind(int at, std::int64_t x) {
  sqlite3_bind_int64(handle_.get(), at + 1, x);
}

void statement::bind(int at, std::string_view x) {
  sqlite3_bind_text64(handle_.get(), at + 1, x.data(), x.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

void statement::bind_bytes(int at, std::string_view x) {
  sqlite3_bind_blob64(handle_.get(), at + 1, x.data(), x.size(), SQLITE_STATIC);
}

void statement::bind_null(int at) {
  sqlite3_bind_null(handle_.get(), at + 1);
}

bool statement::step() {
  if (!handle_) {
    result_ = SQLITE_MISUSE;
    return false;
  }
  auto code = sqlite3_step(handle_.get());
  result_ = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : code;
  return code == SQLITE_ROW;
}

void statement::reset() {
  if (!handle_) // sqlite3_clear_bindings takes no null
    return;
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

bool statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view statement::text(int column) const {
  // Of text the same bytes, without a copy that ends in a zero.
  const auto* x = sqlite3_column_blob(handle_.get(), column);
  auto size = sqlite3_column_bytes(handle_.get(), column);
  return x == nullptr ? std::string_view{}
                      : std::string_view{static_cast<const char*>(x),
                                         static_cast<std::size_t>(size)};
}

// -- connections --------------------------------------------------------------

void database::closer::operator()(sqlite3* x) const {
  sqlite3_close_v2(x);
}

std::optional<failure> database::open(const std::string& path, access how,
                                      const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  bool unchanging = how == access::read_unchanging;
  flags |= unchanging || how == access::read ? SQLITE_OPEN_READONLY
                                             : SQLITE_OPEN_READWRITE;
  flags |= how == access::create ? SQLITE_OPEN_CREATE : 0;
  flags |= unchanging ? SQLITE_OPEN_URI : 0;
  sqlite3* made = nullptr;
  auto name = unchanging ? unchanging_uri(path) : path;
  auto code = sqlite3_open_v2(name.c_str(), &made, flags,
                              vfs.empty() ? nullptr : vfs.c_str());
  handle_.reset(made);
  if (code != SQLITE_OK) {
    auto result =
        made == nullptr ? failure{code, sqlite3_errstr(code)} : last_failure();
    handle_.reset();
    return result;
  }
  sqlite3_busy_timeout(made, busy_timeout_ms);
  return std::nullopt;
}

std::optional<failure> open_to_read(database& db, const std::string& path,
                                    const std::string& vfs) {
  if (auto failed = db.open(path, access::read, vfs))
    return failed;
  auto probe = db.prepare("SELECT 1 FROM sqlite_schema");
  auto why = db.last_failure();
  probe = {};
  // Without a log there is nothing that an index of it would be needed for.
  if (why.is_read_only() && why.code != SQLITE_READONLY_ROLLBACK
      && is_empty(path + "-wal"))
    return db.open(path, access::read_unchanging, vfs);
  if (why.code != SQLITE_READONLY_ROLLBACK)
    return std::nullopt;
  if (auto failed = db.open(path, access::write, vfs))
    return failed;
  (void)db.number("SELECT 1 FROM sqlite_schema");
  return db.open(path, access::read, vfs);
}

void database::close() {
  handle_.reset();
}

std::optional<failure> database::empty_log(bool waits) {
  sqlite3_busy_timeout(handle_.get(), waits ? busy_timeout_ms : 0);
  auto code = sqlite3_wal_checkpoint_v2(
      handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  auto result =
      code == SQLITE_OK ? std::nullopt : std::optional{last_failure()};
  sqlite3_busy_timeout(handle_.get(), busy_timeout_ms);
  return result;
}

std::optional<failure> database::run(const char* sql) {
  auto code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    return std::nullopt;
  return last_failure();
}

statement database::prepare(std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                     &made, nullptr);
  statement result;
  result.handle_.reset(made);
  return result;
}

std::optional<std::int64_t> database::number(std::string_view sql) {
  auto x = prepare(sql);
  if (!x || !x.step() || x.is_null(0))
    return std::nullopt;
  return x.integer(0);
}

failure database::last_failure() const {
  auto code = sqlite3_extended_errcode(handle_.get());
  auto number = sqlite3_system_errno(handle_.get());
  std::string text = sqlite3_errmsg(handle_.get());
  if (number != 0 && code != SQLITE_OK)
    text += fmt::format(" (errno {})", number);
  return {code, std::move(text)};
}

} // namespace tutti::journal
