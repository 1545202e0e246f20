// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/live_run.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/control/client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

namespace tutti::cli {

namespace {

/// A run answers at once, unless it cannot.
constexpr auto patience = std::chrono::seconds(20);
/// Of a request with its frame; what the server takes (docs/control.md).
constexpr std::size_t request_bytes_max = std::size_t{1} << 20;

/// Refused is what a run will not do; what it cannot understand is a mistake of
/// who asks.
exit_code code_of(const std::string& refusal) {
  if (refusal == "bad-request" || refusal == "unknown-name")
    return exit_code::bad_plan;
  if (refusal == "busy" || refusal == "ended")
    return exit_code::environment;
  return exit_code::task_failed;
}

live_answer finish(expected<control::answer> x) {
  live_answer result;
  if (!x) {
    result.exit_code = fail(x.error());
    return result;
  }
  result.ok = x->ok;
  if (!x->ok)
    result.exit_code = fail({code_of(x->code), x->error});
  result.content = std::move(x->content);
  return result;
}

/// What is no text of ours says nothing.
std::string text_of(const nlohmann::json& content) {
  auto x = content.find("text");
  return x != content.end() && x->is_string() ? x->get<std::string>()
                                              : std::string{};
}

std::string variable(const char* name) {
  const auto* x = std::getenv(name);
  return x == nullptr ? std::string{} : x;
}

} // namespace

live_answer ask_run(const live_target& which, nlohmann::json request) {
  auto run = control::find_run({which.run_id, which.state_directory});
  if (!run)
    return finish(run.error());
  return finish(control::ask(run->path, std::move(request), patience));
}

int tell_run(const live_target& which, nlohmann::json request) {
  auto x = ask_run(which, std::move(request));
  if (!x.ok)
    return x.exit_code;
  auto text = text_of(x.content);
  // Comments and names are whatever their authors wrote.
  for (auto& c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f)
      c = ' ';
  return text.empty() ? 0 : print_data(text + "\n");
}

live_answer ask_inside(const std::string& command, nlohmann::json request) {
  auto socket = variable("TUTTI_SOCKET");
  auto token = variable("TUTTI_TOKEN");
  if ((socket.empty() || token.empty()) && !variable("TUTTI_TASK").empty())
    return finish(error{
        exit_code::environment,
        fmt::format("this run takes no 'tutti {}' from its tasks: it could not "
                    "make its sockets, and said why when it began",
                    command)});
  if (socket.empty() || token.empty())
    return finish(error{
        exit_code::bad_plan,
        fmt::format("'tutti {}' works only inside a task of a run: {} is "
                    "not set",
                    command, socket.empty() ? "TUTTI_SOCKET" : "TUTTI_TOKEN")});
  request["command"] = command;
  request["token"] = token;
  if (control::to_line(request).size() > request_bytes_max)
    return finish(
        error{exit_code::task_failed,
              "that is over 1 MiB: hand it on as an artifact, a file, and name "
              "the file instead"});
  return finish(control::ask(socket, std::move(request), std::nullopt));
}

} // namespace tutti::cli
