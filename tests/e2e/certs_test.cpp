// SPDX-License-Identifier: BSD-3-Clause
// `tutti certs`: what a user does to let nodes of other machines in.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_certs, run_fixture)

BOOST_AUTO_TEST_CASE(a_node_of_another_machine_gets_a_folder) {
  auto none = tutti({"certs", "show"});
  BOOST_TEST(none.status == 7);
  BOOST_TEST(has(none.err, "'tutti certs init'"), none.err);
  auto early = tutti({"certs", "issue", "gpu-1", "--out", "out"});
  BOOST_TEST(early.status == 7);
  BOOST_TEST(has(early.err, "'tutti certs init'"), early.err);
  BOOST_TEST(!dir.exists(".tutti"));
  BOOST_TEST(!dir.exists("out"));

  auto made = tutti({"certs", "init"});
  BOOST_TEST(made.status == 0, made.err);
  BOOST_TEST(made.out.starts_with("made "), made.out);
  BOOST_TEST(dir.read(".tutti/.gitignore") == "*\n");
  auto ca = dir.read(".tutti/certs/ca.crt");
  auto again = tutti({"certs", "init"});
  BOOST_TEST(again.status == 0);
  BOOST_TEST(again.out.starts_with("there is already "), again.out);
  BOOST_TEST(dir.read(".tutti/certs/ca.crt") == ca);

  auto issued =
      tutti({"certs", "issue", "gpu-1", "--out", "out", "--days", "30"});
  BOOST_TEST(issued.status == 0, issued.err);
  BOOST_TEST(has(issued.err, "--name gpu-1 --certs out"), issued.err);
  BOOST_TEST(dir.read("out/ca.crt") == ca);
  BOOST_TEST(has(dir.read("out/gpu-1.key"), "PRIVATE KEY"));
  BOOST_TEST(!dir.exists("out/ca.key"));

  auto shown = tutti({"certs", "show", "--certs", "out"});
  BOOST_TEST(shown.status == 0, shown.err);
  BOOST_TEST(has(shown.out, "gpu-1 (node), valid from "), shown.out);
  BOOST_TEST(has(shown.out, "(CA), valid from "), shown.out);
  BOOST_TEST(has(shown.out, "without its key"), shown.out);
  BOOST_TEST(!has(shown.out, "PRIVATE"), shown.out);
}

BOOST_AUTO_TEST_CASE(what_it_says_is_of_use) {
  BOOST_REQUIRE(tutti({"certs", "init"}).status == 0);
  auto lead = tutti({"certs", "issue", "orchestrator", "--out", "lead"});
  BOOST_TEST(lead.status == 0, lead.err);
  BOOST_TEST(has(lead.err, "tutti run --listen HOST:PORT --certs lead"),
             lead.err);
  BOOST_TEST(!has(lead.err, "tutti node"), lead.err);
  auto odd = tutti({"certs", "issue", "../x\x1b[1m"});
  BOOST_TEST(odd.status == 2);
  BOOST_TEST(has(odd.err, "'../x?[1m' is no name for a node"), odd.err);
}

BOOST_AUTO_TEST_CASE(show_prints_json_for_scripts) {
  BOOST_TEST(tutti({"certs", "init", "--certs", "c"}).status == 0);
  BOOST_TEST(tutti({"certs", "issue", "b", "--certs", "c"}).status == 0);
  auto x = tutti({"certs", "show", "--certs", "c", "--json"});
  BOOST_TEST(x.status == 0, x.err);
  auto all = nlohmann::json::parse(x.out);
  BOOST_TEST(all.at("schema_version") == 1);
  BOOST_REQUIRE(all.at("certificates").size() == 2u);
  const auto& b = all.at("certificates")[1];
  BOOST_TEST(b.at("name") == "b");
  BOOST_TEST(b.at("role") == "node");
  BOOST_TEST(b.at("state") == "valid");
  BOOST_TEST(b.at("has_key") == true);
  BOOST_TEST(b.at("file") == dir / "c/b.crt");
  BOOST_TEST(b.at("sha256").get<std::string>().size() == 64u);
}

BOOST_AUTO_TEST_CASE(keys_that_others_may_read_are_refused) {
  BOOST_TEST(tutti({"certs", "init"}).status == 0);
  auto key = dir / ".tutti/certs/ca.key";
  fs::permissions(key, fs::perms{0644});
  auto x = tutti({"certs", "issue", "a"});
  BOOST_TEST(x.status == 7);
  BOOST_TEST(has(x.err, "say 'chmod 600 " + key + "'"), x.err);
}

BOOST_AUTO_TEST_SUITE_END()
