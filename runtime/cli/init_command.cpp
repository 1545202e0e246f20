// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace tutti::cli {

namespace {

constexpr std::string_view first_plan =
    R"(# A plan: who there is, and what is to be done. `tutti run` runs it.
# For completion in an editor: tutti schema > tutti.schema.json, and as the
# first line here: # yaml-language-server: $schema=tutti.schema.json
name: hello

# Each agent works on one task at a time; say `slots: 2` for two.
agents:
  ada: { role: Writer }
  bob: { role: Builder }
  eve: { role: Reviewer }

# Every task starts at once, unless it needs another. Here draft and build run
# side by side; review waits for both.
tasks:
  draft:
    agent: ada
    run: |
      echo "writing"
      # What a task puts out, those that need it can use.
      echo "title=Hello from the team" >> "$TUTTI_OUTPUT"

  build:
    agent: bob
    run: uname -sr
    timeout: 1m
    retries: 1

  review:
    agent: eve
    needs: [draft, build]
    env: { TITLE: "${{ needs.draft.outputs.title }}" }
    run: echo "reviewed '$TITLE'"

  # Without an agent: done on this machine, here only when the gate is open.
  publish:
    run: echo "published"

# A gate opens when all that it needs has succeeded.
gates:
  ready: { needs: review, blocks: publish }
)";

error cannot(const char* verb, const std::string& path, int why) {
  return {exit_code::environment,
          fmt::format("cannot {} '{}': {}", verb, path, std::strerror(why))};
}

/// Writes a file that must not exist yet, whole or not at all.
std::optional<error> create(const std::string& path, std::string_view text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno == EEXIST)
    return error{exit_code::bad_plan,
                 fmt::format("'{}' exists already and stays as it is", path)};
  if (fd < 0)
    return cannot("write", path, errno);
  auto written = ::write(fd, text.data(), text.size());
  int why = written < 0 ? errno : 0;
  if (why == 0 && static_cast<std::size_t>(written) != text.size())
    why = ENOSPC;
  if (::close(fd) != 0 && why == 0)
    why = errno;
  if (why == 0)
    return {};
  ::unlink(path.c_str());
  return cannot("write", path, why);
}

} // namespace

int init_command(const init_options& options) {
  namespace fs = std::filesystem;
  std::error_code code;
  fs::create_directories(options.directory, code);
  if (code)
    return fail(cannot("make folder", options.directory, code.value()));
  auto path = (fs::path{options.directory} / "tutti.yaml").lexically_normal();
  if (auto e = create(path.string(), first_plan))
    return fail(*e);
  auto run = options.directory == "." ? std::string{"tutti run"}
                                      : "tutti run " + path.string();
  note(fmt::format("wrote '{}'; '{}' runs it", path.string(), run));
  return 0;
}

} // namespace tutti::cli
