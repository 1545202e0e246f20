// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_own.hpp"

#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace tutti::config {

namespace {

class own_reader {
public:
  own_reader(loader_context& c, task& made, const task_source& source)
    : c_(c), task_(made), source_(source) {
  }

  own_part run() {
    if (task_.kind == task_kind::review)
      return of_review();
    if (task_.kind == task_kind::requests)
      return of_requests();
    auto body = c_.node(source_.body);
    if (body.kind == yaml_kind::scalar && !body.is_null()) {
      own_.run_node = source_.body;
      read_setting(c_, own_.settings, key::run, source_.body);
    } else if (is_mapping(c_, source_.body,
                          fmt::format("task '{}'", task_.name))) {
      for_each_key(c_, place::task, source_.body,
                   [&](const key_row& row, node_id x) {
                     read_key(row, x);
                   });
      check_together();
    }
    return std::move(own_);
  }

private:
  /// A review is handed what its gate needs (semantics §16).
  own_part of_review() {
    const auto& part = c_.approvals.at(task_.review_of.value);
    own_.agent_node = part.by;
    own_.agents = task_.agents;
    own_.settings.run = part.run;
    own_.settings.secrets = part.secrets;
    own_.settings.estimate = part.estimate;
    own_.settings.allow_failure = false;
    own_.prompt = part.prompt;
    task_.needs = c_.result.gates[task_.review_of.value].needs;
    return std::move(own_);
  }

  own_part of_requests() {
    const auto& part = c_.requests.at(task_.agents[0].value);
    own_.agents = task_.agents;
    own_.settings.run = part.run;
    own_.settings.secrets = part.secrets;
    own_.settings.estimate = part.estimate;
    own_.settings.timeout = part.timeout;
    own_.settings.allow_failure = false;
    own_.prompt = part.prompt;
    return std::move(own_);
  }

  void read_after_each(node_id x) {
    each_of_node_ = x;
    std::vector<task_id> all;
    for (auto item : read_list(c_, x, "after-each"))
      add_triggers(all, item);
    std::unordered_set<std::uint32_t> seen;
    for (auto t : all)
      if (seen.insert(t.value).second)
        task_.after_each.push_back(t);
    if (task_.after_each.empty() && !c_.has_error_in(x))
      c_.error(x, "'after-each' names no task",
               "name the tasks after which this one runs");
  }

  /// A phase means its tasks but those with `after-each` (semantics §13).
  void add_triggers(std::vector<task_id>& all, node_id item) {
    auto ref = find_node(c_, item, "after-each");
    if (!ref)
      return;
    auto name = c_.node(item).text;
    if (ref->kind == node_kind::phase) {
      for (auto t : c_.result.phases[ref->index].tasks)
        if (c_.result.tasks[t.value].kind == task_kind::work)
          all.push_back(t);
    } else if (ref->kind != node_kind::task) {
      c_.error(
          item, fmt::format("'{}' is a {}", name, word_of(ref->kind)),
          fmt::format("a {} is needed: needs: {}", word_of(ref->kind), name));
    } else if (&c_.result.tasks[ref->index] == &task_) {
      c_.error(item,
               fmt::format("'{}' cannot run after each of its own runs", name),
               "name the tasks that it follows");
    } else if (c_.result.tasks[ref->index].kind == task_kind::after_each) {
      c_.error(item, fmt::format("'{}' has an 'after-each' itself", name),
               "name what that one names");
    } else {
      all.push_back(task_id{ref->index});
    }
  }

  void read_own_batch(node_id x) {
    batch_node_ = x;
    constexpr batch_policy all_queued{0, duration{0}};
    auto n = c_.node(x);
    if (n.kind == yaml_kind::mapping)
      task_.batch = read_batch(c_, x, all_queued);
    else if (n.plain && (n.text == "true" || n.text == "false"))
      task_.batch = n.text == "true" ? all_queued : task_.batch;
    else
      c_.error(x, "'batch' must be true, false, or a mapping",
               "write { max: 2, wait: 5m }");
  }

  void read_key(const key_row& row, node_id x) {
    switch (row.id) {
    case key::after_each:
      read_after_each(x);
      break;
    case key::batch:
      read_own_batch(x);
      break;
    case key::provides:
    case key::matrix:
      break; // it was needed earlier
    case key::max_parallel:
      if (source_.made_by == nullptr)
        c_.error(x,
                 "'max-parallel' limits what a matrix makes, and there is "
                 "none",
                 "a pool limits any tasks: pools: { NAME: 2 }");
      break;
    case key::agent:
      own_.agents = read_agents(c_, x);
      own_.agent_node = x;
      break;
    case key::needs:
      task_.needs = read_needs(c_, x);
      break;
    case key::after:
      task_.after = read_names(c_, x, row.name);
      break;
    case key::needs_later:
      later_node_ = x;
      for (auto ref : read_names(c_, x, row.name))
        task_.needs_later.push_back({ref, need_condition::succeeded});
      break;
    case key::if_:
      own_.condition = read_condition(c_, x);
      break;
    case key::finally:
      task_.is_finally = read_boolean(c_, x, row.name).value_or(false);
      break;
    default:
      read_work(row, x);
    }
  }

