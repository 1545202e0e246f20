// SPDX-License-Identifier: BSD-3-Clause
// Files come out of the store as they went in, and nowhere else.
#include "runtime/artifacts/payload_file.hpp"
#include "tests/runtime/artifacts/store_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace tutti;
using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(runtime_artifacts_place, store_fixture)

BOOST_AUTO_TEST_CASE(a_receiver_finds_them_under_the_same_path) {
  made.write("out/deep/report.md", "text");
  made.write_script("out/run", "#!/bin/sh\n");
  auto x = capture({"out/**"});
  BOOST_TEST(place(x.artifacts).mistake == "");
  BOOST_TEST(received.read("out/deep/report.md") == "text");
  BOOST_TEST(::access((received / "out/run").c_str(), X_OK) == 0);
}

BOOST_AUTO_TEST_CASE(what_was_there_before_is_not_lost) {
  made.write("a", "first");
  auto first = capture({"a"}).artifacts;
  made.write("a", "second");
  auto second = capture({"a"}).artifacts;
  received.write("a", "precious");
  BOOST_TEST(place(first).mistake == "");
  BOOST_TEST(received.read("a") == "first");
  BOOST_TEST(received.read("a.before-tutti") == "precious");
  // An older artifact is in the store: nothing is lost with it.
  BOOST_TEST(place(second).mistake == "");
  BOOST_TEST(received.read("a") == "second");
  BOOST_TEST(received.read("a.before-tutti") == "precious");
}

BOOST_AUTO_TEST_CASE(it_is_the_file_as_it_was_when_the_task_ended) {
  made.write("a", "then");
  auto x = capture({"a"});
  made.write("a", "later");
  BOOST_TEST(place(x.artifacts).mistake == "");
  BOOST_TEST(received.read("a") == "then");
}

BOOST_AUTO_TEST_CASE(no_path_leads_out_of_the_working_directory) {
  made.write("a", "x");
  auto good = capture({"a"}).artifacts[0];
  for (const auto* path : {"/tmp/a", "../a", "b/../../a", "", "./a", "b//a"}) {
    auto bad = good;
    bad.path = path;
    BOOST_TEST(has_text(place({bad}).mistake, "cannot put artifact"), path);
  }
  temporary_directory outside;
  std::filesystem::create_directory_symlink(outside.path(), received / "out");
  auto x = good;
  x.path = "out/a";
  BOOST_TEST(has_text(place({x}).mistake, "symbolic links are not followed"));
  BOOST_TEST(!outside.exists("a"));
  // Nor is a link at its own place written through.
  outside.write("target", "mine");
  std::filesystem::create_symlink(outside / "target", received / "a");
  BOOST_TEST(has_text(place({good}).mistake, "move what is in the way"));
  BOOST_TEST(outside.read("target") == "mine");
}

BOOST_AUTO_TEST_CASE(what_the_store_has_lost_or_damaged_is_said) {
  made.write("a", "x");
  auto x = capture({"a"}).artifacts[0];
  auto path = kept / place_of(x);
  ::chmod(path.c_str(), 0600);
  kept.write(place_of(x), "y");
  BOOST_TEST(has_text(place({x}).mistake, "the store's copy was damaged"));
  BOOST_TEST(!received.exists("a"));
  BOOST_TEST(has_text(place({x}).mistake, "run what made it again"));
  BOOST_TEST(capture({"a"}).mistake == ""); // which heals it
  BOOST_TEST(place({x}).mistake == "");
  BOOST_TEST(received.read("a") == "x");
  x.digest = "../../etc/passwd";
  BOOST_TEST(has_text(place({x}).mistake, "its digest is none"));
}

BOOST_AUTO_TEST_CASE(two_runs_may_take_in_the_same_at_once) {
  for (int i = 0; i < 50; ++i)
    made.write("f" + std::to_string(i),
               std::string(10000, 'a') + std::to_string(i));
  artifacts::store other{kept / "artifacts"};
  capture_artifacts x;
  x.directory = made.path();
  x.patterns = {"*"};
  artifacts_captured one;
  std::thread thread{[&] {
    one = other.capture(x);
  }};
  auto two = store.capture(x);
  thread.join();
  BOOST_TEST(one.mistake == "");
  BOOST_TEST((one.artifacts == two.artifacts));
  BOOST_TEST(place(two.artifacts).mistake == "");
}

