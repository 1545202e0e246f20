// SPDX-License-Identifier: BSD-3-Clause
#include "actors/service/service_keeper.hpp"

#include "actors/agent/command_words.hpp"
#include "actors/agent/work_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

duration backoff(std::uint32_t restart) {
  auto doublings = std::min(restart - 1, 10U);
  return std::min<duration>(service_backoff_first * (1U << doublings),
                            service_backoff_last);
}

bool is_failure(const process_exited& x) {
  return x.end != process_end::exited || x.code != 0;
}

std::string text_of(const process_exited& x) {
  if (!x.message.empty())
    return x.message;
  return fmt::format("it ended with code {}", x.code);
}

} // namespace

service_keeper::service_keeper(service_keeper_options options,
                               service_ports& ports)
  : options_(std::move(options)), ports_(ports),
    last_process_(options_.first_process) {
}

const service& service_keeper::mine() const {
  return options_.work->services[options_.id.value];
}

void service_keeper::wake(duration span, std::function<void()> then) {
  auto timer = ++timers_made_;
  timers_.emplace(timer, std::move(then));
  ports_.wake_after(span, timer);
}

void service_keeper::on_timer(std::uint64_t timer) {
  if (auto due = timers_.extract(timer))
    due.mapped()();
}

// -- starting -----------------------------------------------------------------

void service_keeper::start(start_service given) {
  if (stage_ != stage::idle)
    return;
  given_ = std::move(given);
  launch();
}

/// What its templates may look at.
expression_scope service_keeper::scope() const {
  expression_scope result;
  result.output = [this](task_id from, std::string_view name) -> const value* {
    for (const auto& x : given_.needs)
      if (x.from == from)
        return find_output(x.outputs(), name);
    return nullptr;
  };
  result.comment = [this](gate_id gate) -> std::string {
    for (const auto& x : given_.comments)
      if (x.gate == gate)
        return x.text;
    return {};
  };
  return result;
}

start_process service_keeper::prepare(const command_line& run,
                                      const std::string& name) {
  const auto& s = mine();
  const auto& directory = options_.work->directory;
  auto seen = scope();
  start_process x;
  x.id = last_process_++;
  x.name = name;
  x.argv = command_words(run, seen);
  for (const auto& e : s.env)
    x.env.push_back(e.name + "=" + render(e.text, seen));
  x.env.push_back("TUTTI_SERVICE=" + s.name);
  x.env.push_back("TUTTI_PLAN_DIR=" + directory);
  for (const auto& file : s.env_files)
    x.env_files.push_back(path_below(directory, file));
  for (auto secret : s.secrets)
    x.secrets.push_back(options_.work->secrets[secret.value].name);
  x.directory = path_below(directory, render(s.working_directory, seen));
  x.grace = options_.grace;
  return x;
}

void service_keeper::launch() {
  stage_ = stage::starting;
  why_.clear();
  auto order = prepare(mine().run,
                       fmt::format("service.{}.{}", mine().name, ++launches_));
  main_ = order.id;
  ports_.start(std::move(order));
}

void service_keeper::on(const process_started& x) {
  if (x.id != main_ || stage_ != stage::starting)
    return;
  if (mine().ready.kind == command_kind::none)
    return become_ready();
  wake(mine().ready_timeout, [this, process = main_] {
    if (process == main_ && stage_ == stage::starting)
      give_up_waiting();
  });
  probe();
}

void service_keeper::probe() {
  auto order =
      prepare(mine().ready, fmt::format("service.{}.ready", mine().name));
  probe_ = order.id;
  ports_.start(std::move(order));
}

void service_keeper::become_ready() {
  stage_ = stage::ready;
  ports_.tell(service_state::ready, {});
  wake(service_proof_time, [this, process = main_] {
    if (process == main_ && stage_ == stage::ready)
      restarts_ = 0;
  });
}

void service_keeper::give_up_waiting() {
  why_ =
      fmt::format("it was not ready within {:g} s",
                  std::chrono::duration<double>(mine().ready_timeout).count());
  end_all(false);
}

// -- ending -------------------------------------------------------------------

void service_keeper::end_all(bool at_once) {
  if (main_ != 0)
    ports_.end({main_, at_once});
  if (probe_ != 0)
    ports_.end({probe_, true}); // it has nothing to put in order
}

void service_keeper::stop(bool at_once) {
  if (stage_ == stage::over)
    return;
  stage_ = stage::stopping;
  end_all(at_once);
  settle();
}

/// The last word, once nothing of it is left.
void service_keeper::settle() {
  if (stage_ != stage::stopping || main_ != 0 || probe_ != 0)
    return;
  stage_ = stage::over;
  ports_.tell(service_state::ended, {});
}

void service_keeper::on(const process_exited& x) {
  if (x.id == main_) {
    main_ = 0;
    main_is_gone(x);
  } else if (x.id == probe_) {
    probe_ = 0;
    if (stage_ == stage::starting && why_.empty() && main_ != 0) {
      if (!is_failure(x))
        return become_ready();
      wake(mine().ready_every, [this, process = main_] {
        if (process == main_ && stage_ == stage::starting && why_.empty()
            && probe_ == 0)
          probe();
      });
    }
  }
  settle();
}

void service_keeper::main_is_gone(const process_exited& x) {
  if (probe_ != 0)
    ports_.end({probe_, true});
  if (stage_ == stage::starting || stage_ == stage::ready)
    down(x);
}

/// It is gone and nobody asked it to go.
void service_keeper::down(const process_exited& x) {
  auto text = why_.empty() ? text_of(x) : why_;
  auto policy = mine().restart;
  auto again = policy == restart_policy::always
            || (policy == restart_policy::on_failure
                && (is_failure(x) || !why_.empty()));
  // A process that cannot be killed may hold what the next one needs.
  again = again && x.end != process_end::unkillable;
  if (again && restarts_ >= mine().restarts_max) {
    text += fmt::format("; that was after {} restart{} in a row", restarts_,
                        restarts_ == 1 ? "" : "s");
    again = false;
  }
  if (!again) {
    stage_ = stage::failed;
    return ports_.tell(service_state::failed, std::move(text));
  }
  stage_ = stage::pausing;
  ++restarts_;
  ports_.tell(service_state::starting, std::move(text));
  wake(backoff(restarts_), [this] {
    if (stage_ == stage::pausing)
      launch();
  });
}

} // namespace tutti
