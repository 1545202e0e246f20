// SPDX-License-Identifier: BSD-3-Clause
// What SQLite is about to change on a disk, and what a test lets become of it.
// Both VFSs of the tests (lossy_vfs, counting_vfs) speak of their changes so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>

namespace tutti::test {

enum class change_kind : std::uint8_t { create, write, sync, truncate, remove };

[[nodiscard]] std::string_view to_string(change_kind x);

struct disk_change {
  change_kind kind = change_kind::write;
  std::string_view file;    ///< its path; empty: a temporary file
  std::size_t offset = 0;   ///< of a write; of a truncation the size to be
  std::size_t size = 0;     ///< of a write, in bytes
  std::uint64_t number = 0; ///< from 1, over all changes of a VFS
};

/// What becomes of a change.
struct fate {
  enum class kind : std::uint8_t {
    pass,
    fail,       ///< nothing of it is done, and `error` is returned; of a sync
                ///< any part may have been done, and the rest is lost for good
    tear,       ///< half of it is done, and `error` is returned
    die_before, ///< the process dies: nothing of the change is done
    die_midway, ///< half of the bytes of a write are done; of a sync, a part
    die_after,  ///< all of it is done, and nobody hears of it
  };
  kind what = kind::pass;
  int error = 0; ///< an SQLite code, such as SQLITE_FULL or SQLITE_IOERR_FSYNC
};

/// Decides on each change. It is called by one thread at a time, may not throw
/// and may not use the VFS that calls it.
using change_hook = std::function<fate(const disk_change&)>;

/// As `change_hook`, of a read of the file at the offset.
using read_hook = std::function<int(std::string_view file, std::size_t offset)>;

/// The process dies at its change `number`.
[[nodiscard]] change_hook die_at(std::uint64_t number, fate::kind moment);

/// The changes `first` to `last` of the VFS get the error; the others pass.
/// What takes no space (a sync, a truncation, a removal) passes where the error
/// is SQLITE_FULL.
[[nodiscard]] change_hook fail_between(std::uint64_t first, std::uint64_t last,
                                       int error);

/// How much of a change is done.
enum class extent : std::uint8_t { part, whole };

/// Numbers the changes, asks the hook and does what it says.
class change_gate {
public:
  /// Does as much of the change with `apply` (which returns an SQLite code) as
  /// the hook lets; calls `die` where it says so, which may return.
  int pass(disk_change change, const std::function<int(extent)>& apply,
           const std::function<int()>& die);

  /// From now on.
  void set_hook(change_hook hook);
  /// The number of the last change.
  [[nodiscard]] std::uint64_t count() const;

private:
  mutable std::mutex mutex_;
  change_hook hook_;
  std::uint64_t count_ = 0;
};

} // namespace tutti::test
