// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <latch>
#include <thread>
#include <vector>

using tutti::session::run_queue;

namespace {

/// Never run: the queue only passes it on.
class marker : public caf::resumable {
public:
  resume_result resume(caf::execution_unit*, std::size_t) override {
    return done;
  }
  void intrusive_ptr_add_ref_impl() override {
  }
  void intrusive_ptr_release_impl() override {
  }
  std::atomic<int> taken = 0;
};

struct fixture {
  fixture() {
    queue.set_workers(2);
  }
  run_queue queue;
  std::array<marker, 200> all;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_run_queue, fixture)

BOOST_AUTO_TEST_CASE(the_latest_goes_next_on_the_same_thread) {
  queue.put(&all[0]);
  queue.put_next(0, &all[1]);
  queue.put_next(0, &all[2]); // and the one before it to all
  BOOST_TEST(queue.take(0) == &all[2]);
  BOOST_TEST(queue.take(0) == &all[0]);
  BOOST_TEST(queue.take(0) == &all[1]);
}

BOOST_AUTO_TEST_CASE(two_that_talk_let_others_have_their_turn) {
  queue.put(&all[0]);
  int turns = 0;
  queue.put_next(0, &all[1]);
  while (queue.take(0) != &all[0]) {
    queue.put_next(0, &all[1]);
    BOOST_REQUIRE(++turns < 1000);
  }
  BOOST_TEST(turns > 1);
  BOOST_TEST(queue.take(0) == &all[1]);
}

BOOST_AUTO_TEST_CASE(what_had_its_share_goes_behind_all_others) {
  queue.put(&all[0]);
  queue.put_back(&all[1]);
  queue.put(&all[2]);
  BOOST_TEST(queue.take(1) == &all[0]);
  BOOST_TEST(queue.take(1) == &all[1]);
  BOOST_TEST(queue.take(1) == &all[2]);
}

BOOST_AUTO_TEST_CASE(what_waits_behind_a_long_one_is_taken_by_another) {
  std::latch taken{1};
  queue.put(&all[0]);
  BOOST_TEST(queue.take(0) == &all[0]); // and it takes for ever
  std::thread other{[&] {
    if (queue.take(1) == &all[1])
      taken.count_down();
  }};
  queue.put_next(0, &all[1]);
  taken.wait();
  other.join();
}

// Whatever the idle threads do meanwhile: look, look seldom, or not at all.
BOOST_AUTO_TEST_CASE(what_waits_behind_a_long_one_is_taken_every_time) {
  marker long_one;
  marker behind;
  marker stop;
  std::atomic<int> rounds = 0;
  std::array<std::thread, 2> workers;
  for (std::size_t i = 0; i < workers.size(); ++i)
    workers[i] = std::thread{[&, i] {
      for (;;) {
        auto* x = static_cast<marker*>(queue.take(i));
        if (x == &stop)
          return;
        if (x == &behind) {
          ++rounds;
          rounds.notify_all();
          continue;
        }
        auto before = rounds.load();
        queue.put_next(i, &behind);
        rounds.wait(before); // until the other thread has taken it
      }
    }};
  for (int i = 0; i < 20; ++i) {
    queue.put(&long_one);
    rounds.wait(i);
  }
  for (std::size_t i = 0; i < workers.size(); ++i)
    queue.put(&stop);
  for (auto& x : workers)
    x.join();
  BOOST_TEST(rounds == 20);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_or_doubled) {
  constexpr std::size_t threads = 4;
  queue.set_workers(threads);
  marker stop;
  std::atomic<std::size_t> left = all.size() * 50;
  std::atomic<int> doubled = 0;
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < threads; ++i)
    workers.emplace_back([&, i] {
      for (;;) {
        auto* x = static_cast<marker*>(queue.take(i));
        if (x == &stop)
          return;
        doubled += x->taken.fetch_add(1) % 2; // somebody else has it, too
        auto before = left.fetch_sub(1);
        x->taken.fetch_add(1);
        if (before == 1)
          for (std::size_t k = 0; k < threads; ++k)
            queue.put(&stop);
        else if (before > all.size() && before % 3 == 0)
          queue.put_back(x);
        else if (before > all.size())
          queue.put_next(i, x);
      }
    });
  for (auto& x : all)
    queue.put(&x);
  for (auto& x : workers)
    x.join();
  BOOST_TEST(doubled == 0);
  int turns = 0;
  for (auto& x : all)
    turns += x.taken / 2;
  BOOST_TEST(turns == static_cast<int>(all.size() * 50));
}

BOOST_AUTO_TEST_CASE(all_that_is_left_is_handed_out) {
  queue.put(&all[0]);
  queue.put_next(1, &all[1]);
  BOOST_TEST(queue.take_all().size() == 2u);
  BOOST_TEST(queue.take_all().empty());
}

BOOST_AUTO_TEST_SUITE_END()
