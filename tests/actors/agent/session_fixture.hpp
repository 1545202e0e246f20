// SPDX-License-Identifier: BSD-3-Clause
// An agent whose session is played by the test.
#pragma once

#include "actors/agent/session_driver.hpp"
#include "tests/support/driver_host.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tutti::test {

inline constexpr auto session_grace = std::chrono::seconds(10);

/// Sam's session with the tasks ui (0), docs (1) and crud (2); ui needs crud
/// later.
class sams {
public:
  explicit sams(std::uint32_t slots = 1, duration idle = duration{0},
                text_mask mask = {}) {
    plan_builder b;
    b.agent("sam", slots);
    b.task("ui");
    b.task("docs");
    b.task("crud");
    b[0].needs_later.push_back(on_task(2));
    b[0].integrate.present = true;
    b[0].idle_timeout = idle;
    b[0].env.push_back({"LEVEL", literal_expression("7")});
    b[0].prompt = literal_expression("Build it");
    auto& sam = b.get().agents[0];
    sam.role = "Frontend";
    sam.session.kind = command_kind::shell;
    sam.session.script = "sam --serve";
    sam.session_env.push_back({"MODE", literal_expression("fast")});
    b.get().secrets.push_back({"KEY", "key"});
    sam.session_secrets.emplace_back(0u);
    sam.session_directory = literal_expression("sam");
    b.get().directory = "/plan";
    options.work = std::make_shared<const plan>(b.get());
    options.agent = agent_id{0};
    options.slots = slots;
    options.grace = session_grace;
    options.mask = std::move(mask);
    session = make_session_driver(host, options);
  }

  /// Its process starts and says hello.
  void greet() {
    host.advance(*session, duration{0});
    writes(R"({"type":"hello","protocol":1,"name":"sam.py"})");
  }

  void writes(const std::string& line) {
    process_output x{host.started.back().id, line + "\n"};
    session->on(x);
  }

  void starts(std::uint32_t task, std::uint32_t attempt = 1,
              work_phase phase = work_phase::run) {
    attempt_work x;
    x.task = task_id{task};
    x.attempt = attempt;
    x.phase = phase;
    x.details = std::make_shared<assignment_details>();
    session->start(x);
  }

  void exits(std::int32_t code, process_end end = process_end::exited,
             const std::string& message = {}) {
    process_exited x;
    x.id = host.started.back().id;
    x.code = code;
    x.end = end;
    x.message = message;
    x.log = "session.sam.1.log";
    session->on(x);
  }

  /// What it was told since the last time.
  std::vector<nlohmann::json> told() {
    std::vector<nlohmann::json> result;
    for (const auto& line : host.lines())
      result.push_back(nlohmann::json::parse(line));
    return result;
  }

  std::vector<std::string> told_types() {
    std::vector<std::string> result;
    for (const auto& x : told())
      result.push_back(x["type"]);
    return result;
  }

  void passes(duration span) {
    host.advance(*session, span);
  }

  /// The last end of an attempt.
  const recording_host::ended& ended() {
    BOOST_TEST_REQUIRE(!host.finishes.empty());
    return host.finishes.back();
  }

  recording_host host;
  session_driver_options options;
  std::unique_ptr<driver> session;
};

using words = std::vector<std::string>;

inline void same(const words& x, const words& y) {
  BOOST_TEST(x == y, boost::test_tools::per_element());
}

} // namespace tutti::test
