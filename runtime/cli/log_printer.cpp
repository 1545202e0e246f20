// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/log_printer.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/text_filter.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
/// A line that is longer is shown in pieces.
constexpr std::size_t line_bytes_max = chunk_bytes;

} // namespace

std::string log_filter::take(std::string_view bytes) {
  if (!terminal_)
    return std::string{bytes};
  std::string result;
  while (!bytes.empty()) {
    auto end = bytes.find('\n');
    bool whole = end != std::string_view::npos;
    line_ += bytes.substr(0, end);
    bytes.remove_prefix(whole ? end + 1 : bytes.size());
    if (!whole && line_.size() < line_bytes_max)
      break;
    result += process::clean_line(std::exchange(line_, {}), line_bytes_max * 3);
    result += '\n';
  }
  return result;
}

std::string log_filter::rest() {
  if (line_.empty())
    return {};
  return process::clean_line(std::exchange(line_, {}), line_bytes_max * 3)
       + '\n';
}

int log_printer::begin(const std::string& path) {
  int code = finish();
  path_ = path;
  file_.reset();
  offset_ = 0;
  return code;
}

int log_printer::more() {
  if (path_.empty())
    return 0;
  if (!file_)
    file_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file_ && errno == ENOENT)
    return 0;
  struct stat info {};
  if (!file_ || ::fstat(file_.get(), &info) != 0)
    return fail({exit_code::environment,
                 fmt::format("cannot read the log '{}': {}", path_,
                             process::system_text(errno))});
  // It was begun anew.
  if (static_cast<std::uint64_t>(info.st_size) < offset_)
    offset_ = 0;
  std::vector<char> chunk(chunk_bytes);
  for (;;) {
    auto n = ::pread(file_.get(), chunk.data(), chunk.size(),
                     static_cast<off_t>(offset_));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return 0;
    offset_ += static_cast<std::uint64_t>(n);
    auto text = filter_.take({chunk.data(), static_cast<std::size_t>(n)});
    if (int code = print_data(text); code != 0)
      return code;
  }
}

int log_printer::finish() {
  return print_data(filter_.rest());
}

} // namespace tutti::cli
