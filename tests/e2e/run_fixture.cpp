// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace tutti::test {

json run_result::row(std::string_view list, std::string_view name) const {
  if (!report.contains(list))
    return {};
  for (const auto& x : report.at(std::string{list}))
    if (x.at("name") == name)
      return x;
  return {};
}

json run_result::task(std::string_view name) const {
  return row("tasks", name);
}

std::string run_result::status_of(std::string_view task_name) const {
  auto found = task(task_name);
  return found.is_null() ? "absent" : found.at("status").get<std::string>();
}

run_fixture::run_fixture() : tag("TEST_TAG_OF=" + dir.path()) {
}

program_options
run_fixture::options(const std::vector<std::string>& args) const {
  program_options result;
  result.args = args;
  result.directory = dir.path();
  // Sockets of its own, so that no other test's run is found.
  result.env = {tag, "XDG_RUNTIME_DIR=" + dir.path(), "TMPDIR=" + dir.path()};
  return result;
}

program_result run_fixture::tutti(const std::vector<std::string>& args) const {
  auto result = run_program(options(args));
  BOOST_TEST(!result.timed_out, "the program did not end: " << result.err);
  return result;
}

std::unique_ptr<program>
run_fixture::start(std::string_view plan, std::vector<std::string> args) const {
  dir.write("tutti.yaml", plan);
  args.insert(args.begin(), {"run", "--json", "report.json"});
  return std::make_unique<program>(options(args));
}

run_result run_fixture::finish(program& x) const {
  run_result result;
  static_cast<program_result&>(result) = x.wait();
  BOOST_TEST(!result.timed_out,
             "the program did not end: " << result.out << result.err);
  if (dir.exists("report.json"))
    result.report = json::parse(dir.read("report.json"), nullptr, false);
  BOOST_TEST_INFO_SCOPE("stdout: " << result.out);
  BOOST_TEST_INFO_SCOPE("stderr: " << result.err);
  BOOST_TEST(!result.report.is_discarded());
  if (result.report.is_object())
    BOOST_TEST(result.report.at("exit_code") == result.status);
  return result;
}

run_result run_fixture::run(std::string_view plan,
                            std::vector<std::string> args) const {
  auto started = start(plan, std::move(args));
  return finish(*started);
}

std::vector<std::string> run_fixture::lines(std::string_view file) const {
  std::vector<std::string> result;
  std::istringstream text{dir.read(file)};
  for (std::string line; std::getline(text, line);)
    result.push_back(line);
  return result;
}

void run_fixture::check_no_process_left() const {
  bool gone = eventually([this] {
    return processes_with(tag).empty();
  });
  std::string names;
  for (int pid : processes_with(tag)) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
    std::string command{std::istreambuf_iterator<char>{file}, {}};
    std::replace(command.begin(), command.end(), '\0', ' ');
    names += std::to_string(pid) + " " + command + "\n";
  }
  BOOST_TEST(gone, "processes are left:\n" << names);
}

void check_one_sentence(const program_result& x,
                        const std::vector<std::string>& names) {
  BOOST_TEST(x.err.starts_with("tutti: "), x.err);
  BOOST_TEST(std::count(x.err.begin(), x.err.end(), '\n') == 1, x.err);
  for (const auto& name : names)
    BOOST_TEST(x.err.find(name) != std::string::npos,
               "'" << name << "' is not named: " << x.err);
}

} // namespace tutti::test
