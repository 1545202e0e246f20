// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/line.hpp"

#include "runtime/cluster/net_events.hpp"
#include "runtime/cluster/peer_link.hpp"
#include "runtime/cluster/seat_actors.hpp"
#include "runtime/stress/arena.hpp"
#include "runtime/version.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <fmt/format.h>

#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace tutti::stress {

using namespace cluster;

/// To a line's actor, first.
struct line_begins {
  std::shared_ptr<line> of;
  line_options how;
  std::shared_ptr<tls_transport> net;
};

/// To a line's actor: who is where.
struct seating {
  std::vector<player> players;
};

/// To a line's actor: the next one may come.
struct line_again {};

} // namespace tutti::stress

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::stress::line_begins)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::stress::line_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::stress::seating)

namespace tutti::stress {

namespace {

using gate_actor =
    caf::typed_actor<caf::reacts_to<net_opened>, caf::reacts_to<net_arrived>,
                     caf::reacts_to<net_closed>, caf::reacts_to<net_refused>,
                     caf::reacts_to<flush_link>, caf::reacts_to<line_begins>,
                     caf::reacts_to<line_again>, caf::reacts_to<seating>>;

template <class T>
constexpr bool is_for_an_actor =
    std::is_same_v<
        T, load> || std::is_same_v<T, credit> || std::is_same_v<T, source_ends>;

} // namespace

/// Of a line's actor.
class line_state {
public:
  static inline const char* name = "line";

  void on(line_begins& x) {
    of_ = std::move(x.of);
    how_ = std::move(x.how);
    net_ = std::move(x.net);
  }
  void seat(std::vector<player> players) {
    players_ = std::move(players);
  }

  /// True: a flush is due.
  bool on(line_again) {
    over_ = false;
    link_ = {};
    players_.clear();
    auto early = std::exchange(early_, {});
    return !early.empty() && on(net_arrived{at_, std::move(early)});
  }

  void on(const net_opened& x) {
    if (at_ != 0)
      return turn_away(x.connection, "it has a conductor already");
    at_ = x.connection;
    if (how_.asks)
      say_hello();
  }
  /// True: a flush is due.
  bool on(const net_arrived& x) {
    if (x.connection != at_)
      return false;
    of_->heard_ns_.store(now_ns(), std::memory_order_relaxed);
    if (over_) { // it has come before the last one's actors have ended
      early_ = x.frame;
      return false;
    }
    auto content = cluster::decode(x.frame);
    if (!content) {
      end(content.error().detail);
    } else if (link_.is_open()) {
      if (take(*content))
        return link_.flush_is_due();
      end("it said what is no tutti");
    } else if (const auto* h = std::get_if<hello>(&*content)) {
      greet(*h);
      // Something may have been put in already.
      return link_.is_open() && link_.flush_is_due();
    } else if (const auto* r = std::get_if<refused>(&*content)) {
      end("it refuses us: " + r->why);
    } else {
      end("it did not say who it is");
    }
    return false;
  }
  void on(const net_closed& x) {
    if (over_) {
      if (x.connection == at_) {
        at_ = 0;
        early_.clear();
      }
      return;
    }
    // An attempt to connect that failed was never opened.
    if (x.connection == at_ || (how_.asks && at_ == 0))
      end(x.how.remedy.empty() ? x.how.why : x.how.why + ": " + x.how.remedy);
  }
  void on(const net_refused& x) const {
    if (how_.refused)
      how_.refused(x.address, x.why);
  }
  void flush() {
    link_.flush(of_->box_);
    if (!of_->box_.is_full())
      of_->tell_waiting();
  }

private:
  void say_hello() const {
    hello x;
    x.protocol = line_protocol();
    x.name = how_.name;
    x.version = runtime::version();
    net_->send(at_, cluster::encode(frame_content{std::move(x)}));
  }
  /// Why the two cannot play together; empty: they can.
  [[nodiscard]] static std::string mistake_of(const hello& x) {
    if (x.protocol == line_protocol() && x.version == runtime::version())
      return {};
    return fmt::format("{} is tutti {} with version {} of the protocol, and "
                       "the other side is tutti {} with version {}: use the "
                       "same tutti on all machines",
                       x.name, x.version, x.protocol, runtime::version(),
                       line_protocol());
  }
  void greet(const hello& x) {
    if (auto why = mistake_of(x); !why.empty()) {
      if (how_.asks)
        return end(why);
      return turn_away(std::exchange(at_, 0), why);
    }
    net_->admit(at_);
    link_.open(*net_, at_);
    if (!how_.asks)
      say_hello();
    how_.up();
  }
  void turn_away(connection_id who, const std::string& why) const {
    net_->send(who, cluster::encode(frame_content{refused{why, true, false}}));
    net_->close(who);
    if (how_.refused)
      how_.refused({}, why);
  }
  /// Who answers waits for another one, where the two have not met.
  void end(const std::string& why) {
    if (over_)
      return;
    auto at = std::exchange(at_, 0);
    if (at != 0)
      net_->close(at);
    if (!how_.asks && !link_.is_open()) {
      if (how_.refused)
        how_.refused({}, why);
      return;
    }
    over_ = true;
    how_.over(why);
  }
  /// False: no honest peer sends this.
  bool take(const frame_content& content) {
    auto visit = [this](std::string_view bytes) {
      envelope x;
      return decode(bytes, x) && deliver(x);
    };
    return link_.take(content, visit, [this](const envelope& x) {
      if (const auto* y = std::get_if<load>(&x.content))
        of_->note_acknowledged(*y);
    });
  }
  bool deliver(envelope& x) {
    return std::visit(
        [&](auto& y) {
          if constexpr (is_for_an_actor<std::decay_t<decltype(y)>>) {
            if (x.place >= players_.size() || !players_[x.place])
              return false;
            if constexpr (std::is_same_v<std::decay_t<decltype(y)>, load>)
              of_->shift(y, -1);
            caf::anon_send(players_[x.place], std::move(y));
          } else {
            how_.told(x.content);
          }
          return true;
        },
        x.content);
  }

