// SPDX-License-Identifier: BSD-3-Clause
#include "config/lint_allow.hpp"

#include "config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::config {

namespace {

constexpr std::string_view mark = "tutti:";
constexpr std::string_view blanks = " \t";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
      || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

struct comment {
  std::uint32_t at;   ///< its '#'
  std::uint32_t text; ///< what stands behind "tutti:"
};

/// Everything that looks like one, in texts, too.
std::vector<comment> find_comments(std::string_view text) {
  std::vector<comment> result;
  for (auto at = text.find(mark); at != std::string_view::npos;
       at = text.find(mark, at + mark.size())) {
    auto before = at == 0 ? std::string_view::npos
                          : text.find_last_not_of(blanks, at - 1);
    if (before == std::string_view::npos || text[before] != '#')
      continue;
    if (before == 0 || blanks.find(text[before - 1]) != std::string_view::npos
        || text[before - 1] == '\n')
      result.push_back({static_cast<std::uint32_t>(before),
                        static_cast<std::uint32_t>(at + mark.size())});
  }
  return result;
}

/// Leaves out those that stand within a scalar, as in a script.
void drop_texts(std::vector<comment>& xs, const yaml_tree& tree) {
  std::vector<bool> inside(xs.size(), false);
  for (node_id i = 0; i < tree.size(); ++i) {
    auto n = tree[i];
    if (n.kind != yaml_kind::scalar)
      continue;
    auto at = std::lower_bound(xs.begin(), xs.end(), n.begin,
                               [](const comment& x, std::uint32_t offset) {
                                 return x.at < offset;
                               });
    for (; at != xs.end() && at->at < n.end; ++at)
      inside[static_cast<std::size_t>(at - xs.begin())] = true;
  }
  std::size_t i = 0;
  xs.erase(std::remove_if(xs.begin(), xs.end(),
                          [&](const comment&) {
                            return inside[i++];
                          }),
           xs.end());
}

class comment_reader {
public:
  comment_reader(std::string_view text, findings& found)
    : text_(text), found_(found) {
  }

  /// The codes of a comment.
  std::vector<allowance> codes_of(const comment& x) {
    std::vector<allowance> result;
    at_ = x.text;
    auto verb = word();
    if (word_at(verb) != "allow") {
      refuse_verb(verb);
      return result;
    }
    for (bool more = true; more; more = take_comma()) {
      auto where = word();
      auto name = word_at(where);
      if (name.empty())
        found_.warning({x.at, x.text - x.at}, lint::unknown_allow,
                       "this comment allows nothing",
                       "write # tutti: allow CODE, with the code that stands "
                       "in brackets behind the warning");
      else if (const auto* rule = find_lint(name))
        result.push_back({rule->id, where, 0, 0, false});
      else
        refuse_code(where, name);
    }
    return result;
  }

private:
  std::string_view word_at(span x) const {
    return text_.substr(x.offset, x.length);
  }

  span word() {
    while (at_ < text_.size() && blanks.find(text_[at_]) != blanks.npos)
      ++at_;
    auto begin = at_;
    while (at_ < text_.size() && is_word(text_[at_]))
      ++at_;
    return {static_cast<std::uint32_t>(begin),
            static_cast<std::uint32_t>(at_ - begin)};
  }

  bool take_comma() {
    auto at = text_.find_first_not_of(blanks, at_);
    if (at == std::string_view::npos || text_[at] != ',')
      return false;
    at_ = at + 1;
    return true;
  }

  /// Prose may begin with "tutti:", a word that was meant does not pass.
  void refuse_verb(span where) {
    constexpr std::array<std::string_view, 1> verbs{"allow"};
    constexpr std::array<std::string_view, 5> others{"allows", "disable",
                                                     "ignore", "noqa", "skip"};
    auto verb = word_at(where);
    if (suggest_.nearest(verb, verbs).empty()
        && std::find(others.begin(), others.end(), verb) == others.end())
      return;
    found_.warning(
        where, lint::unknown_allow,
        fmt::format("a comment for tutti does not begin with '{}'", verb),
        "write # tutti: allow CODE");
  }

  void refuse_code(span where, std::string_view name) {
    std::vector<std::string_view> codes;
    for (const auto& x : lint_rules())
      codes.push_back(x.code);
    auto hint = suggest_.hint(name, codes);
    found_.warning(where, lint::unknown_allow,
                   fmt::format("there is no warning '{}'", name),
                   hint.empty() ? "the code stands in brackets behind the "
                                  "warning"
                                : hint);
  }

  std::string_view text_;
  findings& found_;
  suggester suggest_;
  std::size_t at_ = 0;
};

struct line {
  std::size_t begin = 0;
  std::size_t end = 0;   ///< of its text
  std::size_t first = 0; ///< first byte that is no blank; `end`: none

  [[nodiscard]] std::size_t indent() const {
    return first - begin;
  }
};

line line_from(std::string_view text, std::size_t begin, std::size_t limit) {
  auto end = std::min(text.find('\n', begin), limit);
  auto first = std::min(text.find_first_not_of(" \t\r", begin), end);
  return {begin, end, first};
}

/// Walks the lines of a file and says what each comment speaks for.
class extent_finder {
public:
  explicit extent_finder(std::string_view text) : text_(text) {
  }

