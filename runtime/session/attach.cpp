// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/attach.hpp"

#include "messages/error.hpp"
#include "runtime/control/client.hpp"
#include "runtime/control/login_name.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/display/display.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/plan_parts.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/process/files.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/session/follow.hpp"
#include "runtime/session/keyboard.hpp"
#include "runtime/session/run_feed.hpp"
#include "runtime/session/signals.hpp"
#include "runtime/session/view_pause.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tutti::session {

namespace {

/// Between two looks at the journal.
constexpr auto look = std::chrono::milliseconds(200);

int refuse(const error& x) {
  fmt::print(stderr, "tutti: {}\n", x.detail);
  return static_cast<int>(x.code);
}

/// How long the run has been going on: it was up for so long before its last
/// session, which began at a wall time.
duration elapsed_of(const journal::journal_info& info) {
  const auto& last = info.sessions.back();
  auto now = std::chrono::nanoseconds{
      std::chrono::system_clock::now().time_since_epoch()};
  return last.at + std::max(duration{0}, duration{now.count() - last.wall_ns});
}

std::vector<std::uint32_t> slots_of(const plan& p,
                                    std::optional<std::uint32_t> jobs) {
  auto local = jobs.value_or(std::max(1u, std::thread::hardware_concurrency()));
  std::vector<std::uint32_t> result;
  for (const auto& a : p.agents)
    result.push_back(a.slots == 0 ? local : a.slots);
  return result;
}

/// Feeds what comes to the journal, on a thread of its own, until the run has
/// ended, is gone, or nobody wants to see more.
class journal_feed {
public:
  journal_feed(journal::journal_reader& reader, const plan& p,
               const attach_options& options, run_feed& feed)
    : reader_(&reader), plan_(&p), options_(&options), feed_(&feed) {
  }
  journal_feed(const journal_feed&) = delete;
  journal_feed& operator=(const journal_feed&) = delete;
  ~journal_feed() {
    done_.open();
    if (thread_.joinable())
      thread_.join();
  }

  void start() {
    thread_ = std::thread{[this] {
      while (look_once() && !done_.wait(look)) {
        // It goes on.
      }
    }};
  }

  /// It was killed; `follow` has said so.
  [[nodiscard]] bool is_killed() const {
    return killed_;
  }

private:
  /// False: nothing more can come.
  bool look_once() {
    // First: it may end while this reads on.
    bool lives =
        control::holder_of(options_->run_path) != control::run_holder::nobody;
    auto more = reader_->more(*plan_);
    if (!more) {
      feed_->lose(more.error().detail);
      return false;
    }
    bool ended = std::any_of(more->begin(), more->end(), [](const auto& f) {
      return f.kind == fact_kind::run_ended;
    });
    if (!more->empty())
      feed_->add(run_facts{std::move(*more)});
    if (ended)
      return false;
    if (!lives) {
      killed_ = true;
      feed_->lose(fmt::format("run {} was killed; go on with it: {}",
                              options_->run_id, options_->resume_command));
    }
    return lives;
  }

  journal::journal_reader* reader_;
  const plan* plan_;
  const attach_options* options_;
  run_feed* feed_;
  latch done_;
  std::atomic<bool> killed_ = false;
  std::thread thread_;
};

std::string_view command_of(verdict x) {
  switch (x) {
  case verdict::approved:
    return "approve";
  case verdict::changes_requested:
    return "request-changes";
  case verdict::rejected:
    return "reject";
  }
  return "reject";
}

/// Brings what is decided at the keyboard to the run, as `tutti approve` does,
/// and says what came of it. The board goes on meanwhile, and whoever leaves
/// waits for no run that does not answer.
class verdict_teller {
public:
  explicit verdict_teller(run_feed& feed) : to_(std::make_shared<listener>()) {
    to_->feed = &feed;
  }
  verdict_teller(const verdict_teller&) = delete;
  verdict_teller& operator=(const verdict_teller&) = delete;
  ~verdict_teller() {
    std::lock_guard lock{to_->mutex};
    to_->feed = nullptr;
  }

