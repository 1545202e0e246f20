// SPDX-License-Identifier: BSD-3-Clause
#include "messages/error.hpp"

namespace tutti {

std::string_view to_string(exit_code x) {
  switch (x) {
  case exit_code::ok:
    return "ok";
  case exit_code::task_failed:
    return "a task failed";
  case exit_code::bad_plan:
    return "plan or usage error";
  case exit_code::gate_rejected:
    return "gate rejected";
  case exit_code::nothing_to_run:
    return "nothing to run";
  case exit_code::deadline:
    return "deadline over";
  case exit_code::waiting:
    return "stopped or waiting, resumable";
  case exit_code::environment:
    return "environment unusable";
  case exit_code::journal:
    return "journal damaged or locked";
  case exit_code::internal:
    return "internal fault";
  case exit_code::interrupted:
    return "interrupted";
  case exit_code::terminated:
    return "terminated";
  }
  return "unknown";
}

} // namespace tutti
