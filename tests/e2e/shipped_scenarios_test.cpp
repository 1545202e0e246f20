// SPDX-License-Identifier: BSD-3-Clause
// The stories in config/scenarios/ hold, each in the time that it states; and
// so do those of docs/scenarios.md.
#include "tests/e2e/run_fixture.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace tutti::test;

namespace {

const std::string source = tutti::test::source_path();

std::vector<std::string> shipped() {
  std::vector<std::string> result;
  for (const auto& x :
       std::filesystem::directory_iterator{source + "/config/scenarios"})
    if (x.path().extension() == ".yaml")
      result.push_back(x.path().string());
  std::sort(result.begin(), result.end());
  return result;
}

/// What stands between ```yaml and ```.
std::vector<std::string> blocks_of(const std::string& page) {
  std::ifstream file{page};
  std::ostringstream content;
  content << file.rdbuf();
  auto text = content.str();
  std::vector<std::string> result;
  constexpr std::string_view fence = "```yaml\n";
  for (auto at = text.find(fence); at != std::string::npos;
       at = text.find(fence, at + 1)) {
    auto begin = at + fence.size();
    result.push_back(text.substr(begin, text.find("```", begin) - begin));
  }
  return result;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_shipped_scenarios, run_fixture)

BOOST_AUTO_TEST_CASE(all_hold) {
  auto args = shipped();
  BOOST_TEST(args.size() >= 17u);
  args.insert(args.begin(), {"play", "--quiet"});
  auto x = tutti(args);
  BOOST_TEST(x.status == 0, x.out + x.err);
  BOOST_TEST(x.out.find("all hold") != std::string::npos, x.out);
}

BOOST_AUTO_TEST_CASE(those_of_the_documents_hold) {
  auto blocks = blocks_of(source + "/docs/scenarios.md");
  BOOST_TEST(blocks.size() >= 2u);
  for (const auto& text : blocks) {
    dir.write("story.yaml", text);
    auto x = tutti({"play", "story.yaml"});
    BOOST_TEST(x.status == 0, x.out + x.err);
  }
}

// The first thing that docs/scenarios.md lets a newcomer try.
BOOST_AUTO_TEST_CASE(what_does_not_hold_shows_its_line) {
  auto story = blocks_of(source + "/docs/scenarios.md").front();
  auto at = story.find("took: 28m");
  BOOST_TEST_REQUIRE(at != std::string::npos);
  dir.write("story.yaml", story.replace(at, 9, "took: 20m"));
  auto x = tutti({"play", "story.yaml"});
  BOOST_TEST(x.status == 1, x.out + x.err);
  BOOST_TEST((x.out + x.err).find("took: 20m") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
