// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/payload_shelf.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

std::size_t size_of(const attempt_details& x) {
  auto result = sizeof x + x.note.size() + x.message.size();
  for (const auto& y : x.outputs)
    result += sizeof y + y.name.size() + y.value.text.size();
  for (const auto& y : x.artifacts)
    result += sizeof y + y.path.size() + y.digest.size();
  for (const auto& y : x.contracts)
    result += sizeof y + y.schema.size() + y.mock.size();
  return result;
}

} // namespace

shelved payload_shelf::put(shared_details x) {
  if (!x || size_of(*x) <= sizeof *x + small_bytes)
    return {std::move(x), 0};
  if (auto i = held_.find(x.get()); i != held_.end()) {
    ++i->second;
    return {std::move(x), 0};
  }
  auto bytes = size_of(*x);
  if (!has_store_ || bytes_ + bytes <= budget_bytes) {
    bytes_ += bytes;
    held_.emplace(x.get(), 1);
    return {std::move(x), 0};
  }
  if (latest_.lock() == x)
    return {nullptr, latest_id_};
  latest_ = x;
  latest_id_ = next_id_++;
  leaving_.emplace(latest_id_, x);
  ports_.send(keep_payload{latest_id_, std::move(x)});
  return {nullptr, latest_id_};
}

void payload_shelf::drop(const shelved& x) {
  auto i = x.details ? held_.find(x.details.get()) : held_.end();
  if (i == held_.end() || --i->second > 0)
    return;
  held_.erase(i);
  bytes_ -= size_of(*x.details);
}

shared_details payload_shelf::at_hand(const shelved& x) const {
  if (!x.on_disk())
    return x.details;
  auto i = leaving_.find(x.payload);
  return i == leaving_.end() ? nullptr : i->second;
}

void payload_shelf::load(const std::vector<std::uint64_t>& payloads,
                         loaded done) {
  auto f = std::make_shared<fetch>();
  f->payloads = payloads;
  f->details.resize(payloads.size());
  f->missing = payloads.size();
  f->done = std::move(done);
  if (payloads.empty())
    return f->done({}, {});
  fetches_.push_back(f);
  for (auto id : payloads)
    ports_.send(load_payload{id});
}

void payload_shelf::on(const payload_kept& x) {
  if (x.mistake.empty())
    leaving_.erase(x.id);
  // Else the disk is full: it stays in memory.
}

void payload_shelf::on(payload_loaded x) {
  // Two may want the same; each asked for it.
  auto wants = [&x](const std::shared_ptr<fetch>& f) {
    for (std::size_t i = 0; i < f->payloads.size(); ++i)
      if (f->payloads[i] == x.id && !f->details[i])
        return true;
    return false;
  };
  auto i = std::find_if(fetches_.begin(), fetches_.end(), wants);
  if (i == fetches_.end())
    return;
  auto f = *i;
  if (!x.mistake.empty()) {
    fetches_.erase(i);
    return f->done({}, x.mistake);
  }
  take(*f, x);
  if (f->missing > 0)
    return;
  fetches_.erase(i);
  f->done(std::move(f->details), {});
}

void payload_shelf::take(fetch& f, const payload_loaded& x) {
  for (std::size_t i = 0; i < f.payloads.size(); ++i)
    if (f.payloads[i] == x.id && !f.details[i]) {
      f.details[i] = x.details;
      --f.missing;
      return;
    }
}

} // namespace tutti
