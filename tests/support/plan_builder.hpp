// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/play/plan_builder.hpp"

namespace tutti::test {

using play::on_gate;
using play::on_phase;
using play::on_task;
using play::output_is_true;
using play::plan_builder;

} // namespace tutti::test
