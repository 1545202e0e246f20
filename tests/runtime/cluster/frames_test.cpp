// SPDX-License-Identifier: BSD-3-Clause
// §34: what crosses comes back as it was; what is no frame is an error, in
// bounded memory and time (row 18).
#include "runtime/cluster/frames.hpp"

#include "config/plan_loader.hpp"
#include "runtime/cluster/sound.hpp"
#include "runtime/play/plan_builder.hpp"
#include "tests/support/batches.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>

using namespace tutti;
using namespace tutti::cluster;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<const attempt_details> some_details() {
  attempt_details x;
  x.outputs = {{"a", make_text("1")}, {"b", make_boolean(true)}};
  x.note = "as agreed";
  x.artifacts = {{"a/b", std::string(64, 'c'), 12, true}};
  x.contracts = {{contract_id{0u}, "{}", "[]"}};
  x.message = "why";
  x.log = "x.log";
  x.dropped_bytes = 7;
  x.leaked = true;
  x.payload = {40, 100, {1, 2}};
  return std::make_shared<const attempt_details>(std::move(x));
}

std::shared_ptr<const assignment_details> some_assignment() {
  assignment_details x;
  x.round = 2;
  x.feedback = "more tests";
  x.items = {{task_id{0u}, 2, 3, task_state::failed, "text", "note"}};
  x.comments = {{gate_id{0u}, "fine"}};
  x.earlier = some_details();
  return std::make_shared<const assignment_details>(std::move(x));
}

/// Three tasks of two agents, with a gate and a contract.
plan some_plan() {
  play::plan_builder b;
  b.agent("coder");
  b.agent("tester");
  b.task("build");
  b.task("check", {0});
  b.gate("merge", {0}, {1});
  contract c;
  c.name = "api";
  b.get().contracts.push_back(c);
  b[0].retries = {3, std::chrono::seconds(1), 1.5, std::chrono::seconds(9),
                  0.25};
  return b.get();
}

constexpr agent_id coder{0u};

std::vector<to_node_content> all_to_node() {
  task_id t{0u};
  return {
      place_agent{coder, "n1", 3, true},
      assign_task{t, 1, 2, work_phase::integrate, 4, some_assignment()},
      revoke_task{t, 1, 2},
      end_task{t, 1, true},
      leave_run{true},
      handoff{task_id{1u}, t, 5, task_state::timed_out, some_details()},
      requests_made{9, {1, 2}, "busy"},
      request_answer{4, t, task_id{1u}, "text", task_state::failed,
                     some_details()},
      continue_attempt{t, 1},
      wait_refused{t, 1, "would-deadlock"},
      payload_kept{8, {1, 2, {3, 4}}, "no"},
      payload_loaded{8, some_details(), "no"},
      files_taken{7, "no", true},
  };
}

std::vector<to_hub_content> all_to_hub() {
  task_id t{0u};
  return {
      attempt_started{t, 1},
      attempt_finished{t, 1, attempt_end::unkillable, 137, some_details()},
      task_returned{t, 1},
      handoff_accepted{task_id{1u}, t, 2},
      answer_accepted{3},
      attempt_waits{t, 1},
      wait_over{t, 1},
      make_requests{5, t, 1, "tester", {"a", "b"}, "note", "key", false},
      agent_left{coder},
      keep_payload{6, some_details()},
      load_payload{6, {1, 2, {3, 4}}},
      files_offered{7, some_details()->artifacts},
  };
}

batch some_batch() {
  static const auto bytes = test::batch_of(5, {{true, "ab"}, {false, "c"}});
  return std::get<batch>(*decode(bytes));
}

std::vector<frame_content> all_frames() {
  hello h{protocol_version(),
          "n1",
          "0.1",
          77,
          {"cpu", "gpu"},
          3,
          "r1",
          {4, 5},
          "d",
          6,
          7};
  welcome w;
  w.epoch = {4, 5};
  w.run_id = "r1";
  w.plan = "d";
  w.link = 6;
  w.resumed = true;
  w.received = 7;
  w.kept = {{coder, 2}};
  w.every = std::chrono::seconds(2);
  w.lease = std::chrono::seconds(6);
  w.keep = std::chrono::minutes(10);
  w.grace = std::chrono::seconds(10);
  content_key log{content_kind::log, "build.1"};
  return {h,
          refused{"why", true, true},
          w,
          ready{{{coder, 2}}, {{coder, 2, task_id{0u}, 3}}, true},
          plan_part{10, "abc"},
          secret_values{{{"TOKEN", "s3cret"}}},
          some_batch(),
          acknowledgement{6, 7},
          heartbeat{8, 7},
          heartbeat_ack{8},
          goodbye{parting::leaving, "stopped"},
          task_progress{task_id{0u}, 1, "line", 40},
          chunk_wanted{log, 3, 4},
          chunk{log, 3, "bytes", "mistake", true},
          log_grew{"build.1", 9, true}};
}

