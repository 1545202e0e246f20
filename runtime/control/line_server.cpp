// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/control/line_server.hpp"

#include "runtime/control/protocol.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::control {

namespace {

namespace asio = boost::asio;
using stream = asio::local::stream_protocol;
using failure = boost::system::error_code;

/// How long clients have at the end to take their answers.
constexpr auto last_moment = std::chrono::seconds(1);
/// Without a descriptor to spare, a connection is tried again after this.
constexpr auto accept_pause = std::chrono::milliseconds(100);

std::size_t half_of_descriptors() {
  constexpr rlim_t most = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return most / 2;
  return std::clamp<rlim_t>(limit.rlim_cur / 2, 8, most);
}

/// Whether the other side is gone altogether, not only done with writing.
bool hung_up(int fd) {
  pollfd x{fd, 0, 0};
  return ::poll(&x, 1, 0) > 0 && (x.revents & (POLLHUP | POLLERR)) != 0;
}

/// A client. `asked` from a request until its answer has been written.
struct connection {
  connection(asio::io_context& loop, stream::socket&& from,
             connection_id number, peer of, const line_handlers* to)
    : socket(std::move(from)), timer(loop), id(number), who(of), handlers(to) {
  }

  stream::socket socket;
  asio::steady_timer timer;
  connection_id id;
  peer who;
  const line_handlers* handlers;
  std::string in;
  std::string out;
  std::array<char, 16 * 1024> chunk{};
  bool reading = false;
  bool input_over = false;
  bool asked = false;
  bool answered = false; ///< and `out` is on its way
  bool last = false;     ///< closed once `out` has been taken
};

using connection_ptr = std::shared_ptr<connection>;

struct socket_file {
  socket_file(asio::io_context& loop, std::string name, line_handlers to)
    : acceptor(loop), again(loop), path(std::move(name)),
      handlers(std::move(to)) {
  }

  stream::acceptor acceptor;
  asio::steady_timer again;
  std::string path;
  line_handlers handlers;
};

} // namespace

/// All but `listen` and `start` run on the server's thread.
struct line_server::state : std::enable_shared_from_this<state> {
  explicit state(const line_limits& x) : limits(x), end_timer(loop) {
    if (limits.connections_max == 0)
      limits.connections_max = half_of_descriptors();
  }

  void accept(socket_file& from);
  void admit(socket_file& from, stream::socket socket);
  void read(const connection_ptr& c);
  void take_in(const connection_ptr& c, const failure& why, std::size_t size);
  void end_of_input(const connection_ptr& c);
  void next_request(const connection_ptr& c);
  void write(const connection_ptr& c, std::string line);
  void watch_patience(const connection_ptr& c);
  void drop(const connection_ptr& c);
  void finish();
  void stop_if_done();

  asio::io_context loop{1};
  line_limits limits;
  std::vector<std::unique_ptr<socket_file>> files;
  std::unordered_map<connection_id, connection_ptr> connections;
  connection_id last_id = 0;
  bool finishing = false;
  asio::steady_timer end_timer;
  std::thread thread;
};

// -- connections --------------------------------------------------------------

void line_server::state::accept(socket_file& from) {
  from.acceptor.async_accept([this, &from](failure why, stream::socket socket) {
    if (finishing)
      return;
    if (!why) {
      admit(from, std::move(socket));
      return accept(from);
    }
    // Out of descriptors, most likely: the client waits in the backlog.
    from.again.expires_after(accept_pause);
    from.again.async_wait([this, &from](failure cancelled) {
      if (!cancelled && !finishing)
        accept(from);
    });
  });
}

void line_server::state::admit(socket_file& from, stream::socket socket) {
  auto who = peer_of(socket.native_handle());
  if (!who)
    return;
  auto c = std::make_shared<connection>(loop, std::move(socket), ++last_id,
                                        *who, &from.handlers);
  connections.emplace(c->id, c);
  if (who->uid != ::getuid()) {
    c->last = true;
    return write(c, refusal(refusal_code::refused,
                            fmt::format("this run belongs to another user ({})",
                                        ::getuid())));
  }
  if (connections.size() > limits.connections_max) {
    c->last = true;
    return write(c, refusal(refusal_code::busy,
                            "too many clients at once; try again later"));
  }
  watch_patience(c);
  read(c);
}

/// What a client says while it waits for an answer is kept, up to one request:
/// so its end is noticed.
void line_server::state::read(const connection_ptr& c) {
  if (c->reading || c->input_over || c->last
      || c->in.size() > limits.line_bytes_max)
    return;
  c->reading = true;
  c->socket.async_read_some(asio::buffer(c->chunk),
                            [this, c](const failure& why, std::size_t size) {
                              c->reading = false;
                              if (connections.contains(c->id))
                                take_in(c, why, size);
                            });
}

void line_server::state::take_in(const connection_ptr& c, const failure& why,
                                 std::size_t size) {
  if (why == asio::error::eof)
    return end_of_input(c);
  if (why)
    return drop(c);
  c->in.append(c->chunk.data(), size);
  next_request(c);
}

