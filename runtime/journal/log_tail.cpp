// SPDX-License-Identifier: BSD-3-Clause
// The format of the log: https://www.sqlite.org/fileformat2.html#walformat
//
//   head   magic, version, page size, checkpoint, 2 salts, 2 sums
//   frame  page, size of the database after a commit (else 0), 2 salts, 2 sums;
//          then the page
//
// All are big-endian numbers of 32 bits. A sum is over all before it. Frames
// whose salts are not the head's are left over from before a checkpoint.
#include "runtime/journal/log_tail.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string_view>
#include <vector>

namespace tutti::journal {

namespace {

constexpr std::size_t head_size = 32;
constexpr std::size_t frame_head_size = 24;
constexpr std::uint32_t magic = 0x377f0682; ///< the lowest bit: sums are of
                                            ///< big-endian numbers

std::uint32_t number_at(std::string_view x, std::size_t at,
                        bool big_endian = true) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    auto byte = static_cast<unsigned char>(x[at + (big_endian ? i : 3 - i)]);
    result = result << 8 | byte;
  }
  return result;
}

struct sums {
  bool big_endian = false;
  std::uint32_t a = 0;
  std::uint32_t b = 0;

  /// A multiple of 8 bytes.
  void add(std::string_view x) {
    for (std::size_t i = 0; i + 8 <= x.size(); i += 8) {
      a += number_at(x, i, big_endian) + b;
      b += number_at(x, i + 4, big_endian) + a;
    }
  }
  [[nodiscard]] bool stand_at(std::string_view x, std::size_t at) const {
    return number_at(x, at) == a && number_at(x, at + 4) == b;
  }
};

} // namespace

bool ends_torn(const std::string& log) {
  std::ifstream file{log, std::ios::binary};
  std::array<char, head_size> head_bytes{};
  if (!file.read(head_bytes.data(), head_bytes.size()))
    return file.gcount() > 0;
  std::string_view head{head_bytes.data(), head_bytes.size()};
  sums sum{(number_at(head, 0) & 1) != 0};
  sum.add(head.substr(0, 24));
  auto page_size = number_at(head, 8);
  constexpr std::uint32_t page_size_max = 65536;
  if ((number_at(head, 0) & ~1u) != magic || !sum.stand_at(head, 24)
      || page_size > page_size_max)
    return true;
  std::vector<char> frame(frame_head_size + page_size);
  std::string_view x{frame.data(), frame.size()};
  for (bool committed = true;;) {
    if (!file.read(frame.data(), static_cast<std::streamsize>(frame.size())))
      return !committed || file.gcount() > 0;
    bool zeros = x.find_first_not_of('\0') == x.npos;
    if (x.substr(8, 8) != head.substr(16, 8)) // left over, but for a hole
      return !committed || zeros;
    sum.add(x.substr(0, 8));
    sum.add(x.substr(frame_head_size));
    if (!sum.stand_at(x, 16))
      return true;
    committed = number_at(x, 4) != 0;
  }
}

} // namespace tutti::journal
