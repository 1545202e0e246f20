// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/spawn.hpp"

#include "runtime/process/environment.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/mark.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/// The steps of a new process in which something can go wrong.
enum class step : std::uint8_t { fork, streams, directory, program };

struct failure {
  step at = step::fork;
  int error_number = 0;
};

/// All that the new process needs, made before there is one.
struct plan_of_child {
  const spawn_order& order;
  const char* path;
  char* const* argv;
  pid_t parent;
};

bool raise_oom_score(const std::string& score,
                     const char* path = "/proc/self/oom_score_adj") {
  auto fd = ::open(path, O_WRONLY | O_CLOEXEC);
  auto written = ::write(fd, score.data(), score.size());
  ::close(fd);
  return written > 0;
}

bool set_streams(const spawn_order& x) {
  auto output = x.talk_output_fd >= 0 ? x.talk_output_fd : x.output_fd;
  return (x.talk_input_fd < 0 || ::dup2(x.talk_input_fd, 0) == 0)
      && ::dup2(output, 1) == 1 && ::dup2(x.output_fd, 2) == 2;
}

void unblock_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Runs in the new process, on the memory of its parent, which waits meanwhile:
/// it makes system calls, and writes only to `why`.
[[noreturn]] void become(const plan_of_child& x, volatile failure& why) {
  auto fail = [&why](step at) {
    why.at = at;
    why.error_number = errno;
    ::_exit(127);
  };
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != x.parent)
    ::_exit(127); // it died before that
  ::setsid();
  bear_limit(x.order.mark);
  (void)raise_oom_score(x.order.oom_score);
  if (!set_streams(x.order))
    fail(step::streams);
  if (::chdir(x.order.directory.c_str()) != 0)
    fail(step::directory);
  if (x.order.descriptors != nullptr)
    ::setrlimit(RLIMIT_NOFILE, x.order.descriptors);
  unblock_signals();
  ::execve(x.path, x.argv, x.order.environment.data());
  fail(step::program);
  ::_exit(127);
}

/// Returns the pid, or -1 and why.
pid_t make_process(const plan_of_child& x, volatile failure& why) {
  auto pid = ::vfork();
  if (pid == 0)
    become(x, why);
  if (pid < 0) {
    why.error_number = errno;
    return -1;
  }
  if (why.error_number == 0) {
    // One that protects its memory (secrets) owns no files in /proc, and nor
    // does who still shares it.
    auto path = "/proc/" + std::to_string(pid) + "/oom_score_adj";
    bool raised = ::prctl(PR_GET_DUMPABLE) != 0;
    // It still shares it for a moment.
    for (int i = 0; i < 1000 && !raised; ++i) {
      raised = raise_oom_score(x.order.oom_score, path.c_str());
      if (!raised)
        ::sched_yield();
    }
    return pid;
  }
  ::waitpid(pid, nullptr, 0); // it has exited already
  return -1;
}

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

spawn_result without_means(int error_number) {
  return {-1, process_end::refused, 0, want_of_means(error_number)};
}

spawn_result bad_directory(int error_number, const std::string& directory) {
  auto named = [&directory](const char* what) {
    return not_started(code_not_executable, std::string{"working directory "}
                                                + what + ": " + directory);
  };
  switch (error_number) {
  case ENOENT:
    return named("does not exist");
  case ENOTDIR:
    return named("is not a directory");
  default:
    return named("is not accessible");
  }
}

spawn_result bad_program(int error_number, const std::string& command,
                         const std::string& path) {
  if (error_number == E2BIG)
    return not_started(code_not_executable, "the arguments and the environment "
                                            "of "
                                                + command + " are too long");
  if (::access(path.c_str(), F_OK) != 0)
    return not_found(command);
  if (is_directory(path))
    return not_executable(command + " is a directory");
  switch (error_number) {
  case EACCES:
    return not_executable(command);
  case ETXTBSY:
    return not_executable(command + " is being written to (text file busy)");
  case ENOEXEC:
    return not_started(code_not_executable,
                       "exec format error: " + command
                           + " is no program and has no #! line");
  case ENOENT:
    return not_executable(command + " wants the interpreter "
                          + interpreter(path) + ", which does not exist");
  default:
    return not_started(code_not_executable, "cannot execute " + command + ": "
                                                + system_text(error_number));
  }
}

spawn_result explained(const failure& why, const spawn_order& order,
                       const std::string& path) {
  switch (why.error_number) {
  case EAGAIN:
  case ENOMEM:
  case EMFILE:
  case ENFILE:
    return without_means(why.error_number);
  default:
    break;
  }
  switch (why.at) {
  case step::directory:
    return bad_directory(why.error_number, order.directory);
  case step::program:
    return bad_program(why.error_number, order.argv[0], path);
  default:
    return without_means(why.error_number);
  }
}

} // namespace

std::string want_of_means(int error_number) {
  std::string result = "cannot start a process: ";
  switch (error_number) {
  case EAGAIN:
    return result
         + "the limit of processes is reached; raise it (ulimit -u, or that of "
           "the container)";
  case ENOMEM:
    return result + "there is not enough memory";
  case EMFILE:
  case ENFILE:
    return result + "too many files are open; raise the limit (ulimit -n)";
  default:
    return result + system_text(error_number);
  }
}

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
  volatile failure seen{};
  auto pid = make_process({order, path.c_str(), argv.data(), ::getpid()}, seen);
  if (pid < 0)
    return explained({seen.at, seen.error_number}, order, path);
  return {pid, process_end::exited, 0, {}};
}

} // namespace tutti::process
