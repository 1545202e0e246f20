// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tutti {

/// The exit codes of the program (semantics §27), in one place.
enum class exit_code : int {
  ok = 0,
  task_failed = 1,
  bad_plan = 2, ///< plan or usage
  gate_rejected = 3,
  nothing_to_run = 4,
  deadline = 5,
  waiting = 6,     ///< stopped or waiting, resumable
  environment = 7, ///< unusable state directory, no possible node
  journal = 8,
  internal = 9,
  interrupted = 130, ///< SIGINT
  terminated = 143,  ///< SIGTERM
};

/// "task failed", as the summary prints beside the code.
[[nodiscard]] std::string_view to_string(exit_code x);

/// An expected failure: what the program ends with, and one clear sentence that
/// names the object and, where there is one, the remedy.
struct error {
  exit_code code = exit_code::environment;
  std::string detail;
};

/// A value or the reason why there is none.
template <class T>
class [[nodiscard]] expected {
public:
  expected(T x) : data_(std::move(x)) {
  }
  expected(tutti::error x) : data_(std::move(x)) {
  }
  explicit operator bool() const {
    return data_.index() == 0;
  }
  T& operator*() {
    return std::get<0>(data_);
  }
  const T& operator*() const {
    return std::get<0>(data_);
  }
  T* operator->() {
    return &std::get<0>(data_);
  }
  const T* operator->() const {
    return &std::get<0>(data_);
  }
  [[nodiscard]] const tutti::error& error() const {
    return std::get<1>(data_);
  }

private:
  std::variant<T, tutti::error> data_;
};

} // namespace tutti
