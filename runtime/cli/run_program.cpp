// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/program.hpp"
#include "runtime/native/native.hpp"

namespace tutti {

int run_program(int argc, char** argv, native::agents team) {
  return cli::program(argc, argv, team);
}

} // namespace tutti
