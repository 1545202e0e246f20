// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/shelved.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tutti {

std::shared_ptr<const attempt_details>
shelved(const attempt_details& x, const payload_ref& at,
        const std::set<std::string>* looked_at) {
  attempt_details result;
  if (looked_at != nullptr)
    std::copy_if(x.outputs.begin(), x.outputs.end(),
                 std::back_inserter(result.outputs),
                 [looked_at](const output& y) {
                   return looked_at->contains(y.name);
                 });
  result.message = x.message;
  result.log = x.log;
  result.dropped_bytes = x.dropped_bytes;
  result.leaked = x.leaked;
  result.payload = at;
  return std::make_shared<const attempt_details>(std::move(result));
}

} // namespace tutti