  /// `groups`: the codes of one comment each, with its '#'.
  void
  run(std::size_t begin, std::size_t end,
      std::vector<std::pair<std::uint32_t, std::vector<allowance>>>& groups,
      std::vector<allowance>& out) {
    auto next = std::lower_bound(groups.begin(), groups.end(), begin,
                                 [](const auto& x, std::size_t offset) {
                                   return x.first < offset;
                                 });
    std::vector<allowance> waiting; // for the next line with content
    for (auto at = begin; at < end; ++at) {
      auto x = line_from(text_, at, end);
      at = x.end;
      bool is_comment = x.first < x.end && text_[x.first] == '#';
      if (x.first < x.end && !is_comment)
        close(x, out);
      for (; next != groups.end() && next->first < x.end; ++next)
        std::move(next->second.begin(), next->second.end(),
                  std::back_inserter(waiting));
      if (x.first == x.end || is_comment)
        continue;
      open(x, std::move(waiting), out);
      waiting.clear();
    }
    close({end, end, end}, out);
    for (auto& one : waiting) {
      one.begin = one.end = one.where.offset; // it speaks for nothing
      out.push_back(one);
    }
  }

private:
  struct scope {
    std::size_t indent;
    bool is_item; ///< begins with "- "
    std::vector<std::size_t> members;
  };

  void open(const line& x, std::vector<allowance> xs,
            std::vector<allowance>& out) {
    if (xs.empty())
      return;
    scope made{x.indent(), text_[x.first] == '-', {}};
    for (auto& one : xs) {
      bool twice = std::any_of(made.members.begin(), made.members.end(),
                               [&](std::size_t i) {
                                 return out[i].code == one.code;
                               });
      if (twice)
        continue;
      one.begin = static_cast<std::uint32_t>(x.begin);
      made.members.push_back(out.size());
      out.push_back(one);
    }
    open_.push_back(std::move(made));
  }

  /// A line with content ends what is not indented less than it. The items of
  /// a list may stand right below their key.
  void close(const line& x, std::vector<allowance>& out) {
    bool is_end = x.first == x.end;
    bool is_item = !is_end && text_[x.first] == '-';
    while (!open_.empty()) {
      const auto& top = open_.back();
      bool inside = !is_end
                 && (x.indent() > top.indent
                     || (x.indent() == top.indent && is_item && !top.is_item));
      if (inside)
        return;
      for (auto i : top.members)
        out[i].end = static_cast<std::uint32_t>(x.begin);
      open_.pop_back();
    }
  }

  std::string_view text_;
  std::vector<scope> open_;
};

} // namespace

std::vector<allowance> read_allowances(const source_text& source,
                                       const yaml_tree& tree, findings& found) {
  std::string_view text = source.text;
  auto comments = find_comments(text);
  if (comments.empty())
    return {};
  drop_texts(comments, tree);
  comment_reader reader{text, found};
  std::vector<std::pair<std::uint32_t, std::vector<allowance>>> groups;
  for (const auto& x : comments)
    if (auto codes = reader.codes_of(x); !codes.empty())
      groups.emplace_back(x.at, std::move(codes));
  std::vector<allowance> result;
  extent_finder finder{text};
  for (std::size_t i = 0; i <= source.included.size(); ++i) {
    std::size_t begin = i == 0 ? 0 : source.included[i - 1].begin;
    auto end =
        i == source.included.size() ? text.size() : source.included[i].begin;
    finder.run(begin, end, groups, result);
  }
  return result;
}

void silence(std::vector<diagnostic>& xs, std::vector<allowance>& allowed) {
  if (allowed.empty())
    return;
  std::vector<std::size_t> open;
  std::size_t next = 0;
  auto is_allowed = [&](const diagnostic& x) {
    if (x.code == lint::none || !x.where.valid())
      return false;
    for (; next < allowed.size() && allowed[next].begin <= x.where.offset;
         ++next) {
      while (!open.empty() && allowed[open.back()].end <= allowed[next].begin)
        open.pop_back();
      open.push_back(next);
    }
    while (!open.empty() && allowed[open.back()].end <= x.where.offset)
      open.pop_back();
    auto at = std::find_if(open.rbegin(), open.rend(), [&](std::size_t i) {
      return allowed[i].code == x.code;
    });
    if (at == open.rend())
      return false;
    allowed[*at].used = true;
    return true;
  };
  xs.erase(std::remove_if(xs.begin(), xs.end(), is_allowed), xs.end());
}

std::vector<diagnostic>
unused_allowances(const std::vector<allowance>& allowed) {
  std::vector<diagnostic> result;
  for (const auto& x : allowed)
    if (!x.used && x.code != lint::unused_allow)
      result.push_back(
          {severity::warning, x.where,
           fmt::format("'{}' is allowed here, and does not come",
                       code_of(x.code)),
           "leave it out, or put it on or above the line of the warning",
           lint::unused_allow});
  return result;
}

} // namespace tutti::config
