// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/approval_prompt.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::session;

namespace {

const asked_gate deploy{gate_id{1u}, 1, "deploy", true};
const asked_gate legal{gate_id{2u}, 1, "legal", false};

approval_prompt asking(std::vector<asked_gate> gates) {
  approval_prompt result;
  result.update(std::move(gates));
  return result;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_approval_prompt)

BOOST_AUTO_TEST_CASE(a_key_and_enter_decide) {
  auto x = asking({deploy});
  BOOST_TEST(has(x.line(), "deploy"));
  BOOST_TEST(x.type("a").empty());
  BOOST_TEST(has(x.line(), "approve deploy"));
  auto decided = x.type("\r");
  BOOST_REQUIRE(decided.size() == 1u);
  BOOST_TEST((decided[0].gate == deploy.gate));
  BOOST_TEST((decided[0].verdict == verdict::approved));
  BOOST_TEST(decided[0].comment == "");
}

// A narrow terminal shows the end of the line (40 columns: the last 38).
BOOST_AUTO_TEST_CASE(the_keys_stand_last) {
  auto keys = std::string{"[a]pprove  request [c]hanges  [r]eject"};
  BOOST_TEST(keys.size() == 38u);
  BOOST_TEST(asking({deploy, legal}).line()
             == "gate deploy (1 more ask): " + keys);
  BOOST_TEST(asking({legal}).line() == "gate legal: [a]pprove  [r]eject");
}

BOOST_AUTO_TEST_CASE(a_comment_is_typed_and_corrected) {
  auto x = asking({deploy});
  BOOST_TEST(x.type("cgr\xc3\xb6\x7f").empty());
  BOOST_TEST(has(x.line(), "comment: gr_"));
  auto decided = x.type("\x15too slow\n");
  BOOST_REQUIRE(decided.size() == 1u);
  BOOST_TEST((decided[0].verdict == verdict::changes_requested));
  BOOST_TEST(decided[0].comment == "too slow");
}

BOOST_AUTO_TEST_CASE(escape_takes_back_and_other_keys_do_nothing) {
  auto x = asking({deploy});
  BOOST_TEST(x.type("x\n\x1b[A \x1bOP\x03").empty());
  BOOST_TEST(has(x.line(), "[a]pprove"));
  BOOST_TEST(x.type("rno\x1b").empty());
  BOOST_TEST(has(x.line(), "[a]pprove"));
  BOOST_TEST(x.type("\n").empty());
  // Arrows and their like leave no traces in a comment.
  BOOST_TEST(x.type("ra\x1b[1;5Db").empty());
  BOOST_TEST(x.type("\n")[0].comment == "ab");
}

BOOST_AUTO_TEST_CASE(only_gates_with_rework_take_changes) {
  auto x = asking({legal});
  BOOST_TEST(!has(x.line(), "hanges"));
  BOOST_TEST(x.type("c\n").empty());
}

BOOST_AUTO_TEST_CASE(what_is_typed_ahead_is_not_for_the_next_gate) {
  auto x = asking({deploy, legal});
  BOOST_TEST(has(x.line(), "1 more"));
  BOOST_TEST(x.type("a\na\na\n").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_comment_stays_with_its_gate_and_round) {
  auto x = asking({legal});
  BOOST_TEST(x.type("rbecause").empty());
  x.update({deploy, legal}); // one earlier in the plan asks too
  BOOST_TEST(has(x.line(), "reject legal"));
  x.update({deploy}); // somebody else has decided
  BOOST_TEST(has(x.line(), "[a]pprove"));
  BOOST_TEST(x.type("a").empty());
  auto again = deploy;
  again.round = 2;
  x.update({again}); // what is approved now is something else
  BOOST_TEST(x.type("\n").empty());
  x.update({});
  BOOST_TEST(x.line() == "");
  BOOST_TEST(x.type("a\n").empty());
}

BOOST_AUTO_TEST_CASE(a_comment_has_its_limit) {
  auto x = asking({deploy});
  BOOST_TEST(x.type("a" + std::string(100'000, 'x')).empty());
  BOOST_TEST(x.type("\n")[0].comment.size() == 1000u);
}

BOOST_AUTO_TEST_SUITE_END()
