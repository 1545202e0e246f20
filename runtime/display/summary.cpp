// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/summary.hpp"

#include "messages/error.hpp"
#include "runtime/display/reasons.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/report_text.hpp"
#include "runtime/report/wait_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace tutti::display {

namespace {

using report::agent_name;
using report::run_model;

constexpr std::size_t failures_max = 20;
constexpr std::size_t log_lines_max = 10;
constexpr std::size_t others_max = 20;
constexpr std::size_t names_max = 8;
constexpr std::size_t log_columns_max = 400;

class summary {
public:
  summary(const run_model& m, const report::run_report& made,
          const report::report_options& options, const traits& can)
    : model_(m), plan_(m.plan()), made_(made), options_(options), traits_(can) {
  }

  /// `whole`: with all of the blame.
  std::string text(std::size_t columns, bool whole) {
    columns_ = std::max<std::size_t>(columns, 20);
    add_failures(false);
    add_failures(true);
    add_without_run(task_state::skipped, "SKIPPED");
    add_without_run(task_state::cancelled, "CANCELLED");
    add_closed_gates();
    add_waiting();
    add_requests(made_);
    add_stale(made_);
    add_warnings();
    if (!out_.empty())
      out_ += '\n';
    // Of a run that was lost nobody knows how long it took.
    if (model_.ended() || whole) {
      report::text_options wanted;
      wanted.columns = std::min<std::size_t>(columns_, whole ? 120 : 100);
      wanted.unicode = traits_.unicode;
      wanted.whole = whole;
      out_ += note_lines(report::to_text(made_, wanted), traits_) + '\n';
    }
    add_end();
    return std::move(out_);
  }

private:
  void line(const styled_line& x) {
    out_ += x.render(traits_, columns_ - 1) + '\n';
  }
  // Paths and reasons are not cut: they are there to be copied.
  void whole_line(const styled_line& x) {
    out_ += x.render(traits_, std::string::npos) + '\n';
  }
  void title(std::string_view text, std::size_t count, style how) {
    if (!out_.empty())
      out_ += '\n';
    line(styled_line(fmt::format("{} {}", text, count), how));
  }
  void and_more(std::size_t total, std::size_t shown) {
    if (total > shown)
      line(
          styled_line(fmt::format("  and {} more", total - shown), style::dim));
  }

  void add_failures(bool allowed) {
    std::vector<task_id> xs;
    for (auto x : model_.failures())
      if (plan_.tasks[x.value].allow_failure == allowed
          && is_failure(model_.task(x.value).state))
        xs.push_back(x);
    if (xs.empty())
      return;
    title(allowed ? "ALLOWED TO FAIL" : "FAILED", xs.size(),
          allowed ? style::yellow : style::red);
    auto shown = std::min(xs.size(), failures_max);
    for (std::size_t i = 0; i < shown; ++i)
      add_failure(xs[i], allowed ? 0 : log_lines_max);
    and_more(xs.size(), shown);
  }

  void add_failure(task_id x, std::size_t log_lines) {
    const auto& t = model_.task(x.value);
    auto reason = failure_reason(model_, x.value);
    if (t.attempts > 0)
      reason += fmt::format(" after {}", report::format_duration(t.busy));
    if (t.tries > 1)
      reason += fmt::format(", {} attempts", t.tries);
    styled_line head("  ");
    head.add(plan_.tasks[x.value].name, style::bold);
    if (t.agent.valid())
      head.add(fmt::format(" ({})", agent_name(plan_, t.agent)));
    whole_line(head.add(": ").add(reason));
    if (!t.details || t.details->log.empty())
      return;
    if (log_lines > 0)
      for (const auto& y : last_lines(t.details->log, log_lines, traits_))
        out_ += styled_line("    | ", style::dim)
                    .add(y)
                    .render(traits_, log_columns_max)
              + '\n';
    add_log(t);
  }

