// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_processes [--json] [--quick] [--rounds N] [--only NAME]
//
// What a task costs that is a process: 2,000 times /bin/true as a chain, a fan
// and layers, with 2 and 8 jobs; whole programs from their start to their end:
// `tutti run --durability off` of a plan file, GNU make of a makefile, ninja of
// its build file, and the least that can be done: a loop of ours over
// posix_spawn and waitpid that counts needs. Then what one task costs, beside
// `sh -c true`. A program that is not installed is left out. The note says what
// processor time a task takes: beside other work that is the steadier figure.
#include "bench/live_run.hpp"
#include "bench/rows.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

using namespace tutti;
using clock_type = std::chrono::steady_clock;

constexpr std::uint32_t layer_width = 40;
constexpr int one_task_rounds = 30;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench_processes: %s\n", what.c_str());
  std::exit(2);
}

/// Needs by task.
using graph = std::vector<std::vector<std::uint32_t>>;

graph chain(std::uint32_t n) {
  graph result(n);
  for (std::uint32_t i = 1; i < n; ++i)
    result[i] = {i - 1};
  return result;
}

/// One, all the others but the last, the last.
graph fan(std::uint32_t n) {
  graph result(n);
  for (std::uint32_t i = 1; i + 1 < n; ++i) {
    result[i] = {0};
    result[n - 1].push_back(i);
  }
  return result;
}

/// Three needs each, of the layer before.
graph layered(std::uint32_t n) {
  graph result(n);
  for (std::uint32_t i = layer_width; i < n; ++i)
    for (std::uint32_t k = 0; k < 3; ++k)
      result[i].push_back((i / layer_width - 1) * layer_width
                          + (i % layer_width + k * 17) % layer_width);
  return result;
}

// -- what the programs read ---------------------------------------------------

std::string names(const std::vector<std::uint32_t>& xs, const char* between) {
  std::string result;
  for (auto x : xs)
    result += fmt::format("{}t{}", result.empty() ? "" : between, x);
  return result;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file << text;
  if (!file.flush())
    give_up("cannot write " + path);
}

void write_plan(const std::string& path, const graph& g) {
  std::string text = "name: processes\ntasks:\n";
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    auto needs = names(g[i], ", ");
    text += fmt::format("  t{}: {{ run: /bin/true{} }}\n", i,
                        needs.empty() ? "" : ", needs: [" + needs + "]");
  }
  write_file(path, text);
}

void write_makefile(const std::string& path, const graph& g) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < g.size(); ++i)
    all.push_back(i);
  auto text = fmt::format(".PHONY: all {0}\nall: {0}\n", names(all, " "));
  for (std::uint32_t i = 0; i < g.size(); ++i)
    text += fmt::format("t{}: {}\n\t@/bin/true\n", i, names(g[i], " "));
  write_file(path, text);
}

void write_ninja(const std::string& path, const graph& g) {
  std::string text = "rule r\n  command = /bin/true\n";
  for (std::uint32_t i = 0; i < g.size(); ++i)
    text += fmt::format("build t{}: r {}\n", i, names(g[i], " "));
  write_file(path, text);
}

// -- programs -----------------------------------------------------------------

pid_t spawn(const std::vector<std::string>& words,
            const posix_spawn_file_actions_t* actions) {
  std::vector<char*> argv;
  for (const auto& x : words)
    argv.push_back(const_cast<char*>(x.c_str()));
  argv.push_back(nullptr);
  pid_t pid = -1;
  auto why =
      ::posix_spawnp(&pid, argv[0], actions, nullptr, argv.data(), environ);
  if (why != 0)
    give_up("cannot start " + words[0] + ": " + std::strerror(why));
  return pid;
}

/// What one program, or loop, took with all that it started.
struct span {
  double seconds = 0;
  double processor = 0; ///< seconds
};

double processor_seconds(const rusage& x) {
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec)
         + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(x.ru_utime) + seconds(x.ru_stime);
}

/// From its start to its end; what it says goes nowhere.
span run(const std::vector<std::string>& words) {
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  auto begin = clock_type::now();
  auto pid = spawn(words, &quiet);
  int status = 0;
  rusage used{};
  if (::wait4(pid, &status, 0, &used) != pid || status != 0)
    give_up(words[0] + " failed");
  auto end = clock_type::now();
  ::posix_spawn_file_actions_destroy(&quiet);
  return {std::chrono::duration<double>(end - begin).count(),
          processor_seconds(used)};
}

bool installed(const std::string& program) {
  std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
  for (std::size_t at = 0; at <= path.size();) {
    auto end = std::min(path.find(':', at), path.size());
    auto file = path.substr(at, end - at) + "/" + program;
    if (::access(file.c_str(), X_OK) == 0)
      return true;
    at = end + 1;
  }
  return false;
}

/// Of this process and of its children that were waited for.
double processor_so_far() {
  rusage own{};
  rusage children{};
  ::getrusage(RUSAGE_SELF, &own);
  ::getrusage(RUSAGE_CHILDREN, &children);
  return processor_seconds(own) + processor_seconds(children);
}

