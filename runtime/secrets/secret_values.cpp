// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/secret_values.hpp"

#include "runtime/process/unique_fd.hpp"
#include "runtime/secrets/secret_forms.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace tutti::secrets {

namespace {

using process::unique_fd;

std::string system_text(int error_number) {
  return std::generic_category().message(error_number);
}

error refusal(const secret& x, std::string_view what) {
  return {exit_code::environment, fmt::format("secret {}: {}", x.name, what)};
}

/// By secret: something of this run gets it.
std::vector<bool> named_secrets(const plan& p) {
  std::vector<bool> result(p.secrets.size());
  auto add = [&result](const std::vector<secret_id>& xs) {
    for (auto x : xs)
      result[x.value] = true;
  };
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (!std::binary_search(p.skipped.begin(), p.skipped.end(), task_id{i}))
      add(p.tasks[i].secrets);
  for (const auto& x : p.agents)
    add(x.session_secrets);
  for (const auto& x : p.services)
    add(x.secrets);
  add(p.notify.secrets);
  return result;
}

/// Up to one byte more than is allowed; or what failed.
expected<std::string> read_to_end(int fd) {
  std::string result(value_bytes_max + 3, '\0'); // with a line's end
  std::size_t size = 0;
  while (size < result.size()) {
    auto got = ::read(fd, result.data() + size, result.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return error{exit_code::environment, system_text(errno)};
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
  }
  result.resize(size);
  return result;
}

class secret_reader {
public:
  secret_reader(const plan& p, const std::vector<int>& given)
    : plan_(p), given_(given) {
  }

  expected<std::string> read(const secret& x) {
    auto content = x.file.empty() ? from_descriptor(x) : from_file(x);
    if (!content)
      return content;
    auto& text = *content;
    for (std::string_view end : {"\r\n", "\n"})
      if (text.ends_with(end)) {
        text.resize(text.size() - end.size());
        break;
      }
    if (text.empty())
      return refusal(x, place_of(x) + " is empty");
    if (text.find('\0') != std::string::npos)
      return refusal(x,
                     place_of(x) + " holds a null byte, which no variable can");
    if (text.size() > value_bytes_max)
      return refusal(x, fmt::format("{} holds more than {} KiB", place_of(x),
                                    value_bytes_max >> 10));
    return content;
  }

  std::vector<std::string> warnings;

private:
  [[nodiscard]] std::string path_of(const secret& x) const {
    return x.file.starts_with('/') ? x.file : plan_.directory + "/" + x.file;
  }

  [[nodiscard]] std::string place_of(const secret& x) const {
    return x.file.empty() ? fmt::format("descriptor {}", x.descriptor)
                          : path_of(x);
  }

  expected<std::string> from_file(const secret& x) {
    auto path = path_of(x);
    auto failed = [&](int error_number) {
      return refusal(x, fmt::format("cannot read {}: {}", path,
                                    system_text(error_number)));
    };
    unique_fd fd{
        ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0)
      return failed(errno);
    if (S_ISDIR(status.st_mode))
      return failed(EISDIR);
    if (!S_ISREG(status.st_mode))
      return refusal(x, fmt::format("{} is no regular file: pass what is "
                                    "piped as {{ fd: 3 }}",
                                    path));
    // What is somebody else's, as in a container, is theirs to settle.
    if ((status.st_mode & 077) != 0 && status.st_uid == ::geteuid())
      warnings.push_back(fmt::format(
          "secret {}: others may read {} or write to it: chmod 600 {}", x.name,
          path, path));
    auto content = read_to_end(fd.get());
    return content ? content
                   : refusal(x, fmt::format("cannot read {}: {}", path,
                                            content.error().detail));
  }

  expected<std::string> from_descriptor(const secret& x) {
    auto fd = x.descriptor;
    if (!std::binary_search(given_.begin(), given_.end(), fd))
      return refusal(x, fmt::format("descriptor {0} is not open: run tutti "
                                    "with {0}<FILE, or with {0}< <(COMMAND)",
                                    fd));
    if (::isatty(fd) == 1)
      return refusal(x, fmt::format("descriptor {} is a terminal, where it "
                                    "would be seen: pass a file or a pipe",
                                    fd));
    auto content = read_to_end(fd);
    if (fd > 2)
      ::close(fd);
    else if (unique_fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)}; null)
      ::dup2(null.get(), fd);
    return content ? content
                   : refusal(x, fmt::format("cannot read descriptor {}: {}", fd,
                                            content.error().detail));
  }

  const plan& plan_;
  const std::vector<int>& given_;
};

} // namespace

std::vector<int> open_descriptors() {
  std::vector<int> result;
  auto* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr)
    return result;
  while (const auto* entry = ::readdir(folder)) {
    std::string_view name{entry->d_name};
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd >= 0 && fd != ::dirfd(folder))
      result.push_back(fd);
  }
  ::closedir(folder);
  std::sort(result.begin(), result.end());
  return result;
}

expected<read_secrets> read_all(const plan& p, const std::vector<int>& given) {
  read_secrets result;
  if (p.secrets.empty())
    return result;
  protect_memory();
  auto named = named_secrets(p);
  secret_reader reader{p, given};
  std::vector<std::string> values;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < p.secrets.size(); ++i) {
    const auto& x = p.secrets[i];
    auto value = reader.read(x);
    if (!value && named[i])
      return value.error();
    if (!value)
      continue;
    bytes += value->size();
    if (bytes > all_bytes_max)
      return refusal(x, fmt::format("the secrets of this plan are more than "
                                    "{} KiB together",
                                    all_bytes_max >> 10));
    if (value->size() < value_bytes_min)
      reader.warnings.push_back(fmt::format(
          "secret {} has fewer than {} characters and is not masked", x.name,
          value_bytes_min));
    values.push_back(*value);
    result.values.push_back({x.name, std::move(*value)});
  }
  result.warnings = std::move(reader.warnings);
  result.patterns = std::make_shared<const masker>(values);
  return result;
}

} // namespace tutti::secrets
