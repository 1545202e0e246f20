// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/status_json.hpp"

#include "runtime/report/json_writer.hpp"
#include "runtime/report/node_json.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/work_text.hpp"

#include <algorithm>
#include <string_view>

namespace tutti::report {

namespace {

constexpr std::size_t names_max = 16; // of what one task waits for

std::string_view kind_name(node_kind x) {
  switch (x) {
  case node_kind::task:
    return "task";
  case node_kind::phase:
    return "phase";
  case node_kind::gate:
    return "gate";
  case node_kind::service:
    return "service";
  }
  return "unknown";
}

std::string_view why_name(wait_for x) {
  switch (x) {
  case wait_for::end:
    return "end";
  case wait_for::start:
    return "start";
  case wait_for::answer:
    return "answer";
  case wait_for::person:
    return "person";
  case wait_for::slot:
    return "slot";
  case wait_for::retry:
    return "retry";
  case wait_for::resume:
    return "resume";
  case wait_for::request:
    return "request";
  case wait_for::place:
    return "place";
  case wait_for::node:
    return "node";
  case wait_for::gone:
    return "gone";
  }
  return "unknown";
}

class document {
public:
  document(const run_model& m, duration now, const status_options& options)
    : model_(m), plan_(m.plan()), now_(now), options_(options) {
  }

  std::string text() {
    w_.open('{');
    w_.line();
    add_run();
    add_counts();
    list("in_progress", model_.in_progress(options_.limit), [this](task_id x) {
      add_running(x);
    });
    list("handoff_pending", model_.pending(options_.limit),
         [this](const wait& x) {
           add_wait(x);
         });
    list("gates_waiting", model_.waiting_gates(options_.limit),
         [this](const wait& x) {
           add_wait(x);
         });
    list("approvals", model_.asked_gates(), [this](gate_id x) {
      add_approval(x.value);
    });
    list("reworks", open_reworks(), [this](const rework_record* x) {
      add_rework(*x);
    });
    list("idle", idle_agents(), [this](std::size_t x) {
      add_idle(x);
    });
    list("paused", model_.paused(options_.limit), [this](task_id x) {
      w_.text(plan_.tasks[x.value].name);
    });
    list("backlogs", model_.backlogs(options_.limit), [this](task_id x) {
      add_backlog(x);
    });
    list("requests", model_.open_requests(options_.limit),
         [this](std::uint32_t x) {
           add_request(model_.requests()[x - 1]);
         });
    list("services", services(), [this](std::size_t x) {
      add_service(x);
    });
    list("nodes", model_.nodes().nodes(), [this](const node_record& x) {
      add_node(x);
    });
    list("unplaced", model_.unplaced(), [this](agent_id x) {
      write_unplaced(w_, model_, x);
    });
    list("completed", model_.completed(options_.limit), [this](task_id x) {
      add_completed(x);
    });
    w_.close('}');
    return w_.take() + '\n';
  }

private:
  template <class Items, class Add>
  void list(std::string_view key, const Items& items, Add add) {
    w_.line();
    w_.open(key, '[');
    for (const auto& x : items) {
      w_.line();
      add(x);
    }
    w_.close(']');
  }

  void add_run() {
    w_.integer("schema_version", status_schema_version);
    w_.text_or_null("run_id", options_.run_id);
    w_.text("plan", plan_.name);
    w_.text("status", model_.ended()      ? to_string(model_.status())
                      : model_.stopping() ? std::string_view("stopping")
                                          : std::string_view("running"));
    w_.seconds("elapsed_s", now_);
    add_session();
    w_.number("progress", model_.progress(now_));
    w_.seconds("remaining_s", model_.remaining(now_));
    w_.text_or_null("join_address", options_.join_address);
    w_.text_or_null("awaited_nodes", options_.awaited_nodes);
  }

  void add_session() {
    const auto& x = model_.session();
    w_.integer("session", x.number);
    w_.integer("revision", model_.revision());
    w_.integer("kept", x.kept);
    w_.open("again", '[');
    for (std::size_t i = 0; i < x.again.size() && i < options_.limit; ++i)
      w_.text(plan_.tasks[x.again[i].value].name);
    w_.close(']');
    w_.seconds("down_s", model_.down());
  }

  void add_counts() {
    w_.line();
    w_.open("tasks", '{');
    for (int i = 0; i <= static_cast<int>(task_state::cancelled); ++i) {
      auto state = static_cast<task_state>(i);
      w_.integer(to_string(state),
                 static_cast<std::int64_t>(model_.count(state)));
    }
    w_.close('}');
  }

