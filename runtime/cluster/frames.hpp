// SPDX-License-Identifier: BSD-3-Clause
// What is in the frames between hub and gateway (semantics §32–§34).
//
//   gateway: hello ─▶ hub: welcome, or refused
//   gateway: ready, or refused ─▶ hub: the plan and secrets, where they are not
//     there ─▶ batches and acknowledgements both ways, heartbeats, and what may
//     be lost: progress, chunks, news of logs ─▶ goodbye
#pragma once

#include "messages/cluster.hpp"
#include "messages/error.hpp"
#include "runtime/cluster/epoch.hpp"
#include "runtime/cluster/protocol_version.hpp"
#include "runtime/secrets/secret_value.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tutti::cluster {

/// Of an encoded plan.
inline constexpr std::uint64_t plan_bytes_max = std::uint64_t{256} << 20;

/// One life of a link: new at each fresh start of it.
using link_id = std::uint64_t; ///< 0: none

/// The first word of a connection, from the node. The first three stand first
/// for good, so that any two versions can tell each other why not.
struct hello {
  std::uint32_t protocol = protocol_version();
  std::string name;
  std::string version;           ///< of tutti
  std::uint64_t incarnation = 0; ///< of the node's process
  std::vector<std::string> labels;
  std::uint32_t slots = 1;    ///< 0: no limit
  std::string run_id;         ///< that it takes part in; empty: none
  cluster::epoch known;       ///< whom it follows there
  std::string plan;           ///< digest of the one that it has; empty: none
  link_id link = 0;           ///< that it would go on with
  std::uint64_t received = 0; ///< on that link
};

struct welcome {
  cluster::epoch epoch;
  std::string run_id;
  std::string plan; ///< digest
  link_id link = 0;
  bool resumed = false;
  std::uint64_t received = 0;      ///< of a resumed link
  std::vector<agent_address> kept; ///< of a fresh one: may be there still
  duration every{0};
  duration lease{0};
  duration keep{0};
  duration grace{0};
};

struct refused {
  std::string why;    ///< a clause
  bool final = false; ///< it would be no other later
  /// From a node: it follows another orchestrator.
  bool follows_another = false;
};

/// From the node: nothing is alive there but the agents that it was to keep
/// and still has, and of their work but what it holds.
struct ready {
  std::vector<agent_address> keeps;
  std::vector<held_attempt> holds;
  bool has_plan = false;
};

/// A piece of the encoded plan; the pieces come in order.
struct plan_part {
  std::uint64_t size_bytes = 0; ///< of all
  std::string bytes;
};

struct secret_values {
  std::vector<secrets::secret_value> values;
};

/// A piece of an envelope; most are one. Refers to bytes of others.
struct envelope_part {
  bool more = false; ///< the envelope goes on with the next part
  std::string_view bytes;
};

/// Parts with successive numbers, as they are in a frame: refers to its bytes.
/// See `batch_writer`.
struct batch {
  std::uint64_t first = 1; ///< number of the first of them
  std::uint32_t count = 0;
  std::string_view parts; ///< encoded

  /// Takes the next part from the front of `parts`; false: it is none.
  [[nodiscard]] bool take(envelope_part& x);
};

/// Parts up to this one have arrived, and need not be kept any more.
struct acknowledgement {
  std::uint64_t number = 0;
  std::uint32_t credit = 0; ///< so many beyond it may be under way
};

struct heartbeat {
  std::uint64_t number = 0;
  std::uint64_t acknowledged = 0; ///< the last that was answered
};

struct heartbeat_ack {
  std::uint64_t number = 0;
};

enum class parting : std::uint8_t {
  run_over,
  drained,
  leaving, ///< from the node: all that it worked on is ended
};

struct goodbye {
  parting what = parting::run_over;
  std::string why; ///< a clause; of `leaving`
};

/// In the order of their bytes on the wire: append only. hello and refused stay
/// the first, and refused as it is: any version can read it.
using frame_content =
    std::variant<hello, refused, welcome, ready, plan_part, secret_values,
                 batch, acknowledgement, heartbeat, heartbeat_ack, goodbye,
                 task_progress, chunk_wanted, chunk, log_grew>;

[[nodiscard]] std::string encode(const frame_content& x);
/// The error's detail says what is wrong with it, a clause.
[[nodiscard]] expected<frame_content> decode(std::string_view bytes);

[[nodiscard]] std::string encode(const to_node& x);
[[nodiscard]] std::string encode(const to_hub& x);
/// How long it is, encoded.
[[nodiscard]] std::size_t encoded_bytes(const to_node& x);
[[nodiscard]] std::size_t encoded_bytes(const to_hub& x);
/// Writes so many bytes.
void encode_to(char* at, const to_node& x);
void encode_to(char* at, const to_hub& x);
/// False: the bytes are no such value.
[[nodiscard]] bool decode(std::string_view bytes, to_node& x);
[[nodiscard]] bool decode(std::string_view bytes, to_hub& x);

/// Makes the frame of a batch, part by part.
class batch_writer {
public:
  /// `first`: number of its first part. `room`: about how long it becomes.
  explicit batch_writer(std::uint64_t first, std::size_t room = 0);

  void add(bool more, std::string_view bytes);
  /// One that is whole, and takes so many bytes.
  template <class Envelope>
  void add(const Envelope& x, std::size_t bytes) {
    encode_to(add_head(false, bytes), x);
  }

  [[nodiscard]] std::size_t size_bytes() const {
    return frame_.size();
  }
  /// It is of no use any more.
  [[nodiscard]] std::string finish();

private:
  /// Where so many bytes go.
  [[nodiscard]] char* add_head(bool more, std::size_t bytes);

  std::string frame_;
  std::uint32_t count_ = 0;
};

/// Empty: it cannot be encoded, for a number in it is not finite.
[[nodiscard]] std::string encode(const plan& x);
/// False: the bytes are no plan, or one that refers to what it has not.
[[nodiscard]] bool decode(std::string_view bytes, plan& x);

} // namespace tutti::cluster
