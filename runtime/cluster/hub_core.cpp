// SPDX-License-Identifier: BSD-3-Clause
// Connections and the handshake.
#include "runtime/cluster/hub_core.hpp"

#include "messages/assert.hpp"
#include "runtime/artifacts/digest.hpp"
#include "runtime/cluster/sound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace tutti::cluster {

namespace {

constexpr std::size_t labels_max = 64;
constexpr std::size_t label_bytes_max = 128;
constexpr std::size_t version_bytes_max = 64;
constexpr std::size_t reason_bytes_max = 256;

/// Of one frame of the plan.
constexpr std::size_t plan_part_bytes = std::size_t{1} << 20;

std::string digest_of(const std::string& bytes) {
  artifacts::digest result;
  result.add(bytes.data(), bytes.size());
  return result.finish();
}

/// What strangers say is shown: without what a terminal would obey.
std::string shown(std::string_view x,
                  std::size_t bytes_max = version_bytes_max) {
  std::string result{x.substr(0, bytes_max)};
  for (auto& c : result)
    if (c < ' ' || c > '~')
      c = '?';
  return result;
}

/// Nodes get what their tasks and sessions name, and nothing else.
std::vector<secrets::secret_value>
secrets_for_nodes(const plan& p,
                  const std::vector<secrets::secret_value>& all) {
  std::set<std::string> named;
  auto add = [&](const std::vector<secret_id>& xs) {
    for (auto x : xs)
      named.insert(p.secrets[x.value].name);
  };
  for (const auto& a : p.agents)
    if (!a.runs_on.empty())
      add(a.session_secrets);
  for (const auto& t : p.tasks)
    if (std::any_of(t.agents.begin(), t.agents.end(), [&p](agent_id a) {
          return !p.agents[a.value].runs_on.empty();
        }))
      add(t.secrets);
  std::vector<secrets::secret_value> result;
  std::copy_if(all.begin(), all.end(), std::back_inserter(result),
               [&named](const auto& x) {
                 return named.contains(x.name);
               });
  return result;
}

bool are_labels(const std::vector<std::string>& xs) {
  return xs.size() <= labels_max
      && std::all_of(xs.begin(), xs.end(), [](const auto& x) {
           return !x.empty() && x.size() <= label_bytes_max && shown(x) == x;
         });
}

} // namespace

hub_core::hub_core(hub_options options, std::shared_ptr<transport> net,
                   hub_ports& ports)
  : options_(std::move(options)), net_(std::move(net)), ports_(ports),
    places_(options_.work->agents.size()) {
  const auto& nodes = options_.work->nodes;
  times_ = {nodes.every, nodes.lease, nodes.keep, options_.work->grace};
  if (!net_)
    return;
  options_.secrets = secrets_for_nodes(*options_.work, options_.secrets);
  plan_ = encode(*options_.work);
  TUTTI_ASSERT(!plan_.empty()); // the loader lets no such number in
  plan_digest_ = digest_of(plan_);
}

void hub_core::note(const std::string& x) const {
  if (options_.note)
    options_.note(x);
}

hub_core::node& hub_core::get(const std::string& name) {
  return nodes_.try_emplace(name, name).first->second;
}

hub_core::node* hub_core::find(const std::string& name) {
  auto i = nodes_.find(name);
  return i == nodes_.end() ? nullptr : &i->second;
}

// -- connections --------------------------------------------------------------

void hub_core::on(const net_opened& x) {
  connections_[x.connection] = {x.who, {}};
}

void hub_core::on(const net_refused& x) const {
  note(fmt::format("{} was turned away: {}", x.address, x.why));
}

void hub_core::on(const net_closed& x, duration now) {
  auto i = connections_.find(x.connection);
  if (i == connections_.end())
    return;
  auto name = i->second.node;
  connections_.erase(i);
  auto* n = find(name);
  if (n == nullptr || n->connection != x.connection)
    return;
  n->connection = 0;
  n->at = stage::absent;
  show(now);
}

