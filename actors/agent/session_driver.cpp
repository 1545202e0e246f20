// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/session_driver.hpp"

#include "actors/agent/command_driver.hpp"
#include "actors/agent/command_words.hpp"
#include "actors/agent/session_talk.hpp"
#include "actors/agent/work_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

std::string seconds(duration x) {
  return fmt::format("{:g} s", std::chrono::duration<double>(x).count());
}

} // namespace

session_driver::session_driver(driver_host& host,
                               session_driver_options options)
  : host_(host), options_(std::move(options)) {
  // Not from within the agent's own beginning.
  (void)wake(duration{0}, [this] {
    if (stage_ == session_stage::none && !leaving_)
      launch();
  });
}

std::string session_driver::name_of(task_id task) const {
  return options_.work->tasks[task.value].name;
}

std::uint64_t session_driver::wake(duration span, std::function<void()> then) {
  auto timer = ++timers_made_;
  timers_.emplace(timer, std::move(then));
  host_.wake_after(span, timer);
  return timer;
}

void session_driver::on_timer(std::uint64_t timer) {
  if (auto due = timers_.extract(timer))
    due.mapped()();
}

// -- the process --------------------------------------------------------------

void session_driver::launch() {
  const auto& p = *options_.work;
  const auto& a = p.agents[options_.agent.value];
  process_ = host_.next_process();
  stage_ = session_stage::greeting;
  limit_ = options_.slots;
  why_.clear();
  greeted_ = false;
  said_bye_ = false;
  reader_ = {};
  attempts_.forget_given();
  start_process x;
  x.id = process_;
  x.name = fmt::format("session.{}.{}", a.name,
                       options_.sessions_before + ++launches_);
  x.argv = command_words(a.session, {});
  for (const auto& e : a.session_env)
    x.env.push_back(e.name + "=" + render(e.text, expression_scope{}));
  x.env.push_back("TUTTI_AGENT=" + a.name);
  for (auto secret : a.session_secrets)
    x.secrets.push_back(p.secrets[secret.value].name);
  x.directory =
      path_below(p.directory, render(a.session_directory, expression_scope{}));
  x.grace = options_.grace;
  x.interactive = true;
  host_.start(std::move(x));
  session_protocol::welcome hello{a.name, a.role, options_.slots, {}};
  for (auto [task, version] : waiting_)
    hello.waiting.push_back({name_of(task), version});
  say(encode(hello));
  (void)wake(options_.hello_timeout, [this, process = process_] {
    if (process == process_ && stage_ == session_stage::greeting)
      abandon(fmt::format("the session did not say hello within {}",
                          seconds(options_.hello_timeout)));
  });
}

void session_driver::say(std::string line) {
  if (stage_ == session_stage::none)
    return;
  unread_bytes_ += line.size();
  host_.input({process_, std::move(line), false, 0});
}

/// One that reads slowly does not fill the memory of others (rule 9).
bool session_driver::has_room() const {
  constexpr std::uint64_t window_bytes = std::uint64_t{1} << 20;
  return unread_bytes_ < window_bytes;
}

void session_driver::taken(std::uint64_t bytes) {
  auto had_room = has_room();
  unread_bytes_ -= std::min(unread_bytes_, bytes);
  if (!had_room && has_room())
    host_.has_room();
}

/// It cannot be talked with any longer: what it works on ends with it.
void session_driver::abandon(std::string why) {
  if (why_.empty())
    why_ = std::move(why);
  stage_ = session_stage::closing;
  host_.end({process_, false});
}

/// Says that there is no more to come, and waits for its end within the grace.
void session_driver::hang_up() {
  host_.input({process_, session_protocol::encode_bye(), true, 0});
  (void)wake(options_.grace, [this, process = process_] {
    if (process == process_ && stage_ != session_stage::none)
      host_.end({process, false});
  });
}

void session_driver::on(const process_output& x) {
  if (x.id != process_)
    return;
  taken(x.taken_bytes);
  if (x.data.empty())
    return;
  host_.input({x.id, {}, false, x.data.size()});
  if (!why_.empty())
    return; // it has been given up
  auto whole = reader_.append(x.data);
  std::string line;
  while (why_.empty() && stage_ != session_stage::none && reader_.next(line))
    read(line);
  if (!whole && why_.empty())
    abandon(session_protocol::too_long());
}

std::string session_driver::masked(std::string text) const {
  if (options_.mask)
    options_.mask(text);
  return text;
}

/// A mistake shows a piece of the line, cut and escaped, where no secret would
/// be found any more: it is made anew of a line that holds none.
std::string session_driver::mistake_in(const std::string& line,
                                       const std::string& mistake) const {
  auto shown = masked(line);
  if (shown == line)
    return mistake;
  auto again = session_protocol::decode(shown).mistake;
  return again.empty() ? masked(mistake) : again;
}

void session_driver::read(const std::string& line) {
  auto [said, mistake] = session_protocol::decode(line);
  if (!mistake.empty())
    return abandon(mistake_in(line, mistake));
  auto greets = std::holds_alternative<session_protocol::greeting>(said);
  if (greets != (stage_ == session_stage::greeting))
    return abandon(greets ? "the session said hello twice"
                          : "the session said something before hello");
  std::visit(
      [this](auto& x) {
        if constexpr (requires { x.id; }) {
          if (auto* a = attempts_.find(x.id); a != nullptr && a->given) {
            a->silent = 0;
            hear(*a, x);
          } else if (!attempts_.was_given(x.id)) {
            abandon(fmt::format("the session speaks of \"{}\", an id that it "
                                "was not given",
                                session_protocol::excerpt(masked(x.id))));
          } // else it has ended meanwhile: the session could not know
        } else {
          hear(x);
        }
      },
      said);
}

