// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/seeds.hpp"

#include <algorithm>
#include <cstdlib>

namespace tutti::test {

bool is_long() {
  return std::getenv("TUTTI_TEST_LONG") != nullptr;
}

bool is_brief() {
  return !is_long() && std::getenv("TUTTI_TEST_BRIEF") != nullptr;
}

std::uint64_t case_count(std::uint64_t usual, std::uint64_t many) {
  if (is_long())
    return many;
  return is_brief() ? std::max<std::uint64_t>(usual / 4, 1) : usual;
}

std::uint64_t case_count(std::uint64_t usual) {
  return case_count(usual, usual);
}

seeds seeds_to_play(std::uint64_t usual, std::uint64_t many) {
  const char* asked = std::getenv("TUTTI_TEST_SEEDS");
  if (asked == nullptr)
    return {1, case_count(usual, many)};
  char* rest = nullptr;
  seeds result;
  result.first = result.last = std::strtoull(asked, &rest, 10);
  if (*rest == '-')
    result.last = std::strtoull(rest + 1, nullptr, 10);
  return result;
}

} // namespace tutti::test
