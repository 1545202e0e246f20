// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/crash_folder.hpp"

#include "tests/support/folders.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace tutti::test {

namespace {

namespace fs = std::filesystem;

std::string crashing_tutti() {
  const char* path = std::getenv("TUTTI_CRASHING_BINARY");
  if (path == nullptr)
    throw std::runtime_error("TUTTI_CRASHING_BINARY must name crashing_tutti");
  return path;
}

} // namespace

crash_folder::crash_folder(const crash_plan& p, std::string durability)
  : path_(base_ / "run"), tag_("TEST_TAG_OF=" + base_.path()),
    durability_(std::move(durability)) {
  base_.write("run/tutti.yaml", p.text);
  fs::copy_file(test::data_path("/crash/noted"), path_ + "/noted");
  fs::create_directory(path_ + "/page");
}

/// A resumed run is as durable as it was.
program_outcome crash_folder::run(crash_point at) const {
  std::vector<std::string> args{"run"};
  if (!durability_.empty())
    args.insert(args.end(), {"--durability", durability_});
  return start(std::move(args), at);
}

program_outcome crash_folder::resume(crash_point at) const {
  return start({"run", "--resume"}, at);
}

program_outcome crash_folder::start(std::vector<std::string> args,
                                    crash_point at) const {
  for (const auto* name : {"report.json", "points"})
    fs::remove(base_ / name);
  program_options options;
  options.path = crashing_tutti();
  options.args = std::move(args);
  options.args.insert(options.args.end(),
                      {"--quiet", "--json", base_ / "report.json"});
  options.directory = path_;
  options.env = {tag_, "XDG_RUNTIME_DIR=" + base_.path(),
                 "TUTTI_TEST_CRASH_COUNT=" + base_ / "points"};
  if (at.number > 0)
    options.env.push_back(fmt::format("TUTTI_TEST_CRASH_AT={}", at.number));
  if (at.fine)
    options.env.emplace_back("TUTTI_TEST_CRASH_FINE=1");
  program_outcome result;
  result.end = run_program(options);
  bool gone = eventually([this] {
    return processes_with(tag_).empty();
  });
  if (!gone)
    throw std::runtime_error("processes of the run are left");
  result.left = read_evidence(path_);
  if (result.killed())
    return result;
  std::ifstream{base_ / "points"} >> result.points;
  result.projection =
      project(result.end.status, base_.read("report.json"), result.left.facts);
  return result;
}

void crash_folder::change(const crash_plan& p) const {
  base_.write("run/tutti.yaml", p.text);
}

void crash_folder::save() const {
  fs::remove_all(base_ / "saved");
  fs::copy(path_, base_ / "saved", fs::copy_options::recursive);
}

void crash_folder::restore() const {
  fs::remove_all(path_);
  fs::copy(base_ / "saved", path_, fs::copy_options::recursive);
}

} // namespace tutti::test
