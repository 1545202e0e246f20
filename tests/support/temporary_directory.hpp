// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace tutti::test {

/// A fresh folder that is gone, with all in it, when its object is.
class temporary_directory {
public:
  temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory();

  [[nodiscard]] const std::string& path() const {
    return path_;
  }
  /// The absolute path of a name in it.
  [[nodiscard]] std::string operator/(std::string_view name) const;
  /// Writes a file, with the folders it lies in; returns its absolute path.
  std::string write(std::string_view name, std::string_view text) const;
  /// Writes a file that can be executed.
  std::string write_script(std::string_view name, std::string_view text) const;
  /// The content of a file; empty where there is none.
  [[nodiscard]] std::string read(std::string_view name) const;
  [[nodiscard]] bool exists(std::string_view name) const;

private:
  std::string path_;
};

/// A named pipe by which a test and the commands of a plan wait for each other
/// without a clock. The test holds both ends, so that nobody's `open` blocks.
class fifo {
public:
  fifo(const temporary_directory& in, std::string_view name);
  fifo(const fifo&) = delete;
  fifo& operator=(const fifo&) = delete;
  ~fifo();

  [[nodiscard]] const std::string& path() const {
    return path_;
  }
  /// Gives a line to whoever reads one, now or later.
  void put(std::string_view line = "go") const;
  /// Waits for the next line that somebody writes; empty after 30 s.
  [[nodiscard]] std::string take();

private:
  std::string path_;
  std::string rest_;
  int fd_ = -1;
};

/// A named pipe that only the commands of a plan open.
std::string make_fifo(const temporary_directory& in, std::string_view name);

} // namespace tutti::test
