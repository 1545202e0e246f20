// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/doctor.hpp"
#include "runtime/cluster/certificate_files.hpp"
#include "runtime/cluster/certificates.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using cluster::certificate_file;
using cluster::certificate_role;

constexpr std::int64_t day_s = 86'400;
/// A month before their end `tutti` makes new ones, where it can.
constexpr std::int64_t soon_s = 30 * day_s;

class certificates_check {
public:
  certificates_check(std::string folder, std::int64_t now_s,
                     health_checks& into)
    : folder_(std::move(folder)), now_s_(now_s), into_(into) {
  }

  void run() {
    check_modes();
    auto all = cluster::list_certificates(folder_);
    if (!all)
      return tell(check_status::fail, all.error().detail);
    if (all->empty())
      return;
    auto ca = std::find_if(all->begin(), all->end(), [](const auto& x) {
      return x.info.role == certificate_role::authority;
    });
    if (ca == all->end())
      return tell(
          check_status::fail,
          fmt::format("'{}' has certificates and no CA (ca.crt)", folder_),
          "copy it from where they were issued, or move the folder "
          "away: a first --listen makes all anew");
    issues_ = ca->has_key;
    for (const auto& x : *all)
      check(x);
    if (is_well_)
      tell(check_status::ok, fmt::format("{} in '{}', valid for {} days",
                                         all->size(), folder_, days_));
  }

private:
  void tell(check_status how, std::string text, std::string remedy = {}) {
    is_well_ = is_well_ && how == check_status::ok;
    into_.push_back({"certificates", how, std::move(text), std::move(remedy)});
  }

  /// Keys are their owner's alone, and so is the folder.
  void check_modes() {
    check_mode(folder_, 0700);
    std::vector<std::string> keys;
    std::error_code failure;
    for (const auto& x : fs::directory_iterator{folder_, failure})
      if (x.path().extension() == ".key")
        keys.push_back(x.path().string());
    std::sort(keys.begin(), keys.end());
    for (const auto& x : keys)
      check_mode(x, 0600);
  }

  void check_mode(const std::string& path, unsigned wanted) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || (info.st_mode & 077) == 0)
      return;
    tell(check_status::fail,
         fmt::format("'{}' is open to other users (mode {:04o})", path,
                     info.st_mode & 07777),
         fmt::format("say 'chmod {:o} {}'; who could read a key can be who it "
                     "is for",
                     wanted, path));
  }

  void check(const certificate_file& x) {
    bool is_ca = x.info.role == certificate_role::authority;
    bool renews = issues_ && !is_ca && x.has_key;
    auto left = x.info.valid_until_s - now_s_;
    if (renews && left < soon_s)
      return; // when it is needed next
    if (left <= 0)
      return tell(
          check_status::fail,
          fmt::format("'{}' has expired {} days ago", x.path, -left / day_s),
          remedy(x));
    if (left < soon_s)
      return tell(check_status::warn,
                  fmt::format("'{}' expires in {} days", x.path, left / day_s),
                  remedy(x));
    days_ = std::min(days_, left / day_s);
    if (is_ca || !x.has_key)
      return;
    auto name = fs::path{x.path}.stem().string();
    if (auto whole = cluster::load_credentials(folder_, name, now_s_); !whole)
      tell(check_status::fail, whole.error().detail);
  }

  [[nodiscard]] static std::string remedy(const certificate_file& x) {
    if (x.info.role == certificate_role::authority)
      return "move the folder away, and issue all anew ('tutti certs init')";
    return fmt::format("'tutti certs issue {}' where the CA's key is makes a "
                       "new one",
                       x.info.name);
  }

  std::string folder_;
  std::int64_t now_s_;
  health_checks& into_;
  bool issues_ = false; ///< the CA's key is here
  bool is_well_ = true;
  std::int64_t days_ = INT64_MAX; ///< until the first of them ends
};

} // namespace

void check_certificates(const std::string& state_directory, std::int64_t now_ns,
                        health_checks& into) {
  auto folder = cluster::certificates_directory(state_directory);
  if (!cluster::is_there(folder))
    return;
  certificates_check{folder, now_ns / 1'000'000'000, into}.run();
}

} // namespace tutti::cli
