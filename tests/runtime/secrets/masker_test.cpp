// SPDX-License-Identifier: BSD-3-Clause
// I10: no secret value in any output. Row 28: JSON, multi-line, base64,
// URL-encoded, split over two chunks; no masking of 1-2 characters.
#include "runtime/secrets/masker.hpp"

#include "runtime/secrets/secret_forms.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <ostream>
#include <string>
#include <vector>

using namespace tutti::secrets;

namespace {

std::string masked(const masker& m, std::string text) {
  m.mask(text);
  return text;
}

std::string masked(const std::string& value, std::string text) {
  return masked(masker{{value}}, std::move(text));
}

/// The same, with the text in these pieces.
std::string masked_in(const masker& m, const std::vector<std::string>& pieces) {
  mask_stream stream{m};
  std::string result;
  for (const auto& x : pieces)
    stream.append(x, result);
  stream.finish(result);
  return result;
}

const std::string hard_value =
    "K7q \"w\\r/\303\266'd <&>+=1\360\237\230\200\nnext line\tz";

struct written {
  const char* by;
  std::string text;
};

std::ostream& operator<<(std::ostream& out, const written& x) {
  return out << x.by;
}

/// `hard_value` as programs other than ours have written it.
const std::vector<written> writers{
    {"as it is", hard_value},
    {"json.dumps of Python",
     R"(K7q \"w\\r/\u00f6'd <&>+=1\ud83d\ude00\nnext line\tz)"},
    {"JSON.stringify", "K7q \\\"w\\\\r/\303\266'd "
                       "<&>+=1\360\237\230\200\\nnext line\\tz"},
    {"JSON in JSON", "K7q \\\\\\\"w\\\\\\\\r/\303\266'd "
                     "<&>+=1\360\237\230\200\\\\nnext line\\\\tz"},
    {"encoding/json of Go", "K7q \\\"w\\\\r/\303\266'd \\u003c\\u0026\\u003e"
                            "+=1\360\237\230\200\\nnext line\\tz"},
    {"json_encode of PHP",
     R"(K7q \"w\\r\/\u00f6'd <&>+=1\ud83d\ude00\nnext line\tz)"},
    {"System.Text.Json of .NET",
     R"(K7q \u0022w\\r/\u00F6\u0027d \u003C\u0026\u003E\u002B=1\uD83D\uDE00\nnext line\tz)"},
    {"JSON without short escapes",
     "K7q \\\"w\\\\r/\303\266'd <&>+=1\360\237\230\200\\u000anext "
     "line\\u0009z"},
    {"encodeURIComponent", "K7q%20%22w%5Cr%2F%C3%B6'd%20%3C%26%3E%2B%3D1"
                           "%F0%9F%98%80%0Anext%20line%09z"},
    {"encodeURI", "K7q%20%22w%5Cr/%C3%B6'd%20%3C&%3E+=1"
                  "%F0%9F%98%80%0Anext%20line%09z"},
    {"URLSearchParams", "K7q+%22w%5Cr%2F%C3%B6%27d+%3C%26%3E%2B%3D1"
                        "%F0%9F%98%80%0Anext+line%09z"},
    {"urllib.parse.quote", "K7q%20%22w%5Cr/%C3%B6%27d%20%3C%26%3E%2B%3D1"
                           "%F0%9F%98%80%0Anext%20line%09z"},
    {"a URL in small letters", "K7q%20%22w%5cr%2f%c3%b6%27d%20%3c%26%3e%2b%3d1"
                               "%f0%9f%98%80%0anext%20line%09z"},
    {"html.escape", "K7q &quot;w\\r/\303\266&#x27;d "
                    "&lt;&amp;&gt;+=1\360\237\230\200\nnext line\tz"},
    {"XML text", "K7q \"w\\r/\303\266'd "
                 "&lt;&amp;&gt;+=1\360\237\230\200\nnext line\tz"},
    {"shlex.quote", "K7q \"w\\r/\303\266'\"'\"'d "
                    "<&>+=1\360\237\230\200\nnext line\tz"},
    {"set -x of bash", "K7q \"w\\r/\303\266'\\''d "
                       "<&>+=1\360\237\230\200\nnext line\tz"},
    {"printf %q of bash", "K7q \"w\\\\r/\303\266\\'d "
                          "<&>+=1\360\237\230\200\\nnext line\\tz"},
    {"xxd -p", "4b37712022775c722fc3b62764203c263e2b3d31f09f98800a6e657874206c"
               "696e65097a"},
    {"base64", "SzdxICJ3XHIvw7YnZCA8Jj4rPTHwn5iACm5leHQgbGluZQl6"},
    {"echo | base64", "SzdxICJ3XHIvw7YnZCA8Jj4rPTHwn5iACm5leHQgbGluZQl6Cg=="},
};

/// Base64 of it with "u" or "u:" before and nothing, "\n" or "xy" behind.
const std::vector<std::string> among_others{
    "dUs3cSAid1xyL8O2J2QgPCY+Kz0x8J+YgApuZXh0IGxpbmUJeg==",
    "dUs3cSAid1xyL8O2J2QgPCY+Kz0x8J+YgApuZXh0IGxpbmUJego=",
    "dUs3cSAid1xyL8O2J2QgPCY+Kz0x8J+YgApuZXh0IGxpbmUJenh5",
    "dTpLN3EgIndcci/DtidkIDwmPis9MfCfmIAKbmV4dCBsaW5lCXo=",
    "dTpLN3EgIndcci/DtidkIDwmPis9MfCfmIAKbmV4dCBsaW5lCXoK",
    "dTpLN3EgIndcci/DtidkIDwmPis9MfCfmIAKbmV4dCBsaW5lCXp4eQ==",
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_secrets_masker)

// -- forms --------------------------------------------------------------------

BOOST_DATA_TEST_CASE(every_form_is_masked, writers, x) { // row 28
  BOOST_TEST(masked(hard_value, "{" + x.text + "}") == "{***}");
}

BOOST_DATA_TEST_CASE(every_form_is_masked_wherever_it_is_cut, // row 28
                     writers, x) {
  masker m{{hard_value}};
  auto text = "{" + x.text + "}";
  for (std::size_t i = 0; i <= text.size(); ++i)
    BOOST_TEST(masked_in(m, {text.substr(0, i), text.substr(i)}) == "{***}");
  std::vector<std::string> bytes;
  for (auto c : text)
    bytes.emplace_back(1, c);
  BOOST_TEST(masked_in(m, bytes) == "{***}");
}

BOOST_AUTO_TEST_CASE(base64_is_found_at_every_place) { // row 28
  masker m{{hard_value}};
  for (const auto& x : among_others) {
    auto result = masked(m, x);
    // What is left are the neighbours, and at most four bits of the secret.
    BOOST_TEST(result.starts_with(x.substr(0, 2)));
    BOOST_TEST(result.find("***") <= 3U, result);
    BOOST_TEST(result.size() - result.find("***") <= 9U, result);
  }
}

BOOST_AUTO_TEST_CASE(base64_for_urls_is_base64) {
  std::string key = "sk-live-0123456789abcdefghij?"
                    "?>>~~";
  BOOST_TEST(masked(key, "c2stbGl2ZS0wMTIzNDU2Nzg5YWJjZGVmZ2hpaj8/Pj5+fg==")
             == "***");
  BOOST_TEST(masked(key, "c2stbGl2ZS0wMTIzNDU2Nzg5YWJjZGVmZ2hpaj8_Pj5-fg")
             == "***");
}

BOOST_AUTO_TEST_CASE(base64_in_lines_is_found) {
  std::string letters;
  for (int i = 0; i < 4; ++i)
    letters += "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  // "head:", the secret and ":tail", as `base64` breaks it at 76 characters.
  std::string first =
      "aGVhZDpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWkFCQ0RFRkdISUpLT"
      "E1OT1BRUlNUVVZXWFla";
  std::string second =
      "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9Q"
      "UVJTVFVWV1hZWjp0YWls";
  for (const auto* end : {"\n", "\r\n"})
    BOOST_TEST(masked(letters, first + end + second + end)
               == "aGVhZDp***jp0YWls" + std::string{end});
  // What stands in other paragraphs is not one text.
  auto apart = masked(letters, first + "\n\n\n" + second);
  BOOST_TEST(apart == first + "\n\n\n" + second);
}

// -- values -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(one_and_two_characters_are_not_masked) { // row 28
  masker m{{"a", "ab", ""}};
  BOOST_TEST(m.empty());
  BOOST_TEST(masked(m, "abracadabra") == "abracadabra");
  BOOST_TEST(masked("abr", "abracadabra") == "***acad***a");
}

