// SPDX-License-Identifier: BSD-3-Clause
// What people ask of a live run, between text and messages: names become ids
// here, where the plan is.
#pragma once

#include "messages/control.hpp"
#include "messages/plan.hpp"
#include "runtime/control/protocol.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::control {

enum class control_topic : std::uint8_t {
  call,   ///< for the orchestrator: `call`, without id, uid and `from_run`
  hello,  ///< which run this is
  status, ///< how the run stands
};

/// A request, or why it is none.
struct control_request {
  control_topic topic = control_topic::call;
  control_call call;
  bool as_text = false;    ///< of `status`: for people
  std::size_t columns = 0; ///< of that text; 0: not cut
  refusal_code code = refusal_code::bad_request;
  std::string mistake; ///< one sentence; empty: none
};

/// Understands requests about one plan. Immutable.
class control_reader {
public:
  /// The plan must outlive it.
  explicit control_reader(const plan& work);

  [[nodiscard]] control_request parse(std::string_view line) const;

private:
  void read_verdict(request_reader& in, verdict what,
                    control_request& out) const;
  void resolve(std::string_view name, control_request& out) const;
  void refuse_name(std::string_view kind, std::string_view name,
                   control_request& out) const;

  const plan* plan_;
};

} // namespace tutti::control
