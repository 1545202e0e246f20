// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/envelopes.hpp"

#include "messages/assert.hpp"

namespace tutti::cluster {

std::vector<envelope_part> in_parts(std::string bytes) {
  // What attempts leave behind is bounded far below.
  TUTTI_ASSERT(bytes.size() <= envelope_bytes_max);
  std::vector<envelope_part> result;
  if (bytes.size() <= part_bytes_max) {
    result.push_back({false, std::move(bytes)});
    return result;
  }
  for (std::size_t i = 0; i < bytes.size(); i += part_bytes_max)
    result.push_back({true, bytes.substr(i, part_bytes_max)});
  result.back().more = false;
  return result;
}

std::optional<std::vector<std::string>> envelope_receiver::take(batch x) {
  std::vector<std::string> result;
  if (x.first == 0 || x.first > received() + 1)
    return std::nullopt;
  auto number = x.first;
  for (auto& part : x.parts)
    for (auto& y : link_.take({number++, std::move(part)})) {
      if (begun_.size() + y.bytes.size() > envelope_bytes_max)
        return std::nullopt;
      if (begun_.empty())
        begun_ = std::move(y.bytes);
      else
        begun_ += y.bytes;
      if (!y.more)
        result.push_back(std::exchange(begun_, {}));
    }
  return result;
}

} // namespace tutti::cluster
