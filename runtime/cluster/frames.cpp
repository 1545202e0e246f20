// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/frames.hpp"

#include "messages/assert.hpp"
#include "messages/inspect/inspect_cluster.hpp"
#include "messages/inspect/inspect_plan.hpp"
#include "runtime/cluster/binary.hpp"
#include "runtime/cluster/sound.hpp"

#include <optional>
#include <utility>

namespace tutti {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, to_node& x) {
  return f(x.to, x.content);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, to_hub& x) {
  return f(x.from, x.content);
}

namespace secrets {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, secret_value& x) {
  return f(x.name, x.value);
}

} // namespace secrets

namespace cluster {

template <>
inline constexpr auto last_of<parting> = parting::leaving;

template <class Inspector>
bool inspect(Inspector& f, epoch& x) {
  return f(x.counter, x.incarnation);
}

template <class Inspector>
bool inspect(Inspector& f, hello& x) {
  return f(x.protocol, x.name, x.version, x.incarnation, x.labels, x.slots,
           x.run_id, x.known, x.plan, x.link, x.received);
}

template <class Inspector>
bool inspect(Inspector& f, welcome& x) {
  return f(x.epoch, x.run_id, x.plan, x.link, x.resumed, x.received, x.kept,
           x.every, x.lease, x.keep, x.grace);
}

template <class Inspector>
bool inspect(Inspector& f, refused& x) {
  return f(x.why, x.final, x.follows_another);
}

template <class Inspector>
bool inspect(Inspector& f, ready& x) {
  return f(x.keeps, x.holds, x.has_plan);
}

template <class Inspector>
bool inspect(Inspector& f, plan_part& x) {
  return f(x.size_bytes, x.bytes);
}

template <class Inspector>
bool inspect(Inspector& f, secret_values& x) {
  return f(x.values);
}

/// The parts are the rest of the frame.
template <class Inspector>
bool inspect(Inspector& f, batch& x) {
  if constexpr (Inspector::reads_state) {
    return f(x.first, x.count) && f.append(x.parts);
  } else {
    if (!f(x.first, x.count))
      return false;
    x.parts = f.take_rest();
    batch all = x;
    envelope_part part;
    for (auto n = x.count; n > 0; --n)
      if (!all.take(part))
        return false;
    return all.parts.empty();
  }
}

template <class Inspector>
bool inspect(Inspector& f, acknowledgement& x) {
  return f(x.number, x.credit);
}

template <class Inspector>
bool inspect(Inspector& f, heartbeat& x) {
  return f(x.number, x.acknowledged);
}

template <class Inspector>
bool inspect(Inspector& f, heartbeat_ack& x) {
  return f(x.number);
}

template <class Inspector>
bool inspect(Inspector& f, goodbye& x) {
  return f(x.what, x.why);
}

namespace {

/// None: it cannot be written.
template <class T>
std::optional<std::size_t> size_of(const T& x) {
  byte_counter result;
  binary_output<byte_counter> f{result};
  return f(x) ? std::optional{result.size} : std::nullopt;
}

template <class T>
void write(char* at, const T& x) {
  byte_writer to{at};
  binary_output<byte_writer> f{to};
  bool written = f(x);
  TUTTI_ASSERT(written);
}

/// Of a plan nobody needs more, and who sends one has an end.
template <class T>
std::string bytes_of(const T& x) {
  auto size = size_of(x);
  TUTTI_ASSERT(size); // no double crosses but in plans
  std::string result(*size, '\0');
  write(result.data(), x);
  return result;
}

template <class T>
bool is_read(std::string_view bytes, T& x) {
  binary_reader f{bytes};
  return f(x) && f.at_end();
}

/// A result that left nothing behind is null: made anew it would not be.
void tidy(std::shared_ptr<const attempt_details>& x) {
  static const attempt_details nothing;
  if (x && *x == nothing)
    x = nullptr;
}

template <class T>
void tidy(T& x) {
  if constexpr (std::is_same_v<T, assign_task>) {
    if (!x.details || !x.details->earlier
        || !(*x.details->earlier == attempt_details{}))
      return;
    auto details = *x.details;
    details.earlier = nullptr;
    x.details = std::make_shared<const assignment_details>(std::move(details));
  } else if constexpr (requires { x.details; }) {
    tidy(x.details);
  }
}

template <class Envelope>
bool read_envelope(std::string_view bytes, Envelope& x) {
  if (!is_read(bytes, x))
    return false;
  std::visit(
      [](auto& y) {
        tidy(y);
      },
      x.content);
  return true;
}

} // namespace

std::string encode(const frame_content& x) {
  return bytes_of(x);
}

expected<frame_content> decode(std::string_view bytes) {
  frame_content result;
  // Another version's hello may go on otherwise: it is told why not.
  if (bytes.size() > 1 && bytes[0] == 0) {
    hello x;
    binary_reader f{bytes.substr(1)};
    if (f(x.protocol, x.name, x.version) && x.protocol != protocol_version())
      return frame_content{std::move(x)};
  }
  if (!is_read(bytes, result))
    return error{exit_code::environment, "it said what is no tutti"};
  return result;
}

std::string encode(const to_node& x) {
  return bytes_of(x);
}

std::string encode(const to_hub& x) {
  return bytes_of(x);
}

std::size_t encoded_bytes(const to_node& x) {
  return size_of(x).value();
}

std::size_t encoded_bytes(const to_hub& x) {
  return size_of(x).value();
}

void encode_to(char* at, const to_node& x) {
  write(at, x);
}

void encode_to(char* at, const to_hub& x) {
  write(at, x);
}

bool decode(std::string_view bytes, to_node& x) {
  return read_envelope(bytes, x);
}

bool decode(std::string_view bytes, to_hub& x) {
  return read_envelope(bytes, x);
}

std::string encode(const plan& x) {
  return size_of(x) ? bytes_of(x) : std::string{};
}

bool decode(std::string_view bytes, plan& x) {
  return is_read(bytes, x) && is_sound(x);
}

// -- batches ------------------------------------------------------------------

bool batch::take(envelope_part& x) {
  binary_reader f{parts};
  if (!f(x.more, x.bytes))
    return false;
  parts = f.take_rest();
  return true;
}

namespace {

/// Of a part, before its bytes: `more`, and how many they are.
constexpr std::size_t part_head_bytes = 1 + sizeof(std::uint32_t);
/// Of a batch, before the number of its parts: what it is, and `first`.
constexpr std::size_t batch_count_at = 1 + sizeof(std::uint64_t);

} // namespace

batch_writer::batch_writer(std::uint64_t first, std::size_t room) {
  frame_.reserve(room);
  frame_ += encode(frame_content{batch{first, 0, {}}});
}

void batch_writer::add(bool more, std::string_view bytes) {
  bytes.copy(add_head(more, bytes.size()), bytes.size());
}

char* batch_writer::add_head(bool more, std::size_t bytes) {
  auto at = frame_.size();
  frame_.resize(at + part_head_bytes + bytes);
  byte_writer to{frame_.data() + at};
  binary_output<byte_writer> f{to};
  auto size = static_cast<std::uint32_t>(bytes);
  f(more, size);
  ++count_;
  return to.at;
}

std::string batch_writer::finish() {
  byte_writer to{frame_.data() + batch_count_at};
  binary_output<byte_writer> f{to};
  f(count_);
  return std::move(frame_);
}

} // namespace cluster

} // namespace tutti
