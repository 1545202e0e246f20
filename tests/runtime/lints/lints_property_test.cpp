// SPDX-License-Identifier: BSD-3-Clause
// Random plans: what is called unreachable is reached in no random run (§6,
// §15), and whatever a text holds, findings lie within it.
#include "config/lint_allow.hpp"
#include "config/plan_loader.hpp"
#include "runtime/lints/lints.hpp"
#include "tests/support/long_suite.hpp"
#include "tests/support/random_play.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using config::lint;

namespace {

const std::uint64_t seeds_max = is_long() ? 20000 : 600;

/// A plan as its author would write it; without what no lint looks at. Names
/// that are needed twice count once, so that the text asks for less.
class plan_text {
public:
  explicit plan_text(const plan& p) : p_(p) {
  }

  std::string make() {
    text_ = "agents:\n";
    for (const auto& a : p_.agents)
      add("  {}: {{ run: ./work.sh, slots: {} }}\n", a.name, a.slots);
    if (!p_.services.empty())
      text_ += "services:\n";
    for (const auto& s : p_.services)
      add("  {}: {{ run: ./serve.sh }}\n", s.name);
    if (!p_.phases.empty())
      text_ += "phases:\n";
    for (const auto& x : p_.phases) {
      std::vector<std::string_view> names;
      for (auto t : x.tasks)
        names.push_back(p_.tasks[t.value].name);
      add("  {}: {{ tasks: [{}] }}\n", x.name, fmt::join(names, ", "));
    }
    text_ += "tasks:\n";
    for (const auto& t : p_.tasks)
      if (t.kind == task_kind::work || t.kind == task_kind::after_each)
        add_task(t);
    if (!p_.gates.empty())
      text_ += "gates:\n";
    for (const auto& g : p_.gates)
      add_gate(g);
    return std::move(text_);
  }

private:
  template <class... Ts>
  void add(fmt::format_string<Ts...> format, Ts&&... xs) {
    text_ += fmt::format(format, std::forward<Ts>(xs)...);
  }

  std::string needs_of(const std::vector<need>& xs) const {
    std::vector<std::string> parts;
    for (const auto& x : xs)
      parts.push_back(fmt::format("{{ {}: {} }}", name_of(p_, x.of),
                                  to_string(x.condition)));
    // Only the name of a gate or service says enough.
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (xs[i].of.kind == node_kind::gate
          || xs[i].of.kind == node_kind::service)
        parts[i] = name_of(p_, xs[i].of);
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }

  void add_task(const task& t) {
    add("  {}: {{ agent: {}", t.name, p_.agents[t.agents[0].value].name);
    if (!t.needs.empty())
      add(", needs: {}", needs_of(t.needs));
    std::vector<std::string_view> names;
    for (auto x : t.after)
      names.push_back(name_of(p_, x));
    if (!names.empty())
      add(", after: [{}]", fmt::join(names, ", "));
    names.clear();
    for (const auto& x : t.needs_later)
      names.push_back(name_of(p_, x.of));
    if (!names.empty())
      add(", needs-later: [{}]", fmt::join(names, ", "));
    names.clear();
    for (auto x : t.after_each)
      names.push_back(p_.tasks[x.value].name);
    if (!names.empty())
      add(", after-each: [{}]", fmt::join(names, ", "));
    if (!t.condition.empty())
      add(", if: needs.{}.outputs.go",
          p_.tasks[t.condition.nodes[0].task.value].name);
    add("{}{} }}\n", t.allow_failure ? ", allow-failure: true" : "",
        t.is_finally ? ", finally: true" : "");
  }

  void add_gate(const gate& g) {
    std::vector<std::string_view> names;
    for (auto x : g.blocks)
      names.push_back(name_of(p_, x));
    add("  {}: {{ needs: {}, blocks: {} }}\n", g.name, needs_of(g.needs),
        g.blocks_all ? std::string{"all"}
                     : fmt::format("[{}]", fmt::join(names, ", ")));
  }

