// SPDX-License-Identifier: BSD-3-Clause
// What travels of a result whose payload lies on disk (semantics §21).
#pragma once

#include "messages/fact.hpp"

#include <memory>
#include <set>
#include <string>

namespace tutti {

/// `x` without its payload, which lies `at` there. Outputs that are `looked_at`
/// stay with it; null: none.
[[nodiscard]] std::shared_ptr<const attempt_details>
shelved(const attempt_details& x, const payload_ref& at,
        const std::set<std::string>* looked_at);

} // namespace tutti
