// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/doctor.hpp"
#include "runtime/cli/size_text.hpp"
#include "runtime/journal/database.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"
#include "runtime/report/format.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using process::system_text;
using process::unique_fd;

constexpr auto elsewhere = "choose a folder on a local disk with --state-dir";

/// A folder that is gone, with all in it, when its object is.
class probe_folder {
public:
  explicit probe_folder(const std::string& in)
    : path_(in + "/.tutti-doctor-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr)
      why_ = errno;
  }
  probe_folder(const probe_folder&) = delete;
  probe_folder& operator=(const probe_folder&) = delete;
  ~probe_folder() {
    std::error_code ignored;
    if (why_ == 0)
      fs::remove_all(path_, ignored);
  }

  [[nodiscard]] int why() const {
    return why_;
  }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return fmt::format("{}/{}", path_, name);
  }
  [[nodiscard]] const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
  int why_ = 0;
};

/// The state directory, or the nearest folder above it that there is.
std::string existing(const std::string& state_directory) {
  fs::path path{state_directory};
  std::error_code ignored;
  while (!fs::is_directory(path, ignored) && path.has_parent_path()
         && path != path.parent_path())
    path = path.parent_path();
  return path.string();
}

void check_space(const std::string& folder, health_checks& into) {
  constexpr std::uint64_t too_little = std::uint64_t{50} << 20;
  constexpr std::uint64_t little = std::uint64_t{1} << 30;
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0)
    return into.push_back({"free-space",
                           check_status::warn,
                           "cannot be told: " + system_text(errno),
                           {}});
  auto free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  auto status = free < too_little ? check_status::fail
              : free < little     ? check_status::warn
                                  : check_status::ok;
  bool no_files = info.f_files != 0 && info.f_favail < 1000;
  into.push_back(
      {"free-space", no_files ? check_status::fail : status,
       no_files ? fmt::format("room for only {} more files",
                              static_cast<std::uint64_t>(info.f_favail))
                : fmt::format("{} free", size_text(free)),
       status == check_status::ok && !no_files
           ? std::string{}
           : std::string{"free some space ('tutti clean' removes old runs), or "
                         "choose another folder with --state-dir"}});
}

struct file_system {
  std::uint32_t magic;
  std::string_view name;
  std::string_view trouble; ///< empty: none
};

constexpr std::string_view on_network =
    "a network file system: a journal's locks and syncs are not to be relied "
    "on there";
constexpr std::string_view in_memory =
    "kept in memory: nothing is left after a restart of the machine";
constexpr std::string_view no_rights =
    "without the rights and links that artifacts have";

/// By statfs(2); the numbers are those of linux/magic.h.
constexpr std::array file_systems = {
    file_system{0xef53, "ext", {}},
    file_system{0x58465342, "xfs", {}},
    file_system{0x9123683e, "btrfs", {}},
    file_system{0x2fc12fc1, "zfs", {}},
    file_system{0xf2f52010, "f2fs", {}},
    file_system{0xca451a4e, "bcachefs", {}},
    file_system{0x794c7630, "overlayfs", {}},
    file_system{0x01021994, "tmpfs", in_memory},
    file_system{0x858458f6, "ramfs", in_memory},
    file_system{0x6969, "nfs", on_network},
    file_system{0x517b, "smb", on_network},
    file_system{0xff534d42, "cifs", on_network},
    file_system{0xfe534d42, "smb2", on_network},
    file_system{0x5346414f, "afs", on_network},
    file_system{0x73757245, "coda", on_network},
    file_system{0x00c36400, "ceph", on_network},
    file_system{0x01021997, "9p", on_network},
    file_system{0x6a656a63, "virtiofs",
                "shared with another system: its locks and syncs are not to be "
                "relied on"},
    file_system{0x65735546, "fuse",
                "whose syncs are what its program makes of them"},
    file_system{0x4d44, "vfat", no_rights},
    file_system{0x2011bab0, "exfat", no_rights},
};

void check_kind(const std::string& folder, health_checks& into) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0)
    return into.push_back({"file-system",
                           check_status::warn,
                           "cannot be told: " + system_text(errno),
                           {}});
  auto magic = static_cast<std::uint32_t>(info.f_type);
  for (const auto& x : file_systems)
    if (x.magic == magic)
      return x.trouble.empty()
               ? into.push_back(
                   {"file-system", check_status::ok, std::string{x.name}, {}})
               : into.push_back({"file-system", check_status::warn,
                                 fmt::format("{}, {}", x.name, x.trouble),
                                 elsewhere});
  into.push_back(
      {"file-system",
       check_status::ok,
       fmt::format("of a kind that tutti does not know ({:#x})", magic),
       {}});
}

