// SPDX-License-Identifier: BSD-3-Clause
// What there is to say of each warning. Only lint_table.cpp includes this.
#pragma once

#include "config/lint_table.hpp"

namespace tutti::config {

inline constexpr lint_rule all_lint_rules[] = {
    // -- who waits for whom ---------------------------------------------------
    {lint::unreachable_task, "unreachable-task",
     "a task that can never run, or never be done",
     R"(What it needs contradicts itself: one of its needs asks that a task has
failed, another one, directly or through others, that the same task has
succeeded. Whatever happens, it is skipped, and so is all that needs it; only
where somebody tries a failed task again by hand could both come true.
)",
     R"(Leave one of the two out. A task that is to run in either case needs
`{ x: completed }`, or comes `after: x`.
)",
     R"(tasks:
  deploy: ./deploy.sh
  smoke: { needs: deploy, run: ./smoke.sh }
  rollback: { needs: [smoke, { deploy: failed }], run: ./rollback.sh }
)",
     R"(tasks:
  deploy: ./deploy.sh
  smoke: { needs: deploy, run: ./smoke.sh }
  rollback: { needs: { smoke: failed }, run: ./rollback.sh }
)"},
    {lint::unopenable_gate, "unopenable-gate", "a gate that can never open",
     R"(What the gate needs cannot all come true. Often it needs a whole phase in
which one task runs only where another one fails: one of the two is always
skipped, and the gate closes.
)",
     R"(Name the tasks that the gate is really about, or take the one for the bad
case out of the phase.
)",
     R"(phases:
  shipping:
    tasks:
      deploy: ./deploy.sh
      rollback: { needs: { deploy: failed }, run: ./rollback.sh }
gates:
  shipped: { needs: shipping, blocks: announce }
tasks:
  announce: ./announce.sh
)",
     R"(phases:
  shipping:
    tasks:
      deploy: ./deploy.sh
      rollback: { needs: { deploy: failed }, run: ./rollback.sh }
gates:
  shipped: { needs: deploy, blocks: announce }
tasks:
  announce: ./announce.sh
)"},
    {lint::forgotten_task, "forgotten-task",
     "a gate that lists the neighbours of a task, but not the task",
     R"(The gate names all tasks of a phase but one, or all that come behind the
same tasks but one, and nothing waits for that one: the gate opens while it
still runs, and also where it fails.
)",
     R"(Add it, or let the gate need the phase. Where it is left out on purpose,
allow it at the gate.
)",
     R"(phases:
  testing:
    tasks: { unit: ./unit.sh, e2e: ./e2e.sh, load: ./load.sh, pages: ./pages.sh }
gates:
  ship: { needs: [unit, e2e, load] }
tasks:
  release: { needs: ship, run: ./release.sh }
)",
     R"(phases:
  testing:
    tasks: { unit: ./unit.sh, e2e: ./e2e.sh, load: ./load.sh, pages: ./pages.sh }
gates:
  ship: { needs: testing }
tasks:
  release: { needs: ship, run: ./release.sh }
)"},
    {lint::early_need, "early-need",
     "everybody waits for the provider of a contract that is agreed earlier",
     R"(A contract says what the provider will hand over, so that others can begin
before it is there. Here nobody does: whoever needs the provider needs it to
start.
)",
     R"(Write `needs-later`, and in `integrate` what is to be done once the real
thing is there. Who truly needs it from the start, as a test of it does, keeps
`needs`; as soon as somebody needs the provider later, nothing is said.
)",
     R"(agents: { morgan: {}, sam: {} }
contracts:
  users-api: { schema: users-api.schema.json, mock: users-api.mock.json }
tasks:
  crud: { agent: morgan, provides: users-api, run: ./crud.sh }
  users-page: { agent: sam, needs: crud, run: ./page.sh }
)",
     R"(agents: { morgan: {}, sam: {} }
contracts:
  users-api: { schema: users-api.schema.json, mock: users-api.mock.json }
tasks:
  crud: { agent: morgan, provides: users-api, run: ./crud.sh }
  users-page: { agent: sam, needs-later: crud, run: ./page.sh, integrate: ./wire.sh }
)"},
    {lint::idle_need, "idle-need",
     "a need of which neither the result nor anything handed on counts",
     R"(The task that is needed may fail, so its result makes no difference; it has
no artifacts, no note and no contract, and none of its outputs is read. What is
left of the need is that one waits.
)",
     R"(Write `after` where the order matters, as where files are shared; else
