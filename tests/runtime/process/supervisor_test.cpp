// SPDX-License-Identifier: BSD-3-Clause
// Real processes: what they are started with, what they say, how they end.
#include "runtime/process/supervisor.hpp"

#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <future>

using namespace tutti;
using namespace tutti::process;

namespace {

void make_file(const std::filesystem::path& path, const std::string& text,
               mode_t mode) {
  std::ofstream{path} << text;
  ::chmod(path.c_str(), mode);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_supervisor)

BOOST_AUTO_TEST_CASE(the_exit_status_decides) {
  harness h;
  for (int code : {0, 1, 42, 255}) {
    auto x = h.run_shell("exit " + std::to_string(code));
    BOOST_TEST((x.end == process_end::exited));
    BOOST_TEST(x.code == code);
    BOOST_TEST(x.message.empty());
    BOOST_TEST(x.log.empty());
    BOOST_TEST(!x.leaked);
  }
}

BOOST_AUTO_TEST_CASE(a_signal_counts_as_128_and_its_number) {
  harness h;
  auto x = h.run_shell("kill -SEGV $$");
  BOOST_TEST((x.end == process_end::exited));
  BOOST_TEST(x.code == 128 + SIGSEGV);
  BOOST_TEST(x.message == "ended by signal 11 (Segmentation fault)");
}

BOOST_AUTO_TEST_CASE(a_command_that_is_not_found_is_127) { // row 30
  harness h;
  auto x = h.run(h.order({"no-such-command"}));
  BOOST_TEST((x.end == process_end::not_started));
  BOOST_TEST(x.code == 127);
  BOOST_TEST(x.message == "command not found: no-such-command");
  BOOST_TEST(h.run(h.order({"./no/such"})).message
             == "command not found: ./no/such");
  BOOST_TEST(h.run(h.order({""})).message == "the command is empty");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_executed_is_126) { // row 30
  harness h;
  auto check = [&h](const std::string& command, const std::string& message) {
    auto x = h.run(h.order({command}));
    BOOST_TEST((x.end == process_end::not_started));
    BOOST_TEST(x.code == 126);
    BOOST_TEST(x.message == message);
  };
  make_file(h.scratch() / "text", "hello", 0644);
  make_file(h.scratch() / "no-line", "exit 0", 0755);
  make_file(h.scratch() / "no-interpreter", "#! /no/such -x\n", 0755);
  check("./text", "not executable: ./text");
  check("./no-line",
        "exec format error: ./no-line is no program and has no #! line");
  check("./no-interpreter", "not executable: ./no-interpreter wants the "
                            "interpreter /no/such, which does not exist");
  check("./io", "not executable: ./io is a directory");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_being_written_is_126) { // row 30
  harness h;
  auto path = h.scratch() / "program";
  std::filesystem::copy_file("/bin/true", path);
  unique_fd writer{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  auto busy = h.run(h.order({"./program"}));
  BOOST_TEST((busy.end == process_end::not_started));
  BOOST_TEST(busy.code == 126);
  BOOST_TEST(busy.message
             == "not executable: ./program is being written to (text file "
                "busy)");
  writer.reset();
  BOOST_TEST(h.run(h.order({"./program"})).code == 0);
}

BOOST_AUTO_TEST_CASE(the_path_of_the_childs_environment_is_searched) {
  harness h;
  auto bin = h.scratch() / "bin";
  std::filesystem::create_directory(bin);
  std::filesystem::create_directory(bin / "tool");
  auto other = h.scratch() / "other";
  std::filesystem::create_directory(other);
  auto x = h.order({"tool"});
  x.env = {"PATH=" + bin.string() + ":/nowhere:other:/usr/bin:/bin"};
  make_file(other / "tool", "#!/bin/sh\nexit 9\n", 0644);
  auto denied = h.run(x);
  BOOST_TEST(denied.code == 126);
  BOOST_TEST(denied.message.starts_with("not executable: "));
  make_file(other / "tool", "#!/bin/sh\nexit 9\n", 0755);
  x.id = 100;
  BOOST_TEST(h.run(x).code == 9);
}

BOOST_AUTO_TEST_CASE(a_bad_working_directory_is_named) { // row 30
  harness h;
  auto x = h.order({"true"});
  x.directory = "/no/such";
  auto missing = h.run(x);
  BOOST_TEST((missing.end == process_end::not_started));
  BOOST_TEST(missing.code == 126);
  BOOST_TEST(missing.message == "working directory does not exist: /no/such");
  x = h.order({"true"});
  x.directory = "/dev/null";
  BOOST_TEST(h.run(x).message
             == "working directory is not a directory: /dev/null");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_too_long_are_126) { // row 30
  harness h;
  for (std::size_t size : {3U << 20, 65U << 20}) {
    auto x = h.run(h.order({"true", std::string(size, 'x')}));
    BOOST_TEST((x.end == process_end::not_started));
    BOOST_TEST(x.code == 126);
    BOOST_TEST(x.message.ends_with("are too long"));
  }
  auto null = h.run(h.order({"true", std::string{"a\0b", 3}}));
  BOOST_TEST(null.message == "an argument of true has a null byte");
}

BOOST_AUTO_TEST_CASE(a_log_directory_that_takes_nothing_refuses_starts) {
  harness h{[](supervisor_options& x) {
    x.log_directory = "/no/such";
  }};
  auto x = h.run(h.order({"true"}));
  BOOST_TEST((x.end == process_end::refused));
  BOOST_TEST(x.message
             == "cannot write logs to /no/such: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_start_before_the_configuration_is_refused) {
  auto forked = supervisor::fork_now();
  BOOST_TEST_REQUIRE(static_cast<bool>(forked));
  std::promise<process_exited> answer;
  supervisor_events events;
  events.exited = [&answer](process_exited x) {
    answer.set_value(std::move(x));
  };
  start_process x;
  x.id = 1;
  x.name = "a";
  x.argv = {"true"};
  (*forked)->start(x);
  (*forked)->listen(events);
  BOOST_TEST((answer.get_future().get().end == process_end::refused));
}

BOOST_AUTO_TEST_CASE(names_that_leave_the_directory_are_refused) {
  harness h;
  for (const auto* name : {"", ".", "..", "a/b"}) {
    auto x = h.order({"true"});
    x.name = name;
    BOOST_TEST((h.run(x).end == process_end::refused));
  }
}

BOOST_AUTO_TEST_CASE(environments_lie_over_each_other_in_order) {
  ::setenv("TUTTI_OUTER", "1", 1);
  ::setenv("OUTER", "1", 1);
  harness h;
  make_file(h.scratch() / "a.env", "A=file a\nB=file a\nC=file a\n", 0644);
  make_file(h.scratch() / "b.env", "export B='file b'\nC=file b\n", 0644);
  auto x = h.shell("echo $OUTER,$TUTTI_OUTER,$A,$B,$C");
  x.env = {"C=own"};
  x.env_files = {(h.scratch() / "a.env").string(),
                 (h.scratch() / "b.env").string()};
  BOOST_TEST(content(h.run(x).log) == "1,,file a,file b,own\n");
  ::unsetenv("TUTTI_OUTER");
  ::unsetenv("OUTER");
}

BOOST_AUTO_TEST_CASE(a_missing_env_file_is_named) {
  harness h;
  auto x = h.order({"true"});
  x.env_files = {"/no/such.env"};
  auto end = h.run(x);
  BOOST_TEST((end.end == process_end::not_started));
  BOOST_TEST(end.message
             == "cannot read the env-file /no/such.env: No such file or "
                "directory");
}

BOOST_AUTO_TEST_CASE(input_and_output_travel_in_files_that_vanish) {
  harness h;
  auto x = h.shell("cat \"$TUTTI_INPUT\"; echo a=1 > \"$TUTTI_OUTPUT\"");
  x.input = "{\"from\": \"x\"}";
  auto end = h.run(x);
  BOOST_TEST(content(end.log) == x.input);
  BOOST_TEST(end.output == "a=1\n");
  BOOST_TEST(test::eventually([&h] {
    return h.files_of_attempts() == 0;
  }));
}

BOOST_AUTO_TEST_CASE(an_old_output_file_is_not_taken_for_the_new_one) {
  harness h;
  auto x = h.order({"true"});
  make_file(h.io() / (x.name + ".out"), "old=1\n", 0644);
  BOOST_TEST(h.run(x).output.empty());
}

BOOST_AUTO_TEST_CASE(a_large_output_file_is_cut_and_reported) {
  harness h{[](supervisor_options& x) {
    x.output_bytes_max = 3;
  }};
  auto end = h.run_shell("echo abcdef > \"$TUTTI_OUTPUT\"");
  BOOST_TEST(end.output == "abc");
  BOOST_TEST(
      end.message
      == "the file named by TUTTI_OUTPUT is larger than 3 bytes; hand on "
         "the name of a file instead");
}

BOOST_AUTO_TEST_CASE(an_output_file_that_is_a_fifo_blocks_nobody) {
  harness h;
  auto end = h.run_shell("mkfifo \"$TUTTI_OUTPUT\"");
  BOOST_TEST(end.code == 0);
  BOOST_TEST(
      end.message.starts_with("cannot read the file named by TUTTI_OUTPUT"));
  BOOST_TEST(h.files_of_attempts() == 0U);
}

BOOST_AUTO_TEST_CASE(the_child_leads_a_session_and_reads_nothing) {
  harness h;
  auto end = h.run_shell("cat; cut -d' ' -f1,5,6 /proc/$$/stat; echo $$; pwd");
  auto text = content(end.log);
  auto pid = text.substr(text.find('\n') + 1);
  pid = pid.substr(0, pid.find('\n'));
  BOOST_TEST(text
             == pid + " " + pid + " " + pid + "\n" + pid + "\n"
                    + h.scratch().string() + "\n");
}

BOOST_AUTO_TEST_CASE(the_child_has_three_descriptors_and_no_signal_blocked) {
  harness h;
  // One more is the one by which ls reads the directory. glibc ignores two
  // signals of its own beyond the named ones, which start at the right.
  auto end = h.run_shell("ls /proc/self/fd | wc -l;"
                         "grep -E 'Sig(Blk|Ign)' /proc/self/status");
  auto text = content(end.log);
  BOOST_TEST(text.starts_with("4\nSigBlk:\t0000000000000000\nSigIgn:\t"));
  BOOST_TEST(text.ends_with("0000000\n"));
}

BOOST_AUTO_TEST_CASE(output_and_errors_go_to_one_log_unchanged) {
  harness h;
  auto end = h.run_shell("printf 'a\\000\\033[1m\\377'; echo b >&2; echo c");
  BOOST_TEST(content(end.log) == (std::string{"a\0\x1b[1m\xff", 7} + "b\nc\n"));
  BOOST_TEST(end.dropped_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(lines_are_shown_clean) {
  harness h;
  auto x = h.shell("printf '\\033[31mred\\033[0m\\n'");
  h.run(x);
  BOOST_TEST(h.lines(x.id) == std::vector<std::string>{"red"});
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_shown_at_the_end) {
  harness h;
  auto x = h.shell("printf 'no newline'");
  h.run(x);
  BOOST_TEST(h.lines(x.id) == std::vector<std::string>{"no newline"});
}

BOOST_AUTO_TEST_CASE(a_flood_is_capped_with_a_marker_and_bounded_memory) {
  constexpr std::uint64_t written = 100'000'000;
  constexpr std::uint64_t limit = 1'000'000;
  harness h{[](supervisor_options& x) {
    x.log_bytes_max = limit;
  }};
  auto before = peak_memory(h.process().pid());
  auto end = h.run_shell("head -c 100000000 /dev/zero | tr '\\000' x");
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.dropped_bytes == written - limit);
  auto log = content(end.log);
  BOOST_TEST(log.substr(limit)
             == "\n[tutti: 99000000 bytes of output are not in this log; the "
                "limit is 1000000 bytes]\n");
  BOOST_TEST(peak_memory(h.process().pid()) - before < 20'000);
}

BOOST_AUTO_TEST_CASE(thousands_of_tasks_leak_neither_descriptor_nor_process) {
  constexpr process_id count = 2'000;
  harness h;
  BOOST_TEST(h.run(h.order({"true"})).code == 0);
  auto ours = descriptor_count(::getpid());
  auto theirs = descriptor_count(h.process().pid());
  constexpr process_id at_once = 50;
  for (process_id i = 0; i < count; i += at_once) {
    for (process_id j = 0; j < at_once; ++j)
      h.process().start(h.order({"true"}));
    h.wait_count(i + at_once + 1);
  }
  for (const auto& x : h.wait_count(count + 1)) {
    BOOST_TEST((x.end == process_end::exited));
    BOOST_TEST(x.code == 0);
    BOOST_TEST(!x.leaked);
  }
  BOOST_TEST(descriptor_count(::getpid()) == ours);
  BOOST_TEST(descriptor_count(h.process().pid()) == theirs);
  auto table = process_table::snapshot();
  BOOST_TEST(table.children(h.process().pid()).empty());
  BOOST_TEST(h.files_of_attempts() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
