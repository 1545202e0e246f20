// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_matrix.hpp"

#include "config/load_values.hpp"
#include "config/matrix_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tutti::config {

namespace {

/// A combination on its way.
struct draft {
  node_id node = no_node; ///< the entry of `include` that made it
  std::vector<std::string> parts;
  std::vector<matrix_variable> values;
  std::vector<matrix_variable> added; ///< by `include`
};

bool holds(const std::vector<matrix_variable>& xs, const matrix_variable& x) {
  const auto* found = find_variable(xs, x.name);
  return found != nullptr && found->text == x.text;
}

class matrix_reader {
public:
  explicit matrix_reader(loader_context& c) : c_(c) {
  }

  std::optional<matrix> run(node_id x) {
    if (!is_mapping(c_, x, "'matrix'"))
      return {};
    auto exclude = no_node;
    auto include = no_node;
    auto elder = no_node;
    for (auto [key, value] : c_.tree.entries(x)) {
      auto name = c_.node(key).text;
      if (is_comma_mistake(c_, x, key, elder))
        continue;
      elder = value;
      if (name == "include")
        include = value;
      else if (name == "exclude")
        exclude = value;
      else
        add_axis(key, value);
    }
    if (c_.has_error_in(x) || !multiply(x, include != no_node))
      return {};
    if (exclude != no_node)
      leave_out(exclude);
    if (include != no_node)
      add(include);
    if (rows_.empty() && !c_.has_error_in(x))
      c_.error(x, "'exclude' leaves nothing of this matrix");
    if (c_.has_error_in(x))
      return {};
    return finish(x);
  }

private:
  // -- axes -------------------------------------------------------------------

  void add_axis(node_id key, node_id list) {
    constexpr std::array<std::string_view, 2> others{"include", "exclude"};
    auto name = c_.node(key).text;
    if (!is_axis_name(name)) {
      c_.error(key, fmt::format("'{}' is no name for an axis", name),
               "use letters, digits, '_' and '-', with a letter or '_' first");
      return;
    }
    if (auto hint = c_.suggest.hint(name, others); !hint.empty())
      c_.warning(key, lint::odd_axis,
                 fmt::format("'{}' is taken for an axis", name), hint);
    matrix_axis made{name, {}};
    for (auto item : read_list(c_, list, name))
      if (!read_matrix_range(c_, made, item))
        if (auto one = read_matrix_value(c_, name, item))
          made.values.push_back(std::move(*one));
    if (made.values.empty() && !c_.has_error_in(list))
      c_.error(list, fmt::format("axis '{}' has no values", name),
               fmt::format("write {}: [a, b]", name));
    check_parts(made);
    axes_.push_back(std::move(made));
  }

  /// Each value of an axis makes tasks of its own.
  void check_parts(const matrix_axis& x) {
    std::unordered_map<std::string_view, const matrix_value*> seen;
    for (const auto& y : x.values) {
      auto [at, fresh] = seen.emplace(y.part, &y);
      if (fresh)
        continue;
      if (at->second->variables == y.variables)
        c_.error(y.node, fmt::format("'{}' has this value twice", x.name));
      else
        c_.error(y.node,
                 fmt::format("two values of '{}' make tasks of one name, '{}'",
                             x.name, y.part),
                 "in names all but letters, digits, '_' and '.' becomes '-'");
    }
  }

  // -- combinations -----------------------------------------------------------

  /// All combinations of the axes, the first one changing least often.
  bool multiply(node_id x, bool more_to_come) {
    if (axes_.empty()) {
      if (!more_to_come)
        c_.error(x, "'matrix' has no axes", "write { os: [linux, mac] }");
      return more_to_come;
    }
    std::size_t count = 1;
    for (const auto& a : axes_) {
      count *= a.values.size();
      if (count > matrix_rows_max)
        return refuse_size(x);
    }
    rows_.emplace_back();
    for (const auto& a : axes_) {
      std::vector<draft> wider;
      wider.reserve(rows_.size() * a.values.size());
      for (const auto& row : rows_)
        for (const auto& v : a.values) {
          if (!count_values(row.values.size() + v.variables.size()))
            return refuse_size(x);
          wider.push_back(row);
          extend(wider.back(), v);
        }
      rows_ = std::move(wider);
    }
    return true;
  }

  bool refuse_size(node_id x) {
    c_.error(x,
             fmt::format("this matrix has more than {} combinations, or {} "
                         "values in them",
                         matrix_rows_max, matrix_values_max),
             "leave values out, or make several tasks of it");
    return false;
  }

  bool count_values(std::size_t more) {
    values_ += more;
    return values_ <= matrix_values_max;
  }

  static void extend(draft& row, const matrix_value& x) {
    row.parts.push_back(x.part);
    row.values.insert(row.values.end(), x.variables.begin(), x.variables.end());
  }

  [[nodiscard]] bool is_axis(std::string_view name) const {
    return std::any_of(axes_.begin(), axes_.end(), [&](const matrix_axis& x) {
      return x.name == name;
    });
  }

  // -- exclude and include ----------------------------------------------------

