// SPDX-License-Identifier: BSD-3-Clause
// What docs/plan.md says beside its tables; only plan_reference.cpp includes
// this.
#pragma once

#include <string_view>

namespace tutti::config::plan_words {

inline constexpr std::string_view introduction = R"(# The plan file

<!-- Made from the table in config/plan_schema_table.hpp: change it there, then
     run tests/config with TUTTI_REWRITE=1. -->

A plan says who works, on what, and what must wait for what. It is one YAML
file, `tutti.yaml` unless you name another. `tutti check` finds its mistakes,
all at once; `tutti graph` draws it; `tutti run` runs it; `tutti schema` writes
a JSON Schema that editors use to complete and check keys. To use it, save it as
`tutti.schema.json` beside the plan and begin the plan with
`# yaml-language-server: $schema=tutti.schema.json`.

## The smallest plan

```yaml
tasks:
  hello: echo hello
```

A task is a name and a command. Tasks that do not need each other run at the
same time, as many as there are cores.

## A team

```yaml
name: greeting
params:
  who: world                       # tutti run --set who=everyone
agents:
  ada: { role: Writer }
  bob: { role: Printer, slots: 2 }
defaults: { timeout: 10m, retries: 1 }

tasks:
  write:
    agent: ada
    run: echo "text=Hello, $WHO" >> "$TUTTI_OUTPUT"
    env: { WHO: "${{ params.who }}" }
  print:
    agent: bob
    needs: write
    run: [echo, "${{ needs.write.outputs.text }}"]
  tidy: { finally: true, run: rm -rf scratch }

gates:
  reviewed: { needs: write, blocks: print }
```

Each agent works on as many tasks at once as it has slots, and is never idle
while one of its tasks could start. A task that names no agent gets the agent
`local`, which has a slot for each core.

Wherever a list may stand, a lone text may: `needs: write`. `x:` alone is
`x: {}`. A task that is only a text is its command. Tasks, phases, gates,
services and contracts share one set of names.

)";

inline constexpr std::string_view notify =
    R"(The long form. `notify: command` is short for `notify: { run: command }`. The
command runs in the plan's folder, beside the work: nothing waits for it, and
how it ends changes nothing. After 30 seconds it is ended. It is told by
`TUTTI_EVENT` what has happened, by `TUTTI_SUBJECT` to which gate, task or plan,
by `TUTTI_MESSAGE` the rest in a sentence, and by `TUTTI_RUN` in which run.

)";

inline constexpr std::string_view phases =
    R"(A phase is a group of tasks: a stage of the work, or somebody's lane. Its name
may stand wherever a task's may, and means all of its tasks. What it needs, each
of its tasks needs.

```yaml
agents:
  morgan: { role: Backend, slots: 2 }
tasks:
  design: echo "three tables"
phases:
  backend:
    needs: design
    agent: morgan
    tasks:
      api: echo "the interface"
      worker: { run: echo "the worker", needs: { api: started } }
```

)";

inline constexpr std::string_view rules = R"(## Where a setting comes from

`run`, `env-file`, `working-directory`, `pool`, `timeout`, `idle-timeout`,
`deadline`, `queue-timeout`, `retries`, `allow-failure`, `priority`,
`estimate`, `runs-on` and `exclusive` are taken from the task,
its phase, its agent and `defaults`: the first that has the key. An agent gives
only `run`, `env`, `secrets` and `working-directory`; the others come from the
task, its phase and `defaults`. `defaults` gives no `secrets`: who gets one is
named. `env` is merged in the same order: a variable of the task
counts before one of the same name in `defaults`. The `runs-on` of an agent
counts beside what its tasks get in this way. With `any-of` the agents must
agree on what the task takes from them; they may differ in what the task or its
phase sets itself.

## Needs

| written | the task starts when |
| --- | --- |
| `needs: a` or `needs: [a, b]` | they have succeeded; a failure that is allowed counts as success |
| `needs: { a: failed }` | `a` has failed, timed out or met an error |
| `needs: { a: completed }` | `a` has ended, however |
| `needs: { a: started }` | an attempt at `a` has started |
| `needs: [a, { b: failed }]` | both hold |
| `needs: GATE` | the gate is open |
| `needs: SERVICE` | the service is ready |
| `after: a` | `a` has ended, however; nothing is handed over |

A task whose need can no longer be met is skipped, and so is what needs it in
turn. Everything independent goes on. Nothing may wait for itself: a cycle is an
error that shows the path.

`tutti run --only x` runs `x` and what it needs. A `finally` task is left out
like any other, unless `--only` names it or what it names needs it.

## Needs that come later

`needs` holds a task back until it can start; `needs-later` lets it start now
and holds it back only from being done:

