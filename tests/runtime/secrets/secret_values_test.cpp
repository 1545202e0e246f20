// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/secret_values.hpp"

#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

using namespace tutti;
using namespace tutti::secrets;

namespace {

/// A plan of one task that names all of its secrets.
struct vault {
  test::temporary_directory dir;
  plan p;

  vault() {
    ::prctl(PR_SET_DUMPABLE, 1); // whatever the tests before have done
    p.directory = dir.path();
    p.tasks.emplace_back().name = "a";
  }
  ~vault() {
    ::prctl(PR_SET_DUMPABLE, 1); // for the tests behind
  }

  void add(const std::string& name, const std::string& file, int fd = -1) {
    p.tasks[0].secrets.emplace_back(p.secrets.size());
    p.secrets.push_back({name, file, fd});
  }
  /// One in a file that holds this.
  void add_file(const std::string& name, const std::string& content,
                mode_t mode = 0600) {
    auto path = dir.write(name, content);
    ::chmod(path.c_str(), mode);
    add(name, name);
  }
  /// One in a pipe that holds this; its number.
  int add_pipe(const std::string& name, const std::string& content) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    BOOST_REQUIRE(::write(ends[1], content.data(), content.size())
                  == static_cast<ssize_t>(content.size()));
    ::close(ends[1]);
    add(name, {}, ends[0]);
    return ends[0];
  }
  [[nodiscard]] std::string value_of(const std::string& name) const {
    auto x = read_all(p, open_descriptors());
    if (!x)
      return "error: " + x.error().detail;
    for (const auto& y : x->values)
      if (y.name == name)
        return y.value;
    return "(none)";
  }
  [[nodiscard]] std::string mistake() const {
    auto x = read_all(p, open_descriptors());
    if (x)
      return "none";
    BOOST_TEST((x.error().code == exit_code::environment));
    return x.error().detail;
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_secrets_values)

BOOST_FIXTURE_TEST_CASE(a_plan_without_secrets_changes_nothing, vault) {
  auto x = read_all(p, {});
  BOOST_TEST(x->values.empty());
  BOOST_TEST((x->patterns == nullptr));
  BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_file_is_read_without_its_last_line_end, vault) {
  add_file("PLAIN", "one");
  add_file("LINE", "one\n");
  add_file("DOS", "one\r\n");
  add_file("LINES", "one\n\ntwo\n\n");
  add_file("RETURN", "one\r");
  BOOST_TEST(value_of("PLAIN") == "one");
  BOOST_TEST(value_of("LINE") == "one");
  BOOST_TEST(value_of("DOS") == "one");
  BOOST_TEST(value_of("LINES") == "one\n\ntwo\n");
  BOOST_TEST(value_of("RETURN") == "one\r");
}

BOOST_FIXTURE_TEST_CASE(a_path_may_be_absolute, vault) {
  auto path = dir.write("key", "one");
  add("KEY", path);
  BOOST_TEST(value_of("KEY") == "one");
}

BOOST_FIXTURE_TEST_CASE(a_descriptor_is_read_once_and_closed, vault) {
  auto fd = add_pipe("KEY", "from a pipe\n");
  BOOST_TEST(value_of("KEY") == "from a pipe");
  BOOST_TEST(::fcntl(fd, F_GETFD) == -1);
  BOOST_TEST(has(mistake(), "is not open"));
}

BOOST_FIXTURE_TEST_CASE(only_what_was_passed_is_a_secret, vault) {
  auto before = open_descriptors();
  auto fd = add_pipe("KEY", "of ours");
  auto x = read_all(p, before); // opened by the program itself since
  BOOST_TEST_REQUIRE(!x);
  BOOST_TEST(has(x.error().detail, "secret KEY: descriptor "
                                       + std::to_string(fd) + " is not open"));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(the_descriptors_that_are_open_are_known) {
  auto before = open_descriptors();
  BOOST_TEST(std::is_sorted(before.begin(), before.end()));
  int fd = ::open("/dev/null", O_RDONLY);
  auto after = open_descriptors();
  BOOST_TEST(after.size() == before.size() + 1);
  BOOST_TEST(std::binary_search(after.begin(), after.end(), fd));
  ::close(fd);
  BOOST_TEST(open_descriptors() == before);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_value_is_one_error, vault) {
  auto says = [this](const std::string& part) {
    auto text = mistake();
    BOOST_TEST(has(text, "secret KEY: "), text);
    BOOST_TEST(has(text, part), text);
    p.secrets.clear();
    p.tasks[0].secrets.clear();
  };
  add("KEY", "absent");
  says("cannot read " + dir.path() + "/absent: No such file or directory");
  add("KEY", ".");
  says("Is a directory");
  add_file("KEY", "");
  says("/KEY is empty");
  add_file("KEY", "\n");
  says("/KEY is empty");
  add_file("KEY", std::string{"a\0b", 3});
  says("null byte");
  add_file("KEY", std::string(value_bytes_max + 1, 'x'));
  says("more than 64 KiB");
  ::mkfifo((dir.path() + "/fifo").c_str(), 0600);
  add("KEY", "fifo"); // and it does not wait for who writes to it
  says("is no regular file: pass what is piped as { fd: 3 }");
  add_pipe("KEY", "\n");
  says("is empty");
  add("KEY", {}, 999'999);
  says("descriptor 999999 is not open");
}

BOOST_FIXTURE_TEST_CASE(a_value_may_be_as_long_as_the_limit_says, vault) {
  add_file("KEY", std::string(value_bytes_max, 'x') + "\r\n");
  BOOST_TEST(value_of("KEY").size() == value_bytes_max);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_that_is_slow_is_read_to_its_end, vault) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  add("KEY", {}, ends[0]);
  std::string content(value_bytes_max, 'y'); // more than a pipe takes at once
  std::thread writer{[&] {
    std::string_view rest{content};
    while (!rest.empty()) {
      auto n = ::write(ends[1], rest.data(),
                       std::min<std::size_t>(rest.size(), 1000));
      if (n <= 0)
        break;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ::close(ends[1]);
  }};
  auto got = value_of("KEY");
  writer.join();
  BOOST_TEST((got == content));
}

BOOST_FIXTURE_TEST_CASE(all_together_have_a_limit, vault) {
  for (const auto* name : {"A", "B", "C", "D", "E"})
    add_file(name, std::string(60'000, 'x'));
  BOOST_TEST(mistake()
             == "secret E: the secrets of this plan are more than 256 KiB "
                "together");
}

BOOST_FIXTURE_TEST_CASE(what_nothing_names_need_not_be_there, vault) {
  add("ABSENT", "absent");
  add_file("THERE", "seen by nobody");
  p.tasks[0].secrets.clear();
  auto x = read_all(p, open_descriptors());
  BOOST_TEST_REQUIRE(static_cast<bool>(x));
  BOOST_TEST(x->values.size() == 1U);
  std::string text = "it was seen by nobody!";
  x->patterns->mask(text);
  BOOST_TEST(text == "it was ***!");
  // A task that --skip leaves out names nothing.
  p.tasks[0].secrets = {secret_id{0u}};
  BOOST_TEST(has(mistake(), "ABSENT"));
  p.skipped = {task_id{0u}};
  BOOST_TEST(mistake() == "none");
}

BOOST_FIXTURE_TEST_CASE(sessions_services_and_notify_name_secrets, vault) {
  add("KEY", "absent");
  p.tasks[0].secrets.clear();
  BOOST_TEST(mistake() == "none");
  p.agents.emplace_back().session_secrets = {secret_id{0u}};
  BOOST_TEST(has(mistake(), "KEY"));
  p.agents.clear();
  p.services.emplace_back().secrets = {secret_id{0u}};
  BOOST_TEST(has(mistake(), "KEY"));
  p.services.clear();
  p.notify.secrets = {secret_id{0u}};
  BOOST_TEST(has(mistake(), "KEY"));
}

BOOST_FIXTURE_TEST_CASE(doubtful_ones_are_warned_of, vault) {
  add_file("FINE", "long enough", 0600);
  add_file("OPEN", "long enough, too", 0640);
  add_file("SHORT", "47");
  auto x = read_all(p, open_descriptors());
  BOOST_TEST_REQUIRE(static_cast<bool>(x));
  BOOST_TEST_REQUIRE(x->warnings.size() == 2U);
  BOOST_TEST(has(x->warnings[0], "secret OPEN: others may read"));
  BOOST_TEST(has(x->warnings[0], "chmod 600 " + dir.path() + "/OPEN"));
  BOOST_TEST(x->warnings[1]
             == "secret SHORT has fewer than 3 characters and is not masked");
}

// Row 28: in no crash dump.
BOOST_FIXTURE_TEST_CASE(who_reads_them_leaves_no_core_dump, vault) {
  BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 1);
  add_file("KEY", "one");
  BOOST_TEST(value_of("KEY") == "one");
  BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
