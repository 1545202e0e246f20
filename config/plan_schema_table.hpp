// SPDX-License-Identifier: BSD-3-Clause
// The rows behind plan_schema.hpp; nothing else includes this.
#pragma once

#include "config/plan_schema.hpp"

namespace tutti::config {

inline constexpr key_row key_row_table[] = {
    // -- the top of the file --------------------------------------------------
    {place::plan, key::name, "name", value_type::text,
     "the file's name; for `tutti.yaml`, its folder's",
     "What reports and the board call the plan."},
    {place::plan, key::include, "include", value_type::text_list, "",
     "Files whose tasks, agents and so on belong to this plan, too; relative "
     "to "
     "the file that includes them."},
    {place::plan, key::params, "params", value_type::map_of_params, "",
     "Values that `--set NAME=VALUE` gives at the start of a run."},
    {place::plan, key::agents, "agents", value_type::map_of_agents, "",
     "Who works."},
    {place::plan, key::tasks, "tasks", value_type::map_of_tasks, "",
     "What is to be done."},
    {place::plan, key::phases, "phases", value_type::map_of_phases, "",
     "Groups of tasks with shared needs and settings."},
    {place::plan, key::gates, "gates", value_type::map_of_gates, "",
     "Conditions that hold tasks back."},
    {place::plan, key::contracts, "contracts", value_type::map_of_contracts, "",
     "Interfaces that are agreed before they are provided."},
    {place::plan, key::services, "services", value_type::map_of_services, "",
     "Processes that are up for the whole run."},
    {place::plan, key::secrets, "secrets", value_type::map_of_secrets, "",
     "Passwords, tokens and keys that only those get to see who name them."},
    {place::plan, key::defaults, "defaults", value_type::settings, "",
     "Settings for every task that has none of its own."},
    {place::plan, key::pools, "pools", value_type::map_of_pools, "",
     "Limited things that tasks hold while they run."},
    {place::plan, key::fail_fast, "fail-fast", value_type::boolean, "false",
     "Cancel everything else as soon as a task fails that is not allowed to."},
    {place::plan, key::grace, "grace", value_type::duration, "10s",
     "How long a process that is to end may take for it: it gets TERM, then "
     "KILL."},
    {place::plan, key::nodes, "nodes", value_type::nodes, "",
     "What must be there before the run begins, where it is spread over "
     "several "
     "machines."},
    {place::plan, key::lease, "lease", value_type::lease, "",
     "When a node that does not answer is lost: what it works on is then given "
     "to others."},
    {place::plan, key::keep, "keep", value_type::duration, "10m",
     "How long a node that has lost its orchestrator goes on working, so that "
     "a "
     "run that is resumed finds its work still running. At least as long as "
     "the "
     "`timeout` of the lease."},
    {place::plan, key::notify, "notify", value_type::notify, "",
     "A command that is run when something asks for attention."},
    {place::notify, key::on, "on", value_type::moments, "all of them",
     "`approval`: a person is asked for one. `failed`: a task failed that is "
     "not allowed to. `finished`: the run has ended."},
    {place::notify, key::run, "run", value_type::command, "", "The command.",
     true},
    {place::notify, key::secrets, "secrets", value_type::name_list, "",
     "Secrets that the command gets."},

    // -- nodes ----------------------------------------------------------------
    {place::nodes, key::wait_for, "wait-for", value_type::labels, "",
     "Labels, for each of which there must be a node before the run begins: "
     "nothing starts until then, on this machine neither.",
     true},
    {place::nodes, key::timeout, "timeout", value_type::duration, "none",
     "How long that may take."},
    {place::lease, key::every, "every", value_type::duration, "2s",
     "How often a node is asked whether it is there."},
    {place::lease, key::timeout, "timeout", value_type::duration, "6s",
     "A node that has not answered for so long, and then for `grace`, is lost. "
     "At least twice `every`."},

    // -- secrets --------------------------------------------------------------
    {place::secret, key::file, "file", value_type::text, "",
     "A file that holds nothing else, relative to the plan."},
    {place::secret, key::fd, "fd", value_type::count, "",
     "The number of a file descriptor that is open as `tutti` starts: 0, or 3 "
     "and above. It is read to its end."},

    // -- params ---------------------------------------------------------------
    {place::param, key::type, "type", value_type::param_type,
     "that of `default`",
     "`string`, `number`, `boolean`, or `choice` of what `choices` lists."},
    {place::param, key::default_, "default", value_type::scalar, "",
     "The value where `--set` gives none. Without it `--set` must give one."},
    {place::param, key::choices, "choices", value_type::text_list, "",
     "The values that a `choice` may have."},
    {place::param, key::doc, "doc", value_type::text, "",
     "What the parameter is for."},

    // -- agents ---------------------------------------------------------------
    {place::agent, key::role, "role", value_type::text, "",
     "What the agent does in the team, for readers of the plan."},
    {place::agent, key::slots, "slots", value_type::count, "1",
     "How many tasks the agent works on at once."},
    {place::agent, key::run, "run", value_type::command, "",
     "The command for its tasks that have none of their own."},
    {place::agent, key::session, "session", value_type::command, "",
     "A program that is started once, takes all of its tasks as JSON lines and "
     "stays until the run ends; instead of `run`."},
    {place::agent, key::native, "native", value_type::text, "",
     "The name of an agent in C++ that is linked into the program; instead of "
     "`run`."},
    {place::agent, key::runs_on, "runs-on", value_type::labels, "",
     "Labels of a node: the agent works on one that has all of them, and those "
     "that its tasks ask for. Without any it works on the machine of the run."},
    {place::agent, key::requests, "requests", value_type::requests, "",
     "How it answers what others ask of it while they work. Without this "
     "nobody can ask it."},
    {place::agent, key::env, "env", value_type::environment, "",
     "Environment variables for its tasks."},
    {place::agent, key::secrets, "secrets", value_type::name_list, "",
     "Secrets for its tasks that name none themselves; of a `session`, for "
     "the session."},
    {place::agent, key::working_directory, "working-directory",
     value_type::text_template, "the plan's folder",
     "Where its tasks run, relative to the plan."},

    // -- tasks ----------------------------------------------------------------
    {place::task, key::agent, "agent", value_type::agent_choice,
     "the agent `local`",
     "Who works on it: a name, or `{ any-of: [a, b] }` for the first that is "
     "free."},
    {place::task, key::run, "run", value_type::command, "",
     "The command. A text runs under `sh -eu`; a list runs as it is, without a "
     "shell."},
    {place::task, key::needs, "needs", value_type::needs, "",
     "What must hold before it starts: tasks and phases that have succeeded, "
     "gates that are open, services that are ready. "
     "`{ x: failed }`, `{ x: completed }` and `{ x: started }` ask for "
     "something "
     "else. It is handed what those tasks put out."},
    {place::task, key::needs_later, "needs-later", value_type::name_list, "",
     "What it needs to finish, not to start: tasks or phases. It starts "
     "without them, and integrates what they hand over when that has arrived. "
     "If one of them ends without success, so does the task."},
    {place::task, key::integrate, "integrate", value_type::integrate, "",
     "What it does once all that it needs later has arrived; without this it "
     "only waits for that before it is done."},
    {place::task, key::integrate_each, "integrate-each", value_type::boolean,
     "false", "Integrate once for each arrival instead of once at the end."},
    {place::task, key::after_each, "after-each", value_type::name_list, "",
     "It runs once after each completion of these tasks, and is done when all "
     "of them are and nothing is left to do. A phase means its tasks but those "
     "with `after-each`."},
    {place::task, key::batch, "batch", value_type::batch, "false",
     "`true`: all completions that have queued up are one run of an "
     "`after-each` task."},
    {place::task, key::provides, "provides", value_type::text, "",
     "The contract that what it puts out keeps to; it is checked before the "
     "task is done."},
    {place::task, key::after, "after", value_type::name_list, "",
     "Tasks or phases that must have ended before it starts, however they "
     "ended. It is handed nothing."},
    {place::task, key::prompt, "prompt", value_type::text_template, "",
     "What it is to do, in words: `TUTTI_PROMPT` for a command, and `prompt` "
     "in templates."},
    {place::task, key::note, "note", value_type::text_template, "",
     "What is said with its handoffs; filled in when it ends."},
    {place::task, key::artifacts, "artifacts", value_type::artifacts, "",
     "Files that it makes, as paths below its working directory; `*`, `?` and "
     "`**` stand for any part of a name, a character, and any folders. What "
     "needs the task finds them under the same path."},
    {place::task, key::matrix, "matrix", value_type::matrix, "",
     "The task is made once for each combination of these values."},
    {place::task, key::max_parallel, "max-parallel", value_type::count,
     "no limit", "How many of the tasks of its matrix run at once."},
    {place::task, key::if_, "if", value_type::condition, "",
     "The task is left out where this is false."},
    {place::task, key::env, "env", value_type::environment, "",
     "Environment variables, added to those of phase, agent and defaults."},
    {place::task, key::env_file, "env-file", value_type::text_list, "",
     "Files of `NAME=value` lines, relative to the plan, read when it starts. "
     "`env` counts before them."},
    {place::task, key::secrets, "secrets", value_type::name_list, "",
     "Secrets that it gets, as environment variables of the same names. It "
     "gets these and no others; `[]` is none."},
    {place::task, key::working_directory, "working-directory",
     value_type::text_template, "the plan's folder",
     "Where it runs, relative to the plan."},
    {place::task, key::pool, "pool", value_type::pool_need, "",
     "What it holds of which pool while it runs: `{ cores: 4 }`, or names for "
     "one of each."},
    {place::task, key::runs_on, "runs-on", value_type::labels, "",
     "Labels that the node of its agent must have, too. A task that names no "
     "agent is then the work of an agent of its own, not of `local`."},
    {place::task, key::exclusive, "exclusive", value_type::boolean, "false",
     "Two attempts at it are never alive at a time: where its node is out of "
     "reach, the next one waits until the last one must have ended."},
    {place::task, key::timeout, "timeout", value_type::duration, "none",
     "How long an attempt may take."},
    {place::task, key::idle_timeout, "idle-timeout", value_type::duration,
     "none", "How long an attempt may be silent."},
    {place::task, key::deadline, "deadline", value_type::duration, "none",
     "How long it may take from ready to done, with all retries and waits."},
    {place::task, key::queue_timeout, "queue-timeout", value_type::duration,
     "none", "How long it may be ready before its first attempt starts."},
    {place::task, key::retries, "retries", value_type::retries, "0",
     "How many more attempts a failed task gets."},
    {place::task, key::allow_failure, "allow-failure", value_type::boolean,
     "false",
     "Its failure counts as success for what needs it and for the run."},
    {place::task, key::finally, "finally", value_type::boolean, "false",
     "It starts when what it names in `needs` and `after` has ended, however; "
     "where it names nothing, when all other tasks have. No gate holds it "
     "back, "
     "and it also runs when the run is stopped."},
    {place::task, key::priority, "priority", value_type::count, "0",
     "Of two tasks that could start, the higher one does."},
    {place::task, key::estimate, "estimate", value_type::estimate, "1m",
     "How long the work is expected to take. Of two tasks of one priority that "
     "with the longer way to the end starts first."},

    // -- phases ---------------------------------------------------------------
    {place::phase, key::tasks, "tasks", value_type::phase_tasks, "",
     "The tasks of the phase, as in `tasks` above; or a list of names of tasks "
     "that `tasks` above defines."},
    {place::phase, key::needs, "needs", value_type::needs, "",
     "Added to the `needs` of each of its tasks."},
    {place::phase, key::after, "after", value_type::name_list, "",
     "Added to the `after` of each of its tasks."},
    {place::phase, key::matrix, "matrix", value_type::matrix, "",
     "Its tasks are made once for each combination of these values."},
    {place::phase, key::max_parallel, "max-parallel", value_type::count,
     "no limit", "How many of its tasks run at once."},
    {place::phase, key::if_, "if", value_type::condition, "",
     "Its tasks are left out where this is false. A task's own `if` must hold "
     "too."},
    {place::phase, key::agent, "agent", value_type::agent_choice, "",
     "Who works on its tasks that name nobody."},
    {place::phase, key::run, "run", value_type::command, "",
     "The command for its tasks that have none of their own."},
    {place::phase, key::env, "env", value_type::environment, "",
     "Environment variables for its tasks."},
    {place::phase, key::env_file, "env-file", value_type::text_list, "",
     "As in a task."},
    {place::phase, key::secrets, "secrets", value_type::name_list, "",
     "Secrets for its tasks that name none themselves."},
    {place::phase, key::working_directory, "working-directory",
     value_type::text_template, "", "As in a task."},
    {place::phase, key::pool, "pool", value_type::pool_need, "",
     "As in a task; each of its tasks holds that much."},
    {place::phase, key::runs_on, "runs-on", value_type::labels, "",
     "As in a task; for each of its tasks that has none."},
    {place::phase, key::exclusive, "exclusive", value_type::boolean, "",
     "As in a task; for each of its tasks."},
    {place::phase, key::timeout, "timeout", value_type::duration, "",
     "As in a task; for each of its tasks."},
    {place::phase, key::idle_timeout, "idle-timeout", value_type::duration, "",
     "As in a task."},
    {place::phase, key::deadline, "deadline", value_type::duration, "",
     "As in a task."},
    {place::phase, key::queue_timeout, "queue-timeout", value_type::duration,
     "", "As in a task."},
    {place::phase, key::retries, "retries", value_type::retries, "",
     "As in a task."},
    {place::phase, key::allow_failure, "allow-failure", value_type::boolean, "",
     "As in a task."},
    {place::phase, key::priority, "priority", value_type::count, "",
     "As in a task."},
    {place::phase, key::estimate, "estimate", value_type::estimate, "",
     "As in a task; for each of its tasks."},

    // -- gates ----------------------------------------------------------------
    {place::gate, key::needs, "needs", value_type::needs, "",
     "What must hold before the gate opens, as in a task.", true},
    {place::gate, key::blocks, "blocks", value_type::blocks, "",
     "What waits for the gate: names of tasks, phases and services; or `all`, "
     "which is every task but those that the gate itself needs, directly or "
     "not. A task may also name the gate in its `needs`."},

    {place::gate, key::approval, "approval", value_type::approval, "",
     "Who must approve, once all that the gate needs holds, before it opens."},
    {place::gate, key::rework, "rework", value_type::rework, "",
     "Which tasks a request for changes sends back."},
    {place::approval, key::by, "by", value_type::approvers, "",
     "`human`, an agent, a list of which all must approve, or "
     "`{ any-of: [a, human] }` of which one must. An agent's approval is a "
     "task `review/GATE` of its own. Nobody approves their own work.",
     true},
    {place::approval, key::min, "min", value_type::count,
     "all of a list; 1 of `any-of`", "How many must approve."},
    {place::approval, key::timeout, "timeout", value_type::duration, "none",
     "How long they may take in all."},
    {place::approval, key::on_timeout, "on-timeout", value_type::word,
     "rejected",
     "`rejected`, `approve` or `human`: what it means when they take longer. "
     "`human` asks a person then."},
    {place::approval, key::message, "message", value_type::text_template, "",
     "What a person is asked."},
    {place::approval, key::run, "run", value_type::command,
     "the agent's command", "The command of an agent's review."},
    {place::approval, key::secrets, "secrets", value_type::name_list,
     "those of the agent", "Secrets that an agent's review gets."},
    {place::approval, key::prompt, "prompt", value_type::text_template, "",
     "What an agent is to look at, in words."},
    {place::approval, key::estimate, "estimate", value_type::estimate, "1m",
     "How long an agent's review is expected to take."},
    {place::approvers, key::any_of, "any-of", value_type::name_list, "",
     "Agents, or `human`, of whom one must approve.", true},
    {place::rework, key::to, "to", value_type::rework_targets, "",
     "Tasks that may be sent back: `any`, or names of tasks and phases. The "
     "gate must need them, directly or not.",
     true},
    {place::rework, key::max_rounds, "max-rounds", value_type::count, "3",
     "How many reviews there are in all."},
    {place::rework, key::on_exhausted, "on-exhausted", value_type::word, "fail",
     "`fail`, `approve` or `human`: what happens when the last of them asks "
     "for changes again."},

    // -- contracts and services -----------------------------------------------
    {place::contract, key::schema, "schema", value_type::text, "",
     "A file with a JSON Schema (draft-07), relative to the plan.", true},
    {place::contract, key::mock, "mock", value_type::text, "",
     "A file with a JSON value that keeps to the schema: what the others work "
     "against until the provider is done."},
    {place::contract, key::defined_by, "defined-by", value_type::text, "",
     "The task that makes these files. Without it they must be there when the "
     "plan is read."},
    {place::service, key::run, "run", value_type::command, "",
     "The command; it keeps running.", true},
    {place::service, key::needs, "needs", value_type::needs, "",
     "What must hold before it starts, as in a task."},
    {place::service, key::ready, "ready", value_type::ready,
     "as soon as it has started",
     "A command that exits with 0 once the service can be used."},
    {place::service, key::restart, "restart", value_type::word, "no",
     "`no`, `on-failure` or `always`: whether it is started again when it "
     "ends."},
    {place::service, key::max_restarts, "max-restarts", value_type::count, "3",
     "How often that is done in a row, before it is given up and what needs it "
     "is an error."},
    {place::service, key::env, "env", value_type::environment, "",
     "Environment variables; it gets none from `defaults`."},
    {place::service, key::env_file, "env-file", value_type::text_list, "",
     "As in a task."},
    {place::service, key::secrets, "secrets", value_type::name_list, "",
     "Secrets that it gets, and its `ready`, too."},
    {place::service, key::working_directory, "working-directory",
     value_type::text_template, "the plan's folder", "As in a task."},
    {place::ready, key::run, "run", value_type::command, "", "The command.",
     true},
    {place::ready, key::every, "every", value_type::duration, "1s",
     "How often it is tried."},
    {place::ready, key::timeout, "timeout", value_type::duration, "1m",
     "How long the service may take until it can be used."},

    // -- defaults -------------------------------------------------------------
    {place::defaults, key::run, "run", value_type::command, "",
     "The command for tasks that get none from elsewhere."},
    {place::defaults, key::env, "env", value_type::environment, "",
     "Environment variables for every task."},
    {place::defaults, key::env_file, "env-file", value_type::text_list, "",
     "As in a task."},
    {place::defaults, key::working_directory, "working-directory",
     value_type::text_template, "", "As in a task."},
    {place::defaults, key::pool, "pool", value_type::pool_need, "",
     "As in a task."},
    {place::defaults, key::runs_on, "runs-on", value_type::labels, "",
     "As in a task; `runs-on: []` in a task or phase takes it back."},
    {place::defaults, key::exclusive, "exclusive", value_type::boolean, "",
     "As in a task."},
    {place::defaults, key::timeout, "timeout", value_type::duration, "",
     "As in a task."},
    {place::defaults, key::idle_timeout, "idle-timeout", value_type::duration,
     "", "As in a task."},
    {place::defaults, key::deadline, "deadline", value_type::duration, "",
     "As in a task."},
    {place::defaults, key::queue_timeout, "queue-timeout", value_type::duration,
     "", "As in a task."},
    {place::defaults, key::retries, "retries", value_type::retries, "",
     "As in a task."},
    {place::defaults, key::allow_failure, "allow-failure", value_type::boolean,
     "", "As in a task."},
    {place::defaults, key::priority, "priority", value_type::count, "",
     "As in a task."},
    {place::defaults, key::estimate, "estimate", value_type::estimate, "",
     "As in a task."},

    // -- pools ----------------------------------------------------------------
    {place::pool, key::capacity, "capacity", value_type::count, "",
     "How many there are.", true},

    // -- long forms -----------------------------------------------------------
    {place::agent_choice, key::any_of, "any-of", value_type::name_list, "",
     "The agents of whom one, whoever is free first, does the work.", true},
    {place::retries, key::max, "max", value_type::count, "",
     "How many more attempts a failed task gets.", true},
    {place::retries, key::wait, "wait", value_type::duration, "0s",
     "How long to wait before the first of them."},
    {place::retries, key::backoff, "backoff", value_type::number, "2",
     "By how much each further wait is longer than the one before."},
    {place::retries, key::max_wait, "max-wait", value_type::duration, "5m",
     "The longest wait."},
    {place::retries, key::jitter, "jitter", value_type::number, "0",
     "From 0 to 1: by up to which share each wait is shorter, so that tasks "
     "that failed together do not come back together."},
    {place::estimate, key::min, "min", value_type::duration, "that of `mode`",
     "When all goes well."},
    {place::estimate, key::mode, "mode", value_type::duration, "",
     "Most often.", true},
    {place::estimate, key::max, "max", value_type::duration, "that of `mode`",
     "When it drags on."},
    {place::integrate, key::run, "run", value_type::command,
     "the task's command", "The command."},
    {place::integrate, key::prompt, "prompt", value_type::text_template, "",
     "What it is to do then, in words. `TUTTI_PROMPT` of the command."},
    {place::integrate, key::estimate, "estimate", value_type::estimate, "1m",
     "How long that is expected to take."},
    {place::requests, key::run, "run", value_type::command,
     "the agent's command", "The command that answers."},
    {place::requests, key::secrets, "secrets", value_type::name_list,
     "those of the agent", "Secrets that the command gets."},
    {place::requests, key::prompt, "prompt", value_type::text_template, "",
     "What it is to do with them, in words."},
    {place::requests, key::estimate, "estimate", value_type::estimate, "1m",
     "How long an answer, or a batch of them, is expected to take."},
    {place::requests, key::timeout, "timeout", value_type::duration, "none",
     "How long an attempt at an answer may take."},
    {place::requests, key::batch, "batch", value_type::batch_size, "",
     "How many are answered at once: all that have queued up when the agent "
     "gets free, unless this says less."},
    {place::batch, key::max, "max", value_type::count, "no limit",
     "How many are taken at once at most."},
    {place::batch, key::wait, "wait", value_type::duration, "0s",
     "How long the first of them waits for more."},
    {place::artifacts, key::paths, "paths", value_type::text_list, "",
     "The files.", true},
    {place::artifacts, key::on_failure, "on-failure", value_type::word, "drop",
     "`keep` or `drop`: what becomes of those of an attempt that failed."},
};

} // namespace tutti::config
