// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tutti::test {

namespace {

constexpr std::uint32_t first_address = 0x0A630001; // 10.99.0.1

void must(bool good, const char* what) {
  if (!good)
    throw std::runtime_error(std::string{what} + ": " + std::strerror(errno));
}

ifreq named(const char* name) {
  ifreq result{};
  std::strncpy(result.ifr_name, name, IFNAMSIZ - 1);
  return result;
}

sockaddr as_socket_address(std::uint32_t address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(address);
  sockaddr plain;
  std::memcpy(&plain, &result, sizeof plain);
  return plain;
}

void bring_up(int socket, const char* name) {
  auto x = named(name);
  must(::ioctl(socket, SIOCGIFFLAGS, &x) == 0, "flags of a device");
  x.ifr_flags |= IFF_UP;
  must(::ioctl(socket, SIOCSIFFLAGS, &x) == 0, "a device");
}

/// Makes a namespace for this thread, with a device whose other side is
/// returned.
int enter_new_host(std::size_t number) {
  must(::unshare(CLONE_NEWNET) == 0, "a network namespace");
  int tun = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  must(tun >= 0, "/dev/net/tun");
  auto device = named("wire0");
  device.ifr_flags = IFF_TUN | IFF_NO_PI;
  must(::ioctl(tun, TUNSETIFF, &device) == 0, "a TUN device");
  int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(socket >= 0, "a socket");
  device = named("wire0");
  device.ifr_addr =
      as_socket_address(first_address + static_cast<std::uint32_t>(number));
  must(::ioctl(socket, SIOCSIFADDR, &device) == 0, "an address");
  device.ifr_netmask = as_socket_address(0xFFFFFF00);
  must(::ioctl(socket, SIOCSIFNETMASK, &device) == 0, "a netmask");
  bring_up(socket, "lo");
  bring_up(socket, "wire0");
  ::close(socket);
  return tun;
}

int own_space() {
  int result = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  must(result >= 0, "the network namespace");
  return result;
}

/// This thread is on the host while the object lives; so is what it starts.
class visit {
public:
  explicit visit(int space) : home_(own_space()) {
    must(::setns(space, CLONE_NEWNET) == 0, "setns");
  }
  visit(const visit&) = delete;
  visit& operator=(const visit&) = delete;
  ~visit() {
    if (::setns(home_, CLONE_NEWNET) != 0)
      std::terminate(); // the tests that follow would be elsewhere
    ::close(home_);
  }

private:
  int home_;
};

std::uint32_t sum_of(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < size; ++i)
    result += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
  return result;
}

std::uint16_t checksum(std::uint32_t sum) {
  while (sum >> 16 != 0)
    sum = (sum & 0xFFFF) + (sum >> 16);
  return htons(static_cast<std::uint16_t>(~sum));
}

/// A TCP packet that resets the connection.
std::string reset_packet(std::uint32_t from, std::uint32_t to,
                         std::uint16_t from_port, std::uint16_t to_port,
                         std::uint32_t sequence) {
  struct {
    iphdr ip;
    tcphdr tcp;
  } x{};
  x.ip.version = 4;
  x.ip.ihl = 5;
  x.ip.tot_len = htons(sizeof x);
  x.ip.ttl = 64;
  x.ip.protocol = IPPROTO_TCP;
  x.ip.saddr = from;
  x.ip.daddr = to;
  x.ip.check = checksum(sum_of(&x.ip, sizeof x.ip));
  x.tcp.source = from_port;
  x.tcp.dest = to_port;
  x.tcp.seq = sequence;
  x.tcp.doff = 5;
  x.tcp.rst = 1;
  auto pseudo = sum_of(&x.ip.saddr, 8) + IPPROTO_TCP + sizeof x.tcp;
  x.tcp.check = checksum(static_cast<std::uint32_t>(pseudo)
                         + sum_of(&x.tcp, sizeof x.tcp));
  std::string result(sizeof x, '\0');
  std::memcpy(result.data(), &x, sizeof x);
  return result;
}

/// What resets the connection of a TCP packet: for who sent it, and for who was
/// to have it. Two empty ones where it is no TCP packet with an
/// acknowledgement.
std::pair<std::string, std::string> resets_of(const std::string& packet) {
  iphdr ip;
  tcphdr tcp;
  std::memcpy(&ip, packet.data(), sizeof ip);
  auto header = std::size_t{ip.ihl} * 4;
  if (ip.protocol != IPPROTO_TCP || packet.size() < header + sizeof tcp)
    return {};
  std::memcpy(&tcp, packet.data() + header, sizeof tcp);
  if (tcp.ack == 0 || tcp.syn != 0)
    return {};
  return {
      reset_packet(ip.daddr, ip.saddr, tcp.dest, tcp.source, tcp.ack_seq),
      reset_packet(ip.saddr, ip.daddr, tcp.source, tcp.dest, tcp.seq),
  };
}

} // namespace

std::string wire::lacking() {
  static const std::string result = [] {
    try {
      wire{1};
    } catch (const std::exception& e) {
      return "hosts of its own need root and /dev/net/tun: "
           + std::string{e.what()};
    }
    return std::string{};
  }();
  return result;
}

