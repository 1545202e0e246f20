// SPDX-License-Identifier: BSD-3-Clause
// Connections, the handshake, leases.
#include "runtime/cluster/gateway_core.hpp"

#include "messages/assert.hpp"
#include "runtime/artifacts/digest.hpp"
#include "runtime/cluster/sound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::cluster {

namespace {

/// An orchestrator that takes a connection and says nothing is left again.
constexpr duration greeting_max = std::chrono::seconds(10);

/// Why it cannot take part is said again after so long.
constexpr duration told_again = std::chrono::minutes(5);

/// Times that make sense, whatever the peer says.
bool are_times(const welcome& x) {
  static constexpr duration most = std::chrono::hours(24 * 365);
  auto fits = [](duration y) {
    return y >= duration::zero() && y <= most;
  };
  return fits(x.every) && fits(x.lease) && fits(x.keep) && fits(x.grace)
      && x.every > duration::zero() && x.lease > duration::zero();
}

} // namespace

gateway_core::gateway_core(gateway_options options,
                           std::shared_ptr<transport> net, gateway_ports& ports)
  : options_(std::move(options)), net_(std::move(net)), ports_(ports),
    wait_(options_.retry_first) {
}

void gateway_core::begin(duration now) {
  if (!net_)
    return finish({exit_code::environment, "it cannot connect to anything"});
  connect(now);
}

void gateway_core::note(const std::string& x) const {
  if (options_.note)
    options_.note(x);
}

/// While it tries: the same words only now and then.
void gateway_core::note_failure(const std::string& x, duration now) {
  if (x == failure_ && now < failure_at_ + told_again)
    return;
  note(x);
  failure_ = x;
  failure_at_ = now;
}

// -- connections --------------------------------------------------------------

void gateway_core::connect(duration now) {
  stage_ = stage::greeting;
  greeted_ = now;
  is_open_ = false;
  connection_ = net_->connect(options_.host, options_.port);
}

void gateway_core::retry(duration now) {
  stage_ = stage::seeking;
  // An orchestrator that is back finds it before its lease is over.
  auto most = lease_ ? std::clamp(times_.lease / 2, options_.retry_first,
                                  options_.retry_max)
                     : options_.retry_max;
  retry_at_ = now + std::min(wait_, most);
  wait_ = std::min(wait_ * 2, most);
}

void gateway_core::cut(duration now) {
  if (connection_ != 0)
    net_->close(connection_);
  connection_ = 0;
  is_open_ = false;
  welcome_.reset();
  if (after_ == after::ready)
    after_ = after::nothing;
  if (stage_ != stage::done)
    retry(now);
}

void gateway_core::fail(const std::string& why, duration now) {
  if (stage_ == stage::present)
    note(fmt::format("lost the orchestrator ({}), and goes on", why));
  else
    note_failure(
        fmt::format("the connection to the orchestrator was closed: {}", why),
        now);
  cut(now);
}

void gateway_core::send(const frame_content& x) {
  if (is_open_)
    net_->send(connection_, encode(x));
}

void gateway_core::on(const net_opened& x, duration now) {
  if (x.connection != connection_)
    return;
  is_open_ = true;
  greeted_ = now;
  say_hello();
}

void gateway_core::on(const net_closed& x, duration now) {
  if (x.connection != connection_)
    return;
  connection_ = 0;
  const auto& why = x.how.why;
  if (stage_ == stage::present)
    note(fmt::format("lost the orchestrator ({}), and goes on", why));
  else if (!x.how.remedy.empty() && !run_) // what it works on counts for more
    return finish({exit_code::environment,
                   fmt::format("{}:{} cannot be joined: {}; {}", options_.host,
                               options_.port, why, x.how.remedy)});
  else
    note_failure(fmt::format("{}:{} cannot be reached ({}), and is tried again",
                             options_.host, options_.port, why),
                 now);
  cut(now);
}

void gateway_core::on(const net_arrived& x, duration now) {
  if (x.connection != connection_)
    return;
  auto content = decode(x.frame);
  if (!content)
    return fail(content.error().detail, now);
  hear(std::move(*content), now);
}

void gateway_core::say_hello() {
  hello x;
  x.name = options_.name;
  x.version = options_.version;
  x.incarnation = options_.incarnation;
  x.labels = options_.labels;
  x.slots = options_.slots;
  if (run_) {
    x.run_id = run_->run.run_id;
    if (run_->has_plan)
      x.plan = run_->digest;
    x.link = run_->link;
    x.received = run_->in.received();
  }
  if (known_)
    x.known = *known_;
  send(x);
}

