// SPDX-License-Identifier: BSD-3-Clause
#include "config/yaml_tree.hpp"

#include "config/huge_pages.hpp"
#include "config/yaml_mistakes.hpp"
#include "config/yaml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::config {

node_id yaml_tree::find(node_id mapping, std::string_view name) const {
  for (auto x : entries(mapping))
    if (text(x.key) == name)
      return x.value;
  return no_node;
}

node_id yaml_tree::graft(yaml_tree other, std::uint32_t offset) {
  auto base = static_cast<node_id>(nodes_.size());
  auto copies = static_cast<std::uint32_t>(copies_.size());
  auto move = [](std::uint32_t& x, std::uint32_t by) {
    if (x != no_node)
      x += by;
  };
  for (auto n : other.nodes_) {
    n.begin += offset;
    n.end += offset;
    move(n.next, base);
    move(n.child_or_text, n.kind == yaml_kind::scalar ? copies : base);
    nodes_.push_back(n);
  }
  for (auto& x : other.copies_)
    copies_.push_back(std::move(x));
  move(other.root_, base);
  return other.root_;
}

namespace {

/// The keys of a large mapping: a hash table of node ids, open addressing.
class key_table {
public:
  [[nodiscard]] bool empty() const {
    return count_ == 0;
  }
  /// Adds a key; answers the equal one that is there already, or `no_node`.
  node_id insert(const yaml_tree& tree, node_id id) {
    if (2 * (count_ + 1) > slots_.size())
      grow(tree);
    auto& slot = find(tree, tree.text(id));
    if (slot != no_node)
      return slot;
    slot = id;
    ++count_;
    return no_node;
  }

private:
  node_id& find(const yaml_tree& tree, std::string_view text) {
    auto mask = slots_.size() - 1;
    auto i = std::hash<std::string_view>{}(text)&mask;
    while (slots_[i] != no_node && tree.text(slots_[i]) != text)
      i = (i + 1) & mask;
    return slots_[i];
  }
  void grow(const yaml_tree& tree) {
    std::vector<node_id> old(std::max<std::size_t>(64, 4 * slots_.size()),
                             no_node);
    old.swap(slots_);
    for (auto x : old)
      if (x != no_node)
        find(tree, tree.text(x)) = x;
  }

  std::vector<node_id> slots_; ///< a power of two, at most half full
  std::size_t count_ = 0;
};

} // namespace

/// Makes nodes of events, without recursion.
class yaml_tree_builder {
public:
  yaml_tree_builder(const source_text& source, findings& found)
    : source_(source), found_(found), reader_(source.text), tree_(source.text) {
  }

  /// Reads one document, or, where `roots` is given, all of them.
  std::optional<yaml_tree> run(std::vector<node_id>* roots = nullptr) {
    roots_ = roots;
    // Untouched memory costs nothing; growing would copy.
    tree_.nodes_.reserve(source_.text.size() / 8 + 16);
    prefer_huge_pages(tree_.nodes_.data(),
                      tree_.nodes_.capacity() * sizeof(packed_node));
    while (true) {
      if (!reader_.next()) {
        explain_yaml_problem(reader_.problem(), source_, found_);
        return std::nullopt;
      }
      const auto& e = reader_.event();
      if (e.kind == yaml_event_kind::end)
        break;
      if (e.kind == yaml_event_kind::document) {
        anchors_.clear();
        if (tree_.root_ != no_node && roots_ == nullptr) {
          // Of a file of scenarios the loader says that it is one.
          if (tree_.find(tree_.root_, "scenario") == no_node)
            found_.error({e.begin, 3}, "a plan is one document",
                         "remove this '---' and what follows it");
          break;
        }
        continue;
      }
      if (!take(e))
        return std::nullopt;
    }
    find_tabs(source_, tree_, found_);
    return std::move(tree_);
  }

private:
  using packed_node = yaml_tree::packed_node;

  struct frame {
    node_id node = no_node;
    node_id last_child = no_node;
    /// Of a mapping: the key that waits for its value, or none.
    node_id key = no_node;
    std::size_t weight_before = 0;
    std::string anchor;
    key_table keys; ///< of a large mapping
    std::size_t key_count = 0;
  };
  struct anchored {
    node_id node = no_node;
    std::size_t weight = 0;
  };

  bool take(const yaml_event& e) {
    refuse_tag(e);
    switch (e.kind) {
    case yaml_event_kind::scalar:
      ++weight_;
      place(add_scalar(e));
      remember(std::string{e.anchor}, last_node(), 1);
      return true;
    case yaml_event_kind::alias:
      return take_alias(e);
    case yaml_event_kind::sequence_start:
    case yaml_event_kind::mapping_start:
      return open(e);
    case yaml_event_kind::collection_end:
      close();
      return true;
    default:
      return true;
    }
  }

  node_id last_node() const {
    return static_cast<node_id>(tree_.nodes_.size() - 1);
  }

  node_id add(packed_node x) {
    tree_.nodes_.push_back(x);
    return last_node();
  }

  node_id add_scalar(const yaml_event& e) {
    packed_node x;
    x.begin = e.begin;
    x.end = e.end;
    x.plain = e.plain;
    // A text that stands in the source as it is needs no copy.
    auto quotes = e.plain ? 0u : 1u;
    auto size = e.text.size() + 2 * std::size_t{quotes};
    if (!e.block && size == e.end - e.begin
        && std::string_view{source_.text}.substr(e.begin + quotes,
                                                 e.text.size())
               == e.text) {
      x.verbatim = true;
    } else if (!e.text.empty()) {
      x.child_or_text = static_cast<std::uint32_t>(tree_.copies_.size());
      tree_.copies_.emplace_back(e.text);
    }
    return add(x);
  }

