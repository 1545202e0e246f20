// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/parse.hpp"

#include "runtime/cli/completion.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;

namespace {

expected<cli::parsed> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "tutti");
  return cli::parse(static_cast<int>(words.size()), words.data());
}

cli::run_options run_options(std::vector<const char*> words) {
  words.insert(words.begin(), "run");
  auto x = parse(std::move(words));
  BOOST_REQUIRE_MESSAGE(x, (x ? "" : x.error().detail));
  return x->options.run;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cli_parse)

BOOST_AUTO_TEST_CASE(all_options_of_run_are_read) {
  auto x =
      run_options({"p.yaml", "-j",       "4",          "-n",          "--json",
                   "-",      "--plain",  "--no-color", "-q",          "--only",
                   "a,b",    "--only=c", "--skip",     "d",           "--set",
                   "k=v=w",  "--set",    "l=",         "--state-dir", "s"});
  BOOST_TEST(x.plan.plan == "p.yaml");
  BOOST_TEST(x.jobs.value_or(0) == 4u);
  BOOST_TEST(x.dry_run);
  BOOST_TEST(x.json_file == "-");
  BOOST_TEST(x.plain);
  BOOST_TEST(x.plan.no_color);
  BOOST_TEST(x.quiet);
  BOOST_TEST((x.only == std::vector<std::string>{"a", "b", "c"}));
  BOOST_TEST((x.skip == std::vector<std::string>{"d"}));
  BOOST_REQUIRE(x.plan.set.size() == 2u);
  BOOST_TEST(x.plan.set[0].first == "k");
  BOOST_TEST(x.plan.set[0].second == "v=w");
  BOOST_TEST(x.plan.set[1].second == "");
  BOOST_TEST(x.state_directory == "s");
}

BOOST_AUTO_TEST_CASE(the_plan_may_stand_anywhere) {
  BOOST_TEST(run_options({"--only", "a", "p.yaml"}).plan.plan == "p.yaml");
  BOOST_TEST(run_options({"-j4", "p.yaml", "-q"}).plan.plan == "p.yaml");
  BOOST_TEST(run_options({"-f", "p.yaml"}).plan.plan == "p.yaml");
  BOOST_TEST(run_options({}).plan.plan == "");
}

BOOST_AUTO_TEST_CASE(a_name_of_a_command_may_name_a_task_or_a_plan) {
  BOOST_TEST(run_options({"--only", "check"}).only.at(0) == "check");
  BOOST_TEST(run_options({"graph"}).plan.plan == "graph");
}

BOOST_AUTO_TEST_CASE(every_usage_error_is_bad_plan) {
  for (std::vector<const char*> words :
       std::vector<std::vector<const char*>>{{"nothing"},
                                             {"run", "-j"},
                                             {"run", "-j", "-1"},
                                             {"run", "-jx"},
                                             {"run", "--set", "=v"},
                                             {"run", "--wat=3"},
                                             {"graph", "a", "b"},
                                             {"schema", "wat"},
                                             {"help", "wat"},
                                             {"history", "-n", "x"},
                                             {"logs"},
                                             {"logs", "a", "-f", "--all"},
                                             {"logs", "a", "--attempt", "0"},
                                             {"clean", "--older-than", "5"},
                                             {"clean", "--max-size", "5"},
                                             {"clean", "--keep", "-1"},
                                             {"node"},
                                             {"node", "drain"},
                                             {"node", "dry", "box1"},
                                             {"nodes", "a", "b"},
                                             {"certs"},
                                             {"certs", "wat"},
                                             {"certs", "issue"},
                                             {"certs", "init", "x"},
                                             {"certs", "show", "--days", "3"},
                                             {"certs", "init", "--days", "0"},
                                             {"certs", "init", "--json"},
                                             {"certs", "init", "--out", "x"},
                                             {"completion"}}) {
    auto x = parse(words);
    BOOST_TEST(!x);
    if (!x)
      BOOST_TEST((x.error().code == exit_code::bad_plan));
  }
}

BOOST_AUTO_TEST_CASE(a_size_without_its_unit_says_what_is_missing) {
  auto x = parse({"clean", "--max-size", "0"});
  BOOST_REQUIRE(!x);
  BOOST_TEST(x.error().detail.find("a number with its unit, such as 0B")
                 != std::string::npos,
             x.error().detail);
  BOOST_TEST(static_cast<bool>(parse({"clean", "--max-size", "0B"})));
}

