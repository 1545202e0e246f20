// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/counting_vfs.hpp"

#include <csignal>
#include <new>
#include <stdexcept>
#include <utility>

#include <unistd.h>

namespace tutti::test {

namespace {

sqlite3_vfs& real_vfs() {
  static auto* const vfs = sqlite3_vfs_find("unix");
  return *vfs;
}

int die() {
  ::kill(::getpid(), SIGKILL);
  return SQLITE_IOERR; // is never reached
}

/// The real file lies behind it in the memory that SQLite gives.
struct handle {
  sqlite3_file base{};
  change_gate* gate = nullptr;
  bool syncs = true;
  const char* name = nullptr; ///< SQLite keeps it until xClose

  sqlite3_file* real() {
    return reinterpret_cast<sqlite3_file*>(this + 1);
  }
  [[nodiscard]] disk_change about(change_kind kind, sqlite3_int64 offset = 0,
                                  int size = 0) const {
    return {kind, name == nullptr ? "" : name, static_cast<std::size_t>(offset),
            static_cast<std::size_t>(size)};
  }
};

static_assert(sizeof(handle) % alignof(void*) == 0); // and so is the real one

handle& of(sqlite3_file* file) {
  return *reinterpret_cast<handle*>(file);
}

/// A method of the real file, called with the same arguments.
template <auto Method, class... Args>
auto forward(sqlite3_file* file, Args... args) {
  auto* real = of(file).real();
  return (real->pMethods->*Method)(real, args...);
}

int write(sqlite3_file* file, const void* bytes, int size,
          sqlite3_int64 offset) {
  auto& h = of(file);
  auto apply = [&](extent much) {
    return forward<&sqlite3_io_methods::xWrite>(
        file, bytes, much == extent::whole ? size : size / 2, offset);
  };
  return h.gate->pass(h.about(change_kind::write, offset, size), apply, die);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& h = of(file);
  auto apply = [&](extent much) {
    return much == extent::whole
             ? forward<&sqlite3_io_methods::xTruncate>(file, size)
             : SQLITE_OK;
  };
  return h.gate->pass(h.about(change_kind::truncate, size), apply, die);
}

int sync(sqlite3_file* file, int flags) {
  auto& h = of(file);
  auto apply = [&](extent much) {
    return much == extent::whole && h.syncs
             ? forward<&sqlite3_io_methods::xSync>(file, flags)
             : SQLITE_OK;
  };
  return h.gate->pass(h.about(change_kind::sync), apply, die);
}

sqlite3_io_methods make_methods() {
  using m = sqlite3_io_methods;
  m result{};
  result.iVersion = 2; // without xFetch: all is read and written by calls
  result.xClose = forward<&m::xClose>;
  result.xRead = forward<&m::xRead, void*, int, sqlite3_int64>;
  result.xWrite = write;
  result.xTruncate = truncate;
  result.xSync = sync;
  result.xFileSize = forward<&m::xFileSize, sqlite3_int64*>;
  result.xLock = forward<&m::xLock, int>;
  result.xUnlock = forward<&m::xUnlock, int>;
  result.xCheckReservedLock = forward<&m::xCheckReservedLock, int*>;
  result.xFileControl = forward<&m::xFileControl, int, void*>;
  result.xSectorSize = forward<&m::xSectorSize>;
  result.xDeviceCharacteristics = forward<&m::xDeviceCharacteristics>;
  result.xShmMap = forward<&m::xShmMap, int, int, int, void volatile**>;
  result.xShmLock = forward<&m::xShmLock, int, int, int>;
  result.xShmBarrier = forward<&m::xShmBarrier>;
  result.xShmUnmap = forward<&m::xShmUnmap, int>;
  return result;
}

} // namespace

counting_vfs::counting_vfs(counting_vfs_options options)
  : name_(std::move(options.name)), syncs_(options.syncs), vfs_(real_vfs()) {
  gate_.set_hook(std::move(options.hook));
  vfs_.pNext = nullptr;
  vfs_.szOsFile += static_cast<int>(sizeof(handle));
  vfs_.zName = name_.c_str();
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.pAppData = this;
  if (sqlite3_vfs_register(&vfs_, options.is_default ? 1 : 0) != SQLITE_OK)
    throw std::runtime_error("cannot register the VFS " + name_);
}

counting_vfs::~counting_vfs() {
  sqlite3_vfs_unregister(&vfs_);
}

void counting_vfs::on_change(change_hook hook) {
  gate_.set_hook(std::move(hook));
}

int counting_vfs::open(sqlite3_vfs* self, const char* path, sqlite3_file* into,
                       int flags, int* flags_out) {
  static const auto methods = make_methods();
  auto& me = *static_cast<counting_vfs*>(self->pAppData);
  auto& h = *new (into) handle{};
  h.gate = &me.gate_;
  h.syncs = me.syncs_;
  h.name = path;
  auto apply = [&](extent much) {
    return much == extent::whole
             ? real_vfs().xOpen(&real_vfs(), path, h.real(), flags, flags_out)
             : SQLITE_OK;
  };
  int exists = 1;
  if (path != nullptr && (flags & SQLITE_OPEN_CREATE) != 0)
    (void)real_vfs().xAccess(&real_vfs(), path, SQLITE_ACCESS_EXISTS, &exists);
  auto result = exists != 0
                  ? apply(extent::whole)
                  : me.gate_.pass(h.about(change_kind::create), apply, die);
  if (result == SQLITE_OK)
    h.base.pMethods = &methods;
  return result;
}

int counting_vfs::remove(sqlite3_vfs* self, const char* path, int sync_folder) {
  auto& me = *static_cast<counting_vfs*>(self->pAppData);
  auto apply = [&](extent much) {
    return much == extent::whole ? real_vfs().xDelete(
               &real_vfs(), path, me.syncs_ ? sync_folder : 0)
                                 : SQLITE_OK;
  };
  return me.gate_.pass({change_kind::remove, path}, apply, die);
}

} // namespace tutti::test
