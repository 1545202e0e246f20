// SPDX-License-Identifier: BSD-3-Clause
#include "messages/live.hpp"

namespace tutti {

std::string_view to_string(live_kind x) {
  switch (x) {
  case live_kind::progress:
    return "progress";
  case live_kind::note:
    return "note";
  case live_kind::handoff:
    return "handoff";
  case live_kind::request:
    return "request";
  case live_kind::inbox:
    return "inbox";
  }
  return "unknown";
}

} // namespace tutti