  void agent(std::string_view key, agent_id x) {
    w_.text_or_null(key, x.valid() ? agent_name(plan_, x) : std::string{});
  }

  void add_running(task_id x) {
    const auto& t = model_.task(x.value);
    w_.open('{');
    w_.text("task", plan_.tasks[x.value].name);
    agent("agent", t.agent);
    w_.text("node", model_.nodes().name(t.node));
    w_.text("phase", to_string(t.phase));
    w_.integer("attempt", t.attempts);
    w_.integer("tries", std::max(t.tries, 1u));
    w_.boolean("again", t.again);
    w_.integer("version", t.version);
    add_items(x.value);
    w_.seconds("busy_s",
               t.attempt_busy
                   + (t.busy_now ? now_ - t.attempt_started_at : duration{0}));
    if (t.percent >= 0)
      w_.integer("percent", t.percent);
    else
      w_.raw("percent", "null");
    w_.text_or_null("line", t.progress);
    w_.boolean("ending", t.ending);
    if (t.waits_since) {
      auto inside = model_.wait_of({node_kind::task, x.value}, names_max);
      w_.seconds("waits_inside_s", model_.up_time(*t.waits_since, now_));
      add_awaited(inside);
    } else {
      w_.raw("waits_inside_s", "null");
      w_.raw("waits_for", "[]");
    }
    w_.close('}');
  }

  void add_items(std::uint32_t task) {
    const auto& t = model_.task(task);
    if (plan_.tasks[task].kind == task_kind::after_each)
      w_.integer("run", std::max(t.runs, 1u));
    else
      w_.raw("run", "null");
    w_.open("for", '[');
    if (t.taken) {
      const auto& items = t.taken->items;
      for (std::size_t i = 0; i < items.size() && i < options_.limit; ++i) {
        if (items[i].request != 0)
          w_.integer(items[i].request);
        else
          w_.text(plan_.tasks[items[i].from.value].name);
      }
    }
    w_.close(']');
  }

  void add_awaited(const wait& x) {
    w_.open("waits_for", '[');
    for (const auto& y : x.on) {
      w_.open('{');
      w_.text("why", why_name(y.why));
      w_.text("kind", kind_name(y.of.kind));
      auto is_named = y.of.index != task_id::none;
      w_.text_or_null("name",
                      is_named ? name_of(plan_, y.of) : std::string_view{});
      agent("agent", y.agent);
      w_.boolean("in_progress", y.active);
      if (y.why == wait_for::answer)
        w_.integer("request", y.number);
      else
        w_.raw("request", "null");
      bool of_node = y.why == wait_for::node || y.why == wait_for::gone;
      w_.text_or_null("node",
                      of_node ? model_.nodes().name(y.number) : std::string{});
      w_.close('}');
    }
    w_.close(']');
  }

  void add_wait(const wait& x) {
    w_.open('{');
    w_.text("kind", kind_name(x.waiter.kind));
    w_.text("name", name_of(plan_, x.waiter));
    agent("agent", x.agent);
    w_.text("state", x.waiter.kind == node_kind::task
                         ? to_string(model_.task(x.waiter.index).state)
                         : to_string(model_.gate(x.waiter.index).state));
    w_.seconds("since_s", x.since);
    w_.integer("waits_for_count", static_cast<std::int64_t>(x.on_count));
    add_awaited(x);
    w_.open("meanwhile", '[');
    if (x.agent.valid())
      for (auto y : model_.running_of(x.agent.value, names_max))
        w_.text(plan_.tasks[y.value].name);
    w_.close(']');
    w_.close('}');
  }

  void add_approval(std::uint32_t gate) {
    const auto& g = model_.gate(gate);
    const auto& spec = plan_.gates[gate].approval;
    w_.open('{');
    w_.text("gate", plan_.gates[gate].name);
    w_.integer("round", g.rounds);
    w_.text_or_null("message", approval_message(model_, gate));
    w_.seconds("asked_s", g.asked_at);
    w_.seconds("until_s", spec.timeout > duration{0}
                              ? std::optional(*g.asked_at + spec.timeout)
                              : std::nullopt);
    w_.boolean("human", asks_person(model_, gate));
    w_.open("agents", '[');
    for (auto x : spec.agents)
      w_.text(agent_name(plan_, x));
    w_.close(']');
    w_.integer("needed", spec.min);
    w_.open("approved_by", '[');
    for (const auto& x : g.verdicts)
      if (x.round == g.rounds && x.verdict == verdict::approved)
        w_.text(x.who);
    w_.close(']');
    w_.open("verdicts", '[');
    for (const auto& x : g.verdicts)
      if (x.round == g.rounds)
        add_verdict(x);
    w_.close(']');
    w_.integer("tasks_waiting", g.blocked);
    w_.text("command", approve_command(model_, gate, options_.run_id));
    w_.close('}');
  }

