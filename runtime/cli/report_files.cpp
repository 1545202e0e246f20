// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/report_files.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/report/csv.hpp"
#include "runtime/report/html.hpp"
#include "runtime/report/junit.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/trace.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace tutti::cli {

namespace {

/// The end of a file, at most so much of it; empty where it cannot be read.
std::string tail_of(const std::string& path, std::size_t most) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  auto size = in ? static_cast<std::streamoff>(in.tellg()) : 0;
  if (size <= 0)
    return {};
  auto bytes = std::min(size, static_cast<std::streamoff>(most));
  std::string text(static_cast<std::size_t>(bytes), '\0');
  in.seekg(size - bytes);
  in.read(text.data(), bytes);
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

} // namespace

std::optional<error> cannot_write(const report_files& x) {
  for (const auto* file : {&x.json, &x.csv, &x.trace, &x.html, &x.junit})
    if (auto e = cannot_write_data(*file))
      return e;
  return std::nullopt;
}

int write_report_files(const kept_run& run, const report::run_report& made,
                       const report_files& files) {
  auto log = [&](const std::string& path, std::size_t most) {
    return tail_of(run.log_path(path), most);
  };
  int code = 0;
  auto write = [&](const std::string& file, auto make) {
    if (!file.empty() && code == 0)
      code = write_data(file, make());
  };
  write(files.json, [&] {
    return report::to_json(made);
  });
  write(files.csv, [&] {
    return report::to_csv(*run.work, made);
  });
  write(files.trace, [&] {
    return report::to_trace(*run.model, made.run_id);
  });
  write(files.html, [&] {
    return report::to_html(*run.model, made, log);
  });
  write(files.junit, [&] {
    return report::to_junit(*run.model, made, log);
  });
  return code;
}

} // namespace tutti::cli
