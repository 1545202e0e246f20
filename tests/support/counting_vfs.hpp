// SPDX-License-Identifier: BSD-3-Clause
// A SQLite VFS over the real one ("unix"), for programs that are to die of
// SIGKILL at a change of their database: nothing of the process is left, and
// what it wrote is in the page cache.
#pragma once

#include "tests/support/disk_change.hpp"

#include <sqlite3.h>
#include <string>

namespace tutti::test {

struct counting_vfs_options {
  std::string name = "counting"; ///< for sqlite3_open_v2
  bool is_default = false;       ///< sqlite3_open_v2 without a name takes it
  change_hook hook;              ///< "die" is SIGKILL to this process
  /// False: a sync counts, but is not done. A loop of many deaths is faster by
  /// far so, and what a killed process leaves is the same.
  bool syncs = true;
};

/// Registered as long as it lives; its connections must be closed before.
class counting_vfs {
public:
  explicit counting_vfs(counting_vfs_options options = {});
  counting_vfs(const counting_vfs&) = delete;
  counting_vfs& operator=(const counting_vfs&) = delete;
  ~counting_vfs();

  [[nodiscard]] const char* name() const {
    return name_.c_str();
  }
  /// The number of the last change.
  [[nodiscard]] std::uint64_t changes() const {
    return gate_.count();
  }
  void on_change(change_hook hook);

private:
  static int open(sqlite3_vfs* self, const char* path, sqlite3_file* into,
                  int flags, int* flags_out);
  static int remove(sqlite3_vfs* self, const char* path, int sync_folder);

  std::string name_;
  bool syncs_;
  change_gate gate_;
  sqlite3_vfs vfs_{}; ///< a copy of the real one, with `open` and `remove`
};

} // namespace tutti::test
