// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/play/random_team.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/plan_builder.hpp"

namespace tutti::test {

using play::random_plan;
using play::random_team;

} // namespace tutti::test
