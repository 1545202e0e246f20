// SPDX-License-Identifier: BSD-3-Clause
// Plans of several files.
#include "tests/config/plan_texts.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;
using test::shown;
using test::task_named;
using tutti::test::temporary_directory;

namespace fs = std::filesystem;

/// A folder with plans, of which `tutti.yaml` is loaded.
struct plan_folder {
  temporary_directory dir;

  void write(const std::string& file, std::string_view text) const {
    dir.write(file, text);
  }
  [[nodiscard]] load_result load(const load_options& how = {}) const {
    source_text source{"tutti.yaml", dir.path(), dir.read("tutti.yaml")};
    return load_plan(std::move(source), how);
  }
  [[nodiscard]] plan good() const {
    auto loaded = load();
    BOOST_TEST_REQUIRE(loaded.value.has_value(),
                       render(loaded.diagnostics, loaded.source, false));
    BOOST_TEST(render(loaded.diagnostics, loaded.source, false) == "");
    return std::move(*loaded.value);
  }
};

/// Files that only the test knows.
load_options reading(const std::map<std::string, std::string>& files) {
  load_options result;
  result.read_included = [files](const std::string& path,
                                 const std::string&) -> expected<std::string> {
    auto at = files.find(fs::path{path}.filename().string());
    if (at == files.end())
      return error{exit_code::bad_plan, "no such file"};
    return at->second;
  };
  return result;
}

std::string messages(std::string text, const load_options& how) {
  return test::messages_of(std::move(text), how);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(config_include, plan_folder)

BOOST_AUTO_TEST_CASE(files_share_their_names) {
  write("tutti.yaml", R"(
name: whole
include: [agents.yaml, tasks.yaml]
tasks:
  print: { agent: bob, needs: [write, checks], run: make }
)");
  write("agents.yaml", "agents: { ada: {}, bob: {} }\n");
  write("tasks.yaml", R"(
name: not this
tasks: { write: { agent: ada, run: [echo, "${{ params.who }}"] } }
params: { who: you }
phases: { checks: { tasks: { lint: make } } }
)");
  auto p = good();
  BOOST_TEST(p.name == "whole");
  BOOST_REQUIRE(p.tasks.size() == 3u);
  BOOST_TEST(p.tasks[0].name == "print"); // the plan's own come first
  BOOST_TEST(p.tasks[1].name == "write");
  BOOST_TEST(shown(p.tasks[1].run.argv[1]) == "you");
  BOOST_TEST(p.agents[1].name == "bob");
}

BOOST_AUTO_TEST_CASE(paths_start_in_the_folder_of_the_file_that_says_them) {
  write("tutti.yaml", R"(
include: team/backend.yaml
tasks: { top: { run: make, env-file: a.env } }
contracts: { own: { schema: s.json, defined-by: top } }
)");
  write("team/backend.yaml", R"(
include: [deep/more.yaml, ../side.yaml]
agents: { ada: { working-directory: ada }, sid: { session: ./sid.py } }
tasks:
  plain: make
  named: { run: make, env-file: [b.env, /etc/c.env], working-directory: src }
  filled: { run: make, needs: plain, working-directory: "./${{ needs.plain.outputs.d }}" }
  absolute: { run: make, working-directory: /tmp }
  of-agent: { agent: ada, run: make }
  of-session: { agent: sid }
services: { db: ./db.sh }
contracts: { api: { schema: api.json, mock: mock.json, defined-by: plain } }
notify: ./tell.sh
)");
  write("team/deep/more.yaml", "tasks: { deep: make }\n");
  write("side.yaml", "tasks: { side: { agent: ada, run: make } }\n");
  auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.value.has_value(),
                     render(loaded.diagnostics, loaded.source, false));
  const auto& p = *loaded.value;
  auto folder = [&](const char* name) {
    return shown(task_named(p, name).working_directory);
  };
  BOOST_TEST(folder("top") == "");
  BOOST_TEST(folder("plain") == "team");
  BOOST_TEST(folder("named") == "team/src");
  BOOST_TEST(folder("filled") == "team/./");
  BOOST_TEST(folder("absolute") == "/tmp");
  BOOST_TEST(folder("of-agent") == "team/ada");
  BOOST_TEST(folder("of-session") == "");
  BOOST_TEST(folder("deep") == "team/deep");
  BOOST_TEST(folder("side") == "team/ada"); // its agent's, which says so
  BOOST_TEST(shown(p.agents[1].session_directory) == "team");
  BOOST_TEST(shown(p.services[0].working_directory) == "team");
  BOOST_TEST((task_named(p, "named").env_files
              == std::vector<std::string>{"team/b.env", "/etc/c.env"}));
  BOOST_TEST(
      (task_named(p, "top").env_files == std::vector<std::string>{"a.env"}));
  BOOST_TEST(p.contracts[0].schema_path == "s.json");
  BOOST_TEST(p.contracts[1].schema_path == "team/api.json");
  BOOST_TEST(p.contracts[1].mock_path == "team/mock.json");
}

