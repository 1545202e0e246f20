// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/file_server.hpp"

#include "runtime/cluster/file_log.hpp"

#include <algorithm>
#include <utility>

namespace tutti::cluster {

namespace {

/// More than that are given again without a look at them.
constexpr std::size_t given_max = 10000;

chunk answer_to(const chunk_wanted& x) {
  chunk result;
  result.what = x.what;
  result.offset = x.offset;
  return result;
}

} // namespace

file_server::file_server(server_options options, post_job post,
                         std::function<void(source_id, chunk)> answer)
  : options_(std::move(options)), post_(std::move(post)),
    answer_(std::move(answer)) {
}

void file_server::wanted(source_id from, const chunk_wanted& x) {
  auto& p = peers_[from];
  if (p.reads >= options_.reads_max)
    return;
  ++p.reads;
  auto what = x;
  what.size_bytes = std::min(what.size_bytes, chunk_bytes_max);
  if (what.what.kind == content_kind::log)
    return read_log(from, what);
  // Who wants it from its beginning again may have got something else.
  if (what.offset == 0 && p.given.erase(what.what.name) > 0)
    return look_at_copy(from, what);
  read_artifact(from, what);
}

void file_server::read_artifact(source_id from, const chunk_wanted& x) {
  post_(disk_lane::out, [this, from, x,
                         files = artifacts::store{options_.store_directory}] {
    auto piece = files.read(x.what.name, x.offset, x.size_bytes);
    auto result = answer_to(x);
    result.bytes = std::move(piece.bytes);
    result.mistake = std::move(piece.mistake);
    result.no_such = piece.no_such;
    return [this, from, result = std::move(result),
            at_end = piece.at_end]() mutable {
      if (auto p = peers_.find(from);
          at_end && p != peers_.end() && p->second.given.size() < given_max)
        p->second.given.insert(result.what.name);
      done(from, std::move(result));
    };
  });
}

void file_server::look_at_copy(source_id from, const chunk_wanted& x) {
  post_(disk_lane::bulk,
        [this, from, x, files = artifacts::store{options_.store_directory}] {
          bool damaged = files.remove_damaged(x.what.name);
          return [this, from, x, damaged] {
            if (!damaged)
              return read_artifact(from, x);
            auto result = answer_to(x);
            result.mistake = "its copy was damaged and is removed";
            result.no_such = true;
            done(from, std::move(result));
          };
        });
}

void file_server::read_log(source_id from, const chunk_wanted& x) {
  post_(disk_lane::out, [this, from, x, folder = options_.log_directory] {
    auto result = answer_to(x);
    read_log_piece(folder, x.size_bytes, result);
    return [this, from, result = std::move(result)]() mutable {
      done(from, std::move(result));
    };
  });
}

void file_server::done(source_id to, chunk x) {
  auto p = peers_.find(to);
  if (p == peers_.end())
    return;
  --p->second.reads;
  answer_(to, std::move(x));
}

} // namespace tutti::cluster
