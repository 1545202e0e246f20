// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/display.hpp"
#include "runtime/display/events.hpp"
#include "runtime/display/reasons.hpp"
#include "runtime/display/summary.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace tutti::display {

namespace {

// A line of a log is not cut: whoever reads it may search for its end.
constexpr auto no_limit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t bytes_max = 64 * 1024; // kept back for one write

class stream final : public display {
public:
  stream(std::unique_ptr<output> to, const traits& can, display_options options)
    : output_(std::move(to)), traits_(can), options_(std::move(options)) {
  }

  void update(const report::run_model& m, const fact& fresh) override {
    auto failed = is_task_failure(fresh);
    if (options_.quiet && !failed)
      return;
    add(events_.lines(m, fresh));
    if (fresh.kind == fact_kind::run_resumed)
      ask_again(m, fresh.at);
    if (failed && traits_.github)
      out_ += annotation(m, fresh);
    if (out_.size() > bytes_max)
      flush();
  }

  void refresh(const report::run_model& m, duration now) override {
    add(events_.rest(m));
    if (!options_.quiet && !m.ended())
      add(events_.lacking(m, now));
    flush();
  }

  void note(std::string_view text) override {
    out_ += note_lines(text, traits_);
    flush();
  }

  void finish(const report::run_model& m) override {
    refresh(m, m.now());
    auto columns = std::clamp(output_->size().columns, 20, 100);
    output_->write(summary_text(m, options_.report, traits_,
                                static_cast<std::size_t>(columns)));
  }

private:
  // Who reads this session has not seen what an earlier one asked (§31).
  void ask_again(const report::run_model& m, duration at) {
    fact asked;
    asked.kind = fact_kind::approval_asked;
    asked.at = at;
    for (auto x : m.asked_gates()) {
      asked.subject = x.value;
      add(events_.lines(m, asked));
    }
  }

  void add(const std::vector<styled_line>& lines) {
    for (const auto& x : lines)
      out_ += x.render(traits_, no_limit) + '\n';
  }

  void flush() {
    if (!out_.empty())
      output_->write(std::exchange(out_, {}));
  }

  // What a task says must not end the annotation or start another one.
  static std::string escaped(std::string_view text) {
    std::string result;
    for (auto c : text) {
      if (c == '%')
        result += "%25";
      else if (c == '\r')
        result += "%0D";
      else if (c == '\n')
        result += "%0A";
      else
        result += c;
    }
    return result;
  }

  std::string annotation(const report::run_model& m, const fact& x) const {
    const auto& task = m.plan().tasks[x.subject];
    auto reason = failure_reason(m, x.subject);
    return std::string(task.allow_failure ? "::warning" : "::error") + " title="
         + task.name + " failed::" + escaped(neutral(reason, traits_)) + '\n';
  }

  std::unique_ptr<output> output_;
  traits traits_;
  display_options options_;
  event_lines events_{options_.report.run_id, options_.verbose};
  std::string out_; ///< not written yet
};

} // namespace

std::unique_ptr<display> make_stream(std::unique_ptr<output> to,
                                     const traits& can,
                                     display_options options) {
  return std::make_unique<stream>(std::move(to), can, std::move(options));
}

} // namespace tutti::display
