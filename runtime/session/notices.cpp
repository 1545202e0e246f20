// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/notices.hpp"

#include "messages/error.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tutti::session {

namespace {

/// Whether a person may have to decide over the gate.
bool concerns_people(const gate& g) {
  return g.approval.human || g.approval.on_timeout == exhausted_action::human
      || (g.rework.present && g.rework.on_exhausted == exhausted_action::human);
}

std::string failure_text(const fact& x) {
  switch (x.kind) {
  case fact_kind::task_timed_out:
    return "timed out before it started";
  case fact_kind::task_errored:
    return "cannot start: a service that it needs has failed";
  case fact_kind::later_failed:
    return "what it needs later did not succeed";
  case fact_kind::stream_ended:
    return "its latest run failed";
  default:
    break;
  }
  if (x.details && !x.details->message.empty())
    return x.details->message;
  if (x.end == attempt_end::timed_out)
    return "timed out";
  if (x.exit_code != fact::no_exit_code)
    return fmt::format("exit code {}", x.exit_code);
  return std::string{to_string(x.state)};
}

/// Whether the fact ends a task, and its `state` says how.
bool says_state(fact_kind x) {
  return x == fact_kind::attempt_finished || x == fact_kind::later_failed
      || x == fact_kind::stream_ended;
}

} // namespace

notice_reader::notice_reader(std::shared_ptr<const plan> work)
  : work_(std::move(work)), results_(work_->tasks.size()) {
}

std::optional<notice> notice_reader::read(const fact& x) {
  const auto& wanted = work_->notify;
  remember(x);
  if (x.kind == fact_kind::approval_asked && wanted.approval)
    return approval(x);
  if (x.kind == fact_kind::run_ended && wanted.finished)
    return finish(x);
  return wanted.failed ? failure(x) : std::nullopt;
}

void notice_reader::remember(const fact& x) {
  if (x.kind == fact_kind::attempt_finished && x.details)
    results_[x.subject] = x.details;
  else if (x.kind == fact_kind::verdict_given && x.extra)
    comments_[x.subject] = x.extra->text;
}

std::optional<notice> notice_reader::approval(const fact& x) const {
  const auto& g = work_->gates[x.subject];
  if (!concerns_people(g))
    return std::nullopt;
  expression_scope scope;
  scope.output = [this](task_id from, std::string_view name) -> const value* {
    const auto& result = results_[from.value];
    return result ? find_output(result->outputs, name) : nullptr;
  };
  scope.comment = [this](gate_id from) {
    auto i = comments_.find(from.value);
    return i == comments_.end() ? std::string{} : i->second;
  };
  auto message = render(g.approval.message, scope);
  if (message.empty())
    message = fmt::format("gate {} asks for approval", g.name);
  return notice{"approval", g.name, std::move(message)};
}

std::optional<notice> notice_reader::failure(const fact& x) const {
  bool failed = says_state(x.kind) ? is_failure(x.state)
                                   : x.kind == fact_kind::task_timed_out
                                         || x.kind == fact_kind::task_errored;
  if (!failed || work_->tasks[x.subject].allow_failure)
    return std::nullopt;
  return notice{"failed", work_->tasks[x.subject].name, failure_text(x)};
}

notice notice_reader::finish(const fact& x) const {
  auto code = static_cast<exit_code>(x.exit_code);
  return {"finished", work_->name,
          fmt::format("{}: {} (exit code {})", to_string(x.status),
                      to_string(code), x.exit_code)};
}

} // namespace tutti::session
