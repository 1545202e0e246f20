// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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

private:
  struct context;
  std::unique_ptr<context> context_;
};

struct copied {
  int error_number = 0; ///< 0: all was read, and written
  bool writing = false; ///< the error came from writing
  std::string digest;   ///< of what was read
  std::uint64_t size_bytes = 0;
};

/// Reads `from` to its end; writes it to `to` where that is not -1.
[[nodiscard]] copied copy_and_digest(int from, int to);

} // namespace tutti::artifacts
