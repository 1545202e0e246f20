// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/display.hpp"
#include "runtime/display/events.hpp"
#include "runtime/display/summary.hpp"

#include <algorithm>
#include <limits>

namespace tutti::display {

namespace {

// A line of a log is not cut: whoever reads it may search for its end.
constexpr auto no_limit = std::numeric_limits<std::size_t>::max();

class stream final : public display {
public:
  stream(std::unique_ptr<output> to, const traits& can, display_options options)
    : output_(std::move(to)), traits_(can), options_(std::move(options)) {
  }

  void update(const report::run_model& m,
              std::span<const fact> fresh) override {
    std::string out;
    for (const auto& x : fresh) {
      auto failed = is_task_failure(m, x);
      if (options_.quiet && !failed)
        continue;
      if (auto line = events_.line(m, x, options_.verbose))
        out += line->render(traits_, no_limit) + '\n';
      if (failed && traits_.github)
        out += annotation(m, x);
    }
    if (!out.empty())
      output_->write(out);
  }

  void refresh(const report::run_model&, duration) override {
    // Nothing moves in a stream.
  }

  void note(std::string_view text) override {
    output_->write(note_lines(text, traits_));
  }

  void finish(const report::run_model& m) override {
    auto columns = std::clamp(output_->size().columns, 20, 100);
    output_->write(summary_text(m, options_.report, traits_,
                                static_cast<std::size_t>(columns)));
  }

private:
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
    auto reason = x.kind == fact_kind::task_timed_out
                    ? std::string("timed out before it started")
                    : failure_reason(task, x.end, x.exit_code, x.details.get());
    return std::string(task.allow_failure ? "::warning" : "::error") + " title="
         + task.name + " failed::" + escaped(neutral(reason, traits_)) + '\n';
  }

  std::unique_ptr<output> output_;
  traits traits_;
  display_options options_;
  event_lines events_;
};

} // namespace

std::unique_ptr<display> make_stream(std::unique_ptr<output> to,
                                     const traits& can,
                                     display_options options) {
  return std::make_unique<stream>(std::move(to), can, std::move(options));
}

} // namespace tutti::display
