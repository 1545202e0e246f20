// SPDX-License-Identifier: BSD-3-Clause
// A disk in memory, of which a power loss leaves what a real one may leave.
//
//   cached     what programs read: the page cache; outlives a killed process
//   pending    what was changed since the last sync of the file, or of the
//              folder for names: any part of it may have reached the disk
//   durable    what a power loss cannot take
//
// Invariant: durable with all that is pending is cached, unless a sync failed.
#pragma once

#include "tests/support/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

/// What a power loss does to what was pending.
enum class loss : std::uint8_t {
  everything, ///< none of it has reached the disk
  some,       ///< each sector of a write, each truncation, each new length and
              ///< each name has or has not, in any order
  garbage,    ///< as `some`; and sectors that were on their way hold zeros,
              ///< anything, or a part of what was written
};

[[nodiscard]] std::string_view to_string(loss x);

/// What the disk promises.
struct disk_traits {
  static constexpr std::size_t sector = 512; ///< is written whole or torn
  /// That a write harms no byte of its sector that it does not write. Without
  /// it `garbage` takes the whole sector.
  bool powersafe_overwrite = false;
};

/// A value: a copy is another disk with the same content. Names are absolute
/// paths; folders are there without being made.
class lossy_disk {
public:
  using file_id = std::uint32_t;

  explicit lossy_disk(disk_traits traits = {});

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] const disk_traits& traits() const {
    return traits_;
  }
  [[nodiscard]] std::optional<file_id> find(std::string_view name) const;
  [[nodiscard]] std::size_t size(file_id file) const;
  /// Up to `size` bytes; fewer at the end of the file.
  [[nodiscard]] std::string_view read(file_id file, std::size_t offset,
                                      std::size_t size) const;
  /// The whole content of a file; none where there is no such file.
  [[nodiscard]] std::string_view content(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;

  // -- changes ----------------------------------------------------------------

  file_id create(std::string_view name);
  void remove(std::string_view name);
  void write(file_id file, std::size_t offset, std::string_view bytes);
  void truncate(file_id file, std::size_t size);
  /// The content of the file is durable; its name is not.
  void sync(file_id file);
  /// A sync that failed: any part is durable, and the rest never will be,
  /// though it can be read until the power is lost (as Linux does it).
  void fail_sync(file_id file);
  /// The names in the folder of this file are durable.
  void sync_folder_of(std::string_view name);
  /// The power is lost and comes back. The same seed leaves the same.
  void lose_power(loss how, std::uint64_t seed);

  /// A file as a test wants it: durable, in the place of what is there.
  void put(std::string_view name, std::string content);

private:
  struct change {
    std::size_t offset = 0; ///< of a truncation: the new size
    bool truncates = false;
    std::string bytes;
  };
  struct layers {
    std::string cached;
    std::string durable;
    std::vector<change> pending;
  };
  struct name_change {
    std::string name;
    std::optional<file_id> to; ///< none: removed
  };
  using directory = std::map<std::string, file_id, std::less<>>;

  static void apply(std::string& content, const change& c);
  static void apply(directory& names, const name_change& c);
  void settle(layers& f, loss how, dice& d) const;
  void settle_write(std::string& content, const change& c, loss how,
                    std::uint32_t keep, dice& d) const;
  void spoil(std::string& content, std::size_t begin, std::string_view piece,
             dice& d) const;

  disk_traits traits_;
  std::map<file_id, layers> files_;
  directory cached_names_;
  directory durable_names_;
  std::vector<name_change> pending_names_;
  file_id next_ = 1;
};

} // namespace tutti::test