```yaml
agents: { morgan: {}, sam: {} }
tasks:
  crud: { agent: morgan, run: echo "url=/users" >> "$TUTTI_OUTPUT" }
  users-page:
    agent: sam
    needs-later: crud
    run: echo "the page, against a mock"
    integrate: { run: echo "the page on $URL", estimate: 15m }
    env: { URL: "${{ needs.crud.outputs.url }}" }
  layouts: { agent: sam, run: echo "meanwhile" }
```

Between its `run` and its `integrate` a task takes no slot and no pool, so its
agent does something else. `integrate` starts once, after the last arrival, with
what has arrived in `TUTTI_INPUT`; with `integrate-each: true` once for each.
`integrate: command` is short for `integrate: { run: command }`; where the long
form has no `run`, the task's command runs again, with the prompt of
`integrate`. If what is needed later ends without success, a task that has not
started is skipped and one that has is failed.

What is needed later can be read in `integrate`, `note` and `env`; in `env` it
is empty until it has arrived. What is needed to start can be read everywhere.

)";

inline constexpr std::string_view handing_over = R"(## Artifacts

`artifacts` are files that a task makes. They are kept when its command has
ended, and what needs the task, now or later, finds them under the same path
below its own working directory. A path that matches nothing, or leaves the
working directory, fails the attempt; so do a symbolic link (none is followed),
a device, a folder that cannot be read, a name that is no UTF-8, and a file that
is still written to. Two tasks that hand on different files under one path to the
same receiver fail it, unless one of them was made from the other.

Files lie by content under `.tutti/artifacts`, each once, until you remove them;
holes of sparse files stay holes. Their size is not limited, their number is
10,000 a task: hand on an archive instead. A file of your own that has an
artifact's name where it is put is kept beside it as `NAME.before-tutti`.
Nothing that lies in a working directory is ever removed: what an earlier version
of a task had handed on and a new one has no more stays where it was put, for
somebody may have gone on from it. `TUTTI_INPUT` names what the version has.

```yaml
tasks:
  schema: { run: echo "model" > schema.prisma, artifacts: schema.prisma }
  report:
    needs: schema
    run: cat schema.prisma > report.txt
    artifacts: { paths: ["*.txt"], on-failure: keep }
```

## Contracts

A contract is an interface that is agreed before it is there: a JSON Schema, and
a mock that keeps to it. Who needs its provider later gets schema and mock at
once and works against them; what the provider puts out is checked against the
schema before the provider is done.

```yaml
agents: { jordan: {}, morgan: {}, sam: {} }
contracts:
  users-api: { schema: users-api.schema.json, mock: users-api.mock.json, defined-by: api-design }
tasks:
  api-design: { agent: jordan, run: ./bin/design.sh, artifacts: "users-api.*.json" }
  crud: { agent: morgan, needs: api-design, provides: users-api, run: ./bin/crud.sh }
  users-page: { agent: sam, needs-later: users-api, run: ./bin/page.sh, integrate: ./bin/wire.sh }
```

A contract's name stands for its provider. Who needs the provider later needs
what defines the contract to start, without saying so; the provider itself must
say so. A contract without `defined-by` is agreed already: its files are read
and checked with the plan.

## After each

A task with `after-each` works beside the others: it runs once after each
completion of what it names, `trigger` is the name of the one, and it blocks
nobody but what needs it, usually a gate. While it is busy completions queue up;
with `batch: true` all of them are one run, with `{ max, wait }` as many as that.
A completion is a success, of each version; a trigger that fails causes no run.
Several versions of one trigger that wait may become one, the latest. What it
hands on at its end is what its last run put out.

```yaml
agents: { morgan: {}, quinn: {} }
tasks:
  crud: { agent: morgan, run: echo crud }
  forms: { agent: morgan, run: echo forms }
  unit-tests: { agent: quinn, after-each: [crud, forms], run: [echo, "${{ trigger }}"] }
  reviews: { agent: quinn, after-each: [crud, forms], batch: { wait: 5m }, run: echo review }
gates:
  tested: { needs: unit-tests, approval: human }
```

## Services

A service is a process that is up for the whole run and takes no slot. A task
that needs it starts when its `ready` has exited with 0. It starts at once,
unless it has `needs` or a gate blocks it by name.

```yaml
services:
  db: { run: ./bin/db.sh, ready: { run: ./bin/db-ready.sh, every: 1s }, restart: on-failure }
tasks:
  migrate: { needs: db, run: ./bin/migrate.sh }
```

## Approval and rework

A gate with an `approval` opens when all it needs holds and enough have said
`approved`. A person does so with `tutti approve GATE`; an agent by a task
`review/GATE` that is handed what the gate needs and puts out a `verdict`:
`approved`, `changes-requested` or `rejected`, with `feedback` where it has
some. `tutti request-changes GATE --to TASK -m …` and such a verdict send tasks
back, as `rework` allows: they run again with the feedback in their input, one
round later, and so does what depends on them. A failed run of an after-each
task that the gate needs does so, too: its feedback is its output `feedback`,
else its message, or its exit code and log.