  void add_log(const report::task_record& t) {
    if (t.details && !t.details->log.empty())
      whole_line(styled_line("    log: ", style::dim).add(t.details->log));
  }

  // A review that was cancelled because the gate was decided without it.
  bool is_needless(std::size_t i) const {
    const auto& x = plan_.tasks[i];
    if (x.kind != task_kind::review
        || model_.task(i).state != task_state::cancelled)
      return false;
    auto gate = model_.gate(x.review_of.value).state;
    return gate == gate_state::open || gate == gate_state::rejected;
  }

  std::size_t needless_reviews() const {
    std::size_t result = 0;
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i)
      result += is_needless(i);
    return result;
  }

  void add_without_run(task_state state, std::string_view name) {
    auto total = model_.count(state);
    if (state == task_state::cancelled)
      total -= needless_reviews();
    if (total == 0)
      return;
    title(name, total, style::yellow);
    std::size_t shown = 0;
    for (std::size_t i = 0; i < plan_.tasks.size() && shown < others_max; ++i) {
      const auto& t = model_.task(i);
      if (t.state != state || plan_.tasks[i].kind == task_kind::requests
          || is_needless(i))
        continue;
      ++shown;
      auto why = state == task_state::cancelled
                   ? cancel_cause(model_)
                   : cause_text(model_, t.cause_kind, t.cause);
      styled_line x("  ");
      x.add(plan_.tasks[i].name);
      if (t.attempts > 0)
        x.add(fmt::format(" after {}", report::format_duration(t.busy)));
      if (!why.empty())
        x.add(fmt::format(" ({})", why), style::dim);
      whole_line(x);
      add_log(t);
    }
    and_more(total, shown);
  }

  static std::string rejection_text(const report::gate_record& g) {
    if (!g.reason.empty() || g.verdicts.empty())
      return g.reason;
    const auto& x = g.verdicts.back();
    return fmt::format("by {}{}{}", x.who, x.comment.empty() ? "" : ": ",
                       x.comment);
  }

  // What was asked in vain.
  void add_requests(const report::run_report& made) {
    auto in_vain = [](const report::request_row& x) {
      return x.status != "answered";
    };
    auto total = static_cast<std::size_t>(
        std::count_if(made.requests.begin(), made.requests.end(), in_vain));
    total += made.refused_count;
    if (total == 0)
      return;
    title("REQUESTS NOT ANSWERED", total, style::yellow);
    std::size_t shown = 0;
    for (const auto& x : made.requests)
      if (in_vain(x) && shown < others_max) {
        ++shown;
        whole_line(
            styled_line(fmt::format("  request {} of {} to {}: {} ({})",
                                    x.number, x.from, x.to, x.text, x.status)));
      }
    for (const auto& x : made.refused)
      if (shown < others_max) {
        ++shown;
        whole_line(
            styled_line(fmt::format("  of {} to {}: {}", x.from, x.to, x.why)));
      }
    and_more(total, shown);
  }

  // Tasks off the path of a rework, made of what has been replaced (§18).
  void add_stale(const report::run_report& made) {
    if (made.stale.empty())
      return;
    title("STALE", made.stale.size(), style::yellow);
    auto shown = std::min(made.stale.size(), others_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& x = made.stale[i];
      whole_line(styled_line(
          fmt::format("  {} is made of version {} of {}, which has version {}",
                      x.task, x.has, x.producer, x.latest)));
    }
    and_more(made.stale.size(), shown);
  }

  void add_closed_gates() {
    for (std::size_t i = 0; i < plan_.gates.size(); ++i) {
      const auto& g = model_.gate(i);
      auto is_rejected = g.state == gate_state::rejected;
      if (g.state != gate_state::closed && !is_rejected)
        continue;
      auto why = is_rejected ? rejection_text(g)
               : plan_.gates[i].closed_by_skip
                   ? std::string("--skip leaves out what it needs")
                   : cause_text(model_, g.cause_kind, g.cause);
      whole_line(styled_line(
          fmt::format("gate {} is {}{}{}", plan_.gates[i].name,
                      to_string(g.state), why.empty() ? "" : ": ", why),
          is_rejected ? style::red : style::yellow));
    }
  }

