// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/outside.hpp"

#include "actors/agent/payload_shelf.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace tutti::test {

namespace {

bool is_of_service(const start_process& x) {
  return x.name.starts_with("service.");
}

// -- actors -------------------------------------------------------------------

process_actor::behavior_type play_processes(process_actor::pointer self,
                                            outside* world) {
  return {
      [](const process_input&) {
        // No command of the plan is talked with.
      },
      [](process_alive) {
        // Nothing here is idle.
      },
      [self, world](const start_process& x) {
        world->on(x, self->current_sender());
      },
      [world](end_process x) {
        world->on(x);
      },
  };
}

live_actor::behavior_type play_live(live_actor::pointer, outside* world) {
  return {
      [](const open_live&) {
        // Commands speak for their attempts without a token.
      },
      [](const close_live&) {},
      [world](const live_reply& x) {
        world->on(x);
      },
  };
}

artifact_actor::behavior_type play_store(artifact_actor::pointer self,
                                         outside* world) {
  auto answer = [self, world](const auto& x) {
    self->send(caf::actor_cast<agent_actor>(self->current_sender()),
               world->on(x));
  };
  return {
      [answer](const capture_artifacts& x) {
        answer(x);
      },
      [answer](const place_artifacts& x) {
        answer(x);
      },
      [answer](const keep_payload& x) {
        answer(x);
      },
      [answer](const load_payload& x) {
        answer(x);
      },
  };
}

/// What the inbox showed, as `execution::shown` says it.
std::vector<std::string> shown_in(const live_reply& x) {
  std::vector<std::string> result;
  auto shown = nlohmann::json::parse(x.text, nullptr, false);
  if (shown.is_object() && shown.contains("items"))
    for (const auto& item : shown["items"])
      result.push_back(item.at(item.at("kind") == "handoff" ? "task" : "id"));
  return result;
}

std::uint64_t hash(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

} // namespace

std::shared_ptr<const attempt_details>
kept_outside::whole(const std::shared_ptr<const attempt_details>& x) const {
  if (!x || x->payload.size_bytes == 0)
    return x;
  return payloads.at(x->payload.offset);
}

outside::outside(actor_stage& stage, const plan& work, kept_outside& kept,
                 bool waits_inside)
  : work_(work), kept_(kept), waits_inside_(waits_inside),
    processes_(stage.spawn(play_processes, this)),
    live_(stage.spawn(play_live, this)), store_(stage.spawn(play_store, this)) {
}

// -- processes ----------------------------------------------------------------

void outside::on(const start_process& x, caf::strong_actor_ptr asker) {
  if (vanished_)
    return;
  process p;
  p.order = x;
  p.asker = std::move(asker);
  if (is_of_service(x)) {
    p.waits = !x.name.ends_with(".ready");
    caf::anon_send(caf::actor_cast<caf::actor>(p.asker),
                   process_started{x.id, 1});
  } else {
    p.execution = kept_.executions.size();
    kept_.executions.push_back(
        {env_text(x, "TUTTI_TASK"), env_number(x, "TUTTI_ATTEMPT"),
         env_number(x, "TUTTI_VERSION"), env_text(x, "TUTTI_PHASE"),
         words_of(env_text(x, "TUTTI_TRIGGER"))});
    p.calls = calls_of(work_, x, waits_inside_);
  }
  running_.push_back(std::move(p));
}

void outside::on(const end_process& x) {
  constexpr std::int32_t terminated = 143;
  for (auto& p : running_)
    if (p.order.id == x.id) {
      p.waits = false;
      p.calls.clear();
      p.code = terminated;
    }
}

std::size_t outside::ready() const {
  return static_cast<std::size_t>(
      std::count_if(running_.begin(), running_.end(), [](const process& p) {
        return !p.waits;
      }));
}

void outside::go_on(std::size_t n) {
  auto i = std::find_if(running_.begin(), running_.end(), [&n](const auto& p) {
    return !p.waits && n-- == 0;
  });
  auto to = caf::actor_cast<caf::actor>(i->asker);
  if (!i->calls.empty()) {
    auto call = i->calls.front();
    i->calls.erase(i->calls.begin());
    call.id = i->called = ++calls_;
    i->waits = true;
    return caf::anon_send(to, std::move(call));
  }
  auto end = end_of(*i);
  running_.erase(i);
  caf::anon_send(to, std::move(end));
}

void outside::on(const live_reply& x) {
  for (auto& p : running_)
    if (p.called == x.id && !vanished_) {
      p.waits = false;
      p.code = x.ok ? 0 : 1;
      for (auto& from : shown_in(x))
        kept_.executions[p.execution].shown.push_back(std::move(from));
    }
}

process_exited outside::end_of(const process& x) {
  process_exited result;
  result.id = x.order.id;
  result.code = x.code;
  if (x.code != 0 || is_of_service(x.order))
    return result;
  auto end = play_command(x.order, files_);
  result.code = end.code;
  result.output = std::move(end.output);
  return result;
}

void outside::vanish() {
  vanished_ = true;
  running_.clear();
  processes_ = nullptr;
  live_ = nullptr;
  store_ = nullptr;
}

// -- the store ----------------------------------------------------------------

artifacts_captured outside::on(const capture_artifacts& x) {
  artifacts_captured result;
  result.id = x.id;
  for (const auto& name : x.patterns) {
    auto i = files_.find(x.directory + "/" + name);
    if (i == files_.end()) {
      if (!x.missing_ok)
        result.mistake = name + " is not there";
      continue;
    }
    auto digest = fmt::format("{:064x}", hash(i->second));
    kept_.contents[digest] = i->second;
    result.artifacts.push_back({name, digest, i->second.size(), false});
  }
  return result;
}

artifacts_placed outside::on(const place_artifacts& x) {
  for (const auto& file : x.artifacts)
    files_[x.directory + "/" + file.path] = kept_.contents.at(file.digest);
  return {x.id, {}, false};
}

payload_kept outside::on(const keep_payload& x) {
  payload_kept result;
  result.id = x.id;
  std::string content;
  for (const auto& y : x.details->outputs)
    content += y.name + "=" + y.value.text + "\n";
  for (const auto& y : x.details->artifacts)
    content += y.path + ":" + y.digest + "\n";
  result.payload = {kept_.payloads.size(),
                    payload_shelf::bytes_of(x.details.get()),
                    {hash(content), content.size()}};
  kept_.payloads.push_back(x.details);
  return result;
}

payload_loaded outside::on(const load_payload& x) const {
  return {x.id, kept_.payloads.at(x.payload.offset), {}};
}

} // namespace tutti::test
