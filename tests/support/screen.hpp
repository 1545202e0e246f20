// SPDX-License-Identifier: BSD-3-Clause
// A tiny terminal for tests: interprets what the board writes (cursor up, clear
// to the end of the line and of the screen, colours, private modes), wraps,
// scrolls, keeps a scrollback, and wraps anew on resize as most terminals do.
#pragma once

#include "runtime/display/terminal.hpp"
#include "runtime/display/text_width.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

class screen {
public:
  screen(int columns, int rows)
    : columns_(static_cast<std::size_t>(columns)),
      height_(static_cast<std::size_t>(rows)) {
  }

  void write(std::string_view text) {
    while (!text.empty())
      text.remove_prefix(step(text));
  }

  void resize(int columns, int rows) {
    // The cursor stays with its character; rows that wrapped are one line.
    std::vector<row> old;
    old.swap(rows_);
    auto cursor_row = row_;
    auto cursor_column = column_;
    columns_ = static_cast<std::size_t>(columns);
    height_ = static_cast<std::size_t>(rows);
    for (std::size_t i = 0; i < old.size();) {
      std::vector<std::string> cells;
      std::size_t cursor = none;
      do {
        if (i == cursor_row)
          cursor = cells.size() + cursor_column;
        cells.insert(cells.end(), old[i].cells.begin(), old[i].cells.end());
        ++i;
      } while (i < old.size() && old[i].continues);
      lay_out(cells, cursor);
    }
    if (rows_.empty())
      rows_.emplace_back();
    top_ = rows_.size() > height_ ? rows_.size() - height_ : 0;
    row_ = std::max(row_, top_);
  }

  /// All lines, those that have scrolled out first, wrapped rows joined.
  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const auto& x : rows_) {
      if (!x.continues || result.empty())
        result.emplace_back();
      for (const auto& y : x.cells)
        result.back() += y;
    }
    for (auto& x : result)
      x.erase(x.find_last_not_of(' ') + 1);
    while (!result.empty() && result.back().empty())
      result.pop_back();
    return result;
  }

  /// The rows that can be seen, as they are.
  std::vector<std::string> visible() const {
    std::vector<std::string> result;
    for (auto i = top_; i < rows_.size(); ++i) {
      std::string text;
      for (const auto& y : rows_[i].cells)
        text += y;
      text.erase(text.find_last_not_of(' ') + 1);
      result.push_back(std::move(text));
    }
    return result;
  }

  bool cursor_shown() const {
    return cursor_shown_;
  }
  std::size_t columns() const {
    return columns_;
  }
  std::size_t height() const {
    return height_;
  }

