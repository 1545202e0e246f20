// SPDX-License-Identifier: BSD-3-Clause
// What the files of a store have in common, whoever writes them: names, and the
// way from a temporary file to one that counts.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace tutti::artifacts {

/// Of something done to a store.
struct outcome {
  std::string mistake; ///< one clause; empty: it was done
  bool no_space = false;
};

[[nodiscard]] outcome failed(int error_number);

/// Whether it can be the digest of a file.
[[nodiscard]] bool is_digest(const std::string& x);

/// Where the store in a directory has the file with a digest, and in which
/// folder.
[[nodiscard]] std::string path_of(const std::string& directory,
                                  const std::string& digest);
[[nodiscard]] std::string folder_of(const std::string& directory,
                                    const std::string& digest);

/// None: errno says why.
[[nodiscard]] process::unique_fd open_directory(const std::string& path);

/// Unique on this machine; what a killed program has left is swept.
[[nodiscard]] std::string temporary_name();

/// Removes a temporary file unless it was renamed away.
class temporary_file {
public:
  temporary_file(int directory, std::string name, mode_t mode);
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file();

  /// -1: errno said why.
  [[nodiscard]] int fd() const {
    return fd_.get();
  }
  /// Leaves it where it is.
  void keep() {
    made_ = false;
  }
  /// Returns 0 or the error number.
  [[nodiscard]] int rename_to(int directory, const std::string& name);

private:
  int directory_;
  std::string name_;
  process::unique_fd fd_;
  bool made_;
};

/// A file of the store that is not on disk for certain yet.
struct fresh_file {
  std::string name; ///< in the store's folder, until all are synced
  std::string digest;
};

struct taken_files {
  std::vector<fresh_file> fresh;
  std::set<std::string> found; ///< the folders of what was there already
};

/// Content first, then names, then the folders of the names: all are on disk
/// before anybody hears of them (semantics §30). What cannot be settled is
/// removed.
[[nodiscard]] outcome settle(const std::string& directory, taken_files taken);

} // namespace tutti::artifacts
