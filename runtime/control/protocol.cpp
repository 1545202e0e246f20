// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/protocol.hpp"

#include "messages/json/json_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tutti::control {

std::string_view to_string(refusal_code x) {
  switch (x) {
  case refusal_code::bad_request:
    return "bad-request";
  case refusal_code::unknown_name:
    return "unknown-name";
  case refusal_code::refused:
    return "refused";
  case refusal_code::stale_attempt:
    return "stale-attempt";
  case refusal_code::too_large:
    return "too-large";
  case refusal_code::busy:
    return "busy";
  case refusal_code::ended:
    return "ended";
  }
  return "unknown";
}

std::string to_line(const json& x) {
  return json_text(x);
}

std::string refusal(refusal_code code, std::string_view text) {
  return to_line({{"version", protocol_version},
                  {"ok", false},
                  {"code", to_string(code)},
                  {"error", text}});
}

std::string reply(json content) {
  content["version"] = protocol_version;
  content["ok"] = true;
  return to_line(content);
}

request_reader::request_reader(std::string_view line) {
  if (json_depth(line) > json_depth_max) {
    mistake(fmt::format("a request is nested at most {} levels deep",
                        json_depth_max));
    return;
  }
  auto document = json::parse(line, nullptr, false);
  if (!document.is_object()) {
    mistake("a request is a JSON object in one line");
    return;
  }
  document_ = std::move(document);
  auto version = integer("version", -1);
  if (mistake_.empty() && version != protocol_version)
    mistake(fmt::format("this run speaks version {} of the protocol; use the "
                        "tutti that started it",
                        protocol_version));
}

const json* request_reader::find(const char* key) {
  known_.emplace_back(key);
  auto i = document_.find(key);
  return i == document_.end() || i->is_null() ? nullptr : &*i;
}

std::string request_reader::text(const char* key) {
  const auto* x = find(key);
  if (x == nullptr)
    return {};
  if (!x->is_string()) {
    wrong(key, "a text");
    return {};
  }
  return x->get<std::string>();
}

std::string request_reader::required_text(const char* key) {
  auto result = text(key);
  if (result.empty())
    mistake(fmt::format("the request needs \"{}\"", key));
  return result;
}

std::vector<std::string> request_reader::texts(const char* key) {
  std::vector<std::string> result;
  const auto* x = find(key);
  if (x == nullptr)
    return result;
  bool all = x->is_array();
  for (std::size_t i = 0; all && i < x->size(); ++i)
    if ((*x)[i].is_string())
      result.push_back((*x)[i].get<std::string>());
    else
      all = false;
  if (!all)
    wrong(key, "a list of texts");
  return result;
}

bool request_reader::flag(const char* key, bool otherwise) {
  const auto* x = find(key);
  if (x == nullptr)
    return otherwise;
  if (!x->is_boolean()) {
    wrong(key, "true or false");
    return otherwise;
  }
  return x->get<bool>();
}

std::int64_t request_reader::integer(const char* key, std::int64_t otherwise) {
  const auto* x = find(key);
  if (x == nullptr)
    return otherwise;
  if (!x->is_number_integer()) {
    wrong(key, "a whole number");
    return otherwise;
  }
  return x->get<std::int64_t>();
}

json request_reader::object(const char* key) {
  const auto* x = find(key);
  if (x == nullptr)
    return json::object();
  if (!x->is_object()) {
    wrong(key, "an object");
    return json::object();
  }
  return *x;
}

void request_reader::no_others() {
  for (const auto& [key, content] : document_.items())
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      return mistake(fmt::format("the request has no \"{}\"", key));
}

void request_reader::mistake(std::string text) {
  if (mistake_.empty())
    mistake_ = std::move(text);
}

void request_reader::wrong(const char* key, std::string_view type) {
  mistake(fmt::format("\"{}\" of the request is {}", key, type));
}

} // namespace tutti::control
