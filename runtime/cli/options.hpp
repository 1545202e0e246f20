// SPDX-License-Identifier: BSD-3-Clause
// What the command line says, as plain values: one struct a command.
#pragma once

#include "runtime/stress/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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
  bool lints = false; ///< warn of what is hardly meant so, too
};

/// Where the forms of a report go; empty: nowhere, "-": standard output.
struct report_files {
  std::string json;
  std::string csv;
  std::string trace;
  std::string html;
  std::string junit;

  [[nodiscard]] bool any() const {
    return !json.empty() || has_more();
  }
  /// Whether standard output is taken.
  [[nodiscard]] bool print() const {
    return json == "-" || csv == "-" || trace == "-" || html == "-"
        || junit == "-";
  }
  /// Beside the JSON.
  [[nodiscard]] bool has_more() const {
    return !csv.empty() || !trace.empty() || !html.empty() || !junit.empty();
  }
};

/// What `run` and `up` say of other machines.
struct machine_options {
  std::string listen;              ///< HOST:PORT; empty: no nodes join
  std::vector<std::string> labels; ///< of this machine
  std::string nodes_min_text;      ///< as given; empty: not given
  std::uint32_t nodes_min = 0;
  std::string own_nodes_text; ///< of `up`: as given
  std::uint32_t own_nodes = 0;
  std::string certificates; ///< folder; empty: in the state directory
  bool insecure = false;
};

struct run_options {
  plan_options plan;
  machine_options machines;
  std::string jobs_text; ///< as given; empty: not given
  std::optional<std::uint32_t> jobs;
  std::string json_file;
  report_files more; ///< forms beside the JSON; `json` is not used
  std::string state_directory;
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::string resume_text;           ///< as given; empty: not given
  std::optional<std::string> resume; ///< which run, or "last"
  std::string durability;            ///< empty: as the run had it, or full
  bool settled = false; ///< of a resumed run: keep results, plan the rest anew
  bool retry_failed = false; ///< of a resumed run
  /// Not said on the command line: for tests that end the program at a message
  /// (`session_options::probe`); else empty.
  std::function<void()> probe = {};
  bool detach = false;
  bool dry_run = false;
  bool no_wait = false; ///< do not wait for people
  bool plain = false;
  bool quiet = false;
};

struct rerun_options {
  std::string run_id; ///< may be shortened; empty: the last one
  std::string plan;   ///< empty: tutti.yaml, or that of the run
  std::string state_directory;
  std::string json_file;
  std::string durability; ///< empty: as the run had it
  bool failed = false;
  bool detach = false;
  bool no_wait = false;
  bool plain = false;
  bool quiet = false;
  bool no_color = false;
};

struct check_options {
  plan_options plan;
  std::string json_file;
  std::string explain; ///< a warning by its code; empty: look at the plan
  bool strict = false; ///< warnings count as errors
  bool quiet = false;
};

struct play_options {
  std::vector<std::string> files;
  std::vector<std::string> only;      ///< names of scenarios
  std::vector<std::string> set_texts; ///< as given, "K=V"
  std::vector<std::pair<std::string, std::string>> set;
  std::string seed_text;  ///< as given; empty: not given
  std::string seeds_text; ///< likewise
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> seeds;
  std::string json_file;
  std::string junit_file;
  bool explore = false; ///< `files` is a plan, or nothing
  bool nodes = false;   ///< of `explore`
  bool until_failure = false;
  bool shrink = false;
  bool realtime = false;
  bool trace = false;
  bool quiet = false;
  bool no_color = false;
};

struct graph_options {
  plan_options plan;
  std::string format = "dot";
};

/// A value that a task is said to put out.
struct output_option {
  std::string task;
  std::string key;
  std::string value;
};

struct simulate_options {
  plan_options plan;
  std::string json_file;
  std::string state_directory; ///< empty: .tutti beside the plan
  std::vector<std::string> only;
  std::vector<std::string> skip;
  std::string jobs_text; ///< as given; empty: not given
  std::optional<std::uint32_t> jobs;
  std::string times_text; ///< as given
  std::size_t times = 0;  ///< plays with drawn times; 0: none
  std::string seed_text;  ///< as given
  std::optional<std::uint64_t> seed;
  std::string history = "missing";
  std::vector<std::string> output_texts; ///< as given, "TASK.KEY=VALUE"
  std::vector<output_option> outputs;
  std::vector<std::string> approval_texts; ///< as given, "[GATE=]DURATION"
  /// A gate, empty: all that have none of their own; nanoseconds.
  std::vector<std::pair<std::string, std::int64_t>> approvals;
  // What is changed of the plan.
  std::vector<std::string> agent_texts; ///< as given, "NAME=SLOTS"
  std::vector<std::pair<std::string, std::uint32_t>> agents;
  std::string slots_text; ///< as given
  std::optional<std::uint32_t> slots;
  std::vector<std::string> drop_gates;
  bool later_as_needs = false;
  bool fifo = false;
  bool advise = false;
  bool plain = false;
};

struct schema_options {
  std::string of = "plan";
};

struct init_options {
  std::string directory = ".";
};

struct history_options {
  std::string state_directory; ///< empty: .tutti here
  bool as_json = false;
  std::string json_file;  ///< empty: a table
  std::string count_text; ///< as given
  std::size_t most = 20;  ///< runs that are shown
  bool facts = false;     ///< of one run, instead of the list
  std::string facts_run;  ///< which; may be shortened; empty: the newest
  bool no_color = false;
};

