// SPDX-License-Identifier: BSD-3-Clause
// Where the checkout lies. One source knows it: what is compiled of the others
// is the same in every clone, so that the compiler's cache serves them all.
#pragma once

#include <string>
#include <string_view>

namespace tutti::test {

/// In the checkout; `below` is empty or begins with a slash.
[[nodiscard]] std::string source_path(std::string_view below = {});

/// In tests/data; likewise.
[[nodiscard]] std::string data_path(std::string_view below = {});

} // namespace tutti::test
