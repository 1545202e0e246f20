// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_files [--json] [--quick] [MiB]
//
// How fast a large artifact gets from a node to the run's machine and from
// there to another node, and in how much memory (docs/performance.md): all
// three in this process, with real disks and links that lose nothing. One
// round.
#include "bench/memory.hpp"
#include "bench/rows.hpp"
#include "runtime/cluster/file_mover.hpp"
#include "runtime/cluster/file_node.hpp"
#include "runtime/session/team.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>

using namespace tutti;

namespace {

struct carried {
  std::function<void(caf::local_actor*)> give;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carried)

namespace {

using link_end = file_link_actor::extend<caf::reacts_to<carried>>;
using asking_agent = caf::typed_actor<caf::reacts_to<carried>,
                                      caf::reacts_to<artifacts_captured>,
                                      caf::reacts_to<artifacts_placed>>;

struct wire {
  link_end ends[2];
  file_mover_actor movers[2];
};

link_end::behavior_type link_behavior(link_end::pointer self, wire* w,
                                      std::size_t to) {
  auto give = [self, w, to](auto& x) {
    using type = std::decay_t<decltype(x)>;
    auto moved = std::make_shared<type>(std::move(x));
    self->send(w->ends[to], carried{[w, to, moved](caf::local_actor* other) {
                 static_cast<link_end::pointer>(other)->send(w->movers[to],
                                                             std::move(*moved));
               }});
  };
  return {
      [give](chunk_wanted& x) {
        give(x);
      },
      [give](chunk& x) {
        give(x);
      },
      [give](log_grew& x) {
        give(x);
      },
      [give](files_offered& x) {
        give(x);
      },
      [give](files_taken& x) {
        give(x);
      },
      [self](const carried& x) {
        x.give(self);
      },
  };
}

/// Where the main thread waits for what an agent is answered.
template <class Answer>
class box {
public:
  void put(Answer x) {
    std::lock_guard lock{mutex_};
    content_ = std::move(x);
    changed_.notify_all();
  }
  Answer take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] {
      return content_.has_value();
    });
    return *std::exchange(content_, {});
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Answer> content_;
};

struct answers {
  box<artifacts_captured> captured;
  box<artifacts_placed> placed;
};

asking_agent::behavior_type agent_behavior(asking_agent::pointer self,
                                           answers* got) {
  return {
      [self](const carried& x) {
        x.give(self);
      },
      [got](const artifacts_captured& x) {
        got->captured.put(x);
      },
      [got](const artifacts_placed& x) {
        got->placed.put(x);
      },
  };
}

void make_file(const std::string& path, std::size_t mebibytes) {
  std::mt19937_64 dice{1};
  std::string piece(std::size_t{1} << 20, '\0');
  for (auto& c : piece)
    c = static_cast<char>(dice());
  std::ofstream file{path, std::ios::binary};
  for (std::size_t i = 0; i < mebibytes; ++i) {
    piece.replace(0, sizeof i, reinterpret_cast<const char*>(&i), sizeof i);
    file << piece;
  }
}

class movers {
public:
  explicit movers(std::string folder) : folder_(std::move(folder)) {
    namespace fs = std::filesystem;
    for (const auto* x : {"hub/logs", "a/files", "b/files"})
      fs::create_directories(folder_ + "/" + x);
    cluster::hub_files_options mine;
    mine.store_directory = folder_ + "/hub/artifacts";
    mine.log_directory = folder_ + "/hub/logs";
    mine.disk = lanes_[0];
    auto hub = system_.spawn(cluster::hub_files_behavior, std::move(mine));
    for (std::size_t i = 0; i < 2; ++i) {
      auto* w = &wires_[i];
      for (std::size_t end = 0; end < 2; ++end)
        w->ends[end] = system_.spawn(link_behavior, w, 1 - end);
      cluster::node_files_options node;
      node.store_directory = folder_ + (i == 0 ? "/a" : "/b") + "/artifacts";
      node.disk = lanes_[i + 1];
      node.link = w->ends[1];
      nodes_[i] = system_.spawn(cluster::node_files_behavior, std::move(node));
      w->movers[0] = hub;
      w->movers[1] = nodes_[i];
    }
    agent_ = system_.spawn(agent_behavior, &got_);
  }
  ~movers() {
    for (auto& x : lanes_)
      x->stop();
    for (auto& w : wires_)
      for (std::size_t end = 0; end < 2; ++end) {
        caf::anon_send_exit(w.ends[end], caf::exit_reason::kill);
        caf::anon_send_exit(w.movers[end], caf::exit_reason::kill);
        w.ends[end] = nullptr;
        w.movers[end] = nullptr;
      }
    caf::anon_send_exit(agent_, caf::exit_reason::kill);
  }
  movers(const movers&) = delete;
  movers& operator=(const movers&) = delete;

  artifacts_captured capture() {
    ask(0, capture_artifacts{1, folder_ + "/a/files", {"large"}, {}, false});
    return got_.captured.take();
  }
  artifacts_placed place(const std::vector<artifact>& x) {
    ask(1, place_artifacts{2, folder_ + "/b/files", x});
    return got_.placed.take();
  }

private:
  template <class Message>
  void ask(std::size_t node, Message x) {
    caf::anon_send(agent_, carried{[to = nodes_[node], x](caf::local_actor* y) {
                     static_cast<asking_agent::pointer>(y)->send(to, x);
                   }});
  }

  std::string folder_;
  session::system_config config_;
  caf::actor_system system_{config_};
  std::shared_ptr<cluster::file_lanes> lanes_[3] = {
      std::make_shared<cluster::file_lanes>(),
      std::make_shared<cluster::file_lanes>(),
      std::make_shared<cluster::file_lanes>()};
  wire wires_[2];
  cluster::node_files_actor nodes_[2];
  answers got_;
  asking_agent agent_;
};

template <class Step>
bool timed(const bench::row_options& how, const std::string& name,
           std::size_t mebibytes, Step step) {
  bench::reset_peak();
  auto before = tutti::bench::resident_bytes();
  auto begin = std::chrono::steady_clock::now();
  auto mistake = step();
  std::chrono::duration<double> span = std::chrono::steady_clock::now() - begin;
  if (!mistake.empty()) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), mistake.c_str());
    return false;
  }
  bench::row rate{name,
                  "MiB/s",
                  bench::better::higher,
                  {static_cast<double>(mebibytes) / span.count()},
                  {},
                  {},
                  std::to_string(mebibytes) + " MiB"};
  print(how, rate);
  bench::row memory{name + ".memory",
                    "MiB",
                    bench::better::lower,
                    {tutti::bench::in_mb(tutti::bench::peak_bytes(), before)},
                    {},
                    {},
                    "over idle"};
  print(how, memory);
  return true;
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::size_t mebibytes = how.quick ? 16 : 2048;
  if (!how.arguments.empty())
    mebibytes = std::strtoul(how.arguments[0].c_str(), nullptr, 10);
  std::string folder = TUTTI_BENCH_FOLDER "/files";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/a/files");
  make_file(folder + "/a/files/large", mebibytes);
  bool good = false;
  {
    movers b{folder};
    std::vector<artifact> made;
    // From a node to the run's store, and from there to another node.
    good = timed(how, "files.in", mebibytes, [&] {
      auto x = b.capture();
      made = x.artifacts;
      return x.mistake;
    });
    good = good && timed(how, "files.out", mebibytes, [&] {
             return b.place(made).mistake;
           });
  }
  std::filesystem::remove_all(folder);
  return good ? 0 : 2;
}
