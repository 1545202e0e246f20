// SPDX-License-Identifier: BSD-3-Clause
// Two processes, and the ways by which a handoff gets from one to the other.
//
//   link          into the box of a link (runtime/cluster/letter_box.hpp), from
//                 a thread; out of it in one message to an actor for all that
//                 came in a frame
//   link_each     one actor message for each, into the link and out of it
//   basp          CAF's network module, one message a send
//   nats, zeromq  these two, with a client that sends what waits at once: their
//                 messages are bytes, and nothing is told of that they arrived
//
// Links number, acknowledge and bound what is under way, and drop what comes
// twice.
#pragma once

#include "messages/handoff.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tutti::bench {

enum class way : std::uint8_t {
  link,
  link_each,
  basp,
  link_tls,
  basp_tls,
  nats,
  zeromq,
};

inline constexpr std::array ways = {way::link,     way::basp, way::link_each,
                                    way::link_tls, way::nats, way::zeromq,
                                    way::basp_tls};

inline bool has_tls(way x) {
  return x == way::link_tls || x == way::basp_tls;
}

/// The far consumer answers a handoff with this version, and no other.
inline constexpr std::uint32_t answered_version = 2;

/// How many handoffs the far consumer has taken, as far as it has answered.
class tally {
public:
  void confirm(std::uint64_t count) {
    std::lock_guard lock{mutex_};
    count_ = count;
    changed_.notify_all();
  }
  /// False: they were not within `most`.
  bool wait_for(std::uint64_t count, std::chrono::seconds most) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, most, [&] {
      return count_ >= count;
    });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
};

/// Where handoffs come from; `from` numbers them.
class near_side {
public:
  virtual ~near_side() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Until the far side has come.
  virtual void wait() = 0;
  /// False: it was refused, for too much waits already.
  [[nodiscard]] virtual bool send(handoff x) = 0;
};

/// `certificates`: a folder with those of the orchestrator and of `far_name`.
[[nodiscard]] std::unique_ptr<near_side>
make_near(way x, const std::string& certificates, tally& told);

/// Where they go to: goes on until the near side is gone, or it is killed.
void run_far(way x, const std::string& certificates, std::uint16_t port);

/// Whether this machine has what it takes.
[[nodiscard]] bool is_there(way x);

inline constexpr const char* far_name = "far";

// -- each way -----------------------------------------------------------------

[[nodiscard]] std::unique_ptr<near_side>
make_link_near(bool tls, bool each, const std::string& certificates,
               tally& told);
void run_link_far(bool tls, bool each, const std::string& certificates,
                  std::uint16_t port);

[[nodiscard]] std::unique_ptr<near_side>
make_basp_near(bool tls, const std::string& certificates, tally& told);
void run_basp_far(bool tls, const std::string& certificates,
                  std::uint16_t port);

[[nodiscard]] bool has_nats();
[[nodiscard]] std::unique_ptr<near_side> make_nats_near(tally& told);
void run_nats_far(std::uint16_t port);

#ifdef TUTTI_BENCH_ZEROMQ
[[nodiscard]] std::unique_ptr<near_side> make_zeromq_near(tally& told);
void run_zeromq_far(std::uint16_t port);
#endif

/// A handoff as bytes, for who carries nothing else: its number, whether it is
/// answered, and its output.
struct plain_handoff {
  std::uint32_t number = 0;
  std::uint32_t answered = 0;
};

/// As long as the output; `x` stands in its place at the beginning.
inline void write_plain(const handoff& x, std::string& to) {
  plain_handoff head{x.from.value, x.version == answered_version ? 1U : 0U};
  const auto& text = x.outputs().front().value.text;
  auto at = to.size();
  to += text;
  to.replace(at, sizeof(head), reinterpret_cast<const char*>(&head),
             sizeof(head));
}

} // namespace tutti::bench
