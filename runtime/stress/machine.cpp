// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/machine.hpp"

#include "runtime/version.hpp"

#include <fmt/format.h>

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
#include <string_view>

namespace tutti::stress {

namespace {

/// What is behind `key` and a colon in a file of /proc; empty: not there.
std::string value_in(const char* path, std::string_view key) {
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key))
      continue;
    auto at = line.find_first_not_of(" \t", line.find(':') + 1);
    return at == std::string::npos ? std::string{} : line.substr(at);
  }
  return {};
}

std::size_t status_bytes(std::string_view key) {
  auto text = value_in("/proc/self/status", key); // "1234 kB"
  return text.empty() ? 0 : std::stoull(text) * 1024;
}

duration span_of(const timeval& x) {
  return std::chrono::seconds{x.tv_sec} + std::chrono::microseconds{x.tv_usec};
}

} // namespace

machine this_machine() {
  machine result;
  utsname names{};
  ::uname(&names);
  result.kernel = fmt::format("{} {}", names.sysname, names.release);
  result.cpu = value_in("/proc/cpuinfo", "model name");
  if (result.cpu.empty())
    result.cpu = names.machine;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) == 0)
    result.cores = static_cast<std::uint32_t>(CPU_COUNT(&mine));
  struct sysinfo info {};
  if (::sysinfo(&info) == 0)
    result.memory_bytes = std::uint64_t{info.totalram} * info.mem_unit;
  return result;
}

std::string boot_id() {
  std::string result;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> result;
  return result;
}

build this_build() {
  build result;
  result.version = runtime::version();
  result.type = TUTTI_BUILD_TYPE;
#ifdef __clang__
  result.compiler = fmt::format("clang {}.{}.{}", __clang_major__,
                                __clang_minor__, __clang_patchlevel__);
#else
  result.compiler = fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__,
                                __GNUC_PATCHLEVEL__);
#endif
  return result;
}

cpu_times cpu_used() {
  rusage x{};
  ::getrusage(RUSAGE_SELF, &x);
  return {span_of(x.ru_utime), span_of(x.ru_stime)};
}

std::size_t resident_bytes() {
  return status_bytes("VmRSS:");
}

std::size_t peak_bytes() {
  return status_bytes("VmHWM:");
}

void reset_peak() {
  ::malloc_trim(0);
  std::ofstream{"/proc/self/clear_refs"} << '5';
}

} // namespace tutti::stress
