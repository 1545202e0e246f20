// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/output.hpp"

#include "runtime/process/files.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tutti::process {

// -- capped_log ---------------------------------------------------------------

capped_log::capped_log(std::string path, std::uint64_t bytes_max)
  : path_(std::move(path)), bytes_max_(bytes_max) {
}

void capped_log::append(std::string_view bytes) {
  auto room = bytes_max_ - std::min(size_, bytes_max_);
  auto kept = bytes.substr(
      0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), room)));
  dropped_ += bytes.size() - kept.size();
  if (kept.empty())
    return;
  if (!file_) {
    // Never blocks, whatever a task has put in its place.
    file_.reset(::open(path_.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
                           | O_NONBLOCK,
                       0644));
    if (!file_) {
      dropped_ += kept.size();
      return failed(errno);
    }
    made_ = true;
  }
  std::size_t written = 0;
  auto error_number = write_all(file_.get(), kept, written);
  size_ += written;
  dropped_ += kept.size() - written;
  if (error_number != 0)
    failed(error_number);
}

void capped_log::failed(int error_number) {
  if (failure_.empty())
    failure_ =
        "cannot write the log " + path_ + ": " + system_text(error_number);
}

void capped_log::finish() {
  if (file_ && dropped_ > 0) {
    auto why = failure_.empty()
                 ? "the limit is " + std::to_string(bytes_max_) + " bytes"
                 : failure_;
    std::size_t written = 0;
    // A disk that is still full takes no marker either; the count is reported.
    (void)write_all(file_.get(),
                    "\n[tutti: " + std::to_string(dropped_)
                        + " bytes of output are not in this log; " + why
                        + "]\n",
                    written);
  }
  file_.reset();
}

std::string capped_log::path() const {
  return made_ ? path_ : std::string{};
}

std::uint64_t capped_log::dropped_bytes() const {
  return dropped_;
}

const std::string& capped_log::failure() const {
  return failure_;
}

// -- last_line ----------------------------------------------------------------

void last_line::append(std::string_view bytes) {
  constexpr std::string_view ends = "\r\n";
  auto add = [this](std::string_view x) {
    part_.append(x.substr(0, line_bytes_max - part_.size()));
  };
  auto end = bytes.find_last_of(ends);
  if (end == std::string_view::npos)
    return add(bytes);
  // Only the last line with something in it matters; all before it is skipped.
  auto last = bytes.find_last_not_of(ends, end);
  if (last != std::string_view::npos) {
    auto before = bytes.find_last_of(ends, last);
    if (before != std::string_view::npos)
      part_.clear();
    auto first = before == std::string_view::npos ? 0 : before + 1;
    add(bytes.substr(first, last + 1 - first));
  }
  complete();
  add(bytes.substr(end + 1));
}

void last_line::complete() {
  if (part_.empty())
    return;
  line_ = std::move(part_);
  part_.clear();
  ready_ = true;
}

void last_line::end() {
  complete();
}

bool last_line::ready() const {
  return ready_;
}

std::optional<std::string> last_line::take() {
  if (!ready_)
    return std::nullopt;
  ready_ = false;
  return std::move(line_);
}

} // namespace tutti::process
