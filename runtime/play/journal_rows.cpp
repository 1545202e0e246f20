// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/journal_rows.hpp"

#include "messages/assert.hpp"

#include <utility>

namespace tutti::play {

namespace {

journal::journal_info new_journal(const plan& p, journal::word_ids& ids) {
  journal::journal_info result;
  for (const auto& x : journal::learn_words({}, 0, ids))
    result.words[static_cast<std::size_t>(x.vocabulary)].emplace_back(
        x.id, std::string{x.text});
  std::int64_t next = 0;
  for (auto [kind, name] : journal::names_of(p))
    result.names.emplace_back(++next, kind, std::string{name});
  return result;
}

} // namespace

journal_rows::journal_rows(std::shared_ptr<const plan> work)
  : plan_(std::move(work)), info_(new_journal(*plan_, words_)),
    names_(journal::ids_in(*plan_, info_)), decoder_(*plan_, info_) {
}

fact journal_rows::through(std::uint64_t number, const fact& x) {
  auto row = journal::row_of(*plan_, names_, words_, number, x);
  auto result = decoder_.decode(row);
  TUTTI_ASSERT(result);
  return *std::move(result);
}

} // namespace tutti::play
