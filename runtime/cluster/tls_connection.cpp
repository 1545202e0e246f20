// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/tls_connection.hpp"

#include "runtime/cluster/tls_reasons.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <fcntl.h>

#include <algorithm>
#include <cctype>
#include <system_error>
#include <thread>
#include <utility>

namespace tutti::cluster {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What leaves at once: many small frames, or a part of a large one.
constexpr std::size_t batch_bytes = std::size_t{256} << 10;
/// How long the other side has to hear why it was refused,
constexpr auto leave_patience = std::chrono::seconds(1);
/// and how much of what it still sends is read meanwhile.
constexpr std::size_t ignored_bytes_max = std::size_t{1} << 20;

std::string duration_text(std::chrono::milliseconds x) {
  if (x.count() % 1000 == 0)
    return fmt::format("{}s", x.count() / 1000);
  return fmt::format("{}ms", x.count());
}

/// A stranger has to say who it is, which is one.
constexpr std::size_t stranger_frames_max = 16;

/// The first bytes of TLS, taken for the head of a frame.
bool looks_like_tls(std::uint32_t size) {
  auto kind = size >> 24;
  return (kind == 0x15 || kind == 0x16) && (size >> 16 & 0xff) == 3;
}

} // namespace

std::string address_text(const tcp::endpoint& x) {
  return x.address().is_v6()
           ? fmt::format("[{}]:{}", x.address().to_string(), x.port())
           : fmt::format("{}:{}", x.address().to_string(), x.port());
}

std::string failure_text(const boost::system::error_code& x) {
  auto text = x.message();
  if (!text.empty())
    text[0] = static_cast<char>(std::tolower(text[0]));
  return text;
}

