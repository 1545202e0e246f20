// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/command_driver.hpp"

#include "actors/agent/attempt_name.hpp"
#include "actors/agent/command_words.hpp"
#include "actors/agent/input_document.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/work_scope.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti {

namespace {

/// Of the integrate phase without a command of its own: the task's.
const command_line& command_of(const task& t, work_phase phase) {
  return phase == work_phase::integrate
              && t.integrate.run.kind != command_kind::none
           ? t.integrate.run
           : t.run;
}

/// The plan's `env` stands first, so that it cannot hide what tutti says.
std::vector<std::string> environment_of(const command_options& options,
                                        const attempt_work& x,
                                        const expression_scope& scope) {
  const auto& p = *options.work;
  const auto& t = p.tasks[x.task.value];
  std::vector<std::string> result;
  for (const auto& e : t.env)
    result.push_back(e.name + "=" + render(e.text, scope));
  auto add = [&result](std::string_view name, std::string_view text) {
    result.push_back(fmt::format("TUTTI_{}={}", name, text));
  };
  add("TASK", t.name);
  add("PLAN_DIR", p.directory);
  add("AGENT", p.agents[options.agent.value].name);
  add("ATTEMPT", fmt::format("{}", x.attempt));
  add("ROUND", fmt::format("{}", x.details->round));
  add("VERSION", fmt::format("{}", x.version));
  add("PHASE", to_string(x.phase));
  auto said = said_variables_of(p, x);
  add("PROMPT", said.prompt);
  add("FEEDBACK", said.feedback);
  add("TRIGGER", said.trigger);
  if (!x.token.empty()) {
    add("SOCKET", x.socket);
    add("TOKEN", x.token);
  }
  return result;
}

attempt_end end_of(process_end x, std::int32_t code) {
  switch (x) {
  case process_end::exited:
    return code == 0 ? attempt_end::success : attempt_end::failure;
  case process_end::not_started:
    return attempt_end::failure;
  case process_end::refused:
    return attempt_end::system_error;
  case process_end::no_space:
    return attempt_end::no_space;
  case process_end::bad_output:
    return attempt_end::failure;
  case process_end::idle:
    return attempt_end::timed_out;
  case process_end::unkillable:
    return attempt_end::unkillable;
  case process_end::abandoned:
    return attempt_end::stopped; // it runs again, using no retry
  }
  return attempt_end::system_error;
}

} // namespace

start_process prepare_process(const command_options& options,
                              process_id process, const attempt_work& x) {
  const auto& p = *options.work;
  const auto& t = p.tasks[x.task.value];
  auto scope = scope_of(p, x);
  start_process result;
  result.id = process;
  result.name = attempt_name(t.name, x.attempt);
  result.argv = command_words(command_of(t, x.phase), scope);
  result.env = environment_of(options, x, scope);
  for (const auto& file : t.env_files)
    result.env_files.push_back(path_below(p.directory, file));
  for (auto secret : t.secrets)
    result.secrets.push_back(p.secrets[secret.value].name);
  result.directory = working_directory_of(p, options.agent, x);
  result.input = input_document(p, options.agent, x);
  result.idle_timeout = t.idle_timeout;
  result.grace = options.grace;
  return result;
}

work_result conclude_attempt(process_exited x) {
  work_result result;
  result.end = end_of(x.end, x.code);
  result.exit_code = x.code;
  parsed_outputs parsed;
  // What a run that failed put out says why: it is feedback (§17).
  if (result.end == attempt_end::success
      || result.end == attempt_end::failure) {
    parsed = parse_outputs(x.output);
    if (!parsed.mistake.empty())
      parsed.outputs.clear();
    if (!parsed.mistake.empty() && result.end == attempt_end::success) {
      result.end = attempt_end::failure;
      x.message = std::move(parsed.mistake);
    }
  }
  if (x.end == process_end::idle || x.end == process_end::refused
      || x.end == process_end::no_space || x.end == process_end::unkillable
      || x.end == process_end::abandoned)
    result.exit_code = fact::no_exit_code;
  result.details.outputs = std::move(parsed.outputs);
  result.details.message = std::move(x.message);
  result.details.log = std::move(x.log);
  result.details.dropped_bytes = x.dropped_bytes;
  result.details.leaked = x.leaked;
  return result;
}

command_driver::command_driver(command_options options, driver_host& host)
  : options_(std::move(options)), host_(host) {
}

void command_driver::start(const attempt_work& x) {
  auto id = host_.next_process();
  running_.emplace(id, order{x.task, x.attempt});
  host_.start(prepare_process(options_, id, x));
}

void command_driver::end(task_id task, std::uint32_t attempt, bool at_once) {
  if (auto id = find(task, attempt); id != 0)
    host_.end({id, at_once});
}

void command_driver::alive(task_id task, std::uint32_t attempt, bool waits) {
  if (auto id = find(task, attempt); id != 0)
    host_.alive({id, waits});
}

void command_driver::on(const process_line& x) {
  if (auto i = running_.find(x.id); i != running_.end())
    host_.progress({i->second.task, i->second.attempt, x.line});
}

void command_driver::on(process_exited& x) {
  auto i = running_.find(x.id);
  if (i == running_.end())
    return;
  auto which = i->second;
  running_.erase(i);
  host_.finished(which.task, which.attempt, conclude_attempt(std::move(x)));
}

void command_driver::leave(bool) {
  host_.left(); // a process is an attempt's
}

process_id command_driver::find(task_id task, std::uint32_t attempt) const {
  for (const auto& [id, x] : running_)
    if (x.task == task && x.attempt == attempt)
      return id;
  return 0;
}

} // namespace tutti
