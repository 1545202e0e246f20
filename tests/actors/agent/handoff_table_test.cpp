// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/handoff_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;

namespace {

handoff from_to(std::uint32_t from, std::uint32_t to,
                std::uint32_t version = 1) {
  return {task_id{from}, task_id{to}, version, task_state::succeeded, nullptr};
}

struct fixture {
  handoff_table table;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_agent_handoff_table, fixture)

BOOST_AUTO_TEST_CASE(each_version_is_accepted_once_and_the_latest_kept) {
  BOOST_TEST(table.accept(from_to(0, 9))); // rule 3
  BOOST_TEST(!table.accept(from_to(0, 9)));
  BOOST_TEST(table.accept(from_to(0, 9, 4)));
  BOOST_TEST(!table.accept(from_to(0, 9, 1)));
  BOOST_TEST(table.accept(from_to(0, 9, 3))); // late, for the first time
  BOOST_TEST(!table.accept(from_to(0, 9, 3)));
  BOOST_TEST(table.accept(from_to(0, 9, 2)));
  BOOST_TEST(table.get(task_id{0u}, task_id{9u}).version == 4u);
  BOOST_TEST(table.accept(from_to(0, 8)));
  BOOST_TEST(table.accept(from_to(1, 9)));
  std::vector<std::uint32_t> producers;
  table.for_each(task_id{9u}, [&](const handoff& x) {
    BOOST_TEST(x.to.value == 9u);
    producers.push_back(x.from.value);
  });
  BOOST_TEST((producers == std::vector<std::uint32_t>{0, 1}));
  BOOST_TEST(!table.has(task_id{1u}, task_id{8u}));
}

BOOST_AUTO_TEST_CASE(a_newer_version_lets_the_older_go) { // rule 9
  auto old = std::make_shared<const attempt_details>();
  auto first = from_to(0, 1);
  first.details = old;
  BOOST_TEST(table.accept(first));
  first.details = nullptr;
  BOOST_TEST(old.use_count() == 2);
  BOOST_TEST(table.accept(from_to(0, 1, 2)));
  BOOST_TEST(old.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
