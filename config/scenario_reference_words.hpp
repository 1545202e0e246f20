// SPDX-License-Identifier: BSD-3-Clause
// What docs/scenarios.md says beside its tables; only scenario_reference.cpp
// includes this.
#pragma once

#include <string_view>

namespace tutti::config::scenario_words {

inline constexpr std::string_view introduction = R"(# Scenarios

<!-- Made from the table in config/scenario_schema_table.hpp: change it there,
     then run tests/config with TUTTI_REWRITE=1. -->

A scenario tells a story about a plan and checks that it holds: who works on
what at which moment, what has been handed over, what happens when an agent
crashes, how long it all takes. `tutti play FILE` plays it with the real
scheduler and the real actors; only the work itself is simulated, and hours pass
in milliseconds. A story needs no commands, no files and no agents that cost
money.

## Your first story

Save this as `story.yaml`:

```yaml
scenario: Sam does not wait for Morgan
clock: "09:00"
plan:
  agents: { sam: {}, morgan: {} }
  tasks:
    auth-actions: { agent: morgan }
    login-page: { agent: sam, needs-later: auth-actions, integrate: ./wire.sh }
    layouts: { agent: sam }
work:
  auth-actions: 15m
  login-page: { takes: 5m, integrate: 3m }
  layouts: 20m
timeline:
  - at: login-page ran
    expect: { clock: "09:05", working: { sam: layouts, morgan: auth-actions } }
  - at: auth-actions done
    expect: { clock: "09:15", handoffs: { auth-actions -> login-page: arrived } }
end:
  run: succeeded
  took: 28m
  waited: { sam: 0s }
```

Play it:

    tutti play story.yaml

It says that the story holds. Now change `took: 28m` to `took: 20m` and play it
again: the line of the script is shown, what was expected and what was. That is
all there is to it: `plan` is any [plan](plan.md), here inside the scenario,
`work` says how long things take, `timeline` what must be at which moment, `end`
what must be when the run is over.

How the 28 minutes come about: Sam writes the login page until 09:05 and lays it
aside, because it needs Morgan's actions to be finished; works on the layouts
until 09:25; and integrates the actions, which have been there since 09:15, in
3 minutes.

What to try next:

- Let Morgan crash: put `- { at: auth-actions 50%, do: { crash: morgan,
  back-after: 2m } }` between the two steps. The second one fails now: the clock
  shows 09:24:30. Correct it, and see that the whole still takes 28 minutes: Sam
  had other work.
- Add `seeds: 100`: the story is played in 100 orders of what falls on one
  instant, and must hold in all of them.
- Name a file instead of the plan: `plan: tutti.yaml`.
- Let an editor help: `tutti schema scenario > scenario.schema.json`, and begin
  the story with `# yaml-language-server: $schema=scenario.schema.json`.

## Files

A file may hold several scenarios, with `---` between them. Each has a plan of
its own; a path is relative to the file of the scenario. Plans are read as
`tutti check` reads them, except that nothing needs a command, and that files
which the plan names (of contracts, say) need not be there. Wherever a list may
stand, a lone item may. All mistakes are reported at once, with the place and
what to do about it; those of a plan file under the name of that file.

)";

inline constexpr std::string_view work =
    R"(The key is a task, a phase for all of its tasks (what a task says itself
counts before that), `requests/AGENT` for what others ask of that agent, or a
gate for what its reviewers say. The value is one of:

- a duration: `layouts: 4m` is short for `layouts: { takes: 4m }`;
- a verdict, of a gate: `deploy: approved`;
- a mapping with the keys below;
- a list of these, attempt by attempt; of a gate, round by round. The last one
  repeats. An attempt that was lost in a crash was one, too.

```yaml
scenario: Attempts and rounds
plan:
  agents: { sam: {}, morgan: {}, jordan: {} }
  tasks:
    crud: { agent: morgan, retries: 1 }
    pages: { agent: sam }
  gates:
    deploy:
      needs: [crud, pages]
      approval: jordan
      rework: { to: crud }
work:
  crud: [{ takes: 10m, fails: exit 1 }, 20m]
  pages: 5m
  deploy: [{ takes: 5m, verdict: changes-requested, feedback: No tests }, approved]
end: { run: succeeded, took: 56m }
```

What `work` says never changes the order of the work: ranks come from the
estimates of the plan, as in a real run. And as there, what is done again and
puts out the same again changes nothing behind it: where `pages` needed `crud`,
only different `outputs` of the second round would make it run again.

Of a task:

)";

inline constexpr std::string_view review =
    R"(Of a gate. What people say stands in the timeline (`approve`,
`request-changes`, `reject`); this is for reviewers that are agents. Where a gate
has several of them, `review/GATE/AGENT` is what that one says.

)";

inline constexpr std::string_view asks =
    R"(An item of `asks`. They may stand in any order; each is asked at its own time.

)";

inline constexpr std::string_view timeline =
    R"(Steps happen one after another: each at the first moment of its kind that has
