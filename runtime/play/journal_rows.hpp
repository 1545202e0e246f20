// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/fact_row.hpp"
#include "runtime/journal/journal_info.hpp"

#include <cstdint>
#include <memory>

namespace tutti::play {

/// Facts through the rows of a journal and back, as the real one keeps them: a
/// journal without a file.
class journal_rows {
public:
  explicit journal_rows(std::shared_ptr<const plan> work);

  /// What is read back of the fact with this number. Aborts where its row
  /// cannot be read.
  [[nodiscard]] fact through(std::uint64_t number, const fact& x);

private:
  std::shared_ptr<const plan> plan_;
  journal::word_ids words_; ///< filled with `info_`
  journal::journal_info info_;
  journal::name_ids names_;
  journal::row_decoder decoder_;
};

} // namespace tutti::play
