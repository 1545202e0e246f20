// SPDX-License-Identifier: BSD-3-Clause
// Whole runs, as `tutti stress` has them too.
#pragma once

#include "runtime/stress/live_run.hpp"

namespace tutti::bench {

using stress::live_run_options;
using stress::run_live;

/// A folder of its own, gone with it; ends the program where there can be none.
class scratch_folder : public stress::scratch_folder {
public:
  explicit scratch_folder(const std::string& parent = {});
};

} // namespace tutti::bench