void hub_core::on(const net_arrived& x, duration now) {
  auto i = connections_.find(x.connection);
  if (i == connections_.end())
    return;
  auto* n = find(i->second.node);
  auto content = decode(x.frame);
  if (n != nullptr && content)
    return hear(x.connection, *n, std::move(*content), now);
  if (content)
    if (const auto* greeting = std::get_if<hello>(&*content))
      return meet(x.connection, *greeting, now);
  auto why = content ? "it did not say who it is" : content.error().detail;
  if (n != nullptr)
    return fail(*n, why);
  note(fmt::format("{} was turned away: {}", i->second.who.address, why));
  net_->close(x.connection);
  connections_.erase(i);
}

void hub_core::send(const node& n, const frame_content& x) {
  if (n.connection != 0)
    net_->send(n.connection, encode(x));
}

void hub_core::cut(node& n) {
  if (n.connection == 0)
    return;
  net_->close(n.connection);
  connections_.erase(n.connection);
  n.connection = 0;
  n.at = stage::absent;
}

/// It says what no tutti says: its connection goes, and it with its lease
/// unless it comes back.
void hub_core::fail(node& n, const std::string& why) {
  note(fmt::format("the connection to node {} was closed: {}", n.name, why));
  send(n, refused{why, false, false});
  cut(n);
}

void hub_core::refuse(connection_id to, refused x) {
  net_->send(to, encode(x));
  net_->close(to);
  connections_.erase(to);
}

// -- handshake ----------------------------------------------------------------

/// Why somebody is not let in; none: it is.
std::optional<refused> hub_core::objection(const connected& from,
                                           const hello& x, duration now) const {
  auto no = [](std::string why) {
    return refused{std::move(why), true, false};
  };
  if (x.protocol != protocol_version())
    return no(fmt::format(
        "node {} is tutti {} with version {} of the protocol, and this run is "
        "tutti {} with version {}: use the same tutti on all machines",
        shown(x.name), shown(x.version), x.protocol, options_.version,
        protocol_version()));
  if (!is_node_name(x.name) || x.name == local_node)
    return no(fmt::format("{} is no name for a node", shown(x.name)));
  if (!from.who.name.empty() && from.who.name != x.name)
    return no(fmt::format("it calls itself {}, and its certificate is for {}",
                          x.name, shown(from.who.name)));
  if (!are_labels(x.labels) || x.version.size() > version_bytes_max)
    return no("its labels are too many, too long, or no text");
  if (is_over_)
    return refused{"the run is over", false, false};
  auto i = nodes_.find(x.name);
  if (i == nodes_.end())
    return std::nullopt;
  const auto& n = i->second;
  bool is_another = n.said.incarnation != x.incarnation;
  if (is_another && n.connection != 0 && n.lease->at(now) == lease_state::alive)
    return refused{fmt::format("a node named {} takes part already", x.name),
                   false, false};
  return std::nullopt;
}

void hub_core::meet(connection_id from, const hello& x, duration now) {
  auto& stranger = connections_.at(from);
  if (auto why = objection(stranger, x, now)) {
    if (why->final)
      note(fmt::format("{} was turned away: {}", stranger.who.address,
                       why->why));
    return refuse(from, std::move(*why));
  }
  auto& n = get(x.name);
  cut(n);
  bool is_same = n.said.incarnation == x.incarnation;
  bool resumes = is_same && n.is_in && x.link != 0 && x.link == n.link
              && x.known == options_.epoch && n.out.resume(x.received);
  if (n.is_in && !resumes)
    lose(n, is_same ? "it has given up its work" : "it was started anew", now);
  n.said = x;
  std::sort(n.said.labels.begin(), n.said.labels.end());
  n.address = stranger.who.address;
  n.connection = from;
  n.at = stage::clearing;
  n.has_left = false;
  stranger.node = x.name;
  net_->admit(from);
  if (resumes)
    n.lease->renew(now);
  else
    n.lease.emplace(times_, now);
  welcome answer;
  answer.resumed = resumes;
  if (!resumes)
    answer.kept = start_link(n);
  answer.epoch = options_.epoch;
  answer.run_id = options_.run_id;
  answer.plan = plan_digest_;
  answer.link = n.link;
  answer.received = n.in.received();
  answer.every = times_.every;
  answer.lease = times_.lease;
  answer.keep = times_.keep;
  answer.grace = times_.grace;
  send(n, answer);
  beat(n, now);
  show(now);
}

