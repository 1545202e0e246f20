// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_awaited_logs.hpp"

#include "runtime/cluster/file_log.hpp"

namespace tutti::cluster {

void awaited_logs::expect(const std::string& name) {
  if (!is_log_name(name))
    return;
  std::lock_guard lock{mutex_};
  // With the lock: who makes it whole says so after that.
  if (begin_log(directory_, name).more)
    open_.insert(name);
}

std::string awaited_logs::expect_at(const std::string& path_there) {
  auto name = log_name(path_there);
  if (name.empty())
    return {};
  expect(name);
  return directory_ + "/" + name;
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
