// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/schema.hpp"

namespace tutti::journal {

namespace {

constexpr std::string_view shared_tables = R"sql(
CREATE TABLE about (
  key TEXT PRIMARY KEY, value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE word (
  vocabulary TEXT NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (vocabulary, id)
) WITHOUT ROWID;
CREATE TABLE session (
  number INTEGER PRIMARY KEY, first_fact INTEGER NOT NULL,
  at_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, pid INTEGER NOT NULL,
  durability TEXT NOT NULL, tutti TEXT NOT NULL
);
CREATE TABLE revision (
  number INTEGER PRIMARY KEY, session INTEGER NOT NULL,
  first_fact INTEGER NOT NULL, plan TEXT NOT NULL, settings TEXT NOT NULL
);
CREATE TABLE fact (
  number INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, kind INTEGER NOT NULL,
  subject INTEGER, cause_kind INTEGER, cause INTEGER, agent INTEGER,
  attempt INTEGER, version INTEGER, phase INTEGER, state INTEGER, ended INTEGER,
  status INTEGER, exit_code INTEGER, service INTEGER, extra TEXT, details TEXT,
  chain INTEGER NOT NULL
);
CREATE VIEW facts AS SELECT
  f.number, f.at_ns / 1e9 AS seconds, k.text AS kind,
  iif(k.text LIKE 'request-%' OR k.text = 'answer-accepted',
      f.subject, coalesce(n.name, f.subject)) AS subject,
  coalesce(c.name, f.cause) AS cause, coalesce(a.name, f.agent) AS agent, f.attempt,
  coalesce(f.version, 1) AS version, p.text AS phase,
  s.text AS state, e.text AS ended, t.text AS status, f.exit_code,
  v.text AS service, f.extra, f.details
FROM fact f
JOIN word k ON k.vocabulary = 'kind' AND k.id = f.kind
LEFT JOIN name n ON n.id = f.subject
LEFT JOIN name c ON c.id = f.cause
LEFT JOIN name a ON a.id = f.agent
LEFT JOIN word p ON p.vocabulary = 'phase' AND p.id = f.phase
LEFT JOIN word s ON s.vocabulary = 'state' AND s.id = f.state
LEFT JOIN word e ON e.vocabulary = 'end' AND e.id = f.ended
LEFT JOIN word t ON t.vocabulary = 'status' AND t.id = f.status
LEFT JOIN word v ON v.vocabulary = 'service' AND v.id = f.service;
)sql";

/// Before there were packs.
constexpr std::string_view first_tables = R"sql(
CREATE TABLE name (
  id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, kind TEXT NOT NULL,
  name TEXT NOT NULL
);
CREATE TABLE part (
  revision INTEGER NOT NULL, name INTEGER NOT NULL, aspect TEXT NOT NULL,
  digest INTEGER NOT NULL, PRIMARY KEY (revision, name, aspect)
) WITHOUT ROWID;
)sql";

constexpr std::string_view later_tables = R"sql(
CREATE TABLE name (
  id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, kind TEXT NOT NULL,
  name TEXT NOT NULL, parts BLOB
);
CREATE TABLE name_pack (
  first INTEGER PRIMARY KEY, last INTEGER NOT NULL, revision INTEGER NOT NULL,
  kind TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE pack (
  first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at_ns INTEGER NOT NULL,
  chain INTEGER NOT NULL, body BLOB NOT NULL
);
)sql";

/// `to_string` says "unknown" past the last of an enumeration.
template <class Enum>
std::vector<std::string_view> words() {
  std::vector<std::string_view> result;
  for (int i = 0;; ++i) {
    auto text = to_string(static_cast<Enum>(i));
    if (text == "unknown")
      return result;
    result.push_back(text);
  }
}

std::string_view node_word(int i) {
  constexpr std::array<std::string_view, 4> all{"task", "phase", "gate",
                                                "service"};
  return all.at(static_cast<std::size_t>(i));
}

} // namespace

std::string create_tables(std::int64_t of_format) {
  return std::string{of_format < format_of_packs ? first_tables : later_tables}
       + std::string{shared_tables};
}

std::string_view name_of(vocabulary x) {
  constexpr std::array<std::string_view, vocabulary_count> all{
      "kind", "node", "phase", "state", "end", "status", "service"};
  return all.at(static_cast<std::size_t>(x));
}

const std::vector<std::string_view>& words_of(vocabulary x) {
  static const std::array<std::vector<std::string_view>, vocabulary_count> all{
      words<fact_kind>(),
      {node_word(0), node_word(1), node_word(2), node_word(3)},
      words<work_phase>(),
      words<task_state>(),
      words<attempt_end>(),
      words<run_status>(),
      words<service_state>()};
  return all.at(static_cast<std::size_t>(x));
}

std::string_view to_string(name_kind x) {
  constexpr std::array<std::string_view, name_kind_count> all{
      "task", "phase", "gate", "service", "agent"};
  return all.at(static_cast<std::size_t>(x));
}

std::optional<name_kind> name_kind_of(std::string_view text) {
  for (std::size_t i = 0; i < name_kind_count; ++i)
    if (to_string(static_cast<name_kind>(i)) == text)
      return static_cast<name_kind>(i);
  return std::nullopt;
}

std::vector<std::pair<name_kind, std::string_view>> names_of(const plan& p) {
  std::vector<std::pair<name_kind, std::string_view>> result;
  result.reserve(p.tasks.size() + p.phases.size() + p.gates.size()
                 + p.services.size() + p.agents.size());
  auto add = [&](name_kind kind, const auto& xs) {
    for (const auto& x : xs)
      result.emplace_back(kind, x.name);
  };
  add(name_kind::task, p.tasks);
  add(name_kind::phase, p.phases);
  add(name_kind::gate, p.gates);
  add(name_kind::service, p.services);
  add(name_kind::agent, p.agents);
  return result;
}

} // namespace tutti::journal
