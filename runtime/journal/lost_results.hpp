// SPDX-License-Identifier: BSD-3-Clause
// Results that a journal has, and whose large parts are not on disk any more as
// they were kept. Blocks on the disk.
#pragma once

#include "messages/fact.hpp"
#include "messages/ids.hpp"

#include <string>
#include <vector>

namespace tutti::journal {

/// Where the large parts of a run's results lie; absolute. Empty: they are not
/// looked at.
struct result_files {
  std::string payloads;  ///< the file of the run
  std::string artifacts; ///< the store of all runs
};

struct lost_result {
  task_id task;
  std::string why; ///< one sentence, of the first that is not as it was

  friend bool operator==(const lost_result&, const lost_result&) = default;
};

/// The tasks that have a result that stands after these facts, with a part that
/// is missing or damaged, by their index. What is lost of an artifact is told
/// by its size; a payload is read.
[[nodiscard]] std::vector<lost_result>
lost_results(const std::vector<fact>& facts, const result_files& where);

} // namespace tutti::journal
