// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/node.hpp"

#include "runtime/stress/conductor.hpp"
#include "runtime/stress/line.hpp"
#include "runtime/stress/machine.hpp"
#include "runtime/stress/node_process.hpp"
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>

namespace tutti::stress {

namespace {

using namespace std::chrono_literals;

constexpr auto glance = 100ms;

/// What a node is, and its part with one conductor after the other.
class node : public company {
public:
  explicit node(const node_options& options)
    : options_(options), how_(options.how), stage_(options.how) {
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() override {
    if (who_)
      who_->end();
    if (line_)
      line_->close();
    line_ = nullptr;
    stage_.system.await_all_actors_done();
  }

  /// The error says why it cannot listen.
  std::optional<error> open() {
    line_options mine;
    mine.tls.identity = options_.identity;
    mine.name = "node";
    mine.start = [&](cluster::tls_transport& net) -> std::optional<error> {
      auto at = net.listen(options_.host, options_.port);
      if (!at)
        return at.error();
      options_.listens(*at);
      return {};
    };
    mine.up = [this] {
      options_.note("a conductor has come");
    };
    mine.told = [this](envelope_content& x) {
      hear(x);
    };
    mine.over = [this](const std::string& why) {
      lose(why);
    };
    mine.refused = [this](const std::string& who, const std::string& why) {
      options_.note(fmt::format("{} was refused: {}",
                                who.empty() ? "somebody" : who, why));
    };
    auto made = line::open(stage_.system, std::move(mine));
    if (!made)
      return made.error();
    line_ = std::move(*made);
    return {};
  }

  /// All of one conductor's part, from its coming to its going.
  void play() {
    while (auto x = next())
      std::visit(
          [this](auto& y) {
            on(y);
          },
          *x);
  }

  /// Behind it. False: its actors cannot be ended.
  [[nodiscard]] bool be_ready() {
    if (who_ && !who_->end(patience))
      return false;
    {
      std::lock_guard lock{mutex_};
      who_.reset();
      in_.reset();
      words_.clear();
      stops_ = settles_ = over_ = false;
    }
    how_ = options_.how;
    line_->again();
    return true;
  }

  [[nodiscard]] bool is_lost() override {
    std::lock_guard lock{mutex_};
    return over_ || settles_;
  }

private:
  // -- the line's actor -------------------------------------------------------

  void hear(envelope_content& x) {
    std::lock_guard lock{mutex_};
    if (const auto* o = std::get_if<round_order>(&x); o && who_) {
      // Before anything of the round comes.
      stops_ = false;
      in_->begin(who_->sources().size(), o->measured);
    }
    stops_ = stops_ || std::holds_alternative<round_stops>(x);
    settles_ = settles_ || std::holds_alternative<tell_accounts>(x);
    words_.push_back(std::move(x));
    wake();
  }
  void lose(const std::string& why) {
    options_.note("the conductor has gone: " + why);
    std::lock_guard lock{mutex_};
    over_ = true;
    wake();
  }
  void wake() {
    changed_.notify_all();
    if (in_)
      in_->nudge();
  }

  // -- its own thread ---------------------------------------------------------

  std::optional<envelope_content> next() {
    std::unique_lock lock{mutex_};
    while (words_.empty()) {
      if (over_ || !options_.goes_on())
        return {};
      changed_.wait_for(lock, glance);
      show();
    }
    auto result = std::move(words_.front());
    words_.pop_front();
    return result;
  }
  /// How far it is, and that it is there.
  void show() {
    if (in_)
      line_->put({0, node_progress{in_->handled()}});
  }

  void on(part_begins& x) {
    part_ready answer;
    if (who_ || !take(x)) {
      answer.why = "it was given a part that there is not";
    } else {
      auto in = std::make_unique<arena>(seat_count(how_));
      auto who = make_pattern({stage_.system, *in, how_, x.node, {line_}});
      line_->seat(who->by_place());
      std::lock_guard lock{mutex_};
      in_ = std::move(in);
      who_ = std::move(who);
    }
    line_->put({0, std::move(answer)});
  }
  bool take(const part_begins& x) {
    how_.pattern = find_pattern(x.pattern);
    how_.actors = x.actors;
    how_.payload_bytes = x.payload_bytes;
    how_.nodes = x.nodes;
    if (x.rate > 0)
      how_.rate = x.rate;
    return how_.pattern != nullptr && has(how_.pattern->takes, knob::nodes)
        && x.actors <= how_.pattern->actors_max && x.node >= 1
        && x.node <= x.nodes && x.nodes <= nodes_max
        && x.actors >= actors_min(*how_.pattern, x.nodes);
  }

  void on(const round_order& x) {
    if (!who_)
      return;
    reset_peak();
    cpu_ = cpu_used();
    operations_ = who_->operations();
    pauses_ = line_->pauses();
    if (who_->sources().empty())
      return;
    watcher watch{[this] {
                    std::lock_guard lock{mutex_};
                    return !stops_ && options_.goes_on();
                  },
                  [this](const watcher::state&) {
                    show();
                  }};
    round mine;
    if (x.count > 0)
      mine.count = x.count;
    mine.measured = x.measured;
    conductor lead{*in_, *who_, how_, watch, this, true};
    if (!lead.play(mine).lost)
      line_->put({0, sources_over{}});
  }
  void on(const tell_round&) {
    if (!who_)
      return;
    auto used = cpu_used();
    round_told x;
    x.operations = who_->operations() - operations_;
    x.handled = in_->handled();
    x.pauses = line_->pauses() - pauses_;
    x.cpu_user = used.user - cpu_.user;
    x.cpu_system = used.system - cpu_.system;
    x.peak_bytes = peak_bytes();
    x.times = in_->take_times().parts();
    line_->put({0, std::move(x)});
  }
  void on(const tell_accounts&) {
    if (!who_ || !who_->end(patience))
      return;
    ledger book;
    who_->add_to(book);
    line_->put({0, accounts_told{book.accounts(), book.corrupted()}});
  }
  void on(const ask_clock&) {
    line_->put({0, clock_told{now_ns(), boot_id()}});
  }
  /// What is said at once, or by nodes only.
  template <class T>
  void on(const T&) {
  }

  const node_options& options_;
  settings how_;
  stage stage_;
  std::unique_ptr<arena> in_;
  std::unique_ptr<pattern> who_;
  std::shared_ptr<line> line_;
  cpu_times cpu_;
  std::uint64_t operations_ = 0;
  std::uint64_t pauses_ = 0;

  std::mutex mutex_; ///< of what the line's actor tells
  std::condition_variable changed_;
  std::deque<envelope_content> words_;
  bool stops_ = false;
  bool settles_ = false;
  bool over_ = false;
};

} // namespace

std::optional<error> be_node(const node_options& options) {
  node one{options};
  if (auto failed = one.open())
    return failed;
  one.play();
  while (!options.once && options.goes_on()) {
    if (!one.be_ready())
      return error{exit_code::internal, "actors of a pattern do not end"};
    one.play();
  }
  return {};
}

std::string node_input(const cluster::credentials& x) {
  return nlohmann::json{{"name", x.name},
                        {"authority", x.authority},
                        {"certificate", x.certificate},
                        {"key", x.key}}
      .dump();
}

cluster::credentials read_node_credentials() {
  auto x = nlohmann::json::parse(read_node_input());
  return {x.at("name"), x.at("authority"), x.at("certificate"), x.at("key")};
}

} // namespace tutti::stress
