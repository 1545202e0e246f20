// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/handoff_table.hpp"
#include "tests/actors/agent/recorded_ports.hpp"

using namespace tutti;
using namespace tutti::test;

namespace {

handoff from_to(std::uint32_t from, std::uint32_t to, std::uint32_t version = 1,
                shared_details details = nullptr) {
  return {task_id{from}, task_id{to}, version, task_state::succeeded,
          std::move(details)};
}

shared_details of_size(std::size_t bytes) {
  return std::make_shared<const attempt_details>(
      with_output("x", std::string(bytes, 'x')));
}

struct fixture {
  recorded_ports ports;
  payload_shelf shelf{ports, 1, true};
  handoff_table table{shelf};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_agent_handoff_table, fixture)

BOOST_AUTO_TEST_CASE(each_version_is_accepted_once_and_the_latest_kept) {
  BOOST_TEST(table.accept(from_to(0, 9)));
  BOOST_TEST(!table.accept(from_to(0, 9)));
  BOOST_TEST(table.accept(from_to(0, 9, 4)));
  BOOST_TEST(!table.accept(from_to(0, 9, 1)));
  BOOST_TEST(table.accept(from_to(0, 9, 3))); // late, for the first time
  BOOST_TEST(!table.accept(from_to(0, 9, 3)));
  BOOST_TEST(table.accept(from_to(0, 9, 2)));
  BOOST_TEST(table.find(task_id{0u}, task_id{9u})->what.version == 4u);
  BOOST_TEST(table.accept(from_to(0, 8)));
  BOOST_TEST(table.accept(from_to(1, 9)));
  std::vector<std::uint32_t> producers;
  table.for_each(task_id{9u}, [&](const handoff_table::entry& e) {
    producers.push_back(e.what.from.value);
  });
  BOOST_TEST((producers == std::vector<std::uint32_t>{0, 1}));
  BOOST_TEST(table.find(task_id{1u}, task_id{8u}) == nullptr);
}

BOOST_AUTO_TEST_CASE(payloads_over_the_budget_go_to_disk) { // §21
  std::size_t count = 2 * payload_shelf::budget_bytes / 1024;
  for (std::uint32_t i = 0; i < count; ++i)
    BOOST_REQUIRE(table.accept(from_to(i, i + 1, 1, of_size(1024))));
  BOOST_TEST(shelf.bytes() <= payload_shelf::budget_bytes);
  BOOST_TEST(shelf.bytes() > payload_shelf::budget_bytes / 2);
  auto& sent = ports.keep_payload_sent;
  BOOST_REQUIRE(!sent.empty());
  BOOST_TEST(sent.size() < count);
  const auto* last = table.find(task_id{count - 1}, task_id{count});
  BOOST_REQUIRE(last->details.on_disk());
  // At hand until the disk has it, gone after that.
  BOOST_TEST((shelf.at_hand(last->details) != nullptr));
  std::weak_ptr<const attempt_details> watch = sent.back().details;
  shelf.on(payload_kept{sent.back().id, {}});
  sent.back().details = nullptr;
  BOOST_TEST(watch.expired());
  BOOST_TEST((shelf.at_hand(last->details) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_payloads_in_memory) {
  auto large = of_size(payload_shelf::budget_bytes + 1);
  BOOST_REQUIRE(table.accept(from_to(0, 1, 1, large)));
  BOOST_REQUIRE_EQUAL(ports.keep_payload_sent.size(), 1u);
  shelf.on(payload_kept{ports.keep_payload_sent[0].id, "the disk is full"});
  const auto* e = table.find(task_id{0u}, task_id{1u});
  BOOST_TEST((shelf.at_hand(e->details) == large));
}

BOOST_AUTO_TEST_CASE(receivers_of_one_payload_share_it) {
  auto shared = of_size(payload_shelf::budget_bytes / 2);
  for (std::uint32_t i = 1; i <= 100; ++i)
    BOOST_REQUIRE(table.accept(from_to(0, i, 1, shared)));
  BOOST_TEST(ports.keep_payload_sent.empty());
  auto large = of_size(payload_shelf::budget_bytes);
  for (std::uint32_t i = 1; i <= 100; ++i)
    BOOST_REQUIRE(table.accept(from_to(200, i, 1, large)));
  BOOST_TEST(ports.keep_payload_sent.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_newer_version_frees_the_older) {
  for (std::uint32_t v = 1; v <= 100; ++v)
    BOOST_REQUIRE(table.accept(
        from_to(0, 1, v, of_size(payload_shelf::budget_bytes / 2))));
  BOOST_TEST(ports.keep_payload_sent.size() <= 1u);
}

BOOST_AUTO_TEST_CASE(two_may_load_the_same_payload) {
  int calls = 0;
  auto count = [&](const std::vector<shared_details>& xs,
                   const std::string& mistake) {
    BOOST_TEST(mistake.empty());
    BOOST_REQUIRE_EQUAL(xs.size(), 2u);
    BOOST_TEST((xs[0] && xs[1]));
    ++calls;
  };
  shelf.load({7, 8}, count);
  shelf.load({8, 7}, count);
  BOOST_TEST(ports.load_payload_sent.size() == 4u);
  auto x = of_size(1);
  for (auto id : {7u, 8u, 8u, 7u})
    shelf.on(payload_loaded{id, x, {}});
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_SUITE_END()
