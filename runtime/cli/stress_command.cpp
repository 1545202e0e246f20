// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/stop_signals.hpp"
#include "runtime/display/live_region.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/stress/conduct.hpp"
#include "runtime/stress/conduct_live.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tutti::cli {

namespace {

/// How it goes, in one line of the terminal; nothing where there is none.
class live_line {
public:
  explicit live_line(const stress::settings& how)
    : how_(how), can_(display::detect(STDERR_FILENO, {})),
      output_(display::make_fd_output(STDERR_FILENO)), region_(*output_) {
  }

  void show(const stress::watcher::state& now) {
    if (!can_.animate)
      return;
    if (now.warming != last_.warming)
      last_ = {0, duration{0}, now.warming};
    auto span = std::chrono::duration<double>(now.elapsed - last_.elapsed);
    if (span.count() <= 0)
      return;
    auto rate =
        static_cast<double>(now.messages - last_.messages) / span.count();
    last_ = now;
    auto columns =
        static_cast<std::size_t>(std::max(output_->size().columns - 1, 1));
    region_.draw({display::truncate(stress::progress_text(how_, now, rate),
                                    columns, can_.unicode)});
  }
  void clear() {
    if (can_.animate)
      region_.clear();
  }

private:
  const stress::settings& how_;
  display::traits can_;
  std::unique_ptr<display::output> output_;
  display::live_region region_;
  stress::watcher::state last_;
};

int print(const stress_options& options, const stress::outcome& x) {
  if (!options.json_file.empty())
    if (int code = write_data(options.json_file, stress::report_json(x));
        code != 0)
      return code;
  return options.json_file == "-" ? 0 : print_data(stress::report_text(x));
}

std::string what_is_wrong(const stress::outcome& x) {
  const auto& l = x.accounts;
  if (!x.trouble.empty())
    return fmt::format("{}; {} of {} messages are missing", x.trouble,
                       l.missing, l.sent);
  return fmt::format("of {} messages {} are missing, {} came twice, {} were "
                     "corrupted; {} senders had others received than sent",
                     l.sent, l.missing, l.surplus, l.corrupted, l.unequal);
}

} // namespace

int stress_command(const stress_options& options) {
  if (options.list)
    return print_data(stress::pattern_list());
  if (auto e = cannot_write_data(options.json_file))
    return fail(*e);
  std::unique_ptr<process::supervisor> processes;
  if (options.settings.pattern->kind == stress::pattern_kind::run) {
    auto forked = process::supervisor::fork_now(); // there is one thread yet
    if (!forked)
      return fail(forked.error());
    processes = std::move(*forked);
  }
  stop_signals signals;
  live_line line{options.settings};
  stress::watcher watch{goes_on, [&line](const auto& now) {
                          line.show(now);
                        }};
  auto x = processes ? stress::conduct_live(options.settings, watch, *processes)
                     : stress::conduct(options.settings, watch);
  line.clear();
  if (int code = print(options, x); code != 0)
    return code;
  if (!x.whole())
    return fail({exit_code::internal, what_is_wrong(x)});
  return x.stopped ? stop_code() : 0;
}

} // namespace tutti::cli
