// SPDX-License-Identifier: BSD-3-Clause
// Processes that are talked with (semantics §22): all that they write comes, in
// order; all that they are told arrives; nothing they do holds up the loop.
#include "runtime/process/talk.hpp"
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <numeric>
#include <string>

using namespace tutti;
using namespace tutti::process;

namespace {

std::string joined(const std::vector<std::string>& xs) {
  return std::accumulate(xs.begin(), xs.end(), std::string{});
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_talk)

BOOST_AUTO_TEST_CASE(what_is_said_arrives_and_is_answered) {
  harness h;
  auto x = h.talking("while read -r line; do echo \"got $line\"; done; exit 3");
  h.process().start(x);
  h.say(x.id, "one\n");
  h.wait_output(x.id, "got one\n");
  h.say(x.id, "two\nthr");
  h.wait_output(x.id, "got two\n");
  h.say(x.id, "ee\n");
  h.wait_output(x.id, "got three\n");
  h.hang_up(x.id);
  BOOST_TEST(h.wait_exited(x.id).code == 3);
}

BOOST_AUTO_TEST_CASE(only_standard_error_goes_to_the_log) {
  harness h;
  auto x = h.talking("echo said; echo told >&2");
  auto end = h.run(x);
  BOOST_TEST(joined(h.outputs(x.id)) == "said\n");
  BOOST_TEST(content(end.log) == "told\n");
  BOOST_TEST(h.lines(x.id) == std::vector<std::string>{"told"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(output_is_cut_at_line_ends_and_its_rest_comes_at_the_end) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.talking("printf 'a\\nhalf'; echo x > \"$1/ready\"; read -r x;"
                     "printf 'way\\nrest'");
  h.process().start(x);
  (void)ready.lines(1);
  h.wait_output(x.id, "a\n");
  h.say(x.id, "go\n");
  (void)h.wait_exited(x.id);
  BOOST_TEST(h.outputs(x.id)
                 == (std::vector<std::string>{"a\n", "halfway\n", "rest"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(null_bytes_go_both_ways) {
  harness h;
  auto x = h.talking("head -c 3; printf 'x\\0y\\n'");
  h.process().start(x);
  h.say(x.id, std::string{"a\0b", 3});
  (void)h.wait_exited(x.id);
  BOOST_TEST(joined(h.outputs(x.id)) == std::string("a\0bx\0y\n", 7));
}

BOOST_AUTO_TEST_CASE(a_line_over_the_limit_comes_in_pieces) {
  harness h;
  auto x = h.talking("head -c 3000000 /dev/zero | tr '\\0' x; echo");
  (void)h.run(x);
  auto pieces = h.outputs(x.id);
  BOOST_TEST(pieces.size() > 1U);
  for (const auto& piece : pieces)
    BOOST_TEST(piece.size() < 2 * talk::line_bytes_max);
  BOOST_TEST(joined(pieces).size() == 3'000'001U);
}

BOOST_AUTO_TEST_CASE(a_flood_waits_for_who_works_it_off) {
  harness h;
  h.hold_back(true);
  auto x = h.talking("i=0; while [ $i -lt 200 ]; do head -c 65535 /dev/zero"
                     " | tr '\\0' y; echo; i=$((i+1)); done");
  h.process().start(x);
  h.wait_output(x.id, "\n");
  // The loop serves others meanwhile, and has stopped reading this one: what
  // has come stays below the window and what one turn reads.
  BOOST_TEST(h.run_shell("exit 4").code == 4);
  BOOST_TEST(joined(h.outputs(x.id)).size()
             <= talk::window_bytes + talk::line_bytes_max);
  h.hold_back(false);
  (void)h.wait_exited(x.id);
  BOOST_TEST(joined(h.outputs(x.id)).size() == 200U * 65536U);
}

BOOST_AUTO_TEST_CASE(what_is_in_the_pipe_at_the_end_comes_although_held_back) {
  harness h;
  h.hold_back(true);
  // More than the window, less than the window and the pipe.
  auto x = h.talking("head -c 1100000 /dev/zero | tr '\\0' '\\n'");
  auto end = h.run(x);
  BOOST_TEST(end.code == 0);
  BOOST_TEST(joined(h.outputs(x.id)).size() == 1'100'000U);
}

BOOST_AUTO_TEST_CASE(a_process_that_reads_nothing_holds_up_nobody) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.talking("echo $$ > \"$1/ready\"; cat \"$1/go\" > \"$1/null\";"
                     "wc -c");
  BOOST_REQUIRE(::system(("mkfifo " + (h.scratch() / "go").string()).c_str())
                == 0);
  h.process().start(x);
  (void)ready.lines(1);
  for (int i = 0; i < 20; ++i)
    h.say(x.id, std::string(1 << 20, 'z'));
  h.hang_up(x.id);
  BOOST_TEST(h.run_shell("echo go > \"$1/go\"; exit 5").code == 5);
  (void)h.wait_exited(x.id);
  BOOST_TEST(std::stoi(joined(h.outputs(x.id))) == 20 << 20);
}

BOOST_AUTO_TEST_CASE(what_was_taken_of_the_input_is_said) { // rule 9
  harness h;
  auto x = h.talking("wc -c");
  h.process().start(x);
  constexpr std::uint64_t bytes = 3u << 20;
  h.say(x.id, std::string(bytes, 'z'));
  h.wait_written(x.id, bytes);
  h.hang_up(x.id);
  (void)h.wait_exited(x.id);
  BOOST_TEST(std::stoul(joined(h.outputs(x.id))) == bytes);
}

BOOST_AUTO_TEST_CASE(one_that_lives_on_and_cannot_be_talked_with_is_ended) {
  harness h; // §22
  for (const auto* name : {"never", "go"})
    BOOST_REQUIRE(::mkfifo((h.scratch() / name).c_str(), 0600) == 0);
  auto mute = h.talking("exec >&-; read x < \"$1/never\"");
  auto why = h.run(mute).message;
  BOOST_TEST(why.starts_with("it closed its standard output, so nothing is "
                             "heard of it"),
             why);
  auto deaf = h.talking("exec <&-; echo closed; read x < \"$1/never\"");
  h.process().start(deaf);
  h.wait_output(deaf.id, "closed\n");
  h.say(deaf.id, "hello\n");
  why = h.wait_exited(deaf.id).message;
  BOOST_TEST(why.starts_with("it closed its standard input, so nothing can be "
                             "said to it"),
             why);
  h.wait_written(deaf.id, 6); // nothing waits for it any more
  // One that was hung up on may close what it likes.
  auto done = h.talking("cat; exec >&-; read x < \"$1/go\"; exit 3");
  h.process().start(done);
  h.hang_up(done.id);
  BOOST_TEST(h.run_shell("echo go > \"$1/go\"").code == 0);
  BOOST_TEST(h.wait_exited(done.id).code == 3);
}

BOOST_AUTO_TEST_CASE(one_that_leaves_too_much_unread_is_ended) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.talking("echo $$ > \"$1/ready\"; exec tail -f /dev/null");
  h.process().start(x);
  (void)ready.lines(1);
  for (int i = 0; i < 66; ++i)
    h.say(x.id, std::string(1 << 20, 'z'));
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.code == 128 + 15);
  BOOST_TEST(end.message.find("more than 64 MiB of its standard input unread")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_closes_its_input_lives_on) {
  harness h;
  // A busy shell misses no signal. A child that it has just forked could: until
  // its exec the handler is there, and nobody who looks whether it was called.
  auto x = h.talking("trap 'exit 7' TERM; exec 0<&-; echo closed;"
                     "while :; do :; done");
  h.process().start(x);
  h.wait_output(x.id, "closed\n");
  h.say(x.id, std::string(200'000, 'q'));
  BOOST_TEST(h.run_shell("exit 4").code == 4);
  h.process().end({x.id, false});
  BOOST_TEST(h.wait_exited(x.id).code == 7);
}

BOOST_AUTO_TEST_CASE(input_after_the_end_is_nobodys) {
  harness h;
  auto x = h.talking("exit 0");
  BOOST_TEST(h.run(x).code == 0);
  h.say(x.id, "hello\n");
  h.say(99, "hello\n");
  h.process().alive({x.id, false});
  BOOST_TEST(h.run_shell("exit 4").code == 4);
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_left_behind) {
  harness h;
  (void)h.run_shell("exit 0");
  auto before = descriptor_count(h.process().pid());
  for (int i = 0; i < 5; ++i) {
    auto x = h.talking("echo a; cat");
    h.process().start(x);
    h.say(x.id, "b\n");
    h.hang_up(x.id);
    (void)h.wait_exited(x.id);
  }
  BOOST_TEST(descriptor_count(h.process().pid()) == before);
}

BOOST_AUTO_TEST_CASE(a_session_does_not_see_the_pipes_of_another) {
  harness h;
  auto first = h.talking("cat");
  h.process().start(first);
  h.say(first.id, "hello\n");
  h.wait_output(first.id, "hello\n");
  auto second = h.talking("cat");
  h.process().start(second);
  h.say(second.id, "hello\n");
  h.wait_output(second.id, "hello\n");
  // If the second held the first one's input open, it would never end.
  h.hang_up(first.id);
  BOOST_TEST(h.wait_exited(first.id).code == 0);
  h.hang_up(second.id);
  BOOST_TEST(h.wait_exited(second.id).code == 0);
}

BOOST_AUTO_TEST_CASE(progress_told_by_tutti_resets_the_idle_clock) { // §25
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("echo $$ > \"$1/ready\"; exec tail -f /dev/null");
  x.idle_timeout = std::chrono::seconds(2);
  h.process().start(x);
  (void)ready.lines(1);
  // Each turn takes its time, so that together they last beyond the limit.
  auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < 3 * x.idle_timeout / 2) {
    h.process().alive({x.id, false});
    BOOST_TEST(h.run_shell("exit 0").code == 0);
  }
  BOOST_TEST(!h.has_exited(x.id));
  BOOST_TEST((h.wait_exited(x.id).end == process_end::idle));
}

BOOST_AUTO_TEST_CASE(no_idle_time_passes_while_it_waits_for_others) { // §20
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("echo $$ > \"$1/ready\"; exec tail -f /dev/null");
  x.idle_timeout = std::chrono::milliseconds(700);
  h.process().start(x);
  h.process().alive({x.id, true});
  (void)ready.lines(1);
  // Another of the same limit outlasts it.
  auto other = x;
  other.id = 77;
  other.name = "other";
  BOOST_TEST((h.run(other).end == process_end::idle));
  BOOST_TEST(!h.has_exited(x.id));
  h.process().alive({x.id, false});
  BOOST_TEST((h.wait_exited(x.id).end == process_end::idle));
}

BOOST_AUTO_TEST_SUITE_END()