struct sample {
  std::string name; ///< kind and index of the alternative
  std::string bytes;
};

std::vector<sample> all_encoded() {
  std::vector<sample> result;
  auto add = [&result](const std::string& kind, std::size_t index,
                       std::string bytes) {
    result.push_back({kind + '-' + std::to_string(index), std::move(bytes)});
  };
  for (const auto& x : all_frames())
    add("frame", x.index(), encode(x));
  for (const auto& x : all_to_node())
    add("to-node", x.index(), encode(to_node{{coder, 3}, x}));
  for (const auto& x : all_to_hub())
    add("to-hub", x.index(), encode(to_hub{{coder, 3}, x}));
  add("plan", 0, encode(some_plan()));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_frames)

BOOST_AUTO_TEST_CASE(every_frame_comes_back_as_it_was) {
  auto all = all_frames();
  BOOST_REQUIRE_EQUAL(all.size(), std::variant_size_v<frame_content>);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BOOST_REQUIRE_EQUAL(all[i].index(), i);
    auto bytes = encode(all[i]);
    auto back = decode(bytes);
    BOOST_TEST_REQUIRE(static_cast<bool>(back), "alternative " << i);
    BOOST_TEST(back->index() == i);
    BOOST_TEST(encode(*back) == bytes);
  }
  auto h = std::get<hello>(*decode(encode(all[0])));
  BOOST_TEST(h.labels.at(1) == "gpu");
  BOOST_TEST((h.known == epoch{4, 5}));
  BOOST_TEST(h.received == 7u);
}

BOOST_AUTO_TEST_CASE(every_envelope_comes_back_as_it_was) {
  auto p = some_plan();
  auto down = all_to_node();
  BOOST_REQUIRE_EQUAL(down.size(), std::variant_size_v<to_node_content>);
  for (std::size_t i = 0; i < down.size(); ++i) {
    BOOST_REQUIRE_EQUAL(down[i].index(), i);
    to_node x{{coder, 3}, down[i]};
    to_node back;
    BOOST_TEST_REQUIRE(decode(encode(x), back));
    BOOST_TEST((back.to == x.to));
    BOOST_TEST(encode(back) == encode(x));
    BOOST_TEST(is_sound(p, back), "to_node " << i);
  }
  auto up = all_to_hub();
  BOOST_REQUIRE_EQUAL(up.size(), std::variant_size_v<to_hub_content>);
  for (std::size_t i = 0; i < up.size(); ++i) {
    BOOST_REQUIRE_EQUAL(up[i].index(), i);
    to_hub x{{coder, 3}, up[i]};
    to_hub back;
    BOOST_TEST_REQUIRE(decode(encode(x), back));
    BOOST_TEST(encode(back) == encode(x));
    BOOST_TEST(is_sound(p, back), "to_hub " << i);
  }
}

// A folder in TUTTI_FUZZ_SEEDS is given them, a file each: script/test has the
// fuzzer start from there.
BOOST_AUTO_TEST_CASE(all_are_seeds_of_the_fuzzer) {
  const auto* named = std::getenv("TUTTI_FUZZ_SEEDS");
  test::temporary_directory scratch;
  fs::path folder{named != nullptr ? std::string{named} : scratch / "seeds"};
  fs::create_directories(folder);
  for (const auto& x : all_encoded()) {
    std::ofstream{folder / x.name, std::ios::binary} << x.bytes;
    std::ifstream file{folder / x.name, std::ios::binary};
    std::string kept{std::istreambuf_iterator<char>{file}, {}};
    BOOST_TEST((!kept.empty() && kept == x.bytes), x.name);
  }
}

BOOST_AUTO_TEST_CASE(results_are_equal_and_none_stays_none) {
  to_hub back;
  BOOST_REQUIRE(decode(encode(to_hub{{coder, 1}, all_to_hub()[1]}), back));
  auto told = std::get<attempt_finished>(back.content);
  BOOST_TEST((*told.details == *some_details()));
  attempt_finished nothing{task_id{0u}, 1, attempt_end::success, 0, nullptr};
  BOOST_REQUIRE(decode(encode(to_hub{{coder, 1}, nothing}), back));
  BOOST_TEST(!std::get<attempt_finished>(back.content).details);
  assignment_details first;
  first.round = 1;
  assign_task order;
  order.task = task_id{0u};
  order.details = std::make_shared<const assignment_details>(first);
  to_node there;
  BOOST_REQUIRE(decode(encode(to_node{{coder, 1}, order}), there));
  BOOST_TEST(!std::get<assign_task>(there.content).details->earlier);
}

