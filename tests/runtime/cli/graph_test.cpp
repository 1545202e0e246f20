// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/graph.hpp"

#include "tests/runtime/cli/plans.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A phase of two, a task behind it, and a gate that blocks all but "look".
plan team() {
  plan p;
  p.name = "team";
  auto a = add_task(p, "a");
  auto b = add_task(p, "b");
  p.phases.push_back({"both", {a, b}});
  p.tasks[0].phase = p.tasks[1].phase = phase_id{std::size_t{0}};
  add_task(p, "c", {{{node_kind::phase, 0}, need_condition::succeeded}});
  auto look = add_task(p, "look");
  p.gates.push_back({"go", {on(look)}, true, {}, false});
  return p;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cli_graph)

BOOST_AUTO_TEST_CASE(dot_draws_frames_diamonds_and_clipped_arrows) {
  BOOST_TEST(cli::graph_dot(team()) == R"(digraph "team" {
  rankdir=LR;
  compound=true;
  node [shape=box];
  subgraph cluster_0 {
    label="both";
    "a" [label="a"];
    "b" [label="b"];
  }
  "c" [label="c"];
  "look" [label="look"];
  "go" [shape=diamond];
  "a" -> "c" [ltail=cluster_0];
  "look" -> "go";
  "go" -> "a" [color=gray40];
  "go" -> "b" [color=gray40];
}
)");
}

BOOST_AUTO_TEST_CASE(mermaid_draws_the_same) {
  BOOST_TEST(cli::graph_mermaid(team()) == R"(flowchart LR
  subgraph p0["both"]
    t0["a"]
    t1["b"]
  end
  t2["c"]
  t3["look"]
  g0{"go"}
  p0 --> t2
  t3 --> g0
  g0 ==> t0
  g0 ==> t1
)");
}

// What a matrix makes is a phase within a phase.
BOOST_AUTO_TEST_CASE(a_phase_within_a_phase_is_a_frame_within_a_frame) {
  plan p;
  p.name = "nested";
  auto a = add_task(p, "a");
  auto b = add_task(p, "t/1");
  p.phases.push_back({"outer", {a, b}});
  p.phases.push_back({"t", {b}});
  p.tasks[0].phase = p.tasks[1].phase = phase_id{std::size_t{0}};
  BOOST_TEST(has(cli::graph_dot(p), R"(  subgraph cluster_0 {
    label="outer";
    subgraph cluster_1 {
      label="t";
      "t/1" [label="t/1"];
    }
    "a" [label="a"];
  }
)"),
             cli::graph_dot(p));
  BOOST_TEST(has(cli::graph_mermaid(p), R"(  subgraph p0["outer"]
    subgraph p1["t"]
      t1["t/1"]
    end
    t0["a"]
  end
)"),
             cli::graph_mermaid(p));
  BOOST_TEST(has(cli::graph_json(p), R"("parent": "outer")"));
}

BOOST_AUTO_TEST_CASE(what_comes_later_and_services_are_drawn) {
  plan p;
  auto crud = add_task(p, "crud", {{{node_kind::service, 0}, {}}});
  auto page = add_task(p, "page");
  auto each = add_task(p, "each");
  auto review = add_task(p, "review/go", {on(page)});
  p.tasks[page.value].needs_later = {on(crud)};
  p.tasks[each.value].after_each = {crud};
  service db;
  db.name = "db";
  p.services.push_back(db);
  gate go{"go", {on(page)}, false, {}, false};
  go.approval.reviews = {review};
  go.rework.to = {crud};
  p.gates.push_back(go);
  contract api;
  api.name = "api";
  api.provider = crud;
  p.contracts.push_back(api);
  auto dot = cli::graph_dot(p);
  for (const char* line : {R"("db" [shape=ellipse];)", R"("db" -> "crud";)",
                           R"("crud" -> "page" [style=dotted, label="later"];)",
                           R"("crud" -> "each" [style=dotted, label="each"];)",
                           R"("review/go" -> "go";)"})
    BOOST_TEST(has(dot, line), dot);
  auto mermaid = cli::graph_mermaid(p);
  for (const char* line : {R"(s0(["db"]))", "s0 --> t0", "t0 -.->|later| t1",
                           "t0 -.->|each| t2", "t3 --> g0"})
    BOOST_TEST(has(mermaid, line), mermaid);
  auto document = cli::graph_json(p);
  for (const char* part :
       {R"("kind": "needs-later")", R"("kind": "after-each")",
        R"("kind": "approves")", R"("provider": "crud")"})
    BOOST_TEST(has(document, part), document);
}

BOOST_AUTO_TEST_CASE(names_cannot_leave_their_quotes) {
  plan p;
  p.name = "a \"b\" \\N\nc";
  add_task(p, "x\"]; evil");
  BOOST_TEST(
      cli::graph_dot(p).starts_with("digraph \"a \\\"b\\\" \\\\N\\nc\" {"),
      cli::graph_dot(p));
  BOOST_TEST(has(cli::graph_dot(p), R"(  "x\"]; evil" [label="x\"]; evil"];)"));
  BOOST_TEST(has(cli::graph_mermaid(p), R"(t0["x#quot;]; evil"])"));
  BOOST_TEST(has(cli::graph_json(p), R"("x\"]; evil")"));
}

BOOST_AUTO_TEST_CASE(an_empty_phase_is_no_end_of_an_arrow) {
  plan p;
  p.phases.push_back({"none", {}});
  add_task(p, "a", {{{node_kind::phase, 0}, need_condition::succeeded}});
  BOOST_TEST(!has(cli::graph_dot(p), "->"));
  BOOST_TEST(!has(cli::graph_mermaid(p), "-->"));
}

BOOST_AUTO_TEST_SUITE_END()