  /// The entries of `exclude` or `include`; a lone one needs no list.
  std::vector<node_id> entries_of(node_id x, std::string_view what) {
    auto n = c_.node(x);
    if (n.kind == yaml_kind::mapping)
      return {x};
    std::vector<node_id> result;
    for (auto item : read_list(c_, x, what)) {
      auto kind = c_.node(item).kind;
      if (kind == yaml_kind::mapping && !c_.tree.entries(item).empty())
        result.push_back(item);
      else
        c_.error(item,
                 fmt::format("'{}' must list combinations, as {{ os: linux }}",
                             what));
    }
    if (result.size() > matrix_rows_max)
      c_.error(x, fmt::format("'{}' has more than {} entries", what,
                              matrix_rows_max));
    return result;
  }

  std::vector<matrix_value> read_entry(node_id x) {
    std::vector<matrix_value> result;
    auto elder = no_node;
    for (auto [key, value] : c_.tree.entries(x)) {
      if (is_comma_mistake(c_, x, key, elder))
        continue;
      elder = value;
      if (!is_axis_name(c_.node(key).text))
        c_.error(key,
                 fmt::format("'{}' is no name for a value", c_.node(key).text),
                 "use letters, digits, '_' and '-', with a letter or '_' "
                 "first");
      else if (auto one = read_matrix_value(c_, c_.node(key).text, value))
        result.push_back(std::move(*one));
    }
    return result;
  }

  void leave_out(node_id list) {
    std::vector<std::string_view> names;
    for (const auto& x : axes_)
      names.push_back(x.name);
    for (auto entry : entries_of(list, "exclude")) {
      for (auto x : c_.tree.entries(entry))
        if (auto name = c_.node(x.key).text; !is_axis(name)) {
          auto hint = c_.suggest.hint(name, names);
          c_.error(x.key, fmt::format("this matrix has no axis '{}'", name),
                   hint.empty() && !names.empty()
                       ? fmt::format("its axes are {}", fmt::join(names, ", "))
                       : hint);
        }
      auto wanted = read_entry(entry);
      if (c_.has_error_in(entry))
        continue;
      auto gone = std::erase_if(rows_, [&](const draft& row) {
        return std::all_of(
            wanted.begin(), wanted.end(), [&](const matrix_value& x) {
              return std::all_of(x.variables.begin(), x.variables.end(),
                                 [&](const matrix_variable& y) {
                                   return holds(row.values, y);
                                 });
            });
      });
      if (gone == 0)
        c_.warning(entry, lint::idle_exclude,
                   "no combination is left that this excludes",
                   "it must name values as the axes have them");
    }
  }

  /// Adds to the combinations that an entry fits, or makes one of it.
  void add(node_id list) {
    auto originals = rows_.size();
    for (auto entry : entries_of(list, "include")) {
      auto wanted = read_entry(entry);
      if (c_.has_error_in(entry))
        continue;
      bool placed = false;
      for (std::size_t i = 0; i < originals; ++i)
        placed = add_to(rows_[i], wanted) || placed;
      if (!placed)
        rows_.push_back(make_row(entry, wanted));
      if (rows_.size() > matrix_rows_max || values_ > matrix_values_max) {
        refuse_size(list);
        return;
      }
    }
  }

  /// Values of axes are never changed; what another entry has added is.
  bool add_to(draft& row, const std::vector<matrix_value>& wanted) {
    for (const auto& x : wanted)
      if (is_axis(x.key))
        for (const auto& y : x.variables)
          if (!holds(row.values, y))
            return false;
    for (const auto& x : wanted) {
      if (is_axis(x.key))
        continue;
      std::erase_if(row.added, [&](const matrix_variable& y) {
        return y.name == x.key
            || std::string_view{y.name}.starts_with(fmt::format("{}.", x.key));
      });
      row.added.insert(row.added.end(), x.variables.begin(), x.variables.end());
      count_values(x.variables.size());
    }
    return true;
  }

  draft make_row(node_id entry, const std::vector<matrix_value>& wanted) {
    draft result;
    result.node = entry;
    for (const auto& a : axes_)
      for (const auto& x : wanted)
        if (x.key == a.name)
          extend(result, x);
    for (const auto& x : wanted)
      if (!is_axis(x.key))
        extend(result, x);
    for (const auto& x : wanted)
      if (x.key == "name")
        result.parts = {x.part};
    count_values(result.values.size());
    return result;
  }

  // -- the result -------------------------------------------------------------

  std::optional<matrix> finish(node_id x) {
    matrix result;
    std::unordered_set<std::string> names;
    std::unordered_set<std::string> seen;
    for (auto& row : rows_) {
      matrix_row made{fmt::format("{}", fmt::join(row.parts, "/")),
                      std::move(row.values)};
      std::move(row.added.begin(), row.added.end(),
                std::back_inserter(made.values));
      for (const auto& y : made.values)
        names.insert(y.name);
      if (!seen.insert(made.name).second) {
        c_.error(row.node == no_node ? x : row.node,
                 fmt::format("two combinations of this matrix make tasks of "
                             "one name, '{}'",
                             made.name),
                 "give each a 'name' of its own");
        return {};
      }
      result.rows.push_back(std::move(made));
    }
    result.names.assign(names.begin(), names.end());
    std::sort(result.names.begin(), result.names.end());
    return result;
  }

  loader_context& c_;
  std::vector<matrix_axis> axes_;
  std::vector<draft> rows_;
  std::size_t values_ = 0;
};

} // namespace

std::optional<matrix> read_matrix(loader_context& c, node_id x) {
  return matrix_reader{c}.run(x);
}

} // namespace tutti::config
