// SPDX-License-Identifier: BSD-3-Clause
#include "bench/journal_live.hpp"

#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_host.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace tutti::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t task_count = 100;

std::shared_ptr<const plan> make_plan() {
  plan p;
  p.name = "durable";
  p.agents.push_back({"worker", "", task_count, false});
  p.tasks.resize(task_count);
  for (std::uint32_t i = 0; i < task_count; ++i) {
    p.tasks[i].name = fmt::format("task-{}", i);
    p.tasks[i].agents = {agent_id{0}};
  }
  return std::make_shared<const plan>(std::move(p));
}

std::unique_ptr<journal::journal_file> make_file(const std::string& path) {
  journal::journal_options options;
  options.path = path;
  auto file = std::make_unique<journal::journal_file>(options, make_plan());
  if (auto wrong = file->create({}, {}, {}, {}))
    throw std::runtime_error(wrong->detail);
  return file;
}

} // namespace

fact make_fact(std::uint64_t i) {
  fact x;
  x.kind = fact_kind::attempt_finished;
  x.subject = static_cast<std::uint32_t>(i % task_count);
  x.agent = 0;
  x.attempt = static_cast<std::uint32_t>(i / task_count + 1);
  x.version = 2;
  x.state = task_state::succeeded;
  x.exit_code = 0;
  x.at = duration{static_cast<std::int64_t>(i * 1'000'000)};
  if (i % 8 == 0) {
    attempt_details details;
    details.note.assign(200, static_cast<char>('a' + i % 26));
    x.details = std::make_shared<const attempt_details>(std::move(details));
  }
  return x;
}

struct live_journal::parts {
  parts(caf::actor_system& system, const std::string& path)
    : self(system),
      writer(std::make_shared<journal::journal_writer>(
          make_file(path),
          journal::writer_events{[to = caf::actor{self}](facts_durable x) {
                                   caf::anon_send(to, x);
                                 },
                                 [to = caf::actor{self}](journal_stuck x) {
                                   caf::anon_send(to, std::move(x));
                                 }})),
      host(system.spawn(journal::journal_host_behavior, writer)) {
  }

  caf::scoped_actor self;
  std::shared_ptr<journal::journal_writer> writer;
  journal_actor host;
};

live_journal::live_journal(const std::string& path)
  : system_(config_), parts_(std::make_unique<parts>(system_, path)) {
}

live_journal::~live_journal() {
  parts_->writer->stop();
}

seconds live_journal::append(std::uint32_t count, std::uint32_t in_flight) {
  auto& self = parts_->self;
  std::string stuck;
  auto last = given_ + count;
  auto start = clock::now();
  while (durable_ < last && stuck.empty()) {
    while (given_ < last && given_ < durable_ + in_flight) {
      append_facts step;
      step.facts = {make_fact(given_)};
      step.last = ++given_;
      self->send(parts_->host, std::move(step));
    }
    self->receive(
        [this](facts_durable x) {
          durable_ = x.last;
        },
        [&stuck](const journal_stuck& x) {
          stuck = x.why;
        });
  }
  if (!stuck.empty())
    throw std::runtime_error(stuck);
  return clock::now() - start;
}

} // namespace tutti::bench
