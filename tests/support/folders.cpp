// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/folders.hpp"

namespace tutti::test {

std::string source_path(std::string_view below) {
  return std::string{TUTTI_SOURCE_DIR}.append(below);
}

std::string data_path(std::string_view below) {
  return source_path("/tests/data").append(below);
}

} // namespace tutti::test
