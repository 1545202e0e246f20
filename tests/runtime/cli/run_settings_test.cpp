// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/run_settings.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tutti;
using cli::run_options;

namespace {

run_options with_machines() {
  run_options x;
  x.machines.listen = "127.0.0.1:7700";
  x.machines.labels = {"gpu", "linux"};
  x.machines.nodes_min = 2;
  x.machines.certificates = "/srv/certs";
  x.machines.own_nodes = 3;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cli_run_settings)

BOOST_AUTO_TEST_CASE(a_resumed_run_has_the_machines_that_it_had) { // §31
  run_options again;
  cli::apply_settings(cli::settings_json(with_machines()), again);
  const auto& x = again.machines;
  BOOST_TEST(x.listen == "127.0.0.1:7700");
  BOOST_TEST(x.labels == (std::vector<std::string>{"gpu", "linux"}));
  BOOST_TEST(x.nodes_min == 2u);
  BOOST_TEST(x.certificates == "/srv/certs");
  BOOST_TEST(x.own_nodes == 3u);
  BOOST_TEST(!x.insecure);
}

BOOST_AUTO_TEST_CASE(who_listens_elsewhere_says_anew_how_nodes_join) {
  run_options again;
  again.machines.listen = ":7701";
  again.machines.insecure = true;
  cli::apply_settings(cli::settings_json(with_machines()), again);
  const auto& x = again.machines;
  BOOST_TEST(x.listen == ":7701");
  BOOST_TEST(x.insecure);
  BOOST_TEST(x.certificates.empty());
  BOOST_TEST(x.nodes_min == 0u);
  BOOST_TEST(x.own_nodes == 0u);
  BOOST_TEST(x.labels.size() == 2u); // of this machine, however nodes join
}

BOOST_AUTO_TEST_CASE(a_folder_of_certificates_is_found_from_anywhere) {
  run_options x;
  x.machines.listen = ":7700";
  x.machines.certificates = "certs";
  run_options again;
  cli::apply_settings(cli::settings_json(x), again);
  BOOST_TEST(again.machines.certificates.front() == '/');
  BOOST_TEST(again.machines.certificates.ends_with("/certs"));
}

// Text of a file that somebody may have changed.
BOOST_AUTO_TEST_CASE(settings_of_another_kind_are_left_out) {
  run_options x;
  cli::apply_settings(R"({"listen": "nowhere", "labels": 7, "nodes": "two"})",
                      x);
  BOOST_TEST(x.machines.listen.empty());
  BOOST_TEST(x.machines.labels.empty());
  BOOST_TEST(x.machines.own_nodes == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
