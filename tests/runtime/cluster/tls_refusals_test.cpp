// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/tls_refusals.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace tutti::cluster;

BOOST_AUTO_TEST_SUITE(cluster_tls_refusals)

// Whoever floods the port does not flood the terminal.
BOOST_AUTO_TEST_CASE(many_refusals_are_told_in_one) {
  tls_refusals refusals{2};
  std::vector<std::string> all;
  auto tell = [&all](const std::optional<refusal>& x) {
    if (x)
      all.push_back(x->address + ": " + x->why);
  };
  for (int count : {100, 3, 1, 0}) {
    BOOST_TEST(!refusals.any());
    for (int i = 0; i < count; ++i)
      tell(refusals.add({"a" + std::to_string(i), "no certificate"}));
    tell(refusals.sum_up());
  }
  const std::vector<std::string> told = {
      "a0: no certificate",
      "a1: no certificate",
      "a99: no certificate; 97 more were refused",
      "a0: no certificate",
      "a1: no certificate",
      "a2: no certificate",
      "a0: no certificate",
  };
  BOOST_TEST(all == told, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
