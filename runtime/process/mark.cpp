// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/mark.hpp"

#include "runtime/process/process_table.hpp"

#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <random>

namespace tutti::process {

namespace {

// Together below the sign, so that no mark looks like "unlimited".
constexpr int run_bits = 33;
constexpr int attempt_bits = 30;
constexpr std::size_t text_digits = 9;

constexpr std::uint64_t attempt_mask = (std::uint64_t{1} << attempt_bits) - 1;

} // namespace

run_mark run_mark::make() {
  std::random_device source;
  auto bits = std::uint64_t{source()} << 32 | source();
  return run_mark{bits >> (64 - run_bits) | 1}; // never 0, a plain limit
}

std::optional<run_mark> run_mark::parse(std::string_view text) {
  std::uint64_t number = 0;
  const auto* last = text.data() + text.size();
  auto end = std::from_chars(text.data(), last, number, 16);
  if (text.size() != text_digits || end.ptr != last || number >> run_bits != 0)
    return std::nullopt;
  return run_mark{number};
}

std::string run_mark::text() const {
  char result[text_digits + 1];
  std::snprintf(result, sizeof result, "%09llx",
                static_cast<unsigned long long>(number_));
  return result;
}

std::string run_mark::variable(std::uint64_t attempt) const {
  return text() + "." + std::to_string(attempt);
}

std::uint64_t run_mark::limit(std::uint64_t attempt) const {
  return number_ << attempt_bits | (attempt & attempt_mask);
}

std::optional<std::uint64_t> run_mark::attempt_of(pid_t pid) const {
  rlimit x{};
  if (::prlimit(pid, RLIMIT_LOCKS, nullptr, &x) == 0
      && x.rlim_cur >> attempt_bits == number_)
    return x.rlim_cur & attempt_mask;
  auto tag = environment_of(pid, process_variable);
  auto own = text() + ".";
  auto found = tag.find(own);
  if (found == std::string::npos)
    return std::nullopt;
  std::uint64_t attempt = 0;
  std::from_chars(tag.data() + found + own.size(), tag.data() + tag.size(),
                  attempt);
  return attempt;
}

void bear_limit(std::uint64_t limit) {
  rlimit x{};
  if (::getrlimit(RLIMIT_LOCKS, &x) != 0)
    return;
  x.rlim_cur = limit;
  (void)::setrlimit(RLIMIT_LOCKS, &x); // refused where there is a hard limit
}

} // namespace tutti::process
