// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_nodes.hpp"

#include "runtime/cluster/certificates.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/tls_transport.hpp"
#include "runtime/native/native.hpp"
#include "runtime/process/files.hpp"
#include "runtime/process/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

namespace tutti::session {

namespace {

/// Events that come before there is somebody to hear them wait.
class late_events {
public:
  [[nodiscard]] static cluster::transport_events
  of(const std::shared_ptr<late_events>& self) {
    cluster::transport_events result;
    result.opened = [self](cluster::connection_id x, const cluster::peer& who) {
      self->tell([x, who](const auto& to) {
        to.opened(x, who);
      });
    };
    result.arrived = [self](cluster::connection_id x, std::string frame) {
      self->tell([x, frame = std::move(frame)](const auto& to) {
        to.arrived(x, frame);
      });
    };
    result.closed = [self](cluster::connection_id x,
                           const cluster::closing& how) {
      self->tell([x, how](const auto& to) {
        to.closed(x, how);
      });
    };
    result.refused = [self](const std::string& address,
                            const std::string& why) {
      self->tell([address, why](const auto& to) {
        to.refused(address, why);
      });
    };
    return result;
  }

  void bind(cluster::transport_events to) {
    std::lock_guard lock{mutex_};
    to_ = std::move(to);
    for (const auto& x : waiting_)
      x(*to_);
    waiting_.clear();
  }

private:
  using event = std::function<void(const cluster::transport_events&)>;

  void tell(event x) {
    std::lock_guard lock{mutex_};
    if (to_)
      x(*to_);
    else
      waiting_.push_back(std::move(x));
  }

  std::mutex mutex_;
  std::optional<cluster::transport_events> to_;
  std::vector<event> waiting_; ///< bounded by the strangers at a time
};

class tls_listener : public node_listener {
public:
  tls_listener(std::shared_ptr<late_events> events,
               std::shared_ptr<cluster::tls_transport> net, std::uint16_t port)
    : events_(std::move(events)), net_(std::move(net)), port_(port) {
  }