/// Some clients close their writing side and then read the answer.
void line_server::state::end_of_input(const connection_ptr& c) {
  c->input_over = true;
  if (!c->asked || hung_up(c->socket.native_handle()))
    return drop(c);
  c->socket.async_wait(stream::socket::wait_error, [this, c](const failure&) {
    if (connections.contains(c->id) && hung_up(c->socket.native_handle()))
      drop(c);
  });
}

void line_server::state::next_request(const connection_ptr& c) {
  if (c->asked)
    return read(c);
  auto end = c->in.find('\n');
  if (std::min(end, c->in.size()) > limits.line_bytes_max) {
    c->last = true;
    c->in = {};
    return write(
        c, refusal(refusal_code::too_large,
                   "a request may have 1 MiB at most; hand on large data as "
                   "an artifact, a file, and not in the request"));
  }
  if (end == std::string::npos)
    return c->input_over ? drop(c) : read(c);
  auto line = c->in.substr(0, end);
  c->in.erase(0, end + 1);
  c->asked = true;
  c->timer.cancel();
  c->handlers->asked(c->id, c->who, std::move(line));
  read(c);
}

void line_server::state::write(const connection_ptr& c, std::string line) {
  c->answered = true;
  c->out = std::move(line);
  c->out += '\n';
  watch_patience(c);
  asio::async_write(c->socket, asio::buffer(c->out),
                    [this, c](const failure& why, std::size_t) {
                      if (!connections.contains(c->id))
                        return;
                      c->out = {};
                      c->asked = c->answered = false;
                      if (why || c->last || finishing)
                        return drop(c);
                      watch_patience(c);
                      next_request(c);
                    });
}

void line_server::state::watch_patience(const connection_ptr& c) {
  c->timer.expires_after(limits.patience);
  c->timer.async_wait([this, c](const failure& cancelled) {
    if (!cancelled && connections.contains(c->id) && (!c->asked || c->answered))
      drop(c);
  });
}

void line_server::state::drop(const connection_ptr& c) {
  if (connections.erase(c->id) == 0)
    return;
  c->timer.cancel();
  failure ignored;
  c->socket.close(ignored);
  if (c->asked && !c->answered)
    c->handlers->gone(c->id);
  stop_if_done();
}

// -- the end ------------------------------------------------------------------

void line_server::state::finish() {
  if (std::exchange(finishing, true))
    return;
  for (auto& x : files) {
    ::unlink(x->path.c_str());
    failure ignored;
    x->acceptor.close(ignored);
    x->again.cancel();
  }
  std::vector<connection_ptr> all;
  for (const auto& [id, c] : connections)
    all.push_back(c);
  for (const auto& c : all) {
    if (c->answered)
      continue; // dropped once its answer is taken
    if (c->asked)
      write(c, refusal(refusal_code::ended, "the run has ended"));
    else
      drop(c);
  }
  end_timer.expires_after(last_moment);
  end_timer.async_wait([this](const failure& cancelled) {
    if (!cancelled)
      loop.stop();
  });
  stop_if_done();
}

void line_server::state::stop_if_done() {
  if (finishing && connections.empty())
    loop.stop();
}

// -- any thread ---------------------------------------------------------------

line_server::line_server(const line_limits& limits)
  : state_(std::make_shared<state>(limits)) {
}

line_server::~line_server() {
  finish();
  join();
}

std::optional<error> line_server::listen(const std::string& path,
                                         line_handlers handlers) {
  auto fd = listen_on(path);
  if (!fd)
    return fd.error();
  auto file =
      std::make_unique<socket_file>(state_->loop, path, std::move(handlers));
  failure why;
  file->acceptor.assign(stream{}, fd->get(), why);
  if (why) {
    ::unlink(path.c_str());
    return error{
        exit_code::environment,
        fmt::format("cannot use the socket '{}': {}", path, why.message())};
  }
  static_cast<void>(fd->release()); // the acceptor owns it now
  state_->files.push_back(std::move(file));
  return std::nullopt;
}

void line_server::start() {
  for (auto& x : state_->files)
    state_->accept(*x);
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->thread = std::thread{[s = state_] {
    auto guard = asio::make_work_guard(s->loop);
    s->loop.run();
  }};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void line_server::answer(connection_id to, std::string line) {
  asio::post(state_->loop, [s = state_.get(), to, text = std::move(line)] {
    auto i = s->connections.find(to);
    if (i != s->connections.end() && i->second->asked && !i->second->answered)
      s->write(i->second, text);
  });
}

void line_server::finish() {
  asio::post(state_->loop, [s = state_.get()] {
    s->finish();
  });
}

void line_server::join() {
  if (state_->thread.joinable())
    state_->thread.join();
  else
    for (auto& x : state_->files) // it was never started
      ::unlink(x->path.c_str());
  state_->connections.clear();
}

} // namespace tutti::control
