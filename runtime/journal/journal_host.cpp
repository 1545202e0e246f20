// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_host.hpp"

#include <utility>

namespace tutti::journal {

journal_actor::behavior_type
journal_host_behavior(journal_actor::pointer,
                      std::shared_ptr<journal_writer> writer) {
  return {
      [writer = std::move(writer)](append_facts& x) {
        writer->append(std::move(x));
      },
  };
}

} // namespace tutti::journal