leave it out, and both run at once. Where the command looks at `TUTTI_INPUT`,
allow it.
)",
     R"(tasks:
  lint: { run: ./lint.sh, allow-failure: true }
  package: { needs: lint, run: ./package.sh }
)",
     R"(tasks:
  lint: { run: ./lint.sh, allow-failure: true }
  package: { after: lint, run: ./package.sh }
)"},
    {lint::serial_plan, "serial-plan",
     "a plan for several agents of whom never two work at once",
     R"(All tasks stand in one chain, so the plan takes as long as one after
another would, however many agents there are.
)",
     R"(A need is for what a task cannot start without. What it needs only to be
finished is needed later; what it does not need at all, it need not wait for.
)",
     R"(agents: { alex: {}, taylor: {}, morgan: {}, sam: {} }
tasks:
  prd: { agent: alex, run: ./prd.sh }
  schema: { agent: taylor, needs: prd, run: ./schema.sh }
  crud: { agent: morgan, needs: schema, run: ./crud.sh }
  page: { agent: sam, needs: crud, run: ./page.sh }
  manual: { agent: alex, needs: page, run: ./manual.sh }
)",
     R"(agents: { alex: {}, taylor: {}, morgan: {}, sam: {} }
tasks:
  prd: { agent: alex, run: ./prd.sh }
  schema: { agent: taylor, needs: prd, run: ./schema.sh }
  crud: { agent: morgan, needs: schema, run: ./crud.sh }
  page: { agent: sam, needs: prd, needs-later: crud, run: ./page.sh, integrate: ./wire.sh }
  manual: { agent: alex, needs: prd, run: ./manual.sh }
)"},
    // -- how long it takes ----------------------------------------------------
    {lint::bottleneck, "bottleneck",
     "one agent takes more than half as long again as all else would",
     R"(By the estimates, the tasks of this agent alone take that long, one after
the other; without that, the longest chain, the other agents and the pools
would let the plan end much earlier.
)",
     R"(Give it more `slots`, let another agent take some of its tasks (`agent: {
