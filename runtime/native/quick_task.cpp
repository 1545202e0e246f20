// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/attempt.hpp"
#include "runtime/native/handed_pool.hpp"
#include "runtime/native/native.hpp"

#include <algorithm>
#include <utility>

namespace tutti::native {

namespace {

const std::shared_ptr<const attempt_details>& nothing() {
  static const auto x = std::make_shared<const attempt_details>();
  return x;
}

} // namespace

quick_task::quick_task(const plan& work, agent_id agent,
                       const assign_task& order, handed_pool& handed)
  : work_(work), agent_(agent), order_(order), handed_(handed) {
}

const std::string& quick_task::name() const {
  return work_.tasks[order_.task.value].name;
}

const std::string& quick_task::agent() const {
  return work_.agents[agent_.value].name;
}

std::uint32_t quick_task::attempt_number() const {
  return order_.attempt;
}

std::uint32_t quick_task::version() const {
  return order_.version;
}

std::uint32_t quick_task::round() const {
  return order_.details ? order_.details->round : 1;
}

work_phase quick_task::phase() const {
  return order_.phase;
}

const std::string& quick_task::feedback() const {
  static const std::string none;
  return order_.details ? order_.details->feedback : none;
}

const attempt_details& quick_task::earlier() const {
  return order_.details && order_.details->earlier ? *order_.details->earlier
                                                   : *nothing();
}

std::vector<item> quick_task::items() const {
  return order_.details ? items_of(work_, *order_.details)
                        : std::vector<item>{};
}

std::vector<handed> quick_task::inputs() const {
  std::vector<std::pair<task_id, handed>> found;
  handed_.for_each(order_.task, [&](const handoff& h) {
    found.emplace_back(h.from,
                       handed{work_.tasks[h.from.value].name, h.version,
                              h.status, h.details ? h.details : nothing()});
  });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  std::vector<handed> result;
  for (auto& [from, x] : found)
    result.push_back(std::move(x));
  return result;
}

std::optional<handed> quick_task::find_input(std::string_view from) const {
  std::optional<handed> result;
  handed_.for_each(order_.task, [&](const handoff& h) {
    if (work_.tasks[h.from.value].name == from)
      result = handed{work_.tasks[h.from.value].name, h.version, h.status,
                      h.details ? h.details : nothing()};
  });
  return result;
}

} // namespace tutti::native
