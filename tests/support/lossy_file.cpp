// SPDX-License-Identifier: BSD-3-Clause
// The file handles of a lossy_vfs.
#include "tests/support/lossy_machine.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <string_view>

namespace tutti::test {

// -- locks --------------------------------------------------------------------

int file_lock::raise(const void* handle, int from, int to) {
  bool others_write = writer_ != nullptr && writer_ != handle;
  if (from == SQLITE_LOCK_NONE) {
    if (others_write && pending_)
      return SQLITE_BUSY;
    ++readers_;
  }
  if (to <= SQLITE_LOCK_SHARED)
    return SQLITE_OK;
  if (others_write)
    return SQLITE_BUSY;
  writer_ = handle;
  if (to < SQLITE_LOCK_EXCLUSIVE)
    return SQLITE_OK;
  pending_ = true;
  return readers_ > 1 ? SQLITE_BUSY : SQLITE_OK;
}

void file_lock::lower(const void* handle, int from, int to) {
  if (writer_ == handle) {
    writer_ = nullptr;
    pending_ = false;
  }
  if (from >= SQLITE_LOCK_SHARED && to == SQLITE_LOCK_NONE)
    --readers_;
}

namespace {

/// Lies in the memory that SQLite gives; `base` is what SQLite knows of it.
struct handle {
  sqlite3_file base{};
  lossy_open open;
  lossy_disk::file_id file = 0;
  bool syncs_folder = false; ///< at its next sync, as "unix" does for journals
  int level = SQLITE_LOCK_NONE;
  bool has_index = false;
  std::uint32_t shared_slots = 0; ///< bits: locks of the index that it holds
  std::uint32_t exclusive_slots = 0;

