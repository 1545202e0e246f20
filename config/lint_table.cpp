// SPDX-License-Identifier: BSD-3-Clause
#include "config/lint_table.hpp"

#include "config/lint_rules.hpp"

#include <fmt/format.h>

#include <iterator>

namespace tutti::config {

namespace {

/// What heads a kind of warnings, by its first.
struct heading {
  lint first;
  std::string_view text;
};

constexpr heading headings[] = {
    {lint::unreachable_task, "Who waits for whom"},
    {lint::bottleneck, "How long it takes"},
    {lint::no_tasks, "What nobody uses"},
    {lint::listed_twice, "What is said twice, or hardly as meant"},
    {lint::unknown_allow, "What is allowed"},
};

/// docs/lints.md up to the first warning.
constexpr std::string_view intro = R"(# Warnings of `tutti check`

<!-- Made from the table in config/lint_rules.hpp: change it there, then run
     tests/config with TUTTI_REWRITE=1. -->

An error is a plan that cannot run. A warning is a plan that runs, but hardly as
meant: it waits where nobody has to wait, or says what changes nothing. `tutti
check` reports both, each with its place and what to do; a warning has a code in
brackets at its end:

```
tutti.yaml:8:36: warning: everybody waits for 'crud', though contract 'users-api' says early what it hands over [early-need]
 8 |   users-page: { agent: sam, needs: crud, run: ./page.sh }
   |                                    ^~~~
   = hint: in 'users-page', write needs-later: crud, and in 'integrate' what is to be done with the real thing
           work then starts without it, against the mock
```

`tutti check --explain CODE` says what stands here. `tutti run` shows only what
is seen while a plan is read: what nobody uses, and what is said twice.

## Allowing one

A comment on a line, or above it, silences a warning there and in all that is
indented below that line. Behind the codes there is room for the reason:

```yaml
tasks:
  lint: { run: ./lint.sh, allow-failure: true }
  # tutti: allow idle-need - package.sh packs what lint.sh wrote
  package: { needs: lint, run: ./package.sh }
```

Several codes are separated by commas. A comment above `tasks:` speaks for all
tasks. An unknown code is a warning itself, and so is an allowed warning that
does not come.

`tutti check --strict` exits with 2 where there are warnings: for a pipeline
that is to keep a plan clean.

## What a clean check means

A plan without warnings has what a team settles before it begins:

| before starting | what is looked for |
| --- | --- |
| all independent work is identified | nobody waits for what counts for nothing ([idle-need](#idle-need)), for what a contract has settled ([early-need](#early-need)), or in one long queue ([serial-plan](#serial-plan)); nobody has the work of all ([bottleneck](#bottleneck)) |
| the map of dependencies is there | no cycles (an error); all can run ([unreachable-task](#unreachable-task)), all gates can open ([unopenable-gate](#unopenable-gate)) and forget nobody ([forgotten-task](#forgotten-task)) |
| the points of handoff are planned | contracts have a provider and somebody who builds on them ([unprovided-contract](#unprovided-contract), [unused-contract](#unused-contract)); requests go in batches ([unbatched-requests](#unbatched-requests)) |
| all prerequisites are verified | this is for the plan to do: a first task, and a gate with `blocks: all` that needs it; `tutti doctor` looks at the machine |

A need without data is no warning: that something has succeeded, or lies in a
shared folder, is a good reason to wait for it, and nobody can see it in a plan.
)";

void add_text(std::string& out, const lint_rule& x, std::string_view fence) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{}\n{}", x.why, x.remedy);
  if (!x.example.empty())
    fmt::format_to(to, "\n{0}{2}{1}", fence.empty() ? "" : "```yaml\n",
                   fence.empty() ? "" : "```\n", x.example);
  if (!x.mended.empty())
    fmt::format_to(to, "\nBetter:\n\n{0}{2}{1}",
                   fence.empty() ? "" : "```yaml\n",
                   fence.empty() ? "" : "```\n", x.mended);
}

} // namespace

std::span<const lint_rule> lint_rules() {
  return all_lint_rules;
}

std::string_view code_of(lint x) {
  for (const auto& rule : all_lint_rules)
    if (rule.id == x)
      return rule.code;
  return {};
}

const lint_rule* find_lint(std::string_view code) {
  for (const auto& rule : all_lint_rules)
    if (rule.code == code)
      return &rule;
  return nullptr;
}

std::string explain_lint(const lint_rule& x) {
  auto result = fmt::format("{}: {}\n\n", x.code, x.summary);
  add_text(result, x, "");
  fmt::format_to(std::back_inserter(result),
                 "\nTo allow it, on the line or above it: # tutti: allow {}\n",
                 x.code);
  return result;
}

std::string lints_markdown() {
  std::string result{intro};
  auto to = std::back_inserter(result);
  const auto* next = std::begin(headings);
  for (const auto& x : all_lint_rules) {
    if (next != std::end(headings) && x.id == next->first)
      fmt::format_to(to, "\n## {}\n", (next++)->text);
    fmt::format_to(to, "\n### {}\n\nComes for {}.\n\n", x.code, x.summary);
    add_text(result, x, "```yaml\n");
  }
  return result;
}

} // namespace tutti::config