wire::wire(std::size_t hosts) : hosts_(hosts), ways_(hosts * hosts) {
  must(::pipe2(stop_.data(), O_CLOEXEC) == 0, "pipe");
  std::exception_ptr failed;
  // In a thread of its own, for that is what changes its namespace.
  std::thread{[&] {
    try {
      for (std::size_t i = 0; i < hosts_.size(); ++i) {
        hosts_[i].tun = enter_new_host(i);
        hosts_[i].space = own_space();
      }
    } catch (...) {
      failed = std::current_exception();
    }
  }}.join();
  if (failed) // what it has opened is few, and goes with the tests
    std::rethrow_exception(failed);
  thread_ = std::thread{[this] {
    run();
  }};
}

wire::~wire() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  for (const auto& x : hosts_) {
    ::close(x.tun);
    ::close(x.space);
  }
}

std::string wire::address(std::size_t host) {
  return "10.99.0." + std::to_string(host + 1);
}

std::size_t wire::lost(std::size_t from, std::size_t to) const {
  std::lock_guard lock{mutex_};
  return ways_[from * hosts_.size() + to].lost;
}

std::size_t wire::flaps() const {
  std::lock_guard lock{mutex_};
  return flaps_;
}

std::unique_ptr<program> wire::start(std::size_t number,
                                     const program_options& x) {
  visit there{hosts_.at(number).space};
  return std::make_unique<program>(x);
}

wire::way& wire::at(std::size_t from, std::size_t to) {
  return ways_[from * hosts_.size() + to];
}

void wire::set(std::size_t from, std::size_t to, wire_way x) {
  std::lock_guard lock{mutex_};
  auto& y = at(from, to);
  static_cast<wire_way&>(y) = x;
  y.since = clock::now();
  y.was_cut = false;
}

void wire::set_both(std::size_t a, std::size_t b, wire_way x) {
  set(a, b, x);
  set(b, a, x);
}

void wire::heal() {
  for (std::size_t a = 0; a < hosts_.size(); ++a)
    for (std::size_t b = 0; b < hosts_.size(); ++b)
      set(a, b, {});
}

void wire::reset(std::size_t from, std::size_t to) {
  std::lock_guard lock{mutex_};
  at(from, to).reset_next = true;
}

void wire::run() {
  std::vector<pollfd> fds;
  fds.push_back({stop_[0], POLLIN, 0});
  for (const auto& x : hosts_)
    fds.push_back({x.tun, POLLIN, 0});
  std::string buffer(65536, '\0');
  for (int wait = -1; fds[0].revents == 0; wait = put_due()) {
    if (::poll(fds.data(), fds.size(), wait) < 0 && errno != EINTR)
      return;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      if (fds[i + 1].revents == 0)
        continue;
      auto size = ::read(hosts_[i].tun, buffer.data(), buffer.size());
      if (size > 0)
        take(i, buffer.substr(0, static_cast<std::size_t>(size)));
    }
  }
}

void wire::take(std::size_t from, std::string packet) {
  iphdr ip;
  if (packet.size() < sizeof ip)
    return;
  std::memcpy(&ip, packet.data(), sizeof ip);
  auto to = std::size_t{ntohl(ip.daddr) - first_address};
  if (ip.version != 4 || to >= hosts_.size())
    return; // what IPv6 asks of its neighbours, for instance
  std::lock_guard lock{mutex_};
  auto& x = at(from, to);
  if (x.reset_next)
    if (auto [back, on] = resets_of(packet); !back.empty()) {
      x.reset_next = false;
      ++x.lost;
      put(from, back);
      put(to, on);
      return;
    }
  if (loses(x)) {
    ++x.lost;
    return;
  }
  if (x.delay.count() == 0)
    return put(to, packet);
  // The delays differ from way to way, so each goes to its place.
  auto due = clock::now() + x.delay;
  auto later = std::find_if(late_.begin(), late_.end(), [&](const auto& y) {
    return y.due > due;
  });
  late_.insert(later, {due, to, std::move(packet)});
}

bool wire::loses(way& x) {
  bool is_cut = x.cut;
  if (x.flap.count() > 0) {
    is_cut = (clock::now() - x.since) / x.flap % 2 == 1;
    flaps_ += is_cut && !x.was_cut;
    x.was_cut = is_cut;
  }
  return is_cut || std::uniform_real_distribution{}(random_) < x.loss;
}

void wire::put(std::size_t to, const std::string& packet) {
  // A host that cannot take it loses it, as hosts do.
  [[maybe_unused]] auto taken =
      ::write(hosts_[to].tun, packet.data(), packet.size());
}

int wire::put_due() {
  std::lock_guard lock{mutex_};
  auto now = clock::now();
  while (!late_.empty() && late_.front().due <= now) {
    put(late_.front().to, late_.front().bytes);
    late_.pop_front();
  }
  if (late_.empty())
    return -1;
  auto wait =
      std::chrono::ceil<std::chrono::milliseconds>(late_.front().due - now);
  return static_cast<int>(wait.count());
}

} // namespace tutti::test
