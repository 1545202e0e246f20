// SPDX-License-Identifier: BSD-3-Clause
// What can never run. Whatever holds at a node of the graph implies that some
// tasks have succeeded and some have failed; where the same task is in both
// sets, the node never holds.
//
// What is implied is told carefully: a task that was left out satisfies a
// phase, a gate and a needs-later (semantics §7), one that may fail satisfies
// everything however it ends (§6), and what needs a service may end before it
// was ready (§23).
#include "config/lint.hpp"
#include "config/wait_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

namespace {

constexpr std::uint32_t nothing = task_id::none;
/// Tasks whose failure is needed are looked at by that many at a time, ...
constexpr std::size_t batch_size = 64;
/// ... that often at most: a plan with more is checked for the first.
constexpr std::size_t batches_max = 64;
constexpr std::size_t findings_max = 20;

/// What holds at a node, for the tasks of the batch.
struct facts {
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;

  [[nodiscard]] bool contradict() const {
    return (succeeded & failed) != 0;
  }
};

class contradiction_finder {
public:
  contradiction_finder(loader_context& c, const lint_graph& g)
    : c_(c), p_(c.result), g_(g), left_out_(p_.tasks.size(), false),
      known_(g.waits().size()), never_(g.waits().size(), false),
      told_(g.waits().size(), false) {
  }

  void run() {
    auto targets = collect_targets();
    if (targets.empty())
      return;
    find_left_out();
    for (std::size_t b = 0; b < batches_max && b * batch_size < targets.size();
         ++b) {
      auto end = std::min((b + 1) * batch_size, targets.size());
      batch_.assign(targets.begin() + static_cast<std::ptrdiff_t>(b * 64),
                    targets.begin() + static_cast<std::ptrdiff_t>(end));
      std::fill(known_.begin(), known_.end(), facts{});
      for (auto node : g_.order())
        settle(node);
    }
  }

private:
  // -- what is looked at ------------------------------------------------------