  // Rule 7: a run that ends before its tasks says for what they wait.
  void add_waiting() {
    auto total = model_.task_count() - model_.terminal_count();
    if (!model_.ended() || total == 0)
      return;
    title("NOT DONE", total, style::yellow);
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < plan_.tasks.size() && shown < others_max;
         ++i) {
      const auto& t = model_.task(i);
      if (is_terminal(t.state) || plan_.tasks[i].kind == task_kind::requests)
        continue;
      ++shown;
      styled_line x("  ");
      x.add(plan_.tasks[i].name).add(what_is_left(i, t));
      whole_line(x);
      add_log(t);
    }
    and_more(total, shown);
  }

  static std::string moment(duration x) {
    return x == duration{0} ? "the start" : report::format_duration(x);
  }

  // Why a task that is not done is not.
  std::string what_is_left(std::uint32_t i,
                           const report::task_record& t) const {
    if (t.state == task_state::waiting) {
      auto x = model_.wait_of({node_kind::task, i}, names_max);
      return fmt::format(" waits for {}, since {}",
                         awaited_text(model_, x, names_max), moment(x.since));
    }
    if (auto lacks = missing_node(i, t); !lacks.empty())
      return lacks;
    if (auto lacks = missing_slot(t); !lacks.empty())
      return fmt::format(" is {}{}", to_string(t.state), lacks);
    if (t.lost && !is_terminal(t.state))
      return " was lost: tutti was gone";
    if (t.attempts > 0 && t.state == task_state::ready) {
      auto why =
          failure_reason(plan_.tasks[i], t.end, t.exit_code, t.details.get());
      auto is_over = t.end == attempt_end::stopped;
      return fmt::format("{}{} after {}{}", is_over ? " " : ": ", why,
                         report::format_duration(t.busy),
                         is_over ? "" : ", another attempt is left");
    }
    return t.state == task_state::ready
             ? " was ready and not started"
             : fmt::format(" is {}", to_string(t.state));
  }

  // What a ready task lacks of a node.
  std::string missing_node(std::uint32_t i,
                           const report::task_record& t) const {
    if (t.state != task_state::ready)
      return {};
    auto x = model_.wait_of({node_kind::task, i}, names_max);
    if (x.on.empty() || x.on.front().why < report::wait_for::place)
      return {};
    return fmt::format(" waits for {}, since {}",
                       awaited_text(model_, x, names_max), moment(x.since));
  }

  // Tasks that left something behind, however they ended.
  void add_warnings() {
    std::vector<std::pair<std::size_t, std::string>> xs;
    std::size_t total = 0;
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
      const auto& t = model_.task(i);
      auto what = warning_text(t.end, t.details.get());
      if (what.empty())
        continue;
      ++total;
      if (xs.size() < others_max)
        xs.emplace_back(i, std::move(what));
    }
    if (total == 0)
      return;
    title("WARNINGS", total, style::yellow);
    for (const auto& [i, what] : xs) {
      const auto& t = model_.task(i);
      styled_line x("  ");
      x.add(plan_.tasks[i].name);
      if (t.agent.valid())
        x.add(fmt::format(" ({})", agent_name(plan_, t.agent)));
      whole_line(x.add(": ").add(what));
      add_log(t);
    }
    and_more(total, xs.size());
  }

  // The one thing that a ready task of a run that waits can lack.
  std::string missing_slot(const report::task_record& t) const {
    if (model_.status() != run_status::waiting || !t.ready_at)
      return {};
    auto agent = t.agent.valid() ? plan_.agents[t.agent.value].name
                                 : std::string("its agents");
    auto is_held = std::any_of(
        model_.failures().begin(), model_.failures().end(), [&](task_id x) {
          return model_.task(x.value).end == attempt_end::unkillable
              && !model_.is_kept(x.value);
        });
    return fmt::format(
        " since {}, and waits for a slot of {}{}", moment(*t.ready_at), agent,
        is_held ? ": what could not be killed still holds it" : "");
  }

  void add_end() {
    std::string counts;
    for (auto x :
         {task_state::succeeded, task_state::failed, task_state::timed_out,
          task_state::error, task_state::skipped, task_state::left_out,
          task_state::cancelled}) {
      auto n = model_.count(x);
      if (x == task_state::cancelled)
        n -= needless_reviews();
      if (n > 0)
        counts += fmt::format(", {} {}", n, to_string(x));
    }
    if (auto n = model_.task_count() - model_.terminal_count(); n > 0)
      counts += fmt::format(", {} not done", n);
    if (auto n = model_.late_results(); n > 0)
      counts += fmt::format(", {} late and ignored", n);
    auto code = model_.exit_code();
    auto status = model_.ended()   ? to_string(model_.status())
                : options_.is_live ? std::string_view{"goes on"}
                                   : std::string_view{"not ended"};
    auto is_good = model_.ended() && code == 0;
    styled_line x(plan_.name, style::bold);
    x.add(" ").add(status, is_good ? style::green : style::red).add(counts);
    whole_line(x);
    // A run that was lost is a fault of the program (semantics §27).
    if (options_.is_live && !model_.ended())
      return;
    if (!model_.ended())
      code = static_cast<int>(tutti::exit_code::internal);
    // What ends so has a journal that is whole: somebody else has the nodes.
    bool is_superseded =
        model_.ended() && code == static_cast<int>(tutti::exit_code::journal);
    if (code != 0)
      whole_line(styled_line(fmt::format(
          "exit code {}: {}", code,
          is_superseded ? "its nodes follow another orchestrator of this run: "
                          "the run goes on there"
                        : to_string(static_cast<tutti::exit_code>(code)))));
    auto goes_on = !model_.ended()
                || (model_.status() == run_status::stopped && !is_superseded)
                || model_.status() == run_status::waiting;
    if (goes_on && !options_.resume_command.empty())
      whole_line(
          styled_line("to go on: ").add(options_.resume_command, style::bold));
  }

  const run_model& model_;
  const plan& plan_;
  const report::run_report& made_;
  const report::report_options& options_;
  const traits& traits_;
  std::size_t columns_ = 80;
  std::string out_;
};

} // namespace

