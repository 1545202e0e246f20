// SPDX-License-Identifier: BSD-3-Clause
// What both sockets of a run have in common: a request is a JSON object in one
// line, and so is its reply. docs/control.md describes it for others.
#pragma once

#include "messages/error.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::control {

using json = nlohmann::json;

/// Grows when an older side would misunderstand a request or a reply.
inline constexpr int protocol_version = 1;

/// Why a request was not done.
enum class refusal_code : std::uint8_t {
  bad_request,   ///< it cannot be understood
  unknown_name,  ///< it names what is not in the plan
  refused,       ///< it was understood and not done; the text says why
  stale_attempt, ///< its token is not, or no longer, that of an attempt
  too_large,
  busy,
  ended, ///< the run has ended
};

/// As replies have it: "unknown-name".
[[nodiscard]] std::string_view to_string(refusal_code x);

/// The line of a refusal, without its line feed.
[[nodiscard]] std::string refusal(refusal_code code, std::string_view text);

/// The line of a reply that has this to say beside `version` and `ok`.
[[nodiscard]] std::string reply(json content);

/// One line of JSON; what is no UTF-8 is replaced.
[[nodiscard]] std::string to_line(const json& x);

/// Reads the fields of a request and notes the first mistake.
class request_reader {
public:
  /// Any text; what is no object of this version is a mistake.
  explicit request_reader(std::string_view line);

  /// Missing or null: empty, unless `required`. Another type is a mistake.
  [[nodiscard]] std::string text(const char* key);
  [[nodiscard]] std::string required_text(const char* key);
  [[nodiscard]] std::vector<std::string> texts(const char* key);
  [[nodiscard]] bool flag(const char* key, bool otherwise);
  [[nodiscard]] std::int64_t integer(const char* key, std::int64_t otherwise);
  /// An object; missing: an empty one.
  [[nodiscard]] json object(const char* key);

  /// What has not been asked for is a mistake: it was meant to do something.
  void no_others();
  void mistake(std::string text);

  /// One sentence; empty where all is well.
  [[nodiscard]] const std::string& mistake() const {
    return mistake_;
  }

private:
  [[nodiscard]] const json* find(const char* key);
  void wrong(const char* key, std::string_view type);

  json document_ = json::object();
  std::vector<std::string> known_;
  std::string mistake_;
};

} // namespace tutti::control
