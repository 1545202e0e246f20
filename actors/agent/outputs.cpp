// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/outputs.hpp"

#include "messages/json/json_values.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace tutti {

namespace {

using nlohmann::json;

void sort_last_wins(outputs& xs) {
  std::stable_sort(xs.begin(), xs.end(), [](const output& a, const output& b) {
    return a.name < b.name;
  });
  outputs kept;
  for (auto& x : xs) {
    if (!kept.empty() && kept.back().name == x.name)
      kept.back() = std::move(x);
    else
      kept.push_back(std::move(x));
  }
  xs = std::move(kept);
}

parsed_outputs parse_object(std::string_view text) {
  parsed_outputs result;
  if (json_depth(text) > json_depth_max) {
    result.mistake =
        fmt::format("the JSON in the file named by TUTTI_OUTPUT is "
                    "nested more than {} levels deep",
                    json_depth_max);
    return result;
  }
  auto document = json::parse(text, nullptr, false);
  if (!document.is_object()) {
    result.mistake = "the file named by TUTTI_OUTPUT is neither key=value "
                     "lines nor a valid JSON object";
    return result;
  }
  for (const auto& [name, content] : document.items())
    result.outputs.push_back({name, value_of_json(content)});
  sort_last_wins(result.outputs);
  return result;
}

} // namespace

parsed_outputs parse_outputs(std::string_view text) {
  auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return {};
  if (text[first] == '{')
    return parse_object(text);
  parsed_outputs result;
  int number = 0;
  while (!text.empty()) {
    ++number;
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos)
      continue;
    auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      result.mistake = fmt::format("line {} of the file named by TUTTI_OUTPUT "
                                   "is not key=value",
                                   number);
      return result;
    }
    result.outputs.push_back({std::string{line.substr(0, equals)},
                              make_text(std::string{line.substr(equals + 1)})});
  }
  sort_last_wins(result.outputs);
  return result;
}

std::size_t inline_bytes(const attempt_details& x) {
  auto result = x.note.size();
  for (const auto& y : x.outputs)
    result += y.name.size() + y.value.text.size();
  return result;
}

void put_over(outputs& base, outputs over) {
  base.insert(base.end(), std::make_move_iterator(over.begin()),
              std::make_move_iterator(over.end()));
  sort_last_wins(base);
}

std::string too_large(std::size_t bytes) {
  return fmt::format("outputs and note are {} bytes together, over the limit "
                     "of 1 MiB: write it to a file and name the file under "
                     "`artifacts`",
                     bytes);
}

} // namespace tutti