/// What is to be kept there; what is meant for it goes over the new link.
std::vector<agent_address> hub_core::start_link(node& n) {
  std::vector<agent_address> result;
  auto before = n.out.take_back();
  n.link = ++links_;
  n.in = {};
  n.asked.reset();
  n.durable = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto& p = places_[i];
    if (!p.kept || p.node != n.name)
      continue;
    agent_address who{agent_id{i}, p.placing};
    result.push_back(who);
  }
  for (auto& x : before)
    if (std::find(result.begin(), result.end(), x.to) != result.end())
      n.out.push(std::move(x));
  return result;
}

void hub_core::turned_down(node& n, const refused& x, duration now) {
  cut(n);
  if (!x.follows_another)
    return note(
        fmt::format("node {} does not take part: {}", n.name, shown(x.why)));
  if (!n.follows_another)
    n.follows_another = now;
  // An earlier one of this run may just be gone, and its lease alive still.
  bool is_sure = x.final || now - *n.follows_another >= times_.lease;
  // However often it still asks: nothing more comes from there.
  if (is_sure && n.is_expected)
    lose(n, "it follows another orchestrator", now);
  if (is_sure && options_.superseded)
    options_.superseded(fmt::format(
        "node {} follows another orchestrator of this run", n.name));
}

void hub_core::send_plan(const node& n) {
  if (!options_.secrets.empty())
    send(n, secret_values{options_.secrets});
  for (std::size_t i = 0; i < plan_.size(); i += plan_part_bytes)
    send(n, plan_part{plan_.size(), plan_.substr(i, plan_part_bytes)});
}

void hub_core::take_in(node& n, const ready& x, duration now) {
  if (n.at != stage::clearing)
    return fail(n, "it was ready twice");
  n.at = stage::present;
  n.follows_another.reset();
  n.lease->renew(now);
  if (!x.has_plan)
    send_plan(n);
  if (!n.is_in) {
    node_joined told;
    told.node = n.name;
    told.labels = n.said.labels;
    told.slots = n.said.slots;
    auto was_to_keep = [&](const agent_address& y) {
      return is_at(y, n.name) && places_[y.agent.value].kept;
    };
    for (const auto& y : x.keeps)
      if (was_to_keep(y))
        told.keeps.push_back(y.agent);
    for (const auto& held : x.holds)
      if (was_to_keep({held.agent, held.placing}))
        told.holds.push_back(held);
    if (n.is_lost)
      say_gone(n);
    n.is_in = true;
    n.is_expected = false;
    ports_.open_files(n.name, n.link);
    for (auto& p : places_)
      if (p.node == n.name)
        p.kept = false;
    ports_.to_lead(std::move(told));
    check_enough(now);
  } else {
    // The last one may be lost.
    send(n, acknowledgement{n.durable, parts_under_way_max});
  }
  ports_.flush_soon();
  show(now);
}

void hub_core::hear(connection_id from, node& n, frame_content x,
                    duration now) {
  if (n.connection != from)
    return;
  bool is_present = n.at == stage::present;
  if (auto* y = std::get_if<ready>(&x))
    return take_in(n, *y, now);
  if (auto* y = std::get_if<refused>(&x))
    return turned_down(n, *y, now);
  if (auto* y = std::get_if<heartbeat_ack>(&x)) {
    if (n.lease->answered(y->number, now))
      show(now);
    return;
  }
  if (auto* y = std::get_if<goodbye>(&x))
    return part(n, shown(y->why, reason_bytes_max), now);
  if (!is_present)
    return fail(n, "it was not ready yet");
  if (auto* y = std::get_if<batch>(&x))
    return take(n, *y);
  if (auto* y = std::get_if<acknowledgement>(&x)) {
    if (!n.out.acknowledged(*y, [](const to_node&) {}))
      return fail(n, "it acknowledged what it was not sent");
    return flush();
  }
  if (auto* y = std::get_if<task_progress>(&x)) {
    if (is_sound(*options_.work, *y) && n.is_in)
      ports_.to_observer(std::move(*y));
    return;
  }
  if (auto* y = std::get_if<chunk_wanted>(&x))
    return hear_files(n, std::move(*y));
  if (auto* y = std::get_if<chunk>(&x))
    return hear_files(n, std::move(*y));
  if (auto* y = std::get_if<log_grew>(&x))
    return hear_files(n, std::move(*y));
  fail(n, "it said what only an orchestrator says");
}

} // namespace tutti::cluster
