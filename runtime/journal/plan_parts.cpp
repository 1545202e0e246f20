// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/plan_parts.hpp"

#include "runtime/process/files.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace tutti::journal {

namespace {

constexpr std::size_t env_file_bytes_max = std::size_t{16} << 20;

/// Adds parts of a plan to a sum, by name.
class digester {
public:
  explicit digester(const plan& p) : plan_(p) {
  }

  void add(std::uint64_t x) {
    sum_.add(x);
    any_ = true;
  }
  void add(std::string_view x) {
    sum_.add(x);
    any_ = any_ || !x.empty();
  }
  void add(const expression& x) {
    for (const auto& n : x.nodes) {
      add(static_cast<std::uint64_t>(n.op));
      add(n.left);
      add(n.right);
      if (n.op == expression_op::output_of)
        add(plan_.tasks[n.task.value].name);
      else if (n.op == expression_op::comment_of)
        add(plan_.gates[n.task.value].name);
      add(static_cast<std::uint64_t>(n.literal.kind));
      add(n.literal.text);
    }
  }
  void add(const command_line& x) {
    if (x.kind == command_kind::none)
      return;
    add(static_cast<std::uint64_t>(x.kind));
    add(x.script);
    for (const auto& arg : x.argv)
      add(arg);
  }
  void add(node_ref x) {
    add(static_cast<std::uint64_t>(x.kind));
    add(name_of(plan_, x));
  }
  void add(const need& x) {
    add(x.of);
    add(static_cast<std::uint64_t>(x.condition));
  }
  /// In whatever order they stand.
  template <class T>
  void add_set(const std::vector<T>& xs) {
    std::vector<std::uint64_t> sums;
    sums.reserve(xs.size());
    for (const auto& x : xs) {
      digester one{plan_};
      one.add(x);
      sums.push_back(one.sum());
    }
    std::sort(sums.begin(), sums.end());
    sums.erase(std::unique(sums.begin(), sums.end()), sums.end());
    for (auto x : sums)
      add(x);
  }
  void add(const env_entry& x) {
    add(x.name);
    add(x.text);
  }
  void add_file(const std::string& name) {
    auto path = std::filesystem::path{plan_.directory} / name;
    add(name);
    add(process::read_file(path, env_file_bytes_max).content);
  }

  [[nodiscard]] std::uint64_t sum() const {
    return sum_.value();
  }
  /// Whether anything was added.
  [[nodiscard]] bool any() const {
    return any_;
  }

private:
  const plan& plan_;
  chain sum_;
  bool any_ = false;
};

class part_list {
public:
  explicit part_list(const plan& p) : plan_(p) {
    parts_.reserve(2 * (p.tasks.size() + p.gates.size())); // as most have
  }

  template <class Fill>
  void add(name_kind kind, std::uint32_t index, const char* aspect, Fill fill) {
    digester d{plan_};
    fill(d);
    if (d.any())
      parts_.push_back({kind, index, aspect, d.sum()});
  }

