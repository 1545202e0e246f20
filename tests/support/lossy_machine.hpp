// SPDX-License-Identifier: BSD-3-Clause
// What the handles of a lossy_vfs share between two boots.
#pragma once

#include "tests/support/disk_change.hpp"
#include "tests/support/lossy_disk.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::test {

/// The locks of SQLite on one file (SQLITE_LOCK_SHARED, …).
class file_lock {
public:
  /// SQLITE_OK, or SQLITE_BUSY where another handle is in the way. A handle has
  /// one level; it is named by its address.
  int raise(const void* handle, int from, int to);
  void lower(const void* handle, int from, int to);
  /// Whether some handle means to write.
  [[nodiscard]] bool reserved() const {
    return writer_ != nullptr;
  }

private:
  std::uint32_t readers_ = 0;    ///< handles at SHARED or above
  const void* writer_ = nullptr; ///< the one above SHARED
  bool pending_ = false;         ///< it waits for the readers to leave
};

/// The index of a write-ahead log, which all connections of a process share.
struct shared_index {
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<std::int32_t, SQLITE_SHM_NLOCK> locks{}; ///< -1: exclusive
  std::uint32_t users = 0;
};

class lossy_machine {
public:
  explicit lossy_machine(lossy_disk disk) : disk_(std::move(disk)) {
  }

  /// Runs with the disk, the locks and the index for itself; SQLITE_IOERR where
  /// the process has died.
  template <class Function>
  int with(Function&& run) {
    std::lock_guard guard{mutex_};
    return dead_ ? SQLITE_IOERR : run(*this);
  }
  /// As `with`, for what changes the disk: as much of it as the hook lets.
  template <class Function>
  int change(const disk_change& c, Function&& run) {
    if (dead_)
      return SQLITE_IOERR;
    auto apply = [&](extent much) {
      return with([&](lossy_machine& m) {
        return run(m.disk_, much);
      });
    };
    return gate.pass(c, apply, [&] {
      die();
      return SQLITE_IOERR;
    });
  }

  void die() {
    std::lock_guard guard{mutex_};
    dead_ = true;
  }
  [[nodiscard]] bool dead() const {
    return dead_;
  }
  void set_read_hook(read_hook hook) {
    std::lock_guard guard{mutex_};
    read_hook_ = std::move(hook);
  }
  [[nodiscard]] lossy_disk copy() const {
    std::lock_guard guard{mutex_};
    return disk_;
  }

  // Under `with` only.
  [[nodiscard]] lossy_disk& disk() {
    return disk_;
  }
  [[nodiscard]] file_lock& lock(lossy_disk::file_id file) {
    return locks_[file];
  }
  [[nodiscard]] shared_index& index(lossy_disk::file_id file) {
    return indexes_[file];
  }
  void drop_index(lossy_disk::file_id file) {
    indexes_.erase(file);
  }
  /// What the hook says of a read.
  [[nodiscard]] int may_read(std::string_view file, std::size_t offset) const {
    return read_hook_ ? read_hook_(file, offset) : SQLITE_OK;
  }
  std::string temporary_name() {
    return "/temporary/" + std::to_string(++temporary_);
  }

  change_gate gate;

private:
  mutable std::mutex mutex_;
  std::atomic<bool> dead_ = false;
  read_hook read_hook_;
  lossy_disk disk_;
  std::map<lossy_disk::file_id, file_lock> locks_;
  std::map<lossy_disk::file_id, shared_index> indexes_;
  std::uint32_t temporary_ = 0;
};

struct lossy_open {
  std::shared_ptr<lossy_machine> machine;
  std::string name; ///< empty: a temporary file
  int flags = 0;    ///< of xOpen
};

/// Opens a file into the memory that SQLite gave; SQLITE_OK or why not.
int open_lossy_file(sqlite3_file* into, lossy_open open);

/// How much memory `open_lossy_file` needs.
[[nodiscard]] int lossy_file_size();

} // namespace tutti::test
