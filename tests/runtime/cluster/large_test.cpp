// SPDX-License-Identifier: BSD-3-Clause
// §34: what is larger than a frame.
#include "tests/support/cluster_world.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr agent_id coder{0u};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_large)

// It goes in parts, both ways.
BOOST_AUTO_TEST_CASE(no_envelope_is_too_large_for_a_link) {
  cluster_world w{two_agents()};
  std::size_t largest = 0;
  w.net.tamper = [&largest](way, std::string& frame) {
    largest = std::max(largest, frame.size());
  };
  w.start_hub();
  w.start_node("n1");
  w.place(coder, "n1", 1);
  w.settle();
  constexpr std::size_t size = 3 * cluster::frame_bytes_max / 2;
  attempt_details result;
  result.message = std::string(size, 'm');
  auto large = std::make_shared<const attempt_details>(std::move(result));
  handoff to_it;
  to_it.from = task_id{2u};
  to_it.to = task_id{0u};
  to_it.details = large;
  w.say(coder, to_it);
  const agent_address who{coder, 1};
  auto tell = [&](auto x) {
    caf::anon_send(w.gateways["n1"], to_hub{who, std::move(x)});
  };
  tell(keep_payload{1, large});
  make_requests asked;
  asked.call = 2;
  asked.task = task_id{0u};
  asked.to = "tester";
  asked.texts = {std::string(size, 't')};
  tell(asked);
  files_offered files{3, {}};
  for (int i = 0; i < 10'000; ++i)
    files.artifacts.push_back({std::string(600, 'p') + std::to_string(i),
                               std::string(64, 'a'), 1, false});
  caf::anon_send(w.gateways["n1"], files);
  w.run_for(1s);
  BOOST_TEST(w.log.accepted.size() == 1u);
  BOOST_REQUIRE_EQUAL(w.kept.payloads.size(), 1u);
  BOOST_TEST((*w.kept.payloads[0] == *large));
  BOOST_REQUIRE_EQUAL(w.log.requests.size(), 1u);
  BOOST_TEST((w.log.requests[0].texts == asked.texts));
  BOOST_TEST(!w.has_note("was closed"));
  BOOST_TEST(!w.has_note("lost the orchestrator"));
  BOOST_TEST(largest <= cluster::frame_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()
