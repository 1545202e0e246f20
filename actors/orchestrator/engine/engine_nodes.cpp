// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/engine.hpp"

namespace tutti::engine {

void engine::on(const node_joins&) {
}

void engine::on(const node_is_lost&) {
}

void engine::on(const node_is_gone&) {
}

void engine::on(const drain_requested&) {
}

void engine::on(const result_is_late& e) {
  fact f;
  f.kind = fact_kind::result_late;
  f.subject = e.what.task.value;
  f.attempt = e.what.attempt;
  f.agent = e.what.agent.value;
  f.end = e.end;
  emit(f);
}

void engine::fold_node(const fact&) {
}

} // namespace tutti::engine
