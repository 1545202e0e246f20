// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/play/dice.hpp"

namespace tutti::test {

using play::dice;

} // namespace tutti::test
