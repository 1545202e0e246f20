// SPDX-License-Identifier: BSD-3-Clause
// tutti as another version has it, which the environment says: what it calls
// itself (TUTTI_TEST_VERSION) and the version of the protocol that it speaks
// with other machines (TUTTI_TEST_PROTOCOL).
#include "runtime/cli/program.hpp"
#include "runtime/cluster/protocol_version.hpp"
#include "runtime/version.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

const char* setting(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr)
    std::abort();
  return text;
}

} // namespace

// In the place of those of the library: what a program defines comes first.

std::uint32_t tutti::cluster::protocol_version() {
  return static_cast<std::uint32_t>(
      std::strtoul(setting("TUTTI_TEST_PROTOCOL"), nullptr, 10));
}

std::string_view tutti::runtime::version() {
  return setting("TUTTI_TEST_VERSION");
}

int main(int argc, char** argv) {
  return tutti::cli::program(argc, argv, {});
}
