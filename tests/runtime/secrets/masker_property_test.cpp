// SPDX-License-Identifier: BSD-3-Clause
// The clever way against the plain one: each byte that lies in any occurrence
// of any form is secret, each run of them is one mask (I10).
#include "runtime/secrets/masker.hpp"
#include "runtime/secrets/secret_forms.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace tutti::secrets;

namespace {

bool is_break(char x) {
  return x == '\n' || x == '\r';
}

/// Where `form` ends that begins at `from`, folded and with up to two line
/// breaks between its bytes; 0: it does not begin there.
std::size_t end_of_folded(const std::string& text, std::size_t from,
                          const std::string& form) {
  int breaks = 0;
  std::size_t matched = 0;
  for (auto i = from; i < text.size(); ++i) {
    if (matched > 0 && is_break(text[i])) {
      if (++breaks > 2)
        return 0;
      continue;
    }
    breaks = 0;
    if (static_cast<char>(folded(text[i])) != form[matched])
      return 0;
    if (++matched == form.size())
      return i + 1;
  }
  return 0;
}

std::string naive(const std::vector<std::string>& values,
                  const std::string& text) {
  std::vector<std::string> plain;
  std::vector<std::string> in_lines;
  for (const auto& x : values)
    add_forms(x, plain, in_lines);
  std::vector<bool> secret(text.size());
  auto mark = [&](std::size_t from, std::size_t end) {
    std::fill(secret.begin() + static_cast<std::ptrdiff_t>(from),
              secret.begin() + static_cast<std::ptrdiff_t>(end), true);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const auto& x : plain)
      if (text.compare(i, x.size(), x) == 0)
        mark(i, i + x.size());
    for (const auto& x : in_lines)
      if (auto end = end_of_folded(text, i, x); end != 0)
        mark(i, end);
  }
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!secret[i])
      result += text[i];
    else if (i == 0 || !secret[i - 1])
      result += mask_text;
  return result;
}

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {
  }
  std::size_t below(std::size_t n) {
    return engine_() % n;
  }
  std::string text(std::size_t bytes_max, std::string_view letters) {
    std::string result(below(bytes_max + 1), ' ');
    for (auto& c : result)
      c = letters[below(letters.size())];
    return result;
  }

private:
  std::mt19937_64 engine_;
};

/// A text that holds much of what must be found, whole, cut or broken.
std::string text_of(dice& d, const std::vector<std::string>& values,
                    std::string_view letters) {
  std::vector<std::string> forms;
  for (const auto& x : values)
    add_forms(x, forms, forms);
  std::string result;
  for (auto n = d.below(12); n > 0; --n) {
    result += d.text(4, letters);
    if (forms.empty())
      continue;
    auto form = forms[d.below(forms.size())];
    if (d.below(3) == 0)
      form.resize(d.below(form.size() + 1));
    if (d.below(3) == 0)
      form.insert(d.below(form.size() + 1), std::string(1 + d.below(3), '\n'));
    result += form;
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_secrets_masker_property)

BOOST_AUTO_TEST_CASE(it_is_the_plain_way_however_the_text_is_cut) {
  constexpr std::string_view alphabets[] = {"ab", "aA\n", "a\"\\/ ",
                                            "abcdefghij-_+=%\n\r"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    dice d{seed};
    auto letters = alphabets[d.below(std::size(alphabets))];
    std::vector<std::string> values;
    for (auto n = d.below(4); n > 0; --n)
      values.push_back(d.text(d.below(2) == 0 ? 6 : 40, letters));
    auto text = text_of(d, values, letters);
    auto wanted = naive(values, text);
    masker m{values};
    auto whole = text;
    m.mask(whole);
    BOOST_TEST_REQUIRE(whole == wanted, "seed " << seed);
    mask_stream stream{m};
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      auto size = 1 + d.below(rest.size());
      stream.append(rest.substr(0, size), out);
      BOOST_TEST_REQUIRE(wanted.starts_with(out), "seed " << seed);
      rest.remove_prefix(size);
    }
    stream.finish(out);
    BOOST_TEST_REQUIRE(out == wanted, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
