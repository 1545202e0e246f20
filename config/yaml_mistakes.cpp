// SPDX-License-Identifier: BSD-3-Clause
#include "config/yaml_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tutti::config {

namespace {

struct translation {
  std::string_view libyaml;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view quote_hint =
    "a text with ': ', ' #', or one of [ ] { } , & * ! | > % @ at its start "
    "goes in quotes";

constexpr std::array translations{
    translation{"mapping values are not allowed in this context",
                "a ':' where no key can be",
                "quote a text that holds ': '; else look at the indentation"},
    translation{"did not find expected key",
                "this does not fit the lines above",
                "look at the indentation and for quotes that end too early"},
    translation{"did not find expected '-' indicator",
                "this does not fit the list above",
                "start each item with '- ', all in the same column"},
    translation{"did not find expected ',' or '}'", "expected ',' or '}' here",
                quote_hint},
    translation{"did not find expected ',' or ']'", "expected ',' or ']' here",
                quote_hint},
    translation{"did not find expected node content", "expected a value here",
                quote_hint},
    translation{"did not find expected <document start>",
                "the document ends before this",
                "look at the indentation; everything of a plan is in one "
                "mapping"},
    translation{"could not find expected ':'", "a key without ':'",
                "write 'key: value'"},
    translation{"block sequence entries are not allowed in this context",
                "a list item ('- ') where none can be",
                "start the list on the line after the key"},
    translation{"block mapping entries are not allowed in this context",
                "a key where none can be", quote_hint},
    translation{"mapping keys are not allowed in this context",
                "a key where none can be", quote_hint},
    translation{"found character that cannot start any token",
                "this character cannot start a text", quote_hint},
    translation{"found unexpected end of stream", "this quote is never closed",
                ""},
    translation{"found unexpected document indicator",
                "this quote is never closed", ""},
    translation{"found unknown escape character",
                "no such escape in double quotes",
                "write '\\\\' for a backslash, or use single quotes"},
    translation{"found unexpected ':'", "a ':' inside a text", quote_hint},
    translation{"control characters are not allowed", "a control character",
                "remove it"},
    translation{"found duplicate %YAML directive", "a second %YAML line", ""},
    translation{"found incompatible YAML document",
                "this %YAML version is not read", "remove the line"},
    translation{"found undefined tag handle",
                "a YAML tag, and tags are not read",
                "a text that starts with '!' goes in quotes"},
};

/// The offset of an unquoted `${{` that the parser stumbled over, or `npos`.
std::size_t stumbled_template(std::string_view text, std::size_t offset) {
  auto line_start = text.rfind('\n', offset == 0 ? 0 : offset - 1);
  line_start = line_start == std::string_view::npos ? 0 : line_start + 1;
  auto line_end = std::min(text.find('\n', offset), text.size());
  auto line = text.substr(line_start, line_end - line_start);
  auto at = line.rfind("${{", offset - line_start);
  if (at == std::string_view::npos)
    return at;
  bool quoted = at > 0 && (line[at - 1] == '"' || line[at - 1] == '\'');
  auto open = line.find_first_of("{[");
  return !quoted && open < at ? line_start + at : std::string_view::npos;
}

bool is_tab_indented(std::string_view text, std::size_t offset) {
  while (offset > 0 && (text[offset - 1] == ' ' || text[offset - 1] == '\t'))
    --offset;
  return (offset == 0 || text[offset - 1] == '\n')
      && text.substr(offset, text.find_first_not_of(" \t", offset) - offset)
                 .find('\t')
             != std::string_view::npos;
}

void report_tab(std::size_t offset, findings& found) {
  found.error({static_cast<std::uint32_t>(offset), 1},
              "a tab in the indentation", "indent with spaces");
}

/// Texts of several lines, in the order of the source: their bytes are
/// content, whatever they are.
std::vector<span> long_texts(const source_text& source, const yaml_tree& tree) {
  std::vector<span> result;
  for (node_id i = 0; i < tree.size(); ++i) {
    auto x = tree[i];
    if (x.kind != yaml_kind::scalar || x.end <= x.begin)
      continue;
    auto piece = std::string_view{source.text}.substr(x.begin, x.end - x.begin);
    if (piece.find('\n') != std::string_view::npos)
      result.push_back(x.where());
  }
  std::sort(result.begin(), result.end(), [](const span& x, const span& y) {
    return x.offset < y.offset;
  });
  return result;
}

} // namespace

void explain_yaml_problem(const yaml_problem& problem,
                          const source_text& source, findings& found) {
  std::string_view text = source.text;
  auto offset = std::min<std::size_t>(problem.offset, text.size());
  if (is_tab_indented(text, offset)
      || (offset < text.size() && text[offset] == '\t')) {
    auto line = text.rfind('\n', offset == 0 ? 0 : offset - 1);
    auto from = line == std::string_view::npos ? 0 : line + 1;
    report_tab(std::min(text.find('\t', from), text.size()), found);
    return;
  }
  auto stumbled = stumbled_template(text, offset);
  if (stumbled != std::string_view::npos) {
    found.error({static_cast<std::uint32_t>(stumbled), 3},
                "'${{' without quotes inside { } or [ ]",
                "quote the value: \"${{ … }}\"");
    return;
  }
  auto at = std::find_if(translations.begin(), translations.end(),
                         [&](const translation& x) {
                           return x.libyaml == problem.message;
                         });
  bool never_closed =
      at != translations.end() && at->message == "this quote is never closed";
  if (never_closed)
    offset = std::min<std::size_t>(problem.context_offset, text.size());
  auto where = span{static_cast<std::uint32_t>(offset), 1};
  if (at == translations.end())
    found.error(where, "no YAML: " + problem.message,
                problem.context.empty() ? "" : "it is " + problem.context);
  else
    found.error(where, std::string{at->message}, std::string{at->hint});
}

void find_tabs(const source_text& source, const yaml_tree& tree,
               findings& found) {
  std::string_view text = source.text;
  auto tab = text.find('\t');
  if (tab == std::string_view::npos)
    return;
  auto texts = long_texts(source, tree);
  auto next = texts.begin();
  for (; tab != std::string_view::npos;) {
    auto line_end = std::min(text.find('\n', tab), text.size());
    auto content = text.find_first_not_of(" \t\r", tab);
    bool blank = content >= line_end || text[content] == '#';
    while (next != texts.end() && next->offset + next->length <= tab)
      ++next;
    bool inside = next != texts.end() && next->offset < tab;
    if (!blank && !inside && is_tab_indented(text, tab + 1))
      report_tab(tab, found);
    tab = text.find('\t', line_end);
  }
}

bool has_no_colon(const source_text& source, const yaml_node& key) {
  auto after = source.text.find_first_not_of(" \t\r\n", key.end);
  return after != std::string::npos
      && (source.text[after] == ',' || source.text[after] == '}');
}

} // namespace tutti::config
