// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_frame.hpp"
#include "runtime/display/display.hpp"
#include "runtime/display/events.hpp"
#include "runtime/display/live_region.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/display/summary.hpp"
#include "runtime/display/text_width.hpp"

#include <algorithm>
#include <utility>

namespace tutti::display {

namespace {

// Only what a user must not miss is printed for good while the run goes on. The
// board shows the rest, and the summary repeats the failures with their last
// lines.
class board final : public display {
public:
  board(std::unique_ptr<output> to, const traits& can, display_options options)
    : output_(std::move(to)), traits_(can), options_(std::move(options)),
      region_(*output_) {
    events_.set_compact();
  }

  void update(const report::run_model& m, const fact& fresh) override {
    if (is_kept(fresh))
      for (const auto& x : events_.lines(m, fresh))
        above_ += x.render(traits_, std::string::npos) + '\n';
  }

  void refresh(const report::run_model& m, duration now) override {
    auto size = output_->size();
    bool room = !prompt_.empty() && size.rows > 2;
    if (room)
      --size.rows;
    auto lines = board_frame(
        m, now, {size, traits_, options_.report.run_id, options_.join_address});
    if (room)
      lines.push_back(prompt_line());
    region_.draw(std::move(lines), std::exchange(above_, {}));
  }

  void prompt(std::string_view text) override {
    prompt_ = text;
  }

  void note(std::string_view text) override {
    region_.print(std::exchange(above_, {}) + note_lines(text, traits_));
  }

  void suspend() override {
    region_.clear();
    if (!above_.empty())
      output_->write(std::exchange(above_, {}));
  }

  void resume() override {
    region_.forget();
  }

  void finish(const report::run_model& m) override {
    region_.clear();
    output_->write(std::exchange(above_, {})
                   + summary_text(m, options_.report, traits_, columns()));
  }

private:
  // Where it does not fit its end is shown: that is where one types.
  std::string prompt_line() const {
    auto text = neutral(prompt_, traits_);
    text = last_columns(text, columns() - 1, traits_.unicode);
    return styled_line{text, style::bold}.render(traits_, columns() - 1);
  }

  std::size_t columns() const {
    return static_cast<std::size_t>(std::max(output_->size().columns, 20));
  }

  std::unique_ptr<output> output_;
  traits traits_;
  display_options options_;
  live_region region_;
  event_lines events_;
  std::string prompt_; ///< empty: nobody is asked
  std::string above_;  ///< lines to print for good at the next redraw
};

} // namespace

display::~display() = default;

void display::prompt(std::string_view) {
  // Nobody types into a stream.
}

void display::suspend() {
  // Nothing to take back.
}

void display::resume() {
  // Nothing to draw anew.
}

std::unique_ptr<display> make_board(std::unique_ptr<output> to,
                                    const traits& can,
                                    display_options options) {
  return std::make_unique<board>(std::move(to), can, std::move(options));
}

std::unique_ptr<display> make_display(int fd, const terminal_options& terminal,
                                      display_options options) {
  auto can = detect(fd, terminal);
  auto to = make_fd_output(fd);
  return can.animate && !options.quiet
           ? make_board(std::move(to), can, std::move(options))
           : make_stream(std::move(to), can, std::move(options));
}

} // namespace tutti::display