  [[nodiscard]] bool temporary() const {
    return (open.flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  }
  [[nodiscard]] disk_change about(change_kind kind, sqlite3_int64 offset = 0,
                                  int size = 0) const {
    return {kind, open.name, static_cast<std::size_t>(offset),
            static_cast<std::size_t>(size)};
  }
};

handle& of(sqlite3_file* file) {
  return *reinterpret_cast<handle*>(file);
}

// -- content ------------------------------------------------------------------

int close(sqlite3_file* file);

int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  auto& h = of(file);
  return h.open.machine->with([&](lossy_machine& m) {
    auto wanted = static_cast<std::size_t>(size);
    auto allowed = m.may_read(h.open.name, static_cast<std::size_t>(offset));
    if (allowed != SQLITE_OK)
      return allowed;
    auto found =
        m.disk().read(h.file, static_cast<std::size_t>(offset), wanted);
    std::memset(out, 0, wanted);
    found.copy(static_cast<char*>(out), found.size());
    return found.size() == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  });
}

int write(sqlite3_file* file, const void* bytes, int size,
          sqlite3_int64 offset) {
  auto& h = of(file);
  if ((h.open.flags & SQLITE_OPEN_READONLY) != 0)
    return SQLITE_READONLY;
  std::string_view all{static_cast<const char*>(bytes),
                       static_cast<std::size_t>(size)};
  return h.open.machine->change(
      h.about(change_kind::write, offset, size),
      [&](lossy_disk& disk, extent much) {
        disk.write(h.file, static_cast<std::size_t>(offset),
                   much == extent::whole ? all : all.substr(0, all.size() / 2));
        return SQLITE_OK;
      });
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& h = of(file);
  return h.open.machine->change(
      h.about(change_kind::truncate, size), [&](lossy_disk& disk, extent much) {
        if (much == extent::whole)
          disk.truncate(h.file, static_cast<std::size_t>(size));
        return SQLITE_OK;
      });
}

int sync(sqlite3_file* file, int) {
  auto& h = of(file);
  return h.open.machine->change(h.about(change_kind::sync),
                                [&](lossy_disk& disk, extent much) {
                                  if (much != extent::whole) {
                                    disk.fail_sync(h.file);
                                    return SQLITE_OK;
                                  }
                                  disk.sync(h.file);
                                  if (h.syncs_folder)
                                    disk.sync_folder_of(h.open.name);
                                  h.syncs_folder = false;
                                  return SQLITE_OK;
                                });
}

int size(sqlite3_file* file, sqlite3_int64* out) {
  auto& h = of(file);
  return h.open.machine->with([&](lossy_machine& m) {
    *out = static_cast<sqlite3_int64>(m.disk().size(h.file));
    return SQLITE_OK;
  });
}

// -- locks of the file --------------------------------------------------------

int lock(sqlite3_file* file, int level) {
  auto& h = of(file);
  if (h.level >= level)
    return SQLITE_OK;
  return h.open.machine->with([&](lossy_machine& m) {
    auto result = m.lock(h.file).raise(&h, h.level, level);
    if (result == SQLITE_OK)
      h.level = level;
    return result;
  });
}

int unlock(sqlite3_file* file, int level) {
  auto& h = of(file);
  (void)h.open.machine->with([&](lossy_machine& m) {
    m.lock(h.file).lower(&h, h.level, level);
    return SQLITE_OK;
  });
  h.level = std::min(h.level, level);
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* out) {
  auto& h = of(file);
  *out = 0;
  return h.open.machine->with([&](lossy_machine& m) {
    *out = m.lock(h.file).reserved() ? 1 : 0;
    return SQLITE_OK;
  });
}

int control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return static_cast<int>(disk_traits::sector);
}

int promises(sqlite3_file* file) {
  bool powersafe = false;
  (void)of(file).open.machine->with([&](lossy_machine& m) {
    powersafe = m.disk().traits().powersafe_overwrite;
    return SQLITE_OK;
  });
  return powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

// -- the index of a write-ahead log -------------------------------------------

int map_index(sqlite3_file* file, int region, int size, int extend,
              void volatile** out) {
  auto& h = of(file);
  *out = nullptr;
  return h.open.machine->with([&](lossy_machine& m) {
    auto& index = m.index(h.file);
    if (!h.has_index) {
      h.has_index = true;
      ++index.users;
    }
    auto wanted = static_cast<std::size_t>(region) + 1;
    if (index.regions.size() < wanted && extend == 0)
      return SQLITE_OK;
    while (index.regions.size() < wanted)
      index.regions.push_back(
          std::make_unique<char[]>(static_cast<std::size_t>(size)));
    *out = index.regions[wanted - 1].get();
    return SQLITE_OK;
  });
}

void release_slots(handle& h, shared_index& index, std::uint32_t slots) {
  for (std::size_t i = 0; i < index.locks.size(); ++i) {
    auto bit = 1u << i;
    if ((h.exclusive_slots & slots & bit) != 0)
      index.locks[i] = 0;
    else if ((h.shared_slots & slots & bit) != 0)
      --index.locks[i];
  }
  h.exclusive_slots &= ~slots;
  h.shared_slots &= ~slots;
}

int take_slots(handle& h, shared_index& index, std::uint32_t slots,
               bool exclusive) {
  auto held = h.exclusive_slots | h.shared_slots;
  for (std::size_t i = 0; i < index.locks.size(); ++i) {
    auto bit = 1u << i;
    bool wanted = (slots & bit) != 0 && (held & bit) == 0;
    if (wanted && (exclusive ? index.locks[i] != 0 : index.locks[i] < 0))
      return SQLITE_BUSY;
  }
  for (std::size_t i = 0; i < index.locks.size(); ++i)
    if ((slots & ~held & (1u << i)) != 0)
      index.locks[i] += exclusive ? -1 : 1;
  (exclusive ? h.exclusive_slots : h.shared_slots) |= slots & ~held;
  return SQLITE_OK;
}

int lock_index(sqlite3_file* file, int first, int count, int flags) {
  auto& h = of(file);
  auto slots = ((1u << count) - 1) << first;
  return h.open.machine->with([&](lossy_machine& m) {
    auto& index = m.index(h.file);
    if ((flags & SQLITE_SHM_LOCK) != 0)
      return take_slots(h, index, slots, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
    release_slots(h, index, slots);
    return SQLITE_OK;
  });
}

void index_barrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int unmap_index(sqlite3_file* file, int) {
  auto& h = of(file);
  if (!h.has_index)
    return SQLITE_OK;
  h.has_index = false;
  (void)h.open.machine->with([&](lossy_machine& m) {
    auto& index = m.index(h.file);
    release_slots(h, index, ~0u);
    if (--index.users == 0)
      m.drop_index(h.file);
    return SQLITE_OK;
  });
  return SQLITE_OK;
}

int close(sqlite3_file* file) {
  auto& h = of(file);
  unmap_index(file, 0);
  unlock(file, SQLITE_LOCK_NONE);
  if (h.temporary())
    (void)h.open.machine->with([&](lossy_machine& m) {
      m.disk().remove(h.open.name);
      return SQLITE_OK;
    });
  h.~handle();
  return SQLITE_OK;
}

sqlite3_io_methods make_methods() {
  sqlite3_io_methods m{};
  m.iVersion = 2; // without xFetch: all is read and written by calls
  m.xClose = close;
  m.xRead = read;
  m.xWrite = write;
  m.xTruncate = truncate;
  m.xSync = sync;
  m.xFileSize = size;
  m.xLock = lock;
  m.xUnlock = unlock;
  m.xCheckReservedLock = is_reserved;
  m.xFileControl = control;
  m.xSectorSize = sector_size;
  m.xDeviceCharacteristics = promises;
  m.xShmMap = map_index;
  m.xShmLock = lock_index;
  m.xShmBarrier = index_barrier;
  m.xShmUnmap = unmap_index;
  return m;
}

/// Finds or makes the file of a handle.
int find_or_create(handle& h) {
  auto& machine = *h.open.machine;
  bool found = false;
  auto result = machine.with([&](lossy_machine& m) {
    auto id = m.disk().find(h.open.name);
    found = id.has_value();
    h.file = id.value_or(0);
    return SQLITE_OK;
  });
  if (result != SQLITE_OK || found)
    return result;
  if ((h.open.flags & SQLITE_OPEN_CREATE) == 0)
    return SQLITE_CANTOPEN;
  constexpr int journals =
      SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  h.syncs_folder = (h.open.flags & journals) != 0;
  return machine.change(h.about(change_kind::create),
                        [&](lossy_disk& disk, extent much) {
                          if (much == extent::whole)
                            h.file = disk.create(h.open.name);
                          return SQLITE_OK;
                        });
}

} // namespace

int open_lossy_file(sqlite3_file* into, lossy_open open) {
  static const auto methods = make_methods();
  into->pMethods = nullptr; // SQLite closes nothing that was not opened
  auto* h = new (into) handle{};
  h->open = std::move(open);
  if (h->open.name.empty())
    h->open.name = h->open.machine->temporary_name();
  auto result = find_or_create(*h);
  if (result == SQLITE_OK)
    h->base.pMethods = &methods;
  else
    h->~handle();
  return result;
}

int lossy_file_size() {
  return static_cast<int>(sizeof(handle));
}

} // namespace tutti::test
