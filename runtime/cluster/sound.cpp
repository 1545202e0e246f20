// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/sound.hpp"

#include "messages/inspect/inspect_cluster.hpp"
#include "messages/inspect/inspect_plan.hpp"

#include <caf/meta/annotation.hpp>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace tutti::cluster {

namespace {

constexpr std::size_t node_name_max = 64;
constexpr std::size_t file_name_max = 255;

bool is_relative_path(std::string_view x) {
  if (x.empty() || x.front() == '/' || x.find('\0') != x.npos)
    return false;
  while (true) {
    auto end = x.find('/');
    if (x.substr(0, end) == "..")
      return false;
    if (end == x.npos)
      return true;
    x.remove_prefix(end + 1);
  }
}

/// Goes through a value as one that writes it would, and looks at all that
/// refers to something.
class checker {
public:
  using result_type = bool;
  static constexpr bool reads_state = true;
  [[maybe_unused]] static constexpr bool writes_state = false;

  explicit checker(const plan& p) : plan_(p) {
  }

  template <class... Ts>
  bool operator()(Ts&&... xs) {
    return (apply(xs) && ...);
  }

private:
  template <class T>
  bool apply(T& x) {
    using type = std::remove_cv_t<T>;
    if constexpr (
        caf::meta::is_annotation<type>::value
        || std::is_arithmetic_v<
            type> || std::is_enum_v<type> || std::is_same_v<type, duration> || std::is_same_v<type, std::string>)
      return true;
    else if constexpr (requires { x.begin(); })
      return std::all_of(x.begin(), x.end(), [this](const auto& y) {
        return is_given(y) && this->apply(y);
      });
    else
      return look(x);
  }

  /// Where several are named, each is.
  template <class T>
  static bool is_given(const T&) {
    return true;
  }
  template <class Tag>
  static bool is_given(dense_id<Tag> x) {
    return x.valid();
  }
  static bool is_given(const contract_text& x) {
    return x.contract.valid();
  }
  static bool is_given(const work_item& x) {
    return x.from.valid();
  }
  static bool is_given(const gate_comment& x) {
    return x.gate.valid();
  }

  template <class T>
  bool look(const T& x) {
    return inspect(*this, const_cast<T&>(x));
  }
  template <class Tag>
  bool look(dense_id<Tag> x) {
    return !x.valid() || x.value < count_of(x);
  }
  bool look(const node_ref& x) {
    switch (x.kind) {
    case node_kind::task:
      return x.index < plan_.tasks.size();
    case node_kind::phase:
      return x.index < plan_.phases.size();
    case node_kind::gate:
      return x.index < plan_.gates.size();
    case node_kind::service:
      return x.index < plan_.services.size();
    }
    return false;
  }
  bool look(const artifact& x) {
    return is_digest(x.digest) && is_relative_path(x.path);
  }
  bool look(const expression& x) {
    for (std::size_t i = 0; i < x.nodes.size(); ++i) {
      const auto& node = x.nodes[i];
      bool is_operator = node.op >= expression_op::logical_and;
      if (is_operator && (node.left >= i || node.right >= i))
        return false;
      bool is_of_gate = node.op == expression_op::comment_of;
      auto count = is_of_gate ? plan_.gates.size() : plan_.tasks.size();
      if (node.task.valid() && node.task.value >= count)
        return false;
    }
    return true;
  }

  [[nodiscard]] std::size_t count_of(task_id) const {
    return plan_.tasks.size();
  }
  [[nodiscard]] std::size_t count_of(agent_id) const {
    return plan_.agents.size();
  }
  [[nodiscard]] std::size_t count_of(gate_id) const {
    return plan_.gates.size();
  }
  [[nodiscard]] std::size_t count_of(pool_id) const {
    return plan_.pools.size();
  }
  [[nodiscard]] std::size_t count_of(phase_id) const {
    return plan_.phases.size();
  }
  [[nodiscard]] std::size_t count_of(contract_id) const {
    return plan_.contracts.size();
  }
  [[nodiscard]] std::size_t count_of(secret_id) const {
    return plan_.secrets.size();
  }

  const plan& plan_;
};

template <class T>
bool refers_well(const plan& p, const T& x) {
  checker f{p};
  return f(x);
}

/// Of an agent: one that it may work on.
bool works_on(const plan& p, agent_id who, task_id x) {
  if (!x.valid() || x.value >= p.tasks.size())
    return false;
  const auto& agents = p.tasks[x.value].agents;
  return std::find(agents.begin(), agents.end(), who) != agents.end();
}

bool names_placing(const plan& p, const agent_address& x) {
  return x.agent.value < p.agents.size() && x.placing > 0;
}

/// What a message is about, beside that its ids are in range.
struct about {
  const plan& p;
  agent_id who;

  template <class T>
  bool operator()(const T& x) const {
    if constexpr (requires { x.agent; })
      return x.agent == who;
    else if constexpr (requires { x.attempt; })
      return works_on(p, who, x.task);
    else if constexpr (std::is_same_v<T, handoff>)
      return x.from.valid() && works_on(p, who, x.to);
    else if constexpr (std::is_same_v<T, handoff_accepted>)
      return x.from.valid() && works_on(p, who, x.to);
    else if constexpr (std::is_same_v<T, request_answer>)
      return x.from.valid() && works_on(p, who, x.to);
    else
      return true;
  }
};

} // namespace

bool is_sound(const plan& x) {
  return refers_well(x, x)
      && std::all_of(x.tasks.begin(), x.tasks.end(), [](const task& t) {
           return !t.agents.empty() && t.agents[0].valid();
         });
}

bool is_sound(const plan& p, const to_node& x) {
  bool is_of_files = std::holds_alternative<files_taken>(x.content);
  if (!is_of_files && !names_placing(p, x.to))
    return false;
  return std::visit(
      [&](const auto& y) {
        return refers_well(p, y) && about{p, x.to.agent}(y);
      },
      x.content);
}

bool is_sound(const plan& p, const to_hub& x) {
  bool is_of_files = std::holds_alternative<files_offered>(x.content);
  if (!is_of_files && !names_placing(p, x.from))
    return false;
  return std::visit(
      [&](const auto& y) {
        return refers_well(p, y) && about{p, x.from.agent}(y);
      },
      x.content);
}

bool is_sound(const plan& p, const task_progress& x) {
  return x.task.value < p.tasks.size() && x.percent >= -1 && x.percent <= 100;
}

bool is_digest(std::string_view x) {
  return x.size() == 64 && std::all_of(x.begin(), x.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_node_name(std::string_view x) {
  return !x.empty() && x.size() <= node_name_max && x.front() != '.'
      && x.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
             == x.npos;
}

bool is_file_name(std::string_view x) {
  return !x.empty() && x.size() <= file_name_max && x != "." && x != ".."
      && x.find_first_of(std::string_view{"/\0", 2}) == x.npos;
}

} // namespace tutti::cluster
