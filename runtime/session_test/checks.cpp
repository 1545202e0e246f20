// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session_test/checks.hpp"

#include "runtime/session_test/peer.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

namespace tutti::session_test {

namespace {

namespace protocol = session_protocol;
using kind = event_kind;

constexpr const char* agent_name = "session-test";

std::string described(const event& x) {
  switch (x.kind) {
  case kind::mistake:
    return x.text;
  case kind::exited:
    return x.text;
  case kind::silence:
    return "nothing";
  case kind::message:
    break;
  }
  constexpr const char* names[] = {"hello",     "a heartbeat", "bye",
                                   "progress",  "a note",      "a handoff",
                                   "a request", "done",        "failed"};
  auto id = protocol::id_of(x.message);
  std::string name = names[x.message.index()];
  return id.empty() ? name : fmt::format("{} for \"{}\"", name, id);
}

class conversations {
public:
  conversations(process::supervisor& processes, const options& wanted,
                const std::function<void(std::string)>& print)
    : wanted_(wanted), print_(print),
      peer_(processes, wanted.argv, wanted.directory) {
  }

  result run() {
    if (greet({}, "it says hello first")) {
      one_task("a task is answered by done or failed");
      one_task("so is the next one");
      several_tasks();
      handoff_while_it_works();
      integrate();
      cancel();
      unknown_message();
      leave();
    }
    if (result_.failures == 0 && result_.not_started.empty()) {
      greet_again();
      end_of_input();
    }
    return std::move(result_);
  }

private:
  // -- the conversations --

  bool greet(std::vector<protocol::waiting_task> waiting,
             const std::string& what) {
    peer_.start();
    running_ = true;
    given_.clear();
    peer_.say(encode(protocol::welcome{agent_name, "", 8, std::move(waiting)}));
    auto e = peer_.next(deadline());
    if (e.never_began) {
      running_ = false;
      result_.not_started = e.text;
      return false; // nothing was tested
    }
    const auto* hello = e.kind == kind::message
                          ? std::get_if<protocol::greeting>(&e.message)
                          : nullptr;
    if (hello != nullptr)
      slots_ = hello->slots == 0 ? 8 : hello->slots;
    return check(hello != nullptr, what,
                 fmt::format("hello within {:g} s", seconds()), e);
  }

  void one_task(const std::string& what) {
    if (!running_)
      return;
    auto id = give("solo", work_phase::run);
    expect_answer(id, what);
  }

  void several_tasks() {
    if (slots_ < 2 || !running_)
      return; // it said that it takes one at a time
    auto first = give("left", work_phase::run);
    auto second = give("right", work_phase::run);
    std::set<std::string> open{first, second};
    auto e = await(open);
    check(open.empty(), "two tasks at once are both answered",
          "done or failed for each", e);
  }

  void handoff_while_it_works() {
    if (!running_)
      return;
    auto id = give("early", work_phase::run);
    deliver("early", "partner", 1);
    deliver("early", "partner", 2);
    std::set<std::string> open{id};
    auto e = await(open);
    // It may have answered before it read them; the next shows that it did.
    if (open.empty()) {
      id = give("after", work_phase::run);
      open = {id};
      e = await(open);
    }
    check(open.empty(), "handoffs may arrive while it works",
          fmt::format("done or failed for \"{}\" within {:g} s", id, seconds()),
          e);
  }

  void integrate() {
    if (!running_)
      return;
    deliver("early", "late", 1);
    auto id = give("early", work_phase::integrate);
    expect_answer(id, "integrate is answered, with handoffs between the two "
                      "phases");
  }

  void cancel() {
    if (!running_)
      return;
    auto id = give("stopped", work_phase::run);
    peer_.say(protocol::encode_cancel(id));
    expect_answer(id, "cancel is answered by done or failed");
    peer_.say(protocol::encode_cancel(id));
    one_task("a cancel that comes too late does no harm");
  }

  void unknown_message() {
    if (!running_)
      return;
    peer_.say("{\"type\":\"of a later protocol\",\"id\":7}\n");
    one_task("a message of an unknown type is ignored");
  }

  void leave() {
    if (!running_)
      return;
    peer_.say(protocol::encode_bye());
    peer_.hang_up();
    expect_exit("after bye it ends with code 0");
  }

  void greet_again() {
    if (!greet({{"early", 1}},
               "so does a second process, for what is left to do"))
      return;
    auto id = give("early", work_phase::integrate);
    expect_answer(id, "a new process integrates what an old one ran");
  }

  void end_of_input() {
    if (!running_)
      return;
    peer_.hang_up();
    expect_exit("it ends, too, where its input ends without bye");
  }

  // -- their parts --

