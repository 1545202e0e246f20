// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/parse_parts.hpp"

#include "config/suggest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace tutti::cli {

error usage(std::string text) {
  return {exit_code::bad_plan, std::move(text)};
}

std::string did_you_mean(std::string_view word,
                         const std::vector<std::string>& candidates,
                         std::string_view otherwise) {
  std::vector<std::string_view> views{candidates.begin(), candidates.end()};
  auto hint = config::suggester{}.hint(word, views);
  return hint.empty() ? std::string{otherwise} : hint;
}

usage_error one_of(std::string_view what, const std::string& word,
                   const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), word) != words.end())
    return {};
  auto all = fmt::format("it is one of {}", fmt::join(words, ", "));
  return usage(fmt::format("{} '{}' does not exist; {}", what, word,
                           did_you_mean(word, words, all)));
}

void split_names(std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (const auto& text : names)
    for (auto& part : CLI::detail::split(text, ','))
      if (!part.empty())
        parts.push_back(std::move(part));
  names = std::move(parts);
}

usage_error finish_set(const std::vector<std::string>& texts,
                       std::vector<std::pair<std::string, std::string>>& to) {
  for (const auto& text : texts) {
    auto at = text.find('=');
    if (at == std::string::npos || at == 0)
      return usage(
          fmt::format("--set takes NAME=VALUE, and '{}' is not one", text));
    to.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  return {};
}

usage_error finish(plan_options& x) {
  if (auto e = finish_set(x.set_texts, x.set))
    return e;
  if (!x.file.empty() && !x.plan.empty())
    return usage(fmt::format("two plans are named, '{}' and '{}'; one run has "
                             "one plan",
                             x.plan, x.file));
  if (!x.file.empty())
    x.plan = x.file;
  return {};
}

} // namespace tutti::cli
