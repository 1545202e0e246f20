// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tutti::test {

namespace fs = std::filesystem;

temporary_directory::temporary_directory() {
  auto pattern = (fs::temp_directory_path() / "tutti-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("cannot make " + pattern);
  path_ = fs::canonical(pattern).string();
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string temporary_directory::operator/(std::string_view name) const {
  return (fs::path{path_} / name).string();
}

std::string temporary_directory::write(std::string_view name,
                                       std::string_view text) const {
  auto path = fs::path{path_} / name;
  fs::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (!file.flush())
    throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

std::string temporary_directory::write_script(std::string_view name,
                                              std::string_view text) const {
  auto path = write(name, text);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

std::string temporary_directory::read(std::string_view name) const {
  std::ifstream file{fs::path{path_} / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

bool temporary_directory::exists(std::string_view name) const {
  return fs::exists(fs::path{path_} / name);
}

std::string make_fifo(const temporary_directory& in, std::string_view name) {
  auto path = in / name;
  if (::mkfifo(path.c_str(), 0600) != 0)
    throw std::runtime_error("cannot make " + path);
  return path;
}

fifo::fifo(const temporary_directory& in, std::string_view name)
  : path_(make_fifo(in, name)) {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (fd_ < 0)
    throw std::runtime_error("cannot open " + path_);
}

fifo::~fifo() {
  ::close(fd_);
}

void fifo::put(std::string_view line) const {
  auto text = std::string{line} + "\n";
  if (::write(fd_, text.data(), text.size()) < 0)
    throw std::runtime_error("cannot write to " + path_);
}

std::string fifo::take() {
  constexpr int patience_ms = 30'000;
  for (;;) {
    if (auto at = rest_.find('\n'); at != std::string::npos) {
      auto line = rest_.substr(0, at);
      rest_.erase(0, at + 1);
      return line;
    }
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, patience_ms) <= 0)
      return {};
    std::array<char, 4096> buffer;
    auto n = ::read(fd_, buffer.data(), buffer.size());
    if (n <= 0)
      return {};
    rest_.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

} // namespace tutti::test