BOOST_AUTO_TEST_CASE(shipped_plans_come_back_as_they_were) {
  std::size_t count = 0;
  for (const auto& file :
       fs::recursive_directory_iterator{test::source_path("/config/plans")}) {
    if (file.path().extension() != ".yaml")
      continue;
    auto text = config::read_source(file.path().string());
    BOOST_REQUIRE(text);
    auto loaded = config::load_plan(std::move(*text));
    if (!loaded.value)
      continue; // a part of another one
    ++count;
    plan back;
    BOOST_TEST_CONTEXT(file.path()) {
      BOOST_TEST(decode(encode(*loaded.value), back));
      BOOST_TEST((back == *loaded.value));
    }
  }
  BOOST_TEST(count >= 10u);
}

BOOST_AUTO_TEST_CASE(every_field_of_a_plan_crosses) {
  auto p = some_plan();
  p.fail_fast = true;
  p.agents[0].runs_on = {"cpu", "gpu"};
  p.agents[0].session_secrets = {secret_id{0u}};
  p.secrets = {{"TOKEN", "file", 4}};
  p.tasks[0].exclusive = true;
  p.tasks[0].artifacts = {literal_expression("*.o")};
  p.tasks[1].condition = play::output_is_true(0, "ok");
  p.services.emplace_back();
  p.services[0].restart = restart_policy::always;
  p.notify.failed = true;
  p.nodes = {{"gpu"},
             std::chrono::minutes(5),
             std::chrono::seconds(1),
             std::chrono::seconds(3),
             std::chrono::minutes(1)};
  p.grace = std::chrono::seconds(3);
  p.skipped = {task_id{1u}};
  plan back;
  BOOST_REQUIRE(decode(encode(p), back));
  BOOST_TEST((back == p));
}

// A double that is not finite never leaves, and is not taken.
BOOST_AUTO_TEST_CASE(numbers_that_are_not_finite_do_not_cross) {
  auto p = some_plan();
  p.tasks[0].retries.backoff = 2.5;
  auto bytes = encode(p);
  for (double bad : {std::numeric_limits<double>::infinity(),
                     -std::numeric_limits<double>::infinity(),
                     std::numeric_limits<double>::quiet_NaN()}) {
    p.tasks[0].retries.backoff = bad;
    BOOST_TEST(encode(p).empty());
    auto forged = bytes;
    auto raw = [](double x) {
      auto bits = std::bit_cast<std::uint64_t>(x);
      std::string result;
      for (int i = 0; i < 8; ++i)
        result += static_cast<char>(bits >> (8 * i));
      return result;
    };
    auto at = forged.find(raw(2.5));
    BOOST_REQUIRE(at != forged.npos);
    forged.replace(at, 8, raw(bad));
    plan back;
    BOOST_TEST(!decode(forged, back));
  }
}

BOOST_AUTO_TEST_CASE(a_part_of_a_frame_is_no_frame) {
  for (const auto& x : all_frames()) {
    auto bytes = encode(x);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      BOOST_TEST(!decode(std::string_view{bytes}.substr(0, n)),
                 "alternative " << x.index() << ", " << n << " bytes");
    BOOST_TEST(!decode(bytes + "x"));
  }
}

// Nothing is made room for that is not there.
BOOST_AUTO_TEST_CASE(a_length_beyond_the_end_is_refused) {
  std::string forged{"\x06\x01\0\0\0\0\0\0\0\xff\xff\xff\xff", 13};
  BOOST_TEST(!decode(forged)); // a batch of 4294967295 parts
  forged = std::string{"\x00\x01\0\0\0\xf0\xff\xff\xff", 9};
  BOOST_TEST(!decode(forged)); // a hello with a name of 4 GiB
}

BOOST_AUTO_TEST_CASE(an_unknown_enumerator_is_refused) {
  auto bytes = encode(to_hub{
      {coder, 1},
      attempt_finished{task_id{0u}, 1, attempt_end::success, 0, nullptr}});
  std::size_t refused_count = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto forged = bytes;
    forged[i] = '\x7f';
    to_hub back;
    bool ok = decode(forged, back);
    refused_count += ok ? 0 : 1;
    if (ok)
      if (auto* x = std::get_if<attempt_finished>(&back.content))
        BOOST_TEST((x->end <= attempt_end::node_lost));
  }
  BOOST_TEST(refused_count > 0u);
}

