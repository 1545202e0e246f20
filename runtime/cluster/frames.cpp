// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/frames.hpp"

#include "messages/assert.hpp"
#include "messages/inspect/inspect_cluster.hpp"
#include "messages/inspect/inspect_plan.hpp"
#include "runtime/cluster/binary.hpp"
#include "runtime/cluster/sound.hpp"

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

template <class Inspector>
bool inspect(Inspector& f, envelope_part& x) {
  return f(x.more, x.bytes);
}

template <class Inspector>
bool inspect(Inspector& f, batch& x) {
  return f(x.first, x.parts);
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

/// Of a plan nobody needs more, and who sends one has an end.
template <class T>
std::string bytes_of(const T& x) {
  std::string result;
  binary_writer f{result};
  bool written = f(x);
  TUTTI_ASSERT(written); // no double crosses but in plans
  return result;
}

template <class T>
bool is_read(std::string_view bytes, T& x) {
  binary_reader f{bytes};
  return f(x) && f.at_end();
}

/// A result that left nothing behind is null: made anew it would not be.
void tidy(std::shared_ptr<const attempt_details>& x) {
  if (x && *x == attempt_details{})
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

bool decode(std::string_view bytes, to_node& x) {
  return read_envelope(bytes, x);
}

bool decode(std::string_view bytes, to_hub& x) {
  return read_envelope(bytes, x);
}

std::string encode(const plan& x) {
  std::string result;
  binary_writer f{result};
  return f(x) ? result : std::string{};
}

bool decode(std::string_view bytes, plan& x) {
  return is_read(bytes, x) && is_sound(x);
}

} // namespace cluster

} // namespace tutti