/// Of `tutti report`.
struct report_command_options {
  std::string run_id;          ///< may be shortened; empty: the newest
  std::string plan;            ///< empty: as the run had it
  std::string state_directory; ///< empty: .tutti beside `plan`, or here
  std::string against;         ///< another run; empty: none
  report_files files;
  bool no_color = false;
};

struct nodes_options {
  std::string run_id;          ///< may be shortened; empty: the newest
  std::string state_directory; ///< empty: .tutti here
  bool as_json = false;
  std::string json_file; ///< empty: a table
};

struct logs_options {
  std::string task;
  std::string state_directory; ///< empty: .tutti here
  std::string run_id;          ///< empty: the newest
  std::string attempt_text;    ///< as given
  std::uint32_t attempt = 0;   ///< 0: the latest that has a log
  bool all = false;
  bool follow = false;
};

struct clean_options {
  std::string state_directory; ///< empty: .tutti here
  std::string age_text;        ///< as given
  std::string size_text;
  std::string keep_text;
  std::optional<std::int64_t> age_max_ns;
  std::optional<std::uint64_t> size_max;
  std::optional<std::size_t> keep;
  bool unfinished = false;
  bool dry_run = false;
};

struct doctor_options {
  std::string plan;            ///< empty: none
  std::string state_directory; ///< empty: .tutti beside the plan, or here
  bool as_json = false;
  std::string json_file; ///< empty: lines
  bool no_color = false;
};

struct attach_options {
  std::string run_id;          ///< empty: the only live one
  std::string state_directory; ///< empty: .tutti here
  bool plain = false;
  bool no_color = false;
  bool quiet = false;
};

/// Which live run is meant.
struct live_target {
  std::string run_id;          ///< empty: the only one
  std::string state_directory; ///< empty: .tutti here
};

struct status_options {
  live_target run;
  bool as_json = false;
};

/// Of approve, request-changes and reject.
struct verdict_options {
  live_target run;
  std::string gate;
  std::string who; ///< empty: the login name
  std::string message;
  std::vector<std::string> to; ///< of request-changes
};

/// Of cancel, retry, pause and resume.
struct steer_options {
  live_target run;
  std::string task;
};

/// Of `tutti node`: to take part (`join`), or what is to be done: `drain`.
struct node_options {
  live_target run;
  std::string action;   ///< empty: to take part
  std::string name;     ///< of the node that is drained
  std::string join;     ///< HOST:PORT; empty: not given
  std::string own_name; ///< empty: that of the machine
  std::vector<std::string> labels;
  std::string slots_text; ///< as given; empty: as many as it has cores
  std::uint32_t slots = 0;
  std::string directory;    ///< empty: the current one
  std::string certificates; ///< folder; empty: in the state directory
  bool insecure = false;
  bool once = false;
};

struct explain_options {
  live_target run;
  std::string subject;
};

struct inbox_options {
  std::string wait_text; ///< as given; empty: does not wait
  std::int64_t wait_ms = 0;
  bool as_json = false;
};

struct handoff_options {
  std::vector<std::string> texts; ///< as given, "K=V"
  std::vector<std::pair<std::string, std::string>> outputs;
  std::string note;
  bool as_json = false;
};

struct progress_options {
  std::string percent_text; ///< as given
  std::int64_t percent = 0;
  std::string text;
  bool as_json = false;
};

struct request_options {
  std::string to;
  std::vector<std::string> texts;
  std::string note;
  std::string key;
  bool no_wait = false;
  bool as_json = false;
};

struct note_options {
  std::string text;
  bool as_json = false;
};

struct certs_options {
  std::string action;          ///< "init", "issue" or "show"
  std::string name;            ///< of issue
  std::string out;             ///< of issue; empty: the folder of the CA
  std::string days_text;       ///< as given; empty: by default
  int days = 0;                ///< 0: by default
  std::string directory;       ///< empty: that of the state directory
  std::string state_directory; ///< empty: .tutti here
  bool as_json = false;
};

struct session_test_options {
  std::string timeout_text; ///< as given; empty: 30 s
  std::int64_t timeout_ms = 30'000;
  std::vector<std::string> argv;
};

/// Of `tutti stress`. Texts are as given; empty: not given.
struct stress_options {
  std::string pattern;
  std::string time_text;
  std::string count_text;
  std::string warm_up_text;
  std::string payload_text;
  std::string actors_text;
  std::string threads_text;
  std::string scheduler;
  std::string rate_text;
  std::string durability;
  std::string nodes_text;
  std::vector<std::string> connect; ///< as given, A,B
  std::string serve;                ///< HOST:PORT
  std::string certificates;         ///< folder; "-": a conductor has started it
  std::string own_name;             ///< of the certificate for `connect`
  std::string json_file;
  bool list = false;
  std::vector<std::string> words; ///< of the command line
  stress::settings settings;      ///< what all of it comes to
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
  rerun_options rerun;
  check_options check;
  play_options play;
  graph_options graph;
  simulate_options simulate;
  schema_options schema;
  init_options init;
  history_options history;
  report_command_options report;
  nodes_options nodes;
  logs_options logs;
  clean_options clean;
  doctor_options doctor;
  attach_options attach;
  status_options status;
  explain_options explain;
  verdict_options verdict;
  steer_options steer;
  node_options node;
  inbox_options inbox;
  handoff_options handoff;
  progress_options progress;
  request_options request;
  note_options note;
  certs_options certs;
  run_options up;
  session_test_options session_test;
  stress_options stress;
  completion_options completion;
  help_options help;
};

} // namespace tutti::cli
