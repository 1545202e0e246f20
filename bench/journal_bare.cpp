// SPDX-License-Identifier: BSD-3-Clause
#include "bench/journal_bare.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <sqlite3.h>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tutti::bench {

namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void cannot(const std::string& what) {
  throw std::runtime_error("cannot " + what);
}

} // namespace

std::string file_system_of(const std::string& folder) {
  auto path = std::filesystem::canonical(folder).string() + "/";
  auto* mounts = ::setmntent("/proc/self/mounts", "r");
  if (mounts == nullptr)
    return "unknown";
  std::string best;
  std::string result = "unknown";
  while (const auto* m = ::getmntent(mounts)) {
    std::string at = m->mnt_dir;
    if (at.back() != '/')
      at += '/';
    if (path.compare(0, at.size(), at) == 0 && at.size() >= best.size()) {
      best = at;
      result = std::string{m->mnt_type} + " on " + m->mnt_fsname;
    }
  }
  ::endmntent(mounts);
  return result;
}

seconds sync_records(const std::string& path, std::uint32_t count) {
  constexpr std::size_t record_size = 200;
  std::array<char, record_size> record;
  record.fill('x');
  auto fd =
      ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    cannot("make " + path);
  auto all = static_cast<off_t>(record_size * count);
  bool good = ::posix_fallocate(fd, 0, all) == 0 && ::fsync(fd) == 0;
  auto start = clock::now();
  for (std::uint32_t i = 0; i < count && good; ++i)
    good = ::pwrite(fd, record.data(), record_size,
                    static_cast<off_t>(record_size * i))
            == static_cast<ssize_t>(record_size)
        && ::fdatasync(fd) == 0;
  seconds result = clock::now() - start;
  ::close(fd);
  if (!good)
    cannot("write " + path);
  return result;
}

bare_row make_row(std::uint64_t i) {
  bare_row row;
  for (std::size_t k = 0; k < row.numbers.size(); ++k)
    row.numbers[k] = static_cast<std::int64_t>(i * (k + 1) % 100'000);
  if (i % 8 == 0)
    row.text.assign(200, static_cast<char>('a' + i % 26));
  return row;
}

// -- bare_database ------------------------------------------------------------

bare_database::bare_database(const std::string& path) {
  if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK)
    fail("open");
  run("pragma journal_mode=wal");
  run("pragma synchronous=full");
  run("create table facts(number integer primary key, a, b, c, d, e, f, g, h, "
      "i, j, text)");
  constexpr const char* insert =
      "insert into facts(a, b, c, d, e, f, g, h, i, j, text) "
      "values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  for (auto [text, statement] :
       {std::pair{insert, &insert_}, std::pair{"begin immediate", &begin_},
        std::pair{"commit", &commit_}})
    if (sqlite3_prepare_v3(db_, text, -1, SQLITE_PREPARE_PERSISTENT, statement,
                           nullptr)
        != SQLITE_OK)
      fail(text);
}

bare_database::~bare_database() {
  for (auto* statement : {insert_, begin_, commit_})
    sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void bare_database::fail(const char* what) const {
  cannot(std::string{what} + ": " + sqlite3_errmsg(db_));
}

void bare_database::run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(sql);
}

void bare_database::insert(const bare_row& row) {
  int column = 0;
  for (auto x : row.numbers)
    sqlite3_bind_int64(insert_, ++column, x);
  if (row.text.empty())
    sqlite3_bind_null(insert_, ++column);
  else
    sqlite3_bind_text(insert_, ++column, row.text.data(),
                      static_cast<int>(row.text.size()), SQLITE_STATIC);
  if (sqlite3_step(insert_) != SQLITE_DONE)
    fail("insert");
  sqlite3_reset(insert_);
}

void bare_database::commit(const std::vector<bare_row>& rows) {
  if (sqlite3_step(begin_) != SQLITE_DONE)
    fail("begin");
  sqlite3_reset(begin_);
  for (const auto& row : rows)
    insert(row);
  if (sqlite3_step(commit_) != SQLITE_DONE)
    fail("commit");
  sqlite3_reset(commit_);
}

// -- what is measured ---------------------------------------------------------

seconds commit_alone(bare_database& db, std::uint32_t count) {
  auto start = clock::now();
  for (std::uint32_t i = 0; i < count; ++i)
    db.commit({make_row(i)});
  return clock::now() - start;
}

seconds commit_in_groups(bare_database& db, std::uint32_t count,
                         std::uint32_t in_flight) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<bare_row> queue;
  std::uint32_t durable = 0;
  std::string error;
  std::jthread writer{[&] {
    std::unique_lock lock{mutex};
    while (durable < count && error.empty()) {
      changed.wait(lock, [&] {
        return !queue.empty();
      });
      auto batch = std::exchange(queue, {});
      lock.unlock();
      std::string failed;
      try {
        db.commit(batch);
      } catch (const std::exception& e) {
        failed = e.what();
      }
      lock.lock();
      error = failed;
      durable += static_cast<std::uint32_t>(batch.size());
      changed.notify_all();
    }
  }};
  auto start = clock::now();
  std::unique_lock lock{mutex};
  for (std::uint32_t given = 0; durable < count && error.empty();) {
    while (given < count && given < durable + in_flight)
      queue.push_back(make_row(given++));
    changed.notify_all();
    changed.wait(lock, [&, seen = durable] {
      return durable != seen || !error.empty();
    });
  }
  seconds result = clock::now() - start;
  if (!error.empty())
    throw std::runtime_error(error);
  return result;
}

} // namespace tutti::bench
