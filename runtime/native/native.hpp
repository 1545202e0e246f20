// SPDX-License-Identifier: BSD-3-Clause
// Agents written in C++: a program registers them by name, `native: NAME` in a
// plan means them, and `run_program` is the whole of `tutti` with them linked
// in. docs/native.md has a tour. No CAF on this page; runtime/native/actor.hpp
// is for who wants an actor of their own instead.
#pragma once

#include "messages/task.hpp"
#include "runtime/native/values.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::native {

class attempt;
class handed_pool;
struct actor_entry;

/// What an agent asked for is refused, in one sentence: an unknown agent, a
/// wait that could never end, an attempt that is over.
class refused : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What another task put out. Cheap to copy.
struct handed {
  std::string from; ///< name of the task
  std::uint32_t version = 1;
  task_state status = task_state::succeeded;      ///< how that task ended
  std::shared_ptr<const attempt_details> details; ///< never null

  /// The output of that name as a T; none where there is none, or where it
  /// does not read as one.
  template <class T>
  [[nodiscard]] std::optional<T> get(std::string_view name) const {
    const auto* x = find_output(details->outputs, name);
    return x ? read<T>(*x) : std::nullopt;
  }
};

/// An output that a task needs, as a T. Throws std::runtime_error, in words
/// that make a good message of a failed attempt, where nothing was handed over,
/// or it has no such output, or that is no T.
[[nodiscard]] value require_output(const std::optional<handed>& x,
                                   std::string_view from, std::string_view name,
                                   std::string_view to);
[[noreturn]] void throw_wrong_type(const value& x, std::string_view from,
                                   std::string_view name, std::string_view to);
template <class T>
[[nodiscard]] T required(const std::optional<handed>& x, std::string_view from,
                         std::string_view name, std::string_view to) {
  auto found = require_output(x, from, name, to);
  if (auto result = read<T>(found))
    return std::move(*result);
  throw_wrong_type(found, from, name, to);
}

/// What became of a request; a failure is an answer.
struct answer : handed {
  std::uint32_t number = 0; ///< of the request, as `task::request` returned it
  std::string text;         ///< as it was asked
};

/// What has arrived since one looked last.
struct arrivals {
  std::vector<handed> handoffs;
  std::vector<answer> answers;

  [[nodiscard]] bool empty() const {
    return handoffs.empty() && answers.empty();
  }
};

/// What an after-each task or one that answers requests is to work off.
struct item {
  std::string from;          ///< the trigger, or who asked: name of a task
  std::uint32_t version = 1; ///< of the trigger
  std::uint32_t request = 0; ///< its number, from 1; 0: a trigger
  task_state status = task_state::succeeded; ///< how the trigger ended
  std::string text;                          ///< of the request
  std::string note;                          ///< of the request
};

/// How `task::request` asks.
struct request_options {
  std::string note;
  std::string key; ///< names the request in a retried attempt; empty: its text
  bool awaited = true; ///< the task is done only after the answers
};

/// What an attempt puts out. A value: copies are apart.
class result {
public:
  result() = default;

  /// The attempt has failed, in one sentence.
  [[nodiscard]] static result failure(std::string message);

  /// Output `name`; of two with one name the later counts. A text, a number or
  /// a boolean. Throws std::invalid_argument for what is no finite number.
  template <class T>
  result& set(std::string name, const T& x) {
    return put(std::move(name), make_value(x));
  }
  /// An output that is an array or an object, as JSON text. Throws
  /// std::invalid_argument where it is no JSON.
  result& set_json(std::string name, std::string_view text);
  /// Goes with the handoffs.
  result& note(std::string text);

  [[nodiscard]] const attempt_details& details() const;
  /// The same, for who goes on with it; null: it says nothing.
  [[nodiscard]] std::shared_ptr<attempt_details> take_details() &&;
  [[nodiscard]] bool failed() const {
    return failed_;
  }

private:
  result& put(std::string name, value x);
  attempt_details& own();

  std::shared_ptr<attempt_details> details_; ///< null: nothing to say
  bool failed_ = false;
};

/// One attempt at a task, as its agent sees it: a handle that may be copied,
/// kept, and used from any thread. Once the attempt is over, progress and ends
/// are ignored, and what waits for a reply throws `refused`.
class task {
public:
  // -- what is to be done -----------------------------------------------------

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::string& agent() const;
  [[nodiscard]] std::uint32_t attempt_number() const; ///< from 1
  [[nodiscard]] std::uint32_t version() const;        ///< from 1
  [[nodiscard]] std::uint32_t round() const;          ///< of rework, from 1
  /// `integrate`: all that the task needs later has been handed over.
  [[nodiscard]] work_phase phase() const;
  [[nodiscard]] const std::string& prompt() const;
  /// Of who asked for changes; empty in the first round.
  [[nodiscard]] const std::string& feedback() const;
  [[nodiscard]] const std::vector<item>& items() const;
  /// The working directory, absolute. It is not the program's current one,
  /// which all agents share.
  [[nodiscard]] const std::string& directory() const;
  /// What `env` of the plan says, templates replaced; none where it says none.
  [[nodiscard]] std::optional<std::string> env(const std::string& name) const;
  /// What the run phase put out, in the integrate phase; else empty.
  [[nodiscard]] const attempt_details& earlier() const;

  // -- what was handed over ---------------------------------------------------

