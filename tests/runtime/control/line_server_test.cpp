// SPDX-License-Identifier: BSD-3-Clause
// What a client can do to the server, and cannot.
#include "runtime/control/line_server.hpp"

#include "tests/runtime/control/sockets.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <vector>

using namespace tutti;
using namespace tutti::control;
using tutti::test::happenings;
using tutti::test::raw_client;

namespace {

struct asked {
  connection_id from = 0;
  peer who;
  std::string text;
};

struct served {
  explicit served(const line_limits& limits = {}) : server(limits) {
    auto e = server.listen(path, {[this](connection_id from, const peer& who,
                                         const std::string& text) {
                                    if (text == "later")
                                      return questions.add({from, who, text});
                                    server.answer(from, "<" + text + ">");
                                  },
                                  [this](connection_id from) {
                                    gone.add(from);
                                  }});
    BOOST_REQUIRE(!e);
    server.start();
  }

  test::temporary_directory dir;
  std::string path = dir / "socket";
  happenings<asked> questions;
  happenings<connection_id> gone;
  line_server server;
};

} // namespace

BOOST_AUTO_TEST_SUITE(control_line_server)

BOOST_AUTO_TEST_CASE(requests_of_a_connection_are_answered_in_order) {
  served x;
  raw_client client{x.path};
  client.send("one\ntwo\nthr");
  BOOST_TEST(*client.line() == "<one>");
  BOOST_TEST(*client.line() == "<two>");
  client.send("ee\n");
  BOOST_TEST(*client.line() == "<three>");
}

BOOST_AUTO_TEST_CASE(who_asks_is_who_the_kernel_says) {
  served x;
  raw_client client{x.path};
  client.send("later\n");
  auto question = x.questions.next();
  BOOST_TEST(question.who.pid == ::getpid());
  BOOST_TEST(question.who.uid == ::getuid());
}

