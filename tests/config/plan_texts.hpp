// SPDX-License-Identifier: BSD-3-Clause
// Plans from texts, for tests.
#pragma once

#include "config/plan_loader.hpp"
#include "config/source_text.hpp"
#include "messages/plan.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace tutti::config::test {

inline source_text source_of(std::string text) {
  return {"plan.yaml", "/plans", std::move(text)};
}

/// Loads a plan that must be good; shows its mistakes where it is not.
inline plan good_plan(std::string text, const load_options& options = {}) {
  auto loaded = load_plan(source_of(std::move(text)), options);
  BOOST_TEST_REQUIRE(loaded.value.has_value(),
                     render(loaded.diagnostics, loaded.source, false));
  return std::move(*loaded.value);
}

/// What a user reads of a plan.
inline std::string messages_of(std::string text,
                               const load_options& options = {}) {
  auto loaded = load_plan(source_of(std::move(text)), options);
  return render(loaded.diagnostics, loaded.source, false);
}

inline const task& task_named(const plan& p, std::string_view name) {
  for (const auto& t : p.tasks)
    if (t.name == name)
      return t;
  BOOST_FAIL("there is no task " << name);
  return p.tasks.front();
}

/// A text in which nothing is filled in.
inline std::string shown(const expression& x) {
  return render(x, expression_scope{});
}

} // namespace tutti::config::test
