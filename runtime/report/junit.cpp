// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/junit.hpp"

#include "runtime/report/slices.hpp"
#include "runtime/report/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t log_bytes_max = 64 * 1024;

std::string seconds(duration x) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(x).count());
}

/// What a case comes to.
enum class outcome { passed, failure, error, skipped };

struct suite {
  std::string name;
  std::vector<std::uint32_t> tasks;
};

struct counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  duration time{0};

  void add(const counts& x) {
    tests += x.tests;
    failures += x.failures;
    errors += x.errors;
    skipped += x.skipped;
    time += x.time;
  }
  [[nodiscard]] std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                       "skipped=\"{}\" time=\"{}\"",
                       tests, failures, errors, skipped, seconds(time));
  }
};

class junit_writer {
public:
  junit_writer(const run_model& m, const run_report& x, const log_reader& log)
    : plan_(m.plan()), report_(x), log_(log), slices_(m) {
  }

  std::string write() {
    counts all;
    for (const auto& x : suites())
      all.add(add_suite(x));
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<testsuites name=\"{}\" {}>\n",
                       xml_text(plan_.name), all.attributes())
         + out_ + "</testsuites>\n";
  }

private:
  std::vector<suite> suites() const {
    std::vector<suite> result(plan_.phases.size() + 1);
    result[0].name = plan_.name;
    for (std::size_t i = 0; i < plan_.phases.size(); ++i)
      result[i + 1].name = plan_.phases[i].name;
    for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i) {
      if (plan_.tasks[i].kind == task_kind::requests)
        continue;
      auto phase = plan_.tasks[i].phase;
      result[phase.valid() ? phase.value + 1 : 0].tasks.push_back(i);
    }
    std::erase_if(result, [](const suite& x) {
      return x.tasks.empty();
    });
    return result;
  }

  outcome outcome_of(std::uint32_t i) const {
    switch (report_.tasks[i].status) {
    case task_state::succeeded:
      return outcome::passed;
    case task_state::failed:
    case task_state::timed_out:
      return plan_.tasks[i].allow_failure ? outcome::skipped : outcome::failure;
    case task_state::error:
      return plan_.tasks[i].allow_failure ? outcome::skipped : outcome::error;
    default:
      return outcome::skipped;
    }
  }

  counts add_suite(const suite& x) {
    counts n;
    std::string cases;
    for (auto i : x.tasks) {
      auto what = outcome_of(i);
      ++n.tests;
      n.failures += what == outcome::failure;
      n.errors += what == outcome::error;
      n.skipped += what == outcome::skipped;
      n.time += report_.tasks[i].run + report_.tasks[i].integrate;
      add_case(cases, x, i, what);
    }
    fmt::format_to(std::back_inserter(out_),
                   "  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n",
                   xml_text(x.name), n.attributes(), cases);
    return n;
  }

  void add_case(std::string& out, const suite& in, std::uint32_t i,
                outcome what) {
    const auto& row = report_.tasks[i];
    fmt::format_to(std::back_inserter(out),
                   "    <testcase name=\"{}\" classname=\"{}\" time=\"{}\"",
                   xml_text(row.name), xml_text(in.name),
                   seconds(row.run + row.integrate));
    std::string inside;
    if (report_.nodes.is_spread && !row.nodes.empty())
      inside +=
          fmt::format("      <properties><property name=\"nodes\" "
                      "value=\"{}\"/></properties>\n",
                      xml_text(fmt::format("{}", fmt::join(row.nodes, " "))));
    if (what == outcome::failure || what == outcome::error)
      add_problem(inside, what == outcome::failure ? "failure" : "error", i);
    else if (what == outcome::skipped)
      inside += fmt::format("      <skipped message=\"{}\"/>\n",
                            xml_text(why_skipped(row)));
    add_earlier(inside, i, what);
    if (what == outcome::failure || what == outcome::error)
      add_log(inside, row);
    out +=
        inside.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", inside);
  }

  static std::string message_of(const task_row& row) {
    if (row.details && !row.details->message.empty())
      return row.details->message;
    auto text = std::string(to_string(row.status));
    return row.exit_code ? fmt::format("{}, exit code {}", text, *row.exit_code)
                         : text;
  }

  static std::string why_skipped(const task_row& row) {
    if (is_failure(row.status))
      return "allowed to fail: " + message_of(row);
    return is_terminal(row.status)
             ? std::string(to_string(row.status))
             : fmt::format("not done: {}", to_string(row.status));
  }

  void add_problem(std::string& out, std::string_view element,
                   std::uint32_t i) const {
    const auto& row = report_.tasks[i];
    fmt::format_to(std::back_inserter(out),
                   "      <{} message=\"{}\" type=\"{}\"/>\n", element,
                   xml_text(message_of(row)), to_string(row.status));
  }

  /// Attempts of the same phase and version before its last one there.
  void add_earlier(std::string& out, std::uint32_t i, outcome what) const {
    const auto& own = slices_.of_task(i);
    for (std::size_t k = 0; k < own.size(); ++k) {
      const auto& x = slices_[own[k]];
      bool task_fault =
          x.how == attempt_end::failure || x.how == attempt_end::timed_out;
      if (!x.is_last
          || (!task_fault && x.how != attempt_end::system_error
              && x.how != attempt_end::node_lost))
        continue;
      bool is_retried = k + 1 < own.size()
                     && slices_[own[k + 1]].version == x.version
                     && slices_[own[k + 1]].phase == x.phase;
      if (!is_retried)
        continue;
      auto element =
          fmt::format("{}{}", what == outcome::passed ? "flaky" : "rerun",
                      task_fault ? "Failure" : "Error");
      fmt::format_to(std::back_inserter(out),
                     "      <{} message=\"attempt {}: {}\" type=\"{}\"/>\n",
                     element, x.attempt, to_string(x.how), to_string(x.how));
    }
  }

  void add_log(std::string& out, const task_row& row) const {
    if (!row.details || row.details->log.empty() || !log_)
      return;
    auto text = log_(row.details->log, log_bytes_max);
    if (text.empty())
      return;
    if (text.size() >= log_bytes_max) // from the first whole line on
      text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    out += fmt::format("      <system-out>{}</system-out>\n", xml_text(text));
  }

  const plan& plan_;
  const run_report& report_;
  const log_reader& log_;
  slice_table slices_;
  std::string out_;
};

} // namespace

std::string to_junit(const run_model& m, const run_report& x,
                     const log_reader& log) {
  return junit_writer(m, x, log).write();
}

} // namespace tutti::report
