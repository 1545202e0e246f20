// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_awaited_logs.hpp"

#include "runtime/cluster/file_log.hpp"

#include <filesystem>
#include <system_error>

namespace tutti::cluster {

void awaited_logs::expect(const std::string& name) {
  auto path = directory_ + "/" + name;
  std::lock_guard lock{mutex_};
  std::error_code ignored;
  // With the lock: who makes it whole says so after that.
  if (!std::filesystem::exists(path, ignored) || is_log_coming(path))
    open_.insert(name);
}

void awaited_logs::settled(const std::string& name) {
  std::lock_guard lock{mutex_};
  if (open_.erase(name) > 0 && open_.empty())
    changed_.notify_all();
}

bool awaited_logs::wait(duration bound) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, bound, [this] {
    return skipped_ || open_.empty();
  });
  return open_.empty();
}

void awaited_logs::skip() {
  std::lock_guard lock{mutex_};
  skipped_ = true;
  changed_.notify_all();
}

} // namespace tutti::cluster