  void add_verdict(const verdict_record& x) {
    w_.open('{');
    w_.text("verdict", to_string(x.verdict));
    w_.text("who", x.who);
    w_.seconds("at_s", x.at);
    w_.text_or_null("comment", x.comment);
    w_.close('}');
  }

  std::vector<const rework_record*> open_reworks() const {
    std::vector<const rework_record*> result;
    for (const auto& x : model_.reworks())
      if (goes_on(model_, x) && result.size() < options_.limit)
        result.push_back(&x);
    return result;
  }

  void add_rework(const rework_record& x) {
    w_.open('{');
    w_.text("gate", plan_.gates[x.gate.value].name);
    w_.integer("round", x.round);
    w_.open("tasks", '[');
    for (auto y : x.tasks)
      w_.text(plan_.tasks[y.value].name);
    w_.close(']');
    w_.text_or_null("feedback", x.text);
    w_.seconds("since_s", x.at);
    w_.close('}');
  }

  std::vector<std::size_t> idle_agents() const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < plan_.agents.size(); ++i)
      if (model_.agent(i).running == 0 && !plan_.agents[i].implicit
          && result.size() < options_.limit)
        result.push_back(i);
    return result;
  }

  void add_idle(std::size_t x) {
    auto next = model_.next_of(x);
    w_.open('{');
    w_.text("agent", plan_.agents[x].name);
    w_.text_or_null("next",
                    next ? plan_.tasks[next->value].name : std::string{});
    w_.close('}');
  }

  void add_backlog(task_id x) {
    const auto& t = model_.task(x.value);
    w_.open('{');
    w_.text("task", plan_.tasks[x.value].name);
    agent("agent", t.agent);
    w_.open("queued", '[');
    for (const auto& y : t.backlog) {
      w_.open('{');
      w_.text("trigger", plan_.tasks[y.from.value].name);
      w_.integer("version", y.version);
      w_.close('}');
    }
    w_.close(']');
    w_.close('}');
  }

  void add_request(const request_record& x) {
    w_.open('{');
    w_.integer("request", x.number);
    w_.text("from", plan_.tasks[x.from.value].name);
    agent("to", x.to);
    w_.text("text", x.text);
    w_.boolean("awaited", x.awaited);
    w_.boolean("taken", x.taken);
    w_.seconds("made_s", x.made_at);
    w_.close('}');
  }

  std::vector<std::size_t> services() const {
    std::vector<std::size_t> result(plan_.services.size());
    for (std::size_t i = 0; i < result.size(); ++i)
      result[i] = i;
    return result;
  }

  void add_service(std::size_t x) {
    const auto& s = model_.service(x);
    w_.open('{');
    w_.text("name", plan_.services[x].name);
    w_.text("status", to_string(s.state));
    w_.seconds("since_s", s.since);
    w_.integer("restarts", s.restarts);
    w_.text_or_null("reason", s.text);
    w_.close('}');
  }

  void add_node(const node_record& x) {
    const auto& all = model_.nodes().nodes();
    write_node(w_, model_, static_cast<std::uint32_t>(&x - all.data()));
  }

  void add_completed(task_id x) {
    const auto& t = model_.task(x.value);
    w_.open('{');
    w_.text("task", plan_.tasks[x.value].name);
    agent("agent", t.agent);
    w_.text("status", to_string(t.state));
    w_.integer("version", t.version);
    w_.boolean("kept", model_.is_kept(x.value));
    w_.seconds("busy_s", t.busy);
    w_.seconds("finished_s", t.finished_at);
    w_.close('}');
  }

  const run_model& model_;
  const plan& plan_;
  duration now_;
  const status_options& options_;
  json_writer w_;
};

} // namespace

std::string status_json(const run_model& m, duration now,
                        const status_options& options) {
  return document(m, now, options).text();
}

} // namespace tutti::report
