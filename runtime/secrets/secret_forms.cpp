// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/secret_forms.hpp"

#include "messages/json/json_values.hpp"
#include "runtime/secrets/encodings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace tutti::secrets {

namespace {

using nlohmann::json;
using texts = std::vector<std::string>;

constexpr std::string_view blanks = " \t\r\n";

// What encoders write as \uXXXX that they need not, for pages and scripts.
constexpr std::string_view of_go = "<>&";
constexpr std::string_view of_gson = "<>&='";
constexpr std::string_view of_dotnet = "\"'&<>+`";

constexpr json_style json_styles[] = {
    {},                                   // most
    {{}, true, true},                     // Python
    {{}, true, false, true},              // PHP with its UTF-8 kept
    {{}, true, true, true},               // PHP
    {of_go, true, false},                 // Go
    {of_gson, true, false},               // Gson
    {of_dotnet, true, true, false, true}, // .NET
    {{}, false, false},                   // no short escapes
    {{}, false, true},
    {{}, false, false, false, true}, // the same in capitals
    {{}, false, true, false, true},
};

// RFC 3986, JavaScript (a part, a whole), Python's default, forms.
constexpr std::string_view of_rfc = "-._~";
constexpr std::string_view of_component = "-_.!~*'()";
constexpr std::string_view of_uri = "-_.!~*'();,/?:@&=+$#";
constexpr std::string_view of_path = "-._~/";
constexpr std::string_view of_form = "*-._";

constexpr std::pair<std::string_view, bool> url_styles[] = {
    {of_rfc, false},  {of_component, false}, {of_uri, false},
    {of_path, false}, {of_form, true},       {of_rfc, true},
};

// Quotes in a text, and as attributes need them.
constexpr xml_style xml_styles[] = {
    {"\"", "'"},         {"&quot;", "'"},      {"&quot;", "&apos;"},
    {"&quot;", "&#39;"}, {"&quot;", "&#x27;"}, {"&#34;", "&#39;"},
};

std::string trimmed(std::string_view x) {
  auto first = x.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return std::string{x.substr(first, x.find_last_not_of(blanks) + 1 - first)};
}

void add_part(texts& out, std::string x) {
  if (x.size() >= part_bytes_min)
    out.push_back(std::move(x));
}

void add_lines(texts& out, std::string_view x) {
  if (x.find('\n') == std::string_view::npos)
    return;
  while (!x.empty()) {
    auto end = x.find('\n');
    add_part(out, trimmed(x.substr(0, end)));
    x.remove_prefix(end == std::string_view::npos ? x.size() : end + 1);
  }
}

void add_json_texts(texts& out, const json& x) {
  if (x.is_string()) {
    const auto& text = x.get_ref<const std::string&>();
    add_part(out, text);
    add_lines(out, text);
  }
  if (x.is_structured())
    for (const auto& child : x)
      add_json_texts(out, child);
}

/// The value, and what of it programs may write alone.
texts parts_of(const std::string& value) {
  texts result{value};
  add_part(result, trimmed(value));
  add_lines(result, value);
  if (auto x = parse_json(value); x && x->is_structured()) {
    add_part(result, json_text(*x)); // as it is once it was read
    add_json_texts(result, *x);
  }
  return result;
}

void add_written(texts& out, const std::string& x) {
  out.push_back(x);
  for (const auto& style : json_styles) {
    out.push_back(json_text_as(x, style));
    out.push_back(json_text_as(out.back(), {})); // JSON in JSON
  }
  for (auto [safe, plus] : url_styles)
    for (bool upper : {false, true})
      out.push_back(url_text_as(x, {safe, plus, upper}));
  for (const auto& style : xml_styles)
    out.push_back(xml_text_as(x, style));
  out.push_back(shell_quoted(x, "'\\''"));
  out.push_back(shell_quoted(x, "'\"'\"'"));
  out.push_back(shell_escaped(x));
  out.push_back(shell_backslashed(x));
}

void add_digits(texts& out, const std::string& x) {
  for (std::size_t before : {0, 1, 2})
    out.push_back(base64_core(x, before));
  for (auto text : {base64_text(x), base64_text(x + "\n")}) { // `echo` adds it
    out.push_back(text);
    out.push_back(text.substr(0, text.find('=')));
  }
  out.push_back(hex_text(x, false));
  out.push_back(hex_text(x, true));
}

/// Adds each once, long ones in pieces.
void add_pieces(texts& out, texts forms, const std::string& value) {
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  for (auto& x : forms) {
    if (x.size() < form_bytes_min && x != value)
      continue;
    if (x.size() <= piece_bytes_max) {
      out.push_back(std::move(x));
      continue;
    }
    for (std::size_t i = 0; i < x.size(); i += piece_bytes_max)
      out.push_back(
          x.substr(std::min(i, x.size() - piece_bytes_max), piece_bytes_max));
  }
}

} // namespace

void add_forms(const std::string& value, std::vector<std::string>& plain,
               std::vector<std::string>& folded) {
  if (value.size() < value_bytes_min)
    return;
  texts written;
  texts digits;
  for (const auto& x : parts_of(value)) {
    add_written(written, x);
    add_digits(digits, x);
  }
  add_pieces(plain, std::move(written), value);
  add_pieces(folded, std::move(digits), value);
}

} // namespace tutti::secrets
