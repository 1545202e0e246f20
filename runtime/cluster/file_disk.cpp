// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_disk.hpp"

#include <utility>

namespace tutti::cluster {

void file_lanes::post(disk_lane where, std::function<void()> job) {
  auto& to = where == disk_lane::bulk ? bulk_
           : where == disk_lane::in   ? in_
                                      : out_;
  to.post(std::move(job));
}

void file_lanes::stop() {
  bulk_.stop();
  in_.stop();
  out_.stop();
}

} // namespace tutti::cluster