  std::shared_ptr<line> of_;
  line_options how_;
  std::shared_ptr<tls_transport> net_;
  peer_link<envelope> link_;
  std::vector<player> players_;
  connection_id at_ = 0; ///< 0: there is none yet, or not any more
  bool over_ = false;
  std::string early_; ///< of one that has come since
};

namespace {

gate_actor::behavior_type gate(gate_actor::stateful_pointer<line_state> self) {
  return {
      [self](const net_opened& x) {
        self->state.on(x);
      },
      [self](const net_arrived& x) {
        if (self->state.on(x))
          self->send(self, flush_link{});
      },
      [self](const net_closed& x) {
        self->state.on(x);
      },
      [self](const net_refused& x) {
        self->state.on(x);
      },
      [self](flush_link) {
        self->state.flush();
      },
      [self](line_begins& x) {
        self->state.on(x);
      },
      [self](line_again x) {
        if (self->state.on(x))
          self->send(self, flush_link{});
      },
      [self](seating& x) {
        self->state.seat(std::move(x.players));
      },
  };
}

} // namespace

expected<std::shared_ptr<line>> line::open(caf::actor_system& system,
                                           line_options options) {
  auto result = std::make_shared<line>();
  auto own = system.spawn(gate);
  auto made = tls_transport::make(std::move(options.tls), events_to(own));
  if (!made) {
    caf::anon_send_exit(own, caf::exit_reason::user_shutdown);
    return made.error();
  }
  std::shared_ptr<tls_transport> net{std::move(*made)};
  result->gate_ = caf::actor_cast<caf::actor>(own);
  auto start = options.start;
  caf::anon_send(own, line_begins{result, std::move(options), net});
  if (auto failed = start(*net)) {
    result->close();
    return *failed;
  }
  return result;
}

void line::close() {
  caf::anon_send_exit(gate_, caf::exit_reason::user_shutdown);
}

void line::again() {
  std::vector<letter<envelope>> unsent;
  box_.take(unsent);
  {
    std::lock_guard lock{mutex_};
    waiting_.clear();
    acknowledged_.clear();
  }
  caf::anon_send(gate_, line_again{});
}

void line::seat(std::vector<player> players) {
  caf::anon_send(gate_, seating{std::move(players)});
}

void line::put(envelope x) {
  if (auto* y = std::get_if<load>(&x.content))
    shift(*y, 1);
  if (box_.put_anyway(std::move(x)) == posting::first)
    caf::anon_send(gate_, flush_link{});
}

bool line::has_room(const player& who) {
  if (!box_.is_full())
    return true;
  std::lock_guard lock{mutex_};
  if (!box_.is_full()) // meanwhile, and nobody was told
    return true;
  waiting_.push_back(who);
  pauses_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void line::tell_waiting() {
  std::vector<player> all;
  {
    std::lock_guard lock{mutex_};
    all.swap(waiting_);
  }
  for (const auto& x : all)
    caf::anon_send(x, look_again{});
}

void line::note_acknowledged(const load& x) {
  std::lock_guard lock{mutex_};
  if (x.sender >= acknowledged_.size())
    acknowledged_.resize(std::size_t{x.sender} + 1);
  acknowledged_[x.sender].add(x.check);
}

std::vector<tally> line::acknowledged() const {
  std::lock_guard lock{mutex_};
  return acknowledged_;
}

} // namespace tutti::stress
