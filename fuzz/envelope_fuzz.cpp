// SPDX-License-Identifier: BSD-3-Clause
// Whatever comes over a link, decoding answers with a value or without one; a
// value that is sound refers to what there is, and is encoded to the same bytes
// again.
#include "messages/assert.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/sound.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace tutti;
using namespace tutti::cluster;

const plan& some_plan() {
  static const plan result = [] {
    plan p;
    p.agents.resize(2);
    p.tasks.resize(2);
    for (auto& t : p.tasks)
      t.agents = {agent_id{0u}};
    p.gates.resize(1);
    p.contracts.resize(1);
    return p;
  }();
  return result;
}

template <class Envelope>
void look_at(std::string_view bytes) {
  Envelope x;
  if (!decode(bytes, x) || !is_sound(some_plan(), x))
    return;
  Envelope again;
  auto written = encode(x);
  TUTTI_ASSERT(decode(written, again));
  TUTTI_ASSERT(encode(again) == written);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (auto x = decode(bytes)) {
    auto again = decode(encode(*x));
    TUTTI_ASSERT(again);
    TUTTI_ASSERT(again->index() == x->index());
  }
  look_at<to_node>(bytes);
  look_at<to_hub>(bytes);
  plan p;
  if (decode(bytes, p))
    for (const auto& t : p.tasks)
      TUTTI_ASSERT(t.agents.at(0).value < p.agents.size());
  return 0;
}
