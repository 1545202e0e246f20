// SPDX-License-Identifier: BSD-3-Clause
#include "config/duration_text.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace tutti::config {

namespace {

using namespace std::chrono_literals;

duration good(std::string_view text) {
  auto x = parse_duration(text);
  BOOST_TEST((x.flaw == duration_flaw::none), text);
  return x.value;
}

duration_flaw flaw(std::string_view text) {
  return parse_duration(text).flaw;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config_duration_text)

BOOST_AUTO_TEST_CASE(numbers_with_units_are_durations) {
  BOOST_TEST((good("30s") == 30s));
  BOOST_TEST((good("0s") == 0s));
  BOOST_TEST((good("500ms") == 500ms));
  BOOST_TEST((good("1h45m") == 105min));
  BOOST_TEST((good("1.5h") == 90min));
  BOOST_TEST((good("1d2h3m4s5ms") == 24h + 2h + 3min + 4s + 5ms));
  BOOST_TEST((good("36500d") == 36500 * 24h));
}

BOOST_AUTO_TEST_CASE(everything_else_is_none) {
  BOOST_TEST((flaw("30") == duration_flaw::no_unit));
  BOOST_TEST((flaw("1.5") == duration_flaw::no_unit));
  BOOST_TEST((flaw("-1s") == duration_flaw::negative));
  BOOST_TEST((flaw("36501d") == duration_flaw::too_long));
  BOOST_TEST((flaw("99999999999999999999999d") == duration_flaw::too_long));
  for (auto x : {"", "s", "1x", "1s1m", "1s1s", "1m30", "1 s", "1.2.3s", ".s",
                 "1e3s", "+1s", "1S", "inf", "nans", "1h "})
    BOOST_TEST((flaw(x) == duration_flaw::malformed), x);
  BOOST_TEST((flaw(std::string(200, '1')) == duration_flaw::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
