// SPDX-License-Identifier: BSD-3-Clause
// Facts into a pack. Most are as the last one of their kind was but for when it
// happened, what it is about, its cause and its agent: such a one is told by
// these alone, without a row of all columns.
#pragma once

#include "runtime/journal/fact_pack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tutti::journal {

class fact_packer {
public:
  /// Forgets what was added.
  void clear();

  /// `x` is about a task. The numbers that names and words have are those of
  /// the calls before, since `clear`.
  void add(const plan& p, const name_ids& names, const word_ids& words,
           const fact& x);

  /// As `pack_writer`.
  [[nodiscard]] std::string_view body() const {
    return to_.body();
  }
  [[nodiscard]] std::size_t count() const {
    return to_.count();
  }
  [[nodiscard]] std::int64_t at() const {
    return to_.at();
  }

private:
  /// What of a fact the next one of its kind most often has, too.
  struct usual {
    std::uint32_t attempt = 0;
    std::uint32_t version = 0;
    std::int32_t exit_code = 0;
    work_phase phase{};
    task_state state{};
    attempt_end end{};
    run_status status{};
    node_kind cause_kind{};
    service_state service{};
    bool is_plain = false; ///< it has no texts

    friend bool operator==(const usual&, const usual&) = default;
  };
  [[nodiscard]] static usual usual_of(const fact& x);

  static constexpr std::size_t kinds = 256;
  std::array<usual, kinds> last_{}; ///< by kind; not plain: unknown
  pack_writer to_;
  fact_row row_;
};

} // namespace tutti::journal
