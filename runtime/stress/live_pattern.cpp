// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/live_pattern.hpp"

#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tutti::stress {

namespace {

/// The number at the end of a task's name.
std::uint32_t number_of(std::string_view name) {
  std::uint32_t result = 0;
  auto digits = name.substr(name.rfind('-') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}

/// What task `task` hands on: unlike what any other does, and printable.
load load_of(std::uint32_t task, std::uint32_t sender, std::size_t bytes) {
  load x;
  x.sender = sender;
  x.number = task + std::uint64_t{1};
  x.bytes.resize(bytes);
  auto state = mix(x.number);
  for (auto& byte : x.bytes) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::uint8_t>('0' + (state >> 58));
  }
  x.check = check_of(x);
  return x;
}

std::string text_of(const load& x) {
  return fmt::format(
      "{} {} {:016x} {}", x.sender, x.number, x.check,
      std::string_view{reinterpret_cast<const char*>(x.bytes.data()),
                       x.bytes.size()});
}

/// None: it is no such text.
std::optional<load> load_in(std::string_view text) {
  load x;
  const auto* at = text.data();
  const auto* end = at + text.size();
  auto read = [&](auto& into, int base) {
    auto [stop, code] = std::from_chars(at, end, into, base);
    bool good = code == std::errc{} && stop != end && *stop == ' ';
    at = good ? stop + 1 : at;
    return good;
  };
  if (!read(x.sender, 10) || !read(x.number, 10) || !read(x.check, 16))
    return {};
  x.bytes.assign(at, end);
  return x;
}

} // namespace

live_pattern::live_pattern(const settings& how) : how_(how) {
  work_.name = how.pattern->name;
}

duration live_pattern::elapsed() const {
  auto first = first_ns_.load();
  return duration{first == 0 ? 0 : std::max<std::int64_t>(last_ns_ - first, 0)};
}

histogram live_pattern::take_times() {
  std::lock_guard lock{mutex_};
  return std::exchange(times_, histogram{});
}

ledger_result live_pattern::accounts() const {
  std::lock_guard lock{mutex_};
  return book_.result();
}

agent_id live_pattern::add_agent(std::string name, const char* native) {
  agent x;
  x.name = std::move(name);
  x.native = native;
  work_.agents.push_back(std::move(x));
  return agent_id{static_cast<std::uint32_t>(work_.agents.size() - 1)};
}

std::uint32_t live_pattern::add_task(std::string_view name, agent_id who) {
  auto number = static_cast<std::uint32_t>(work_.tasks.size());
  task x;
  x.name = fmt::format("{}-{}", name, number);
  x.agents = {who};
  work_.tasks.push_back(std::move(x));
  checks_.push_back(0);
  done_ns_.push_back(0);
  return number;
}

void live_pattern::add_need(std::uint32_t from, std::uint32_t to) {
  work_.tasks[to].needs.push_back(
      {{node_kind::task, from}, need_condition::succeeded});
}

live_pattern::stay
live_pattern::enter(const std::string& name,
                    const std::vector<native::handed>& inputs,
                    std::int64_t begun_ns) {
  stay x;
  x.begun_ns = begun_ns;
  x.task = number_of(name);
  std::int64_t none = 0;
  first_ns_.compare_exchange_strong(none, x.begun_ns);
  for (const auto& need : work_.tasks[x.task].needs)
    x.given_ns = std::max(x.given_ns, done_ns_[need.of.index]);
  account(x.task, inputs);
  return x;
}

void live_pattern::account(std::uint32_t task,
                           const std::vector<native::handed>& inputs) {
  std::lock_guard lock{mutex_};
  for (const auto& need : work_.tasks[task].needs) {
    auto sender = work_.tasks[need.of.index].agents[0].value;
    book_.sent(sender, {1, checks_[need.of.index]});
  }
  for (const auto& given : inputs) {
    auto x = load_in(given.get<std::string>("load").value_or(""));
    if (x && x->check == check_of(*x) && x->sender < work_.agents.size())
      book_.received(x->sender, {1, x->check});
    else
      book_.corrupted(1);
  }
}

native::result live_pattern::leave(const stay& x) {
  auto out =
      load_of(x.task, work_.tasks[x.task].agents[0].value, how_.payload_bytes);
  checks_[x.task] = out.check;
  native::result result;
  result.set("load", text_of(out));
  done_ns_[x.task] = now_ns();
  last_ns_ = done_ns_[x.task];
  return result;
}

void live_pattern::count_operations(std::uint64_t n) {
  operations_.fetch_add(n, std::memory_order_relaxed);
}

void live_pattern::record(std::int64_t ns) {
  std::lock_guard lock{mutex_};
  times_.add(ns);
}

} // namespace tutti::stress