  const plan& p_;
  std::string text_;
};

config::load_result checked(std::string text) {
  config::load_options how;
  how.lints = true;
  auto result =
      config::load_plan({"plan.yaml", "/plans", std::move(text)}, how);
  lints::complete(result);
  return result;
}

/// The name in a message that begins with "'NAME'" or "gate 'NAME'".
std::string_view subject_of(const config::diagnostic& x) {
  auto from = x.message.find('\'') + 1;
  return std::string_view{x.message}.substr(from,
                                            x.message.find('\'', from) - from);
}

template <class Things>
std::uint32_t index_of(const Things& xs, std::string_view name) {
  auto at = std::find_if(xs.begin(), xs.end(), [&](const auto& x) {
    return x.name == name;
  });
  BOOST_TEST_REQUIRE((at != xs.end()), name);
  return static_cast<std::uint32_t>(at - xs.begin());
}

/// Whether the facts of a run show what a warning says cannot be.
bool refuted(const random_play& x, const config::diagnostic& claim) {
  auto any = [&](auto holds) {
    return std::any_of(x.facts().begin(), x.facts().end(), holds);
  };
  if (claim.code == lint::unopenable_gate) {
    auto gate = index_of(x.played().gates, subject_of(claim));
    return any([&](const fact& f) {
      return f.kind == fact_kind::gate_opened && f.subject == gate;
    });
  }
  auto task = index_of(x.played().tasks, subject_of(claim));
  bool ends = claim.message.find("never be done") != std::string::npos;
  return any([&](const fact& f) {
    if (f.subject != task)
      return false;
    return ends ? f.kind == fact_kind::attempt_finished
                      && f.state == task_state::succeeded
                : f.kind == fact_kind::attempt_started;
  });
}

bool tried_again(const random_play& x) {
  return std::any_of(x.facts().begin(), x.facts().end(), [](const fact& f) {
    return f.kind == fact_kind::task_retried;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_lints_property)

BOOST_AUTO_TEST_CASE(what_is_called_unreachable_is_never_reached) {
  std::size_t good = 0;
  std::size_t tasks = 0;
  std::size_t gates = 0;
  for (std::uint64_t seed = 0; seed < seeds_max; ++seed) {
    random_play play{seed};
    auto text = plan_text{play.played()}.make();
    auto loaded = checked(text);
    good += loaded.value ? 1 : 0;
    std::vector<config::diagnostic> claims;
    for (const auto& x : loaded.diagnostics)
      if (x.code == lint::unreachable_task || x.code == lint::unopenable_gate)
        claims.push_back(x);
    if (claims.empty())
      continue;
    play.play();
    // Who tries a failed task again by hand may have both.
    if (tried_again(play))
      continue;
    for (const auto& x : claims) {
      ++(x.code == lint::unreachable_task ? tasks : gates);
      BOOST_TEST(!refuted(play, x),
                 "seed " << seed << "\n"
                         << config::render({x}, loaded.source, false) << text
                         << play.trace());
    }
  }
  BOOST_TEST_MESSAGE(
      fmt::format("{} plans, {} tasks, {} gates", good, tasks, gates));
  BOOST_TEST(good > seeds_max / 2);
  BOOST_TEST(tasks > seeds_max / 20);
  BOOST_TEST(gates > 0u);
}

BOOST_AUTO_TEST_CASE(findings_lie_within_whatever_text) {
  constexpr const char* comments[] = {
      "# tutti: allow idle-need", "  # tutti: allow unreachable-task, nonsense",
      "#tutti:allow", "      # tutti: allow idle-gate", "# tutti: alow"};
  std::size_t good = 0;
  for (std::uint64_t seed = 0; seed < seeds_max; ++seed) {
    dice d{seed};
    auto text = plan_text{random_team{d}.make()}.make();
    for (auto n = d.roll(6); n > 0; --n) {
      auto at =
          text.find('\n', d.roll(static_cast<std::uint32_t>(text.size())));
      if (at != std::string::npos)
        text.insert(at, (d.one_in(2) ? "\n" : " ")
                            + std::string{comments[d.roll(5)]});
    }
    if (d.one_in(2))
      text.erase(d.roll(static_cast<std::uint32_t>(text.size())),
                 1 + d.roll(9));
    auto loaded = checked(text);
    good += loaded.value ? 1 : 0;
    for (const auto& x : loaded.diagnostics) {
      // Only a missing end of the text is found behind it.
      auto size = text.size() + (x.level == config::severity::error ? 1 : 0);
      bool inside = !x.where.valid()
                 || (x.where.offset <= text.size()
                     && x.where.length <= size - x.where.offset);
      BOOST_TEST(inside, "seed " << seed << ": " << x.message);
      bool coded =
          (x.code == lint::none) == (x.level == config::severity::error);
      BOOST_TEST(coded, "seed " << seed << ": " << x.message);
    }
    for (const auto& x : loaded.allowed) {
      BOOST_TEST(x.begin <= x.end);
      BOOST_TEST(x.end <= text.size());
    }
    BOOST_TEST(config::render(loaded.diagnostics, loaded.source, true).empty()
               == loaded.diagnostics.empty());
  }
  BOOST_TEST(good > seeds_max / 4);
}

BOOST_AUTO_TEST_SUITE_END()