  bool open(const yaml_event& e) {
    if (frames_.size() == yaml_depth_max) {
      found_.error({e.begin, 1},
                   fmt::format("nested deeper than {} levels", yaml_depth_max));
      return false;
    }
    packed_node x;
    x.kind = e.kind == yaml_event_kind::mapping_start ? yaml_kind::mapping
                                                      : yaml_kind::sequence;
    x.begin = e.begin;
    x.end = e.begin + 1;
    x.flow = e.flow;
    auto id = add(x);
    place(id);
    frame f;
    f.node = id;
    f.weight_before = weight_++;
    f.anchor = e.anchor;
    frames_.push_back(std::move(f));
    return true;
  }

  void close() {
    auto f = std::move(frames_.back());
    frames_.pop_back();
    remember(std::move(f.anchor), f.node, weight_ - f.weight_before);
  }

  void remember(std::string name, node_id node, std::size_t weight) {
    if (!name.empty())
      anchors_[std::move(name)] = {node, weight};
  }

  bool take_alias(const yaml_event& e) {
    auto at = anchors_.find(std::string{e.text});
    if (at == anchors_.end()) {
      found_.error({e.begin, e.end - e.begin},
                   fmt::format("no anchor '&{}' before this", e.text),
                   "a text that starts with '*' goes in quotes");
      packed_node empty;
      empty.begin = e.begin;
      empty.end = e.end;
      place(add(empty));
      return true;
    }
    weight_ += at->second.weight;
    expanded_ += at->second.weight;
    if (expanded_ > yaml_alias_nodes_max) {
      found_.error({e.begin, e.end - e.begin},
                   fmt::format("the aliases of this file stand for more than "
                               "{} values",
                               yaml_alias_nodes_max));
      return false;
    }
    auto copy = tree_.nodes_[at->second.node];
    copy.next = no_node;
    place(add(copy));
    return true;
  }

  /// Puts a node behind its elder sibling, or makes it the document.
  void place(node_id id) {
    if (frames_.empty()) {
      tree_.root_ = id;
      if (roots_ != nullptr)
        roots_->push_back(id);
      return;
    }
    auto& f = frames_.back();
    if (tree_.nodes_[f.node].kind == yaml_kind::sequence) {
      append(f, id);
    } else if (f.key == no_node) {
      f.key = id;
    } else {
      auto k = f.key;
      f.key = no_node;
      if (accept_key(f, k)) {
        append(f, k);
        append(f, id);
      } else {
        tree_.nodes_[f.node].lost_entry = true;
      }
    }
  }

  void append(frame& f, node_id id) {
    if (f.last_child == no_node)
      tree_.nodes_[f.node].child_or_text = id;
    else
      tree_.nodes_[f.last_child].next = id;
    f.last_child = id;
  }

  bool accept_key(frame& f, node_id id) {
    auto k = tree_[id];
    if (k.kind != yaml_kind::scalar) {
      found_.error(k.where(), "a key is a text, not a list or a mapping");
      return false;
    }
    if (k.text == "<<") {
      found_.error(k.where(), "merge keys ('<<') are not read",
                   "put what tasks share into 'defaults' or into a phase");
      return false;
    }
    auto first = find_key(f, k.text, id);
    if (first == no_node)
      return true;
    auto line = source_.position(tree_.nodes_[first].begin).line;
    found_.error(k.where(), fmt::format("'{}' stands here twice", k.text),
                 fmt::format("the first is on line {}; keep one", line));
    return false;
  }

  /// The same key earlier in the mapping. Small mappings are searched, large
  /// ones have a table.
  node_id find_key(frame& f, std::string_view text, node_id id) {
    constexpr std::size_t small = 12;
    if (f.key_count++ < small) {
      for (auto x : tree_.entries(f.node))
        if (tree_.text(x.key) == text)
          return x.key;
      return no_node;
    }
    if (f.keys.empty())
      for (auto x : tree_.entries(f.node))
        f.keys.insert(tree_, x.key);
    return f.keys.insert(tree_, id);
  }

  void refuse_tag(const yaml_event& e) {
    if (e.tag.empty())
      return;
    auto length = source_.line_at(e.begin).find_first_of(" \t,]}");
    auto shown = source_.line_at(e.begin).substr(0, length);
    found_.error(
        {e.begin, static_cast<std::uint32_t>(shown.size())},
        fmt::format("'{}' is a YAML tag, and tags are not read", shown),
        "a text that starts with '!' goes in quotes");
  }

  const source_text& source_;
  findings& found_;
  yaml_reader reader_;
  yaml_tree tree_;
  std::vector<node_id>* roots_ = nullptr;
  std::vector<frame> frames_;
  std::unordered_map<std::string, anchored> anchors_;
  std::size_t weight_ = 0;
  std::size_t expanded_ = 0;
};

std::optional<yaml_tree> read_yaml(const source_text& source, findings& found) {
  return yaml_tree_builder{source, found}.run();
}

std::optional<yaml_documents> read_yaml_documents(const source_text& source,
                                                  findings& found) {
  std::vector<node_id> roots;
  auto tree = yaml_tree_builder{source, found}.run(&roots);
  if (!tree)
    return std::nullopt;
  return yaml_documents{std::move(*tree), std::move(roots)};
}

} // namespace tutti::config
