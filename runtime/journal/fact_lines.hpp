// SPDX-License-Identifier: BSD-3-Clause
// A journal's facts as text, a JSON object a line, with the columns of the view
// `facts`; those of packs too, which SQL does not see. Without the plan.
#pragma once

#include "messages/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::journal {

/// Gets some lines at a time. False: no more.
using take_lines = std::function<bool(std::string_view)>;

/// The facts of the journal at `path`, that of a live run too, as far as it is
/// now. The error names the file, what is wrong with it and what to do.
[[nodiscard]] std::optional<error> print_facts(const std::string& path,
                                               const take_lines& take);

} // namespace tutti::journal
