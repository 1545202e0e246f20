// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/report.hpp"

#include <cstddef>
#include <string>

namespace tutti::report {

struct text_options {
  std::size_t columns = 80;    ///< of the widest line; at least 20
  bool unicode = true;         ///< else ASCII only
  std::size_t agents_max = 20; ///< rows of the table; the rest is counted
  bool whole = false;          ///< with all of the blame, not only its figures
};

/// The report for people, in lines that end with a newline.
[[nodiscard]] std::string to_text(const run_report& x,
                                  const text_options& options);

} // namespace tutti::report
