// SPDX-License-Identifier: BSD-3-Clause
// Whatever a plan file holds, the loader answers with a plan or with mistakes,
// renders them, and a loaded plan can be selected from. What follows the first
// NUL byte is the text of each file that the plan includes.
#include "config/plan_loader.hpp"
#include "config/plan_select.hpp"
#include "messages/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace {

using namespace tutti;
using namespace tutti::config;

bool is_error(const diagnostic& x) {
  return x.level == severity::error;
}

void check_references(const plan& p) {
  auto in_plan = [&](node_ref x) {
    auto size = x.kind == node_kind::task  ? p.tasks.size()
              : x.kind == node_kind::phase ? p.phases.size()
                                           : p.gates.size();
    TUTTI_ASSERT(x.index < size);
  };
  for (const auto& t : p.tasks) {
    TUTTI_ASSERT(!t.agents.empty());
    for (auto a : t.agents)
      TUTTI_ASSERT(a.value < p.agents.size());
    for (const auto& n : t.needs)
      in_plan(n.of);
    for (const auto& x : t.after)
      in_plan(x);
    TUTTI_ASSERT(!t.phase.valid() || t.phase.value < p.phases.size());
  }
  for (const auto& g : p.gates) {
    for (const auto& n : g.needs)
      in_plan(n.of);
    for (const auto& x : g.blocks)
      in_plan(x);
  }
  for (const auto& x : p.phases)
    for (auto t : x.tasks)
      TUTTI_ASSERT(t.value < p.tasks.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string text{reinterpret_cast<const char*>(data), size};
  std::string other = "{}";
  if (auto end = text.find('\0'); end != std::string::npos) {
    other = text.substr(end + 1);
    text.resize(end);
  }
  load_options options;
  options.lints = true;
  options.read_included = [&](const std::string&,
                              const std::string&) -> expected<std::string> {
    return other;
  };
  auto loaded = load_plan({"plan.yaml", "/plan", std::move(text)}, options);
  auto wrong = std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                           is_error);
  TUTTI_ASSERT(loaded.value.has_value() != wrong);
  auto shown = render(loaded.diagnostics, loaded.source, size % 2 == 0);
  TUTTI_ASSERT(shown.empty() == loaded.diagnostics.empty());
  if (!loaded.value)
    return 0;
  auto& p = *loaded.value;
  check_references(p);
  if (p.tasks.empty())
    return 0;
  auto first = p.tasks[size % p.tasks.size()].name;
  auto last = p.tasks.back().name;
  TUTTI_ASSERT(select_tasks(p, {first}, {last, first}).size() == 0);
  check_references(p);
  TUTTI_ASSERT(!p.skipped.empty());
  TUTTI_ASSERT(!select_tasks(p, {"no such task"}, {}).empty());
  return 0;
}