  /// The tasks of which somebody needs the failure, sorted.
  std::vector<std::uint32_t> collect_targets() const {
    std::vector<std::uint32_t> result;
    for (std::uint32_t n = 0; n < g_.waits().size(); ++n)
      for (const auto& e : g_.waits().edges(n)) {
        auto to = g_.waits().what(e.target);
        if (e.reason == wait_reason::failed && to.kind == wait_kind::done)
          result.push_back(to.index);
      }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  /// Who has an `if`, or needs somebody who may be left out.
  void find_left_out() {
    for (auto node : g_.order()) {
      auto x = g_.waits().what(node);
      if (x.kind != wait_kind::start)
        continue;
      const auto& t = p_.tasks[x.index];
      left_out_[x.index] =
          !t.condition.empty()
          || std::any_of(t.needs.begin(), t.needs.end(), [&](const need& n) {
               return n.of.kind == node_kind::task && left_out_[n.of.index];
             });
    }
  }

  std::uint64_t bit_of(std::uint32_t task) const {
    auto at = std::lower_bound(batch_.begin(), batch_.end(), task);
    return at == batch_.end() || *at != task
             ? 0
             : std::uint64_t{1} << (at - batch_.begin());
  }

  /// True where the end of a task shows that it could have started.
  bool surely_began(const task& x) const {
    return !x.is_finally
        && std::none_of(x.needs.begin(), x.needs.end(), [](const need& n) {
             return n.of.kind == node_kind::service;
           });
  }

  /// The node whose facts hold where the edge is satisfied, or `nothing`.
  std::uint32_t implied_by(std::uint32_t node, const wait_edge& e) const {
    auto from = g_.waits().what(node);
    auto to = g_.waits().what(e.target);
    switch (e.reason) {
    case wait_reason::after:
    case wait_reason::completed:
      return nothing;
    case wait_reason::started:
      return to.kind == wait_kind::start ? e.target : nothing;
    case wait_reason::failed:
      return to.kind == wait_kind::done && surely_began(p_.tasks[to.index])
               ? g_.waits().start_of(task_id{to.index})
               : nothing;
    default:
      break;
    }
    if (from.kind == wait_kind::start && p_.tasks[from.index].is_finally)
      return nothing;
    if (from.kind == wait_kind::phase_started)
      return nothing; // any of its tasks is enough
    if (to.kind != wait_kind::done)
      return e.target;
    const auto& t = p_.tasks[to.index];
    bool strict = from.kind == wait_kind::start
               && p_.tasks[from.index].kind != task_kind::review;
    if (!strict && left_out_[to.index])
      return nothing;
    return t.allow_failure ? nothing : e.target;
  }

  // -- what follows -----------------------------------------------------------

  void settle(std::uint32_t node) {
    auto& me = known_[node];
    bool below = false; // something it needs never holds, and that was said
    auto what = g_.waits().what(node);
    for (const auto& e : g_.waits().edges(node)) {
      auto to = g_.waits().what(e.target);
      if (e.reason == wait_reason::failed && to.kind == wait_kind::done
          && !is_finally(what))
        me.failed |= bit_of(to.index);
      auto source = is_finally(what) ? nothing : implied_by(node, e);
      if (source == nothing)
        continue;
      me.succeeded |= known_[source].succeeded;
      me.failed |= known_[source].failed;
      never_[node] = never_[node] || never_[source];
      below = below || told_[source];
    }
    if (what.kind == wait_kind::done)
      me.succeeded |= bit_of(what.index);
    never_[node] = never_[node] || me.contradict();
    told_[node] = told_[node] || below;
    if (never_[node] && !told_[node] && me.contradict())
      tell(node, what);
  }

  bool is_finally(wait_node x) const {
    return x.kind == wait_kind::start && p_.tasks[x.index].is_finally;
  }

  // -- what is said -----------------------------------------------------------

  /// A phase that can never be complete is told of by who needs it.
  void tell(std::uint32_t node, wait_node what) {
    bool is_task =
        what.kind == wait_kind::start || what.kind == wait_kind::done;
    if (!is_task && what.kind != wait_kind::gate
        && what.kind != wait_kind::service)
      return;
    told_[node] = true;
    if (++told_count_ > findings_max)
      return;
    auto both = known_[node].succeeded & known_[node].failed;
    std::size_t first = 0;
    while ((both >> first & 1) == 0)
      ++first;
    auto of = batch_[first];
    const auto& name = p_.tasks[of].name;
    auto success = why(node, of, true);
    auto failure = why(node, of, false);
    auto hint = words(success) + "\n" + words(failure) + "\n"
              + remedy(success, failure);
    if (what.kind == wait_kind::gate)
      c_.found.warning(
          c_.map.gates[what.index], lint::unopenable_gate,
          fmt::format("gate '{}' can never open: '{}' would have to "
                      "succeed, and to fail",
                      p_.gates[what.index].name, name),
          hint);
    else
      c_.found.warning(
          is_task ? c_.map.tasks[what.index] : c_.map.services[what.index],
          lint::unreachable_task,
          fmt::format("'{}' can never {}: '{}' would have to succeed, and to "
                      "fail",
                      is_task ? p_.tasks[what.index].name
                              : p_.services[what.index].name,
                      what.kind == wait_kind::done ? "be done" : "run", name),
          hint);
  }

  /// The steps by which a node asks for a result of a task.
  std::vector<wait_link> why(std::uint32_t node, std::uint32_t of,
                             bool success) const {
    auto goal = g_.waits().node_of({node_kind::task, of});
    std::vector<std::uint32_t> from(g_.waits().size(), nothing);
    std::vector<std::uint32_t> open{node};
    from[node] = node;
    for (std::size_t i = 0; i < open.size(); ++i)
      for (const auto& e : g_.waits().edges(open[i])) {
        auto source = implied_by(open[i], e);
        bool fails = e.reason == wait_reason::failed;
        if (e.target == goal && (success ? source == goal : fails))
          return links_to(path_to(from, node, open[i]), of, e.reason);
        if (source != nothing && from[source] == nothing) {
          from[source] = open[i];
          open.push_back(source);
        }
      }
    return {};
  }

  static std::vector<std::uint32_t>
  path_to(const std::vector<std::uint32_t>& from, std::uint32_t first,
          std::uint32_t last) {
    std::vector<std::uint32_t> result{last};
    while (result.back() != first)
      result.push_back(from[result.back()]);
    std::reverse(result.begin(), result.end());
    return result;
  }

  std::vector<wait_link> links_to(std::vector<std::uint32_t> path,
                                  std::uint32_t of, wait_reason last) const {
    path.push_back(g_.waits().node_of({node_kind::task, of}));
    auto links = links_of(c_, g_.waits(), path, path_shape::open);
    for (auto& x : links) {
      // The same task may be needed in two ways; and what fails has begun.
      bool fails = &x == &links.back() ? last == wait_reason::failed
                                       : x.reason == wait_reason::work;
      if (fails)
        x.sentence = fmt::format("{} needs {} to fail", name_of(p_, x.from),
                                 name_of(p_, x.to));
    }
    return links;
  }

  /// "b needs a, c needs b".
  static std::string words(const std::vector<wait_link>& links) {
    std::string result;
    for (const auto& x : links)
      result += (result.empty() ? "" : ", ") + x.sentence;
    return result;
  }

  /// What takes over from another task is skipped where that succeeds, and
  /// then it is over, too.
  std::string other_way(const std::vector<wait_link>& failure) const {
    if (failure.size() < 2 || failure.front().reason != wait_reason::succeeded
        || failure.front().to.kind != node_kind::task)
      return {};
    return fmt::format(", or only wait until '{0}' is over: {{ {0}: completed "
                       "}}",
                       name_of(p_, failure.front().to));
  }

  /// A phase in which one task takes over from another is never complete.
  std::string remedy(const std::vector<wait_link>& success,
                     const std::vector<wait_link>& failure) const {
    auto member_of = [](const std::vector<wait_link>& links) {
      return std::find_if(links.begin(), links.end(), [](const auto& x) {
        return x.reason == wait_reason::holds;
      });
    };
    auto good = member_of(success);
    auto bad = member_of(failure);
    if (good == success.end() || bad == failure.end()
        || good->from != bad->from)
      return "leave one of the two out" + other_way(failure);
    return fmt::format("take '{}' out of phase '{}', or need only those of its "
                       "tasks that are meant",
                       name_of(p_, bad->to), name_of(p_, bad->from));
  }

  loader_context& c_;
  const plan& p_;
  const lint_graph& g_;
  std::vector<std::uint32_t> batch_; ///< tasks, sorted
  std::vector<bool> left_out_;       ///< by task: it may be
  std::vector<facts> known_;         ///< by node
  std::vector<bool> never_;          ///< by node
  std::vector<bool> told_;           ///< by node: its reason has been said
  std::size_t told_count_ = 0;
};

} // namespace

void lint_contradictions(loader_context& c, const lint_graph& g) {
  contradiction_finder{c, g}.run();
}

} // namespace tutti::config
