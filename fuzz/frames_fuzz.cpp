// SPDX-License-Identifier: BSD-3-Clause
// Whatever arrives, however it is cut: the frames are those that a reader of
// the whole finds, and what was sent comes out as it went in. In the input "."
// stands for a zero, so that a corpus is text: "...\n" is the head of ten
// bytes.
#include "messages/assert.hpp"
#include "runtime/cluster/frame_reader.hpp"
#include "runtime/cluster/outbox.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tutti::cluster;

struct found {
  std::vector<std::string> frames;
  std::uint32_t too_long = 0;

  friend bool operator==(const found&, const found&) = default;
};

/// All at once, in the plainest way.
found look(std::string_view bytes, std::size_t most) {
  found result;
  while (bytes.size() >= 4) {
    std::uint32_t size = 0;
    for (int i = 0; i < 4; ++i)
      size = size * 256 + static_cast<unsigned char>(bytes[i]);
    if (size > most) {
      result.too_long = size;
      break;
    }
    if (bytes.size() - 4 < size)
      break;
    result.frames.emplace_back(bytes.substr(4, size));
    bytes.remove_prefix(4 + size);
  }
  return result;
}

found read(std::string_view bytes, std::size_t most, std::size_t piece) {
  found result;
  frame_reader reader{most};
  std::string frame;
  while (!bytes.empty() && reader.too_long() == 0) {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    while (reader.next(part, frame)) {
      TUTTI_ASSERT(frame.size() <= most);
      result.frames.push_back(frame);
    }
    TUTTI_ASSERT(part.empty() || reader.too_long() != 0);
  }
  result.too_long = reader.too_long();
  return result;
}

std::string sent(const std::vector<std::string>& frames, std::size_t piece) {
  outbox box;
  std::size_t woken = 0;
  for (const auto& x : frames)
    woken += box.push(x) ? 1 : 0;
  TUTTI_ASSERT(woken == (frames.empty() ? 0u : 1u));
  std::string all;
  for (;;) {
    std::string batch;
    box.take(piece, batch);
    if (batch.empty())
      break;
    TUTTI_ASSERT(batch.size() < piece + 4);
    all += batch;
    box.left(batch.size());
  }
  TUTTI_ASSERT(box.unsent_bytes() == 0);
  return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2)
    return 0;
  // The first two bytes say into what pieces it is cut, and what is too long.
  std::size_t piece = data[0] % 64 + 1U;
  std::size_t most = data[1] * 4U;
  std::string bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
  std::replace(bytes.begin(), bytes.end(), '.', '\0');
  auto x = look(bytes, most);
  TUTTI_ASSERT(read(bytes, most, piece) == x);
  TUTTI_ASSERT(read(bytes, most, 1) == x);
  auto again = sent(x.frames, piece);
  TUTTI_ASSERT(std::string_view{bytes}.starts_with(again));
  TUTTI_ASSERT(look(again, most).frames == x.frames);
  return 0;
}
