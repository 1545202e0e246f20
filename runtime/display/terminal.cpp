// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tutti::display {

namespace {

std::string_view text_of(const environment& env, const char* name) {
  auto x = env(name);
  return x == nullptr ? std::string_view{} : std::string_view{x};
}

// CI=false and CI=0 are how people switch a variable off.
bool is_on(std::string_view x) {
  return !x.empty() && x != "0" && x != "false";
}

bool is_utf8(const environment& env) {
  for (auto name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto x = text_of(env, name);
    if (x.empty())
      continue;
    for (auto y : {"UTF-8", "utf-8", "UTF8", "utf8"})
      if (x.find(y) != std::string_view::npos)
        return true;
    return false;
  }
  return false;
}

int number_of(const char* x, int otherwise) {
  auto n = x == nullptr ? 0L : std::strtol(x, nullptr, 10);
  return n > 0 && n < 10'000 ? static_cast<int>(n) : otherwise;
}

class fd_output final : public output {
public:
  explicit fd_output(int fd) : fd_(fd) {
  }

  void write(std::string_view text) override {
    while (!text.empty()) {
      auto n = ::write(fd_, text.data(), text.size());
      if (n >= 0) {
        text.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        pollfd x{fd_, POLLOUT, 0};
        ::poll(&x, 1, 1000);
      } else if (errno != EINTR) {
        return; // the reader has gone; the run goes on
      }
    }
  }

  screen_size size() const override {
    winsize x{};
    if (::ioctl(fd_, TIOCGWINSZ, &x) == 0 && x.ws_col > 0 && x.ws_row > 0)
      return {x.ws_col, x.ws_row};
    return {number_of(std::getenv("COLUMNS"), 80),
            number_of(std::getenv("LINES"), 24)};
  }

private:
  int fd_;
};

} // namespace

output::~output() = default;

environment process_environment() {
  return [](const char* name) -> const char* {
    return std::getenv(name);
  };
}

traits detect(bool tty, const terminal_options& options,
              const environment& env) {
  auto term = text_of(env, "TERM");
  auto dumb = term.empty() || term == "dumb";
  auto ci = is_on(text_of(env, "CI"));
  auto forced = is_on(text_of(env, "FORCE_COLOR"))
             || is_on(text_of(env, "CLICOLOR_FORCE"));
  auto refused = options.no_color || !text_of(env, "NO_COLOR").empty();
  traits result;
  result.tty = tty;
  result.animate = tty && !dumb && !ci && !options.plain;
  result.color = !refused && (forced || (tty && !dumb));
  result.unicode = is_utf8(env);
  result.github = is_on(text_of(env, "GITHUB_ACTIONS"));
  return result;
}

traits detect(int fd, const terminal_options& options) {
  return detect(::isatty(fd) == 1, options, process_environment());
}

std::unique_ptr<output> make_fd_output(int fd) {
  return std::make_unique<fd_output>(fd);
}

} // namespace tutti::display
