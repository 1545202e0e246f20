// SPDX-License-Identifier: BSD-3-Clause
// The movers of files at both ends of links, on the stage: what is done on the
// disk is done at once, with real files, and a test says what the links lose.
#pragma once

#include "runtime/cluster/file_mover.hpp"
#include "runtime/cluster/file_node.hpp"
#include "tests/support/actor_stage.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// What one end of a link has for the mover there.
struct carried {
  std::function<void(caf::local_actor*)> give;
};
/// What an agent is to ask.
struct asked {
  std::function<void(caf::local_actor*)> give;
};

using link_end = file_link_actor::extend<caf::reacts_to<carried>>;
using asking_agent =
    caf::typed_actor<caf::reacts_to<asked>, caf::reacts_to<artifacts_captured>,
                     caf::reacts_to<artifacts_placed>,
                     caf::reacts_to<payload_kept>,
                     caf::reacts_to<payload_loaded>>;

class immediate_disk : public cluster::file_disk {
public:
  void post(cluster::disk_lane, std::function<void()> job) override {
    job();
  }
};

/// A link, and what becomes of that which crosses it.
struct file_wire {
  bool is_up = true;
  /// How many copies of a chunk arrive; it may be changed.
  std::function<unsigned(chunk&)> on_chunk;

  std::size_t chunks = 0; ///< that were sent
  std::size_t wanted = 0;
  std::uint64_t wanted_from_start = 0; ///< artifacts, from offset 0
  std::vector<log_grew> grew;
  std::vector<files_offered> offered;

  link_end ends[2]; ///< at the hub, at the node
  file_mover_actor movers[2];
  std::vector<std::pair<std::size_t, carried>> kept; ///< while it is down
};

template <class Message>
carried over(const std::shared_ptr<file_wire>& w, std::size_t to, Message x) {
  return {[w, to, x = std::move(x)](caf::local_actor* self) {
    static_cast<link_end::pointer>(self)->send(w->movers[to], x);
  }};
}

inline link_end::behavior_type link_behavior(link_end::pointer self,
                                             std::shared_ptr<file_wire> w,
                                             std::size_t at) {
  auto lose_or_give = [self, w, at](auto x) {
    if (w->is_up)
      self->send(w->ends[1 - at], over(w, 1 - at, std::move(x)));
  };
  auto keep_or_give = [self, w, at](auto x) {
    auto y = over(w, 1 - at, std::move(x));
    if (w->is_up)
      self->send(w->ends[1 - at], std::move(y));
    else
      w->kept.emplace_back(1 - at, std::move(y));
  };
  return {
      [w, lose_or_give](const chunk_wanted& x) {
        ++w->wanted;
        w->wanted_from_start +=
            x.what.kind == content_kind::artifact && x.offset == 0 ? 1 : 0;
        lose_or_give(x);
      },
      [w, lose_or_give](const chunk& x) {
        ++w->chunks;
        auto y = x;
        for (auto n = w->on_chunk ? w->on_chunk(y) : 1; n > 0; --n)
          lose_or_give(y);
      },
      [w, lose_or_give](const log_grew& x) {
        w->grew.push_back(x);
        lose_or_give(x);
      },
      [w, keep_or_give](const files_offered& x) {
        w->offered.push_back(x);
        keep_or_give(x);
      },
      [keep_or_give](const files_taken& x) {
        keep_or_give(x);
      },
      [self](const carried& x) {
        x.give(self);
      },
  };
}

/// What an agent was answered, by what it asked.
struct answers {
  std::map<std::uint64_t, artifacts_captured> captured;
  std::map<std::uint64_t, artifacts_placed> placed;
  std::map<std::uint64_t, payload_kept> kept;
};

inline asking_agent::behavior_type asking_behavior(asking_agent::pointer self,
                                                   answers* got) {
  return {
      [self](const asked& x) {
        x.give(self);
      },
      [got](const artifacts_captured& x) {
        BOOST_TEST(got->captured.emplace(x.id, x).second); // once
      },
      [got](const artifacts_placed& x) {
        BOOST_TEST(got->placed.emplace(x.id, x).second);
      },
      [got](const payload_kept& x) {
        got->kept.emplace(x.id, x);
      },
      [](const payload_loaded&) {},
  };
}

struct node_end {
  temporary_directory folder; ///< of the node: `artifacts`, `logs`
  temporary_directory work;   ///< where its agents work
  std::shared_ptr<file_wire> wire = std::make_shared<file_wire>();
  cluster::node_files_actor files;
  asking_agent agent;
  answers got;
};

