// SPDX-License-Identifier: BSD-3-Clause
// Whatever a scenario file holds, the loader answers with scenarios or with
// mistakes, and renders them; what it answers refers to what is there. What
// follows a line "==== plan" is the text of each plan file that is named or
// included.
#include "config/scenario_loader.hpp"
#include "messages/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace tutti;
using namespace tutti::config;

bool is_error(const diagnostic& x) {
  return x.level == severity::error;
}

class checker {
public:
  checker(const scenario& s, const source_text& source)
    : s_(s), p_(*s.work), source_(source) {
  }

  void run() const {
    place(s_.where);
    TUTTI_ASSERT(s_.seeds > 0);
    for (const auto& x : s_.works)
      work(x);
    for (const auto& x : s_.timeline) {
      place(x.where);
      at(x.at);
      for (const auto& y : x.deeds)
        deed_at(y);
      for (const auto& y : x.expects)
        expected(y);
    }
    for (const auto& x : s_.never) {
      TUTTI_ASSERT(!x.all.empty());
      for (const auto& y : x.all)
        expected(y);
    }
    for (const auto& x : s_.end)
      expected(x);
  }

private:
  void place(span x) const {
    TUTTI_ASSERT(x.valid() && x.offset + x.length <= source_.text.size());
  }
  void task(std::uint32_t x) const {
    TUTTI_ASSERT(x < p_.tasks.size());
  }
  void tasks(const std::vector<task_id>& xs) const {
    for (auto x : xs)
      task(x.value);
  }
  void agent(std::uint32_t x) const {
    TUTTI_ASSERT(x < p_.agents.size());
  }
  void gate(std::uint32_t x) const {
    TUTTI_ASSERT(x < p_.gates.size());
  }
  void machine(std::uint32_t x) const {
    TUTTI_ASSERT(x < s_.nodes.size());
  }

  void work(const scripted_work& x) const {
    x.of == node_kind::task ? task(x.index) : gate(x.index);
    TUTTI_ASSERT(!x.attempts.empty());
    for (const auto& y : x.attempts) {
      tasks(y.to);
      for (const auto& z : y.asks) {
        agent(z.agent.value);
        TUTTI_ASSERT(!z.texts.empty());
      }
    }
  }

  void at(const moment& x) const {
    switch (x.kind) {
    case moment_kind::clock:
    case moment_kind::later:
    case moment_kind::answered:
      return;
    case moment_kind::asked:
    case moment_kind::open:
      return gate(x.subject);
    case moment_kind::back:
      return agent(x.subject);
    case moment_kind::lost:
      return machine(x.subject);
    default:
      return task(x.subject);
    }
  }

  void deed_at(const deed& x) const {
    place(x.where);
    tasks(x.to);
    switch (x.kind) {
    case deed_kind::crash:
      return agent(x.agent);
    case deed_kind::ask:
      agent(x.agent);
      return task(x.subject.index);
    case deed_kind::hang:
    case deed_kind::fail:
    case deed_kind::late_result:
      return task(x.subject.index);
    case deed_kind::approve:
    case deed_kind::request_changes:
    case deed_kind::reject:
      return gate(x.subject.index);
    case deed_kind::cut:
      machine(x.nodes[1]);
      return machine(x.nodes[0]);
    case deed_kind::lose_node:
    case deed_kind::freeze_node:
    case deed_kind::slow:
      return machine(x.nodes[0]);
    case deed_kind::drop:
    case deed_kind::duplicate:
    case deed_kind::reorder:
      agent(x.receiver);
      return agent(x.agent);
    default:
      return;
    }
  }

  void expected(const expectation& x) const {
    place(x.where);
    tasks(x.tasks);
    switch (x.kind) {
    case expectation_kind::working:
    case expectation_kind::inbox:
    case expectation_kind::idle_while_ready:
    case expectation_kind::idle:
    case expectation_kind::waited:
      return agent(x.subject);
    case expectation_kind::task:
    case expectation_kind::attempts:
    case expectation_kind::output:
      return task(x.subject);
    case expectation_kind::gate:
      return gate(x.subject);
    case expectation_kind::handoff:
      TUTTI_ASSERT(x.tasks.size() == 2);
      return;
    default:
      return;
    }
  }

  const scenario& s_;
  const plan& p_;
  const source_text& source_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string text{reinterpret_cast<const char*>(data), size};
  std::string other = "tasks: { a: {} }";
  constexpr std::string_view plan_follows = "\n==== plan\n";
  if (auto end = text.find(plan_follows); end != std::string::npos) {
    other = text.substr(end + plan_follows.size());
    text.resize(end + 1);
  }
  scenario_options options;
  options.read_plan = [&](const std::string&,
                          const std::string&) -> expected<std::string> {
    return other;
  };
  auto loaded =
      load_scenarios({"story.yaml", "/story", std::move(text)}, options);
  auto wrong = std::any_of(loaded.diagnostics.begin(), loaded.diagnostics.end(),
                           is_error);
  TUTTI_ASSERT(loaded.values.empty() == wrong);
  auto shown = render(loaded.diagnostics, loaded.source, size % 2 == 0);
  TUTTI_ASSERT(shown.empty() == loaded.diagnostics.empty());
  for (const auto& x : loaded.values)
    checker{x, loaded.source}.run();
  return 0;
}