  [[nodiscard]] std::uint16_t port() const override {
    return port_;
  }
  [[nodiscard]] cluster::net_opener opener() override {
    return [events = events_,
            net = std::exchange(net_, nullptr)](cluster::transport_events to) {
      events->bind(std::move(to));
      return std::shared_ptr<cluster::transport>{net};
    };
  }

private:
  std::shared_ptr<late_events> events_;
  std::shared_ptr<cluster::tls_transport> net_;
  std::uint16_t port_ = 0;
};

int sync(const std::string& path, int how) {
  process::unique_fd fd{::open(path.c_str(), how | O_CLOEXEC)};
  return !fd || ::fsync(fd.get()) != 0 ? errno : 0;
}

/// The file has the old or the new content, whatever happens. Returns 0 or the
/// error number.
int replace_synced(const std::string& path, const std::string& content) {
  auto fresh = path + ".new";
  if (int why = process::write_file(fresh, content); why != 0)
    return why;
  if (int why = sync(fresh, O_RDONLY); why != 0)
    return why;
  if (::rename(fresh.c_str(), path.c_str()) != 0)
    return errno;
  return sync(path.substr(0, path.rfind('/')), O_RDONLY | O_DIRECTORY);
}

error cannot_write(const std::string& path, int why) {
  return {exit_code::environment, fmt::format("cannot write '{}': {}", path,
                                              process::system_text(why))};
}

std::string address_path(const std::string& run_directory) {
  return run_directory + "/address";
}

/// The port that the run had there; 0: none, or it is not known.
std::uint16_t last_port(const std::string& run_directory,
                        const std::string& host) {
  auto was = read_host_port(last_join_address(run_directory), false);
  return was
              && join_address(host, was->port)
                     == join_address(was->host, was->port)
           ? was->port
           : std::uint16_t{0};
}

std::int64_t seconds_now() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

} // namespace

expected<std::shared_ptr<node_listener>>
node_listener::open(const node_choice& x, const std::string& state_directory,
                    const std::string& run_directory) {
  cluster::tls_options mine;
  if (!x.insecure) {
    auto folder = x.certificates.empty()
                    ? cluster::certificates_directory(state_directory)
                    : x.certificates;
    auto identity = cluster::orchestrator_credentials(folder, seconds_now());
    if (!identity)
      return identity.error();
    mine.identity = std::move(*identity);
  }
  auto events = std::make_shared<late_events>();
  auto net =
      cluster::tls_transport::make(std::move(mine), late_events::of(events));
  if (!net)
    return net.error();
  std::shared_ptr<cluster::tls_transport> shared = std::move(*net);
  auto before = x.port == 0 ? last_port(run_directory, x.host) : x.port;
  auto port = shared->listen(x.host, before);
  if (!port && x.port == 0)
    port = shared->listen(x.host, 0);
  if (!port)
    return port.error();
  auto path = address_path(run_directory);
  if (int why = replace_synced(path, join_address(x.host, *port) + "\n"))
    return cannot_write(path, why);
  return std::shared_ptr<node_listener>{
      std::make_shared<tls_listener>(std::move(events), shared, *port)};
}

std::string join_address(const std::string& host, std::uint16_t port) {
  if (host == "::" || host == "0.0.0.0") {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return fmt::format("{}:{}", name.data(), port);
  }
  return host.find(':') == std::string::npos
           ? fmt::format("{}:{}", host, port)
           : fmt::format("[{}]:{}", host, port);
}

std::string last_join_address(const std::string& run_directory) {
  std::string result;
  std::ifstream file{address_path(run_directory)};
  std::getline(file, result);
  return result;
}

expected<cluster::epoch> next_epoch(const std::string& run_directory) {
  auto path = run_directory + "/epoch";
  cluster::epoch result;
  std::ifstream{path} >> result.counter;
  ++result.counter;
  std::random_device random;
  result.incarnation = std::uint64_t{random()} << 32 | random();
  if (int why = replace_synced(path, fmt::format("{}\n", result.counter)))
    return cannot_write(path, why);
  return result;
}

std::vector<place_agent> kept_places(const engine::engine* e) {
  std::vector<place_agent> result;
  if (e == nullptr)
    return result;
  for (std::uint32_t a = 0; a < e->plan_graph().slots.size(); ++a) {
    auto place = e->places().place_of(a);
    if (place.node == engine::placement::nowhere)
      continue;
    const auto& n = e->places().nodes()[place.node];
    if (n.name != local_node && n.state != engine::node_state::lost)
      result.push_back({agent_id{a}, n.name, place.placing, true});
  }
  return result;
}

bool places_agents(const plan& p) {
  return std::any_of(p.agents.begin(), p.agents.end(), [](const auto& a) {
    return !a.runs_on.empty();
  });
}

std::vector<std::string> with_native_labels(std::vector<std::string> labels,
                                            const native::agents* natives) {
  if (natives != nullptr)
    for (const auto& name : natives->names())
      labels.push_back("native:" + name);
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::optional<error> lacks_nodes(const plan& p, const node_choice& x) {
  if (x.listens())
    return std::nullopt;
  for (const auto& a : p.agents)
    for (const auto& label : a.runs_on)
      if (!std::binary_search(x.labels.begin(), x.labels.end(), label))
        return error{
            exit_code::environment,
            fmt::format("agent '{}' runs on a node with the label '{}', and "
                        "this machine has not that label: give it the label "
                        "(--labels {}), let nodes join (--listen "
                        "127.0.0.1:7700), or try the plan with 'tutti up'",
                        a.name, label, label)};
  for (const auto& label : p.nodes.wait_for)
    if (!std::binary_search(x.labels.begin(), x.labels.end(), label))
      return error{exit_code::environment,
                   fmt::format("the plan waits for a node with the label '{}' "
                               "(nodes: wait-for), and no node can join: let "
                               "them (--listen 127.0.0.1:7700)",
                               label)};
  return std::nullopt;
}

std::optional<error> too_large_for_nodes(const plan& p) {
  auto size = cluster::encode(p).size();
  if (size <= cluster::plan_bytes_max)
    return std::nullopt;
  return error{
      exit_code::environment,
      fmt::format("the plan has {} MiB and nodes take no more than {}: "
                  "divide it, or run it without nodes (--listen)",
                  size >> 20, cluster::plan_bytes_max >> 20)};
}

expected<host_port> read_host_port(const std::string& text, bool any_port) {
  auto wrong = [&] {
    return error{exit_code::bad_plan,
                 fmt::format("'{}' is no HOST:PORT, as 127.0.0.1:7700 or "
                             "[::1]:7700",
                             text)};
  };
  auto colon = text.rfind(':');
  if (colon == std::string::npos)
    return wrong();
  host_port result;
  result.host = text.substr(0, colon);
  if (result.host.size() > 1 && result.host.front() == '['
      && result.host.back() == ']')
    result.host = result.host.substr(1, result.host.size() - 2);
  else if (result.host.find(':') != std::string::npos)
    return wrong(); // an IPv6 address without its brackets
  auto port = std::string_view{text}.substr(colon + 1);
  unsigned number = 0;
  auto [end, fault] =
      std::from_chars(port.data(), port.data() + port.size(), number);
  if (fault != std::errc{} || end != port.data() + port.size() || number > 65535
      || (number == 0 && !any_port))
    return wrong();
  if (result.host.empty()) {
    if (!any_port)
      return wrong();
    result.host = "::";
  }
  result.port = static_cast<std::uint16_t>(number);
  return result;
}

} // namespace tutti::session
