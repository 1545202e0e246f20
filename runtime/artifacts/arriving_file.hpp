// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "runtime/artifacts/digest.hpp"
#include "runtime/artifacts/store_files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::artifacts {

/// A file of a store that comes from elsewhere, piece by piece. What has come
/// stays where its object goes or its program is killed, and the next one of
/// the same content goes on behind it. It does not count before `settle`.
///
/// On one thread at a time; every function blocks on the disk.
class arriving_file {
public:
  /// `directory` is the store's; made where it is not there yet.
  arriving_file(std::string directory, artifact what);

  /// Before anything else. What came earlier is read, as it has to fit in.
  [[nodiscard]] outcome open();

  /// So much is there already.
  [[nodiscard]] std::uint64_t size_bytes() const {
    return size_;
  }
  [[nodiscard]] bool is_whole() const {
    return size_ == what_.size_bytes;
  }

  /// No more than what it lacks.
  [[nodiscard]] outcome append(std::string_view bytes);

  /// Whether it is what it should be; all must be there. If not it begins
  /// anew: nothing is there any more.
  [[nodiscard]] bool check();

  /// For `settle`, after `check`: it is the store's from then on.
  [[nodiscard]] fresh_file take() const {
    return {name_, what_.digest};
  }

  /// Nothing of it is to stay.
  void remove();

private:
  [[nodiscard]] outcome open_named(const std::string& name, int flags);
  [[nodiscard]] outcome read_earlier();
  void begin_anew();

  std::string directory_;
  artifact what_;
  std::string name_; ///< in the store's folder
  process::unique_fd folder_;
  process::unique_fd file_;
  std::uint64_t size_ = 0;
  std::unique_ptr<digest> sum_; ///< of what is there
};

} // namespace tutti::artifacts
