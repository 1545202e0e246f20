// SPDX-License-Identifier: BSD-3-Clause
#include "config/huge_pages.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace tutti::config {

void prefer_huge_pages(const void* block, std::size_t bytes) {
  constexpr std::uintptr_t huge = std::uintptr_t{2} << 20;
  // Whole huge pages inside the block; its neighbours are not ours.
  auto first =
      (reinterpret_cast<std::uintptr_t>(block) + huge - 1) & ~(huge - 1);
  auto last = (reinterpret_cast<std::uintptr_t>(block) + bytes) & ~(huge - 1);
  if (last > first && last - first >= 2 * huge)
    madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

} // namespace tutti::config
