// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/orphans.hpp"

#include "runtime/process/process_table.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

namespace tutti::process {

bool kill_orphans(duration bound, const std::vector<pid_t>& spared) {
  constexpr auto pause = std::chrono::milliseconds(2);
  constexpr int empty_passes_needed = 2; // one may have missed a birth
  auto own_session = ::getsid(0);
  auto until = std::chrono::steady_clock::now() + bound;
  int empty_passes = 0;
  while (empty_passes < empty_passes_needed) {
    auto table = process_table::snapshot();
    std::vector<pid_t> orphans;
    for (const auto& child : table.children(::getpid()))
      if (child.session != own_session
          && std::find(spared.begin(), spared.end(), child.pid) == spared.end())
        orphans.push_back(child.pid);
    if (orphans.empty()) {
      ++empty_passes;
      continue;
    }
    empty_passes = 0;
    for (auto pid : orphans) {
      ::kill(-pid, SIGKILL);
      ::kill(pid, SIGKILL);
    }
    for (const auto& x : table.descendants(orphans))
      signal_process(x, SIGKILL);
    for (auto pid : orphans)
      ::waitpid(pid, nullptr, WNOHANG);
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

} // namespace tutti::process
