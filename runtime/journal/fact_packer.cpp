// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/fact_packer.hpp"

namespace tutti::journal {

void fact_packer::clear() {
  to_.clear();
  last_ = {};
}

fact_packer::usual fact_packer::usual_of(const fact& x) {
  return {
      x.attempt, x.version, x.exit_code,  x.phase,   x.state,
      x.end,     x.status,  x.cause_kind, x.service, !x.extra && !x.details};
}

void fact_packer::add(const plan& p, const name_ids& names,
                      const word_ids& words, const fact& x) {
  auto mine = usual_of(x);
  auto& last = last_[static_cast<std::size_t>(x.kind)];
  auto is_usual = mine.is_plain && mine == last;
  last = mine;
  if (is_usual && to_.add_like_last(near_numbers(names, words, x)))
    return;
  set_numbers(row_, names, words, x);
  set_texts(row_, p, x);
  to_.add(row_);
}

} // namespace tutti::journal
