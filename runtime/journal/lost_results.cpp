// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/lost_results.hpp"

#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/sweep.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>

namespace tutti::journal {

namespace {

using details_ptr = std::shared_ptr<const attempt_details>;

/// What stands of each task; one that follows on others has many.
std::map<std::uint32_t, std::vector<details_ptr>>
standing(const std::vector<fact>& facts) {
  std::map<std::uint32_t, std::vector<details_ptr>> result;
  for (const auto& f : facts)
    switch (f.kind) {
    case fact_kind::attempt_finished:
      if (f.details)
        result[f.subject].push_back(f.details);
      break;
    case fact_kind::version_started:
    case fact_kind::task_retried:
      result.erase(f.subject);
      break;
    default:
      break;
    }
  return result;
}

/// Empty: all of it is there.
std::string why_lost(const attempt_details& x, const result_files& where) {
  for (const auto& a : x.artifacts)
    if (!where.artifacts.empty() && !artifacts::is_stored(where.artifacts, a))
      return fmt::format("its artifact '{}' is not in '{}' any more", a.path,
                         where.artifacts);
  return {};
}

} // namespace

std::vector<lost_result> lost_results(const std::vector<fact>& facts,
                                      const result_files& where) {
  std::vector<lost_result> result;
  artifacts::payload_file payloads{where.payloads};
  for (const auto& [task, all] : standing(facts))
    for (const auto& x : all) {
      auto why = why_lost(*x, where);
      if (why.empty() && x->payload.size_bytes != 0
          && !where.payloads.empty()) {
        auto whole = payloads.load({0, x->payload});
        why = whole.details ? why_lost(*whole.details, where) : whole.mistake;
      }
      if (why.empty())
        continue;
      result.push_back({task_id{task}, std::move(why)});
      break;
    }
  return result;
}

} // namespace tutti::journal