BOOST_AUTO_TEST_CASE(a_payload_comes_back_as_it_was) { // §21
  artifacts::payload_file file{kept / "payloads"};
  attempt_details x;
  x.outputs = {{"k", make_text(std::string(5000, 'v'))}};
  x.note = "a note";
  x.artifacts = {{"a", std::string(64, 'a'), 5, true}};
  x.contracts = {{contract_id{3}, "{}", ""}};
  x.message = "a message";
  x.log = "/a/log";
  auto first = file.keep({7, std::make_shared<const attempt_details>(x)});
  BOOST_TEST(first.id == 7u);
  BOOST_TEST(first.mistake == "");
  auto note = x;
  note.note = "another";
  auto second = file.keep({8, std::make_shared<const attempt_details>(note)});
  auto outputs = x;
  outputs.outputs[0].value.text += "!";
  auto third = file.keep({9, std::make_shared<const attempt_details>(outputs)});
  for (int again = 0; again < 2; ++again) {
    auto back = file.load({1, first.payload});
    BOOST_TEST(back.mistake == "");
    BOOST_REQUIRE(back.details);
    BOOST_TEST((*back.details == x));
  }
  BOOST_TEST((*file.load({1, third.payload}).details == outputs));
  // What counts as the same result has the same digest.
  BOOST_TEST((first.payload.digest == second.payload.digest));
  BOOST_TEST((first.payload.digest != third.payload.digest));
}

BOOST_AUTO_TEST_CASE(payloads_outlive_the_program) { // §30, §31
  payload_ref first;
  attempt_details x;
  x.outputs = {{"k", make_text(std::string(5000, 'v'))}};
  auto result = std::make_shared<const attempt_details>(x);
  {
    artifacts::payload_file file{kept / "payloads"};
    first = file.keep({1, result}).payload;
  }
  artifacts::payload_file file{kept / "payloads"};
  BOOST_TEST((*file.load({2, first}).details == x)); // before it keeps any
  auto second = file.keep({3, result}).payload;
  BOOST_TEST(second.offset == first.size_bytes);
  BOOST_TEST((*file.load({4, first}).details == x));
  BOOST_TEST((*file.load({5, second}).details == x));
}

BOOST_AUTO_TEST_CASE(a_damaged_payload_is_no_result) { // row 4: a flipped bit
  artifacts::payload_file file{kept / "payloads"};
  attempt_details x;
  x.outputs = {{"k", make_text(std::string(5000, 'v'))}};
  auto where = file.keep({1, std::make_shared<const attempt_details>(x)});
  std::fstream damage{kept / "payloads",
                      std::ios::in | std::ios::out | std::ios::binary};
  damage.seekp(2500);
  damage.put('w');
  damage.close();
  auto back = file.load({2, where.payload});
  BOOST_TEST(!back.details);
  BOOST_TEST(has_text(back.mistake, "is not as it was kept"));
}

BOOST_AUTO_TEST_CASE(a_payload_that_cannot_be_kept_or_read_is_said) {
  artifacts::payload_file nowhere{kept / "none/payloads"};
  attempt_details x;
  auto kept_it = nowhere.keep({1, std::make_shared<const attempt_details>(x)});
  BOOST_TEST(has_text(kept_it.mistake, "cannot keep a handoff in"));
  artifacts::payload_file file{kept / "payloads"};
  (void)file.keep({1, std::make_shared<const attempt_details>(x)});
  for (auto [at, size] : {std::pair{1ull << 20, 10ull},
                          {0ull, ~0ull},
                          {~0ull, 10ull},
                          {1ull, 1ull << 40}})
    BOOST_TEST(has_text(file.load({1, {at, size, {}}}).mistake,
                        "cannot read a handoff back from"));
  BOOST_TEST(has_text(file.load({1, {1ull << 20, 10, {}}}).mistake,
                      "it is shorter than the journal says"));
}

BOOST_AUTO_TEST_SUITE_END()
