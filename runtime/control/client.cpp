// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/client.hpp"

#include "runtime/control/local_socket.hpp"
#include "runtime/process/files.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace tutti::control {

namespace {

using clock = std::chrono::steady_clock;

error broken(const std::string& why) {
  return {exit_code::environment,
          fmt::format("the run cannot be asked: {}", why)};
}

/// Whether a refusal may wait to be read is the reader's concern: a server that
/// has had enough closes in the middle of a request.
void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR)
      return;
    if (n > 0)
      text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Waits for something to read; the milliseconds left, or -1 for ever.
bool readable(int fd, std::optional<clock::time_point> until) {
  for (;;) {
    int left = -1;
    if (until) {
      auto span =
          std::chrono::ceil<std::chrono::milliseconds>(*until - clock::now());
      left = static_cast<int>(std::max<std::int64_t>(0, span.count()));
    }
    pollfd x{fd, POLLIN, 0};
    int n = ::poll(&x, 1, left);
    if (n > 0)
      return true;
    if (n == 0 || errno != EINTR)
      return false;
  }
}

expected<std::string> read_line(int fd,
                                std::optional<clock::time_point> until) {
  std::string line;
  std::array<char, 64 * 1024> chunk{};
  while (readable(fd, until)) {
    auto n = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0 || (n < 0 && errno == ECONNRESET))
      return error{exit_code::environment, "the run has ended"};
    if (n < 0)
      return broken(process::system_text(errno));
    std::string_view got{chunk.data(), static_cast<std::size_t>(n)};
    auto end = got.find('\n');
    line += got.substr(0, end);
    if (end != std::string_view::npos)
      return line;
  }
  return broken("it does not answer; its terminal may be held (Ctrl-Q lets it "
                "go on), or the program stopped (fg)");
}

} // namespace

expected<answer> ask(const std::string& path, json request,
                     std::optional<std::chrono::milliseconds> patience) {
  auto fd = connect_to(path);
  if (!fd)
    return fd.error();
  request["version"] = protocol_version;
  std::optional<clock::time_point> until;
  if (patience)
    until = clock::now() + *patience;
  send_all(fd->get(), to_line(request) + "\n");
  auto line = read_line(fd->get(), until);
  if (!line)
    return line.error();
  answer result;
  result.content = json::parse(*line, nullptr, false);
  if (!result.content.is_object() || !result.content.contains("ok")
      || !result.content["ok"].is_boolean())
    return broken("what it says is no reply");
  result.ok = result.content["ok"].get<bool>();
  if (!result.ok) {
    result.code = result.content.value("code", std::string{});
    result.error = result.content.value("error", std::string{});
  }
  return result;
}

} // namespace tutti::control