// row 18: garbage of every kind; what is taken refers to what is there.
BOOST_AUTO_TEST_CASE(whatever_the_bytes_are_decoding_ends) {
  auto p = some_plan();
  std::vector<std::string> seeds;
  for (auto& x : all_encoded())
    seeds.push_back(std::move(x.bytes));
  test::dice d{1};
  for (int turn = 0; turn < 60'000; ++turn) {
    auto bytes = seeds[d.roll(static_cast<std::uint32_t>(seeds.size()))];
    for (auto n = 1 + d.roll(4); n > 0 && !bytes.empty(); --n) {
      auto at = d.roll(static_cast<std::uint32_t>(bytes.size()));
      if (d.one_in(4))
        bytes.erase(at, 1 + d.roll(8));
      else
        bytes[at] = static_cast<char>(d.roll(256));
    }
    static_cast<void>(decode(bytes));
    to_node down;
    if (decode(bytes, down) && is_sound(p, down))
      if (const auto* x = std::get_if<assign_task>(&down.content))
        BOOST_TEST(x->task.value < p.tasks.size());
    to_hub up;
    if (decode(bytes, up) && is_sound(p, up))
      if (const auto* x = std::get_if<attempt_finished>(&up.content))
        BOOST_TEST(x->task.value < p.tasks.size());
    plan back;
    if (decode(bytes, back))
      for (const auto& t : back.tasks)
        BOOST_TEST(t.agents.at(0).value < back.agents.size());
  }
}

BOOST_AUTO_TEST_CASE(what_refers_to_nothing_is_not_sound) {
  auto p = some_plan();
  auto up = [&p](to_hub_content x) {
    return is_sound(p, to_hub{{coder, 1}, std::move(x)});
  };
  BOOST_TEST(up(attempt_started{task_id{0u}, 1}));
  BOOST_TEST(!up(attempt_started{task_id{7u}, 1}));
  BOOST_TEST(!up(attempt_started{task_id{}, 1}));
  BOOST_TEST(!up(handoff_accepted{task_id{}, task_id{0u}, 1}));
  BOOST_TEST(!up(agent_left{agent_id{1u}})); // speaks for another
  BOOST_TEST(!is_sound(p, to_hub{{agent_id{9u}, 1}, answer_accepted{1}}));
  BOOST_TEST(!is_sound(p, to_hub{{coder, 0}, answer_accepted{1}}));
  p.tasks[0].agents = {agent_id{1u}};
  BOOST_TEST(!up(attempt_started{task_id{0u}, 1})); // it is another's
  artifact a{"a", std::string(64, 'a'), 1, false};
  auto offers = [&up](const artifact& x) {
    return up(files_offered{1, {x}});
  };
  BOOST_TEST(offers(a));
  for (const auto* path : {"", "/etc/passwd", "..", "a/../../b", "a/.."}) {
    auto bad = a;
    bad.path = path;
    BOOST_TEST(!offers(bad), path);
  }
  a.digest = "short";
  BOOST_TEST(!offers(a));
  auto q = some_plan();
  q.tasks[0].condition = play::output_is_true(0, "x");
  BOOST_TEST(is_sound(q));
  q.tasks[0].condition.nodes.push_back(
      {expression_op::logical_not, 1, 0, {}, {}});
  BOOST_TEST(!is_sound(q)); // an operand that is itself
}

BOOST_AUTO_TEST_CASE(names_are_names) {
  for (const auto* good : {"a", "gpu-1", "n_2", "host.example"})
    BOOST_TEST(is_node_name(good), good);
  for (const auto* bad : {"", "..", ".a", "a/b", "a b", "a\n", "\xc3\xa4"})
    BOOST_TEST(!is_node_name(bad), bad);
  BOOST_TEST(!is_node_name(std::string(65, 'a')));
  BOOST_TEST(is_file_name("build.1"));
  for (const auto* bad : {"", ".", "..", "a/b"})
    BOOST_TEST(!is_file_name(bad), bad);
}

// Any two versions can tell each other why not.
BOOST_AUTO_TEST_CASE(a_hello_of_another_version_is_read_as_far_as_it_is_known) {
  std::string bytes{'\0'};
  bytes += std::string{"\x63\0\0\0", 4};
  bytes += std::string{"\x02\0\0\0", 4} + "n1";
  bytes += std::string{"\x03\0\0\0", 4} + "9.8" + "something else";
  auto back = decode(bytes);
  BOOST_REQUIRE(back);
  BOOST_TEST(std::get<hello>(*back).protocol == 0x63u);
  BOOST_TEST(std::get<hello>(*back).name == "n1");
  BOOST_TEST(std::get<hello>(*back).version == "9.8");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_written_as_it_ever_was) {
  BOOST_TEST(encode(refused{"no", true, false})
             == (std::string{"\1\2\0\0\0no\1\0", 9}));
}

BOOST_AUTO_TEST_SUITE_END()
