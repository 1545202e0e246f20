// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/approval_prompt.hpp"

#include <fmt/format.h>

#include <utility>

namespace tutti::session {

namespace {

constexpr char escape = '\x1b';
constexpr char erase = '\x7f';
constexpr char backspace = '\b';
constexpr char erase_line = '\x15'; // Ctrl-U
constexpr std::size_t comment_bytes_max = 1000;

/// How long the sequence is that a special key sends, from its escape on; 1
/// where it is the key Escape itself.
std::size_t sequence_size(std::string_view bytes) {
  if (bytes.size() < 2 || (bytes[1] != '[' && bytes[1] != 'O'))
    return 1;
  std::size_t i = 2;
  while (i < bytes.size() && (bytes[i] < '@' || bytes[i] > '~'))
    ++i;
  return std::min(i + 1, bytes.size());
}

bool is_text(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != erase;
}

std::string_view verb(verdict x) {
  switch (x) {
  case verdict::approved:
    return "approve";
  case verdict::changes_requested:
    return "request changes of";
  case verdict::rejected:
    return "reject";
  }
  return "decide";
}

} // namespace

void approval_prompt::update(std::vector<asked_gate> gates) {
  // A comment is for the gate and the round that it was begun for.
  bool same =
      !gates.empty() && !gates_.empty() && gates.front() == gates_.front();
  if (!same && chosen_) {
    // It may only have lost its first place.
    for (std::size_t i = 1; !same && i < gates.size(); ++i)
      if (gates[i] == gates_.front()) {
        std::swap(gates[0], gates[i]);
        same = true;
      }
    if (!same) {
      chosen_.reset();
      comment_.clear();
    }
  }
  gates_ = std::move(gates);
}

std::vector<gate_decision> approval_prompt::type(std::string_view bytes) {
  std::vector<gate_decision> result;
  while (!bytes.empty() && !gates_.empty()) {
    char c = bytes.front();
    if (c == escape) {
      auto size = sequence_size(bytes);
      bytes.remove_prefix(size);
      if (size == 1) {
        chosen_.reset();
        comment_.clear();
      }
      continue;
    }
    bytes.remove_prefix(1);
    if (!chosen_) {
      choose(c);
    } else if (c == '\r' || c == '\n') {
      result.push_back({gates_.front().gate, *chosen_, comment_});
      chosen_.reset();
      comment_.clear();
      // What else was typed is not meant for the next gate.
      return result;
    } else if (c == erase || c == backspace) {
      erase_last();
    } else if (c == erase_line) {
      comment_.clear();
    } else if (is_text(c) && comment_.size() < comment_bytes_max) {
      comment_ += c;
    }
  }
  return result;
}

void approval_prompt::choose(char key) {
  if (key == 'a' || key == 'A')
    chosen_ = verdict::approved;
  else if ((key == 'c' || key == 'C') && gates_.front().can_change)
    chosen_ = verdict::changes_requested;
  else if (key == 'r' || key == 'R')
    chosen_ = verdict::rejected;
}

/// One character, which may have several bytes.
void approval_prompt::erase_last() {
  while (!comment_.empty()) {
    auto c = static_cast<unsigned char>(comment_.back());
    comment_.pop_back();
    if ((c & 0xc0) != 0x80)
      return;
  }
}

std::string approval_prompt::line() const {
  if (gates_.empty())
    return {};
  const auto& g = gates_.front();
  if (chosen_)
    return fmt::format("{} {} (Enter: yes, Esc: no); comment: {}_",
                       verb(*chosen_), g.name, comment_);
  auto more = gates_.size() > 1
                ? fmt::format(" ({} more ask)", gates_.size() - 1)
                : std::string{};
  // Where there is little room its end is what is seen: the keys.
  return fmt::format("gate {}{}: [a]pprove  {}[r]eject", g.name, more,
                     g.can_change ? "request [c]hanges  " : "");
}

} // namespace tutti::session
