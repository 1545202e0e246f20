// SPDX-License-Identifier: BSD-3-Clause
// A YAML document as compact nodes in one array. Duplicate keys, merge keys,
// tags, aliases beyond reason and other mistakes of the document itself are
// reported here; what the document means is the loader's business.
#pragma once

#include "config/findings.hpp"
#include "config/source_text.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tutti::config {

enum class yaml_kind : std::uint8_t { scalar, sequence, mapping };

using node_id = std::uint32_t;
inline constexpr node_id no_node = std::numeric_limits<node_id>::max();

/// A scalar, sequence or mapping, as a tree shows it. An alias is a copy of
/// what it refers to, with the same children, so that it takes no more memory
/// than itself.
struct yaml_node {
  std::string_view text;         ///< of a scalar
  std::uint32_t begin = 0;       ///< bytes of the source
  std::uint32_t end = 0;         ///< of a collection: where it begins to differ
  node_id next = no_node;        ///< sibling
  node_id first_child = no_node; ///< of a mapping: key, value, key, value
  yaml_kind kind = yaml_kind::scalar;
  bool plain = false;    ///< a scalar without quotes
  bool flow = false;     ///< a collection in brackets or braces
  bool verbatim = false; ///< `text` stands so in the source, without escapes

  /// `x:` alone, or `~` or `null`.
  [[nodiscard]] bool is_null() const {
    return kind == yaml_kind::scalar && plain
        && (text.empty() || text == "~" || text == "null");
  }
  [[nodiscard]] span where() const {
    return {begin, end - begin};
  }
};

/// Limits on a document.
inline constexpr std::size_t yaml_depth_max = 50;
/// How many nodes all aliases together may stand for.
inline constexpr std::size_t yaml_alias_nodes_max = 1'000'000;

class yaml_tree {
public:
  struct entry {
    node_id key;
    node_id value;
  };
  /// Walks the items of a sequence, or the entries of a mapping.
  template <class Item>
  class child_range {
  public:
    class iterator {
    public:
      using value_type = Item;
      using difference_type = std::ptrdiff_t;

      iterator(const yaml_tree* tree, node_id at) : tree_(tree), at_(at) {
      }
      Item operator*() const {
        if constexpr (std::is_same_v<Item, entry>)
          return {at_, tree_->next(at_)};
        else
          return at_;
      }
      iterator& operator++() {
        at_ = tree_->next(at_);
        if constexpr (std::is_same_v<Item, entry>)
          at_ = tree_->next(at_);
        return *this;
      }
      bool operator==(const iterator& x) const {
        return at_ == x.at_;
      }

    private:
      const yaml_tree* tree_;
      node_id at_;
    };

    child_range(const yaml_tree* tree, node_id first)
      : tree_(tree), first_(first) {
    }
    [[nodiscard]] iterator begin() const {
      return {tree_, first_};
    }
    [[nodiscard]] iterator end() const {
      return {tree_, no_node};
    }
    [[nodiscard]] bool empty() const {
      return first_ == no_node;
    }

  private:
    const yaml_tree* tree_;
    node_id first_;
  };

  explicit yaml_tree(std::string_view source) : source_(source) {
  }

  [[nodiscard]] yaml_node operator[](node_id x) const {
    const auto& n = nodes_[x];
    yaml_node result{{},     n.begin, n.end,  n.next,    no_node,
                     n.kind, n.plain, n.flow, n.verbatim};
    if (n.kind != yaml_kind::scalar)
      result.first_child = n.child_or_text;
    else
      result.text = text(x);
    return result;
  }
  /// The text of a scalar; else empty.
  [[nodiscard]] std::string_view text(node_id x) const {
    const auto& n = nodes_[x];
    if (n.kind != yaml_kind::scalar)
      return {};
    auto quotes = n.plain ? 0u : 1u;
    if (n.verbatim)
      return source_.substr(n.begin + quotes, n.end - n.begin - 2 * quotes);
    return n.child_or_text == no_node ? std::string_view{}
                                      : copies_[n.child_or_text];
  }
  /// The next sibling, or `no_node`.
  [[nodiscard]] node_id next(node_id x) const {
    return nodes_[x].next;
  }
  /// True for a mapping with an entry that was refused, and is not in here.
  [[nodiscard]] bool lost_entry(node_id x) const {
    return nodes_[x].lost_entry;
  }
  /// The document; `no_node` where there is none.
  [[nodiscard]] node_id root() const {
    return root_;
  }
  [[nodiscard]] std::size_t size() const {
    return nodes_.size();
  }
  [[nodiscard]] child_range<node_id> items(node_id sequence) const {
    return {this, nodes_[sequence].child_or_text};
  }
  /// The entries of a mapping; none of anything else.
  [[nodiscard]] child_range<entry> entries(node_id mapping) const {
    const auto& x = nodes_[mapping];
    return {this, x.kind == yaml_kind::mapping ? x.child_or_text : no_node};
  }
  /// The value behind a key, or `no_node`.
  [[nodiscard]] node_id find(node_id mapping, std::string_view name) const;

  /// The same text, and more behind it, now stands here.
  void move_to(std::string_view source) {
    source_ = source;
  }
  /// Takes over the nodes of a document whose text stands at `offset` of the
  /// source; answers its root.
  node_id graft(yaml_tree other, std::uint32_t offset);

private:
  friend class yaml_tree_builder;

  /// A million of these make a large plan: memory is time here.
  struct packed_node {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    node_id next = no_node;
    /// The first child of a collection; of a scalar that does not stand in the
    /// source as it is, the index of its copy.
    std::uint32_t child_or_text = no_node;
    yaml_kind kind = yaml_kind::scalar;
    bool plain = false;
    bool flow = false;
    bool verbatim = false;
    bool lost_entry = false;
  };

  std::string_view source_;
  std::vector<packed_node> nodes_;
  std::deque<std::string> copies_;
  node_id root_ = no_node;
};

/// Reads a document; nothing where the text is no YAML. Mistakes go to `found`.
/// The source must outlive the tree.
[[nodiscard]] std::optional<yaml_tree> read_yaml(const source_text& source,
                                                 findings& found);

/// The documents of a file, with "---" between them.
struct yaml_documents {
  yaml_tree tree; ///< of all of them; its own root is that of the last
  std::vector<node_id> roots;
};

/// The same for a file that may hold several documents.
[[nodiscard]] std::optional<yaml_documents>
read_yaml_documents(const source_text& source, findings& found);

} // namespace tutti::config