/// Its log shows on the board where it is clear whose it is.
void session_driver::on(const process_line& x) {
  if (x.id != process_)
    return;
  if (const auto* a = attempts_.only_given())
    host_.progress({a->task, a->attempt, x.line, -1});
}

std::string session_driver::end_of_process(const process_exited& x) const {
  if (!why_.empty())
    return why_;
  if (!x.message.empty())
    return "the session is gone: " + x.message;
  return fmt::format("the session ended with code {}", x.code);
}

void session_driver::on(process_exited& x) {
  if (x.id != process_ || stage_ == session_stage::none)
    return;
  stage_ = session_stage::none;
  taken(unread_bytes_);
  calls_.clear();
  auto why = end_of_process(x);
  // What it was never given is not its loss: the next process takes that, as
  // long as each of them at least took something.
  auto useful = greeted_ && (said_bye_ || attempts_.has_given());
  auto ended = useful && x.end == process_end::exited && !leaving_
                 ? attempts_.take_given()
                 : attempts_.take_all();
  for (auto& a : ended)
    host_.finished(a.task, a.attempt, broken(a, x, why));
  if (leaving_ && !std::exchange(left_, true))
    return host_.left();
  if (!attempts_.empty() && stage_ == session_stage::none)
    launch();
}

void session_driver::leave(bool at_once) {
  auto again = std::exchange(leaving_, true);
  if (stage_ == session_stage::none) {
    if (!std::exchange(left_, true))
      host_.left();
    return;
  }
  if (at_once)
    return host_.end({process_, true});
  if (!again)
    hang_up();
}

// -- attempts -----------------------------------------------------------------

void session_driver::start(const attempt_work& x) {
  const auto& p = *options_.work;
  const auto& t = p.tasks[x.task.value];
  if (x.phase == work_phase::run)
    waiting_.erase(x.task);
  // What a command would see is what a session is told.
  auto seen =
      prepare_process({options_.work, options_.agent, options_.grace}, 0, x);
  session_protocol::assignment told;
  told.id = fmt::format("{}#{}", t.name, ++assignments_);
  told.task = t.name;
  told.phase = x.phase;
  told.attempt = x.attempt;
  told.version = x.version;
  told.round = x.details->round;
  told.prompt = prompt_of(p, x);
  told.feedback = x.details->feedback;
  told.input = std::move(seen.input);
  for (const auto& variable : seen.env) {
    auto at = variable.find('=');
    told.env.emplace_back(variable.substr(0, at), variable.substr(at + 1));
  }
  told.env_files = std::move(seen.env_files);
  told.directory = std::move(seen.directory);
  attempt a;
  a.id = told.id;
  a.task = x.task;
  a.attempt = x.attempt;
  a.phase = x.phase;
  a.version = x.version;
  a.idle_timeout = t.idle_timeout;
  a.lines.push_back(encode(told));
  attempts_.add(std::move(a));
  if (stage_ == session_stage::none)
    launch();
  give_next();
}

void session_driver::give_next() {
  while (stage_ == session_stage::ready && !leaving_) {
    auto* next = attempts_.next(limit_);
    if (next == nullptr)
      return;
    give(*next);
  }
}

void session_driver::give(attempt& x) {
  attempts_.give(x);
  for (auto& line : x.lines)
    say(std::move(line));
  x.lines.clear();
  watch_idle(x.id);
}

void session_driver::end(task_id task, std::uint32_t number, bool at_once) {
  auto* a = attempts_.find(task, number);
  if (a == nullptr)
    return;
  a->asked_to_end = true;
  if (!a->given) {
    work_result result{attempt_end::failure, fact::no_exit_code, {}};
    result.details.message = "ended before the session was given it";
    return conclude(a->id, std::move(result));
  }
  if (!at_once)
    return cancel(*a);
  if (why_.empty())
    why_ = fmt::format("the session was killed to end {}", name_of(task));
  stage_ = session_stage::closing;
  host_.end({process_, true});
}

bool session_driver::knows(task_id task) const {
  return waiting_.contains(task);
}

void session_driver::hand_over(const handoff& x) {
  auto line = encode(session_protocol::delivery{
      name_of(x.to), name_of(x.from), x.version, x.status, x.details.get()});
  if (auto* a = attempts_.of(x.to); a != nullptr && !a->given)
    a->lines.push_back(std::move(line));
  else if (a != nullptr || waiting_.contains(x.to))
    say(std::move(line));
}

void session_driver::answer(const request_answer& x) {
  const auto& p = *options_.work;
  auto who = p.tasks[x.from.value].agents.front();
  auto line = encode(session_protocol::answer{name_of(x.to), x.number,
                                              p.agents[who.value].name, x.text,
                                              x.status, x.details.get()});
  if (auto* a = attempts_.of(x.to); a != nullptr && !a->given)
    a->lines.push_back(std::move(line));
  else if (a != nullptr || waiting_.contains(x.to))
    say(std::move(line));
}

void session_driver::alive(task_id task, std::uint32_t number, bool waits) {
  if (auto* a = attempts_.find(task, number)) {
    a->silent = 0;
    a->waits = waits;
  }
  give_next();
}

std::unique_ptr<driver> make_session_driver(driver_host& host,
                                            session_driver_options options) {
  return std::make_unique<session_driver>(host, std::move(options));
}

} // namespace tutti
