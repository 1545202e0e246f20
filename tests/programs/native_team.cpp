// SPDX-License-Identifier: BSD-3-Clause
// The program under test of tests/e2e/native_test.cpp: tutti with agents of
// C++.
#include "runtime/native/actor.hpp"
#include "runtime/native/native.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace native = tutti::native;

namespace {

/// Adds 1 to what `first` put out.
native::result add(native::task& t) {
  return native::result{}
      .set("n", t.input<int>("first", "n") + 1)
      .set("where", t.directory())
      .set("prompt", t.prompt())
      .note("added by " + t.agent());
}

native::result fail(native::task&) {
  throw std::runtime_error{"the oven is cold"};
}

/// Returns once it is told to end.
native::result wait(native::task& t) {
  t.progress(50, "waiting for the end");
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock{mutex};
  changed.wait(lock, t.stopping(), [] {
    return false;
  });
  return native::result::failure("was told to end");
}

/// Returns when `count` are here at once.
class meeting {
public:
  explicit meeting(int count) : missing_(count) {
  }
  native::result operator()(native::task&) {
    std::unique_lock lock{mutex_};
    --missing_;
    changed_.notify_all();
    changed_.wait(lock, [this] {
      return missing_ <= 0;
    });
    return {};
  }

private:
  int missing_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Ends when somebody has handed it something while it worked.
struct listener : native::worker {
  void on_task(native::task& t) override {
    t.progress(0, "listening");
  }
  void on_handoff(native::task& t, const native::handed& x) override {
    t.done(native::result{}.set("heard", x.from));
  }
};

/// An actor that has done each task before one can look.
tutti::agent_actor::behavior_type
own_behavior(tutti::agent_actor::pointer self,
             const native::actor_place& place) {
  auto lead = place.orchestrator;
  auto id = place.id;
  return {
      [self, lead](const tutti::assign_task& x) {
        self->send(lead, tutti::attempt_started{x.task, x.attempt});
        tutti::attempt_finished end;
        end.task = x.task;
        end.attempt = x.attempt;
        auto details = std::make_shared<tutti::attempt_details>();
        details->outputs = {{"by", tutti::make_text("an actor")}};
        end.details = std::move(details);
        self->send(lead, std::move(end));
      },
      [self, lead](const tutti::handoff& x) {
        self->send(lead, tutti::handoff_accepted{x.from, x.to, x.version});
      },
      [self, lead, id](tutti::leave_run) {
        self->send(lead, tutti::agent_left{id});
      },
      // It has begun all that it was given, and asks nobody for anything.
      [](const tutti::revoke_task&) {},
      [](const tutti::end_task&) {},
      [](const tutti::requests_made&) {},
      [](const tutti::request_answer&) {},
      [](const tutti::continue_attempt&) {},
      [](const tutti::wait_refused&) {},
      [](const tutti::live_call&) {},
      [](const tutti::live_gone&) {},
      [](const tutti::wake_driver&) {},
      [](const tutti::artifacts_captured&) {},
      [](const tutti::artifacts_placed&) {},
      [](const tutti::payload_kept&) {},
      [](const tutti::payload_loaded&) {},
      [](const tutti::process_started&) {},
      [](const tutti::process_line&) {},
      [](const tutti::process_output&) {},
      [](const tutti::process_exited&) {},
  };
}

} // namespace

int main(int argc, char** argv) {
  native::agents team;
  auto eight = std::make_shared<meeting>(8);
  team.add("add", add)
      .add("fail", fail)
      .add("wait", wait)
      .add("meet",
           [eight](native::task& t) {
             return (*eight)(t);
           })
      .add_worker("listen", [] {
        return std::make_unique<listener>();
      });
  native::add_actor(
      team, "own",
      [](caf::actor_system& system, const native::actor_place& place) {
        return system.spawn(own_behavior, place);
      });
  return tutti::run_program(argc, argv, std::move(team));
}
