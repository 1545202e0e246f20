// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/lossy_vfs.hpp"

#include "tests/support/lossy_machine.hpp"

#include <cstring>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tutti::test {

namespace {

sqlite3_vfs& real() {
  static auto* const vfs = sqlite3_vfs_find("unix");
  return *vfs;
}

int randomness(sqlite3_vfs*, int size, char* out) {
  return real().xRandomness(&real(), size, out);
}

int pause(sqlite3_vfs*, int microseconds) {
  return real().xSleep(&real(), microseconds);
}

int current_time(sqlite3_vfs*, double* out) {
  return real().xCurrentTime(&real(), out);
}

int current_time_ms(sqlite3_vfs*, sqlite3_int64* out) {
  return real().xCurrentTimeInt64(&real(), out);
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

} // namespace

std::shared_ptr<lossy_machine> lossy_vfs::of(sqlite3_vfs* self) {
  return static_cast<const lossy_vfs*>(self->pAppData)->machine();
}

std::shared_ptr<lossy_machine> lossy_vfs::machine() const {
  std::lock_guard guard{mutex_};
  return machine_;
}

lossy_vfs::lossy_vfs(lossy_vfs_options options)
  : options_(std::move(options)),
    machine_(std::make_shared<lossy_machine>(lossy_disk{options_.disk})) {
  vfs_.iVersion = 2;
  vfs_.szOsFile = lossy_file_size();
  vfs_.mxPathname = 1024;
  vfs_.zName = options_.name.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xDelete = remove;
  vfs_.xAccess = access;
  vfs_.xFullPathname = full_path;
  vfs_.xRandomness = randomness;
  vfs_.xSleep = pause;
  vfs_.xCurrentTime = current_time;
  vfs_.xCurrentTimeInt64 = current_time_ms;
  vfs_.xGetLastError = last_error;
  if (sqlite3_vfs_register(&vfs_, options_.is_default ? 1 : 0) != SQLITE_OK)
    throw std::runtime_error("cannot register the VFS " + options_.name);
}

lossy_vfs::~lossy_vfs() {
  sqlite3_vfs_unregister(&vfs_);
}

// -- queries ------------------------------------------------------------------

std::uint64_t lossy_vfs::changes() const {
  return machine()->gate.count();
}

bool lossy_vfs::dead() const {
  return machine()->dead();
}

lossy_disk lossy_vfs::disk() const {
  return machine()->copy();
}

// -- changes ------------------------------------------------------------------

void lossy_vfs::on_change(change_hook hook) {
  machine()->gate.set_hook(std::move(hook));
}

void lossy_vfs::on_read(read_hook hook) {
  machine()->set_read_hook(std::move(hook));
}

void lossy_vfs::lose_power(loss how, std::uint64_t seed) {
  machine()->die();
  auto left = disk();
  left.lose_power(how, seed);
  boot(std::move(left));
}

void lossy_vfs::kill() {
  machine()->die();
  boot(disk());
}

void lossy_vfs::boot(lossy_disk disk) {
  auto next = std::make_shared<lossy_machine>(std::move(disk));
  machine()->die();
  std::lock_guard guard{mutex_};
  machine_ = std::move(next);
}

// -- what SQLite calls --------------------------------------------------------

int lossy_vfs::open(sqlite3_vfs* self, const char* path, sqlite3_file* into,
                    int flags, int* flags_out) {
  if (flags_out != nullptr)
    *flags_out = flags;
  return open_lossy_file(into, {of(self), path == nullptr ? "" : path, flags});
}

int lossy_vfs::remove(sqlite3_vfs* self, const char* path, int sync_folder) {
  auto machine = of(self);
  auto there = machine->with([&](lossy_machine& m) {
    return m.disk().find(path) ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  });
  if (there != SQLITE_OK)
    return there;
  return machine->change({change_kind::remove, path},
                         [&](lossy_disk& disk, extent much) {
                           if (much != extent::whole)
                             return SQLITE_OK;
                           disk.remove(path);
                           if (sync_folder != 0)
                             disk.sync_folder_of(path);
                           return SQLITE_OK;
                         });
}

int lossy_vfs::access(sqlite3_vfs* self, const char* path, int, int* out) {
  *out = 0;
  return of(self)->with([&](lossy_machine& m) {
    *out = m.disk().find(path) ? 1 : 0;
    return SQLITE_OK;
  });
}

int lossy_vfs::full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  auto full = std::string{path};
  if (full.empty() || full.front() != '/')
    full.insert(full.begin(), '/');
  if (full.size() >= static_cast<std::size_t>(size))
    return SQLITE_CANTOPEN;
  std::memcpy(out, full.c_str(), full.size() + 1);
  return SQLITE_OK;
}

} // namespace tutti::test
