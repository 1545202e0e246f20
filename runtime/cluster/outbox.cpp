// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/outbox.hpp"

#include "runtime/cluster/frame_reader.hpp"

#include <algorithm>
#include <utility>

namespace tutti::cluster {

bool outbox::push(std::string frame) {
  std::lock_guard lock{mutex_};
  if (closed_)
    return false;
  unsent_ += frame_head_bytes + frame.size();
  frames_.push_back(std::move(frame));
  return !std::exchange(awake_, true);
}

void outbox::close() {
  std::lock_guard lock{mutex_};
  closed_ = true;
}

void outbox::take(std::size_t most, std::string& into) {
  std::lock_guard lock{mutex_};
  while (!frames_.empty() && into.size() < most) {
    const auto& x = frames_.front();
    if (!std::exchange(begun_, true)) {
      auto head = frame_head(static_cast<std::uint32_t>(x.size()));
      into.append(head.data(), head.size());
    }
    auto room = most - std::min(most, into.size());
    auto n = std::min(room, x.size() - offset_);
    into.append(x, offset_, n);
    offset_ += n;
    if (offset_ < x.size())
      return;
    frames_.pop_front();
    offset_ = 0;
    begun_ = false;
  }
  awake_ = !into.empty();
}

void outbox::left(std::size_t bytes) {
  std::lock_guard lock{mutex_};
  unsent_ -= bytes;
}

std::size_t outbox::unsent_bytes() const {
  std::lock_guard lock{mutex_};
  return unsent_;
}

} // namespace tutti::cluster
