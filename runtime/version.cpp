// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/version.hpp"

namespace tutti::runtime {

std::string_view version() {
  return TUTTI_VERSION;
}

} // namespace tutti::runtime
