// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace tutti::session {

/// Quoted where a shell would take it for more than a word.
[[nodiscard]] std::string shell_word(std::string_view x);

/// What a shell takes that stands in `directory` to make the run of a plan go
/// on: "tutti run team.yaml --resume=RUN". A path in `directory` is named from
/// there, with an empty `directory` none; `state_directory` is left out where
/// it is empty.
[[nodiscard]] std::string resume_command(const std::string& plan,
                                         const std::string& state_directory,
                                         const std::string& directory,
                                         const std::string& run_id);

} // namespace tutti::session
