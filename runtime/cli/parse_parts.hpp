// SPDX-License-Identifier: BSD-3-Clause
// What the files share that look at the words of a command line.
#pragma once

#include "messages/error.hpp"
#include "runtime/cli/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tutti::cli {

/// None: all is well.
using usage_error = std::optional<error>;

[[nodiscard]] error usage(std::string text);

/// A whole number, from 0 or 1.
template <class Number>
[[nodiscard]] usage_error whole_number(std::string_view option,
                                       std::string_view text, Number least,
                                       Number& into) {
  const auto* end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, into);
  if (code != std::errc{} || stop != end || into < least)
    return usage(fmt::format("{} takes a whole number from {}, and '{}' is not "
                             "one",
                             option, least, text));
  return {};
}

/// The nearest of the candidates as a question, or what is said otherwise.
[[nodiscard]] std::string
did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
             std::string_view otherwise);

[[nodiscard]] usage_error one_of(std::string_view what, const std::string& word,
                                 const std::vector<std::string>& words);

/// Splits "a,b" in a list of names.
void split_names(std::vector<std::string>& names);

/// "K=V" of `--set`.
[[nodiscard]] usage_error
finish_set(const std::vector<std::string>& texts,
           std::vector<std::pair<std::string, std::string>>& to);

[[nodiscard]] usage_error finish(plan_options& x);
[[nodiscard]] usage_error finish(simulate_options& x);
[[nodiscard]] usage_error finish(certs_options& x);
[[nodiscard]] usage_error finish(stress_options& x);
[[nodiscard]] usage_error finish(machine_options& x);
[[nodiscard]] usage_error finish(node_options& x);
/// Of `up`, before the above.
[[nodiscard]] usage_error finish_own_nodes(machine_options& x);

} // namespace tutti::cli
