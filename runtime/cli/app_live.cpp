// SPDX-License-Identifier: BSD-3-Clause
// The grammar of what speaks to a live run, from outside and from its tasks.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

namespace {

void add_target(CLI::App& app, live_target& into) {
  app.add_option("--run", into.run_id,
                 "Which live run, where there are several; its first letters "
                 "will do")
      ->type_name("ID");
  app.add_option("--state-dir", into.state_directory,
                 "The state directory of the run; .tutti by default")
      ->type_name("DIR");
}

void add_verdict(CLI::App& app, verdict_options& into) {
  app.add_option("GATE", into.gate, "The gate")->type_name("GATE")->required();
  app.add_option("-m,--message", into.message, "A comment, or what to change")
      ->type_name("TEXT");
  app.add_option("--as", into.who, "Your name; the login name by default")
      ->type_name("NAME");
  add_target(app, into.run);
}

void add_steer(CLI::App& app, steer_options& into) {
  app.add_option("TASK", into.task, "The task, or a phase: all its tasks")
      ->type_name("TASK")
      ->required();
  add_target(app, into.run);
}

void add_json(CLI::App& app, bool& into) {
  app.add_flag("--json", into, "Print the result as a JSON object");
}

void add_note(CLI::App& app, std::string& into) {
  app.add_option("--note", into, "What to say about it")->type_name("TEXT");
}

} // namespace

void add_live_commands(CLI::App& app, all_options& into) {
  constexpr auto live = command_group::live;
  auto* status = add_command(app, "status", status_text(), live);
  status->add_flag("--json", into.status.as_json,
                   "Print the state as a JSON object");
  add_target(*status, into.status.run);
  auto* explain = add_command(app, "explain", explain_text(), live);
  explain->add_option("NAME", into.explain.subject, "A task or a gate")
      ->type_name("TASK")
      ->required();
  add_target(*explain, into.explain.run);
  add_verdict(*add_command(app, "approve", approve_text(), live), into.verdict);
  auto* changes =
      add_command(app, "request-changes", request_changes_text(), live);
  add_verdict(*changes, into.verdict);
  changes
      ->add_option("--to", into.verdict.to,
                   "Who is to change something; several, or A,B")
      ->type_name("TASK")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_verdict(*add_command(app, "reject", reject_text(), live), into.verdict);
  add_steer(*add_command(app, "pause", pause_text(), live), into.steer);
  add_steer(*add_command(app, "resume", resume_text(), live), into.steer);
  add_steer(*add_command(app, "retry", retry_text(), live), into.steer);
  add_steer(*add_command(app, "cancel", cancel_text(), live), into.steer);
}

void add_inside_commands(CLI::App& app, all_options& into) {
  constexpr auto inside = command_group::inside;
  auto* inbox = add_command(app, "inbox", inbox_text(), inside);
  inbox
      ->add_option("--wait", into.inbox.wait_text,
                   "Wait so long for the first thing to arrive")
      ->type_name("DURATION");
  add_json(*inbox, into.inbox.as_json);
  auto* handoff = add_command(app, "handoff", handoff_text(), inside);
  handoff->add_option("K=V", into.handoff.texts, "Outputs to hand on")
      ->type_name("K=V");
  add_note(*handoff, into.handoff.note);
  add_json(*handoff, into.handoff.as_json);
  auto* progress = add_command(app, "progress", progress_text(), inside);
  progress->add_option("PERCENT", into.progress.percent_text, "From 0 to 100")
      ->type_name("PERCENT")
      ->required();
  progress->add_option("TEXT", into.progress.text, "What is being done")
      ->type_name("TEXT");
  add_json(*progress, into.progress.as_json);
  auto* request = add_command(app, "request", request_text(), inside);
  request->add_option("TEXT", into.request.texts, "What to ask, one each")
      ->type_name("TEXT")
      ->required();
  request->add_option("--to", into.request.to, "Whom to ask")
      ->type_name("AGENT")
      ->required();
  add_note(*request, into.request.note);
  request
      ->add_option("--key", into.request.key,
                   "Names the request, so that another attempt of the task "
                   "gets the same answer")
      ->type_name("KEY");
  request->add_flag("--no-wait", into.request.no_wait,
                    "The task is done without the answer");
  add_json(*request, into.request.as_json);
  auto* note = add_command(app, "note", note_command_text(), inside);
  note->add_option("TEXT", into.note.text, "What to say")
      ->type_name("TEXT")
      ->required();
  add_json(*note, into.note.as_json);
}

} // namespace tutti::cli
