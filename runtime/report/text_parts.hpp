// SPDX-License-Identifier: BSD-3-Clause
// What the files that write the report for people share.
#pragma once

#include "messages/plan.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::report {

/// Words at most `width` wide to a line; a longer word is cut.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text,
                                            std::size_t width);

/// "makespan      3m 12s   one after another 8m 40s", wrapped to the width.
void add_figure(std::string& out, std::size_t columns, std::string_view label,
                std::string_view value, std::string_view note);

/// Behind a figure, indented by two or more.
void add_wrapped(std::string& out, std::size_t columns, std::string_view text,
                 std::size_t indent = 2);

/// What people and tasks wrote, on one line.
[[nodiscard]] std::string one_line(std::string text);

/// "33 %"; "-" of nothing.
[[nodiscard]] std::string percent(duration part, duration whole);

} // namespace tutti::report
