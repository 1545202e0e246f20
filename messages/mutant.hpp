// SPDX-License-Identifier: BSD-3-Clause
// A mutant is one small wrong line, in the place of the right one: the proof
// that the search for broken rules finds such. `TUTTI_MUTANT(name)` is `false`
// everywhere but in tests/mutants/, which compiles the sources that have one
// again, with TUTTI_MUTANTS.
#pragma once

#ifdef TUTTI_MUTANTS

#include <string_view>

namespace tutti {

/// Which mutant lives now; empty: none does.
inline std::string_view living_mutant;

} // namespace tutti

#define TUTTI_MUTANT(name) (::tutti::living_mutant == #name)

#else

#define TUTTI_MUTANT(name) false

#endif
