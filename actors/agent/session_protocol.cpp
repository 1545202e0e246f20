// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/session_protocol.hpp"

#include "actors/agent/json_forms.hpp"
#include "messages/json/json_values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace tutti::session_protocol {

namespace {

using nlohmann::json;

constexpr std::size_t excerpt_bytes = 200;

std::string line_of(const json& x) {
  return json_text(x) + "\n";
}

/// What a handoff and an answer have in common.
json details_of(task_state status, const attempt_details* x) {
  auto result = details_json(x);
  result["status"] = to_string(status);
  return result;
}

} // namespace

// -- from tutti ---------------------------------------------------------------

std::string encode(const welcome& x) {
  auto waiting = json::array();
  for (const auto& y : x.waiting)
    waiting.push_back({{"task", y.task}, {"version", y.version}});
  return line_of({{"type", "hello"},
                  {"protocol", version},
                  {"agent", x.agent},
                  {"role", x.role},
                  {"slots", x.slots},
                  {"waiting", std::move(waiting)}});
}

std::string encode(const assignment& x) {
  auto env = json::object();
  for (const auto& [name, text] : x.env)
    env[name] = text;
  return line_of({{"type", x.phase == work_phase::run ? "task" : "integrate"},
                  {"id", x.id},
                  {"task", x.task},
                  {"phase", to_string(x.phase)},
                  {"attempt", x.attempt},
                  {"version", x.version},
                  {"round", x.round},
                  {"prompt", x.prompt},
                  {"feedback", x.feedback},
                  {"input", parsed_or_text(x.input)},
                  {"env", std::move(env)},
                  {"env-files", x.env_files},
                  {"directory", x.directory}});
}

std::string encode(const delivery& x) {
  auto result = details_of(x.status, x.details);
  result["type"] = "handoff";
  result["task"] = x.task;
  result["from"] = x.from;
  result["id"] = fmt::format("{}@{}", x.from, x.version);
  result["version"] = x.version;
  return line_of(result);
}

std::string encode(const answer& x) {
  auto result = details_of(x.status, x.details);
  result["type"] = "answer";
  result["task"] = x.task;
  result["id"] = request_name(x.request);
  result["agent"] = x.agent;
  result["text"] = x.text;
  return line_of(result);
}

std::string encode(const reply& x) {
  json result = {{"type", "reply"}, {"ok", x.ok}};
  if (!x.call.empty())
    result["call"] = parsed_or_text(x.call);
  if (!x.ok)
    result["text"] = x.text;
  else if (auto said = parse_json(x.text); said && said->is_object())
    for (const auto& [name, content] : said->items())
      if (!result.contains(name))
        result[name] = content;
  return line_of(result);
}

std::string encode_cancel(const std::string& id) {
  return line_of({{"type", "cancel"}, {"id", id}});
}

std::string encode_bye() {
  return line_of({{"type", "bye"}});
}

// -- from the session ---------------------------------------------------------

namespace {

/// Reads the fields of one message; the first mistake counts.
class fields {
public:
  fields(const json& object, std::string type)
    : object_(object), type_(std::move(type)) {
  }

  std::string text(const char* name) {
    const auto* x = find(name);
    if (x == nullptr)
      return {};
    if (x->is_string())
      return x->get<std::string>();
    refuse(fmt::format("\"{}\" of \"{}\" is no text", name, type_));
    return {};
  }
  std::string needed_text(const char* name) {
    auto result = text(name);
    if (result.empty())
      refuse(fmt::format("\"{}\" needs \"{}\", a text", type_, name));
    return result;
  }
  std::int64_t number(const char* name, std::int64_t least, std::int64_t most,
                      std::int64_t otherwise) {
    const auto* x = find(name);
    if (x == nullptr)
      return otherwise;
    // 70.0 is what some languages write for 70.
    if (x->is_number()) {
      auto wide = x->get<double>();
      if (wide >= static_cast<double>(least)
          && wide <= static_cast<double>(most))
        return static_cast<std::int64_t>(wide);
    }
    refuse(fmt::format("\"{}\" of \"{}\" is no number from {} to {}", name,
                       type_, least, most));
    return otherwise;
  }
  bool boolean(const char* name, bool otherwise) {
    const auto* x = find(name);
    if (x == nullptr)
      return otherwise;
    if (x->is_boolean())
      return x->get<bool>();
    refuse(
        fmt::format("\"{}\" of \"{}\" is neither true nor false", name, type_));
    return otherwise;
  }
  tutti::outputs outputs() {
    const auto* x = find("outputs");
    if (x == nullptr)
      return {};
    if (x->is_object())
      return outputs_of_json(*x);
    refuse(fmt::format("\"outputs\" of \"{}\" is no object", type_));
    return {};
  }
  /// A text or a list of texts, at least one.
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> result;
    const auto* x = find(name);
    auto add = [&](const json& y) {
      if (y.is_string() && !y.get_ref<const std::string&>().empty())
        return result.push_back(y.get<std::string>());
      refuse(
          fmt::format("\"{}\" of \"{}\" holds what is no text", name, type_));
    };
    if (x != nullptr && x->is_array())
      std::for_each(x->begin(), x->end(), add);
    else if (x != nullptr)
      add(*x);
    if (result.empty())
      refuse(fmt::format("\"{}\" needs \"{}\", a text or a list of texts",
                         type_, name));
    return result;
  }
  /// What a reply is to carry, as it is.
  std::string call() {
    const auto* x = find("call");
    return x == nullptr ? std::string{} : json_text(*x);
  }
  void refuse(std::string why) {
    if (mistake_.empty())
      mistake_ = std::move(why);
  }
  decoded result(message x) {
    return {std::move(x), std::move(mistake_)};
  }

private:
  /// Null counts as absent.
  const json* find(const char* name) const {
    auto x = object_.find(name);
    return x == object_.end() || x->is_null() ? nullptr : &*x;
  }

