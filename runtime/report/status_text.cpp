// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/format.hpp"
#include "runtime/report/node_text.hpp"
#include "runtime/report/status_json.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

constexpr std::size_t names_max = 4;

class status {
public:
  status(const run_model& m, duration now, const status_options& options)
    : model_(m), plan_(m.plan()), now_(now), options_(options) {
  }

  std::string text() {
    add_head();
    add_approvals();
    add_rework();
    add_running();
    add_pending();
    add_paused();
    add_queued();
    add_requests();
    add_services();
    add_nodes();
    add_completed();
    return std::move(out_);
  }

private:
  void line(std::string text) {
    // A name or a message is whatever its author wrote.
    for (auto& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
        c = ' ';
    if (options_.columns > 0 && text.size() > options_.columns) {
      auto end = options_.columns;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
      text.resize(end);
    }
    out_ += text + '\n';
  }

  void title(std::string_view text) {
    out_ += '\n';
    line(fmt::format("[{}]", text));
  }

  void and_more(std::size_t total, std::size_t shown) {
    if (total > shown)
      line(fmt::format("  and {} more", total - shown));
  }

  std::string by(agent_id x) const {
    return x.valid() && !plan_.agents[x.value].implicit
             ? agent_name(plan_, x) + ": "
             : std::string{};
  }

  // Nobody was waited for while tutti was not there.
  std::string elapsed_since(duration x) const {
    return format_elapsed(model_.up_time(x, now_));
  }

  std::string session_text() const {
    const auto& x = model_.session();
    if (!model_.resumed())
      return {};
    auto result = fmt::format(", session {}: {} kept", x.number, x.kept);
    if (auto down = model_.down(); down > duration{0})
      result += fmt::format(", down for {}", format_duration(down));
    return result;
  }

  void add_head() {
    auto state = model_.ended()    ? to_string(model_.status())
               : model_.stopping() ? std::string_view("stopping")
                                   : std::string_view("running");
    auto text = fmt::format("{}{}{}: {}, {} of {} tasks done, {}", plan_.name,
                            options_.run_id.empty() ? "" : " ", options_.run_id,
                            state, model_.terminal_count(), model_.task_count(),
                            format_elapsed(now_));
    if (auto n = model_.failure_count(); n > 0)
      text += fmt::format(", {} failed", n);
    if (auto rest = model_.remaining(now_);
        rest && *rest >= std::chrono::seconds(1) && !model_.stopping())
      text += fmt::format(", about {} left", format_elapsed(*rest));
    text += session_text();
    line(text);
  }

  void add_approvals() {
    auto gates = model_.asked_gates();
    if (gates.empty())
      return;
    title("APPROVAL ASKED");
    for (auto x : gates) {
      const auto& g = model_.gate(x.value);
      auto message = approval_message(model_, x.value);
      line(fmt::format("- gate {}{}{} ({}, {}{})", plan_.gates[x.value].name,
                       message.empty() ? "" : ": ", message,
                       approvers_text(model_, x.value),
                       g.rounds > 1 ? fmt::format("round {}, ", g.rounds) : "",
                       elapsed_since(*g.asked_at)));
      for (const auto& y : g.verdicts)
        if (y.round == g.rounds)
          line(fmt::format("  > {} by {}{}{}", to_string(y.verdict), y.who,
                           y.comment.empty() ? "" : ": ", y.comment));
      if (!asks_person(model_, x.value))
        continue;
      line("  > " + approve_command(model_, x.value, options_.run_id));
      if (plan_.gates[x.value].rework.present)
        line("  > " + changes_command(model_, x.value, options_.run_id));
    }
  }

  void add_rework() {
    const auto& all = model_.reworks();
    bool any = false;
    for (const auto& x : all) {
      if (!goes_on(model_, x))
        continue;
      if (!std::exchange(any, true))
        title("REWORK");
      line(fmt::format("- gate {}, round {}: {} {} done again ({}){}{}",
                       plan_.gates[x.gate.value].name, x.round,
                       names_text(plan_, x.tasks),
                       x.tasks.size() == 1 ? "is" : "are", elapsed_since(x.at),
                       x.text.empty() ? "" : ": ", x.text));
    }
  }

  void add_running() {
    auto xs = model_.in_progress(options_.limit);
    if (xs.empty())
      return;
    title("IN PROGRESS - PARALLEL");
    for (auto x : xs)
      add_running(x);
    and_more(model_.in_progress_count(), xs.size());
  }

  void add_running(task_id x) {
    const auto& t = model_.task(x.value);
    std::string notes;
    auto note = [&notes](std::string_view text) {
      notes += notes.empty() ? "" : ", ";
      notes += text;
    };
    if (t.percent >= 0)
      note(fmt::format("{}% complete", t.percent));
    if (t.state == task_state::integrating)
      note("integrating");
    if (auto what = attempt_text(model_, x.value); !what.empty())
      note(what);
    if (auto n = t.backlog.size(); n > 0)
      note(fmt::format("{} queued", n));
    note(format_elapsed(model_.task_busy(x.value, now_)));
    if (auto node = node_of(model_, x.value); !node.empty())
      note("on " + node);
    line(fmt::format("- {}{} ({})", by(t.agent), plan_.tasks[x.value].name,
                     notes));
    if (!t.waits_since)
      return;
    auto inside = model_.wait_of({node_kind::task, x.value}, names_max);
    line(fmt::format("  > waits inside for {}, {}",
                     awaited_text(model_, inside, names_max),
                     elapsed_since(*t.waits_since)));
  }

  void add_pending() {
    auto xs = model_.pending(options_.limit);
    auto gates = model_.waiting_gates(options_.limit);
    if (xs.empty() && gates.empty())
      return;
    title("HANDOFF PENDING");
    for (const auto& x : xs)
      add_wait(x);
    and_more(model_.pending_count(), xs.size());
    for (const auto& x : gates)
      add_wait(x);
  }

  void add_wait(const wait& x) {
    auto is_task = x.waiter.kind == node_kind::task;
    auto integrates = is_task
                   && model_.task(x.waiter.index).state
                          == task_state::waiting_to_integrate;
    line(fmt::format("- {}{}{} {}, {}", is_task ? by(x.agent) : "",
                     is_task ? "" : "gate ", name_of(plan_, x.waiter),
                     integrates ? integrate_text(model_, x, names_max)
                                : "needs " + awaited_text(model_, x, names_max),
                     elapsed_since(x.since)));
    for (const auto& y : x.on)
      if (y.active && y.why == wait_for::end && y.of.kind == node_kind::task
          && y.agent.valid())
        add_work(y);
    if (!is_task || !x.agent.valid())
      return;
    if (auto other = meanwhile_text(model_, x.agent, names_max); !other.empty())
      line(fmt::format("  > {} continues {}", agent_name(plan_, x.agent),
                       other));
  }

  void add_work(const awaited& x) {
    const auto& t = model_.task(x.of.index);
    if (!t.busy_now)
      return;
    line(fmt::format("  > {} is working on {}{}", agent_name(plan_, x.agent),
                     plan_.tasks[x.of.index].name,
                     t.percent >= 0 ? fmt::format(" ({}%)", t.percent) : ""));
  }

  void add_requests() {
    auto xs = model_.open_requests(options_.limit);
    if (xs.empty())
      return;
    title("OPEN REQUESTS");
    for (auto n : xs) {
      const auto& r = model_.requests()[n - 1];
      line(fmt::format(
          "- {} of {} to {}: {} ({}{})", n, plan_.tasks[r.from.value].name,
          agent_name(plan_, r.to), r.text,
          !r.taken ? ""
          : r.batch_size > 1
              ? fmt::format("worked on, {} together, ", r.batch_size)
              : "worked on, ",
          elapsed_since(r.made_at)));
    }
    and_more(model_.open_request_count(), xs.size());
  }

  void add_queued() {
    auto xs = model_.backlogs(options_.limit);
    if (xs.empty())
      return;
    title("QUEUED");
    for (auto x : xs) {
      std::vector<task_id> triggers;
      for (const auto& y : model_.task(x.value).backlog)
        triggers.push_back(y.from);
      line(fmt::format("- {} is to run for {}", plan_.tasks[x.value].name,
                       names_text(plan_, triggers)));
    }
  }

  void add_paused() {
    auto xs = model_.paused(options_.limit);
    if (xs.empty())
      return;
    title("PAUSED");
    for (auto x : xs)
      line(fmt::format("- {}{}, until `tutti resume {}`",
                       by(model_.task(x.value).agent),
                       plan_.tasks[x.value].name, plan_.tasks[x.value].name));
  }

  void add_services() {
    if (plan_.services.empty())
      return;
    title("SERVICES");
    for (std::size_t i = 0; i < plan_.services.size(); ++i) {
      const auto& s = model_.service(i);
      line(fmt::format(
          "- {}: {}, {}{}{}{}", plan_.services[i].name, to_string(s.state),
          elapsed_since(s.since),
          s.restarts > 0 ? fmt::format(", restarts: {}", s.restarts) : "",
          s.text.empty() ? "" : ": ", s.text));
    }
  }

  void add_nodes() {
    const auto& nodes = model_.nodes().nodes();
    auto lacking = model_.unplaced();
    const auto& address = options_.join_address;
    if (!model_.nodes().is_spread() && lacking.empty() && address.empty())
      return;
    title("NODES");
    if (!options_.awaited_nodes.empty())
      line("- the run has not begun; still to join: " + options_.awaited_nodes);
    if (!address.empty())
      line("- others join at " + address);
    for (auto x : lacking)
      line(fmt::format("- {} has no node: {}", agent_name(plan_, x),
                       unplaced_text(model_, x)));
    auto order = nodes_by_name(model_);
    order.resize(std::min<std::size_t>(order.size(), options_.limit));
    for (auto i : order)
      line(fmt::format("- {}", node_line(model_, i, now_)));
    and_more(nodes.size(), std::min<std::size_t>(nodes.size(), options_.limit));
  }

  void add_completed() {
    auto xs = model_.completed(options_.completed);
    if (xs.empty())
      return;
    title("COMPLETED");
    for (auto x : xs) {
      const auto& t = model_.task(x.value);
      auto is_good = t.state == task_state::succeeded;
      line(fmt::format(
          "- {}{} ({}{}{}{}{})", by(t.agent), plan_.tasks[x.value].name,
          is_good ? std::string_view{} : to_string(t.state),
          is_good ? "" : ", ", format_duration(t.busy),
          t.version > 1 && plan_.tasks[x.value].kind == task_kind::work
              ? fmt::format(", version {}", t.version)
              : "",
          model_.is_kept(x.value) ? ", kept" : ""));
    }
    and_more(model_.terminal_count(), xs.size());
  }

  const run_model& model_;
  const plan& plan_;
  duration now_;
  const status_options& options_;
  std::string out_;
};

} // namespace

std::string status_text(const run_model& m, duration now,
                        const status_options& options) {
  return status(m, now, options).text();
}

} // namespace tutti::report