BOOST_AUTO_TEST_CASE(lines_of_a_value_are_masked_alone) { // row 28
  std::string key = "-----BEGIN KEY-----\n  MIIEvQIBADANBgkq\r\nabc\n}";
  BOOST_TEST(masked(key, "got MIIEvQIBADANBgkq!") == "got ***!");
  BOOST_TEST(masked(key, "-----BEGIN KEY-----") == "***");
  BOOST_TEST(masked(key, "{ abc }") == "{ abc }"); // too short to be told
  BOOST_TEST(masked(key, "TUlJRXZRSUJBREFOQmdrcQ==") == "***");
  BOOST_TEST(masked(key, key + key) == "***");
}

BOOST_AUTO_TEST_CASE(texts_in_a_json_value_are_masked_alone) { // row 28
  std::string value = R"({
  "type": "robot",
  "key": "first line\nsecond line",
  "list": [1, "in a list"]
})";
  BOOST_TEST(masked(value, "first line\nsecond line") == "***");
  BOOST_TEST(masked(value, R"("first line\nsecond line")") == "\"***\"");
  BOOST_TEST(masked(value, "the second line") == "the ***");
  BOOST_TEST(masked(value, "in a list") == "***");
  BOOST_TEST(masked(value, "a robot, 1") == "a robot, 1");
  BOOST_TEST(
      masked(
          value,
          R"({"key":"first line\nsecond line","list":[1,"in a list"],"type":"robot"})")
      == "***");
}

