// SPDX-License-Identifier: BSD-3-Clause
// What tutti and a session say to each other: one JSON object a line, in
// UTF-8. docs/sessions.md is the description for who writes a session. Pure
// texts: the driver decides, this page only writes and reads.
#pragma once

#include "messages/fact.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tutti::session_protocol {

inline constexpr int version = 1;
/// A longer line of a session is refused.
inline constexpr std::size_t line_bytes_max = std::size_t{1} << 20;

// -- from tutti ---------------------------------------------------------------

/// A task whose run phase is done and that may still be integrated.
struct waiting_task {
  std::string task;
  std::uint32_t version = 1;
};

/// The first line.
struct welcome {
  std::string agent;
  std::string role;
  std::uint32_t slots = 1;
  std::vector<waiting_task> waiting;
};

/// One attempt at one phase.
struct assignment {
  std::string id; ///< names the attempt in all that follows
  std::string task;
  work_phase phase = work_phase::run;
  std::uint32_t attempt = 0;
  std::uint32_t version = 1;
  std::uint32_t round = 1;
  std::string prompt;
  std::string feedback;
  std::string input; ///< the document that a command finds in TUTTI_INPUT
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<std::string> env_files;
  std::string directory; ///< absolute
};

/// Something arrived for a task that the session knows.
struct delivery {
  std::string task; ///< whom it is for
  std::string from;
  std::uint32_t version = 1;
  task_state status = task_state::succeeded;
  const attempt_details* details = nullptr; ///< null: nothing was put out
};

/// The answer to a request of a task that the session knows.
struct answer {
  std::string task;
  std::uint32_t request = 0;
  std::string agent; ///< who answered
  std::string text;  ///< as it was asked
  task_state status = task_state::succeeded;
  const attempt_details* details = nullptr;
};

/// What became of something that the session said, where it gave it a `call`,
/// or where it was refused.
struct reply {
  std::string call; ///< JSON text, as the session gave it; empty: none
  bool ok = true;
  std::string text; ///< a JSON object where `ok`; else why not
};

// Each is one line, its end included.
[[nodiscard]] std::string encode(const welcome& x);
[[nodiscard]] std::string encode(const assignment& x);
[[nodiscard]] std::string encode(const delivery& x);
[[nodiscard]] std::string encode(const answer& x);
[[nodiscard]] std::string encode(const reply& x);
[[nodiscard]] std::string encode_cancel(const std::string& id);
[[nodiscard]] std::string encode_bye();

// -- from the session ---------------------------------------------------------

struct greeting {
  std::string name;
  std::uint32_t slots = 0; ///< at most so many tasks at once; 0: it did not say
};
struct heartbeat {};
struct farewell {};
struct progress {
  std::string id;
  std::int32_t percent = -1; ///< 0 … 100; -1: not said
  std::string text;
};
struct note {
  std::string id;
  std::string call;
  std::string text;
};
struct partial {
  std::string id;
  std::string call;
  tutti::outputs outputs;
  std::string note;
};
struct ask {
  std::string id;
  std::string call;
  std::string to;
  std::vector<std::string> texts; ///< at least one
  std::string note;
  std::string key;
  bool awaited = true;
};
struct done {
  std::string id;
  tutti::outputs outputs;
  std::string note;
};
struct failed {
  std::string id;
  std::string message;
};

using message = std::variant<greeting, heartbeat, farewell, progress, note,
                             partial, ask, done, failed>;

struct decoded {
  session_protocol::message message;
  std::string mistake; ///< one sentence; empty: the message counts
};

/// Reads one line, without its end. Total: whatever the bytes are, the answer
/// is a message or a mistake that is fit to be shown.
[[nodiscard]] decoded decode(std::string_view line);

/// What is said of a line over `line_bytes_max`.
[[nodiscard]] std::string too_long();

/// The attempt that a message is about; empty: none.
[[nodiscard]] std::string_view id_of(const message& x);

/// Cuts a stream in lines. Keeps at most one line of `line_bytes_max`.
class line_reader {
public:
  /// Appends; false: a line is too long, and is not to be waited for.
  [[nodiscard]] bool append(std::string_view bytes);
  /// The next line that is not empty, without its end; false: there is none.
  [[nodiscard]] bool next(std::string& line);
  /// What is left has no end.
  [[nodiscard]] bool has_rest() const;

private:
  std::string text_;
  std::size_t read_ = 0;
};

/// The first bytes of a line as ASCII that can be shown.
[[nodiscard]] std::string excerpt(std::string_view line);

} // namespace tutti::session_protocol