void gateway_core::hear(frame_content x, duration now) {
  if (auto* y = std::get_if<welcome>(&x))
    return take(*y, now);
  if (auto* y = std::get_if<refused>(&x))
    return take(*y, now);
  if (auto* y = std::get_if<goodbye>(&x))
    return take(*y, now);
  if (stage_ != stage::clearing && stage_ != stage::present)
    return fail("it spoke out of turn", now);
  if (auto* y = std::get_if<heartbeat>(&x)) {
    lease_->answer(y->number, y->acknowledged, now);
    return send(heartbeat_ack{y->number});
  }
  if (stage_ == stage::clearing)
    return fail("it spoke out of turn", now);
  if (auto* y = std::get_if<plan_part>(&x))
    return take(std::move(*y), now);
  if (auto* y = std::get_if<secret_values>(&x)) {
    if (!run_->has_plan)
      run_->run.secrets = std::move(y->values);
    return;
  }
  if (!run_->has_plan)
    return fail("it sent no plan", now);
  if (auto* y = std::get_if<batch>(&x))
    return take(*y, now);
  if (auto* y = std::get_if<acknowledgement>(&x)) {
    bool was_sent = run_->out.acknowledged(*y, [this](const to_hub& z) {
      acknowledged(z);
    });
    return was_sent ? flush() : fail("it acknowledged what is not known", now);
  }
  if (auto* y = std::get_if<chunk_wanted>(&x))
    return ports_.to_files(std::move(*y));
  if (auto* y = std::get_if<chunk>(&x))
    return ports_.to_files(std::move(*y));
  fail("it said what only a node says", now);
}

// -- handshake ----------------------------------------------------------------

void gateway_core::take(const welcome& x, duration now) {
  if (stage_ != stage::greeting || !are_times(x))
    return fail("it spoke out of turn", now);
  if (is_last_)
    return cut(now); // it is about to go
  bool is_alive = lease_ && lease_->is_alive(now);
  auto decision = choose(known_, is_alive, x.epoch);
  if (decision != allegiance::follow)
    return turn_down(decision, now);
  known_ = x.epoch;
  net_->admit(connection_);
  times_ = {x.every, x.lease, x.keep, x.grace};
  if (x.resumed)
    return resume(x, now);
  lease_.emplace(times_, greeted_);
  lease_->welcomed(greeted_, now);
  start_afresh(x, now);
}

/// §32
void gateway_core::turn_down(allegiance x, duration now) {
  bool is_final = x == allegiance::never;
  note(is_final ? "another orchestrator of this run was turned away: it is a "
                  "copy, or an earlier one"
                : "another orchestrator was turned away, for the one that is "
                  "followed may be alive");
  send(refused{"it follows another orchestrator", is_final, true});
  cut(now);
}

void gateway_core::resume(const welcome& x, duration now) {
  bool fits = run_ && run_->link != 0 && run_->link == x.link
           && run_->run.run_id == x.run_id && run_->out.resume(x.received);
  if (!fits || after_ != after::nothing)
    return fail("it goes on with a link that is not known", now);
  lease_->welcomed(greeted_, now);
  note("is back with the orchestrator");
  say_ready();
}

/// All but what is kept is ended first.
void gateway_core::start_afresh(const welcome& x, duration now) {
  stage_ = stage::clearing;
  if (run_) {
    bool is_same = run_->run.run_id == x.run_id && run_->has_plan
                && run_->digest == x.plan && after_ == after::nothing;
    auto kept = is_same ? x.kept : std::vector<agent_address>{};
    for (auto& [who, s] : run_->seats)
      if (std::find(kept.begin(), kept.end(), who) == kept.end())
        end_seat(who, s);
    if (is_same) {
      relink(kept);
      run_->link = x.link;
      revoke_unbegun(now);
    } else {
      run_->link = 0;
    }
  }
  welcome_ = x;
  after_ = after::ready;
  settle();
}

/// Everything that may not be alive is not.
void gateway_core::begin_membership() {
  const auto& x = *welcome_;
  if (run_ && run_->link == x.link)
    return;
  if (run_)
    ports_.end_run();
  run_.emplace();
  run_->run.run_id = x.run_id;
  run_->digest = x.plan;
  run_->link = x.link;
  note(fmt::format("takes part in run {}", x.run_id));
}

