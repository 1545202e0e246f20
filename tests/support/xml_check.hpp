// SPDX-License-Identifier: BSD-3-Clause
// As much of XML 1.0 as says whether a document is well-formed: one root,
// balanced elements, quoted attributes that occur once, known entities, legal
// characters. No DOCTYPE, no CDATA: what we write has none.
#pragma once

#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

struct xml_element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text; ///< of itself, entities resolved
  std::vector<xml_element> children;

  [[nodiscard]] const xml_element* child(std::string_view x) const {
    for (const auto& y : children)
      if (y.name == x)
        return &y;
    return nullptr;
  }
};

class xml_parser {
public:
  explicit xml_parser(std::string_view text) : rest_(text) {
  }

  /// What is wrong with it; empty: nothing.
  std::string error;

  xml_element parse() {
    xml_element root;
    if (rest_.starts_with("<?xml"))
      skip_to("?>");
    skip_space();
    element(root);
    skip_space();
    if (!rest_.empty())
      fail("something follows the root");
    return root;
  }

private:
  bool fail(const std::string& what) {
    if (error.empty())
      error = what + " at: " + std::string(rest_.substr(0, 60));
    return false;
  }
  void skip_to(std::string_view end) {
    auto at = rest_.find(end);
    if (at == std::string_view::npos)
      fail("no end");
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size()
                                                     : at + end.size());
  }
  void skip_space() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_[0])))
      rest_.remove_prefix(1);
  }
  std::string name() {
    std::size_t n = 0;
    while (n < rest_.size()
           && (std::isalnum(static_cast<unsigned char>(rest_[n]))
               || std::string_view{"_-.:"}.find(rest_[n])
                      != std::string_view::npos))
      ++n;
    std::string result{rest_.substr(0, n)};
    rest_.remove_prefix(n);
    if (result.empty())
      fail("a name is expected");
    return result;
  }
  /// Up to one of `ends`, which stays.
  std::string text(std::string_view ends) {
    std::string result;
    while (!rest_.empty() && ends.find(rest_[0]) == std::string_view::npos) {
      auto c = static_cast<unsigned char>(rest_[0]);
      if (rest_[0] == '&') {
        result += entity();
        continue;
      }
      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == '<')
        fail("an illegal character");
      result += rest_[0];
      rest_.remove_prefix(1);
    }
    return result;
  }
  char entity() {
    for (auto [text, c] : {std::pair{"&amp;", '&'},
                           {"&lt;", '<'},
                           {"&gt;", '>'},
                           {"&quot;", '"'},
                           {"&#39;", '\''}})
      if (rest_.starts_with(text)) {
        rest_.remove_prefix(std::string_view{text}.size());
        return c;
      }
    fail("an unknown entity");
    rest_.remove_prefix(1);
    return '?';
  }
  bool element(xml_element& x) {
    if (rest_.empty() || rest_[0] != '<')
      return fail("an element is expected");
    rest_.remove_prefix(1);
    x.name = name();
    while (error.empty()) {
      skip_space();
      if (rest_.starts_with("/>")) {
        rest_.remove_prefix(2);
        return true;
      }
      if (rest_.starts_with(">")) {
        rest_.remove_prefix(1);
        return content(x);
      }
      auto key = name();
      if (!rest_.starts_with("=\""))
        return fail("an attribute without a value");
      rest_.remove_prefix(2);
      auto [i, is_new] = x.attributes.emplace(key, text("\""));
      if (!is_new)
        return fail("an attribute twice");
      if (rest_.empty())
        return fail("an attribute without an end");
      rest_.remove_prefix(1);
    }
    return false;
  }
  bool content(xml_element& x) {
    while (error.empty()) {
      x.text += text("<");
      if (rest_.starts_with("</")) {
        rest_.remove_prefix(2);
        if (name() != x.name)
          return fail("the end of another element than " + x.name);
        skip_space();
        if (!rest_.starts_with(">"))
          return fail("an end tag without an end");
        rest_.remove_prefix(1);
        return true;
      }
      if (rest_.empty())
        return fail("no end of " + x.name);
      x.children.emplace_back();
      element(x.children.back());
    }
    return false;
  }

  std::string_view rest_;
};

} // namespace tutti::test
