// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/walk.hpp"

#include "runtime/artifacts/glob.hpp"
#include "runtime/process/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

namespace tutti::artifacts {

namespace {

using process::unique_fd;

constexpr int directory_flags =
    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
/// Each level holds a descriptor.
constexpr std::size_t depth_max = 100;

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "/" + name;
}

/// The names in a directory, sorted; "." and ".." left out. None where it
/// cannot be read: errno says why.
std::optional<std::vector<std::string>> names_in(int directory) {
  // fdopendir takes the descriptor that it is given.
  unique_fd own{::openat(directory, ".", directory_flags)};
  if (!own)
    return {};
  std::unique_ptr<DIR, int (*)(DIR*)> all{::fdopendir(own.get()), ::closedir};
  if (!all)
    return {};
  (void)own.release();
  std::vector<std::string> result;
  while (const auto* entry = ::readdir(all.get())) {
    std::string_view name{entry->d_name};
    if (name != "." && name != "..")
      result.emplace_back(name);
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Whether an errno of opening a folder says that there is none, rather than
/// that it cannot be used.
bool says_no_folder(int number) {
  return number == ENOENT || number == ENOTDIR || number == ELOOP;
}

const char* kind_of(mode_t mode) {
  if (S_ISLNK(mode))
    return "a symbolic link";
  if (S_ISDIR(mode))
    return "a folder";
  if (S_ISFIFO(mode))
    return "a FIFO";
  if (S_ISSOCK(mode))
    return "a socket";
  return "a device";
}

class walker {
public:
  walker(const std::string& pattern, found_files& result)
    : pattern_(pattern), parts_(parse_glob(pattern).parts), result_(result) {
  }

  void run(int directory) {
    walk(directory, "", 0, 0);
  }

  [[nodiscard]] bool found_any() const {
    return found_any_;
  }

private:
  [[nodiscard]] bool stopped() const {
    return !result_.mistake.empty();
  }

  void walk(int directory, const std::string& prefix, std::size_t part,
            std::size_t depth) {
    if (depth > depth_max)
      return refuse(fmt::format("'{}' is nested too deep", prefix));
    const auto& text = parts_[part];
    if (text == "**")
      return walk_all(directory, prefix, part, depth);
    if (is_literal(text))
      return visit(directory, prefix, text, part, depth);
    for (const auto& name : names(directory, prefix))
      if (!stopped() && matches(text, name))
        visit(directory, prefix, name, part, depth);
  }

  std::vector<std::string> names(int directory, const std::string& prefix) {
    auto result = names_in(directory);
    if (!result)
      refuse_folder(prefix.empty() ? "." : prefix);
    return result.value_or(std::vector<std::string>{});
  }

  /// What lies in it would be missed without a word.
  void refuse_folder(const std::string& path) {
    refuse(fmt::format("the folder '{}' cannot be read: {}; give this user the "
                       "right to, or leave it out of the pattern",
                       path, process::system_text(errno)));
  }

  /// "**": here, and in every folder below that is not hidden.
  void walk_all(int directory, const std::string& prefix, std::size_t part,
                std::size_t depth) {
    bool last = part + 1 == parts_.size();
    if (!last)
      walk(directory, prefix, part + 1, depth);
    for (const auto& name : names(directory, prefix)) {
      if (stopped())
        return;
      if (name.front() == '.')
        continue;
      if (auto below =
              unique_fd{::openat(directory, name.c_str(), directory_flags)})
        walk(below.get(), joined(prefix, name), part, depth + 1);
      else if (!says_no_folder(errno))
        refuse_folder(joined(prefix, name));
      else if (last)
        take(directory, prefix, name, false);
    }
  }

  void visit(int directory, const std::string& prefix, const std::string& name,
             std::size_t part, std::size_t depth) {
    bool literal = is_literal(parts_[part]);
    if (part + 1 == parts_.size())
      return take(directory, prefix, name, literal);
    if (auto below =
            unique_fd{::openat(directory, name.c_str(), directory_flags)})
      return walk(below.get(), joined(prefix, name), part + 1, depth + 1);
    if (!says_no_folder(errno))
      return refuse_folder(joined(prefix, name));
    struct stat status {};
    if (literal
        && ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISLNK(status.st_mode))
      refuse(fmt::format("'{}' is a symbolic link, which artifacts do not "
                         "follow: name the folder that it points to",
                         joined(prefix, name)));
  }

  void take(int directory, const std::string& prefix, const std::string& name,
            bool literal) {
    struct stat status {};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return; // none there, or gone meanwhile
    auto path = joined(prefix, name);
    if (S_ISDIR(status.st_mode) && !literal)
      return; // "*" means files
    if (S_ISDIR(status.st_mode))
      return refuse(fmt::format("'{}' is a folder: write '{}/**' for all "
                                "files in it",
                                path, path));
    if (!S_ISREG(status.st_mode))
      return refuse(fmt::format("'{}' is {}: an artifact is a regular file, so "
                                "leave it out of the pattern or copy what is "
                                "in it",
                                path, kind_of(status.st_mode)));
    found_any_ = true;
    result_.paths.insert(std::move(path));
    if (result_.paths.size() > files_max)
      refuse(fmt::format("more than {} files match: hand on an archive",
                         files_max));
  }

  void refuse(const std::string& why) {
    if (result_.mistake.empty())
      result_.mistake = fmt::format("artifact '{}': {}", pattern_, why);
  }

  std::string pattern_;
  std::vector<std::string> parts_;
  found_files& result_;
  bool found_any_ = false;
};

} // namespace

void find_files(const std::string& directory, const std::string& pattern,
                bool missing_ok, found_files& result) {
  if (!result.mistake.empty())
    return;
  result.mistake = parse_glob(pattern).mistake;
  if (!result.mistake.empty())
    return;
  unique_fd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) {
    result.mistake =
        fmt::format("the working directory '{}' cannot be read: {}", directory,
                    process::system_text(errno));
    return;
  }
  walker w{pattern, result};
  w.run(fd.get());
  if (!w.found_any() && !missing_ok && result.mistake.empty())
    result.mistake = fmt::format(
        "artifact '{}': no such file in '{}': the task has to write "
        "it there before it ends",
        pattern, directory);
}

unique_fd open_below(int directory, const std::string& path) {
  unique_fd here;
  std::string_view rest{path};
  while (true) {
    auto slash = rest.find('/');
    std::string name{rest.substr(0, slash)};
    int from = here ? here.get() : directory;
    if (slash != std::string_view::npos) {
      here.reset(::openat(from, name.c_str(), directory_flags));
      if (!here)
        return {};
      rest.remove_prefix(slash + 1);
      continue;
    }
    unique_fd result{
        ::openat(from, name.c_str(),
                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (result
        && (::fstat(result.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
      errno = EINVAL;
      return {};
    }
    return result;
  }
}

} // namespace tutti::artifacts