private:
  static constexpr auto none = static_cast<std::size_t>(-1);

  struct row {
    std::vector<std::string> cells; // a wide character: itself and ""
    bool continues = false;         // the row above wrapped into this one
  };

  void lay_out(const std::vector<std::string>& line, std::size_t cursor) {
    auto cells = line;
    while (!cells.empty() && cells.back() == " ")
      cells.pop_back();
    std::size_t at = 0;
    do {
      row x;
      x.continues = at > 0;
      auto end = std::min(cells.size(), at + columns_);
      x.cells.assign(cells.begin() + static_cast<std::ptrdiff_t>(at),
                     cells.begin() + static_cast<std::ptrdiff_t>(end));
      if (cursor != none && cursor >= at) {
        row_ = rows_.size();
        column_ = std::min(cursor - at, columns_ - 1);
      }
      rows_.push_back(std::move(x));
      at = end;
    } while (at < cells.size());
  }

  std::size_t step(std::string_view text) {
    auto c = static_cast<unsigned char>(text[0]);
    if (rows_.empty())
      rows_.emplace_back();
    if (c == 0x1b)
      return escape(text);
    if (c == '\n') { // ONLCR: the terminal adds the carriage return
      column_ = 0;
      next_row(false);
      return 1;
    }
    if (c == '\r') {
      column_ = 0;
      return 1;
    }
    if (c < 0x20 || c == 0x7f)
      throw std::runtime_error("a control character reached the screen");
    std::size_t bytes = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    put(text.substr(0, bytes));
    return std::min(bytes, text.size());
  }

  void put(std::string_view character) {
    auto width = display::width_of(character);
    if (column_ + width > columns_) {
      column_ = 0;
      next_row(true);
    }
    auto& cells = rows_[row_].cells;
    if (width == 0) {
      if (column_ > 0)
        cells[column_ - 1] += character;
      return;
    }
    if (cells.size() < column_ + width)
      cells.resize(column_ + width, " ");
    cells[column_] = character;
    if (width == 2)
      cells[column_ + 1].clear();
    column_ += width;
  }

  void next_row(bool continues) {
    ++row_;
    if (row_ == rows_.size())
      rows_.emplace_back();
    if (continues)
      rows_[row_].continues = true;
    if (row_ - top_ >= height_)
      ++top_;
  }

  // As tmux does where the whole screen is cleared: what was on it is kept.
  void scroll_into_history() {
    auto end = rows_.size();
    while (end > top_ && rows_[end - 1].cells.empty())
      --end;
    rows_.resize(end);
    rows_.emplace_back();
    top_ = row_ = end;
  }

  std::size_t escape(std::string_view text) {
    if (text.size() < 3 || text[1] != '[')
      throw std::runtime_error("an escape code that the board never writes");
    auto end = text.find_first_not_of("0123456789;?", 2);
    if (end == std::string_view::npos)
      throw std::runtime_error("an unfinished escape code");
    auto parameters = std::string(text.substr(2, end - 2));
    switch (text[end]) {
    case 'A': {
      auto n = parameters.empty() ? 1 : std::stoul(parameters);
      row_ -= std::min<std::size_t>(n, row_ - top_);
      break;
    }
    case 'K':
      if (parameters == "2") {
        rows_[row_].cells.clear();
        rows_[row_].continues = false;
      }
      rows_[row_].cells.resize(std::min(rows_[row_].cells.size(), column_));
      if (row_ + 1 < rows_.size())
        rows_[row_ + 1].continues = false;
      break;
    case 'J':
      if (row_ == top_ && column_ == 0)
        scroll_into_history();
      rows_[row_].cells.resize(std::min(rows_[row_].cells.size(), column_));
      if (column_ == 0)
        rows_[row_].continues = false;
      rows_.resize(row_ + 1);
      break;
    case 'm':
      break;
    case 'h':
    case 'l':
      if (parameters == "?25")
        cursor_shown_ = text[end] == 'h';
      else if (parameters != "?2026")
        throw std::runtime_error("an unknown mode: " + parameters);
      break;
    default:
      throw std::runtime_error("an escape code that the board never writes");
    }
    return end + 1;
  }

  std::size_t columns_;
  std::size_t height_;
  std::vector<row> rows_;
  std::size_t top_ = 0; // the first row that can be seen
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  bool cursor_shown_ = true;
};

/// An output that draws on a screen and remembers what it was given.
class screen_output final : public display::output {
public:
  screen_output(screen& to, std::string& bytes) : screen_(to), bytes_(bytes) {
  }
  void write(std::string_view text) override {
    bytes_ += text;
    screen_.write(text);
  }
  display::screen_size size() const override {
    return {static_cast<int>(screen_.columns()),
            static_cast<int>(screen_.height())};
  }

private:
  screen& screen_;
  std::string& bytes_;
};

/// An output that only remembers.
class text_output final : public display::output {
public:
  explicit text_output(std::string& bytes, int columns = 80)
    : bytes_(bytes), columns_(columns) {
  }
  void write(std::string_view text) override {
    bytes_ += text;
  }
  display::screen_size size() const override {
    return {columns_, 24};
  }

private:
  std::string& bytes_;
  int columns_;
};

} // namespace tutti::test