  void tell(const plan& p, const attach_options& options,
            const gate_decision& x) {
    control::json request{{"command", command_of(x.verdict)},
                          {"gate", p.gates[x.gate.value].name},
                          {"as", control::login_name()},
                          {"message", x.comment}};
    std::thread{[to = to_, pointer = options.run_path + "/control",
                 request = std::move(request)]() mutable {
      to->note(answer_to(pointer, std::move(request)));
    }}.detach();
  }

private:
  /// Outlives the teller where an answer comes too late.
  struct listener {
    std::mutex mutex;
    run_feed* feed = nullptr;

    void note(const std::string& text) {
      std::lock_guard lock{mutex};
      if (feed != nullptr && !text.empty())
        feed->note("tutti: " + text);
    }
  };

  /// Empty: it is done, and shown as what happens.
  static std::string answer_to(const std::string& pointer,
                               control::json request) {
    constexpr auto patience = std::chrono::seconds(20);
    auto file = process::read_file(pointer, 4096);
    auto path = file.content.substr(0, file.content.find('\n'));
    if (path.empty())
      return "the run takes no verdicts: it has no socket";
    auto said = control::ask(path, std::move(request), patience);
    if (!said)
      return said.error().detail;
    return said->ok ? std::string{} : said->error;
  }

  std::shared_ptr<listener> to_;
};

/// Why the plan does not have the names that the journal speaks of.
std::optional<error> misfit(const journal::plan_changes& changes,
                            const attach_options& options) {
  if (!changes.names_differ)
    return std::nullopt;
  auto what = changes.removed.empty() ? std::string{"it has other names now"}
                                      : fmt::format("it has no '{}' any more",
                                                    changes.removed.front());
  return error{exit_code::bad_plan,
               fmt::format("run {} cannot be shown, for its plan was changed "
                           "since the run began: {}; 'tutti status' shows it "
                           "all the same",
                           options.run_id, what)};
}

} // namespace

int attach(plan p, const attach_options& options) {
  signal_watch signals; // before any thread is made
  auto reader =
      journal::journal_reader::open(journal::journal_path(options.run_path));
  if (!reader)
    return refuse(reader.error());
  auto changes =
      journal::changes_since((*reader)->info(), p, journal::parts_of(p));
  if (auto wrong = misfit(changes, options))
    return refuse(*wrong);
  auto history = (*reader)->facts(p);
  if (!history)
    return refuse(history.error());
  report::report_options told{
      options.run_id, options.jobs,
      options.jobs.value_or(std::max(1u, std::thread::hardware_concurrency())),
      options.resume_command};
  report::run_model model{p, slots_of(p, options.jobs)};
  auto view =
      display::make_display(STDOUT_FILENO, {options.plain, options.no_color},
                            {options.quiet, false, told});
  bool board = !options.quiet
            && display::detect(STDOUT_FILENO, {options.plain, options.no_color})
                   .animate;
  run_feed feed;
  feed.add(run_facts{std::move(*history)});
  keyboard keys{STDIN_FILENO};
  std::atomic<int> left = 0; // by this signal
  journal_feed source{**reader, p, options, feed};
  std::shared_ptr<view_pause> pause; // of the signals' thread
  signals.start({[&](int signal, int) {
                   left = signal;
                   feed.lose(fmt::format("left run {}, which goes on; 'tutti "
                                         "attach {}' shows it again",
                                         options.run_id, options.run_id));
                 },
                 [&] {
                   keys.suspend();
                   pause = pause_view(feed, *view);
                 },
                 [&] {
                   keys.resume();
                   pause->goes_on.open();
                 }});
  if (changes.any())
    view->note(
        "tutti: the plan was changed since the run began: what waits for "
        "what is shown as the file has it now");
  verdict_teller verdicts{feed};
  auto elapsed = elapsed_of((*reader)->info());
  source.start();
  bool whole = follow({feed, model, *view, board ? &keys : nullptr,
                       [&](const gate_decision& x) {
                         verdicts.tell(p, options, x);
                       },
                       elapsed});
  keys.listen(false);
  signals.stop();
  if (whole) {
    view->finish(model);
    return model.exit_code();
  }
  view->suspend(); // what is left of the board goes
  if (left != 0)
    return left == SIGINT ? 0 : 128 + left;
  return static_cast<int>(source.is_killed() ? exit_code::waiting
                                             : exit_code::journal);
}

} // namespace tutti::session
