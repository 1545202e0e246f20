// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph_rank.hpp"

#include "messages/assert.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// The graph of semantics §5: two nodes a task, its start (numbered as the
/// task) and its end (behind all other nodes); one for anything else.
class ranker {
public:
  ranker(const plan& p, graph& g, bool plan_order)
    : plan_(p), g_(g), plan_order_(plan_order),
      ends_(static_cast<node_index>(g.node_count())),
      longest_(g.node_count() + g.task_count, 0) {
  }

  void run() {
    sort_nodes();
    for (auto i = order_.size(); i-- > 0;)
      longest_[order_[i]] = longest_from(order_[i]);
    rank();
    line_up();
  }

private:
  [[nodiscard]] node_index end_of(std::uint32_t task) const {
    return ends_ + task;
  }
  [[nodiscard]] bool is_end(node_index x) const {
    return x >= ends_;
  }

  /// Where an edge leads to: most hold back the start of a task.
  [[nodiscard]] node_index entry(edge e) const {
    bool finish =
        e.kind() == edge_kind::later || e.kind() == edge_kind::trigger;
    return finish ? end_of(e.target()) : e.target();
  }

  /// Calls `use` for each node that follows on `x`.
  template <class Use>
  void for_each_next(node_index x, Use use) const {
    if (is_end(x)) {
      for (auto e : g_.out_of(x - ends_))
        if (e.kind() != edge_kind::started)
          use(entry(e));
      return;
    }
    if (g_.is_task(x))
      use(end_of(x));
    for (auto e : g_.out_of(x))
      if (!g_.is_task(x) || e.kind() == edge_kind::started)
        use(entry(e));
  }

  void sort_nodes() {
    std::vector<std::uint32_t> open(longest_.size(), 0);
    for (node_index x = 0; x < open.size(); ++x)
      for_each_next(x, [&](node_index to) {
        ++open[to];
      });
    order_.reserve(open.size());
    for (node_index x = 0; x < open.size(); ++x)
      if (open[x] == 0)
        order_.push_back(x);
    for (std::size_t i = 0; i < order_.size(); ++i)
      for_each_next(order_[i], [&](node_index to) {
        if (--open[to] == 0)
          order_.push_back(to);
      });
    TUTTI_ASSERT(order_.size() == open.size()); // a cycle, else
  }

  [[nodiscard]] std::int64_t run_time(std::uint32_t task) const {
    return plan_.tasks[task].estimate.mode.count();
  }
  [[nodiscard]] std::int64_t integrate_time(std::uint32_t task) const {
    const auto& t = plan_.tasks[task];
    return t.integrate.present && g_.tasks[task].later > 0
             ? t.integrate.estimate.mode.count()
             : 0;
  }

  /// The longest remaining path by estimate, in nanoseconds. What is needed
  /// later is followed by the integration of who needs it.
  [[nodiscard]] std::int64_t longest_from(node_index x) const {
    std::int64_t result = 0;
    if (is_end(x)) {
      for (auto e : g_.out_of(x - ends_)) {
        if (e.kind() == edge_kind::started)
          continue;
        auto own = e.kind() == edge_kind::later   ? integrate_time(e.target())
                 : e.kind() == edge_kind::trigger ? run_time(e.target())
                                                  : 0;
        result = std::max(result, own + longest_[entry(e)]);
      }
      return result;
    }
    for_each_next(x, [&](node_index to) {
      auto own = is_end(to) && g_.is_task(x) && to == end_of(x)
                   ? run_time(x) + integrate_time(x)
                   : 0;
      result = std::max(result, own + longest_[to]);
    });
    return result;
  }

  [[nodiscard]] std::int64_t remaining(std::uint32_t unit) const {
    if (!g_.is_integrate_unit(unit))
      return longest_[unit];
    auto task = g_.task_of_unit(unit);
    return plan_.tasks[task].integrate.estimate.mode.count()
         + longest_[end_of(task)];
  }

  /// What decides the rank of a unit, beside each other in memory: a plan's
  /// entry is large.
  struct claim {
    std::int64_t remaining = 0;
    std::int32_t priority = 0;
    std::uint32_t task = 0;
    std::uint32_t unit = 0;
  };

  [[nodiscard]] bool goes_first(const claim& a, const claim& b) const {
    if (a.priority != b.priority)
      return a.priority > b.priority;
    if (a.remaining != b.remaining)
      return a.remaining > b.remaining;
    bool integrates = g_.is_integrate_unit(a.unit);
    if (integrates != g_.is_integrate_unit(b.unit)
        && (!plan_order_ || a.task == b.task))
      return integrates;
    return a.task < b.task;
  }

  void rank() {
    std::vector<claim> claims(g_.unit_count());
    for (std::uint32_t unit = 0; unit < claims.size(); ++unit) {
      auto task = g_.task_of_unit(unit);
      claims[unit] = {plan_order_ ? 0 : remaining(unit),
                      plan_.tasks[task].priority, task, unit};
    }
    auto first = [this](const claim& a, const claim& b) {
      return goes_first(a, b);
    };
    if (!std::is_sorted(claims.begin(), claims.end(), first))
      std::sort(claims.begin(), claims.end(), first);
    units_.resize(claims.size());
    for (std::uint32_t i = 0; i < units_.size(); ++i) {
      auto unit = units_[i] = claims[i].unit;
      if (g_.is_integrate_unit(unit))
        g_.integrates[unit - g_.task_count].rank = i;
      else
        g_.tasks[unit].rank = i;
    }
  }

  [[nodiscard]] task_class& class_of_unit(std::uint32_t unit) const {
    return g_.classes[g_.tasks[g_.task_of_unit(unit)].cls];
  }

  void line_up() {
    for (auto unit : units_)
      ++class_of_unit(unit).last;
    std::uint32_t next = 0;
    for (auto& c : g_.classes) {
      c.first = next;
      next += c.last;
      c.last = c.first;
    }
    g_.by_position.resize(units_.size());
    for (auto unit : units_) {
      auto position = class_of_unit(unit).last++;
      g_.by_position[position] = unit;
      if (g_.is_integrate_unit(unit))
        g_.integrates[unit - g_.task_count].position = position;
      else
        g_.tasks[unit].position = position;
    }
  }

  const plan& plan_;
  graph& g_;
  bool plan_order_;
  node_index ends_;
  std::vector<std::int64_t> longest_;
  std::vector<node_index> order_;
  std::vector<std::uint32_t> units_;
};

} // namespace

void rank_units(const plan& p, graph& g, bool plan_order) {
  ranker{p, g, plan_order}.run();
}

} // namespace tutti::engine
