// SPDX-License-Identifier: BSD-3-Clause
#include "messages/control.hpp"

namespace tutti {

std::string_view to_string(control_kind x) {
  switch (x) {
  case control_kind::give_verdict:
    return "give-verdict";
  case control_kind::cancel:
    return "cancel";
  case control_kind::retry:
    return "retry";
  case control_kind::pause:
    return "pause";
  case control_kind::resume:
    return "resume";
  case control_kind::status:
    return "status";
  case control_kind::explain:
    return "explain";
  case control_kind::drain_node:
    return "drain-node";
  }
  return "unknown";
}

} // namespace tutti