BOOST_AUTO_TEST_CASE(what_is_said_of_nodes_is_read) {
  auto x = parse({"node", "drain", "box1", "--run", "2026"});
  BOOST_REQUIRE(x);
  BOOST_TEST((x->command == cli::command_name::node));
  BOOST_TEST(x->options.node.name == "box1");
  BOOST_TEST(x->options.node.run.run_id == "2026");
  auto all = parse({"nodes", "2026", "--json"});
  BOOST_REQUIRE(all);
  BOOST_TEST((all->command == cli::command_name::nodes));
  BOOST_TEST(all->options.nodes.run_id == "2026");
  BOOST_TEST(all->options.nodes.json_file == "-");
  auto wrong = parse({"node", "drian", "box1"});
  BOOST_REQUIRE(!wrong);
  BOOST_TEST(wrong.error().detail.find("drain") != std::string::npos,
             wrong.error().detail);
}

BOOST_AUTO_TEST_CASE(labels_are_what_a_plan_could_ask_for) { // §32
  auto said = [](const std::string& text) {
    return parse({"node", "--join", "127.0.0.1:1", "--labels", text.c_str()});
  };
  for (const auto& bad :
       {std::string{"-x"}, std::string{}, std::string{","}, std::string{"a,,b"},
        std::string{"a b"}, std::string{".x"}, std::string(65, 'x')}) {
    auto wrong = said(bad);
    BOOST_REQUIRE_MESSAGE(!wrong, bad);
    BOOST_TEST((wrong.error().code == exit_code::bad_plan));
    BOOST_TEST(wrong.error().detail.find("is no label; labels are made of")
                   != std::string::npos,
               wrong.error().detail);
  }
  auto good = said("gpu,_a-1.b,gpu," + std::string(64, 'x'));
  BOOST_REQUIRE(good);
  BOOST_TEST(good->options.node.labels.size() == 3u);
}

BOOST_AUTO_TEST_CASE(completion_knows_every_command_and_option) {
  cli::all_options unused;
  auto app = cli::make_app(unused);
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    auto script = cli::completion_script(*app, shell);
    for (auto* command : app->get_subcommands([](auto*) {
           return true;
         })) {
      BOOST_TEST(script.find(command->get_name()) != std::string::npos);
      for (const auto* option : command->get_options())
        for (const auto& name : option->get_lnames())
          BOOST_TEST(script.find(name) != std::string::npos, name);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_words_behind_session_test_are_another_programs) {
  auto words = [](std::vector<const char*> x) {
    x.insert(x.begin(), "session-test");
    auto read = parse(std::move(x));
    BOOST_TEST_REQUIRE(static_cast<bool>(read));
    return read->options.session_test;
  };
  auto x = words({"--timeout", "5s", "py", "-u", "--timeout", "7", "-h"});
  BOOST_TEST(x.timeout_ms == 5000);
  BOOST_TEST(
      (x.argv == std::vector<std::string>{"py", "-u", "--timeout", "7", "-h"}));
  BOOST_TEST((words({"--", "-x"}).argv == std::vector<std::string>{"-x"}));
  BOOST_TEST((words({"a", "--", "b"}).argv
              == std::vector<std::string>{"a", "--", "b"}));
  BOOST_TEST(words({"--timeout=1m", "py"}).timeout_ms == 60'000);
  BOOST_TEST(!parse({"session-test"}));
  BOOST_TEST(!parse({"session-test", "--time", "5s", "py"}));
  BOOST_TEST(
      (parse({"session-test", "--help"})->command == cli::command_name::help));
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together_is_refused) {
  for (const auto& [words, part] :
       std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{"run", "--resume", "--dry-run"}, "--dry-run"},
           {{"run", "--resume=1", "-n"}, "--dry-run"},
           {{"run", "--detach", "--json", "-"}, "--json -"},
           {{"rerun", "--failed", "-d", "--json", "-"}, "--json -"},
           {{"rerun", "--failed", "--durability", "most"}, "'most'"}}) {
    auto x = parse(words);
    BOOST_REQUIRE(!x);
    BOOST_TEST((x.error().code == exit_code::bad_plan));
    BOOST_TEST(x.error().detail.find(part) != std::string::npos,
               x.error().detail);
  }
  BOOST_TEST(static_cast<bool>(parse({"run", "-d", "--json", "file"})));
}

BOOST_AUTO_TEST_CASE(durability_is_open_where_it_is_not_said) {
  BOOST_TEST(run_options({}).durability == "");
  BOOST_TEST(run_options({"--durability", "off"}).durability == "off");
}

BOOST_AUTO_TEST_SUITE_END()