  const json& object_;
  std::string type_;
  std::string mistake_;
};

decoded read_greeting(fields& f) {
  auto said = f.number("protocol", 0, std::numeric_limits<int>::max(), 0);
  if (said != version)
    f.refuse(fmt::format("the session speaks protocol {}, and tutti {}; both "
                         "must be the same",
                         said, version));
  greeting x;
  x.name = f.needed_text("name");
  x.slots = static_cast<std::uint32_t>(f.number("slots", 1, 1'000'000, 0));
  return f.result(std::move(x));
}

decoded read_heartbeat(fields& f) {
  return f.result(heartbeat{});
}

decoded read_farewell(fields& f) {
  return f.result(farewell{});
}

decoded read_progress(fields& f) {
  progress x;
  x.id = f.needed_text("id");
  x.percent = static_cast<std::int32_t>(f.number("percent", 0, 100, -1));
  x.text = f.text("text");
  return f.result(std::move(x));
}

decoded read_note(fields& f) {
  note x{f.needed_text("id"), f.call(), f.needed_text("text")};
  return f.result(std::move(x));
}

decoded read_partial(fields& f) {
  partial x{f.needed_text("id"), f.call(), f.outputs(), f.text("note")};
  if (x.outputs.empty() && x.note.empty())
    f.refuse("\"handoff\" needs \"outputs\", an object, or \"note\", a text");
  return f.result(std::move(x));
}

decoded read_ask(fields& f) {
  ask x;
  x.id = f.needed_text("id");
  x.call = f.call();
  x.to = f.needed_text("to");
  x.texts = f.texts("text");
  x.note = f.text("note");
  x.key = f.text("key");
  x.awaited = f.boolean("wait", true);
  return f.result(std::move(x));
}

decoded read_done(fields& f) {
  done x{f.needed_text("id"), f.outputs(), f.text("note")};
  return f.result(std::move(x));
}

decoded read_failed(fields& f) {
  failed x{f.needed_text("id"), f.needed_text("message")};
  return f.result(std::move(x));
}

constexpr std::array readers = {
    std::pair{"hello", &read_greeting}, std::pair{"heartbeat", &read_heartbeat},
    std::pair{"bye", &read_farewell},   std::pair{"progress", &read_progress},
    std::pair{"note", &read_note},      std::pair{"handoff", &read_partial},
    std::pair{"request", &read_ask},    std::pair{"done", &read_done},
    std::pair{"failed", &read_failed},
};

decoded refuse(std::string why) {
  return {heartbeat{}, std::move(why)};
}

} // namespace

std::string too_long() {
  return fmt::format("the session wrote a line of over {} KiB; hand on the "
                     "name of a file, or an artifact, instead",
                     line_bytes_max >> 10);
}

decoded decode(std::string_view line) {
  if (line.size() > line_bytes_max)
    return refuse(too_long());
  if (json_depth(line) > json_depth_max)
    return refuse(fmt::format("the session wrote JSON that is nested more than "
                              "{} levels deep",
                              json_depth_max));
  auto parsed = parse_json(line);
  if (!parsed || !parsed->is_object())
    return refuse(fmt::format(
        "the session wrote a line that is no JSON object: \"{}\"; its standard "
        "output is for messages alone, so let it log to standard error",
        excerpt(line)));
  auto type = parsed->find("type");
  if (type == parsed->end() || !type->is_string())
    return refuse(fmt::format(
        "the session wrote a message without a \"type\": {}", excerpt(line)));
  auto name = type->get<std::string>();
  for (auto [known, read] : readers)
    if (name == known) {
      fields f{*parsed, name};
      return read(f);
    }
  return refuse(fmt::format("the session wrote a message of the unknown type "
                            "\"{}\"; there are hello, progress, note, handoff, "
                            "request, done, failed, heartbeat and bye",
                            excerpt(name)));
}

std::string_view id_of(const message& x) {
  return std::visit(
      [](const auto& y) -> std::string_view {
        if constexpr (requires { y.id; })
          return y.id;
        else
          return {};
      },
      x);
}

// -- lines --------------------------------------------------------------------

bool line_reader::append(std::string_view bytes) {
  if (read_ > text_.size() / 2) {
    text_.erase(0, read_);
    read_ = 0;
  }
  // Only the line that has no end can grow too long.
  auto last = text_.rfind('\n');
  auto open = last == std::string::npos || last < read_
                ? text_.size() - read_
                : text_.size() - last - 1;
  text_.append(bytes);
  auto first = bytes.find('\n');
  auto line = open + (first == std::string_view::npos ? bytes.size() : first);
  return line <= line_bytes_max;
}

bool line_reader::next(std::string& line) {
  while (true) {
    auto end = text_.find('\n', read_);
    if (end == std::string::npos)
      return false;
    line = text_.substr(read_, end - read_);
    read_ = end + 1;
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos)
      return true;
  }
}

bool line_reader::has_rest() const {
  return read_ < text_.size();
}

std::string excerpt(std::string_view line) {
  std::string result;
  for (char c : line.substr(0, excerpt_bytes)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      result += c;
    else
      result += fmt::format("\\x{:02x}", byte);
  }
  if (line.size() > excerpt_bytes)
    result += fmt::format("… ({} bytes in all)", line.size());
  return result;
}

} // namespace tutti::session_protocol
