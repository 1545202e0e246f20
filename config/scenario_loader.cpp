// SPDX-License-Identifier: BSD-3-Clause
#include "config/scenario_loader.hpp"

#include "config/load_parts.hpp"
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

constexpr integer_range seeds_range{1, 1'000'000};
constexpr const char* first_lines =
    "begin with: scenario: a name, and plan: tutti.yaml";

/// Reads the documents of one file.
class file_loader {
public:
  file_loader(source_text source, const scenario_options& options)
    : source_(std::move(source)) {
    plan_options_.set = options.set;
    plan_options_.read_files = false;
    plan_options_.read_included = options.read_plan;
  }

  scenario_result run() {
    scenario_result result;
    if (auto documents = read_yaml_documents(source_, found_)) {
      tree_ = std::move(documents->tree);
      for (auto root : documents->roots)
        if (!tree_[root].is_null())
          read_document(root);
      if (names_.empty() && !found_.has_errors())
        found_.error({0, 1}, "there is no scenario here", first_lines);
    }
    append_plans();
    if (!found_.has_errors())
      result.values = std::move(values_);
    result.diagnostics = found_.take();
    result.source = std::move(source_);
    return result;
  }

private:
  using shared_plan = std::shared_ptr<const plan>;

  /// A plan file that some scenario names.
  struct plan_file {
    shared_plan value; ///< null: it has mistakes
    std::string name;
    load_result loaded; ///< of one with mistakes
  };

  void read_document(node_id root) {
    names_.push_back(root);
    source_map ignored;
    loader_context c{source_, tree_, root, plan_options_, found_, ignored};
    if (!looks_right(c, root))
      return;
    scenario made;
    scenario_context s{c, made, parts_};
    auto plan_node = tree_.find(root, "plan");
    made.name = name_of_document(c, root, made.where);
    if (plan_node != no_node)
      read_plan(c, made, plan_node);
    learn_names(s);
    read_keys(s, root);
    check_required(c, scenario_place::scenario, root);
    check_moments(s);
    values_.push_back(std::move(made));
  }

  /// False, once reported, for what is no scenario at all.
  bool looks_right(loader_context& c, node_id root) {
    if (c.node(root).kind != yaml_kind::mapping) {
      found_.error({c.node(root).begin, 1}, "a scenario is a mapping of keys",
                   first_lines);
      return false;
    }
    if (tree_.find(root, "scenario") != no_node
        || tree_.find(root, "plan") != no_node)
      return true;
    for (auto key : {"tasks", "phases"})
      if (tree_.find(root, key) != no_node) {
        found_.error({c.node(root).begin, 1},
                     "this is a plan, and a scenario is a story about one",
                     "write a file of its own that begins with: scenario: a "
                     "name, and names this one: plan: FILE");
        return false;
      }
    return true;
  }

  std::string name_of_document(loader_context& c, node_id root, span& where) {
    for (auto [key, value] : tree_.entries(root)) {
      if (tree_.text(key) != "scenario")
        continue;
      where = entry_span(c, key, value);
      auto name = read_scalar(c, value, "scenario", "a name");
      if (!name)
        return {};
      std::string text{name->text};
      auto [at, is_new] = lines_.emplace(text, c.node(key).begin);
      if (!is_new)
        c.warning(
            value, fmt::format("another scenario is called '{}'", text),
            fmt::format("it is on line {}", source_.position(at->second).line));
      return text;
    }
    return {};
  }

  // -- the plan ---------------------------------------------------------------

  void read_plan(loader_context& c, scenario& made, node_id x) {
    auto n = c.node(x);
    if (n.kind == yaml_kind::mapping) {
      if (auto inside = load_inline_plan(source_, tree_, x, made.name,
                                         plan_options_, found_))
        made.work = std::make_shared<const plan>(std::move(*inside));
      return;
    }
    auto text = read_scalar(c, x, "plan", "a file, or the plan itself");
    if (!text)
      return;
    made.plan_path = text->text;
    if (has_template(text->text))
      c.error(x, "no '${{ }}' in 'plan'");
    else
      made.work = plan_of_file(c, x, made.plan_path);
  }

  shared_plan plan_of_file(loader_context& c, node_id x,
                           const std::string& text) {
    auto path = (fs::path{source_.directory} / text).lexically_normal();
    auto [at, is_new] = plans_.try_emplace(path.string());
    auto& file = at->second;
    if (!is_new)
      return file.value;
    file.name = (fs::path{source_.name}.parent_path() / text)
                    .lexically_normal()
                    .string();
    auto content = plan_options_.read_included(path.string(), file.name);
    if (!content) {
      c.error(x, content.error().detail, file_remedy(c.suggest, path, text));
      return {};
    }
    file.loaded =
        load_plan({file.name, path.parent_path().string(), std::move(*content)},
                  plan_options_);
    if (file.loaded.value)
      file.value = std::make_shared<const plan>(std::move(*file.loaded.value));
    else
      c.error(x, fmt::format("the plan '{}' has mistakes", file.name));
    return file.value;
  }

  /// The texts of plan files with mistakes follow that of the scenarios, and
  /// what is said of them moves along.
  void append_plans() {
    for (auto& [path, file] : plans_) {
      if (file.value || file.loaded.diagnostics.empty())
        continue;
      const auto& own = file.loaded.source;
      if (source_.text.size() + own.text.size() >= source_bytes_max) {
        for (auto& x : file.loaded.diagnostics)
          add_placeless(file, std::move(x));
        continue;
      }
      std::vector<std::uint32_t> begins{0};
      for (const auto& x : own.included)
        begins.push_back(x.begin);
      std::vector<std::uint32_t> moved;
      for (std::size_t i = 0; i < begins.size(); ++i) {
        auto end = i + 1 < begins.size() ? begins[i + 1] : own.text.size();
        source_.append(
            {i == 0 ? file.name : own.included[i - 1].name, {}},
            std::string_view{own.text}.substr(begins[i], end - begins[i]));
        moved.push_back(source_.included.back().begin);
      }
      for (auto& x : file.loaded.diagnostics)
        add_moved(std::move(x), own, begins, moved);
    }
  }

