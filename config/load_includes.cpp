// SPDX-License-Identifier: BSD-3-Clause
// `include`: the texts of other files become parts of the plan's, and their
// nodes parts of its tree.
#include "config/load_parts.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

/// How many names of a folder are looked at for a suggestion.
constexpr std::size_t neighbours_max = 1'000;

/// The folder of a file that another one includes, seen from the plan's.
std::string folder_of(std::string_view folder, const fs::path& file) {
  auto own = file.parent_path().string();
  while (own.starts_with("./"))
    own.erase(0, 2);
  if (own.empty() || own == ".")
    return std::string{folder};
  if (own.starts_with('/') || folder.empty())
    return own;
  return fmt::format("{}/{}", folder, own);
}

class include_reader {
public:
  include_reader(loader_context& c, source_text& source, yaml_tree& tree)
    : c_(c), source_(source), tree_(tree) {
  }

  bool run() {
    auto own = fs::path{source_.directory} / fs::path{source_.name}.filename();
    frame plan{identity(own), source_.name, {}, 0};
    seen_.insert(plan.identity);
    visit(std::move(plan));
    return good_;
  }

private:
  /// A file whose `include` is being read.
  struct frame {
    std::string identity; ///< the same for all paths to one file
    std::string shown;
    std::string folder; ///< seen from the plan's; empty: the same
    std::size_t file = 0;
  };

  static std::string identity(const fs::path& path) {
    std::error_code failure;
    auto result = fs::weakly_canonical(path, failure);
    return (failure ? path.lexically_normal() : result).string();
  }

  void refuse(node_id x, std::string message, std::string hint = {}) {
    good_ = false;
    c_.error(x, std::move(message), std::move(hint));
  }

  void visit(frame x) {
    auto list = c_.tree.find(c_.roots[x.file], "include");
    if (list == no_node)
      return;
    if (c_.node(list).kind == yaml_kind::mapping)
      return refuse(list, "'include' must be a list of files, not a mapping");
    open_.push_back(std::move(x));
    std::unordered_set<std::string> listed;
    for (auto item : read_list(c_, list, "include")) {
      auto n = c_.node(item);
      if (n.kind != yaml_kind::scalar || n.is_null() || n.text.empty())
        refuse(item, "'include' must list names of files");
      else if (has_template(n.text))
        refuse(item, "no '${{ }}' in 'include'",
               "files are read before anything is filled in");
      else
        take(item, std::string{n.text}, listed);
    }
    open_.pop_back();
  }

  void take(node_id item, const std::string& text,
            std::unordered_set<std::string>& listed) {
    const auto& from = open_.back();
    frame x;
    x.folder = folder_of(from.folder, text);
    x.shown =
        (fs::path{from.shown}.parent_path() / text).lexically_normal().string();
    auto path =
        fs::path{source_.directory} / x.folder / fs::path{text}.filename();
    x.identity = identity(path);
    if (closes_circle(item, x))
      return;
    if (!listed.insert(x.identity).second) {
      c_.warning(item, lint::listed_twice,
                 fmt::format("'{}' is listed twice", text));
      return;
    }
    if (!seen_.insert(x.identity).second)
      return; // its names are here already
    if (open_.size() > include_depth_max)
      return refuse(item, fmt::format("files include each other more than {} "
                                      "levels deep",
                                      include_depth_max));
    if (c_.roots.size() > include_files_max)
      return refuse(item, fmt::format("a plan includes at most {} files",
                                      include_files_max));
    auto content = c_.options.read_included(path.string(), x.shown);
    if (!content)
      return refuse(item, content.error().detail,
                    file_remedy(c_.suggest, path, text));
    if (source_.text.size() + content->size() >= source_bytes_max)
      return refuse(item,
                    fmt::format("with '{}' the plan is larger than {} MiB, the "
                                "largest that is read",
                                x.shown, source_bytes_max >> 20));
    parse(std::move(x), *content);
  }

  bool closes_circle(node_id item, const frame& x) {
    auto at = std::find_if(open_.begin(), open_.end(), [&](const frame& y) {
      return y.identity == x.identity;
    });
    if (at == open_.end())
      return false;
    std::string path;
    for (auto i = at; i != open_.end(); ++i)
      path += i->shown + " → ";
    if (at + 1 == open_.end())
      refuse(item, fmt::format("'{}' includes itself", at->shown));
    else
      refuse(item, fmt::format("these files include each other: {}{}", path,
                               at->shown));
    return true;
  }

  void parse(frame x, const std::string& content) {
    auto parent = open_.back().file;
    source_.append({x.shown, x.folder}, content);
    tree_.move_to(source_.text);
    auto begin = source_.included.back().begin;
    source_text alone{x.shown, {}, content};
    findings own;
    auto document = read_yaml(alone, own);
    for (auto& d : own.take()) {
      d.where.offset += begin;
      c_.found.add(std::move(d));
    }
    if (!document) {
      good_ = false;
      return;
    }
    auto root = tree_.graft(std::move(*document), begin);
    if (!has_keys(root, begin))
      return;
    x.file = c_.roots.size();
    c_.roots.push_back(root);
    c_.parents.push_back(parent);
    visit(std::move(x));
  }

  bool has_keys(node_id root, std::uint32_t begin) {
    if (root != no_node && c_.node(root).kind == yaml_kind::mapping)
      return true;
    good_ = false;
    bool empty = root == no_node || c_.node(root).is_null();
    c_.found.error({empty ? begin : c_.node(root).begin, 1},
                   empty ? "this file holds nothing"
                         : "a plan is a mapping of keys",
                   empty ? "leave it out of 'include'"
                         : "begin with: tasks: { hello: echo hello }");
    return false;
  }

  loader_context& c_;
  source_text& source_;
  yaml_tree& tree_;
  std::vector<frame> open_; ///< from the plan to the file being read
  std::unordered_set<std::string> seen_;
  bool good_ = true;
};

} // namespace

std::string file_remedy(suggester& suggest, const fs::path& path,
                        std::string_view text) {
  std::error_code failure;
  auto folder = path.parent_path();
  if (fs::is_directory(path, failure))
    return "name the files in it";
  if (fs::exists(path, failure))
    return {};
  if (!fs::is_directory(folder, failure))
    return fmt::format("there is no folder '{}'",
                       fs::path{text}.parent_path().string());
  std::vector<std::string> names;
  for (const auto& x : fs::directory_iterator{folder, failure}) {
    if (names.size() == neighbours_max)
      break;
    names.push_back(x.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  auto before = text.substr(0, text.rfind('/') + 1);
  for (const char* ending : {".yaml", ".yml"})
    if (auto full = path.filename().string() + ending;
        std::binary_search(names.begin(), names.end(), full))
      return fmt::format("did you mean '{}{}'?", before, full);
  std::vector<std::string_view> candidates{names.begin(), names.end()};
  auto near = suggest.nearest(path.filename().string(), candidates);
  return near.empty()
           ? std::string{"names are relative to the file that has them"}
           : fmt::format("did you mean '{}{}'?", before, near);
}

bool read_includes(loader_context& c, source_text& source, yaml_tree& tree) {
  return include_reader{c, source, tree}.run();
}

} // namespace tutti::config
