// SPDX-License-Identifier: BSD-3-Clause
// What an attempt says, without secrets: nothing that leaves the agent holds
// one (docs/secrets.md).
#pragma once

#include "messages/fact.hpp"
#include "messages/live.hpp"
#include "messages/value.hpp"

#include <functional>
#include <string>

namespace tutti {

/// Replaces what is secret in a text; empty: nothing is. May be called on any
/// thread.
using text_mask = std::function<void(std::string&)>;

/// Outputs (names and values), note and message. A number in which something
/// was replaced is a text from then on; in JSON the texts, names and numbers
/// are masked one by one, so that it stays JSON.
void mask_details(const text_mask& mask, attempt_details& x);

/// Of the file that TUTTI_OUTPUT names, before it is read: `key=value` lines
/// would be cut within a secret. One JSON object stays as it is.
void mask_lines(const text_mask& mask, std::string& output);

void mask_call(const text_mask& mask, live_call& x);

/// True where the text holds what is secret.
[[nodiscard]] bool holds_secret(const text_mask& mask, const std::string& text);

} // namespace tutti