not been before the step in front of it. A moment that never comes fails the
story. A step without `do` and `expect` says that its moment must come.

)";

inline constexpr std::string_view moments = R"(### Moments

| moment | when |
| --- | --- |
| `"09:15"`, `"09:15:30"` | the clock shows that; in quotes. A time before the one at the start, or before that of an earlier step, is one of the next day |
| `+13m` | so long after the step in front |
| `TASK 50%` | so much of the time of its run phase is over; 1% to 99% |
)";

inline constexpr std::string_view after_moments = R"(
`TASK#2 started` is said of the second attempt; without a number, of the next
that comes. Attempts count through both phases of a task. In all of these a task may be `requests/AGENT` or `review/GATE`, too.

At one instant things go in this order: what is due happens, agents that are free
are given work, then `do`, then `expect`. So at `crud done` the agent has its next
task already, and what is expected can be seen after what was done.

)";

inline constexpr std::string_view deeds =
    R"(A deed is a mapping with the key that names it and its parts:
`do: { crash: morgan, back-after: 2m }`. Several are a list. What has nothing to
be done to (a task that does not run cannot hang) fails the story.

)";

inline constexpr std::string_view machines = R"(### Several machines

`nodes: [office, cloud]` deals the agents out over the machines in the order of
the plan: the first agent works on the first machine, the second on the second,
the third on the first again. The run itself is kept on the first one, and all
that goes from agent to agent goes through it. What befalls such a machine
befalls its agents and what is sent to them; `runs-on` is not looked at.

### Nodes

Where `nodes` says what each machine is, these are real nodes of a cluster
([cluster.md](cluster.md)): the same hub and gateways as in `tutti run --listen`
and `tutti node`, on a simulated network, with leases and heartbeats by the
clock of the story. Agents with `runs-on` are placed on them by their labels and
slots; all others work on the machine of the run, which is `local`.

```yaml
scenario: A node is lost
nodes:
  local: { labels: office } # only where somebody runs on it
  gpu-1: { labels: [gpu, linux], slots: 2 }
  gpu-2: { labels: gpu, at-start: false }
plan:
  agents: { anna: { runs-on: gpu } }
  tasks: { train: { agent: anna } }
work: { train: 10m }
timeline:
  - { at: +5m, do: [{ lose-node: gpu-1 }, { join-node: gpu-2 }] }
  - { at: gpu-1 lost, within: 16s, expect: { places: { anna: gpu-2 } } }
end: { run: succeeded, ran-on: { train: [gpu-1, gpu-2] }, placings: { anna: 2 } }
```

The run begins once those that are there at the start have joined. What befalls
them is what befalls machines:

| deed | what it is |
| --- | --- |
| `lose-node` | `kill -9` of the node, and of all of its processes. Nobody says so: the lease runs out. With `back-after` it is started anew, and knows nothing |
| `freeze-node`, `wake-node` | nothing of it moves, what is sent to it waits, and its work takes so much longer. Its lease goes on: it may wake as one that was given up |
| `cut`, `heal` | what is sent waits and arrives once the link is whole, or the connection is given up before. `cut: [gpu-1, local], one-way: true` lets through what goes to the node |
| `slow` | both ways take so much longer |
| `drain-node` | `tutti node drain`: its agents move once they have nothing there |
| `join-node` | it is switched on, for the first time or again |
| `kill-run` | tutti is gone, the nodes go on; the run that is resumed takes over what still runs there |

Handoffs to agents on nodes cannot be lost, doubled or overtaken (`drop`, …): a
connection loses nothing, so those deeds are for agents on `local`. Files are
not moved, for simulated work has none. That no `exclusive` task is ever at work
twice at a time is looked at in every story.

)";

inline constexpr std::string_view expectations =
    R"(All that is said must hold.

)";

inline constexpr std::string_view states =
    R"(The states of a task: `waiting`, `ready`, `running`, `waiting-to-integrate`,
`integrating`, `succeeded`, `failed`, `timed-out`, `error`, `skipped`, `left-out`,
`cancelled`; of a gate: `waiting`, `asked`, `open`, `rejected`, `closed`; what they
mean is in [semantics](semantics.md), §3 and §15. Of a handoff, which is written
`crud -> pages` with the task that sends it in front:

| state | meaning |
| --- | --- |
| `none` | it has not been sent yet |
| `sent` | it is on its way |
| `arrived` | the agent has it, its task has not used it yet |
| `integrated` | its task has used it: the phase that it came for has ended well; `integrated once`, `twice`, `3 times` count |

Under `working`, `inbox`, `waited` and `idle`, `all` is each agent.

)";

inline constexpr std::string_view never =
    R"(A list: each entry is looked at after every event, and all that it says must
not hold at once. Beside the keys of `expect` it knows:

)";

inline constexpr std::string_view after_never =
    R"(`never: [{ idle: any, while: ready }]` is worth having in most stories: nobody
