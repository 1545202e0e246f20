// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace tutti::control {

/// The login name of the user, or something like it: who a person is, where
/// nothing else is said.
[[nodiscard]] std::string login_name();

} // namespace tutti::control
