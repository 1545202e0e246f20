// SPDX-License-Identifier: BSD-3-Clause
// The disk under the movers of files. It blocks, so what is done there is done
// on plain threads, and what follows from that by the actor again.
#pragma once

#include "runtime/artifacts/lane.hpp"

#include <cstdint>
#include <functional>

namespace tutti::cluster {

/// What is done on one lane is done in order.
enum class disk_lane : std::uint8_t {
  bulk, ///< whole files: taken in, put in place, looked through
  in,   ///< pieces that have come
  out,  ///< pieces that are wanted
};

/// Done on a lane; what it returns is done by the actor that posted it.
using disk_job = std::function<std::function<void()>()>;
using post_job = std::function<void(disk_lane, disk_job)>;

class file_disk {
public:
  virtual ~file_disk() = default;
  /// On any thread; returns at once.
  virtual void post(disk_lane where, std::function<void()> job) = 0;
};

class file_lanes : public file_disk {
public:
  void post(disk_lane where, std::function<void()> job) override;
  /// Nobody is answered any more: before the actors' system goes.
  void stop();

private:
  artifacts::lane bulk_;
  artifacts::lane in_;
  artifacts::lane out_;
};

} // namespace tutti::cluster
