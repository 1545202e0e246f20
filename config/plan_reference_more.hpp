// SPDX-License-Identifier: BSD-3-Clause
// More of what docs/plan.md says beside its tables; only plan_reference.cpp
// includes this.
#pragma once

#include <string_view>

namespace tutti::config::plan_words {

inline constexpr std::string_view matrix = R"(## Matrix

A task with a `matrix` is made once for each combination of its axes:

```yaml
tasks:
  test:
    matrix:
      os: [linux, mac]
      node: [18, 20]
      shard: 1..3
      exclude: [{ os: mac, node: 18 }]
      include:
        - { os: linux, node: 20, coverage: true }
        - { os: windows, node: 22 }
    max-parallel: 4
    run: [./test.sh, "${{ matrix.os }}", "${{ matrix.node }}", "${{ matrix.shard }}"]
    env: { COVERAGE: "${{ matrix.coverage }}" }
  report: { needs: test, run: ./report.sh }
```

An axis is a list, or a lone value. A value is a text, a number, `true`,
`false`, or a mapping of these, which is read as `matrix.AXIS.KEY`; `1..3`
without quotes stands for the whole numbers from 1 to 3, and `01..12` keeps its
zeros. The first axis changes least often. `exclude` and `include` mean what
they do in GitHub Actions:

- `exclude` leaves out each combination that has all the values of one of its
  entries.
- `include` comes after it. An entry whose values for axes, if it has any, are
  those of a combination adds the others to it, and may change what an entry
  before has added; one that fits none is a combination of its own. Without axes
  each entry is one.

The tasks are called `test/linux/18/1`: after the values of the axes, in their
order; what `include` makes after all of its values, or after its `name`. A
mapping is called after its `name`, or after all of its values joined by `-`. In
names all but letters, digits, `_` and `.` becomes `-`; two tasks of one name
are an error. The task's own name, `test`, stands for all of them, as that of a
phase does, in the plan as for `--only` and `tutti cancel`; `test/linux/18/1` is
one of them: `needs: test/linux/18/1`,
`needs.test/linux/18/1.outputs.KEY`. A task with a matrix that needs another
one needs all of it.

`matrix.NAME` can be read wherever `${{ }}` can. It is empty where other
combinations have the value and this one has not. `max-parallel` limits how many
of the tasks run at once, as a pool of that size would.

A phase with a `matrix` makes each of its tasks once for each combination. Among
themselves they need those of the same combination; from elsewhere `compile` is
all of them:

```yaml
phases:
  build:
    matrix: { os: [linux, mac] }
    max-parallel: 2
    env: { OS: "${{ matrix.os }}" }
    tasks:
      compile: make compile
      link: { needs: compile, run: make link }    # link/mac needs compile/mac
tasks:
  ship: { needs: compile, run: make ship }         # needs both
```

A task of such a phase may have a matrix, too; its values come last in the name.
A matrix has at most 10,000 combinations, all of a plan at most 100,000.

)";

inline constexpr std::string_view nodes =
    R"(A run may be spread over several machines, its nodes ([cluster.md](cluster.md)).
A node has labels; an agent with `runs-on` works on one that has all that it, or
any of its tasks, asks for. The machine of the run is the node `local`; agents
without `runs-on` work there.

```yaml
nodes: { wait-for: [gpu, browser], timeout: 5m }
agents:
  quinn: { role: QA, runs-on: [browser, linux] }
tasks:
  train: { run: ./train.sh, runs-on: gpu }         # agent `on/gpu`
  e2e: { agent: quinn, needs: train, run: ./e2e.sh }
  deploy: { agent: quinn, needs: e2e, run: ./deploy.sh, exclusive: true }
```

An agent is on one node at a time and stays there until that is lost or drained.
Tasks that name no agent and run on the same labels are the work of one agent,
which is called after them: `on/gpu`, with as many slots as `local`. To spread
work over several nodes, name several agents: `agent: { any-of: [quinn, riley] }`.
Labels may be made of parameters and of the values of a matrix:
`runs-on: ${{ matrix.os }}`; what comes out empty is no label.
A `native` agent with `runs-on` needs a node whose program has it, too.
`runs-on` changes nothing of what a task does: results are kept when a run is
resumed with another one.

`tutti simulate` and `tutti play` know no nodes: there everybody works at once.

)";

inline constexpr std::string_view secrets =
    R"(`NAME: file` is short for `NAME: { file: … }`. The name is that of the
environment variable in which those find the secret who name it:

```yaml
secrets:
  API_TOKEN: ./token.txt           # chmod 600
  DEPLOY_KEY: { fd: 3 }            # tutti run 3< <(pass show deploy)
agents:
  sam: { session: ./sam.py, secrets: API_TOKEN }
tasks:
  test: make test                  # gets neither
  publish: { needs: test, run: 'curl -H "Authorization: $API_TOKEN" …', secrets: [API_TOKEN] }
  deploy: { needs: publish, run: ./deploy.sh, secrets: [DEPLOY_KEY] }
  pages: { agent: sam, prompt: Build the pages }
```

A value is read once, as the run begins; the plan never holds it, and `tutti
check` does not look. One newline at its end does not count. It must not be
empty, and has at most 64 KiB. Whatever tasks write or hand on shows `***` in
its place. Where exactly, and where not: [secrets.md](secrets.md).

)";

inline constexpr std::string_view files = R"(## Plans of several files

`include` names files that are plans themselves, relative to the file that says
so: `include: [agents.yaml, team/backend.yaml]`. All that they define belongs to
the plan. They share their names, and a name that stands in two of them is an
error. They may include others in turn, but not each other; a file that several
include is read once.

A file means the same wherever it is included:

- Its paths (`env-file`, `working-directory`, `schema`, `mock`, `include`, those
  of `secrets`) start
  in its own folder, and its tasks, services and sessions run there unless they
  have a `working-directory`. `TUTTI_PLAN_DIR` is the folder of the whole plan.
- Its `defaults` hold for its own tasks. What they do not say, those of the file
  that includes it do.
- `fail-fast`, `grace`, `notify`, `nodes`, `lease` and `keep` hold for the whole run: those of a file count
  before those of the files that it includes, and these in their order. What
  `notify` runs does so in the plan's folder. The `name` of an included file is
  that of its own runs only.

At most 1,000 files, 50 levels deep and 64 MiB in all make a plan.

)";

} // namespace tutti::config::plan_words
