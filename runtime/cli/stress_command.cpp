// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/cli/stop_signals.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/display/live_region.hpp"
#include "runtime/display/text_width.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/session/run_nodes.hpp"
#include "runtime/stress/conduct.hpp"
#include "runtime/stress/conduct_live.hpp"
#include "runtime/stress/node.hpp"
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>
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

std::string certificates_of(const stress_options& options) {
  return options.certificates.empty()
           ? cluster::certificates_directory(state_directory_of(""))
           : options.certificates;
}

/// Started by the conductor of `--nodes`: it says where it listens, and ends
/// with it.
int be_own_node(const stress_options& options) {
  stress::node_options mine;
  mine.identity = stress::read_node_credentials();
  mine.host = "127.0.0.1";
  mine.how = options.settings;
  mine.once = true;
  mine.listens = [](std::uint16_t port) {
    static_cast<void>(print_data(fmt::format("127.0.0.1:{}\n", port)));
  };
  mine.goes_on = [] {
    return true;
  };
  mine.note = [](const std::string&) {};
  if (auto e = stress::be_node(mine))
    return fail(*e);
  return 0;
}

/// A node for who comes, one after the other.
int serve(const stress_options& options) {
  auto where = session::read_host_port(options.serve, true);
  if (!where)
    return fail(where.error());
  auto folder = certificates_of(options);
  auto identity = cluster::orchestrator_credentials(folder, std::time(nullptr));
  if (!identity)
    return fail(identity.error());
  stop_signals signals;
  stress::node_options mine;
  mine.identity = std::move(*identity);
  mine.host = where->host;
  mine.port = where->port;
  mine.how = options.settings;
  mine.listens = [&](std::uint16_t port) {
    note(fmt::format("there: tutti stress PATTERN --connect {} --certs DIR "
                     "--name NAME; here 'tutti certs issue NAME --out DIR "
                     "--certs {}' makes the folder DIR for it",
                     session::join_address(where->host, port), folder));
  };
  mine.goes_on = goes_on;
  mine.note = [](const std::string& what) {
    note(what);
  };
  if (auto e = stress::be_node(mine))
    return fail(*e);
  return stop_code();
}

std::string machine_name() {
  std::array<char, 256> text{};
  ::gethostname(text.data(), text.size() - 1);
  return text.data();
}

/// What is shown to nodes on other machines.
std::optional<error> load_identity(const stress_options& options,
                                   stress::settings& into) {
  auto x = cluster::node_credentials(
      certificates_of(options),
      options.own_name.empty() ? machine_name() : options.own_name,
      std::time(nullptr));
  if (!x)
    return x.error();
  into.identity = std::make_shared<const cluster::credentials>(std::move(*x));
  return {};
}

} // namespace

int stress_command(const stress_options& options) {
  if (options.list)
    return print_data(stress::pattern_list());
  if (!options.serve.empty())
    return options.certificates == "-" ? be_own_node(options) : serve(options);
  if (auto e = cannot_write_data(options.json_file))
    return fail(*e);
  auto how = options.settings;
  if (!how.connect.empty())
    if (auto e = load_identity(options, how))
      return fail(*e);
  std::unique_ptr<process::supervisor> processes;
  if (how.pattern->kind == stress::pattern_kind::run) {
    auto forked = process::supervisor::fork_now(); // there is one thread yet
    if (!forked)
      return fail(forked.error());
    processes = std::move(*forked);
  }
  stop_signals signals;
  live_line line{how};
  stress::watcher watch{goes_on, [&line](const auto& now) {
                          line.show(now);
                        }};
  auto x = processes ? stress::conduct_live(how, watch, *processes)
                     : stress::conduct(how, watch);
  line.clear();
  if (x.cannot_begin)
    return fail({exit_code::environment, x.trouble});
  if (int code = print(options, x); code != 0)
    return code;
  if (!x.whole())
    return fail({exit_code::internal, what_is_wrong(x)});
  return x.stopped ? stop_code() : 0;
}

} // namespace tutti::cli
