// SPDX-License-Identifier: BSD-3-Clause
// Whether what a task puts out keeps to a contract (semantics §12).
#pragma once

#include "messages/value.hpp"

#include <string>

namespace tutti {

/// Empty: the text is a JSON Schema. Else why it is none, without a stop.
[[nodiscard]] std::string check_schema(const std::string& schema);

/// Empty: the JSON text `document` keeps to the schema. Else the JSON pointer
/// and the rule it breaks: "at /port: value type not permitted …".
[[nodiscard]] std::string check_document(const std::string& schema,
                                         const std::string& document);

/// The same for outputs as one JSON object.
[[nodiscard]] std::string check_outputs(const std::string& schema,
                                        const outputs& xs);

} // namespace tutti