span bare_loop(const graph& g, std::uint32_t jobs) {
  const std::vector<std::string> words{"/bin/true"};
  auto processor = processor_so_far();
  auto begin = clock_type::now();
  std::vector<std::uint32_t> missing(g.size());
  std::vector<std::vector<std::uint32_t>> next(g.size());
  std::deque<std::uint32_t> ready;
  for (std::uint32_t i = 0; i < g.size(); ++i) {
    missing[i] = static_cast<std::uint32_t>(g[i].size());
    for (auto from : g[i])
      next[from].push_back(i);
    if (missing[i] == 0)
      ready.push_back(i);
  }
  std::vector<std::pair<pid_t, std::uint32_t>> running;
  while (!ready.empty() || !running.empty()) {
    while (!ready.empty() && running.size() < jobs) {
      running.emplace_back(spawn(words, nullptr), ready.front());
      ready.pop_front();
    }
    int status = 0;
    auto pid = ::waitpid(-1, &status, 0);
    auto at = std::find_if(running.begin(), running.end(), [pid](auto& x) {
      return x.first == pid;
    });
    if (at == running.end() || status != 0)
      give_up("/bin/true failed");
    auto done = at->second;
    *at = running.back();
    running.pop_back();
    for (auto i : next[done])
      if (--missing[i] == 0)
        ready.push_back(i);
  }
  auto end = clock_type::now();
  return {std::chrono::duration<double>(end - begin).count(),
          processor_so_far() - processor};
}

// -- rows ---------------------------------------------------------------------

/// `tutti run` of the plan in `folder`, all else as it is by default.
std::vector<std::string> tutti_words(const std::string& folder) {
  return {TUTTI_BENCH_PROGRAM,
          "run",
          folder + "/plan.yaml",
          "--durability",
          "off",
          "--plain",
          "--quiet"};
}

span run_tutti(const std::string& folder, std::uint32_t jobs) {
  auto words = tutti_words(folder);
  words.insert(words.end(), {"--jobs", std::to_string(jobs)});
  auto result = run(words);
  std::filesystem::remove_all(folder + "/.tutti");
  return result;
}

void measure_shape(const bench::row_options& how, const std::string& name,
                   const graph& g, std::uint32_t jobs) {
  bench::scratch_folder folder;
  write_plan(folder.path() + "/plan.yaml", g);
  write_makefile(folder.path() + "/Makefile", g);
  write_ninja(folder.path() + "/build.ninja", g);
  auto row = [&](const char* suffix, const char* reference) {
    bench::row result;
    result.name = fmt::format("processes.{}-{}.{}", name, jobs, suffix);
    result.unit = "tasks/s";
    result.reference_name = reference;
    return result;
  };
  std::vector<bench::row> rows{row("bare", "bare posix_spawn loop")};
  std::vector<std::vector<std::string>> others{{}};
  auto parallel = fmt::format("-j{}", jobs);
  if (installed("make")) {
    rows.push_back(row("make", "GNU make"));
    others.push_back({"make", "-s", "-C", folder.path(), parallel});
  }
  if (installed("ninja")) {
    rows.push_back(row("ninja", "ninja"));
    others.push_back({"ninja", "-C", folder.path(), parallel});
  }
  auto tasks = static_cast<double>(g.size());
  std::vector<double> our_processor;
  std::vector<std::vector<double>> processor(rows.size());
  for (int i = 0; i < how.rounds; ++i) {
    auto ours = run_tutti(folder.path(), jobs);
    our_processor.push_back(ours.processor / tasks);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      auto other = others[k].empty() ? bare_loop(g, jobs) : run(others[k]);
      rows[k].samples.push_back(tasks / ours.seconds);
      rows[k].reference.push_back(tasks / other.seconds);
      processor[k].push_back(other.processor / tasks);
      // Or the next one would have nothing to do.
      std::filesystem::remove(folder.path() + "/.ninja_log");
    }
  }
  for (std::size_t k = 0; k < rows.size(); ++k) {
    rows[k].note = fmt::format("processor time {:.0f} us a task beside {:.0f}",
                               bench::median(our_processor) * 1e6,
                               bench::median(processor[k]) * 1e6);
    if (how.wants(rows[k].name))
      bench::print(how, rows[k]);
  }
}

void measure_start(const bench::row_options& how) {
  bench::scratch_folder folder;
  write_plan(folder.path() + "/plan.yaml", chain(1));
  bench::row row;
  row.name = "start.run";
  row.unit = "ms";
  row.want = bench::better::lower;
  row.note = "a run of one task, less sh -c true beside it";
  for (int i = 0; i < (how.quick ? 1 : one_task_rounds); ++i) {
    auto ours = run(tutti_words(folder.path()));
    auto shell = run({"sh", "-c", "true"});
    row.samples.push_back((ours.seconds - shell.seconds) * 1e3);
    std::filesystem::remove_all(folder.path() + "/.tutti");
  }
  bench::print(how, row);
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::uint32_t tasks = how.quick ? 100 : 2000;
  const std::vector<std::pair<std::string, graph>> shapes{
      {"chain", chain(tasks)},
      {"fan", fan(tasks)},
      {"layered", layered(tasks)}};
  for (const auto& [name, g] : shapes)
    for (std::uint32_t jobs : {2U, 8U})
      if (how.wants(fmt::format("processes.{}-{}", name, jobs)))
        measure_shape(how, name, g, jobs);
  if (how.wants("start.run"))
    measure_start(how);
}
