// SPDX-License-Identifier: BSD-3-Clause
// The nodes of a pattern, for their conductor: starts or reaches them, gives
// each its part, and hears of all what they have counted.
#pragma once

#include "runtime/cluster/certificates.hpp"
#include "runtime/stress/conductor.hpp"
#include "runtime/stress/node_process.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>

namespace tutti::stress {

/// What it calls itself, and who connects to a node.
inline constexpr const char* conductor_name = "conductor";

/// The conductor's thread, but where something else is said. It outlives the
/// actor system, in which its lines are.
class crew : public company {
public:
  /// `goes_on`: asked some times a second while it waits.
  crew(const settings& how, arena& in, std::function<bool()> goes_on);
  ~crew() override;

  /// Until all nodes are there. False: `trouble` says why not, or it is to
  /// stop.
  [[nodiscard]] bool open(caf::actor_system& system);
  [[nodiscard]] std::vector<std::shared_ptr<line>> lines() const;
  /// Until the actors of all are there, who may speak to those of `here`.
  [[nodiscard]] bool begin_parts(const pattern& here);

  [[nodiscard]] std::size_t sources() const override;
  void begin(const round& x) override;
  void stop() override;
  [[nodiscard]] bool is_lost() override;

  /// Behind a round: what all have counted in it is there, but of who is lost.
  /// Else, where it came to no end, once `settle` is over.
  void gather(bool is_over);
  /// Adds it.
  void add_to(outcome& x) const;
  /// Ends all parts, and adds what they have sent and received: of a node that
  /// is lost what it has acknowledged, and what came from it.
  void settle(ledger& to, std::chrono::milliseconds most);
  /// Nothing is said to the nodes any more, and what was started ends.
  /// Idempotent.
  void end();

  /// Who is lost, and why; empty: nobody.
  [[nodiscard]] std::string trouble();

private:
  struct member {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    std::optional<node_process> process;
    std::shared_ptr<line> to;
    bool up = false;
    bool ready = false;
    std::optional<clock_told> clock;
    std::optional<round_told> round;
    std::optional<accounts_told> accounts;
    std::int64_t watched_ns = 0; ///< from when on its silence counts
    bool lost = false;
    bool has_gone = false; ///< by itself
    std::string why;
    std::uint64_t pauses = 0; ///< of ours, before the round
  };

  bool start_nodes();
  bool find_nodes();
  /// How much the clocks of nodes on other machines are ahead.
  bool compare_clocks();
  void told(std::size_t i, envelope_content& x); ///< a line's actor
  void lose(std::size_t i, const std::string& why, bool has_gone);
  static void fall_silent(member& x);
  void end_process(member& x);
  /// Until all that are not lost are like that; false: one is lost, or takes
  /// longer, which is to be lost, or `may_stop` and it is to stop.
  template <class Is>
  bool wait_for(std::chrono::milliseconds most, Is is, bool may_stop = false);
  template <class T>
  void tell(const T& x);

  const settings& how_;
  arena& in_;
  std::function<bool()> goes_on_;
  cluster::credentials identity_;
  std::mutex mutex_; ///< of what members are told by lines
  std::condition_variable changed_;
  std::vector<std::unique_ptr<member>> members_;
  bool measured_ = false; ///< the last round
  bool ending_ = false;
  std::int64_t looked_ns_ = 0;
  std::int64_t clock_error_ns_ = 0; ///< of the clock that is known worst
};

} // namespace tutti::stress
