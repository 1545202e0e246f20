// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/played_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace tutti::test {

namespace {

constexpr std::string_view answer = "as you wish";

command_end says(std::string output) {
  return {0, std::move(output)};
}

command_end fails() {
  return {1, {}};
}

bool integrates(const start_process& x) {
  return env_text(x, "TUTTI_PHASE") == "integrate";
}

/// More than what goes with facts (§21).
std::string large_text() {
  return fmt::format("text={:0600d}\n", 7);
}

command_end later(const start_process& x, std::string output) {
  return env_number(x, "TUTTI_ATTEMPT") > 1 ? says(std::move(output)) : fails();
}

command_end asks(const start_process& x, played_files&) {
  if (!integrates(x))
    return {};
  bool has_answer = x.input.find(answer) != std::string::npos;
  return has_answer ? says("answers=1\n") : fails();
}

command_end review(const start_process& x, played_files&) {
  return says(env_number(x, "TUTTI_ROUND") > 1
                  ? "verdict=approved\n"
                  : "verdict=changes-requested\nfeedback=once more\n");
}

command_end model(const start_process& x, played_files& files) {
  files[x.directory + "/model.txt"] = "users";
  return later(x, "columns=3\n");
}

/// Of the small plan: it works from what it was handed.
command_end page(const start_process& x, played_files& files) {
  if (integrates(x))
    return says("page=" + env_text(x, "URL") + "\n");
  auto i = files.find(x.directory + "/model.txt");
  return i == files.end() ? fails() : says("mock=" + i->second + "\n");
}

command_end api(const start_process& x, played_files&) {
  return env_text(x, "SEEN") == "2" ? says("url=/users\n") : fails();
}

command_end draft(const start_process& x, played_files&) {
  return says("round=" + env_text(x, "TUTTI_ROUND") + "\n" + large_text());
}

command_end base(const start_process& x, played_files& files) {
  files[x.directory + "/base.txt"] = "base";
  return says("base=1\n");
}

command_end wide(const start_process& x, played_files&) {
  return says("shard=" + env_text(x, "SHARD") + "\n" + large_text());
}

using command = command_end (*)(const start_process&, played_files&);

constexpr std::pair<std::string_view, command> commands[] = {
    // of both plans
    {"requests",
     [](const auto&, auto&) {
       return says(fmt::format("answer={}\n", answer));
     }},
    {"review", review},
    {"tests",
     [](const auto&, auto&) {
       return says("passed=all\n");
     }},
    {"ship",
     [](const auto&, auto&) {
       return says("shipped=yes\n");
     }},
    {"tidy",
     [](const auto&, auto&) {
       return says("tidied=yes\n");
     }},
    {"draft", draft},
    // of the small one
    {"model", model},
    {"api", api},
    {"page", page},
    {"asks", asks},
    // of the large one
    {"base", base},
    {"wide/", wide},
    {"make/",
     [](const auto& x, auto&) {
       return later(x, "made=1\n");
     }},
    {"page/",
     [](const auto& x, auto&) {
       return says(integrates(x) ? "page=1\n" : "mock=1\n");
     }},
    {"link/",
     [](const auto&, auto&) {
       return says("linked=1\n");
     }},
    {"ask/", asks},
    {"use-",
     [](const auto&, auto&) {
       return says("used=1\n");
     }},
};

} // namespace

std::string env_text(const start_process& x, std::string_view name) {
  for (const auto& entry : x.env)
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  return {};
}

std::uint32_t env_number(const start_process& x, std::string_view name) {
  return static_cast<std::uint32_t>(std::stoul(env_text(x, name)));
}

command_end play_command(const start_process& x, played_files& files) {
  auto task = env_text(x, "TUTTI_TASK");
  const std::pair<std::string_view, command>* best = nullptr;
  for (const auto& c : commands)
    if (task.starts_with(c.first)
        && (best == nullptr || best->first.size() < c.first.size()))
      best = &c;
  if (best == nullptr)
    throw std::runtime_error("nobody plays the command of " + task);
  return best->second(x, files);
}

std::vector<live_call> calls_of(const plan& p, const start_process& x,
                                bool waits_inside) {
  if (integrates(x))
    return {};
  auto name = env_text(x, "TUTTI_TASK");
  auto of = std::find_if(p.tasks.begin(), p.tasks.end(), [&](const task& t) {
    return t.name == name;
  });
  live_call call;
  call.task = task_id{static_cast<std::size_t>(of - p.tasks.begin())};
  call.attempt = env_number(x, "TUTTI_ATTEMPT");
  bool requests = name.starts_with("ask");
  std::vector<live_call> result;
  if (requests) {
    auto to =
        std::find_if(p.agents.begin(), p.agents.end(), [](const agent& a) {
          return a.requests.present;
        });
    call.kind = live_kind::request;
    call.to = to->name;
    call.texts = {"a wish"};
    result.push_back(call);
  }
  if (waits_inside && (requests || !of->needs_later.empty())) {
    call.kind = live_kind::inbox;
    call.wait = std::chrono::hours(1);
    result.push_back(call);
  }
  return result;
}

} // namespace tutti::test
