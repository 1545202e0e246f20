// SPDX-License-Identifier: BSD-3-Clause
// Work that comes as it comes: after-each tasks (semantics §13, §14) and the
// requests of one agent to another (§19). Both are tasks that run again and
// again while there is something in their queue.
#include "actors/orchestrator/engine/engine.hpp"
#include "messages/mutant.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// Open requests of one attempt (§21), and the bytes of their texts (rule 9).
constexpr std::uint32_t open_requests_max = 10'000;
constexpr std::uint64_t open_bytes_max = std::uint64_t{16} << 20;

/// The text, or FNV-1a of 128 bits for a long one.
std::string short_name(const std::string& text) {
  constexpr std::size_t long_enough = 64;
  if (text.size() <= long_enough)
    return "=" + text;
  __extension__ using wide = unsigned __int128;
  constexpr wide prime = (wide{1} << 88) + 0x13b;
  auto hash = (wide{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;
  for (unsigned char c : text)
    hash = (hash ^ c) * prime;
  return "#" + std::to_string(static_cast<std::uint64_t>(hash >> 64)) + '.'
       + std::to_string(static_cast<std::uint64_t>(hash)) + '.'
       + std::to_string(text.size());
}

} // namespace

// -- the queue ----------------------------------------------------------------

/// A trigger has a new result: each task that runs after it hears of it.
void engine::queue_trigger(std::uint32_t trigger) {
  for (auto e : graph_.out_of(trigger)) {
    if (e.kind() != edge_kind::trigger)
      continue;
    auto x = e.target();
    const auto& t = tasks_[x];
    if (TUTTI_MUTANT(trigger_dropped) && t.assigned)
      continue;
    if (is_terminal(t.state)) {
      // Only what came to its own end goes on; the rest was skipped or stopped.
      if (t.state != task_state::succeeded && t.state != task_state::failed)
        continue;
      start_version(x, t.version + 1, work_phase::run);
    }
    queue_result(x, trigger);
  }
}

void engine::queue_result(std::uint32_t task, std::uint32_t trigger) {
  fact f;
  f.kind = fact_kind::trigger_queued;
  f.subject = task;
  f.cause = trigger;
  f.version = tasks_[trigger].version;
  f.state = task_state::succeeded;
  emit(f);
}

/// Tried again by a person: what its latest run failed for.
void engine::queue_failed(std::uint32_t task) {
  auto results = streams_[stream_index(task)].results;
  for (auto [trigger, failed] : results)
    if (failed && tasks_[trigger].state == task_state::succeeded)
      queue_result(task, trigger);
}

void engine::settle_stream(std::uint32_t stream) {
  auto& s = streams_[stream];
  const auto& info = graph_.streams[stream];
  const auto& t = tasks_[info.task];
  if (is_terminal(t.state))
    return refuse_queued(stream);
  if (t.state != task_state::waiting || t.pending > 0 || !begun_)
    return;
  if (s.queue.empty()) {
    if (graph_.tasks[info.task].kind == task_kind::after_each
        && s.open_triggers == 0)
      end_stream(stream);
    return;
  }
  if (!may_start(info.task))
    return;
  bool full = info.batch.max > 0 && s.queue.size() >= info.batch.max;
  auto due = s.queue.front().since + info.batch.wait;
  if (!full && due > now_) {
    if (!s.batch_armed)
      arm(timer_kind::batch, stream, ++s.batch_epoch, due);
    s.batch_armed = true;
    return;
  }
  s.batch_armed = false;
  emit(fact_kind::task_ready, info.task);
  if (graph_.tasks[info.task].kind == task_kind::after_each)
    arm(timer_kind::aging, stream, ++s.aging_epoch, now_ + aging_after);
}

/// Nobody is left to answer what was asked (cancelled, or its last error).
void engine::refuse_queued(std::uint32_t stream) {
  // What an attempt that was to be tried again had taken, and what waited.
  auto open = streams_[stream].taken;
  for (const auto& x : streams_[stream].queue)
    open.push_back(x.work);
  for (const auto& x : open) {
    if (x.request == 0 || is_terminal(requests_[x.request - 1].state))
      continue;
    emit(fact_kind::request_cancelled, x.request);
    send_answer(x.request);
  }
}

void engine::on_batch(const timer_fires& e) {
  if (e.subject >= streams_.size() || !streams_[e.subject].batch_armed
      || streams_[e.subject].batch_epoch != e.epoch)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  streams_[e.subject].batch_armed = false;
  settle_stream(e.subject);
}

void engine::on_aging(const timer_fires& e) {
  if (e.subject >= streams_.size() || streams_[e.subject].aging_epoch != e.epoch
      || tasks_[graph_.streams[e.subject].task].state != task_state::ready)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  // No fact: it only changes the order of later assignments, which are facts.
  streams_[e.subject].aged = true;
  may_assign_ = true;
}

/// Nothing is left that it could run after (§14).
void engine::end_stream(std::uint32_t stream) {
  const auto& s = streams_[stream];
  auto x = graph_.streams[stream].task;
  fact f;
  f.kind = fact_kind::stream_ended;
  f.subject = x;
  f.version = tasks_[x].version;
  f.state = task_state::succeeded;
  bool failed =
      std::any_of(s.results.begin(), s.results.end(), [](const auto& r) {
        return r.second;
      });
  if (failed) {
    f.state = task_state::failed;
    return emit(f);
  }
  for (auto e : graph_.into(x)) {
    auto state = e.kind() == edge_kind::trigger ? tasks_[e.target()].state
                                                : task_state::succeeded;
    if (state == task_state::succeeded || state == task_state::left_out)
      continue;
    f.state = task_state::skipped;
    set_cause(f, e.target());
    break;
  }
  emit(f);
}

/// Requests rank as who asked, or last where nobody waits for the answer;
/// after-each work ranks last until it has waited for long.
std::uint32_t engine::stream_rank(std::uint32_t task) const {
  const auto& s = streams_[stream_index(task)];
  auto own = 2 * graph_.tasks[task].rank;
  auto last = 2 * graph_.unit_count() + own;
  if (graph_.tasks[task].kind == task_kind::after_each)
    return s.aged ? own : last;
  auto best = last;
  auto look = [&](const work_item& x) {
    if (requests_[x.request - 1].awaited)
      best = std::min(best, 2 * graph_.rank_of_unit(unit_of(x.from.value)) + 1);
  };
  for (const auto& x : s.queue)
    look(x.work);
  for (const auto& x : s.taken)
    look(x);
  return best;
}

/// What the next attempt works off: the same as the one before, where that
/// failed; else the oldest, as many as go together.
std::shared_ptr<const fact_extra> engine::take_items(std::uint32_t task) {
  auto stream = stream_index(task);
  const auto& s = streams_[stream];
  auto max = graph_.streams[stream].batch.max;
  fact_extra result;
  result.items = s.taken;
  if (result.items.empty())
    for (const auto& x : s.queue) {
      if (max > 0 && result.items.size() == max)
        break;
      result.items.push_back(x.work);
    }
  return std::make_shared<const fact_extra>(std::move(result));
}

/// It runs after that version, be it in question by now.
void engine::deliver_triggers(std::uint32_t task,
                              const std::vector<work_item>& items) {
  for (const auto& x : items)
    if (x.request == 0)
      deliver(x.from.value, task, true);
}

// -- requests -----------------------------------------------------------------

void engine::on(const requests_arrive& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  bool running =
      t.state == task_state::running || t.state == task_state::integrating;
  if (!running || t.attempt != e.attempt)
    return refuse("this attempt is over");
  auto dead_letter = [&](std::string why) {
    fact f;
    f.kind = fact_kind::request_refused;
    f.cause = x;
    f.attempt = e.attempt;
    fact_extra extra;
    extra.who = e.to;
    extra.text = why;
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
    emit(f);
    out_->refusal = std::move(why);
  };
  auto found =
      std::find(graph_.agent_names.begin(), graph_.agent_names.end(), e.to);
  if (found == graph_.agent_names.end())
    return dead_letter("there is no agent '" + e.to + "'");
  auto agent = static_cast<std::size_t>(found - graph_.agent_names.begin());
  auto server = graph_.request_tasks[agent];
  if (server == task_id::none)
    return dead_letter("agent '" + e.to
                       + "' answers no requests: it has no 'requests'");
  if (is_terminal(tasks_[server].state))
    return dead_letter("agent '" + e.to + "' answers no requests any more: '"
                       + "requests/" + e.to + "' is "
                       + std::string{to_string(tasks_[server].state)});
  std::map<std::string, std::uint32_t> uses;
  std::vector<std::string> keys;
  std::uint32_t fresh = 0; // what is open already counts once
  std::uint64_t bytes = 0;
  for (const auto& text : e.texts) {
    keys.push_back(key_of(e, text, server, uses));
    if (request_keys_.contains(keys.back()))
      continue;
    ++fresh;
    bytes += text.size() + e.note.size();
  }
  if (fresh > 0 && only_answers_left())
    return dead_letter("the run ends: nobody is left who needs an answer");
  auto& rare = rare_[x];
  if (rare.open_requests + fresh > open_requests_max)
    return dead_letter("busy: this attempt has 10000 open requests");
  if (rare.open_bytes + bytes > open_bytes_max)
    return dead_letter("busy: the open requests of this attempt have 16 MiB "
                       "of text");
  for (const auto& [name, n] : uses)
    rare.uses[name] += n;
  for (std::size_t i = 0; i < keys.size(); ++i)
    out_->numbers.push_back(
        make_request(e, std::move(keys[i]), e.texts[i], server));
}

/// What a request is known by, so that a retried attempt gets the answer that
/// the one before asked for: its key, or else its text, each with the number of
/// its use. `uses` counts those of this event.
std::string engine::key_of(const requests_arrive& e, const std::string& text,
                           std::uint32_t server,
                           std::map<std::string, std::uint32_t>& uses) {
  auto x = e.task.value;
  const auto& t = tasks_[x];
  auto own = e.key.empty() ? "t/" + short_name(text) : "k/" + short_name(e.key);
  auto name = std::to_string(server) + '/' + own;
  const auto& before = rare_[x].uses;
  auto used = before.find(name);
  auto n = ++uses[name] + (used == before.end() ? 0 : used->second);
  std::string result;
  for (auto part : {x, t.version, server, n})
    result += std::to_string(part) + '/';
  return result + (t.state == task_state::integrating ? "i/" : "r/") + own;
}

std::uint32_t engine::make_request(const requests_arrive& e, std::string key,
                                   const std::string& text,
                                   std::uint32_t server) {
  auto x = e.task.value;
  const auto& t = tasks_[x];
  if (auto known = request_keys_.find(key); known != request_keys_.end()) {
    auto& r = requests_[known->second - 1];
    if (is_terminal(r.state)) {
      r.work.text = text; // forgotten once its answer had been accepted
      send_answer(known->second);
    }
    return known->second;
  }
  fact f;
  f.kind = fact_kind::request_made;
  f.subject = static_cast<std::uint32_t>(requests_.size()) + 1;
  f.cause = x;
  f.attempt = e.attempt;
  f.version = t.version;
  f.agent = graph_.class_of(server).agents[0].value;
  fact_extra extra;
  extra.who = std::move(key);
  extra.text = text;
  extra.note = e.note;
  extra.awaited = e.awaited;
  f.extra = std::make_shared<const fact_extra>(std::move(extra));
  auto number = f.subject;
  emit(f);
  return number;
}

/// An attempt of an after-each or requests task is over for good: a failure is
/// an answer, too.
void engine::answer_taken(const std::vector<work_item>& taken, const fact& f) {
  bool success = f.end == attempt_end::success;
  for (const auto& x : taken) {
    if (x.request == 0)
      continue;
    fact answer;
    answer.kind = fact_kind::request_answered;
    answer.subject = x.request;
    answer.state = success ? task_state::succeeded : task_state::failed;
    answer.details = f.details;
    // What is cut off is no answer (§19).
    if (f.end == attempt_end::cancelled)
      emit(fact_kind::request_cancelled, x.request);
    else
      emit(answer);
    send_answer(x.request);
  }
  if (!success && f.state == task_state::waiting
      && graph_.tasks[f.subject].kind == task_kind::after_each)
    rework_after_failure(f.subject, taken, f);
}

void engine::send_answer(std::uint32_t number) {
  const auto& r = requests_[number - 1];
  const auto& t = tasks_[r.work.from.value];
  if (is_terminal(t.state) || t.version != r.version)
    return;
  command c;
  c.kind = command_kind::answer;
  c.task = r.work.from.value;
  c.agent = t.agent;
  c.other = number;
  out_->commands.push_back(c);
}

void engine::on(const answer_arrives& e) {
  if (e.number == 0 || e.number > requests_.size())
    return reject(reject_reason::unknown_task, e.number, 0);
  auto& r = requests_[e.number - 1];
  if (r.accepted && graph_.class_of(r.work.from.value).agents.size() == 1)
    r.work.text = {}; // it was announced again (§31)
  if (!r.accepted)
    emit(fact_kind::answer_accepted, e.number);
}

/// Whether only who answers is left; rework could bring somebody.
bool engine::only_answers_left() const {
  std::uint32_t open = 0;
  for (auto x : graph_.request_tasks)
    open += x != task_id::none && !is_terminal(tasks_[x].state);
  return counts_.unfinished == open && counts_.doubted == 0
      && !approval_asked();
}

/// And whether none of them waits for what it has asked itself (§19).
bool engine::others_ended() const {
  return only_answers_left()
      && std::none_of(graph_.request_tasks.begin(), graph_.request_tasks.end(),
                      [this](auto x) {
                        return x != task_id::none
                            && !is_terminal(tasks_[x].state)
                            && tasks_[x].later > 0;
                      });
}

/// Once all others have ended, what nobody waits for is cancelled (§19).
void engine::settle_requests() {
  if (graph_.streams.empty() || !begun_ || !others_ended())
    return;
  for (std::uint32_t i = 0; i < requests_.size(); ++i)
    if (requests_[i].state == task_state::waiting)
      emit(fact_kind::request_cancelled, i + 1);
  for (auto x : graph_.request_tasks) {
    if (x == task_id::none || is_terminal(tasks_[x].state))
      continue;
    const auto& t = tasks_[x];
    if (t.assigned) {
      if (!t.is_ending)
        tell_to_end(x, attempt_end::cancelled, false);
      continue;
    }
    fact f;
    f.kind = fact_kind::stream_ended;
    f.subject = x;
    f.version = t.version;
    f.state = t.ever_started ? task_state::succeeded : task_state::left_out;
    emit(f);
  }
  settle();
}

} // namespace tutti::engine
