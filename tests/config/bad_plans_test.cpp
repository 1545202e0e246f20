// SPDX-License-Identifier: BSD-3-Clause
// Each tests/data/plans/bad/NAME.yaml gives exactly what NAME.txt says;
// where NAME begins with nothing-to-run, as `run` loads it.
// Those called cycle-* go round in each of the ways of §5.
// TUTTI_REWRITE=1 writes the .txt files anew; then read them.
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

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> bad_plans() {
  std::vector<std::string> result;
  for (const auto& x :
       fs::directory_iterator{tutti::test::data_path("/plans/bad")})
    if (x.path().extension() == ".yaml")
      result.push_back(x.path().stem().string());
  std::sort(result.begin(), result.end());
  return result;
}

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream result;
  result << file.rdbuf();
  return result.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_bad_plans)

BOOST_AUTO_TEST_CASE(there_are_enough_of_them) {
  BOOST_TEST(bad_plans().size() >= 50u);
}

BOOST_DATA_TEST_CASE(each_says_what_is_wrong, bad_plans(), name) {
  auto folder = fs::path{tutti::test::data_path()} / "plans" / "bad";
  source_text source{name + ".yaml", folder.string(),
                     content_of(folder / (name + ".yaml"))};
  load_options options;
  options.need_commands = name.starts_with("nothing-to-run");
  auto loaded = load_plan(std::move(source), options);
  BOOST_TEST(!loaded.value.has_value());
  auto shown = render(loaded.diagnostics, loaded.source, false);
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{folder / (name + ".txt"), std::ios::binary} << shown;
  BOOST_TEST(shown == content_of(folder / (name + ".txt")));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
