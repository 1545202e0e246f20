// SPDX-License-Identifier: BSD-3-Clause
#include "bench/live_run.hpp"

#include <cstdlib>

namespace tutti::bench {

scratch_folder::scratch_folder(const std::string& parent)
  : stress::scratch_folder(parent) {
  if (path().empty())
    std::exit(2);
}

} // namespace tutti::bench