BOOST_AUTO_TEST_CASE(defaults_hold_for_their_file_then_for_what_it_includes) {
  write("tutti.yaml", R"(
include: a.yaml
defaults: { timeout: 1m, retries: 2, env: { A: plan, B: plan } }
tasks: { t: make }
)");
  write("a.yaml", R"(
include: b.yaml
defaults: { timeout: 5m, env: { B: a } }
tasks: { u: make }
)");
  write("b.yaml", "tasks: { v: { run: make, retries: 0 } }\n"
                  "defaults: { priority: 7 }\n");
  auto p = good();
  auto env = [&](const char* task) {
    std::string result;
    for (const auto& x : task_named(p, task).env)
      result += x.name + "=" + shown(x.text) + " ";
    return result;
  };
  BOOST_TEST((task_named(p, "t").timeout == 1min));
  BOOST_TEST((task_named(p, "u").timeout == 5min));
  BOOST_TEST((task_named(p, "v").timeout == 5min));
  BOOST_TEST(task_named(p, "t").priority == 0);
  BOOST_TEST(task_named(p, "v").priority == 7);
  BOOST_TEST(task_named(p, "u").retries.max == 2u);
  BOOST_TEST(task_named(p, "v").retries.max == 0u);
  BOOST_TEST(env("t") == "A=plan B=plan ");
  BOOST_TEST(env("v") == "B=a A=plan ");
}

BOOST_AUTO_TEST_CASE(what_holds_for_the_run_counts_from_the_including_file) {
  write("tutti.yaml", "include: [a.yaml, b.yaml]\ngrace: 1s\n");
  write("a.yaml", "tasks: { t: make }\ngrace: 2s\nnotify: ./a.sh\n");
  write("b.yaml", "tasks: { u: make }\nfail-fast: true\nnotify: ./b.sh\n");
  auto p = good();
  BOOST_TEST((p.grace == 1s));
  BOOST_TEST(p.fail_fast);
  BOOST_TEST(p.notify.run.script == "./a.sh");
}

BOOST_AUTO_TEST_CASE(a_file_that_several_include_is_read_once) {
  write("tutti.yaml", "include: [a.yaml, b.yaml]\n");
  write("a.yaml",
        "include: common.yaml\ntasks: { a: { needs: c, run: make } }\n");
  write("b.yaml",
        "include: ./common.yaml\ntasks: { b: { needs: c, run: make } }\n");
  write("common.yaml", "tasks: { c: make }\n");
  BOOST_TEST(good().tasks.size() == 3u);
}

BOOST_AUTO_TEST_CASE(contracts_of_an_included_file_are_read_beside_it_12) {
  write("tutti.yaml", "include: api/plan.yaml\n");
  write("api/plan.yaml", "tasks: { t: { run: make, provides: api } }\n"
                         "contracts: { api: { schema: api.json } }\n");
  write("api/api.json", R"({ "required": ["u"] })");
  BOOST_TEST(good().contracts[0].schema == R"({ "required": ["u"] })");
}

