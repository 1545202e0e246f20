// SPDX-License-Identifier: BSD-3-Clause
// Which live run a command means.
#include "runtime/control/client.hpp"
#include "runtime/control/local_socket.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/control/socket_directory.hpp"
#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::control {

namespace {

namespace fs = std::filesystem;

/// More than this a list of runs does not help any more.
constexpr std::size_t listed_max = 10;

/// The live runs of a state directory. What a killed run left there is removed.
std::vector<live_run> runs_of(const std::string& state_directory) {
  constexpr std::size_t path_bytes_max = 4096;
  std::vector<live_run> result;
  std::error_code failure;
  for (const auto& x : remove_dead_runs(state_directory))
    fmt::print(stderr, "tutti: {}\n", x);
  for (const auto& entry :
       fs::directory_iterator{fs::path{state_directory} / "runs", failure}) {
    auto pointer = (entry.path() / "control").string();
    auto text = process::read_file(pointer, path_bytes_max);
    if (text.error_number != 0)
      continue;
    auto path = text.content.substr(0, text.content.find('\n'));
    if (probe(path) == presence::live)
      result.push_back({entry.path().filename().string(), path});
    else if (probe(path) == presence::dead)
      ::unlink(pointer.c_str());
  }
  return result;
}

std::vector<live_run> runs_of_user() {
  std::vector<live_run> result;
  for (auto& x : live_sockets(socket_directories()))
    result.push_back({std::move(x.run_id), std::move(x.path)});
  return result;
}

/// What answers may be of another tutti.
std::string text_of(const nlohmann::json& content, const char* key) {
  auto x = content.find(key);
  return x != content.end() && x->is_string() ? x->get<std::string>()
                                              : std::string{};
}

std::string described(const live_run& x) {
  constexpr auto moment = std::chrono::seconds(1);
  auto hello = ask(x.path, {{"command", "hello"}}, moment);
  if (!hello || !hello->ok)
    return x.run_id;
  return fmt::format("{} (plan '{}' in {})", x.run_id,
                     text_of(hello->content, "plan"),
                     text_of(hello->content, "directory"));
}

error several(const std::vector<live_run>& runs) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(runs.size(), listed_max); ++i)
    texts.push_back(described(runs[i]));
  if (runs.size() > listed_max)
    texts.push_back(fmt::format("{} more", runs.size() - listed_max));
  return {exit_code::bad_plan,
          fmt::format("several runs are live; say which with --run ID: {}",
                      fmt::join(texts, ", "))};
}

expected<live_run> only(std::vector<live_run> runs, std::string nothing) {
  if (runs.empty())
    return error{exit_code::environment, std::move(nothing)};
  if (runs.size() > 1)
    return several(runs);
  return std::move(runs.front());
}

void merge(std::vector<live_run>& into, std::vector<live_run> more) {
  for (auto& x : more) {
    bool known = std::any_of(into.begin(), into.end(), [&x](const auto& y) {
      return y.run_id == x.run_id;
    });
    if (!known)
      into.push_back(std::move(x));
  }
}

} // namespace

expected<live_run> find_run(const run_choice& choice) {
  bool here = choice.state_directory.empty();
  auto folder = here ? std::string{".tutti"} : choice.state_directory;
  auto runs = runs_of(folder);
  if (!choice.run_id.empty()) {
    merge(runs, runs_of_user());
    std::erase_if(runs, [&choice](const auto& x) {
      return !x.run_id.starts_with(choice.run_id);
    });
    return only(std::move(runs),
                fmt::format("no live run has the id '{}'; 'tutti status' finds "
                            "those that there are",
                            choice.run_id));
  }
  if (!runs.empty() || !here)
    return only(std::move(runs), fmt::format("no run is live in '{}'", folder));
  return only(runs_of_user(), "no run is live; 'tutti run' starts one");
}

} // namespace tutti::control
