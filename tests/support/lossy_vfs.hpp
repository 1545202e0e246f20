// SPDX-License-Identifier: BSD-3-Clause
// A SQLite VFS on a disk in memory (lossy_disk) whose power can be lost and
// whose calls can fail, for all connections of this process.
//
//   boot ──open, read, write──▶ running ──a hook says die──▶ dead
//    ▲                             │                          │
//    └──── lose_power, kill, boot ─┴──────────────────────────┘
//
//   vfs.on_change(die_at(k, fate::kind::die_midway));
//   …                                     // works until it fails: vfs.dead()
//   vfs.lose_power(loss::garbage, seed);
//   …                                     // opens it again, and compares
//
// Dead: each call of each handle returns SQLITE_IOERR, so that SQLite unwinds
// as it would never have to; what it does meanwhile changes nothing. After a
// boot all older handles stay dead, and the same names can be opened anew.
#pragma once

#include "tests/support/disk_change.hpp"
#include "tests/support/lossy_disk.hpp"

#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <string>

namespace tutti::test {

/// The "process" that uses the disk: its handles, locks and shared memory.
class lossy_machine;

struct lossy_vfs_options {
  std::string name = "lossy"; ///< for sqlite3_open_v2
  bool is_default = false;    ///< sqlite3_open_v2 without a name takes it
  disk_traits disk;
};

/// Registered as long as it lives; its connections must be closed before. Its
/// methods may be called on any thread, but not from a hook.
class lossy_vfs {
public:
  explicit lossy_vfs(lossy_vfs_options options = {});
  lossy_vfs(const lossy_vfs&) = delete;
  lossy_vfs& operator=(const lossy_vfs&) = delete;
  ~lossy_vfs();

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] const char* name() const {
    return options_.name.c_str();
  }
  /// The number of the last change since the last boot.
  [[nodiscard]] std::uint64_t changes() const;
  [[nodiscard]] bool dead() const;
  /// The disk as it is now.
  [[nodiscard]] lossy_disk disk() const;

  // -- changes ----------------------------------------------------------------

  /// From now until the next boot; none: all pass.
  void on_change(change_hook hook);
  /// Decides on each read of a file until the next boot: an SQLite code, such
  /// as SQLITE_IOERR_READ; SQLITE_OK lets it pass.
  void on_read(read_hook hook);
  /// The process dies and the power is lost.
  void lose_power(loss how, std::uint64_t seed);
  /// The process dies; what it wrote is in the page cache.
  void kill();
  /// The process dies, and this disk is put in the place of the other.
  void boot(lossy_disk disk);

private:
  static int open(sqlite3_vfs* self, const char* path, sqlite3_file* into,
                  int flags, int* flags_out);
  static int remove(sqlite3_vfs* self, const char* path, int sync_folder);
  static int access(sqlite3_vfs* self, const char* path, int flags, int* out);
  static int full_path(sqlite3_vfs* self, const char* path, int size,
                       char* out);
  static std::shared_ptr<lossy_machine> of(sqlite3_vfs* self);
  [[nodiscard]] std::shared_ptr<lossy_machine> machine() const;

  lossy_vfs_options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<lossy_machine> machine_;
  sqlite3_vfs vfs_{};
};

} // namespace tutti::test
