// SPDX-License-Identifier: BSD-3-Clause
#include "messages/plan.hpp"

namespace tutti {

std::string_view to_string(need_condition x) {
  switch (x) {
  case need_condition::succeeded:
    return "succeeded";
  case need_condition::failed:
    return "failed";
  case need_condition::completed:
    return "completed";
  case need_condition::started:
    return "started";
  }
  return "unknown";
}

std::string_view name_of(const plan& p, node_ref x) {
  switch (x.kind) {
  case node_kind::task:
    return p.tasks[x.index].name;
  case node_kind::phase:
    return p.phases[x.index].name;
  case node_kind::gate:
    return p.gates[x.index].name;
  case node_kind::service:
    return p.services[x.index].name;
  }
  return "unknown";
}

} // namespace tutti
