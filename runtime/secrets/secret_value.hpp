// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace tutti::secrets {

struct secret_value {
  std::string name; ///< of the plan, and of the variable
  std::string value;
};

/// Who holds one leaves no core dump from now on, and others of the same user
/// cannot look into it.
void protect_memory();

} // namespace tutti::secrets
