// SPDX-License-Identifier: BSD-3-Clause
#include "config/declare_names.hpp"
#include "config/load_matrix.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tutti::config {

namespace {

/// How many tasks all matrices of a plan may make.
constexpr std::size_t multiplied_max = 100'000;
/// What one byte of a task becomes in each task that is made of it, at most.
constexpr std::size_t growth = 4;

/// What other generated tasks are called after.
constexpr std::array<std::string_view, 2> taken_names{"review", "request"};

class multiplier {
public:
  multiplier(loader_context& c, const new_task& x)
    : c_(c), task_(x), name_(c.node(x.name).text) {
  }

  void run() {
    auto group = phase_id{c_.result.phases.size()};
    if (!declare(c_, task_.name, {node_kind::phase, group.value}))
      return;
    add_group(name_, task_.phase);
    if (std::find(taken_names.begin(), taken_names.end(), name_)
        != taken_names.end()) {
      c_.error(task_.name,
               fmt::format("a task with a matrix cannot be called '{}'", name_),
               "tasks that tutti itself makes are called so; choose another "
               "name");
      return;
    }
    if (auto at = c_.phase_matrices.find(task_.phase.value);
        at != c_.phase_matrices.end())
      of_phase_ = &at->second;
    if (task_.matrix != no_node && !read_own())
      return;
    if (!count())
      return;
    if (task_.max_parallel != no_node)
      limit_ = declare_limit(c_, task_.max_parallel, name_);
    if (of_phase_ == nullptr)
      make_tasks(group, std::string{name_}, {nullptr, nullptr, own_});
    else
      for (std::size_t i = 0; i < of_phase_->neighbours.size(); ++i)
        make_row(group, i);
  }

private:
  bool read_own() {
    auto made = read_matrix(c_, task_.matrix);
    if (!made)
      return false;
    own_ = &c_.matrices.emplace_back(std::move(*made));
    if (of_phase_ == nullptr)
      return true;
    const auto& others = of_phase_->values.names;
    for (const auto& x : own_->names)
      if (std::binary_search(others.begin(), others.end(), x)) {
        c_.error(task_.matrix,
                 fmt::format("the matrix of phase '{}' has '{}', too",
                             c_.result.phases[task_.phase.value].name, x),
                 "give it another name here");
        return false;
      }
    return true;
  }

  bool count() {
    auto tasks = (of_phase_ == nullptr ? 1 : of_phase_->neighbours.size())
               * (own_ == nullptr ? 1 : own_->rows.size());
    c_.multiplied += tasks;
    c_.inherited_bytes += c_.extent(task_.body).length * tasks * growth;
    if (c_.multiplied <= multiplied_max)
      return true;
    c_.error(task_.matrix != no_node ? task_.matrix : task_.name,
             fmt::format("the matrices of this plan make more than {} tasks",
                         multiplied_max));
    return false;
  }

  phase_id add_group(std::string_view name, phase_id parent) {
    c_.result.phases.push_back({std::string{name}, {}});
    c_.phase_bodies.push_back(no_node);
    c_.phase_limits.emplace_back();
    c_.phase_parents.push_back(parent);
    c_.map.phases.push_back(c_.place_of(task_.name));
    return phase_id{c_.result.phases.size() - 1};
  }

  /// The tasks of one row of the phase's matrix.
  void make_row(phase_id group, std::size_t i) {
    const auto& row = of_phase_->values.rows[i];
    auto& neighbours = of_phase_->neighbours[i];
    auto name = fmt::format("{}/{}", name_, row.name);
    auto holder = group;
    node_ref meant{node_kind::task, next_task()};
    if (own_ != nullptr) {
      holder = add_group(name, group);
      meant = {node_kind::phase, holder.value};
      enter(keep(name), meant);
    }
    neighbours.emplace(name_, meant);
    make_tasks(holder, std::move(name),
               {&of_phase_->values, &row, own_, nullptr, &neighbours});
  }

  /// One for each row of the task's own matrix, if it has one.
  void make_tasks(phase_id holder, std::string name, combination made) {
    if (own_ == nullptr)
      return make_task(holder, std::move(name), made);
    for (const auto& x : own_->rows) {
      made.own_row = &x;
      make_task(holder, fmt::format("{}/{}", name, x.name), made);
    }
  }

  void make_task(phase_id holder, std::string name, const combination& made) {
    auto view = keep(std::move(name));
    enter(view, {node_kind::task, next_task()});
    auto one = task_;
    one.phase = holder;
    add_task(
        c_, one, view,
        {task_.name, task_.body, &c_.combinations.emplace_back(made), limit_});
  }

  /// Values of a phase and of a task may join to one name in two ways.
  void enter(std::string_view name, node_ref meant) {
    if (!c_.names.emplace(name, meant).second)
      c_.error(
          task_.name,
          fmt::format("two of its combinations would be called '{}'", name),
          "give the entries of 'include' a 'name'");
  }

  [[nodiscard]] std::uint32_t next_task() const {
    return static_cast<std::uint32_t>(c_.result.tasks.size());
  }

  std::string_view keep(std::string name) {
    return c_.made_names.emplace_back(std::move(name));
  }

  loader_context& c_;
  const new_task& task_;
  std::string_view name_;
  phase_matrix* of_phase_ = nullptr;
  const matrix* own_ = nullptr;
  pool_id limit_;
};

} // namespace

void declare_multiplied(loader_context& c, const new_task& x) {
  multiplier{c, x}.run();
}

pool_id declare_limit(loader_context& c, node_id x, std::string_view name) {
  auto most = read_integer(c, x, "max-parallel", {1, 1'000'000'000});
  if (!most)
    return {};
  c.result.pools.push_back({fmt::format("{}/max-parallel", name),
                            static_cast<std::uint32_t>(*most)});
  c.map.pools.push_back(c.place_of(x));
  return pool_id{c.result.pools.size() - 1};
}

} // namespace tutti::config
