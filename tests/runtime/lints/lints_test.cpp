// SPDX-License-Identifier: BSD-3-Clause
// All that `tutti check` says of a plan. Each tests/data/plans/lint/NAME.yaml
// gives exactly what NAME.txt says: those called no-* nothing at all.
// TUTTI_REWRITE=1 writes the .txt files anew; then read them.
#include "runtime/lints/lints.hpp"

#include "config/lint_table.hpp"
#include "config/plan_loader.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::config;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream result;
  result << file.rdbuf();
  return result.str();
}

load_result checked(source_text text, bool need_commands = true) {
  load_options how;
  how.lints = true;
  how.need_commands = need_commands;
  how.read_files = need_commands;
  auto result = load_plan(std::move(text), how);
  lints::complete(result);
  return result;
}

std::string shown(const load_result& x) {
  return render(x.diagnostics, x.source, false);
}

std::vector<std::string> lint_plans() {
  std::vector<std::string> result;
  for (const auto& x : fs::directory_iterator{test::data_path("/plans/lint")})
    if (x.path().extension() == ".yaml")
      result.push_back(x.path().stem().string());
  std::sort(result.begin(), result.end());
  return result;
}

/// What we ship: plans, in folders of their own, and those that scenarios play.
std::vector<std::string> shipped_plans() {
  std::vector<std::string> result;
  for (const char* folder : {"/config/plans", "/config/scenarios/plans"})
    for (const auto& x : fs::directory_iterator{test::source_path(folder)})
      if (x.path().extension() == ".yaml")
        result.push_back(x.path().string());
      else if (fs::exists(x.path() / "tutti.yaml"))
        result.push_back((x.path() / "tutti.yaml").string());
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_lints)

BOOST_DATA_TEST_CASE(each_plan_gets_what_is_written_beside_it, lint_plans(),
                     name) {
  auto folder = fs::path{test::data_path()} / "plans" / "lint";
  auto loaded = checked(
      {name + ".yaml", folder.string(), content_of(folder / (name + ".yaml"))});
  BOOST_TEST(loaded.value.has_value());
  auto text = shown(loaded);
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{folder / (name + ".txt"), std::ios::binary} << text;
  BOOST_TEST(text == content_of(folder / (name + ".txt")));
  BOOST_TEST(text.empty() == name.starts_with("no-"));
}

// Each code that hangs on more than a name has a plan in which it comes, and
// one in which it nearly does.
BOOST_AUTO_TEST_CASE(each_lint_has_a_plan_and_a_near_miss) {
  auto names = lint_plans();
  std::string all;
  for (const auto& name : names)
    all +=
        content_of(fs::path{test::data_path("/plans/lint")} / (name + ".txt"));
  for (const auto& x : lint_rules()) {
    if (x.id >= lint::no_tasks && x.id < lint::unknown_allow)
      continue;
    auto code = std::string{x.code};
    BOOST_TEST(all.find("[" + code + "]") != std::string::npos, code);
    if (x.id < lint::no_tasks)
      BOOST_TEST(std::any_of(names.begin(), names.end(),
                             [&](const std::string& name) {
                               return name.starts_with("no-" + code);
                             }),
                 code);
  }
}

BOOST_DATA_TEST_CASE(what_we_ship_is_clean, shipped_plans(), path) {
  auto source = read_source(path);
  BOOST_TEST_REQUIRE(bool{source});
  // What is only played needs no commands and no files.
  bool played = path.find("/scenarios/") != std::string::npos;
  auto loaded = checked(std::move(*source), !played);
  BOOST_TEST(loaded.diagnostics.empty(), shown(loaded));
}

BOOST_AUTO_TEST_CASE(the_examples_of_the_table_for_times) {
  for (const auto& x : lint_rules()) {
    if (x.id != lint::bottleneck && x.id != lint::unused_allow)
      continue;
    auto bad = checked({"plan.yaml", "/plans", std::string{x.example}});
    BOOST_TEST(bad.diagnostics.size() == 1u, shown(bad));
    BOOST_TEST((bad.diagnostics.front().code == x.id));
    auto good = checked({"plan.yaml", "/plans", std::string{x.mended}});
    BOOST_TEST(good.diagnostics.empty(), shown(good));
  }
}

BOOST_AUTO_TEST_SUITE_END()