/// Who holds a folder keeps all others out.
void check_locks(const probe_folder& folder, health_checks& into) {
  auto open = [&] {
    return unique_fd{
        ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  };
  auto first = open();
  auto second = open();
  int held = ::flock(first.get(), LOCK_EX | LOCK_NB);
  int why = errno;
  bool kept_out = ::flock(second.get(), LOCK_EX | LOCK_NB) != 0;
  if (held == 0 && kept_out)
    return into.push_back(
        {"locks", check_status::ok, "a folder is held by one at a time", {}});
  into.push_back({"locks", check_status::fail,
                  held != 0 ? "folders cannot be held: " + system_text(why)
                            : std::string{"two hold a folder at once"},
                  elsewhere});
}

/// What a journal asks of its disk: another connection sees what was written.
void check_journal_mode(const probe_folder& folder, health_checks& into) {
  auto path = folder / "probe.db";
  auto failed = [&](const std::string& why) {
    into.push_back({"journal-disk", check_status::fail,
                    "no journal can be kept here: " + why, elsewhere});
  };
  journal::database writer;
  if (auto why = writer.open(path, journal::access::create))
    return failed(why->text);
  std::string mode;
  if (auto x = writer.prepare("PRAGMA journal_mode = WAL"); x && x.step())
    mode = x.text(0);
  if (mode != "wal")
    return failed("SQLite refuses to write ahead");
  for (const auto* sql :
       {"PRAGMA synchronous = FULL", "CREATE TABLE t (x INTEGER)",
        "INSERT INTO t VALUES (7)"})
    if (auto why = writer.run(sql))
      return failed(why->text);
  journal::database reader;
  if (auto why = reader.open(path, journal::access::read))
    return failed(why->text);
  if (reader.number("SELECT x FROM t") != 7)
    return failed("what was written cannot be read");
  into.push_back({"journal-disk",
                  check_status::ok,
                  "a journal can be written and read at once",
                  {}});
}

void check_sync(const probe_folder& folder, health_checks& into) {
  constexpr std::size_t tries = 9;
  constexpr auto slow = std::chrono::milliseconds(50);
  auto path = folder / "sync";
  unique_fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  std::array<char, 4096> page{};
  std::array<duration, tries> took{};
  for (std::size_t i = 0; i < tries; ++i) {
    auto start = std::chrono::steady_clock::now();
    if (!fd
        || ::pwrite(fd.get(), page.data(), page.size(),
                    static_cast<off_t>(i * page.size()))
               < 0
        || ::fdatasync(fd.get()) != 0)
      return into.push_back({"sync", check_status::fail,
                             "nothing can be synced: " + system_text(errno),
                             elsewhere});
    took[i] = std::chrono::steady_clock::now() - start;
  }
  std::sort(took.begin(), took.end());
  auto middle = took[tries / 2];
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(middle);
  auto text =
      us.count() < 10'000
          ? fmt::format("a sync takes {:.2f}ms", us.count() / 1000.0)
          : fmt::format("a sync takes {}", report::format_duration(middle));
  bool is_slow = middle > slow;
  into.push_back(
      {"sync", is_slow ? check_status::warn : check_status::ok, text,
       is_slow ? std::string{"each step of a run waits for one: choose a "
                             "faster disk with --state-dir, or say "
                             "--durability normal"}
               : std::string{}});
}

} // namespace

void check_disk(const std::string& state_directory, health_checks& into) {
  auto folder = existing(state_directory);
  probe_folder probe{folder};
  bool is_there = folder == state_directory;
  if (probe.why() != 0) {
    into.push_back({"state-directory", check_status::fail,
                    fmt::format("'{}' cannot be written: {}", folder,
                                system_text(probe.why())),
                    "give this user the right to, or choose another with "
                    "--state-dir"});
  } else {
    into.push_back({"state-directory",
                    check_status::ok,
                    is_there ? fmt::format("'{}' can be written", folder)
                             : fmt::format("'{}' can be made", state_directory),
                    {}});
  }
  check_space(folder, into);
  check_kind(folder, into);
  if (probe.why() != 0)
    return;
  check_locks(probe, into);
  check_journal_mode(probe, into);
  check_sync(probe, into);
}

} // namespace tutti::cli