stands around while there is work. The rules that no run may break (a handoff
counts once, a gate that is closed holds back, …) are looked at without being
asked for.

)";

inline constexpr std::string_view end = R"(Beside the keys of `expect` it knows:

)";

inline constexpr std::string_view after_end =
    R"(An agent that is down does not wait, and one that is free with nothing left to
do does not either; both are idle.

## Orders, and what is played again

Where several things fall on one instant, no order of theirs is the right one.
`seeds: 200` plays the story with 200 of them. The first is the plain one. A
story that holds in one order only says too much: two tasks of equal rank that
get ready at the same instant may be started either way. Let one be due a minute
earlier, or leave that out of what is expected.

When a story fails, the line of the script is shown, what was expected and what
was, what happened around it, the seed, and the command that plays exactly this
again.

## Mistakes

| it says | because |
| --- | --- |
| a time of day goes in quotes | `at: 09:15` is a number to other readers of YAML; write `at: "09:15"` |
| '13m' is no moment | a time after the step before begins with `+` |
| 'x' never integrates | it needs nothing later and asks for nothing, so the moment cannot come |
| 'a' hands nothing to 'b' | the plan has no need, needs-later or after-each between them |
| 'crud' is no task of 'sam' | somebody else works on it |
| no node has what agent 'x' runs on | `runs-on` of the plan and `labels` of the nodes do not fit |
| gate 'x' asks no person | its reviewers are agents: say under `work` what they answer |

## Stories that come with tutti

In `config/scenarios/`; `tutti play config/scenarios/*.yaml` plays them all. Each
states how long it takes, exactly, and many are told twice: done the slow way,
and done the right way. Their plans stand in them or in `config/scenarios/plans/`.

| file | story |
| --- | --- |
)";

inline constexpr std::string_view index =
    R"(| [sequential-and-parallel.yaml](../config/scenarios/sequential-and-parallel.yaml) | Eight agents of an hour each: 8 h one after another, 3 h all at once |
| [user-management-hours.yaml](../config/scenarios/user-management-hours.yaml) | One feature, six agents: 3 h in parallel, 8 h one after another, 4 h 45 where Sam waits for Morgan; and hour by hour with Drew and Casey |
| [sam-continues-other-work.yaml](../config/scenarios/sam-continues-other-work.yaml) | What Sam does while Morgan writes the action he needs: 23 min; and the same with Sam waiting: 38 min |
| [batch-handoffs.yaml](../config/scenarios/batch-handoffs.yaml) | Five requests at once: 25 min; three, one by one: 50 min |
| [async-timeline.yaml](../config/scenarios/async-timeline.yaml) | 09:00 to 09:20, minute by minute: hand off and keep working |
| [clear-interfaces.yaml](../config/scenarios/clear-interfaces.yaml) | Both sides build to a contract: 2 h 45; without one: 4 h 45 |
| [independent-features.yaml](../config/scenarios/independent-features.yaml) | Strategy 1: two features side by side, and with two slots each, and in a row |
| [layered-architecture.yaml](../config/scenarios/layered-architecture.yaml) | Strategy 2: the schema first, then all layers at once |
| [feature-slicing.yaml](../config/scenarios/feature-slicing.yaml) | Strategy 3: in slices 3 h 15, in phases 3 h 30 |
| [continuous-integration.yaml](../config/scenarios/continuous-integration.yaml) | Strategy 4: three streams that meet at one gate |
| [handoff-examples.yaml](../config/scenarios/handoff-examples.yaml) | Schema to queries, backend to frontend, design to implementation, and all three at once |
| [status-board.yaml](../config/scenarios/status-board.yaml) | Who is 70, 50 and 90 percent done, and which handoff is pending |
| [checklists.yaml](../config/scenarios/checklists.yaml) | Before, during, at handoff points, at completion |
| [full-team.yaml](../config/scenarios/full-team.yaml) | Eleven agents, levels 0 to 5, with payments and without |
| [gate-and-rework.yaml](../config/scenarios/gate-and-rework.yaml) | A review that sends work back, one that sends it back too often, and one by a person |
| [never-block.yaml](../config/scenarios/never-block.yaml) | Tests and reviews that follow what gets done and never hold it up |
| [when-things-go-wrong.yaml](../config/scenarios/when-things-go-wrong.yaml) | Attempts that hang or fail, tutti killed and resumed, a full disk, handoffs that get lost, a clock that jumps |
| [several-machines.yaml](../config/scenarios/several-machines.yaml) | A link that is cut, a machine that is lost, a slow link |
| [nodes.yaml](../config/scenarios/nodes.yaml) | Nodes of a cluster: one is lost, one wakes too late, a partition that nobody notices, work that may not be done twice, tutti killed while nodes go on, one is drained |
| [morgan-crashes.yaml](../config/scenarios/morgan-crashes.yaml) | A crash in the middle, a result that comes too late, in 200 orders |
)";

} // namespace tutti::config::scenario_words
