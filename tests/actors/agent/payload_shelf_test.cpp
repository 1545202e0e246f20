// SPDX-License-Identifier: BSD-3-Clause
// Large results leave memory and come back whole.
#include "actors/agent/payload_shelf.hpp"
#include "tests/actors/agent/recorded_ports.hpp"

using namespace tutti;
using namespace tutti::test;

namespace {

shared_details large_details() {
  auto x = with_output("text", std::string(payload_shelf::small_bytes, 'x'));
  x.outputs.insert(x.outputs.begin(), {"ready", make_text("true")});
  x.note = "a note";
  x.artifacts = {{"a", std::string(64, 'a'), 1, false}};
  x.message = "a warning";
  x.log = "/log";
  x.leaked = true;
  return std::make_shared<const attempt_details>(std::move(x));
}

shared_details small_details() {
  return std::make_shared<const attempt_details>(with_output("k", "v"));
}

struct fixture {
  payload_shelf make(bool has_store) {
    return {ports,
            {[this] {
               return ++ids;
             },
             has_store,
             std::make_shared<const std::set<std::string>>(
                 std::set<std::string>{"ready"})}};
  }
  /// What travels in place of `x`.
  shared_details keep(shared_details x, std::string mistake = {}) {
    shared_details result;
    shelf.keep(std::move(x), [&result](shared_details y) {
      result = std::move(y);
    });
    if (ports.keep_payload_sent.empty())
      return result;
    auto asked = ports.keep_payload_sent.back();
    ports.keep_payload_sent.pop_back();
    shelf.on(payload_kept{asked.id, {40, 1000, {1, 2}}, std::move(mistake)});
    return result;
  }

  recorded_ports ports;
  std::uint64_t ids = 0;
  payload_shelf shelf = make(true);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_agent_payload_shelf, fixture)

BOOST_AUTO_TEST_CASE(a_large_result_travels_without_its_payload) { // §21
  auto x = large_details();
  std::weak_ptr<const attempt_details> watch = x;
  auto light = keep(std::move(x));
  BOOST_TEST(watch.expired()); // nothing holds it any more
  BOOST_REQUIRE(light);
  BOOST_TEST(light->payload.offset == 40u);
  // What the orchestrator looks at is there; so is what is shown of its end.
  BOOST_REQUIRE_EQUAL(light->outputs.size(), 1u);
  BOOST_TEST(light->outputs[0].name == "ready");
  BOOST_TEST(light->artifacts.empty());
  BOOST_TEST(light->note.empty());
  BOOST_TEST((light->message == "a warning" && light->log == "/log"));
  BOOST_TEST(light->leaked);
}

BOOST_AUTO_TEST_CASE(small_results_stay_where_they_are) {
  auto x = small_details();
  BOOST_TEST((keep(x) == x));
  BOOST_TEST((keep(nullptr) == nullptr));
  BOOST_TEST(ports.keep_payload_sent.empty());
}

BOOST_AUTO_TEST_CASE(without_room_on_the_disk_they_stay_in_memory) {
  auto x = large_details();
  BOOST_TEST((keep(x, "the disk is full") == x));
  auto without_store = make(false);
  shared_details there;
  without_store.keep(x, [&there](shared_details y) {
    there = std::move(y);
  });
  BOOST_TEST((there == x));
}

BOOST_AUTO_TEST_CASE(all_come_back_whole_and_in_order) {
  auto light = keep(large_details());
  auto small = small_details();
  int calls = 0;
  shelf.load(
      {light, nullptr, small, light},
      [&](const std::vector<shared_details>& xs, const std::string& mistake) {
        ++calls;
        BOOST_TEST(mistake == "");
        BOOST_REQUIRE_EQUAL(xs.size(), 4u);
        BOOST_TEST((*xs[0] == *large_details()));
        BOOST_TEST((xs[1] == nullptr && xs[2] == small));
        BOOST_TEST((*xs[3] == *large_details()));
      });
  auto asked = ports.load_payload_sent;
  BOOST_REQUIRE_EQUAL(asked.size(), 2u);
  BOOST_TEST(asked[0].payload.offset == 40u);
  shelf.on(payload_loaded{asked[1].id, large_details(), {}});
  BOOST_TEST(calls == 0);
  shelf.on(payload_loaded{asked[0].id, large_details(), {}});
  shelf.on(payload_loaded{asked[0].id, large_details(), {}}); // twice
  BOOST_TEST(calls == 1);
  shelf.load({small}, [&](const auto&, const auto&) {
    ++calls;
  });
  BOOST_TEST(calls == 2); // at once
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_read_is_a_mistake_of_all) {
  auto light = keep(large_details());
  int calls = 0;
  shelf.load({light, light}, [&](const auto&, const std::string& mistake) {
    ++calls;
    BOOST_TEST(mistake == "the disk is gone");
  });
  auto asked = ports.load_payload_sent;
  shelf.on(payload_loaded{asked[0].id, nullptr, "the disk is gone"});
  shelf.on(payload_loaded{asked[1].id, nullptr, "the disk is gone"});
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(what_ifs_and_verdicts_look_at_is_known) { // §7, §16
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y", {x});
  b[y].condition = output_is_true(x, "ready");
  BOOST_TEST(
      *outputs_looked_at(b.get())
          == (std::set<std::string>{"feedback", "ready", "to", "verdict"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
