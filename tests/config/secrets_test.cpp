// SPDX-License-Identifier: BSD-3-Clause
// Who gets which secret; what is wrong about them is in tests/data/plans/bad.
#include "config/plan_schema.hpp"
#include "messages/json/json_schema.hpp"
#include "tests/config/plan_texts.hpp"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace tutti::config {

namespace {

/// "A B" of the names.
std::string names_of(const plan& p, const std::vector<secret_id>& xs) {
  std::string result;
  for (auto x : xs)
    result += (result.empty() ? "" : " ") + p.secrets.at(x.value).name;
  return result;
}

std::string secrets_of(const plan& p, std::string_view task) {
  return names_of(p, test::task_named(p, task).secrets);
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_secrets)

BOOST_AUTO_TEST_CASE(a_secret_is_a_file_or_a_descriptor) {
  auto p = test::good_plan("secrets:\n"
                           "  TOKEN: ./token.txt\n"
                           "  _db9: { file: /run/secrets/db }\n"
                           "  STDIN: { fd: 0 }\n"
                           "  CI: { fd: 3 }\n"
                           "tasks: { a: echo }\n");
  std::vector<secret> wanted{{"TOKEN", "./token.txt", -1},
                             {"_db9", "/run/secrets/db", -1},
                             {"STDIN", "", 0},
                             {"CI", "", 3}};
  BOOST_TEST((p.secrets == wanted));
  BOOST_TEST(secrets_of(p, "a") == ""); // one that nobody names is fine
}

BOOST_AUTO_TEST_CASE(who_is_nearest_says_which_secrets_a_task_gets) {
  auto p = test::good_plan(R"(
secrets: { A: ./a, B: ./b, C: ./c }
agents: { ada: { run: make, secrets: A }, bob: { run: make } }
phases:
  ship:
    secrets: [B, C]
    tasks:
      of-phase: { agent: ada }
      own: { agent: ada, secrets: C }
      bare: { agent: ada, secrets: [] }
tasks:
  of-agent: { agent: ada }
  of-nobody: { agent: bob }
  own-of-bob: { agent: bob, secrets: [B, A] }
  each: { agent: ada, secrets: B, matrix: { n: 1..2 } }
)");
  BOOST_TEST(secrets_of(p, "of-phase") == "B C");
  BOOST_TEST(secrets_of(p, "own") == "C");
  BOOST_TEST(secrets_of(p, "bare") == "");
  BOOST_TEST(secrets_of(p, "of-agent") == "A");
  BOOST_TEST(secrets_of(p, "of-nobody") == "");
  BOOST_TEST(secrets_of(p, "own-of-bob") == "B A");
  BOOST_TEST(secrets_of(p, "each/1") == "B");
  BOOST_TEST(secrets_of(p, "each/2") == "B");
}

BOOST_AUTO_TEST_CASE(all_that_runs_a_command_can_get_secrets) {
  auto p = test::good_plan(R"(
secrets: { A: ./a, B: ./b }
notify: { run: ./tell.sh, secrets: A }
agents:
  ada: { run: make, secrets: A, requests: { secrets: B } }
  bob: { run: make, requests: { } , secrets: A }
  sam: { session: ./sam.py, secrets: [B, A] }
services: { db: { run: ./db.sh, secrets: B } }
tasks:
  a: { agent: sam, prompt: go }
  b: { agent: ada, needs: db }
  c: { agent: bob }
gates:
  own: { needs: a, approval: { by: ada, secrets: B } }
  inherits: { needs: a, approval: { by: ada, prompt: look } }
)");
  BOOST_TEST(names_of(p, p.notify.secrets) == "A");
  BOOST_TEST(names_of(p, p.services.at(0).secrets) == "B");
  BOOST_TEST(names_of(p, p.agents.at(2).session_secrets) == "B A");
  BOOST_TEST(names_of(p, p.agents.at(0).session_secrets) == "");
  BOOST_TEST(secrets_of(p, "a") == ""); // the session has them
  BOOST_TEST(secrets_of(p, "requests/ada") == "B");
  BOOST_TEST(secrets_of(p, "requests/bob") == "A");
  BOOST_TEST(secrets_of(p, "review/own") == "B");
  BOOST_TEST(secrets_of(p, "review/inherits") == "A");
}

BOOST_AUTO_TEST_CASE(whoever_takes_a_task_has_the_secrets) {
  auto p = test::good_plan(R"(
secrets: { A: ./a, B: ./b }
agents: { ada: { secrets: A }, bob: { secrets: A } }
phases:
  later: { secrets: B, tasks: { c: { agent: { any-of: [ada, bob] }, run: make } } }
tasks: { t: { agent: { any-of: [ada, bob] }, run: make } }
)");
  BOOST_TEST(secrets_of(p, "t") == "A");
  BOOST_TEST(secrets_of(p, "c") == "B");
}

BOOST_AUTO_TEST_CASE(what_is_included_names_its_files_from_its_folder) {
  load_options options;
  options.read_included = [](const std::string&, const std::string&) {
    return expected<std::string>{"secrets: { INNER: ./keys/inner, ABS: /k }\n"
                                 "tasks: { b: { run: make, secrets: [INNER, "
                                 "OUTER] } }\n"};
  };
  auto p = test::good_plan("include: team/sub.yaml\n"
                           "secrets: { OUTER: outer.txt }\n"
                           "tasks: { a: { run: make, secrets: INNER } }\n",
                           options);
  std::map<std::string, std::string> files;
  for (const auto& x : p.secrets)
    files[x.name] = x.file;
  BOOST_TEST(files["OUTER"] == "outer.txt");
  BOOST_TEST(files["INNER"] == "team/./keys/inner");
  BOOST_TEST(files["ABS"] == "/k");
  BOOST_TEST(secrets_of(p, "b") == "INNER OUTER");
}

BOOST_AUTO_TEST_CASE(a_name_stands_for_one_secret_in_all_files) {
  load_options options;
  options.read_included = [](const std::string&, const std::string&) {
    return expected<std::string>{"secrets: { KEY: ./other }\n"};
  };
  auto shown = test::messages_of("include: sub.yaml\n"
                                 "secrets: { KEY: ./key }\n"
                                 "tasks: { a: make }\n",
                                 options);
  BOOST_TEST(shown.find("there is a secret 'KEY' already") != std::string::npos,
             shown);
}

BOOST_AUTO_TEST_CASE(a_variable_hides_no_secret_that_others_get) {
  auto p = test::good_plan(R"(
secrets: { KEY: ./key }
defaults: { env: { HOME_PAGE: x } }
tasks:
  real: { run: make, secrets: KEY }
  fake: { run: make, env: { KEY: test-key } }
)");
  BOOST_TEST(secrets_of(p, "fake") == "");
  auto shown = test::messages_of("secrets: { KEY: ./key }\n"
                                 "defaults: { env: { KEY: x } }\n"
                                 "tasks: { a: { run: make, secrets: KEY } }\n");
  BOOST_TEST(shown.find("is a secret, and a variable of 'env'")
                 != std::string::npos,
             shown);
}

BOOST_AUTO_TEST_CASE(the_json_schema_takes_secrets_as_the_loader_does) {
  auto whole = nlohmann::json::parse(plan_json_schema());
  auto verdict = [&](const char* plan) {
    return violation(whole, nlohmann::json::parse(plan));
  };
  BOOST_TEST(verdict(R"({
    "secrets": { "A": "./a", "B": { "file": "b" }, "C": { "fd": 3 } },
    "agents": { "sam": { "session": "./sam.py", "secrets": ["A"] } },
    "services": { "db": { "run": "x", "secrets": "B" } },
    "notify": { "run": "x", "secrets": "B" },
    "tasks": { "t": { "run": "make", "secrets": ["A", "B"] } } })")
             == "");
  for (const char* wrong :
       {R"({ "secrets": { "a-b": "./a" } })", R"({ "secrets": { "A": [] } })",
        R"({ "secrets": { "A": { "path": "x" } } })",
        R"({ "defaults": { "secrets": "A" } })",
        R"({ "tasks": { "t": { "secrets": {} } } })"})
    BOOST_TEST(verdict(wrong) != "", wrong);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