  /// All so far, the latest of each task, in order of arrival.
  [[nodiscard]] std::vector<handed> inputs() const;
  [[nodiscard]] std::vector<answer> answers() const;
  /// What `from` handed on; none where it has not (yet).
  [[nodiscard]] std::optional<handed> find_input(std::string_view from) const;
  /// One output of it, as a T. Throws std::runtime_error, in words that make a
  /// good message of a failed attempt, where there is none or it is no T.
  template <class T>
  [[nodiscard]] T input(std::string_view from, std::string_view name) const {
    return required<T>(find_input(from), from, name, this->name());
  }
  /// What has arrived since the last call; never what was there at the start.
  /// With a `wait` it gives the agent's slot back until something is there, the
  /// time is over, or the attempt is told to end. Throws `refused` where the
  /// wait could never end.
  [[nodiscard]] arrivals
  arrived(std::chrono::milliseconds wait = std::chrono::milliseconds{0});

  // -- while it works ---------------------------------------------------------

  /// What viewers see; `percent` from 0 to 100, -1 where unknown. Never waits;
  /// only the latest counts.
  void progress(int percent, std::string_view text = {});
  /// Added to the note that goes with the handoffs.
  void note(std::string text);
  /// Added to the outputs. Throws `refused` where it is too large.
  template <class T>
  void hand_over(std::string name, const T& x) {
    hand_over_value(std::move(name), make_value(x));
  }
  /// Asks another agent; returns the requests' numbers at once, in the order
  /// of `texts`. The answers arrive. Throws `refused`.
  std::vector<std::uint32_t> request(std::string to,
                                     std::vector<std::string> texts,
                                     request_options options = {});
  /// Set once the attempt is told to end (a timeout, cancel, Ctrl-C): return
  /// soon. An agent that does not, within the plan's grace, loses its slot.
  [[nodiscard]] std::stop_token stopping() const;
  [[nodiscard]] bool cancelled() const;

  // -- its end ----------------------------------------------------------------

  /// For a `worker`: the attempt is over. The first end counts.
  void done(result x);
  void fail(std::string message);

  explicit task(std::shared_ptr<attempt> x);

private:
  void hand_over_value(std::string name, value x);

  std::shared_ptr<attempt> impl_;
};

/// A task for a quick function: valid during the call.
class quick_task {
public:
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::string& agent() const;
  [[nodiscard]] std::uint32_t attempt_number() const; ///< from 1
  [[nodiscard]] std::uint32_t version() const;        ///< from 1
  [[nodiscard]] std::uint32_t round() const;          ///< of rework, from 1
  [[nodiscard]] work_phase phase() const;
  /// Of who asked for changes; empty in the first round.
  [[nodiscard]] const std::string& feedback() const;
  /// What the run phase put out, in the integrate phase; else empty.
  [[nodiscard]] const attempt_details& earlier() const;
  [[nodiscard]] std::vector<item> items() const;

  /// All that was handed over, by the plan's order of who made it.
  [[nodiscard]] std::vector<handed> inputs() const;
  /// What `from` handed on; none where it has not.
  [[nodiscard]] std::optional<handed> find_input(std::string_view from) const;
  /// As `task::input`.
  template <class T>
  [[nodiscard]] T input(std::string_view from, std::string_view name) const {
    return required<T>(find_input(from), from, name, this->name());
  }

  quick_task(const plan& work, agent_id agent, const assign_task& order,
             handed_pool& handed);

private:
  const plan& work_;
  agent_id agent_;
  const assign_task& order_;
  handed_pool& handed_;
};

/// An agent that is told of events: one object an attempt, made when it starts.
/// Its functions run on a thread of the agent's pool, one at a time, and may
/// block. What they throw fails the attempt.
class worker {
public:
  virtual ~worker() = default;

  /// First, once. The attempt goes on until `t.done` or `t.fail`.
  virtual void on_task(task& t) = 0;
  /// A handoff has arrived while it works; `t.inputs()` has it, too.
  virtual void on_handoff(task& t, const handed& x);
  virtual void on_answer(task& t, const answer& x);
  /// The attempt is told to end. Fails it unless overridden.
  virtual void on_cancel(task& t);
};

/// The agents of a program, by the name that plans have for them.
class agents {
public:
  using function = std::function<result(task&)>;
  using worker_maker = std::function<std::unique_ptr<worker>()>;
  using quick_function = std::function<result(const quick_task&)>;

  /// One of them is there.
  struct entry {
    worker_maker make;
    std::shared_ptr<const actor_entry> actor;
    std::shared_ptr<const quick_function> quick;
  };

  /// A function that does the task. Called on threads of the agent's own, as
  /// many at once as it has slots; the same object each time. Throws
  /// std::invalid_argument where the name is empty or taken.
  agents& add(std::string name, function work);
  /// `make` is called on such a thread, once an attempt.
  agents& add_worker(std::string name, worker_maker make);
  /// A function that never blocks and takes microseconds, for tasks by the
  /// million: called in the agent's own turn, one task after the other, without
  /// a thread. Its tasks have no environment, prompt, artifacts or contracts.
  agents& add_quick(std::string name, quick_function work);
  /// Use `add_actor` of runtime/native/actor.hpp.
  agents& add_entry(std::string name, entry x);

  [[nodiscard]] const entry* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const; ///< sorted

private:
  std::map<std::string, entry, std::less<>> entries_;
};

} // namespace tutti::native

namespace tutti {

/// The program `tutti` with these agents linked in: reads the command line,
/// does what it says, returns the exit code. Call once, first thing in `main`,
/// while there is only one thread: it forks the supervisor of processes.
[[nodiscard]] int run_program(int argc, char** argv, native::agents team);

} // namespace tutti