  void add_moved(diagnostic x, const source_text& own,
                 const std::vector<std::uint32_t>& begins,
                 const std::vector<std::uint32_t>& moved) {
    if (x.where.valid()) {
      auto i = own.file_at(x.where.offset);
      x.where.offset = x.where.offset - begins[i] + moved[i];
    }
    found_.add(std::move(x));
  }

  void add_placeless(const plan_file& file, diagnostic x) {
    x.message = fmt::format("{}: {}", file.name, x.message);
    x.where = span::none();
    found_.add(std::move(x));
  }

  void learn_names(scenario_context& s) {
    if (s.made.work == nullptr)
      return;
    const auto& p = *s.made.work;
    s.work = &p;
    s.asks.assign(p.tasks.size(), false);
    auto add = [&](const auto& xs, node_kind kind) {
      for (std::uint32_t i = 0; i < xs.size(); ++i)
        s.c.names.emplace(xs[i].name, node_ref{kind, i});
    };
    add(p.tasks, node_kind::task);
    add(p.phases, node_kind::phase);
    add(p.gates, node_kind::gate);
    add(p.services, node_kind::service);
    for (std::size_t i = 0; i < p.agents.size(); ++i)
      s.c.agents.emplace(p.agents[i].name, agent_id{i});
  }

  // -- the keys ---------------------------------------------------------------

  /// What others speak of is read before them, wherever it stands.
  static void read_keys(scenario_context& s, node_id root) {
    std::array order{scenario_key::clock,    scenario_key::seeds,
                     scenario_key::nodes,    scenario_key::work,
                     scenario_key::timeline, scenario_key::never,
                     scenario_key::end};
    std::array<node_id, order.size()> values;
    values.fill(no_node);
    for_each_scenario_key(
        s.c, scenario_place::scenario, root,
        [&](const scenario_row& row, node_id, node_id value) {
          auto at = std::find(order.begin(), order.end(), row.id);
          if (at != order.end())
            values[static_cast<std::size_t>(at - order.begin())] = value;
        });
    for (std::size_t i = 0; i < order.size(); ++i)
      if (values[i] != no_node)
        read_key(s, order[i], values[i]);
  }

  static void read_key(scenario_context& s, scenario_key id, node_id x) {
    switch (id) {
    case scenario_key::clock:
      s.made.has_clock = true;
      s.made.clock = read_time_of_day(s.c, x).value_or(duration{0});
      break;
    case scenario_key::seeds:
      s.made.seeds = static_cast<std::uint32_t>(
          read_integer(s.c, x, "seeds", seeds_range).value_or(1));
      break;
    case scenario_key::nodes:
      config::read_nodes(s, x);
      break;
    case scenario_key::work:
      config::read_work(s, x);
      break;
    case scenario_key::timeline:
      read_timeline(s, x);
      break;
    case scenario_key::never:
      config::read_never(s, x);
      break;
    default:
      s.made.end = read_expectations(s, scenario_place::end, x);
    }
  }

  static void read_timeline(scenario_context& s, node_id x) {
    auto n = s.c.node(x);
    if (n.is_null())
      return;
    if (n.kind != yaml_kind::sequence) {
      s.c.error(x, "'timeline' must be a list of steps",
                "begin each step with '- at:'");
      return;
    }
    for (auto item : s.c.tree.items(x))
      if (is_mapping(s.c, item, "a step") && s.take_part(item))
        read_step(s, item);
  }

  static void read_step(scenario_context& s, node_id x) {
    scripted_step made;
    made.where = s.c.place_of(x);
    node_id within = no_node;
    node_id deeds = no_node;
    node_id expects = no_node;
    bool has_moment = false;
    for_each_scenario_key(
        s.c, scenario_place::step, x,
        [&](const scenario_row& row, node_id key, node_id value) {
          if (row.id == scenario_key::at) {
            made.where = entry_span(s.c, key, value);
            auto at = read_moment(s, value);
            has_moment = at.has_value();
            made.at = at.value_or(moment{});
          } else if (row.id == scenario_key::within) {
            within = value;
          } else if (row.id == scenario_key::do_) {
            deeds = value;
          } else {
            expects = value;
          }
        });
    check_required(s.c, scenario_place::step, x);
    if (within != no_node) {
      made.within =
          read_duration(s.c, within, "within", zero_duration::allowed);
      if (has_moment
          && (made.at.kind == moment_kind::clock
              || made.at.kind == moment_kind::later))
        s.c.warning(within, "'within' adds nothing to a moment whose time is "
                            "given");
    }
    // In the order in which they happen, for whatever order they stand in.
    if (deeds != no_node)
      made.deeds = read_deeds(s, deeds);
    if (expects != no_node)
      made.expects = read_expectations(s, scenario_place::expect, expects);
    s.made.timeline.push_back(std::move(made));
  }

  source_text source_;
  load_options plan_options_;
  findings found_;
  yaml_tree tree_{{}};
  std::size_t parts_ = 0;
  std::vector<node_id> names_; ///< roots of documents that hold something
  std::map<std::string, std::uint32_t> lines_; ///< by name of a scenario
  std::map<std::string, plan_file> plans_;     ///< by path
  std::vector<scenario> values_;
};

} // namespace

scenario_result load_scenarios(source_text source,
                               const scenario_options& options) {
  return file_loader{std::move(source), options}.run();
}

} // namespace tutti::config
