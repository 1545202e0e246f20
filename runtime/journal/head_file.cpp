// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/head_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace tutti::journal {

namespace {

/// Mark, last, sum, whether it is a promise, check.
using words = std::array<std::uint64_t, 5>;

constexpr std::uint64_t mark = 0x3264616568747574; // "tuthead2"

std::uint64_t check_of(const words& x) {
  chain sum;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    sum.add(x[i]);
  return sum.value();
}

} // namespace

std::string head_path(const std::string& journal) {
  return journal + "-head";
}

std::optional<journal_head> read_head(const std::string& path) {
  process::unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  words x{};
  if (!fd || ::pread(fd.get(), x.data(), sizeof(x), 0) != sizeof(x)
      || x[0] != mark || x.back() != check_of(x))
    return std::nullopt;
  return journal_head{x[1], chain{x[2]}, x[3] != 0};
}

void head_file::write(const std::string& path, journal_head x) {
  if (!fd_)
    fd_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  words all{mark, x.last, x.sum.value(), std::uint64_t{x.is_promise}, 0};
  all.back() = check_of(all);
  if (fd_)
    (void)!::pwrite(fd_.get(), all.data(), sizeof(all), 0);
}

} // namespace tutti::journal
