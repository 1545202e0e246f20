// SPDX-License-Identifier: BSD-3-Clause
// What a user reads of nodes: stream, board and summary (semantics §32, §33).
#include "runtime/display/board_frame.hpp"
#include "runtime/display/display.hpp"
#include "runtime/display/summary.hpp"
#include "tests/support/node_facts.hpp"
#include "tests/support/screen.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;

namespace {

struct fixture : spread_team {
  run_model m{value, slots()};
  std::string bytes;
  display::traits can;

  std::string shown(const std::vector<fact>& facts, bool verbose = false) {
    display::display_options options;
    options.verbose = verbose;
    auto s = make_stream(std::make_unique<text_output>(bytes), can, options);
    for (const auto& x : facts) {
      m.apply(x);
      s->update(m, x);
    }
    s->refresh(m, m.now());
    return std::exchange(bytes, {});
  }
  std::string join_address;

  std::string frame(duration now) {
    display::frame_options on;
    on.join_address = join_address;
    on.size = {120, 40};
    std::string result;
    for (const auto& x : board_frame(m, now, on))
      result += x + "\n";
    return result;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_display_nodes, fixture)

BOOST_AUTO_TEST_CASE(the_stream_tells_of_nodes_that_join) { // §32
  BOOST_TEST(
      shown({joined(0s, "local", "", 0), joined(1s, "box1", "gpu,linux", 4)})
      == "    1.0s  joined     node   box1    (gpu, linux, 4 slots)\n");
}

BOOST_AUTO_TEST_CASE(the_stream_names_the_missing_label_once_an_agent) { // §32
  BOOST_TEST(
      shown({joined(0s, "local", "", 0), ready(0s, train), ready(0s, deploy)})
      == "    0.0s  waits      quinn  train   (no node has 'gpu')\n");
  // What is mended before anybody looks is not told.
  auto said =
      shown({joined(1s, "box1", "gpu", 1), placed(1s, quinn, "box1"),
             node_fact(fact_kind::node_lost, 2s, "box1", "it left"),
             unplaced(2s, quinn, "box1", "it left"),
             joined(2s, "box1", "gpu", 1), placed(2s, quinn, "box1", 2)});
  BOOST_TEST(!has(said, "waits"), said);
}

BOOST_AUTO_TEST_CASE(the_stream_tells_of_a_loss_and_of_what_follows) { // §33
  shown(until_lost());
  auto said = shown(the_loss());
  BOOST_TEST(
      said
      == "   10.0s  lost       node   box1    (it has not answered for 16s; 2 "
         "tasks were at work there)\n"
         "   10.0s  lost       quinn  train   (with box1, it runs again, "
         "9.0s)\n"
         "   10.0s  lost       quinn  deploy  (with box1, it is exclusive and "
         "waits until that is over, 8.0s)\n");
  said = shown(the_second_try());
  BOOST_TEST(said
             == "   10.0s  placed     quinn  box2    (its place number 2)\n"
                "   11.0s  start      quinn  train   (again)\n");
  said = shown({late(14s, train, quinn),
                node_fact(fact_kind::node_gone, 15s, "box1"),
                joined(18s, "box1", "gpu", 2)});
  BOOST_TEST(said
             == "   14.0s  late       quinn  train   (attempt 1 of box1, given "
                "up 4.0s before, ignored: success)\n"
                "   15.0s  gone       node   box1    (nothing that it had is "
                "alive)\n"
                "   18.0s  joined     node   box1    (again, 8.0s after it was "
                "lost, gpu, 2 slots)\n");
}

BOOST_AUTO_TEST_CASE(a_drained_node_is_told_of) {
  shown(until_lost());
  BOOST_TEST(shown({node_fact(fact_kind::node_draining, 3s, "box1")})
             == "    3.0s  draining   node   box1    (it gets no new work)\n");
}

BOOST_AUTO_TEST_CASE(the_resume_says_with_what_nodes_went_on) { // §31, §33
  shown(until_lost());
  auto said = shown({resumed(60s, 2)});
  BOOST_TEST(has(said, "nodes went on with train, deploy"), said);
}

BOOST_AUTO_TEST_CASE(the_board_shows_nodes_and_where_work_is) { // §32
  shown(until_lost());
  auto text = frame(3s);
  for (const char* part :
       {"NODES 3", "box1   up  2 of 4 slots busy  quinn  gpu, linux",
        "local  up  1 at work", "train       2s  box1"})
    BOOST_TEST(has(text, part), part << " is not in\n" << text);
  shown(the_loss());
  text = frame(13s);
  for (const char* part : {"box1   lost, 3s: it has not answered for 16s",
                           "quinn has no node: it is about to get one"})
    BOOST_TEST(has(text, part), part << " is not in\n" << text);
}

BOOST_AUTO_TEST_CASE(the_board_names_the_label_that_is_missing) { // §32
  shown({joined(0s, "local", "", 0), ready(0s, train)});
  auto text = frame(3s);
  BOOST_TEST(has(text, "quinn has no node: no node has 'gpu'"), text);
  BOOST_TEST(has(text, "next: train waits for a node: no node has 'gpu'"),
             text);
}

BOOST_AUTO_TEST_CASE(the_board_says_where_nodes_join) { // §32
  shown({joined(0s, "local", "", 0), ready(0s, write)});
  join_address = "127.0.0.1:7700";
  auto text = frame(3s);
  BOOST_TEST(has(text, "NODES 1"), text);
  BOOST_TEST(has(text, "others join at 127.0.0.1:7700"), text);
}

BOOST_AUTO_TEST_CASE(a_run_of_one_machine_shows_no_nodes) {
  shown({ready(0s, write), started(0s, write, ada)});
  BOOST_TEST(!has(frame(3s), "NODES"));
}

BOOST_AUTO_TEST_CASE(the_summary_says_for_which_node_is_waited) { // rule 7
  auto ended = make_fact(fact_kind::run_ended, 5s);
  ended.status = run_status::waiting;
  shown({joined(0s, "local", "", 0), ready(0s, train), ended});
  auto said = display::summary_text(m, {}, can, 100);
  BOOST_TEST(has(said, "train waits for a node: no node has 'gpu', since the "
                       "start"),
             said);
}

BOOST_AUTO_TEST_SUITE_END()
