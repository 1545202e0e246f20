// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/journal/journal_writer.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace tutti::journal {

/// The actor before the journal's thread.
journal_actor::behavior_type
journal_host_behavior(journal_actor::pointer self,
                      std::shared_ptr<journal_writer> writer);

} // namespace tutti::journal
