// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace tutti::config {

/// Asks the kernel for huge pages behind a large block that is about to be
/// filled: a large plan spends a third of its loading time on page faults
/// otherwise. Only ever a hint; small blocks are left alone.
void prefer_huge_pages(const void* block, std::size_t bytes);

} // namespace tutti::config
