// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/cluster_fixture.hpp"

#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tutti::test {

namespace fs = std::filesystem;

namespace {

/// A port of loopback that nobody has. It is below those that the system gives
/// to whoever connects, so that none of these takes it meanwhile.
std::uint16_t free_port() {
  std::random_device random;
  for (int tries = 0; tries < 1000; ++tries) {
    auto port = static_cast<std::uint16_t>(10000 + random() % 20000);
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool free =
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address)
        == 0;
    ::close(fd);
    if (free)
      return port;
  }
  throw std::runtime_error("no port of loopback is free");
}

} // namespace

cluster_fixture::cluster_fixture()
  : address("127.0.0.1:" + std::to_string(free_port())) {
  // A node that is there before the first run needs it.
  auto x = tutti({"certs", "init"});
  BOOST_REQUIRE_MESSAGE(x.status == 0, x.err);
}

std::unique_ptr<program> cluster_fixture::launch(const program_options& x,
                                                 const std::string&) const {
  return std::make_unique<program>(x);
}

std::unique_ptr<program>
cluster_fixture::start_run(std::string_view plan,
                           std::vector<std::string> args) const {
  dir.write("tutti.yaml", plan);
  return go_on(std::move(args));
}

std::unique_ptr<program>
cluster_fixture::go_on(std::vector<std::string> args) const {
  args.insert(args.begin(),
              {"run", "--plain", "--json", "report.json", "--listen", address});
  return launch(options(args), {});
}

program_options
cluster_fixture::node_options(const std::string& name,
                              const std::string& labels,
                              const std::vector<std::string>& args) const {
  fs::create_directories(dir / name);
  std::vector<std::string> all = {"node",   "--join",  address,
                                  "--name", name,      "--state-dir",
                                  ".tutti", "--certs", dir / ".tutti/certs"};
  if (!labels.empty())
    all.insert(all.end(), {"--labels", labels});
  all.insert(all.end(), args.begin(), args.end());
  auto result = options(all);
  result.directory = dir / name;
  result.env.push_back("NODE=" + name);
  result.env.push_back("TEST_NODE_TAG=" + (dir / name));
  return result;
}

std::unique_ptr<program>
cluster_fixture::start_node(const std::string& name, const std::string& labels,
                            const std::vector<std::string>& args) const {
  return launch(node_options(name, labels, args), name);
}

std::vector<int> cluster_fixture::processes_on(const std::string& name) const {
  // With its end, so that n1 is not n10.
  return processes_with("TEST_NODE_TAG=" + (dir / name) + std::string(1, '\0'));
}

std::vector<std::string>
cluster_fixture::wait_for_lines(const std::string& file,
                                std::size_t count) const {
  BOOST_REQUIRE_MESSAGE(eventually([&] {
                          return lines(file).size() >= count;
                        }),
                        file << " has " << lines(file).size() << " of " << count
                             << " lines");
  return lines(file);
}

void cluster_fixture::wait_for_end_of(const std::string& pid_file) const {
  auto pid = std::stoi(dir.read(pid_file));
  BOOST_TEST(eventually([&] {
    return ::kill(pid, 0) != 0 && errno == ESRCH;
  }));
}

std::string cluster_fixture::run_directory() const {
  std::string newest;
  for (const auto& x : fs::directory_iterator{dir / ".tutti/runs"})
    newest = std::max(newest, x.path().string());
  return newest;
}

std::string cluster_fixture::journal(const std::string& query) const {
  sqlite_connection db{run_directory() + "/journal.db"};
  return db.text(query).value_or("");
}

std::string cluster_fixture::facts(const std::string& query) const {
  // The view of the file does not see what is packed: all facts as a table.
  auto printed = tutti({"history", "--facts"});
  BOOST_REQUIRE_MESSAGE(printed.status == 0, printed.err);
  sqlite_connection db{":memory:"};
  std::string columns;
  for (const auto* name : {"number", "kind", "subject", "cause", "agent",
                           "attempt", "version", "state", "ended", "extra"})
    columns += std::string{columns.empty() ? "" : ", "}
             + "json_extract(line, '$." + name + "') as " + name;
  BOOST_REQUIRE(db.run("create table lines (line)"));
  std::istringstream text{printed.out};
  std::string all = "begin;";
  for (std::string line; std::getline(text, line);) {
    all += "insert into lines values ('";
    for (char c : line)
      all += c == '\'' ? std::string{"''"} : std::string{c};
    all += "');";
  }
  BOOST_REQUIRE_MESSAGE(db.run(all + "commit"), db.error());
  BOOST_REQUIRE_MESSAGE(
      db.run("create table facts as select " + columns + " from lines"),
      db.error());
  return db.text(query).value_or("");
}

void cluster_fixture::check_accepted_once() const {
  auto twice = facts("select group_concat(subject) from (select subject from "
                     "facts where kind = 'attempt-finished' and state = "
                     "'succeeded' group by subject, version having count(*) "
                     "> 1)");
  BOOST_TEST(twice == "", "accepted twice: " << twice);
  // The query does see results.
  BOOST_TEST(facts("select count(*) > 0 from facts where kind = "
                   "'attempt-finished' and state = 'succeeded'")
             == "1");
}

void cluster_fixture::check_nothing_left() const {
  check_no_process_left();
  for (const auto& x : fs::recursive_directory_iterator{dir.path()})
    BOOST_TEST(!x.is_socket(), "a socket is left: " << x.path());
}

boost::test_tools::assertion_result is_long(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result{std::getenv("TUTTI_TEST_LONG")
                                             != nullptr};
  result.message() << "it takes long; TUTTI_TEST_LONG=1 runs it";
  return result;
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != text.npos;
       at = text.find(part, at + part.size()))
    ++result;
  return result;
}

std::size_t times_heard(const program& run, std::string_view what,
                        std::string_view node) {
  std::size_t result = 0;
  std::istringstream all{run.out()};
  for (std::string line; std::getline(all, line);) {
    std::istringstream words{line};
    std::string time, word, kind, name;
    words >> time >> word >> kind >> name;
    result += word == what && kind == "node" && name == node;
  }
  return result;
}

bool heard_of(program& run, std::string_view what, std::string_view node,
              std::size_t count) {
  return run.read_until([&] {
    return times_heard(run, what, node) >= count;
  });
}

std::string rest_of_line(program& x, std::string_view text) {
  std::string result;
  BOOST_REQUIRE(x.read_until([&] {
    auto at = x.out().find(text);
    if (at == std::string::npos)
      return false;
    at += text.size();
    auto end = x.out().find('\n', at);
    result = x.out().substr(at, end - at);
    return end != std::string::npos;
  }));
  return result;
}

bool read_until(program& x, std::string_view text, std::size_t count) {
  return x.read_until([&] {
    return count_of(x.out() + x.err(), text) >= count;
  });
}

} // namespace tutti::test
