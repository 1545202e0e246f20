// SPDX-License-Identifier: BSD-3-Clause
// Where the times of a simulation come from: the plan, earlier runs, or, where
// neither knows one, the default of a minute.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/simulation/script.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tutti::simulation {

enum class time_source : std::uint8_t { plan, history, guess };

[[nodiscard]] std::string_view to_string(time_source x);

/// When earlier runs count.
enum class history_use : std::uint8_t {
  missing, ///< where the plan has no estimate
  always,  ///< wherever they know one
  never,
};

/// Times of parts of earlier runs, by name.
class measured_times {
public:
  /// The facts of one run that has succeeded, under the names of `p`. What did
  /// not end well is no measure.
  void add(const plan& p, const std::vector<fact>& facts);

  [[nodiscard]] std::optional<duration> run(const std::string& task) const;
  [[nodiscard]] std::optional<duration>
  integrate(const std::string& task) const;
  /// From where people were asked until the gate opened.
  [[nodiscard]] std::optional<duration> approval(const std::string& gate) const;
  [[nodiscard]] std::uint32_t runs() const {
    return runs_;
  }

private:
  using samples = std::map<std::string, std::vector<duration>>;

  [[nodiscard]] static std::optional<duration> median(const samples& of,
                                                      const std::string& name);

  samples run_;
  samples integrate_;
  samples approval_;
  std::uint32_t runs_ = 0;
};

/// A value that a task is said to put out.
struct given_output {
  task_id task;
  tutti::output output;
};

struct script_options {
  history_use history = history_use::missing;
  std::vector<given_output> outputs;
  /// How long people take, by gate; none: what the plan says.
  std::vector<std::optional<duration>> people;
};

/// What the world does to a plan, and where its times come from.
struct estimated_script {
  simulation::script script;
  std::vector<time_source> run;       ///< by task
  std::vector<time_source> integrate; ///< by task; `plan` where it does not
  std::vector<time_source> people;    ///< by gate; `plan` where none is asked

  [[nodiscard]] std::size_t count(const plan& p, time_source x) const;
};

/// Every task succeeds, every reviewer and every person approves, services are
/// ready at once. Who provides a contract puts out its mock (semantics §12).
[[nodiscard]] estimated_script make_script(const plan& p,
                                           const measured_times& history,
                                           const script_options& options);

/// Whether a task integrates in a run in which nobody asks for anything
/// (semantics §2).
[[nodiscard]] bool integrates(const task& x);

} // namespace tutti::simulation
