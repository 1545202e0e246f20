// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/spawn.hpp"

#include "runtime/process/environment.hpp"
#include "runtime/process/files.hpp"

#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>
#include <utility>

namespace tutti::process {

namespace {

// What a shell answers.
constexpr std::int32_t code_not_executable = 126;
constexpr std::int32_t code_not_found = 127;

constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

spawn_result not_started(std::int32_t code, std::string message) {
  return {-1, process_end::not_started, code, std::move(message)};
}

spawn_result not_found(const std::string& command) {
  return not_started(code_not_found, "command not found: " + command);
}

spawn_result not_executable(const std::string& what) {
  return not_started(code_not_executable, "not executable: " + what);
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// `path` as seen from the directory that the command starts in.
std::string absolute(std::string_view path, const std::string& directory) {
  if (path.starts_with('/'))
    return std::string{path};
  auto result = directory;
  if (!result.ends_with('/'))
    result += '/';
  return result.append(path);
}

struct command_path {
  std::string path;   ///< empty: not found
  std::string denied; ///< the first that was found but may not be executed
};

command_path look_up(const std::string& command, std::string_view path,
                     const std::string& directory) {
  command_path result;
  while (true) {
    auto end = path.find(':');
    auto candidate = absolute(path.substr(0, end), directory);
    candidate += '/';
    candidate += command;
    if (::access(candidate.c_str(), X_OK) == 0) {
      if (!is_directory(candidate)) {
        result.path = std::move(candidate);
        return result;
      }
    } else if (errno == EACCES && result.denied.empty()
               && ::access(candidate.c_str(), F_OK) == 0) {
      result.denied = std::move(candidate);
    }
    if (end == std::string_view::npos)
      return result;
    path.remove_prefix(end + 1);
  }
}

class spawn_attributes {
public:
  explicit spawn_attributes(const spawn_order& order) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID
                                                | POSIX_SPAWN_SETSIGMASK
                                                | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawn_file_actions_init(&actions);
    if (order.talk_input_fd >= 0)
      ::posix_spawn_file_actions_adddup2(&actions, order.talk_input_fd, 0);
    ::posix_spawn_file_actions_adddup2(
        &actions,
        order.talk_output_fd >= 0 ? order.talk_output_fd : order.output_fd, 1);
    ::posix_spawn_file_actions_adddup2(&actions, order.output_fd, 2);
    ::posix_spawn_file_actions_addchdir_np(&actions, order.directory.c_str());
  }
  spawn_attributes(const spawn_attributes&) = delete;
  spawn_attributes& operator=(const spawn_attributes&) = delete;
  ~spawn_attributes() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
};

/// The interpreter that the first line of a script names; empty: none.
std::string interpreter(const std::string& path) {
  auto text = read_file(path, 256).content;
  if (!text.starts_with("#!"))
    return {};
  auto first = text.find_first_not_of(" \t", 2);
  if (first == std::string::npos)
    return {};
  return text.substr(first, text.find_first_of(" \t\r\n", first) - first);
}

/// posix_spawn reports one number for whatever went wrong on the way; this
/// finds out what it was about.
spawn_result explained(int error_number, const spawn_order& order,
                       const std::string& path) {
  switch (error_number) {
  case EAGAIN:
  case ENOMEM:
  case EMFILE:
  case ENFILE:
    return {-1, process_end::refused, 0,
            "cannot start a process: " + system_text(error_number)};
  case E2BIG:
    return not_started(code_not_executable,
                       "the arguments and the environment of " + order.argv[0]
                           + " are too long");
  default:
    break;
  }
  if (::access(order.directory.c_str(), F_OK) != 0)
    return not_started(code_not_executable,
                       "working directory does not exist: " + order.directory);
  if (!is_directory(order.directory))
    return not_started(code_not_executable,
                       "working directory is not a directory: "
                           + order.directory);
  if (::access(order.directory.c_str(), X_OK) != 0)
    return not_started(code_not_executable, "working directory is not "
                                            "accessible: "
                                                + order.directory);
  if (::access(path.c_str(), F_OK) != 0)
    return not_found(order.argv[0]);
  if (is_directory(path))
    return not_executable(order.argv[0] + " is a directory");
  if (error_number == EACCES)
    return not_executable(order.argv[0]);
  if (error_number == ENOEXEC)
    return not_started(code_not_executable,
                       "exec format error: " + order.argv[0]
                           + " is no program and has no #! line");
  if (error_number == ENOENT)
    return not_started(code_not_executable, "not executable: " + order.argv[0]
                                                + " wants the interpreter "
                                                + interpreter(path)
                                                + ", which does not exist");
  return not_started(code_not_executable, "cannot execute " + order.argv[0]
                                              + ": "
                                              + system_text(error_number));
}

} // namespace

spawn_result spawn(const spawn_order& order) {
  if (order.argv.empty() || order.argv[0].empty())
    return not_started(code_not_found, "the command is empty");
  std::vector<char*> argv;
  argv.reserve(order.argv.size() + 1);
  for (const auto& x : order.argv) {
    if (x.find('\0') != std::string::npos)
      return not_started(code_not_executable, "an argument of " + order.argv[0]
                                                  + " has a null byte");
    argv.push_back(const_cast<char*>(x.c_str()));
  }
  argv.push_back(nullptr);
  const auto& command = order.argv[0];
  std::string path;
  if (command.find('/') != std::string::npos) {
    path = absolute(command, order.directory);
  } else {
    auto search = environment_value(order.environment, "PATH");
    auto found = look_up(command, search.empty() ? default_path : search,
                         order.directory);
    if (found.path.empty())
      return found.denied.empty() ? not_found(command)
                                  : not_executable(found.denied);
    path = std::move(found.path);
  }
  spawn_attributes a{order};
  pid_t pid = -1;
  auto failed = ::posix_spawn(&pid, path.c_str(), &a.actions, &a.attributes,
                              argv.data(), order.environment.data());
  if (failed != 0)
    return explained(failed, order, path);
  return {pid, process_end::exited, 0, {}};
}

} // namespace tutti::process
