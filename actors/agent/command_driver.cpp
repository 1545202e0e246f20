// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/command_driver.hpp"

#include "actors/agent/outputs.hpp"
#include "actors/agent/plain_words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <utility>

namespace tutti {

namespace {

std::string under(const std::string& directory, std::string path) {
  if (!path.empty() && path.front() == '/')
    return path;
  return path.empty() ? directory : directory + "/" + path;
}

/// Unique for a task and an attempt, and short enough for a file system with
/// our endings behind it.
std::string file_name(const std::string& task, std::uint32_t attempt) {
  constexpr std::size_t longest = 200;
  auto name = task;
  std::replace(name.begin(), name.end(), '/', '~');
  if (name.size() > longest)
    name = fmt::format("{}~{:016x}", name.substr(0, longest),
                       std::hash<std::string>{}(task));
  return fmt::format("{}.{}", name, attempt);
}

output_lookup lookup_in(const std::vector<handoff>& handed) {
  return [&handed](task_id from, std::string_view name) -> const value* {
    for (const auto& x : handed)
      if (x.from == from)
        return find_output(x.outputs(), name);
    return nullptr;
  };
}

std::vector<std::string> command_words(const command_line& run,
                                       const output_lookup& lookup) {
  std::vector<std::string> words;
  if (run.kind == command_kind::argv) {
    for (const auto& x : run.argv)
      words.push_back(render(x, lookup));
    return words;
  }
  if (auto plain = plain_words(run.script))
    return std::move(*plain);
  return {"/bin/sh", "-eu", "-c", run.script};
}

std::shared_ptr<const attempt_details>
details_of(process_exited& x, std::string message, outputs results) {
  if (message.empty() && results.empty() && x.log.empty()
      && x.dropped_bytes == 0 && !x.leaked)
    return nullptr;
  attempt_details result;
  result.outputs = std::move(results);
  result.message = std::move(message);
  result.log = std::move(x.log);
  result.dropped_bytes = x.dropped_bytes;
  result.leaked = x.leaked;
  return std::make_shared<const attempt_details>(std::move(result));
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
  }
  return attempt_end::system_error;
}

} // namespace

start_process prepare_process(const plan& p, const attempt_order& order,
                              const std::vector<handoff>& handed,
                              duration grace) {
  const auto& t = p.tasks[order.task.value];
  auto lookup = lookup_in(handed);
  start_process result;
  result.id = order.process;
  result.name = file_name(t.name, order.attempt);
  result.argv = command_words(t.run, lookup);
  for (const auto& x : t.env)
    result.env.push_back(x.name + "=" + render(x.text, lookup));
  result.env.push_back("TUTTI_TASK=" + t.name);
  result.env.push_back("TUTTI_AGENT=" + p.agents[order.agent.value].name);
  result.env.push_back(fmt::format("TUTTI_ATTEMPT={}", order.attempt));
  result.env.push_back("TUTTI_ROUND=1");
  for (const auto& x : t.env_files)
    result.env_files.push_back(under(p.directory, x));
  result.directory = under(p.directory, render(t.working_directory, lookup));
  result.input = input_document(p, order.task, order.attempt, handed);
  result.idle_timeout = t.idle_timeout;
  result.grace = grace;
  return result;
}

attempt_finished conclude_attempt(const attempt_order& order,
                                  process_exited x) {
  attempt_finished result;
  result.task = order.task;
  result.attempt = order.attempt;
  result.end = end_of(x.end, x.code);
  result.exit_code = x.code;
  parsed_outputs parsed;
  if (result.end == attempt_end::success) {
    parsed = parse_outputs(x.output);
    if (!parsed.mistake.empty()) {
      result.end = attempt_end::failure;
      x.message = std::move(parsed.mistake);
      parsed.outputs.clear();
    }
  }
  if (x.end == process_end::idle || x.end == process_end::refused
      || x.end == process_end::no_space || x.end == process_end::unkillable)
    result.exit_code = fact::no_exit_code;
  auto message = std::move(x.message);
  result.details = details_of(x, std::move(message), std::move(parsed.outputs));
  return result;
}

} // namespace tutti
