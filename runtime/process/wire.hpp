// SPDX-License-Identifier: BSD-3-Clause
// What tutti and its supervisor process say to each other over their socket.
// A frame is: length of the rest (u32), kind (u8), fields. Numbers are little
// endian; a string is its length (u32) and its bytes; a list is its count (u32)
// and its elements. Both ends are the same program, so there is no version.
#pragma once

#include "messages/process.hpp"
#include "runtime/process/options.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tutti::process::wire {

/// A longer frame is refused by the sender and ends the conversation at the
/// receiver. Linux refuses arguments long before that.
inline constexpr std::size_t frame_bytes_max = std::size_t{64} << 20;

struct end_all {
  bool at_once = false;
};
struct heartbeat {}; ///< tutti lives; any frame says so, this one only that
struct lease {
  bool suspended = false;
};
struct finish {}; ///< kill everything and exit
struct answer {}; ///< to each heartbeat: the supervisor lives
/// What processes may get by name, and what is masked in their output.
struct secret_values {
  std::vector<std::string> names;
  std::vector<std::string> values; ///< in the same order
};

/// From tutti to the supervisor.
using order = std::variant<supervisor_options, start_process, end_process,
                           end_all, heartbeat, lease, finish, process_input,
                           process_alive, secret_values>;
/// From the supervisor to tutti.
using report = std::variant<process_started, process_line, process_exited,
                            process_output, answer>;

/// Appends one frame. False, and nothing appended: it would be too long.
[[nodiscard]] bool encode(std::string& out, const order& x);
[[nodiscard]] bool encode(std::string& out, const start_process& x);
[[nodiscard]] bool encode(std::string& out, const report& x);

enum class frame_state : std::uint8_t { complete, incomplete, broken };

struct frame_view {
  frame_state state = frame_state::incomplete;
  std::string_view body;      ///< kind and fields
  std::size_t bytes_used = 0; ///< of the input, header included
};

/// The first frame of `in`. Broken: its length is 0 or over the maximum.
[[nodiscard]] frame_view first_frame(std::string_view in);

/// None: unknown kind, a field that ends early or late, a value out of range.
[[nodiscard]] std::optional<order> decode_order(std::string_view body);
[[nodiscard]] std::optional<report> decode_report(std::string_view body);

} // namespace tutti::process::wire
