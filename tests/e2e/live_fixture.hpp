// SPDX-License-Identifier: BSD-3-Clause
// A run that goes on while the test speaks to it from another process.
#pragma once

#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace tutti::test {

struct live_fixture : run_fixture {
  /// `tutti status --json`; null where no run answers.
  [[nodiscard]] json status() const {
    auto x = tutti({"status", "--json"});
    return x.status == 0 ? json::parse(x.out, nullptr, false) : json{};
  }
  /// Whether the gate asks for approval in this round.
  [[nodiscard]] bool asks(const std::string& gate, int round = 1) const {
    auto now = status();
    if (!now.is_object())
      return false;
    for (const auto& x : now.at("approvals"))
      if (x.at("gate") == gate && x.at("round") == round)
        return true;
    return false;
  }
  void wait_for_approval(const std::string& gate, int round = 1) const {
    BOOST_REQUIRE(eventually([&] {
      return asks(gate, round);
    }));
  }
  /// Runs it and expects this exit code.
  program_result expect(int code, const std::vector<std::string>& args) const {
    auto x = tutti(args);
    BOOST_TEST(x.status == code, args.front() << ": " << x.out << x.err);
    return x;
  }
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace tutti::test
