// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/wire.hpp"

#include "messages/assert.hpp"
#include "runtime/cluster/binary.hpp"
#include "runtime/cluster/protocol_version.hpp"

namespace tutti::stress {

template <class Inspector>
bool inspect(Inspector& f, tally& x) {
  return f(x.count, x.sum);
}

template <class Inspector>
bool inspect(Inspector& f, account& x) {
  return f(x.sender, x.sent, x.received);
}

template <class Inspector>
bool inspect(Inspector& f, histogram_parts::bin& x) {
  return f(x.index, x.count);
}

template <class Inspector>
bool inspect(Inspector& f, histogram_parts& x) {
  return f(x.bins, x.sum, x.min, x.max);
}

template <class Inspector>
bool inspect(Inspector& f, part_begins& x) {
  return f(x.pattern, x.actors, x.payload_bytes, x.rate, x.nodes, x.node);
}

template <class Inspector>
bool inspect(Inspector& f, part_ready& x) {
  return f(x.why);
}

template <class Inspector>
bool inspect(Inspector& f, round_order& x) {
  return f(x.count, x.measured);
}

template <class Inspector>
bool inspect(Inspector&, round_stops&) {
  return true;
}

template <class Inspector>
bool inspect(Inspector&, sources_over&) {
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, node_progress& x) {
  return f(x.handled);
}

template <class Inspector>
bool inspect(Inspector&, tell_round&) {
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, round_told& x) {
  return f(x.operations, x.handled, x.pauses, x.cpu_user, x.cpu_system,
           x.peak_bytes, x.times);
}

template <class Inspector>
bool inspect(Inspector&, tell_accounts&) {
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, accounts_told& x) {
  return f(x.accounts, x.corrupted);
}

template <class Inspector>
bool inspect(Inspector&, ask_clock&) {
  return true;
}

template <class Inspector>
bool inspect(Inspector& f, clock_told& x) {
  return f(x.now_ns, x.boot);
}

std::size_t encoded_bytes(const envelope& x) {
  cluster::byte_counter result;
  cluster::binary_output<cluster::byte_counter> f{result};
  bool written = f(x.place, x.content);
  TUTTI_ASSERT(written); // doubles in it are finite
  return result.size;
}

void encode_to(char* at, const envelope& x) {
  cluster::byte_writer to{at};
  cluster::binary_output<cluster::byte_writer> f{to};
  bool written = f(x.place, x.content);
  TUTTI_ASSERT(written);
}

std::string encode(const envelope& x) {
  std::string result(encoded_bytes(x), '\0');
  encode_to(result.data(), x);
  return result;
}

bool decode(std::string_view bytes, envelope& x) {
  cluster::binary_reader f{bytes};
  return f(x.place, x.content) && f.at_end();
}

std::uint32_t line_protocol() {
  constexpr std::uint32_t base = 1'000'000;
  return base + cluster::protocol_version();
}

} // namespace tutti::stress
