// SPDX-License-Identifier: BSD-3-Clause
// As inspect.hpp, for what is said about nodes and between them.
#pragma once

#include "messages/cluster.hpp"
#include "messages/inspect/inspect.hpp"
#include "messages/node.hpp"

namespace tutti {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, held_attempt& x) {
  return f(caf::meta::type_name("held_attempt"), x.agent, x.placing, x.task,
           x.attempt);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_joined& x) {
  return f(caf::meta::type_name("node_joined"), x.node, x.labels, x.slots,
           x.holds, x.keeps);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_lost& x) {
  return f(caf::meta::type_name("node_lost"), x.node, x.why);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_gone& x) {
  return f(caf::meta::type_name("node_gone"), x.node);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, late_result& x) {
  return f(caf::meta::type_name("late_result"), x.what, x.end);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, place_agent& x) {
  return f(caf::meta::type_name("place_agent"), x.agent, x.node, x.placing,
           x.kept);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_mark& x) {
  return f(caf::meta::type_name("link_mark"), x.node, x.number);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_marked& x) {
  return f(caf::meta::type_name("link_marked"), x.node, x.number);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_address& x) {
  return f(caf::meta::type_name("agent_address"), x.agent, x.placing);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, files_offered& x) {
  return f(caf::meta::type_name("files_offered"), x.id, x.artifacts);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, files_taken& x) {
  return f(caf::meta::type_name("files_taken"), x.id, x.mistake, x.no_space);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, content_key& x) {
  return f(caf::meta::type_name("content_key"), x.kind, x.name);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk_wanted& x) {
  return f(caf::meta::type_name("chunk_wanted"), x.what, x.offset,
           x.size_bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chunk& x) {
  return f(caf::meta::type_name("chunk"), x.what, x.offset, x.bytes, x.mistake,
           x.no_such);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, log_grew& x) {
  return f(caf::meta::type_name("log_grew"), x.name, x.size_bytes, x.complete);
}

} // namespace tutti
