// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/program.hpp"

int main(int argc, char** argv) {
  return tutti::cli::program(argc, argv);
}
