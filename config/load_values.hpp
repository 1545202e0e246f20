// SPDX-License-Identifier: BSD-3-Clause
// From nodes to simple values. Each function reports what is wrong and then
// answers nothing. `what` is the key as messages call it.
#pragma once

#include "config/loader_context.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A text; numbers and booleans are texts, too.
[[nodiscard]] std::optional<std::string> read_text(loader_context& c, node_id x,
                                                   std::string_view what);

[[nodiscard]] std::optional<bool> read_boolean(loader_context& c, node_id x,
                                               std::string_view what);

struct integer_range {
  std::int64_t min;
  std::int64_t max;
};

/// `subject` is how messages call it where that is not `what` in quotes.
[[nodiscard]] std::optional<std::int64_t>
read_integer(loader_context& c, node_id x, std::string_view what,
             integer_range range, std::string_view subject = {});

enum class zero_duration { refused, allowed };

[[nodiscard]] std::optional<duration> read_duration(loader_context& c,
                                                    node_id x,
                                                    std::string_view what,
                                                    zero_duration zero);

/// The items of a list; a lone scalar is a list of one, nothing is none.
[[nodiscard]] std::vector<node_id> read_list(loader_context& c, node_id x,
                                             std::string_view what);

/// A list of texts that are not empty.
[[nodiscard]] std::vector<std::string> read_texts(loader_context& c, node_id x,
                                                  std::string_view what);

/// A text in which `${{ }}` is filled in.
[[nodiscard]] std::optional<template_text>
read_template(loader_context& c, node_id x, std::string_view what);

/// A condition: `if`.
[[nodiscard]] std::optional<template_text> read_condition(loader_context& c,
                                                          node_id x);

/// Reports a mistake at the right place of a scalar.
void report_in_scalar(loader_context& c, node_id x,
                      const expression_mistake& mistake);

/// The bytes of the source that a piece of a scalar stands for, or all of it
/// where that cannot be said.
[[nodiscard]] span piece_of_scalar(const loader_context& c, node_id x,
                                   std::uint32_t offset, std::uint32_t length);

/// Checks that a node is a mapping (null is an empty one). `what` is as
/// "a task".
[[nodiscard]] bool is_mapping(loader_context& c, node_id x,
                              std::string_view what);

/// The row of a key; reports an unknown one.
[[nodiscard]] const key_row* known_key(loader_context& c, place where,
                                       node_id key);

/// True for what names are made of.
[[nodiscard]] bool is_name(std::string_view text);

/// True for a name of task, phase, gate, agent or pool; else reports why not.
[[nodiscard]] bool is_good_name(loader_context& c, node_id key,
                                std::string_view kind);

/// "a b" and "a, b" as the list "[a, b]" that is meant; empty for what is not
/// several names.
[[nodiscard]] std::string words_as_list(std::string_view text);

/// Reports an entry without a colon that a comma made, as `b` in
/// `{ run: echo a, b }`. `elder` is the value before it, or `no_node`.
[[nodiscard]] bool is_comma_mistake(loader_context& c, node_id mapping,
                                    node_id key, node_id elder);

} // namespace tutti::config
