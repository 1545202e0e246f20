// SPDX-License-Identifier: BSD-3-Clause
// Each tests/data/scenarios/bad/NAME.yaml gives exactly what NAME.txt says.
// TUTTI_REWRITE=1 writes the .txt files anew; then read them.
#include "tests/config/scenario_texts.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace tutti::config {

namespace {

const std::string folder = tutti::test::data_path("/scenarios/bad");

std::vector<std::string> bad_scenarios() {
  std::vector<std::string> result;
  for (const auto& x : std::filesystem::directory_iterator{folder})
    if (x.path().extension() == ".yaml")
      result.push_back(x.path().stem().string());
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_bad_scenarios)

BOOST_AUTO_TEST_CASE(there_are_enough_of_them) {
  BOOST_TEST(bad_scenarios().size() >= 30u);
}

BOOST_DATA_TEST_CASE(each_says_what_is_wrong, bad_scenarios(), name) {
  auto loaded = load_scenarios(test::file_text(folder, name + ".yaml"));
  BOOST_TEST(loaded.values.empty());
  auto shown = render(loaded.diagnostics, loaded.source, false);
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{folder + "/" + name + ".txt", std::ios::binary} << shown;
  BOOST_TEST(shown == test::file_text(folder, name + ".txt").text);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