BOOST_AUTO_TEST_CASE(the_socket_is_for_its_owner_alone_and_goes_with_the_run) {
  served x;
  struct stat info {};
  BOOST_REQUIRE(::stat(x.path.c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600);
  x.server.finish();
  x.server.join();
  BOOST_TEST(!x.dir.exists("socket"));
}

BOOST_AUTO_TEST_CASE(any_bytes_are_a_line_and_no_more) {
  served x;
  raw_client client{x.path};
  std::string bytes;
  for (int i = 0; i < 256; ++i)
    if (i != '\n')
      bytes += static_cast<char>(i);
  client.send(bytes + "\n\n");
  BOOST_TEST(*client.line() == "<" + bytes + ">");
  BOOST_TEST(*client.line() == "<>");
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_refused_and_others_are_served) {
  served x{{.line_bytes_max = 1000, .connections_max = 10}};
  raw_client greedy{x.path};
  raw_client modest{x.path};
  greedy.send(std::string(5000, 'x'));
  BOOST_TEST(greedy.reply().at("code") == "too-large");
  BOOST_TEST(!greedy.line());
  modest.send(std::string(1000, 'x') + "\n");
  BOOST_TEST(modest.line()->size() == 1002);
  modest.send(std::string(1001, 'x') + "\n");
  BOOST_TEST(modest.reply().at("code") == "too-large");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_noticed_while_it_waits) {
  served x;
  raw_client client{x.path};
  client.send("later\n");
  auto question = x.questions.next();
  client.leave();
  BOOST_TEST(x.gone.next() == question.from);
  x.server.answer(question.from, "nobody hears it");
  raw_client other{x.path};
  other.send("still here\n");
  BOOST_TEST(*other.line() == "<still here>");
}

// `printf … | socat` and the like close their writing side at once.
BOOST_AUTO_TEST_CASE(a_client_that_is_done_writing_still_gets_its_answers) {
  served x;
  raw_client client{x.path};
  client.send("one\nlater\ntwo\n");
  client.done_writing();
  BOOST_TEST(*client.line() == "<one>");
  x.server.answer(x.questions.next().from, "now");
  BOOST_TEST(*client.line() == "now");
  BOOST_TEST(*client.line() == "<two>");
  BOOST_TEST(!client.line());
}

BOOST_AUTO_TEST_CASE(a_client_that_is_done_writing_and_leaves_is_noticed) {
  served x;
  raw_client client{x.path};
  client.send("later\n");
  client.done_writing();
  auto question = x.questions.next();
  client.leave();
  BOOST_TEST(x.gone.next() == question.from);
}

BOOST_AUTO_TEST_CASE(too_many_clients_are_told_so_and_the_rest_goes_on) {
  served x{{.connections_max = 2}};
  raw_client first{x.path};
  raw_client second{x.path};
  BOOST_TEST(first.send("a\n"));
  BOOST_TEST(*first.line() == "<a>");
  BOOST_TEST(second.send("b\n"));
  BOOST_TEST(*second.line() == "<b>");
  raw_client third{x.path};
  BOOST_TEST(third.reply().at("code") == "busy");
  BOOST_TEST(!third.line());
  BOOST_TEST(first.send("c\n"));
  BOOST_TEST(*first.line() == "<c>");
  second.leave();
  BOOST_TEST(test::eventually([&x] {
    raw_client again{x.path};
    return again.send("d\n") && again.line().value_or("") == "<d>";
  }));
}

BOOST_AUTO_TEST_CASE(who_says_nothing_for_long_is_sent_away) {
  served x{{.patience = std::chrono::milliseconds(300)}};
  raw_client silent{x.path};
  BOOST_TEST(!silent.line());
  raw_client half{x.path};
  half.send("half a li");
  BOOST_TEST(!half.line());
  // Who waits for an answer may wait.
  raw_client waits{x.path};
  waits.send("later\n");
  auto question = x.questions.next();
  raw_client other{x.path};
  BOOST_TEST(!other.line());
  x.server.answer(question.from, "at last");
  BOOST_TEST(*waits.line() == "at last");
}

// Rule 9: what a client does not take costs one reply, not more.
BOOST_AUTO_TEST_CASE(a_client_that_takes_no_answers_gets_no_further_ones) {
  served x{{.patience = std::chrono::milliseconds(200)}};
  raw_client client{x.path};
  auto big = std::string(100'000, 'x') + "\n";
  // Ends when the server has closed the connection.
  while (client.send(big)) {
  }
  raw_client other{x.path};
  other.send("fine\n");
  BOOST_TEST(*other.line() == "<fine>");
}

BOOST_AUTO_TEST_CASE(open_requests_are_told_of_the_end) {
  served x;
  raw_client waits{x.path};
  raw_client idle{x.path};
  waits.send("later\n");
  static_cast<void>(x.questions.next());
  x.server.finish();
  BOOST_TEST(waits.reply().at("code") == "ended");
  BOOST_TEST(!waits.line());
  BOOST_TEST(!idle.line());
  x.server.join();
}

BOOST_AUTO_TEST_CASE(an_answer_before_the_end_is_not_lost) {
  served x;
  raw_client waits{x.path};
  waits.send("later\n");
  x.server.answer(x.questions.next().from, std::string(1'000'000, 'y'));
  x.server.finish();
  BOOST_TEST(waits.line()->size() == 1'000'000);
}

BOOST_AUTO_TEST_CASE(without_descriptors_clients_wait_and_are_served_later) {
  served x;
  raw_client client{x.path};
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  raw_client early{x.path};
  early.send("early\n");
  BOOST_TEST(*early.line() == "<early>");
  // Takes all descriptors but the one that the next client needs itself.
  std::vector<process::unique_fd> taken;
  auto limit = before;
  limit.rlim_cur = 64;
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0;
       fd = ::open("/dev/null", O_RDONLY))
    taken.emplace_back(fd);
  BOOST_REQUIRE(!taken.empty());
  taken.pop_back();
  raw_client late{x.path};
  late.send("late\n");
  // Those who are connected already are served meanwhile.
  early.send("again\n");
  BOOST_TEST(*early.line() == "<again>");
  taken.clear();
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(*late.line() == "<late>");
}

BOOST_AUTO_TEST_CASE(a_path_that_is_too_long_is_an_error_with_a_remedy) {
  test::temporary_directory dir;
  line_server server;
  auto e = server.listen(dir / std::string(200, 'x'), {});
  BOOST_REQUIRE(e);
  BOOST_TEST(e->detail.find("XDG_RUNTIME_DIR") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
