// SPDX-License-Identifier: BSD-3-Clause
#include "config/label.hpp"

#include "config/load_values.hpp"

#include <cstddef>

namespace tutti::config {

bool is_label(std::string_view text) {
  constexpr std::size_t length_max = 64; // as the rule says
  return text.size() <= length_max && is_name(text);
}

} // namespace tutti::config