  /// What is done, and what comes of it.
  void read_work(const key_row& row, node_id x) {
    switch (row.id) {
    case key::run:
      own_.run_node = x;
      read_setting(c_, own_.settings, key::run, x);
      break;
    case key::prompt:
      own_.prompt = read_template(c_, x, row.name);
      break;
    case key::note:
      own_.note = read_template(c_, x, row.name);
      break;
    case key::integrate:
      read_integrate(x);
      break;
    case key::integrate_each:
      each_node_ = x;
      task_.integrate_each = read_boolean(c_, x, row.name).value_or(false);
      break;
    case key::artifacts:
      read_artifacts(x);
      break;
    default:
      read_setting(c_, own_.settings, row.id, x);
    }
  }

  void read_integrate(node_id x) {
    integrate_part made;
    made.node = x;
    auto n = c_.node(x);
    if (n.kind != yaml_kind::mapping && !n.is_null()) {
      made.run_node = x;
      made.run = read_some_command(c_, x, "integrate");
    } else {
      for_each_key(c_, place::integrate, x,
                   [&](const key_row& row, node_id value) {
                     if (row.id == key::run) {
                       made.run_node = value;
                       made.run = read_some_command(c_, value);
                     } else if (row.id == key::prompt) {
                       made.prompt = read_template(c_, value, row.name);
                     } else {
                       made.estimate = read_estimate(c_, value);
                     }
                   });
    }
    own_.integrate = std::move(made);
  }

  void read_artifacts(node_id x) {
    auto paths = x;
    if (c_.node(x).kind == yaml_kind::mapping) {
      paths = no_node;
      for_each_key(c_, place::artifacts, x,
                   [&](const key_row& row, node_id value) {
                     if (row.id == key::paths)
                       paths = value;
                     else
                       read_on_failure(value);
                   });
      if (paths == no_node && !c_.has_error_in(x))
        c_.error(x, "'artifacts' has no 'paths'",
                 "write { paths: [report.html], on-failure: keep }");
    }
    if (paths == no_node)
      return;
    for (auto item : read_list(c_, paths, "artifacts"))
      if (auto path = read_template(c_, item, "artifacts");
          path && is_good_path(item, *path))
        own_.artifacts.push_back(std::move(*path));
  }

  void read_on_failure(node_id x) {
    auto n = c_.node(x);
    if (n.kind == yaml_kind::scalar && n.text == "keep")
      task_.keep_artifacts = true;
    else if (n.kind != yaml_kind::scalar || n.text != "drop")
      c_.error(x, "'on-failure' must be keep or drop",
               "keep: those of a failed attempt are captured, too");
  }

  /// What is already wrong in the text; the rest shows when it is filled in.
  bool is_good_path(node_id item, const template_text& path) {
    if (!path.parsed.empty())
      return true;
    std::string_view text = path.text;
    if (text.empty()) {
      c_.error(item, "an artifact needs a path");
      return false;
    }
    bool leaves = text.starts_with('/') || text == ".."
               || text.starts_with("../") || text.ends_with("/..")
               || text.find("/../") != std::string_view::npos;
    if (!leaves)
      return true;
    c_.error(item,
             fmt::format("the artifact '{}' lies outside the working directory",
                         text),
             "name files below the task's working directory");
    return false;
  }

  // -- what does not go together ----------------------------------------------

  void check_together() {
    check_after_each();
    if (task_.is_finally && later_node_ != no_node)
      c_.error(later_node_, "a 'finally' task needs nothing later",
               "name it in 'needs' or 'after'");
    if (each_node_ != no_node && task_.integrate_each && !own_.integrate)
      c_.error(each_node_,
               "'integrate-each' says how often 'integrate' is done, and "
               "there is none",
               "add 'integrate'");
    for (const auto& x : task_.needs_later) {
      auto same = [&](const need& y) {
        return y.of == x.of && y.condition == need_condition::succeeded;
      };
      if (std::any_of(task_.needs.begin(), task_.needs.end(), same))
        c_.warning(later_node_, lint::needed_twice,
                   fmt::format("'{}' is needed to start, so it cannot come "
                               "later",
                               name_of(c_.result, x.of)),
                   "name it in 'needs' or in 'needs-later'");
    }
  }

  void check_after_each() {
    if (each_of_node_ == no_node) {
      if (batch_node_ != no_node)
        c_.error(batch_node_,
                 "'batch' takes what 'after-each' queues, and there is none",
                 "add 'after-each'");
      return;
    }
    if (task_.is_finally)
      c_.error(each_of_node_, "a 'finally' task runs once, at the end",
               "name the tasks in 'after'");
    if (later_node_ != no_node)
      c_.error(later_node_, "a task with 'after-each' needs nothing later",
               "name it in 'after-each'");
    else if (own_.integrate)
      c_.error(own_.integrate->node,
               "a task with 'after-each' integrates nothing",
               "what it does each time stands in 'run'");
  }

  loader_context& c_;
  task& task_;
  const task_source& source_;
  own_part own_;
  node_id each_of_node_ = no_node;
  node_id batch_node_ = no_node;
  node_id later_node_ = no_node;
  node_id each_node_ = no_node;
};

} // namespace

own_part read_own_part(loader_context& c, task& made,
                       const task_source& source) {
  return own_reader{c, made, source}.run();
}

} // namespace tutti::config