  std::vector<part_entry> take() {
    return std::move(parts_);
  }

private:
  const plan& plan_;
  std::vector<part_entry> parts_;
};

/// Aspects come in the order of their names.
void add_task(const plan& p, std::uint32_t index, part_list& to) {
  const auto& t = p.tasks[index];
  auto aspect = [&](const char* name, auto fill) {
    to.add(name_kind::task, index, name, fill);
  };
  aspect("artifacts", [&](digester& d) {
    for (const auto& x : t.artifacts)
      d.add(x);
  });
  aspect("command", [&](digester& d) {
    d.add(static_cast<std::uint64_t>(t.kind));
    d.add(t.run);
    d.add(t.prompt);
    d.add(t.note);
    d.add(t.working_directory);
    if (t.agents.size() == 1) {
      const auto& a = p.agents[t.agents[0].value];
      d.add(a.session);
      d.add(a.native);
    }
  });
  aspect("condition", [&](digester& d) {
    d.add(t.condition);
  });
  aspect("contract", [&](digester& d) {
    if (!t.provides.valid())
      return;
    const auto& c = p.contracts[t.provides.value];
    d.add(c.name);
    d.add(c.schema);
  });
  aspect("env", [&](digester& d) {
    d.add_set(t.env);
    for (const auto& x : t.env_files)
      d.add_file(x);
    for (auto x : t.secrets)
      d.add(p.secrets[x.value].name);
  });
  aspect("integrate", [&](digester& d) {
    if (!t.integrate.present)
      return;
    d.add(t.integrate.run);
    d.add(t.integrate.prompt);
    d.add(std::uint64_t{t.integrate_each});
  });
  aspect("needs", [&](digester& d) {
    d.add_set(t.needs);
    d.add_set(t.after);
  });
  aspect("needs-later", [&](digester& d) {
    d.add_set(t.needs_later);
  });
  aspect("triggers", [&](digester& d) {
    std::vector<node_ref> triggers;
    for (auto x : t.after_each)
      triggers.push_back({node_kind::task, x.value});
    d.add_set(triggers);
    if (t.review_of.valid())
      d.add(p.gates[t.review_of.value].name);
  });
}

void add_gate(const plan& p, std::uint32_t index, part_list& to) {
  const auto& g = p.gates[index];
  to.add(name_kind::gate, index, "approval", [&](digester& d) {
    if (!g.approval.present)
      return;
    d.add(std::uint64_t{g.approval.human});
    d.add(g.approval.min);
    for (auto x : g.approval.agents)
      d.add(p.agents[x.value].name);
  });
  to.add(name_kind::gate, index, "needs", [&](digester& d) {
    d.add_set(g.needs);
    d.add(std::uint64_t{g.closed_by_skip});
  });
}

/// By kind and name.
using part_map = std::map<std::pair<name_kind, std::string>,
                          std::map<std::string, std::uint64_t>>;

} // namespace

std::vector<part_entry> parts_of(const plan& p) {
  part_list result{p};
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
    add_task(p, i, result);
  for (std::uint32_t i = 0; i < p.gates.size(); ++i)
    add_gate(p, i, result);
  return result.take();
}

plan_changes changes_since(const journal_info& journal, const plan& p,
                           const std::vector<part_entry>& parts) {
  plan_changes result;
  auto names = names_of(p);
  std::set<std::pair<name_kind, std::string_view>> now{names.begin(),
                                                       names.end()};
  std::set<std::pair<name_kind, std::string_view>> then;
  for (const auto& [id, kind, name] : journal.names) {
    then.emplace(kind, name);
    if (now.contains({kind, name}))
      continue;
    result.names_differ = true;
    if (kind == name_kind::task || kind == name_kind::gate)
      result.removed.push_back(name);
  }
  result.names_differ = result.names_differ || now.size() != then.size();
  part_map before;
  for (const auto& x : journal.parts)
    before[{x.kind, std::get<2>(journal.names[x.index])}][x.aspect] = x.digest;
  part_map after;
  for (const auto& x : parts)
    after[{x.kind, x.kind == name_kind::task ? p.tasks[x.index].name
                                             : p.gates[x.index].name}]
         [x.aspect] = x.digest;
  auto look = [&](name_kind kind, std::uint32_t index,
                  const std::string& name) {
    if (!then.contains({kind, name})) {
      result.changed.push_back({kind, index, {}});
      return;
    }
    part_change change{kind, index, {}};
    const auto& old = before[{kind, name}];
    const auto& fresh = after[{kind, name}];
    for (const auto& [aspect, digest] : fresh)
      if (auto i = old.find(aspect); i == old.end() || i->second != digest)
        change.aspects.push_back(aspect);
    for (const auto& [aspect, digest] : old)
      if (!fresh.contains(aspect))
        change.aspects.push_back(aspect);
    if (!change.aspects.empty())
      result.changed.push_back(std::move(change));
  };
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
    look(name_kind::task, i, p.tasks[i].name);
  for (std::uint32_t i = 0; i < p.gates.size(); ++i)
    look(name_kind::gate, i, p.gates[i].name);
  return result;
}

} // namespace tutti::journal
