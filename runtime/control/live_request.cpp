// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/live_request.hpp"

#include "runtime/control/protocol.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tutti::control {

namespace {

/// JSON that an agent may be given, and no more; over the line's own limit
/// nothing comes this far.
value value_of(const json& x) {
  if (x.is_boolean())
    return make_boolean(x.get<bool>());
  if (x.is_string())
    return make_text(x.get<std::string>());
  return {x.is_number() ? value_kind::number : value_kind::json, to_line(x)};
}

void read_progress(request_reader& in, live_call& out) {
  out.kind = live_kind::progress;
  constexpr std::int64_t none = -1;
  auto percent = in.integer("percent", none);
  if (percent < none || percent > 100)
    in.mistake("\"percent\" is a whole number from 0 to 100");
  out.percent = static_cast<std::int32_t>(percent);
  out.text = in.text("text");
  if (percent == none && out.text.empty())
    in.mistake("progress needs \"percent\" or \"text\"");
}

void read_handoff(request_reader& in, live_call& out) {
  out.kind = live_kind::handoff;
  out.text = in.text("note");
  auto given = in.object("outputs"); // sorted by name, each once
  for (const auto& [name, content] : given.items()) {
    if (name.empty())
      in.mistake("an output needs a name");
    out.outputs.push_back({name, value_of(content)});
  }
  if (out.outputs.empty() && out.text.empty())
    in.mistake("a handoff needs \"outputs\" or \"note\"");
}

void read_request(request_reader& in, live_call& out) {
  out.kind = live_kind::request;
  out.to = in.required_text("to");
  out.texts = in.texts("texts");
  out.text = in.text("note");
  out.key = in.text("key");
  out.awaited = in.flag("awaited", true);
  if (out.texts.empty())
    in.mistake("a request needs \"texts\", at least one");
}

void read_inbox(request_reader& in, live_call& out) {
  out.kind = live_kind::inbox;
  auto wait = in.integer("wait_ms", 0);
  constexpr std::int64_t longest =
      std::chrono::milliseconds(std::chrono::hours(24 * 366 * 100)).count();
  if (wait < 0 || wait > longest)
    in.mistake("\"wait_ms\" is from 0 to 100 years");
  else
    out.wait = std::chrono::milliseconds(wait);
}

} // namespace

live_request parse_live_request(std::string_view line) {
  live_request result;
  request_reader in{line};
  auto command = in.required_text("command");
  result.token = in.required_text("token");
  if (command == "progress") {
    read_progress(in, result.call);
  } else if (command == "note") {
    result.call.kind = live_kind::note;
    result.call.text = in.required_text("text");
  } else if (command == "handoff") {
    read_handoff(in, result.call);
  } else if (command == "request") {
    read_request(in, result.call);
  } else if (command == "inbox") {
    read_inbox(in, result.call);
  } else {
    in.mistake(fmt::format("there is no command \"{}\"", command));
  }
  in.no_others();
  result.mistake = in.mistake();
  return result;
}

std::string live_answer(const live_reply& x) {
  if (!x.ok)
    return refusal(refusal_code::refused, x.text);
  auto result = json::parse(x.text, nullptr, false);
  return reply(
      {{"result", result.is_object() ? std::move(result) : json::object()}});
}

} // namespace tutti::control
