// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tutti::test {

/// Work that several threads take from until somebody says that all is done.
class crew {
public:
  explicit crew(unsigned size) : size_(size) {
  }
  /// `act` gets 1, 2, … and returns whether there is more. Where it throws, so
  /// does this, in the end.
  void work(const std::function<bool(std::uint64_t)>& act) {
    std::atomic<std::uint64_t> next = 0;
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < size_; ++i)
      threads.emplace_back([&] {
        try {
          while (!over)
            if (!act(++next))
              over = true;
        } catch (const std::exception& e) {
          std::lock_guard guard{mutex_};
          trouble_ = e.what();
          over = true;
        }
      });
    for (auto& x : threads)
      x.join();
    if (!trouble_.empty())
      throw std::runtime_error(trouble_);
  }

private:
  unsigned size_;
  std::mutex mutex_;
  std::string trouble_;
};

} // namespace tutti::test
