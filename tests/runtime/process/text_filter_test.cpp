// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/text_filter.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <vector>

using tutti::process::clean_line;
using tutti::process::clean_line_bytes_max;

namespace {

const std::string replacement = "\xef\xbf\xbd";

struct sample {
  std::string_view raw;
  std::string clean;
};

void check(const std::vector<sample>& samples) {
  for (const auto& x : samples)
    BOOST_TEST(clean_line(x.raw) == x.clean);
}

/// UTF-8 of a code point, which need not be a valid one.
std::string encoded(std::uint32_t x) {
  auto tail = [x](int shift) {
    return static_cast<char>(0x80 | ((x >> shift) & 0x3f));
  };
  if (x < 0x80)
    return {static_cast<char>(x)};
  if (x < 0x800)
    return {static_cast<char>(0xc0 | (x >> 6)), tail(0)};
  if (x < 0x10000)
    return {static_cast<char>(0xe0 | (x >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (x >> 18)), tail(12), tail(6), tail(0)};
}

/// Whether nothing in it could act on a terminal: no controls of C0 and C1,
/// and valid UTF-8 (which is checked by cleaning it again).
bool harmless(const std::string& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    auto byte = static_cast<unsigned char>(x[i]);
    if (byte < 0x20 || byte == 0x7f)
      return false;
    if (byte == 0xc2 && i + 1 < x.size()
        && static_cast<unsigned char>(x[i + 1]) < 0xa0)
      return false;
  }
  return clean_line(x) == x && x.size() <= clean_line_bytes_max;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_text_filter)

BOOST_AUTO_TEST_CASE(plain_text_stays) {
  check({{"", ""},
         {"hello, world ~", "hello, world ~"},
         {"gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x8e\xbb",
          "gr\xc3\xbc\xc3\x9f \xe2\x86\x92 \xf0\x9f\x8e\xbb"},
         {"a\tb", "a b"}});
}

BOOST_AUTO_TEST_CASE(csi_sequences_go) {
  check({{"\x1b[31mred\x1b[0m", "red"},
         {"a\x1b[2Jb\x1b[1;1Hc", "abc"},
         {"\x1b[?25l\x1b[38;2;1;2;3mx", "x"},
         {"\x1b[1 qx", "x"},
         {"\xc2\x9b"
          "31mred",
          "red"},
         {"a\x1b[", "a"},
         {"a\x1b[31", "a"},
         {"a\x1b[31\x1b[0mb", "ab"}});
}

BOOST_AUTO_TEST_CASE(control_strings_go_with_any_terminator_or_none) {
  check({{"a\x1b]0;title\ab", "ab"},
         {"a\x1b]0;title\x1b\\b", "ab"},
         {"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"},
         {"a\x1b]52;c;ZXZpbA==\xc2\x9c"
          "b",
          "ab"},
         {"a\x1bPq#0\x1b\\b", "ab"},
         {"a\x1b_apc\x1b\\b", "ab"},
         {"a\x1b^pm\x1b\\b", "ab"},
         {"a\x1bXsos\x1b\\b", "ab"},
         {"a\xc2\x9d"
          "0;t\ab",
          "ab"},
         {"a\xc2\x90"
          "q\x1b\\b",
          "ab"},
         {"a\x1b]0;never ends", "a"},
         {"a\x1bPnever ends", "a"},
         {"a\x1b]0;t\x1b[31mb", "ab"}});
}

BOOST_AUTO_TEST_CASE(other_escapes_go) {
  check({{"a\x1b"
          "cb",
          "ab"},
         {"a\x1b(Bb", "ab"},
         {"a\x1b#8b", "ab"},
         {"a\x1b", "a"},
         {"a\x1b(", "a"},
         {"a\x1b\x1b[1mb", "ab"}});
}

BOOST_AUTO_TEST_CASE(every_control_character_goes) {
  for (std::uint32_t x = 0; x < 0xa0; ++x) {
    if ((x >= 0x20 && x < 0x7f) || x == '\t' || x == '\r' || x == '\n'
        || x == 0x1b)
      continue;
    auto starts_a_string = x == 0x90 || x == 0x98 || x == 0x9b || x == 0x9d
                        || x == 0x9e || x == 0x9f;
    auto raw = "a" + encoded(x) + (starts_a_string ? "" : "b");
    BOOST_TEST(clean_line(raw) == (starts_a_string ? "a" : "ab"));
  }
}

BOOST_AUTO_TEST_CASE(text_that_would_reverse_what_follows_does_not) {
  check({{"a\xe2\x80\xae"
          "b",
          "ab"},
         {"a\xe2\x81\xa6"
          "b",
          "ab"}});
}

BOOST_AUTO_TEST_CASE(of_overwritten_text_the_last_stays) {
  check({{"10%\r20%\r30%", "30%"},
         {"done\r", "done"},
         {"done\r\r\n", "done"},
         {"10%\r\x1b[2K", "10%"},
         {"a\nb", "b"},
         {"\r", ""}});
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced) {
  check({{"a\xff"
          "b",
          "a" + replacement + "b"},
         {"\x80", replacement},
         {"\xc3", replacement},
         {"\xc3(", replacement + "("},
         {"\xe2\x82", replacement + replacement},
         {"\xc0\xaf", replacement + replacement},
         {"\xe0\x80\xaf", replacement + replacement + replacement},
         {"\xf5\x80\x80\x80",
          replacement + replacement + replacement + replacement}});
}

BOOST_AUTO_TEST_CASE(surrogates_and_numbers_over_the_last_are_invalid) {
  for (std::uint32_t x : {0xd800U, 0xdfffU, 0x110000U})
    BOOST_TEST(clean_line(encoded(x)).starts_with(replacement));
  for (std::uint32_t x : {0xd7ffU, 0xe000U, 0x10ffffU})
    BOOST_TEST(clean_line(encoded(x)) == encoded(x));
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_at_a_code_point) {
  BOOST_TEST(clean_line(std::string(1000, 'x')).size() == clean_line_bytes_max);
  std::string wide;
  for (int i = 0; i < 300; ++i)
    wide += "\xe2\x86\x92";
  auto clean = clean_line(wide);
  BOOST_TEST(clean.size() == 399U);
  BOOST_TEST(clean == wide.substr(0, 399));
  // What is cut is cut for good, even if something shorter would still fit.
  BOOST_TEST(clean_line(std::string(399, 'x') + "\xe2\x86\x92y")
             == std::string(399, 'x'));
}

BOOST_AUTO_TEST_CASE(all_triples_of_telling_bytes_become_harmless) {
  const std::string bytes{"\0\a\t\n\r\x1b #0;?@[\\]PX^_c~\x7f\x80\x90\x98\x9b"
                          "\x9c\x9d\xa0\xc0\xc2\xc3\xe0\xe2\xed\xf0\xf4\xff",
                          36};
  for (auto a : bytes)
    for (auto b : bytes)
      for (auto c : bytes)
        if (auto clean = clean_line(std::string{a, b, c}); !harmless(clean))
          BOOST_ERROR("not harmless: " << int(a) << ' ' << int(b) << ' '
                                       << int(c));
}

BOOST_AUTO_TEST_CASE(random_bytes_become_harmless) {
  std::mt19937 random{20240611};
  for (int round = 0; round < 20'000; ++round) {
    std::string raw(random() % 64, '\0');
    for (auto& c : raw)
      c = random() % 3 == 0 ? "\x1b[]P\\\a\r\xc2\x9b\x9d"[random() % 10]
                            : static_cast<char>(random());
    if (!harmless(clean_line(raw)))
      BOOST_ERROR("not harmless in round " << round);
  }
}

BOOST_AUTO_TEST_SUITE_END()