```yaml
agents:
  morgan: {}
  jordan: { role: Architect }
defaults: { run: [echo, "${{ prompt }}", "${{ round }}"] }
tasks:
  crud: { agent: morgan, prompt: Build it }
  deploy: { needs: release, run: [echo, "${{ needs.release.comment }}"] }
gates:
  release:
    needs: crud
    approval:
      by: { any-of: [jordan, human] }
      prompt: Review the whole change
      message: May it be deployed?
      timeout: 24h
      on-timeout: rejected
    rework: { to: any, max-rounds: 3, on-exhausted: fail }
```

`approval: human` and `approval: [human, jordan]` are short for `{ by: … }`. An
agent whose task the gate needs directly cannot approve. `timeout` counts from
the question to the verdict, for all together; how long one attempt at a review
may take, `defaults` says.

## Agents of other kinds

An agent with a `session` is a program that is started once and takes its tasks
as messages; one that is `native` is linked into the program. Neither runs
commands: what its tasks would inherit of `run` does not count, and a `run` of
their own is an error. They get the `prompt` and all that is handed over. `env`
and `working-directory` of the agent and of `defaults` are those of the session
itself, as far as they are known when it starts. A secret goes to the session
once, by `secrets` of the agent: none travels in a message.

With `requests` others may ask an agent for something that stands in no plan,
while they work: `tutti request --to morgan "createUser"`. What answers is the
task `requests/morgan`. It finds all that is asked under `requests` in
`TUTTI_INPUT`, and the texts, one a line, in `TUTTI_PROMPT` where `requests` has
no `prompt` of its own. One attempt answers all that it was given: what it puts
out is the answer to each of them, so an output is best named after the text that
it answers. A command that fails answers as well: the asker sees its `status`.

```yaml
agents:
  morgan: { requests: { run: echo "answer=done" >> "$TUTTI_OUTPUT", batch: { wait: 2m, max: 20 } } }
  sam: { session: [./sam.py, --fast], requests: { } }
tasks:
  crud: { agent: morgan, run: echo "users" }
  pages: { agent: sam, prompt: Build the pages }
```

## Commands

A text runs under `sh -eu`, in the task's working directory. Plain words run
directly, which saves the start of a shell: one line of letters, digits, blanks
and `%+,-./:=@_`, of which the first word has no `=` and is none that a shell
understands itself, such as `cd`. A list runs as it is, without a shell. Exit
code 0 is success; a command that is not found ends with 127, one that cannot be
executed with 126, as under a shell. In plain YAML `run: true` is not a text, so
a command of that name is written `run: "true"`.

A command finds in its environment, beside what `tutti` itself was started with:

| variable | value |
| --- | --- |
| `TUTTI_TASK`, `TUTTI_AGENT` | the names of the task and of the agent that works on it |
| `TUTTI_PLAN_DIR` | the plan's folder, absolute: `"$TUTTI_PLAN_DIR/bin/build.sh"` works in any working directory |
| `TUTTI_PHASE` | `run` or `integrate` |
| `TUTTI_ATTEMPT` | counts all attempts of the task: 1, then one more for each retry, integrate phase, round of rework and after-each run; the log is named after it |
| `TUTTI_ROUND`, `TUTTI_VERSION` | 1; one more each time that rework has the task done again |
| `TUTTI_FEEDBACK` | what was said when rework sent the task back; else empty |
| `TUTTI_TRIGGER` | the names of the tasks that an `after-each` task runs for, blanks between them |
| `TUTTI_PROMPT` | the task's `prompt`, or that of its `integrate` |
| `TUTTI_INPUT` | a JSON file with what it was handed |
| `TUTTI_OUTPUT` | a file to which it may write `key=value` lines, or one JSON object |
| `TUTTI_SOCKET`, `TUTTI_TOKEN` | how `tutti inbox`, `handoff`, `progress`, `request` and `note` reach the run ([control.md](control.md)) |
| `TUTTI_BINARY` | the path of this `tutti`; its folder stands last in `PATH` |

What others said has at most 32 KiB in one variable: a feedback, the comment on a
gate, the triggers, the requests, also as a part of a prompt. A longer one is
cut, and its last word is `[cut:TUTTI_INPUT-has-all]`. What the plan itself says
is never cut.

The file of `TUTTI_INPUT` is one JSON object. All of its fields are always there,
but `earlier`:

