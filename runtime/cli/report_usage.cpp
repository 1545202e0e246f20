// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/report_usage.hpp"

namespace tutti::cli {

namespace {

error usage(std::string text) {
  return {exit_code::bad_plan, std::move(text)};
}

} // namespace

std::optional<error> misused_files(const report_files& x) {
  int n = 0;
  for (const auto* file : {&x.json, &x.csv, &x.trace, &x.html, &x.junit})
    n += *file == "-";
  if (n <= 1)
    return std::nullopt;
  return usage("standard output takes one of --json, --csv, --trace, --html "
               "and --junit: name files for the others");
}

std::optional<error> misused_files(const run_options& x) {
  if (x.detach && x.more.print())
    return usage("--detach leaves no standard output for the report: name a "
                 "file");
  if (x.dry_run && x.more.has_more())
    return usage("--dry-run runs nothing that --csv, --trace, --html or "
                 "--junit could tell of");
  auto all = x.more;
  all.json = x.json_file;
  return misused_files(all);
}

} // namespace tutti::cli