class file_world {
public:
  explicit file_world(std::uint64_t seed = 1) : stage(seed) {
    make_folder(folder / "logs");
    cluster::hub_files_options mine;
    mine.store_directory = folder / "artifacts";
    mine.log_directory = folder / "logs";
    mine.disk = disk;
    mine.awaited = awaited;
    mine.note = [this](const std::string& text) {
      notes.push_back(text);
    };
    hub = stage.spawn(cluster::hub_files_behavior, std::move(mine));
  }
  ~file_world() {
    for (auto& x : nodes) {
      cut(*x);
      x->files = nullptr;
      x->agent = nullptr;
    }
    hub = nullptr;
    stage.clear();
  }
  file_world(const file_world&) = delete;
  file_world& operator=(const file_world&) = delete;

  node_end& add_node() {
    nodes.push_back(std::make_unique<node_end>());
    auto& x = *nodes.back();
    make_folder(x.folder / "logs");
    join(x);
    cluster::node_files_options mine;
    mine.store_directory = x.folder / "artifacts";
    mine.log_directory = x.folder / "logs";
    mine.disk = disk;
    mine.link = x.wire->ends[1];
    x.files = stage.spawn(cluster::node_files_behavior, std::move(mine));
    x.wire->movers[1] = x.files;
    x.agent = stage.spawn(asking_behavior, &x.got);
    return x;
  }

  /// A new link at the hub; the node's end stays, as its gateway does.
  void join(node_end& x) {
    auto& w = *x.wire;
    w.ends[0] = stage.spawn(link_behavior, x.wire, std::size_t{0});
    w.movers[0] = hub;
    if (!w.ends[1])
      w.ends[1] = stage.spawn(link_behavior, x.wire, std::size_t{1});
  }
  /// The hub's end of the link ends.
  void lose(node_end& x) {
    caf::anon_send_exit(x.wire->ends[0], caf::exit_reason::user_shutdown);
    stage.settle();
  }
  void down(node_end& x) {
    x.wire->is_up = false;
  }
  void up(node_end& x) {
    x.wire->is_up = true;
    for (auto& [to, y] : std::exchange(x.wire->kept, {}))
      caf::anon_send(x.wire->ends[to], y);
    stage.settle();
  }

  /// The answer comes with time, perhaps.
  void capture(node_end& x, std::uint64_t id,
               std::vector<std::string> patterns) {
    capture_artifacts what;
    what.id = id;
    what.directory = x.work.path();
    what.patterns = std::move(patterns);
    ask(x, what);
  }
  void place(node_end& x, std::uint64_t id, std::vector<artifact> what) {
    ask(x, place_artifacts{id, x.work.path(), std::move(what)});
  }
  template <class Message>
  void ask(node_end& x, Message what) {
    caf::anon_send(x.agent, asked{[&x, what](caf::local_actor* self) {
                     static_cast<asking_agent::pointer>(self)->send(x.files,
                                                                    what);
                   }});
    stage.settle();
  }
  /// Lets time pass until something is so; false: it never is.
  template <class Condition>
  [[nodiscard]] bool until(Condition is_so) {
    for (int second = 0; second < 600 && !is_so(); ++second)
      stage.advance(std::chrono::seconds(1));
    return is_so();
  }
  /// What a node's agent made, once the hub has it.
  artifacts_captured made(node_end& x, std::vector<std::string> patterns) {
    auto id = ++last_id;
    capture(x, id, std::move(patterns));
    BOOST_TEST_REQUIRE(until([&] {
      return x.got.captured.contains(id);
    }));
    return x.got.captured[id];
  }
  artifacts_placed placed(node_end& x, std::vector<artifact> what) {
    auto id = ++last_id;
    place(x, id, std::move(what));
    BOOST_TEST_REQUIRE(until([&] {
      return x.got.placed.contains(id);
    }));
    return x.got.placed[id];
  }

  static std::string place_of(const artifact& x) {
    return "artifacts/" + x.digest.substr(0, 2) + "/" + x.digest.substr(2);
  }
  static void make_folder(const std::string& path) {
    std::filesystem::create_directories(path);
  }

  temporary_directory folder; ///< of the run: `artifacts`, `logs`
  std::shared_ptr<immediate_disk> disk = std::make_shared<immediate_disk>();
  std::shared_ptr<cluster::awaited_logs> awaited =
      std::make_shared<cluster::awaited_logs>(folder / "logs");
  std::vector<std::string> notes;
  play::stage stage;
  cluster::hub_files_actor hub;
  std::vector<std::unique_ptr<node_end>> nodes;
  std::uint64_t last_id = 1000;

private:
  static void cut(node_end& x) {
    for (auto& y : x.wire->ends)
      y = nullptr;
    for (auto& y : x.wire->movers)
      y = nullptr;
    x.wire->kept.clear();
  }
};

} // namespace tutti::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::test::carried)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::test::asked)
