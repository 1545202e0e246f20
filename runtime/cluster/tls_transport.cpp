// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/tls_transport.hpp"

#include "runtime/cluster/outbox.hpp"
#include "runtime/cluster/tls_connection.hpp"
#include "runtime/cluster/tls_refusals.hpp"
#include "runtime/cluster/tls_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::cluster {

namespace asio = boost::asio;
using asio::ip::tcp;
using failure = boost::system::error_code;

namespace {

/// Without a descriptor to spare, a connection is tried again after this.
constexpr auto accept_pause = std::chrono::milliseconds(100);
/// How long what was sent has to leave when the transport ends.
constexpr auto end_patience = std::chrono::seconds(1);
/// After it those are told of who were refused and not told of.
constexpr auto refusals_span = std::chrono::seconds(10);
/// What is read from a connection at once.
constexpr std::size_t input_bytes = std::size_t{256} << 10;

using connection_ptr = std::shared_ptr<tls_connection>;

struct door {
  explicit door(asio::io_context& loop) : acceptor(loop), again(loop) {
  }
  tcp::acceptor acceptor;
  asio::steady_timer again;
};

error cannot_listen(const std::string& host, std::uint16_t port,
                    const std::string& why) {
  auto shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return {exit_code::environment,
          fmt::format("cannot listen on {}:{}: {}", shown, port, why)};
}

std::string listen_failure(const failure& why) {
  auto text = failure_text(why);
  if (why == asio::error::address_in_use)
    return text + "; choose another port, or 0 for any that is free";
  if (why == asio::error::access_denied)
    return text + "; choose a port from 1024";
  if (why == boost::system::errc::address_not_available)
    return text + "; name an address of this machine, or 0.0.0.0 for all";
  return text;
}

/// Where to listen, the first that can be. All addresses are those of IPv6,
/// which are those of IPv4, too; or these, on a machine that has no others.
std::vector<tcp::endpoint> places_of(asio::io_context& loop,
                                     const std::string& host,
                                     std::uint16_t port, failure& why) {
  if (host.empty() || host == "::")
    return {{asio::ip::address_v6::any(), port},
            {asio::ip::address_v4::any(), port}};
  std::vector<tcp::endpoint> result;
  for (const auto& x : tcp::resolver{loop}.resolve(host, std::to_string(port),
                                                   tcp::resolver::passive, why))
    result.push_back(x.endpoint());
  return result;
}

/// Opens the first that can be; the failure is that of the last.
failure open_door(tcp::acceptor& x, const std::vector<tcp::endpoint>& places) {
  failure why = asio::error::host_not_found;
  for (const auto& at : places) {
    failure ignored;
    x.close(ignored);
    x.open(at.protocol(), why);
    if (!why)
      keep_from_children(x.native_handle());
    if (!why)
      x.set_option(tcp::acceptor::reuse_address{true}, why);
    if (!why && at.address() == asio::ip::address_v6::any())
      x.set_option(asio::ip::v6_only{false}, why);
    if (!why)
      x.bind(at, why);
    if (!why)
      x.listen(asio::socket_base::max_listen_connections, why);
    if (!why)
      return why;
  }
  return why;
}

} // namespace

/// What has no other thread named runs on the transport's.
struct tls_transport::state : std::enable_shared_from_this<state> {
  state(tls_options x, transport_events to, tls_context_ptr tls)
    : options(std::move(x)), events(std::move(to)), context(std::move(tls)) {
    options.identity.reset(); // the context has it
    with.input.resize(input_bytes);
  }

  void start();                                             // any thread
  connection_id add();                                      // any thread
  std::shared_ptr<outbox> outbox_of(connection_id x) const; // any thread
  connection_ptr find(connection_id x) const;
  void accept(const std::shared_ptr<door>& from);
  void let_in(tcp::socket socket);
  void refuse(refusal x);
  void remove(connection_id x);
  void close_doors();
  void finish();
  void stop_if_done();
  void abandon();
  void join(); // any other thread