BOOST_AUTO_TEST_CASE(blanks_around_a_value_do_not_hide_it) {
  BOOST_TEST(masked("  hunter2 \n", "hunter2") == "***");
}

BOOST_AUTO_TEST_CASE(any_bytes_can_be_secret) {
  std::string value = "\xff\xfe\xc3(\x80";
  BOOST_TEST(masked(value, "a" + value + "b") == "a***b");
  std::string truncated = "\xf0\x9f";
  BOOST_TEST(masked(value + truncated, value + truncated) == "***");
}

// -- several ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(secrets_that_overlap_leave_nothing) {
  masker m{{"abcdef", "defghi", "ghij"}};
  BOOST_TEST(masked(m, "-abcdefghij-") == "-***-");
  BOOST_TEST(masked(m, "-abcdefghi-") == "-***-");
  BOOST_TEST(masked(m, "-abcdeghij-") == "-abcde***-");
  BOOST_TEST(masked(m, "abcdefabcdef") == "***"); // side by side
}

BOOST_AUTO_TEST_CASE(a_secret_that_begins_another_is_found) {
  masker m{{"token", "token-of-root"}};
  BOOST_TEST(masked(m, "token-of-roo") == "***-of-roo");
  BOOST_TEST(masked(m, "token-of-root!") == "***!");
  BOOST_TEST(masked_in(m, {"token", "-of", "-root!"}) == "***!");
}

BOOST_AUTO_TEST_CASE(a_thousand_secrets_are_told_apart) {
  std::vector<std::string> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(fmt::format("secret-number-{:04}-end", i));
  masker m{values};
  std::string text;
  std::string wanted;
  for (const auto& x : values) {
    text += "<" + x + ">";
    wanted += "<***>";
  }
  BOOST_TEST(masked(m, text) == wanted);
  BOOST_TEST(masked(m, "secret-number-1000-end") == "secret-number-1000-end");
}

// -- streams ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(only_what_may_become_a_secret_is_held_back) {
  masker m{{"hunter2"}};
  mask_stream stream{m};
  std::string out;
  stream.append("login: hunt", out);
  BOOST_TEST(out == "login: ");
  stream.append("ing\n", out);
  BOOST_TEST(out == "login: hunting\n");
  stream.append("hunter", out);
  BOOST_TEST(out == "login: hunting\n");
  stream.append("2\n", out);
  BOOST_TEST(out == "login: hunting\n***\n");
  stream.append("hunt", out);
  stream.finish(out);
  BOOST_TEST(out == "login: hunting\n***\nhunt");
}

BOOST_AUTO_TEST_CASE(a_stream_begins_anew_after_its_end) {
  masker m{{"hunter2"}};
  mask_stream stream{m};
  std::string out;
  stream.append("hunt", out);
  stream.finish(out);
  stream.append("er2 hunter2", out);
  stream.finish(out);
  stream.append("hunter2", out);
  stream.finish(out);
  BOOST_TEST(out == "hunter2 ******");
}

BOOST_AUTO_TEST_CASE(an_endless_secret_is_not_kept) { // rule 9
  masker m{{std::string(1000, 'a')}};
  mask_stream stream{m};
  std::string out;
  std::size_t longest = 0;
  for (int i = 0; i < 1000; ++i) {
    stream.append(std::string(1000, 'a'), out);
    longest = std::max(longest, out.size());
  }
  stream.append("\n", out);
  stream.finish(out);
  BOOST_TEST(out == "***\n");
  BOOST_TEST(longest == 3U);
}

BOOST_AUTO_TEST_CASE(a_long_secret_holds_back_no_more_than_a_piece) {
  std::string value;
  for (int i = 0; i < 4000; ++i)
    value += static_cast<char>('!' + i * i % 90);
  masker m{{value}};
  mask_stream stream{m};
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    stream.append(value.substr(i, 1), out);
    if (i > piece_bytes_max)
      BOOST_TEST(out == "***");
  }
  stream.finish(out);
  BOOST_TEST(out == "***");
}

BOOST_AUTO_TEST_CASE(without_secrets_nothing_is_touched) {
  masker m{{}};
  std::string text = "as it was";
  const auto* before = text.data();
  BOOST_TEST(!m.mask(text));
  BOOST_TEST(text.data() == before);
}

BOOST_AUTO_TEST_SUITE_END()
