// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_facts [--json] [--quick] [--rounds N] [--only NAME]
//
// What the readers of a run's facts cost where these come by the million: the
// journal (with --durability off), and the model that a board shows. Of a plan
// of a million tasks in 1000 layers, each of which needs three of the layer
// before; times are of one processor.
#include "bench/journal_bare.hpp"
#include "bench/layered_run.hpp"
#include "bench/live_run.hpp"
#include "bench/memory.hpp"
#include "bench/rows.hpp"
#include "runtime/journal/journal_file.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <time.h>
#include <utility>
#include <vector>

namespace {

using namespace tutti;

/// Facts that come together, as from a busy orchestrator.
constexpr std::size_t batch_size = 4096;

/// Nanoseconds of this thread.
double processor_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct recorded_run {
  explicit recorded_run(const bench::layered_options& shape)
    : work(std::make_shared<const plan>(bench::layered_plan(shape))) {
    auto all = bench::facts_of_run(*work);
    count = all.size();
    for (std::size_t i = 0; i < all.size(); i += batch_size) {
      auto end = std::min(all.size(), i + batch_size);
      std::vector<fact> batch;
      for (auto k = i; k < end; ++k)
        batch.push_back(std::move(all[k]));
      batches.push_back({end, std::move(batch)});
    }
  }

  std::shared_ptr<const plan> work;
  std::vector<append_facts> batches;
  std::size_t count = 0;
};

std::unique_ptr<journal::journal_file> make_journal(const std::string& path,
                                                    const recorded_run& run) {
  journal::journal_options options;
  options.path = path;
  options.how = journal::durability::off;
  auto file = std::make_unique<journal::journal_file>(options, run.work);
  if (auto wrong = file->create({}, {}, {}, {}))
    throw std::runtime_error(wrong->detail);
  return file;
}

void measure_journal(const bench::row_options& how, const recorded_run& run) {
  bench::row write{
      "facts.journal", "ns/fact", bench::better::lower, {}, {}, {}, {}};
  bench::row size{
      "facts.journal-size", "B/fact", bench::better::lower, {}, {}, {}, {}};
  bench::row read{
      "facts.journal-read", "ns/fact", bench::better::lower, {}, {}, {}, {}};
  auto n = static_cast<double>(run.count);
  for (int i = 0; i < how.rounds; ++i) {
    bench::scratch_folder folder{TUTTI_BENCH_FOLDER};
    auto path = folder.path() + "/journal.db";
    auto file = make_journal(path, run);
    auto start = processor_ns();
    for (const auto& batch : run.batches)
      if (auto failed = file->append({batch}))
        throw std::runtime_error(failed->text);
    write.samples.push_back((processor_ns() - start) / n);
    file.reset();
    size.samples.push_back(static_cast<double>(std::filesystem::file_size(path))
                           / n);
    start = processor_ns();
    auto reader = journal::journal_reader::open(path);
    auto facts = (*reader)->facts(*run.work);
    if (!facts || facts->size() != run.count)
      throw std::runtime_error("the journal is not as it was written");
    read.samples.push_back((processor_ns() - start) / n);
  }
  for (const auto& x : {write, size, read})
    print(how, x);
}

void measure_model(const bench::row_options& how, const recorded_run& run) {
  bench::row time{
      "facts.model", "ns/fact", bench::better::lower, {}, {}, {}, {}};
  bench::row memory{
      "facts.model-memory", "B/task", bench::better::lower, {}, {}, {}, {}};
  std::vector<std::uint32_t> slots(run.work->agents.size(), 64);
  auto tasks = static_cast<double>(run.work->tasks.size());
  for (int i = 0; i < how.rounds; ++i) {
    bench::reset_peak();
    auto before = bench::resident_bytes();
    report::run_model model{*run.work, slots};
    auto start = processor_ns();
    for (const auto& batch : run.batches)
      for (const auto& f : batch.facts)
        model.apply(f);
    time.samples.push_back((processor_ns() - start)
                           / static_cast<double>(run.count));
    memory.samples.push_back(
        static_cast<double>(bench::resident_bytes() - before) / tasks);
    if (!model.ended() || model.terminal_count() != run.work->tasks.size())
      throw std::runtime_error("the model has not come to its end");
  }
  for (const auto& x : {time, memory})
    print(how, x);
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  try {
    bench::layered_options shape;
    shape.layers = shape.width = how.quick ? 30 : 1000;
    recorded_run run{shape};
    if (how.wants("facts.journal"))
      measure_journal(how, run);
    if (how.wants("facts.model"))
      measure_model(how, run);
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_facts: {}\n", e.what());
    return 2;
  }
  return 0;
}