any-of: [a, b] }`), or cut the longest of them. A task with `after-each` that
has `batch: true` takes all that has queued at once. `tutti simulate --advise`
plays such changes, and says what each would bring.
)",
     R"(agents: { morgan: {}, sam: {} }
defaults: { estimate: 1h }
tasks:
  users: { agent: morgan, run: ./api.sh users }
  orders: { agent: morgan, run: ./api.sh orders }
  invoices: { agent: morgan, run: ./api.sh invoices }
  page: { agent: sam, run: ./page.sh }
)",
     R"(agents: { morgan: { slots: 2 }, sam: {} }
defaults: { estimate: 1h }
tasks:
  users: { agent: morgan, run: ./api.sh users }
  orders: { agent: morgan, run: ./api.sh orders }
  invoices: { agent: { any-of: [morgan, sam] }, run: ./api.sh invoices }
  page: { agent: sam, run: ./page.sh }
)"},
    {lint::missing_estimates, "missing-estimates",
     "some tasks have an estimate and others have none, or none has one in a "
     "large plan",
     R"(What has no `estimate` counts as 1 minute. Who is first, where several
could start, goes by the longest chain that is left, and what `--dry-run` says
of the time is only as good as the estimates.
)",
     R"(Add them. A rough guess is better than none; one in `defaults` or at a phase
is that of all tasks in it. Small plans without any estimate, and
plans without agents, are left alone.
)",
     R"(tasks:
  build: { run: make, estimate: 20m }
  test: { needs: build, run: make test, estimate: 1h }
  docs: { run: make docs }
  pack: { needs: [test, docs], run: make dist }
)",
     R"(defaults: { estimate: 5m }
tasks:
  build: { run: make, estimate: 20m }
  test: { needs: build, run: make test, estimate: 1h }
  docs: { run: make docs }
  pack: { needs: [test, docs], run: make dist }
)"},
    {lint::short_timeout, "short-timeout",
     "a task that is ended before its own estimate is over",
     R"(The `timeout` or the `deadline` is shorter than what the task is estimated
to take, so it is ended even where all goes as foreseen.
)",
     R"(Give it more time, or estimate less. An inherited `timeout` is replaced by
one at the task.
)",
     R"(defaults: { timeout: 30m }
tasks:
  train: { run: ./train.sh, estimate: 2h }
)",
     R"(defaults: { timeout: 30m }
tasks:
  train: { run: ./train.sh, estimate: 2h, timeout: 4h }
)"},
    {lint::unbatched_requests, "unbatched-requests",
     "an agent that answers each request by itself, however many have queued",
     R"(With `max: 1` each request is an attempt of its own. What has queued while
the agent was busy could be answered together: that is one handoff instead of
many.
)",
     R"(Leave `max` out, or say how many one attempt can take. Where each answer
truly needs an attempt of its own, allow it.
)",
     R"(agents:
  morgan: { run: ./work.sh, requests: { run: ./answer.sh, batch: { max: 1 } } }
tasks:
  api: { agent: morgan }
)",
     R"(agents:
  morgan: { run: ./work.sh, requests: { run: ./answer.sh, batch: { max: 20 } } }
tasks:
  api: { agent: morgan }
)"},
    // -- what nobody uses -----------------------------------------------------
    {lint::no_tasks, "no-tasks", "a plan without tasks",
     "There is nothing to run.\n", "Add `tasks`.\n", "agents: { sam: {} }\n",
     "agents: { sam: {} }\ntasks: { page: { agent: sam, run: ./page.sh } }\n"},
    {lint::empty_phase, "empty-phase", "a phase without tasks",
     "It holds from the start, so what needs it does not wait.\n",
     "Give it tasks, or leave it out.\n",
     "phases: { later: {} }\ntasks: { a: echo a }\n",
     "phases: { later: { tasks: { b: echo b } } }\ntasks: { a: echo a }\n"},
    {lint::idle_gate, "idle-gate", "a gate that holds nothing back",
     "It blocks nothing, nothing needs it, and it asks nobody.\n",
     "Name in `blocks` what waits for it, or let that need the gate.\n",
     "tasks: { a: echo a, b: echo b }\ngates: { go: { needs: a } }\n",
     "tasks: { a: echo a, b: echo b }\n"
     "gates: { go: { needs: a, blocks: b } }\n"},
    {lint::unused_agent, "unused-agent", "an agent without tasks",
     "It is asked for nothing: no task, no review, no requests.\n",
     "Give it work, or leave it out.\n",
     "agents: { sam: {}, drew: {} }\n"
     "tasks: { page: { agent: sam, run: ./page.sh } }\n",
     "agents: { sam: {} }\n"
     "tasks: { page: { agent: sam, run: ./page.sh } }\n"},
    {lint::unused_pool, "unused-pool", "a pool of which no task takes anything",
     "It limits nothing.\n",
     "Name it in the `pool` of the tasks that share it, or leave it out.\n",
     "pools: { gpus: 2 }\ntasks: { train: ./train.sh }\n",
     "pools: { gpus: 2 }\n"
     "tasks: { train: { run: ./train.sh, pool: gpus } }\n"},
    {lint::unused_secret, "unused-secret", "a secret that nobody names",
     "Only tasks, agents, services and reviews that name a secret see it.\n",
     "Name it in their `secrets`, or leave it out.\n",
     "secrets: { TOKEN: ./token }\ntasks: { push: ./push.sh }\n",
     "secrets: { TOKEN: ./token }\n"
     "tasks: { push: { run: ./push.sh, secrets: TOKEN } }\n"},
    {lint::unused_label, "unused-label",
     "a label that a run waits for, and that nobody runs on",
     "Often it is misspelt in one of the two places.\n",
     "Write it as `runs-on` has it, or leave it out.\n",
     "nodes: { wait-for: [gpu, browsers] }\n"
     "agents: { quinn: { runs-on: [gpu, browser] } }\n"
     "tasks: { test: { agent: quinn, run: ./test.sh } }\n",
     "nodes: { wait-for: [gpu, browser] }\n"
     "agents: { quinn: { runs-on: [gpu, browser] } }\n"
     "tasks: { test: { agent: quinn, run: ./test.sh } }\n"},
    {lint::unused_parameter, "unused-parameter",
     "a parameter that nothing refers to", "Setting it changes nothing.\n",
     "Refer to it with `${{ params.NAME }}`, or leave it out.\n",
     "params: { level: 3 }\ntasks: { a: echo a }\n",
     "params: { level: 3 }\n"
     "tasks: { a: { run: [echo, \"${{ params.level }}\"] } }\n"},
    {lint::unused_contract, "unused-contract",
     "a contract that is provided, and whose provider nobody needs",
     "What is agreed is of use to nobody: no task is handed it.\n",
     "Let those need the provider, now or later, who build on it.\n",
     R"(contracts: { api: { schema: api.schema.json } }
tasks:
  crud: { provides: api, run: ./crud.sh }
  page: ./page.sh
)",
     R"(contracts: { api: { schema: api.schema.json } }
tasks:
  crud: { provides: api, run: ./crud.sh }
  page: { needs-later: api, run: ./page.sh, integrate: ./wire.sh }
)"},
    {lint::unprovided_contract, "unprovided-contract",
     "a contract that nobody provides", "Nothing is ever held against it.\n",
     "Let a task say `provides: NAME`, or leave it out.\n",
     "contracts: { api: { schema: api.schema.json } }\n"
     "tasks: { a: echo a }\n",
     ""},
    // -- what is said twice, or hardly as meant
    // --------------------------------
    {lint::listed_twice, "listed-twice", "a name that a list has twice",
     "The second time it changes nothing.\n", "Leave one of them out.\n",
     "tasks: { a: echo a, b: { needs: [a, a], run: echo b } }\n",
     "tasks: { a: echo a, b: { needs: [a], run: echo b } }\n"},
    {lint::needed_twice, "needed-twice", "something needed both now and later",
     "What is there when a task starts cannot come later.\n",
     "Name it in `needs` or in `needs-later`.\n",
     "tasks: { a: echo a, b: { needs: a, needs-later: a, run: echo b } }\n",
     "tasks: { a: echo a, b: { needs-later: a, run: echo b } }\n"},
    {lint::covered_by_all, "covered-by-all",
     "names beside `all` or `any`, which stand for them already",
     "The others of the list change nothing.\n",
     "Leave them out, or leave `all` or `any` out.\n",
     "tasks: { a: echo a, b: echo b }\n"
     "gates: { go: { needs: a, blocks: [all, b] } }\n",
     "tasks: { a: echo a, b: echo b }\n"
     "gates: { go: { needs: a, blocks: all } }\n"},
    {lint::idle_exclude, "idle-exclude",
     "an `exclude` of a matrix that excludes nothing",
     "No combination is left that has these values.\n",
     "Write the values as the axes have them.\n",
     "tasks: { t: { run: ./t.sh, matrix: { os: [linux, mac], exclude: [{ os: "
     "bsd }] } } }\n",
     "tasks: { t: { run: ./t.sh, matrix: { os: [linux, mac], exclude: [{ os: "
     "mac }] } } }\n"},
    {lint::idle_exclusive, "idle-exclusive",
     "an `exclusive` of work that stays on the machine of the run",
     "Its attempts end with the run itself, so no two are ever alive at "
     "once.\n",
     "Leave it out, or give the task or its agent `runs-on`.\n",
     "tasks: { deploy: { run: ./deploy.sh, exclusive: true } }\n",
     "tasks: { deploy: { run: ./deploy.sh, exclusive: true, runs-on: dmz } "
     "}\n"},
    {lint::odd_axis, "odd-axis",
     "an axis of a matrix that is called almost `include` or `exclude`",
     "It is taken for an axis, and multiplies the tasks.\n",
     "Write the key as it is called, or name the axis otherwise.\n",
     "tasks: { t: { run: ./t.sh, matrix: { os: [linux, mac], exclud: [mac] } } "
     "}\n",
     "tasks: { t: { run: ./t.sh, matrix: { os: [linux, mac], browser: [any] } "
     "} "
     "}\n"},
    {lint::missing_native, "missing-native",
     "a native agent that is not linked into this `tutti`",
     "The plan can be checked here, but not run.\n",
     "Run it with the program that registers the agent: "
     "[native.md](native.md).\n",
     "", ""},
    // -- what is allowed ------------------------------------------------------
    {lint::unknown_allow, "unknown-allow",
     "a `# tutti:` comment that allows nothing that there is",
     "It silences nothing.\n",
     "Write `# tutti: allow CODE`; the codes are those of this page.\n",
     "tasks:\n  a: echo a # tutti: allow idle-ned\n", "tasks:\n  a: echo a\n"},
    {lint::unused_allow, "unused-allow",
     "an allowed warning that does not come",
     "What was allowed has been mended since, or stands elsewhere.\n",
     "Leave the comment out, or put it on or above the line of the warning.\n",
     "tasks:\n  a: echo a # tutti: allow idle-need\n", "tasks:\n  a: echo a\n"},
};

} // namespace tutti::config