  std::string give(const std::string& task, work_phase phase) {
    protocol::assignment x;
    x.id = fmt::format("{}#{}", task, ++assignments_);
    x.task = task;
    x.phase = phase;
    x.attempt = 1;
    x.prompt = "Say that you are done. (tutti session-test)";
    x.input = fmt::format(
        R"({{"task":"{}","agent":"{}","attempt":1,"version":1,"round":1,)"
        R"("phase":"{}","prompt":"","feedback":"","needs":{{}},"later":{{}},)"
        R"("contracts":{{}},"triggers":[],"requests":[],"answers":[],)"
        R"("gates":{{}}}})",
        task, agent_name, to_string(phase));
    x.env = {{"TUTTI_TASK", task}};
    x.directory = wanted_.directory;
    peer_.say(encode(x));
    given_.insert(x.id);
    return x.id;
  }

  void deliver(const std::string& task, const std::string& from,
               std::uint32_t version) {
    attempt_details details;
    details.outputs = {{"url", make_text("http://localhost")}};
    details.note = "for the test";
    peer_.say(encode(protocol::delivery{task, from, version,
                                        task_state::succeeded, &details}));
  }

  void expect_answer(const std::string& id, const std::string& what) {
    std::set<std::string> open{id};
    auto e = await(open);
    check(open.empty(), what,
          fmt::format("done or failed for \"{}\" within {:g} s", id, seconds()),
          e);
  }

  /// Until all of `open` are answered: what prevented it, if anything did.
  event await(std::set<std::string>& open) {
    auto until = deadline();
    while (!open.empty()) {
      auto e = peer_.next(until);
      if (e.kind != kind::message)
        return e;
      auto id = std::string{protocol::id_of(e.message)};
      if (!id.empty() && !given_.contains(id))
        return e;
      if (std::holds_alternative<protocol::greeting>(e.message)
          || std::holds_alternative<protocol::farewell>(e.message))
        return e;
      if (std::holds_alternative<protocol::done>(e.message)
          || std::holds_alternative<protocol::failed>(e.message))
        open.erase(id);
      else
        serve(e.message);
    }
    return {};
  }

  /// Answers what a session may ask in the middle of its work.
  void serve(const protocol::message& x) {
    const auto* asked = std::get_if<protocol::ask>(&x);
    if (asked == nullptr)
      return;
    auto task = asked->id.substr(0, asked->id.rfind('#'));
    std::string ids;
    auto first = requests_ + 1;
    for (std::size_t i = 0; i < asked->texts.size(); ++i)
      ids += fmt::format("{}\"request/{}\"", i == 0 ? "" : ",", ++requests_);
    peer_.say(encode(protocol::reply{asked->call, true,
                                     fmt::format(R"({{"ids":[{}]}})", ids)}));
    for (const auto& text : asked->texts)
      peer_.say(encode(protocol::answer{task, first++, asked->to, text,
                                        task_state::succeeded, nullptr}));
  }

  void expect_exit(const std::string& what) {
    auto until = deadline();
    auto e = peer_.next(until);
    // A word that was under way.
    while (e.kind == kind::message)
      e = peer_.next(until);
    check(e.kind == kind::exited && e.clean && e.code == 0, what,
          fmt::format("its end with code 0 within {:g} s", seconds()), e);
  }

  bool check(bool good, const std::string& what, const std::string& expected,
             const event& came) {
    ++result_.checks;
    if (came.kind == kind::exited)
      ended(came);
    if (good) {
      print_(fmt::format("ok      {}", what));
      return true;
    }
    ++result_.failures;
    print_(fmt::format("not ok  {}: expected {}, got {}", what, expected,
                       described(came)));
    // What it would say to anything else is of no use.
    if (running_)
      stop();
    return false;
  }

  void stop() {
    peer_.end(true);
    auto e = peer_.next(deadline());
    while (e.kind == kind::message || e.kind == kind::mistake)
      e = peer_.next(deadline());
    ended(e);
  }

  void ended(const event& x) {
    running_ = false;
    if (!x.log.empty())
      result_.logs.push_back(x.log);
  }

  [[nodiscard]] steady_time deadline() const {
    return std::chrono::steady_clock::now() + wanted_.patience;
  }
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(wanted_.patience).count();
  }

  const options& wanted_;
  const std::function<void(std::string)>& print_;
  peer peer_;
  result result_;
  bool running_ = false;
  std::uint32_t slots_ = 1;
  std::uint32_t assignments_ = 0;
  std::uint32_t requests_ = 0;
  std::set<std::string> given_;
};

} // namespace

result run_checks(process::supervisor& processes, const options& wanted,
                  const std::function<void(std::string)>& print) {
  return conversations{processes, wanted, print}.run();
}

} // namespace tutti::session_test
