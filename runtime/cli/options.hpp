// SPDX-License-Identifier: BSD-3-Clause
// What the command line says, as plain values: one struct a command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cli {

/// Which plan, and how it is read: common to run, check and graph.
struct plan_options {
  std::string plan; ///< PLAN or -f FILE; empty: tutti.yaml
  std::string file; ///< -f FILE, before it is merged into `plan`
  std::vector<std::string> set_texts; ///< as given, "K=V"
  std::vector<std::pair<std::string, std::string>> set;
  bool no_color = false;
};

struct run_options {
  plan_options plan;
  std::string jobs_text; ///< as given; empty: not given
  std::optional<std::uint32_t> jobs;
  std::string json_file;
  std::string state_directory;
  std::vector<std::string> only;
  std::vector<std::string> skip;
  bool dry_run = false;
  bool plain = false;
  bool quiet = false;
};

struct check_options {
  plan_options plan;
  std::string json_file;
  bool quiet = false;
};

struct graph_options {
  plan_options plan;
  std::string format = "dot";
};

struct schema_options {
  std::string of = "plan";
};

struct init_options {
  std::string directory = ".";
};

struct completion_options {
  std::string shell;
};

struct help_options {
  std::string command;
};

/// The options of every command; those of the chosen one are filled in.
struct all_options {
  run_options run;
  check_options check;
  graph_options graph;
  schema_options schema;
  init_options init;
  completion_options completion;
  help_options help;
};

} // namespace tutti::cli
