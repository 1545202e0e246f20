// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/login_name.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

namespace tutti::control {

std::string login_name() {
  const auto* entry = ::getpwuid(::geteuid());
  if (entry != nullptr && entry->pw_name != nullptr && *entry->pw_name != '\0')
    return entry->pw_name;
  return fmt::format("uid {}", ::geteuid());
}

} // namespace tutti::control