```json
{
  "task": "page", "agent": "sam", "phase": "integrate",
  "attempt": 2, "version": 1, "round": 1, "prompt": "Put it together", "feedback": "",
  "needs": { "design": {
    "id": "design@1", "version": 1, "status": "succeeded",
    "outputs": { "columns": 3 }, "note": "as agreed", "artifacts": []
  } },
  "later": { "crud": {
    "id": "crud@1", "version": 1, "status": "succeeded", "outputs": { "url": "/users" }, "note": "",
    "artifacts": [{ "path": "api.md", "digest": "sha256:…", "size": 120, "executable": false }]
  } },
  "earlier": { "outputs": { "page": "index.html" }, "note": "", "artifacts": [] },
  "answers": [{
    "id": "request/1", "agent": "morgan", "text": "createUser", "status": "succeeded",
    "outputs": { "createUser": "POST /users" }, "note": "", "artifacts": []
  }],
  "contracts": { "users-api": { "version": 1, "schema": {}, "mock": {} } },
  "triggers": [], "requests": [], "gates": {}
}
```

| field | what it holds |
| --- | --- |
| `needs` | of each task in `needs`, phases expanded, what it handed over |
| `later` | the same of `needs-later`; what has not arrived is `{ "status": "pending" }`, or `"left-out"` where nothing can come any more, with its `contract` where it provides one |
| `earlier` | in `integrate`: what the run phase left behind |
| `answers` | to the requests of this task |
| `requests` | in a task that answers: `id`, `from`, `text`, `note` of each |
| `triggers` | in an `after-each` task: what it runs for, as in `needs`, with `task` |
| `contracts` | those that the task provides or builds on |
| `gates` | of each gate in `needs` that was approved: the `comment` |
| `feedback` | what was said when rework sent the task back |

An `id` is the same through retries and duplicates, so that a program can tell
what it has seen.

A command has ended when its first process has. What it left in the background
may still write to its output and holds the task up for at most 2 seconds; then
it is ended, too.

## Files of variables

A line of an `env-file` is empty, a comment that begins with `#`, or
`NAME=value`, with `export ` before it or not. In single quotes a value is
literal; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are replaced. A
value without quotes ends before ` #` or at the end of the line, and blanks
around it do not count. No variables are filled in. A file has at most 1 MiB.

## Templates and conditions

`${{ … }}` is filled in when the task starts: in `env`, in `working-directory`
and in a `run` that is a list. In a `run` that is a text it is an error, for the
shell would read what is filled in as code: put it in `env` and use `"$NAME"`.
Inside `{ }` and `[ ]` the whole value is quoted: `{ WHO: "${{ params.who }}" }`.
`if` is such an expression; the braces may be left out.

| written | value |
| --- | --- |
| `needs.TASK.outputs.KEY` | what the task put out; the task must be in `needs`, directly or through a phase |
| `needs.GATE.comment` | what the last verdict on a gate said, where the gate is in `needs` |
| `round` | 1; one more each time that rework sends the task back |
| `feedback` | what was said then, else empty |
| `trigger` | what an `after-each` task runs for |
| `prompt` | the `prompt` of the task, or of its `integrate` |
| `params.NAME` | the parameter |
| `env.NAME` | the task's variable of that name, from `env` |
| `matrix.NAME`, `matrix.AXIS.KEY` | the value of that name in the task's combination ([matrix](#matrix)) |
| `'text'`, `"text"`, `3.5`, `true`, `false` | itself; a doubled quote inside a text stands for one |

Operators, from loose to tight: `||`, `&&`, `==` and `!=`, `<` and `>`, `!`;
parentheses group. Two texts that both read as numbers are compared as numbers.
False are `false`, the empty text, `0` and an output that is missing. In a text
such an output is filled in as the empty text. Quote an `if` that begins with
`!`, or YAML takes it for a tag: `if: "!params.fast"`.

## Durations

Numbers with units, larger units first: `30s`, `5m`, `1h30m`, `1.5h`, `500ms`.
The units are `d`, `h`, `m`, `s` and `ms`. A bare number is an error.

## Names

Letters, digits, `_`, `-` and `.`, beginning with a letter, a digit or `_`.
`all`, `any`, `human`, `local`, `none` and `requests` are reserved.

)";

inline constexpr std::string_view mistakes = R"(## Mistakes

All mistakes of a plan are reported at once, in the order of the file:

```
tutti.yaml:4:12: error: a task has no key 'need'
 4 |   print: { need: write, run: echo }
   |            ^~~~
  = hint: did you mean 'needs'?
```

Beside unknown keys and names these are mistakes: a key that stands twice, a tab
in the indentation, YAML's merge keys (`<<`) and tags, a second document, and a
comma in an unquoted text inside `{ }`, which would quietly begin a new key.
Anchors and aliases work. Limits: 64 MiB, 50 levels, aliases that stand for
1,000,000 values.
)";

} // namespace tutti::config::plan_words
