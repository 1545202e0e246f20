// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace tutti::cli {

/// Lets tasks find this program: by its path in TUTTI_BINARY, and as `tutti`
/// where their PATH has no other. Call it while there is only one thread.
void expose_program();

} // namespace tutti::cli
