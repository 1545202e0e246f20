// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/secret_value.hpp"

#include <sys/prctl.h>

namespace tutti::secrets {

void protect_memory() {
  ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace tutti::secrets
