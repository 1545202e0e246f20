// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/json_writer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace tutti::report {

void json_writer::text(std::string_view key, std::string_view x) {
  name(key);
  quote(x);
}

void json_writer::text_or_null(std::string_view key, std::string_view x) {
  if (x.empty())
    raw(key, "null");
  else
    text(key, x);
}

void json_writer::text(std::string_view x) {
  separate();
  quote(x);
}

void json_writer::raw(std::string_view key, std::string_view x) {
  name(key);
  out_ += x;
}

void json_writer::boolean(std::string_view key, bool x) {
  raw(key, x ? "true" : "false");
}

void json_writer::integer(std::string_view key, std::int64_t x) {
  name(key);
  fmt::format_to(std::back_inserter(out_), "{}", x);
}

void json_writer::integer(std::int64_t x) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", x);
}

void json_writer::number(std::string_view key, std::optional<double> x) {
  if (!x)
    return raw(key, "null");
  name(key);
  fixed(*x);
}

void json_writer::seconds(std::string_view key, std::optional<duration> x) {
  number(key, x ? std::optional(std::chrono::duration<double>(*x).count())
                : std::nullopt);
}

void json_writer::value(std::string_view key, const tutti::value& x) {
  name(key);
  auto is_json = x.kind != value_kind::text && nlohmann::json::accept(x.text);
  if (is_json)
    out_ += x.text;
  else
    quote(x.text);
}

void json_writer::open(char bracket) {
  separate();
  out_ += bracket;
  fresh_ = true;
}

void json_writer::open(std::string_view key, char bracket) {
  name(key);
  out_ += bracket;
  fresh_ = true;
}

void json_writer::close(char bracket) {
  out_ += bracket;
  fresh_ = false;
}

void json_writer::line() {
  out_ += fresh_ ? "\n" : ",\n";
  fresh_ = true;
}

void json_writer::separate() {
  if (!fresh_)
    out_ += ", ";
  fresh_ = false;
}

void json_writer::name(std::string_view key) {
  separate();
  quote(key);
  out_ += ": ";
}

void json_writer::quote(std::string_view x) {
  using nlohmann::json;
  auto is_plain = std::all_of(x.begin(), x.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
  if (is_plain) {
    out_ += '"';
    out_ += x;
    out_ += '"';
    return;
  }
  out_ += json(x).dump(-1, ' ', false, json::error_handler_t::replace);
}

// Microseconds, without trailing zeros.
void json_writer::fixed(double x) {
  auto s = fmt::format("{:.6f}", x);
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.')
    s.pop_back();
  out_ += s == "-0" ? "0" : s;
}

} // namespace tutti::report