void gateway_core::say_ready() {
  stage_ = stage::present;
  wait_ = options_.retry_first;
  failure_.clear();
  run_->plan.clear(); // it comes again, whole
  ready told;
  told.has_plan = run_->has_plan;
  if (std::exchange(welcome_, std::nullopt)) {
    told.keeps = keeps();
    told.holds = holds();
  }
  send(told);
  send(acknowledgement{run_->in.received(), parts_under_way_max});
  ports_.flush_soon();
}

void gateway_core::take(plan_part x, duration now) {
  auto& m = *run_;
  if (m.has_plan)
    return;
  if (x.size_bytes > plan_bytes_max
      || m.plan.size() + x.bytes.size() > x.size_bytes)
    return fail("its plan is too large", now);
  m.plan += x.bytes;
  if (m.plan.size() < x.size_bytes)
    return;
  auto bytes = std::exchange(m.plan, {});
  artifacts::digest sum;
  sum.add(bytes.data(), bytes.size());
  plan work;
  if (sum.finish() != m.digest || !decode(bytes, work))
    return fail("its plan is not whole", now);
  work.directory = options_.directory;
  m.run.work = std::make_shared<const plan>(std::move(work));
  m.has_plan = true;
  if (auto mistake = ports_.begin_run(m.run); !mistake.empty())
    on(leave_cluster{std::move(mistake)});
}

void gateway_core::take(const goodbye& x, duration now) {
  if (stage_ != stage::clearing && stage_ != stage::present)
    return cut(now);
  bool is_drained = x.what == parting::drained;
  note(is_drained ? "was drained" : "the run is over");
  is_last_ = is_last_ || is_drained || options_.once;
  end_ = {exit_code::ok, is_drained ? "it was drained" : "the run is over"};
  cut(now);
  known_.reset();
  lease_.reset();
  end_all(after::end_run);
}

void gateway_core::take(const refused& x, duration now) {
  cut(now);
  auto what = fmt::format("was turned away: {}", x.why);
  if (!x.final)
    return note_failure(what, now);
  is_last_ = true;
  end_ = {exit_code::environment, std::move(what)};
  end_all(after::end_run);
}

// -- ends ---------------------------------------------------------------------

void gateway_core::on(const leave_cluster& x) {
  if (stage_ == stage::done)
    return;
  end_ = {x.is_broken ? exit_code::internal : exit_code::ok, x.why};
  is_last_ = true;
  flush();
  if (x.is_broken) { // none of these hears how its processes ended
    revoked_.clear();
    if (run_)
      run_->seats.clear();
  }
  end_all(after::leave);
}

void gateway_core::finish(gateway_end x) {
  if (connection_ != 0)
    net_->close(connection_);
  connection_ = 0;
  is_open_ = false;
  stage_ = stage::done;
  ports_.done(x);
}

void gateway_core::on_time(duration now) {
  if (stage_ == stage::done)
    return;
  if (stage_ == stage::greeting && now >= greeted_ + greeting_max)
    fail("it does not answer", now);
  bool is_connected = stage_ == stage::clearing || stage_ == stage::present;
  if (is_connected && lease_->is_silent(now))
    fail("it is silent", now);
  if (after_ == after::ready && !revoked_.empty() && now >= revoked_until())
    end_silent_seats();
  if (run_ && lease_ && lease_->is_over(now) && after_ == after::nothing) {
    note("has waited long enough for the orchestrator: what it worked on is "
         "ended");
    known_.reset();
    lease_.reset();
    end_all(after::end_run);
  }
  if (stage_ == stage::seeking && now >= retry_at_ && after_ != after::leave
      && !is_last_)
    connect(now);
}

std::optional<duration> gateway_core::next_due() const {
  std::optional<duration> result;
  auto at = [&result](duration x) {
    result = result ? std::min(*result, x) : x;
  };
  if (stage_ == stage::seeking && after_ != after::leave && !is_last_)
    at(retry_at_);
  if (stage_ == stage::greeting)
    at(greeted_ + greeting_max);
  if (stage_ == stage::clearing || stage_ == stage::present)
    at(lease_->silent_at());
  if (after_ == after::ready && !revoked_.empty())
    at(revoked_until());
  if (run_ && lease_ && after_ == after::nothing)
    at(lease_->over_at());
  return result;
}

} // namespace tutti::cluster