void keep_from_children(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

tls_connection::tls_connection(connection_surroundings& with, connection_id id,
                               std::shared_ptr<outbox> out)
  : with_(with), id_(id), outbox_(std::move(out)), socket_(with.loop),
    timer_(with.loop) {
}

// -- the beginning ------------------------------------------------------------

void tls_connection::connect(const std::string& host, std::uint16_t port) {
  peer_.address = fmt::format("{}:{}", host, port);
  watch(with_.options.patience);
  failure why;
  auto address = asio::ip::make_address(host, why);
  if (!why)
    return reach(tcp::resolver::results_type::create(
        tcp::endpoint{address, port}, host, std::to_string(port)));
  resolve(host, std::to_string(port));
}

/// The system's resolver blocks, for long where its servers do not answer, and
/// nothing ends it: so the thread is left to itself.
void tls_connection::resolve(const std::string& host, const std::string& port) {
  auto ask = [host, port, alive = with_.transport, &loop = with_.loop,
              self = weak_from_this()] {
    asio::io_context own;
    failure why;
    auto where = tcp::resolver{own}.resolve(host, port, why);
    if (auto held = alive.lock())
      asio::post(loop, [self, why, where] {
        auto x = self.lock();
        if (!x || x->phase_ == phase::gone)
          return;
        if (why)
          return x->end(failure_text(why));
        x->reach(where);
      });
  };
  try {
    std::thread{std::move(ask)}.detach();
  } catch (const std::system_error&) {
    end("there is no thread left to look up its name");
  }
}

void tls_connection::reach(const tcp::resolver::results_type& where) {
  bool here = std::all_of(where.begin(), where.end(), [](const auto& x) {
    return x.endpoint().address().is_loopback();
  });
  if (with_.context == nullptr && !here)
    return end(
        closing{"without TLS (--insecure) only this machine is spoken to: "
                "127.0.0.1 or ::1",
                "leave --insecure out, here and where the run is"});
  asio::async_connect(
      socket_, where,
      [self = shared_from_this()](const failure& failed,
                                  const tcp::endpoint& endpoint) {
        if (self->phase_ == phase::gone)
          return;
        if (failed)
          return self->end(failure_text(failed));
        self->peer_.address = address_text(endpoint);
        self->begin();
      });
}

void tls_connection::accept(tcp::socket from, std::string address) {
  socket_ = std::move(from);
  peer_.address = std::move(address);
  peer_.is_inbound = true;
  watch(with_.options.patience);
  begin();
}

void tls_connection::begin() {
  failure why;
  keep_from_children(socket_.native_handle());
  socket_.set_option(tcp::no_delay{true}, why);
  if (!why)
    socket_.non_blocking(true, why);
  if (why)
    return end(failure_text(why));
  if (!peer_.is_inbound)
    reader_.limit(frame_bytes_max);
  phase_ = phase::shaking;
  if (with_.context != nullptr)
    tls_.emplace(*with_.context, peer_.is_inbound);
  else
    open();
  read();
  pump();
}

void tls_connection::open() {
  phase_ = phase::open;
  if (tls_)
    peer_.name = tls_->peer_name();
  with_.events.opened(id_, peer_);
}

void tls_connection::admit() {
  if (phase_ != phase::open || std::exchange(admitted_, true))
    return;
  reader_.limit(frame_bytes_max);
  timer_.cancel();
}

// -- what arrives -------------------------------------------------------------

/// Waits before it reads: one buffer does for all connections.
void tls_connection::read() {
  socket_.async_wait(tcp::socket::wait_read,
                     [self = shared_from_this()](const failure& why) {
                       if (self->phase_ == phase::gone)
                         return;
                       if (why)
                         return self->end(failure_text(why));
                       self->take_in();
                     });
}

void tls_connection::take_in() {
  failure why;
  auto size = socket_.read_some(asio::buffer(with_.input), why);
  if (why == asio::error::would_block || why == asio::error::interrupted)
    return read();
  if (why == asio::error::eof)
    return end(phase_ == phase::shaking
                   ? "it closed the connection during the handshake"
                   : "it closed the connection");
  if (why)
    return end(failure_text(why));
  take_in(std::string_view{with_.input}.substr(0, size));
  if (phase_ != phase::gone)
    read();
}

void tls_connection::take_in(std::string_view bytes) {
  if (phase_ == phase::leaving) {
    ignored_bytes_ += bytes.size();
    if (ignored_bytes_ > ignored_bytes_max)
      drop();
    return;
  }
  if (!tls_)
    return deliver(bytes);
  with_.content.clear();
  tls_->arrived(bytes, with_.content);
  auto now = tls_->now();
  if (phase_ == phase::shaking
      && (now == tls_session::state::open || now == tls_session::state::over))
    open();
  deliver(with_.content);
  if (phase_ == phase::gone || phase_ == phase::leaving)
    return;
  pump();
  if (now == tls_session::state::failed)
    end(tls_->how());
  else if (now == tls_session::state::over)
    end("it closed the connection");
}

void tls_connection::deliver(std::string_view content) {
  std::string frame;
  while (phase_ == phase::open && reader_.next(content, frame)) {
    // Who gets them has no other bound.
    if (is_stranger() && ++stranger_frames_ > stranger_frames_max)
      return end("too many frames before it is admitted");
    with_.events.arrived(id_, std::exchange(frame, {}));
  }
  auto size = reader_.too_long();
  if (size == 0 || phase_ != phase::open)
    return;
  if (!tls_ && looks_like_tls(size)) {
    last_words_ = no_tls_alert;
    return end(one_sided("it speaks TLS"));
  }
  end(fmt::format("frame of {} bytes, and {} is the most{}", size,
                  is_stranger() ? stranger_frame_bytes_max : frame_bytes_max,
                  is_stranger() ? " before it is admitted" : ""));
}

// -- what leaves --------------------------------------------------------------

void tls_connection::wake() {
  pump();
}

void tls_connection::pump() {
  if (writing_ || write_failed_ || phase_ == phase::connecting
      || phase_ == phase::gone)
    return;
  out_.clear();
  batch_.clear();
  fill();
  if (!out_.empty()) {
    writing_ = true;
    return asio::async_write(
        socket_, asio::buffer(out_),
        [self = shared_from_this()](const failure& why, std::size_t) {
          self->writing_ = false;
          if (self->phase_ != phase::gone)
            self->written(why);
        });
  }
  if (phase_ == phase::closing) {
    tell_end("closed");
    leave();
  } else if (phase_ == phase::leaving) {
    failure ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

/// Chooses what is to be written next.
void tls_connection::fill() {
  if (tls_)
    tls_->take_output(out_);
  else
    out_.swap(last_words_);
  if (phase_ != phase::open && phase_ != phase::closing)
    return;
  outbox_->take(batch_bytes, batch_);
  bool done = batch_.empty();
  if (!tls_)
    return out_.swap(batch_);
  tls_->send(batch_);
  if (done && phase_ == phase::closing && !std::exchange(said_goodbye_, true))
    tls_->finish();
  tls_->take_output(out_);
}

void tls_connection::written(const failure& why) {
  // What the other side said before it went away is still there to be read;
  // and that it is gone, too.
  write_failed_ = static_cast<bool>(why);
  if (write_failed_)
    return;
  outbox_->left(tls_ ? batch_.size() : out_.size());
  pump();
}

// -- the end ------------------------------------------------------------------

void tls_connection::watch(std::chrono::milliseconds patience) {
  timer_.expires_after(patience);
  timer_.async_wait([self = shared_from_this()](const failure& cancelled) {
    if (!cancelled && self->phase_ != phase::gone)
      self->too_late();
  });
}

void tls_connection::too_late() {
  auto time = duration_text(with_.options.patience);
  switch (phase_) {
  case phase::connecting:
    end("no answer within " + time);
    return;
  case phase::shaking:
    tell_end("handshake took longer than " + time);
    break;
  case phase::open:
    if (admitted_) // just when the time was over
      return;
    return end((peer_.is_inbound ? "it did not say who it is within "
                                 : "no welcome within ")
               + time);
  case phase::closing:
    tell_end("closed, and not all that was sent has left");
    break;
  default:
    break;
  }
  drop();
}

void tls_connection::end(const closing& how) {
  if (phase_ == phase::leaving || phase_ == phase::gone)
    return drop();
  bool connected = phase_ != phase::connecting;
  tell_end(how);
  // TLS has something to say about it, and to it.
  bool failed = tls_ && tls_->now() == tls_session::state::failed;
  if (connected && (failed || !last_words_.empty()))
    leave();
  else
    drop();
}

void tls_connection::tell_end(const closing& how) {
  if (std::exchange(told_, true))
    return;
  outbox_->close();
  bool known = phase_ == phase::open || phase_ == phase::closing;
  if (peer_.is_inbound && !known)
    with_.refused({peer_.address, how.why});
  else
    with_.events.closed(id_, how);
}

void tls_connection::close() {
  outbox_->close();
  if (phase_ == phase::shaking && peer_.is_inbound)
    return drop(); // nobody was told of it
  if (phase_ == phase::connecting || phase_ == phase::shaking)
    return end("closed");
  if (phase_ != phase::open)
    return;
  phase_ = phase::closing;
  watch(with_.options.last_moment);
  pump();
}

/// Lets the other side read to the end: a connection that is closed with
/// something unread is reset, and takes with it what was written last.
void tls_connection::leave() {
  phase_ = phase::leaving;
  watch(leave_patience);
  pump();
}

void tls_connection::drop() {
  if (std::exchange(phase_, phase::gone) == phase::gone)
    return;
  timer_.cancel();
  failure ignored;
  socket_.close(ignored);
  with_.gone(id_);
}

} // namespace tutti::cluster