  asio::io_context loop{1};
  tls_options options;
  transport_events events;
  tls_context_ptr context;
  tls_refusals refusals{options.refusals_told_max};
  asio::steady_timer refusals_timer{loop};
  connection_surroundings with{loop,
                               options,
                               context.get(),
                               events,
                               {},
                               [this](refusal x) {
                                 refuse(std::move(x));
                               },
                               [this](connection_id x) {
                                 remove(x);
                               },
                               {},
                               {}};
  std::vector<std::shared_ptr<door>> doors;
  std::unordered_map<connection_id, connection_ptr> connections;
  bool finishing = false;
  asio::steady_timer end_timer{loop};
  std::thread thread;

  mutable std::mutex mutex; ///< of the rest
  std::unordered_map<connection_id, std::shared_ptr<outbox>> outboxes;
  connection_id last_id = 0;
};

void tls_transport::state::start() {
  with.transport = weak_from_this();
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread = std::thread{[s = shared_from_this()] {
    auto guard = asio::make_work_guard(s->loop);
    s->loop.run();
  }};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

connection_id tls_transport::state::add() {
  std::lock_guard lock{mutex};
  outboxes.emplace(++last_id, std::make_shared<outbox>());
  return last_id;
}

std::shared_ptr<outbox> tls_transport::state::outbox_of(connection_id x) const {
  std::lock_guard lock{mutex};
  auto i = outboxes.find(x);
  return i == outboxes.end() ? nullptr : i->second;
}

connection_ptr tls_transport::state::find(connection_id x) const {
  auto i = connections.find(x);
  return i == connections.end() ? nullptr : i->second;
}

// -- doors --------------------------------------------------------------------

void tls_transport::state::accept(const std::shared_ptr<door>& from) {
  from->acceptor.async_accept([this, from](failure why, tcp::socket socket) {
    if (finishing)
      return;
    if (!why) {
      let_in(std::move(socket));
      return accept(from);
    }
    // Out of descriptors, most likely: who comes waits in the backlog.
    from->again.expires_after(accept_pause);
    from->again.async_wait([this, from](failure cancelled) {
      if (!cancelled && !finishing)
        accept(from);
    });
  });
}

void tls_transport::state::let_in(tcp::socket socket) {
  failure why;
  auto from = socket.remote_endpoint(why);
  if (why) // it has gone already
    return;
  auto strangers = static_cast<std::size_t>(
      std::count_if(connections.begin(), connections.end(), [](const auto& x) {
        return x.second->is_stranger();
      }));
  if (strangers >= options.strangers_max)
    return refuse({address_text(from), "too many strangers at once"});
  auto id = add();
  auto x = std::make_shared<tls_connection>(with, id, outbox_of(id));
  connections.emplace(id, x);
  x->accept(std::move(socket), address_text(from));
}

void tls_transport::state::refuse(refusal x) {
  if (!refusals.any()) {
    refusals_timer.expires_after(refusals_span);
    refusals_timer.async_wait([this](const failure& cancelled) {
      if (cancelled || finishing)
        return;
      if (auto rest = refusals.sum_up())
        events.refused(rest->address, rest->why);
    });
  }
  if (auto told = refusals.add(std::move(x)))
    events.refused(told->address, told->why);
}

void tls_transport::state::remove(connection_id x) {
  connections.erase(x);
  {
    std::lock_guard lock{mutex};
    outboxes.erase(x);
  }
  stop_if_done();
}

// -- the end ------------------------------------------------------------------

void tls_transport::state::close_doors() {
  finishing = true;
  for (auto& x : doors) {
    failure ignored;
    x->acceptor.close(ignored);
    x->again.cancel();
  }
}

void tls_transport::state::finish() {
  close_doors();
  std::vector<connection_ptr> all;
  for (const auto& [id, x] : connections)
    all.push_back(x);
  for (const auto& x : all)
    x->close();
  end_timer.expires_after(end_patience);
  end_timer.async_wait([this](const failure& cancelled) {
    if (!cancelled)
      loop.stop();
  });
  stop_if_done();
}

void tls_transport::state::stop_if_done() {
  if (finishing && connections.empty())
    loop.stop();
}

/// The end where an event has it: nobody can wait for the thread, which keeps
/// this state.
void tls_transport::state::abandon() {
  close_doors();
  for (const auto& [id, x] : std::exchange(connections, {}))
    x->drop();
  thread.detach();
  loop.stop();
}

void tls_transport::state::join() {
  thread.join();
  for (const auto& [id, x] : std::exchange(connections, {}))
    x->drop();
  doors.clear();
  end_timer.cancel();
  refusals_timer.cancel();
  // What was waited for ends now, and its handlers with it.
  loop.restart();
  loop.poll();
}

// -- any thread ---------------------------------------------------------------

tls_transport::tls_transport(std::shared_ptr<state> x) : state_(std::move(x)) {
}

expected<std::unique_ptr<tls_transport>>
tls_transport::make(tls_options options, transport_events events) {
  tls_context_ptr context;
  if (options.identity) {
    auto made = make_tls_context(*options.identity);
    if (!made)
      return made.error();
    context = std::move(*made);
  }
  auto x = std::make_shared<state>(std::move(options), std::move(events),
                                   std::move(context));
  x->start();
  return std::unique_ptr<tls_transport>{new tls_transport{std::move(x)}};
}

tls_transport::~tls_transport() {
  if (state_->thread.get_id() == std::this_thread::get_id()) {
    state_->abandon();
    return;
  }
  asio::post(state_->loop, [s = state_.get()] {
    s->finish();
  });
  state_->join();
}

expected<std::uint16_t> tls_transport::listen(const std::string& host,
                                              std::uint16_t port) {
  failure why;
  auto places = places_of(state_->loop, host, port, why);
  if (why)
    return cannot_listen(host, port, failure_text(why));
  for (const auto& x : places)
    if (state_->context == nullptr && !x.address().is_loopback())
      return cannot_listen(host, port,
                           "without TLS (--insecure) only this machine is "
                           "listened to: name 127.0.0.1 or ::1");
  auto x = std::make_shared<door>(state_->loop);
  if (auto failed = open_door(x->acceptor, places))
    return cannot_listen(host, port, listen_failure(failed));
  auto at = x->acceptor.local_endpoint(why);
  if (why)
    return cannot_listen(host, port, failure_text(why));
  asio::post(state_->loop, [s = state_.get(), x] {
    s->doors.push_back(x);
    s->accept(x);
  });
  return at.port();
}

connection_id tls_transport::connect(const std::string& host,
                                     std::uint16_t port) {
  auto id = state_->add();
  asio::post(state_->loop, [s = state_.get(), id, host, port] {
    auto x = std::make_shared<tls_connection>(s->with, id, s->outbox_of(id));
    s->connections.emplace(id, x);
    x->connect(host, port);
  });
  return id;
}

void tls_transport::admit(connection_id x) {
  // At once where it is said while a frame arrives: the next one is there.
  asio::dispatch(state_->loop, [s = state_.get(), x] {
    if (auto c = s->find(x))
      c->admit();
  });
}

void tls_transport::send(connection_id x, std::string frame) {
  auto out = state_->outbox_of(x);
  if (!out || !out->push(std::move(frame)))
    return;
  asio::post(state_->loop, [s = state_.get(), x] {
    if (auto c = s->find(x))
      c->wake();
  });
}

std::size_t tls_transport::unsent_bytes(connection_id x) const {
  auto out = state_->outbox_of(x);
  return out ? out->unsent_bytes() : 0;
}

void tls_transport::close(connection_id x) {
  if (auto out = state_->outbox_of(x))
    out->close();
  asio::post(state_->loop, [s = state_.get(), x] {
    if (auto c = s->find(x))
      c->close();
  });
}

} // namespace tutti::cluster
