// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/live_run.hpp"

#include "runtime/report/run_model.hpp"
#include "runtime/session/run_feed.hpp"
#include "runtime/session/run_record.hpp"
#include "runtime/session/state_directory.hpp"
#include "runtime/session/team.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>
#include <vector>

namespace tutti::stress {

int run_live(live_run_options options, const std::string& directory,
             process::supervisor& processes) {
  constexpr auto frame = std::chrono::milliseconds(100); // as the board's
  auto files = session::make_run_directory(directory + "/.tutti");
  if (!files) {
    std::fprintf(stderr, "%s\n", files.error().detail.c_str());
    return static_cast<int>(files.error().code);
  }
  process::supervisor_options limits;
  limits.log_directory = files->logs;
  limits.io_directory = files->io;
  processes.configure(limits);
  auto work = std::make_shared<const plan>(std::move(options.work));
  std::vector<std::uint32_t> slots;
  for (const auto& a : work->agents)
    slots.push_back(a.slots);
  session::run_feed feed;
  session::session_options how;
  how.natives = &options.agents;
  session::record_options recorded;
  recorded.files = *files;
  recorded.work = work;
  recorded.how = options.durability;
  std::future<expected<session::run_record>> beginning;
  if (!options.record)
    beginning = session::begin_record_beside(recorded);
  report::run_model model{*work, slots};
  auto record = beginning.valid() ? beginning.get() : options.record(recorded);
  if (!record) {
    std::fprintf(stderr, "%s\n", record.error().detail.c_str());
    return static_cast<int>(record.error().code);
  }
  for (const auto& x : record->history)
    model.apply(x);
  {
    auto disk = std::make_shared<artifacts::artifact_disk>(
        files->artifacts, files->payloads,
        options.durability != journal::durability::off);
    session::team_options parts;
    parts.work = work;
    parts.session = how;
    parts.files = *files;
    parts.disk = disk;
    parts.record = std::move(*record);
    parts.graph = recorded.graph;
    parts.processes = &processes;
    parts.feed = &feed;
    session::team actors{std::move(parts)};
    if (options.begins)
      options.begins();
    actors.begin();
    bool stops = false;
    while (!model.ended()) {
      if (!stops && options.goes_on && !options.goes_on()) {
        stops = true;
        actors.stop(static_cast<std::int32_t>(exit_code::interrupted), false);
      }
      auto batch = feed.take(frame);
      for (const auto& facts : batch.facts)
        for (const auto& x : facts) {
          model.apply(x);
          options.seen(x);
        }
      for (const auto& x : batch.progress) {
        model.apply(x);
        if (options.progressed)
          options.progressed(x);
      }
      for (const auto& x : batch.notes)
        std::fprintf(stderr, "%s\n", x.c_str());
    }
    if (options.ended)
      options.ended();
    actors.close_sockets();
    processes.shut_down();
  }
  return model.exit_code();
}

scratch_folder::scratch_folder(const std::string& parent) {
  namespace fs = std::filesystem;
  auto below = parent.empty() ? fs::temp_directory_path() : fs::path{parent};
  auto name = (below / "tutti-stress-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    std::perror(name.c_str());
  else
    path_ = name;
}

scratch_folder::~scratch_folder() {
  if (path_.empty())
    return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

} // namespace tutti::stress
