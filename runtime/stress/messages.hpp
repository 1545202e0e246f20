// SPDX-License-Identifier: BSD-3-Clause
// What the actors of classic patterns send each other. Their type ids are a
// block of their own: no run knows them.
#pragma once

#include "runtime/stress/pacer.hpp"

#include <caf/meta/type_name.hpp>
#include <caf/replies_to.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <vector>

namespace tutti::stress {

/// What is measured: one message of a pattern.
struct load {
  std::uint64_t number = 0; ///< from 1, by its sender
  std::uint64_t check = 0;  ///< `check_of` what its sender has put in
  /// Steady clock, nanoseconds: when it left, or in an open loop was meant to;
  /// 0: its time is not taken.
  std::int64_t begun_ns = 0;
  std::uint64_t left = 0; ///< hops, where it is a token
  std::uint32_t sender = 0;
  std::vector<std::uint8_t> bytes;
};

/// To a source: begin; it ends by itself, or once the arena stops.
struct round_begins {
  std::uint64_t quota = 0; ///< operations at most
  pacer pace;              ///< inactive: as fast as it can
};

/// To a source: an operation may be due, or the arena stops.
struct look_again {};

/// From a receiver: so many of the source's messages have been handled.
struct credit {
  std::uint32_t receiver = 0; ///< as its source counts them, from 0
  std::uint32_t count = 0;
  bool last = false; ///< the answer to `source_ends`
};

/// From a source, behind its last message of a round.
struct source_ends {
  std::uint32_t sender = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, load& x) {
  return f(caf::meta::type_name("stress-load"), x.number, x.check, x.begun_ns,
           x.left, x.sender, x.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, look_again&) {
  return f(caf::meta::type_name("stress-look-again"));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, credit& x) {
  return f(caf::meta::type_name("stress-credit"), x.receiver, x.count, x.last);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, source_ends& x) {
  return f(caf::meta::type_name("stress-source-ends"), x.sender);
}

} // namespace tutti::stress

/// Never leaves the process that conducts.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::stress::round_begins)

CAF_BEGIN_TYPE_ID_BLOCK(tutti_stress, caf::first_custom_type_id + 400)

CAF_ADD_TYPE_ID(tutti_stress, (tutti::stress::load))
CAF_ADD_TYPE_ID(tutti_stress, (tutti::stress::look_again))
CAF_ADD_TYPE_ID(tutti_stress, (tutti::stress::credit))
CAF_ADD_TYPE_ID(tutti_stress, (tutti::stress::source_ends))

CAF_END_TYPE_ID_BLOCK(tutti_stress)

namespace tutti::stress {

/// All actors of classic patterns; who has no use for a message ignores it.
using player =
    caf::typed_actor<caf::reacts_to<load>, caf::reacts_to<credit>,
                     caf::reacts_to<look_again>, caf::reacts_to<source_ends>,
                     caf::reacts_to<round_begins>>;

} // namespace tutti::stress