std::string summary_text(const report::run_model& m,
                         const report::report_options& options,
                         const traits& can, std::size_t columns) {
  return summary(m, make_report(m, options), options, can).text(columns, false);
}

std::string report_text(const report::run_model& m,
                        const report::run_report& made,
                        const report::report_options& options,
                        const traits& can, std::size_t columns) {
  return summary(m, made, options, can).text(columns, true);
}

std::vector<std::string> last_lines(const std::string& path, std::size_t count,
                                    const traits& can) {
  constexpr std::streamoff window = 16 * 1024;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  auto size = in ? static_cast<std::streamoff>(in.tellg()) : 0;
  if (size <= 0)
    return {};
  auto bytes = std::min(size, window);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  in.seekg(size - bytes);
  in.read(text.data(), bytes);
  text.resize(static_cast<std::size_t>(in.gcount()));
  std::vector<std::string> result;
  std::string_view rest = text;
  while (!rest.empty() && result.size() < count) {
    auto begin = rest.rfind('\n');
    auto raw = begin == std::string_view::npos ? rest : rest.substr(begin + 1);
    if (auto x = neutral(raw, can);
        x.find_first_not_of(' ') != std::string::npos)
      result.push_back(std::move(x));
    rest = rest.substr(0, begin == std::string_view::npos ? 0 : begin);
  }
  std::reverse(result.begin(), result.end());
  return result;
}

std::string note_lines(std::string_view text, const traits& can) {
  std::string result;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    result += neutral(text.substr(0, end), can) + '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

} // namespace tutti::display
