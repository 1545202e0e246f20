// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::artifacts {

/// SHA-256, piece by piece.
class digest {
public:
  digest();
  digest(const digest&) = delete;
  digest& operator=(const digest&) = delete;
  ~digest();

  void add(const char* data, std::size_t size);
  /// 64 lower-case hexadecimal digits. Once.
  [[nodiscard]] std::string finish();
  /// Its first half, for who compares what nobody forges. Instead of `finish`.
  [[nodiscard]] std::array<std::uint64_t, 2> finish_short();

private:
  using bytes = std::array<unsigned char, 32>;
  [[nodiscard]] bytes final_bytes();

  struct context;
  std::unique_ptr<context> context_;
};

struct copied {
  int error_number = 0; ///< 0: all was read, and written
  bool writing = false; ///< the error came from writing
  std::string digest;   ///< of what was read
  std::uint64_t size_bytes = 0;
};

/// Reads `from` to its end, but no more than one byte beyond `bytes_max`: it
/// may grow for ever. Writes it to `to` where that is not -1.
[[nodiscard]] copied copy_and_digest(int from, int to, std::uint64_t bytes_max);

} // namespace tutti::artifacts
