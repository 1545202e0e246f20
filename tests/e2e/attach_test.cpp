// SPDX-License-Identifier: BSD-3-Clause
// Looking at a run from another terminal.
#include "runtime/process/unique_fd.hpp"
#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <filesystem>
#include <memory>

using namespace tutti::test;

namespace {

constexpr const char* meeting = R"(
name: meeting
tasks:
  first: echo one
  second: { needs: first, run: read x < gate && test "$x" = go }
)";

constexpr const char* asking = R"(
name: pay
tasks: { crud: 'true', release: echo released > order }
gates:
  deploy: { needs: crud, blocks: release, approval: { by: human } }
)";

/// Takes calls, and never answers.
class deaf_socket {
public:
  explicit deaf_socket(const std::string& path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    BOOST_REQUIRE(path.size() < sizeof name.sun_path);
    path.copy(name.sun_path, path.size());
    BOOST_REQUIRE(
        ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name)
        == 0);
    BOOST_REQUIRE(::listen(fd_.get(), 1) == 0);
  }
  /// Waits for one; it stays open.
  void take_call() {
    pollfd x{fd_.get(), POLLIN, 0};
    BOOST_REQUIRE(::poll(&x, 1, 10'000) == 1);
    call_.reset(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    BOOST_REQUIRE(call_);
  }

private:
  tutti::process::unique_fd fd_;
  tutti::process::unique_fd call_;
};

struct attach_fixture : live_fixture {
  fifo gate{dir, "gate"};

  [[nodiscard]] std::string run_id() const {
    auto x = tutti({"history", "--json"});
    return json::parse(x.out).at("runs").at(0).at("id").get<std::string>();
  }
  /// The run has begun, and its first task is done.
  [[nodiscard]] std::unique_ptr<program>
  begun(std::vector<std::string> args = {}) const {
    auto live = start(meeting, std::move(args));
    BOOST_REQUIRE(eventually([&] {
      auto now = status();
      return now.is_object() && now.at("tasks").at("running") == 1
          && now.at("tasks").at("succeeded") == 1;
    }));
    return live;
  }
  [[nodiscard]] program_options in_terminal() const {
    auto how = options({"attach"});
    how.terminal = terminal_size{100, 30};
    return how;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_attach, attach_fixture)

BOOST_AUTO_TEST_CASE(attach_shows_a_run_to_its_end_and_ends_as_it_does) {
  for (auto [word, code] : {std::pair{"go", 0}, std::pair{"stop", 1}}) {
    auto live = begun();
    program looking{options({"attach"})};
    // What was before it came, too.
    BOOST_REQUIRE(looking.read_until([&] {
      return has(looking.out(), "first") && has(looking.out(), "second");
    }));
    gate.put(word);
    auto x = looking.wait();
    BOOST_TEST(x.status == code, x.out << x.err);
    BOOST_TEST(has(x.out, "meeting"), x.out); // the summary
    BOOST_TEST(finish(*live).status == code);
  }
}

BOOST_AUTO_TEST_CASE(ctrl_c_leaves_the_run_to_itself) {
  auto live = begun();
  program looking{in_terminal()};
  BOOST_REQUIRE(looking.read_until("second"));
  looking.type("\x03");
  auto x = looking.wait();
  BOOST_TEST(x.status == 0, x.out);
  BOOST_TEST(has(x.out, "goes on"), x.out);
  gate.put();
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(a_gate_is_approved_where_one_is_attached) { // §16
  auto live = start(asking);
  wait_for_approval("deploy");
  program looking{in_terminal()};
  BOOST_REQUIRE(looking.read_until("[a]pprove"));
  looking.type("a");
  BOOST_REQUIRE(looking.read_until("approve deploy"));
  looking.type("fine\r");
  BOOST_TEST(looking.wait().status == 0);
  auto x = finish(*live);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(dir.read("order") == "released\n");
  BOOST_TEST(x.report.at("verdicts").at(0).at("comment") == "fine");
}

BOOST_AUTO_TEST_CASE(a_run_that_is_killed_says_how_it_goes_on) { // §31
  auto live = begun();
  program looking{options({"attach", run_id().substr(0, 13)})};
  BOOST_REQUIRE(looking.read_until("second"));
  live->send_signal(SIGKILL);
  static_cast<void>(live->wait());
  auto x = looking.wait();
  BOOST_TEST(x.status == 6, x.out << x.err);
  auto command = "tutti run " + dir / "tutti.yaml" + " --resume=" + run_id();
  BOOST_TEST(has(x.out + x.err, command), x.out << x.err);
  check_no_process_left();
  auto late = tutti({"attach", run_id()});
  BOOST_TEST(late.status == 7);
  check_one_sentence(late, {"unfinished", command});
}

BOOST_AUTO_TEST_CASE(a_resumed_run_is_shown_with_what_was_before) { // §31
  auto cut = begun();
  cut->send_signal(SIGKILL);
  static_cast<void>(cut->wait());
  auto live = begun({"--resume"});
  program looking{options({"attach"})};
  BOOST_REQUIRE(looking.read_until([&] {
    return has(looking.out(), "first") && has(looking.out(), "second");
  }));
  gate.put();
  auto x = looking.wait();
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(a_plan_that_was_changed_is_said) {
  auto live = begun();
  dir.write("tutti.yaml", "name: meeting\ntasks: { other: 'true' }\n");
  auto x = tutti({"attach"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {"'first'", "changed", "tutti status"});
  dir.write("tutti.yaml", "tasks: [\n");
  x = tutti({"attach"});
  BOOST_TEST(x.status == 2);
  check_one_sentence(x, {"tutti.yaml", "tutti status"});
  gate.put();
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(other_changes_of_the_plan_are_told) {
  auto live = begun();
  auto text = dir.read("tutti.yaml");
  dir.write("tutti.yaml", text + "  # nothing\n");
  program same{options({"attach"})};
  BOOST_REQUIRE(same.read_until("second"));
  auto at = text.find(", run: read");
  BOOST_REQUIRE(at != std::string::npos);
  dir.write("tutti.yaml", text.substr(0, at) + ", run: echo }\n");
  program changed{options({"attach"})};
  BOOST_REQUIRE(changed.read_until("second"));
  gate.put();
  BOOST_TEST(!has(same.wait().out, "was changed since"));
  auto x = changed.wait();
  BOOST_TEST(has(x.out + x.err, "the plan was changed since"), x.out << x.err);
  BOOST_TEST(finish(*live).status == 0);
}

// A run that does not answer holds up neither the board nor who leaves.
BOOST_AUTO_TEST_CASE(a_verdict_for_a_run_that_hangs_lets_one_leave) {
  auto live = start(asking);
  wait_for_approval("deploy");
  auto pointer = ".tutti/runs/" + run_id() + "/control";
  auto before = dir.read(pointer);
  deaf_socket deaf{dir / "deaf"};
  dir.write(pointer, dir / "deaf" + "\n");
  auto how = in_terminal();
  how.deadline = std::chrono::seconds(15); // an answer may take 20
  program looking{how};
  BOOST_REQUIRE(looking.read_until("[a]pprove"));
  looking.type("a");
  BOOST_REQUIRE(looking.read_until("approve deploy"));
  looking.type("fine\r");
  deaf.take_call();
  looking.type("\x03");
  auto x = looking.wait();
  BOOST_TEST(!x.timed_out);
  BOOST_TEST(x.status == 0, x.out);
  BOOST_TEST(has(x.out, "goes on"), x.out);
  dir.write(pointer, before);
  BOOST_TEST(tutti({"approve", "deploy"}).status == 0);
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(a_run_of_another_folder_is_named) {
  auto live = begun();
  std::filesystem::create_directory(dir / "elsewhere");
  auto how = options({"attach"});
  how.directory = dir / "elsewhere";
  program looking{how};
  BOOST_REQUIRE(looking.read_until("second"));
  gate.put();
  auto x = looking.wait();
  BOOST_TEST(x.status == 0, x.err);
  check_one_sentence(x, {run_id(), "tutti.yaml", "elsewhere"});
  BOOST_TEST(finish(*live).status == 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_live_cannot_be_attached_to) {
  auto none = tutti({"attach"});
  BOOST_TEST(none.status == 7);
  check_one_sentence(none, {"no run is live"});
  BOOST_TEST(run("tasks: { a: 'true' }\n").status == 0);
  auto over = tutti({"attach", run_id()});
  BOOST_TEST(over.status == 7);
  check_one_sentence(over, {"succeeded"});
  auto unknown = tutti({"attach", "1999"});
  BOOST_TEST(unknown.status == 2);
  check_one_sentence(unknown, {"'1999'"});
}

BOOST_AUTO_TEST_SUITE_END()