BOOST_AUTO_TEST_CASE(a_matrix_and_a_parameter_may_come_from_anywhere) {
  write("tutti.yaml", "include: a.yaml\nparams: { who: me }\n");
  write("a.yaml",
        "tasks:\n"
        "  t: { matrix: { n: 1..2 }, run: [a, \"${{ params.who }}\"] }\n");
  load_options how;
  how.set = {{"who", "you"}};
  auto p = load(how).value;
  BOOST_REQUIRE(p);
  BOOST_TEST(shown(task_named(*p, "t/2").run.argv[1]) == "you");
}

BOOST_AUTO_TEST_CASE(
    a_byte_order_mark_and_a_missing_last_line_end_are_no_harm) {
  write("tutti.yaml", "include: [a.yaml, b.yaml]");
  write("a.yaml", "\xEF\xBB\xBFtasks: { a: make }");
  write("b.yaml", "tasks: { b: { needs: x, run: make } }");
  auto loaded = load();
  BOOST_TEST(
      render(loaded.diagnostics, loaded.source, false)
      == "b.yaml:1:22: error: there is no task, phase, gate or service 'x'\n"
         " 1 | tasks: { b: { needs: x, run: make } }\n"
         "   |                      ^\n");
}

BOOST_AUTO_TEST_CASE(a_file_under_two_names_is_one_file) {
  write("tutti.yaml", "include: [a.yaml, link.yaml]\n");
  write("a.yaml", "tasks: { a: make }\n");
  fs::create_symlink("a.yaml", fs::path{dir.path()} / "link.yaml");
  BOOST_TEST(load().value.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused_before_it_is_read) {
  write("tutti.yaml", "include: /dev/zero\n");
  auto loaded = load();
  BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
  BOOST_TEST(loaded.diagnostics[0].message == "'/dev/zero' is no regular file");
}

BOOST_AUTO_TEST_CASE(all_files_together_are_as_large_as_a_plan_may_be) {
  write("tutti.yaml", "include: [a.yaml]\n");
  write("a.yaml", "tasks: {}\n");
  fs::resize_file(fs::path{dir.path()} / "a.yaml", source_bytes_max + 1);
  auto loaded = load();
  BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
  BOOST_TEST(loaded.diagnostics[0].message
             == "'a.yaml' is larger than 64 MiB, the largest that is read");
  auto half = std::string(source_bytes_max / 2, ' ') + "\n";
  auto text =
      messages("include: [a, b]\n",
               reading({{"a", half + "tasks:"}, {"b", half + "tasks:"}}));
  BOOST_TEST(text.find("with 'b' the plan is larger than 64 MiB")
                 != std::string::npos,
             text);
}

BOOST_AUTO_TEST_CASE(depth_and_number_of_files_are_limited) {
  std::map<std::string, std::string> chain;
  for (std::size_t i = 0; i <= include_depth_max; ++i)
    chain[fmt::format("f{}", i)] =
        fmt::format("include: f{}\ntasks: {{ t{}: make }}\n", i + 1, i);
  auto last = fmt::format("f{}", include_depth_max - 1);
  auto deep = messages("include: f0\n", reading(chain));
  BOOST_TEST(deep.find(fmt::format("{}:1:10: error: files include each other "
                                   "more than 50 levels deep",
                                   last))
                 != std::string::npos,
             deep);
  chain[last] = "tasks: { last: make }\n";
  BOOST_TEST(messages("include: f0\n", reading(chain)) == "");
  std::map<std::string, std::string> many;
  std::string list = "include:\n";
  for (std::size_t i = 0; i <= include_files_max; ++i) {
    many[fmt::format("f{}", i)] = fmt::format("tasks: {{ t{}: make }}", i);
    list += fmt::format("  - f{}\n", i);
  }
  BOOST_TEST(
      messages(list, reading(many)).find("a plan includes at most 1000 files")
      != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
