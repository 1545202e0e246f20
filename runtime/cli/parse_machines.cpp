// SPDX-License-Identifier: BSD-3-Clause
// The words of what has to do with several machines.
#include "runtime/cli/parse_parts.hpp"

namespace tutti::cli {

namespace {

/// A hundred years: a date that all can write.
constexpr int days_max = 36'500;

} // namespace

usage_error finish(certs_options& x) {
  if (auto e = one_of("the action", x.action, {"init", "issue", "show"}))
    return e;
  bool issues = x.action == "issue";
  if (issues && x.name.empty())
    return usage("'tutti certs issue' needs the NAME of the node; 'tutti help "
                 "certs' tells more");
  if (!issues && !x.name.empty())
    return usage(fmt::format("'{}' is one argument too many for 'certs {}'; "
                             "'tutti help certs' tells more",
                             x.name, x.action));
  if (!issues && !x.out.empty())
    return usage("--out says where an issued certificate goes: only 'tutti "
                 "certs issue' takes it");
  if (x.action != "show" && x.as_json)
    return usage("--json is how 'tutti certs show' prints; nothing else takes "
                 "it");
  if (x.days_text.empty())
    return {};
  if (x.action == "show")
    return usage("--days is for 'tutti certs init' and 'issue'");
  if (auto e = whole_number("--days", x.days_text, 1, x.days))
    return e;
  if (x.days > days_max)
    return usage(
        fmt::format("--days takes at most {}, a hundred years", days_max));
  return {};
}

} // namespace tutti::cli
