// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/doctor.hpp"

#include "runtime/display/styled_line.hpp"
#include "runtime/report/json_writer.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tutti::cli {

namespace {

using display::style;

constexpr int doctor_schema_version = 1;

style style_of(check_status x) {
  switch (x) {
  case check_status::ok:
    return style::green;
  case check_status::warn:
    return style::yellow;
  case check_status::fail:
    return style::red;
  }
  return style::plain;
}

std::size_t count(const health_checks& all, check_status status) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [status](const auto& x) {
        return x.status == status;
      }));
}

} // namespace

std::string_view to_string(check_status x) {
  switch (x) {
  case check_status::ok:
    return "ok";
  case check_status::warn:
    return "warn";
  case check_status::fail:
    return "fail";
  }
  return "unknown";
}

std::string checks_text(const health_checks& all, const display::traits& can) {
  constexpr std::size_t name_width = 16;
  std::string result;
  for (const auto& x : all) {
    result += display::paint(fmt::format("{:<4}", to_string(x.status)),
                             style_of(x.status), can);
    result += fmt::format("  {:<{}}  {}\n", display::neutral(x.name, can),
                          name_width, display::neutral(x.text, can));
    if (!x.remedy.empty())
      result += fmt::format("{:>{}}  > {}\n", "", 4 + 2 + name_width,
                            display::neutral(x.remedy, can));
  }
  return result
       + fmt::format("{} checks: {} ok, {} warn, {} fail\n", all.size(),
                     count(all, check_status::ok),
                     count(all, check_status::warn),
                     count(all, check_status::fail));
}

std::string checks_json(const std::string& state_directory,
                        const health_checks& all) {
  report::json_writer w;
  w.open('{');
  w.integer("schema_version", doctor_schema_version);
  w.text("tutti", runtime::version());
  w.text("state_directory", state_directory);
  w.integer("exit_code", exit_code_of(all));
  w.open("checks", '[');
  for (const auto& x : all) {
    w.line();
    w.open('{');
    w.text("name", x.name);
    w.text("status", to_string(x.status));
    w.text("text", x.text);
    w.text_or_null("remedy", x.remedy);
    w.close('}');
  }
  w.close(']');
  w.close('}');
  return w.take() + "\n";
}

int exit_code_of(const health_checks& all) {
  for (auto code :
       {exit_code::journal, exit_code::environment, exit_code::bad_plan})
    for (const auto& x : all)
      if (x.status == check_status::fail && x.code == code)
        return static_cast<int>(code);
  return 0;
}

} // namespace tutti::cli
