// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/payload_shelf.hpp"

#include "actors/agent/outputs.hpp"
#include "actors/agent/shelved.hpp"

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

bool is_whole(const shared_details& x) {
  return !x || x->payload.size_bytes == 0;
}

} // namespace

output_names outputs_looked_at(const plan& p) {
  auto result = std::make_shared<std::set<std::string>>();
  *result = {"verdict", "to", "feedback"};
  auto add = [&result](const expression& x) {
    for (const auto& node : x.nodes)
      if (node.op == expression_op::output_of)
        result->insert(node.literal.text);
  };
  for (const auto& t : p.tasks)
    add(t.condition);
  for (const auto& s : p.services) {
    for (const auto& e : s.env)
      add(e.text);
    for (const auto& word : s.run.argv)
      add(word);
    for (const auto& word : s.ready.argv)
      add(word);
    add(s.working_directory);
  }
  return result;
}

payload_shelf::payload_shelf(agent_ports& ports, options x)
  : ports_(ports), options_(std::move(x)) {
}

std::uint64_t payload_shelf::bytes_of(const attempt_details* x) {
  if (x == nullptr)
    return 0;
  auto result = x->payload.size_bytes + inline_bytes(*x);
  for (const auto& y : x->artifacts)
    result += y.path.size() + y.digest.size();
  for (const auto& y : x->contracts)
    result += y.schema.size() + y.mock.size();
  return result;
}

void payload_shelf::keep(shared_details x, kept done) {
  if (!options_.has_store || !x || bytes_of(x.get()) <= small_bytes)
    return done(std::move(x));
  auto id = options_.new_id();
  leaving_.emplace(id, leaving{x, std::move(done)});
  ports_.send(keep_payload{id, std::move(x)});
}

shared_details payload_shelf::without_payload(const attempt_details& x,
                                              const payload_ref& at) const {
  return shelved(x, at, options_.looked_at.get());
}

void payload_shelf::on(const payload_kept& x) {
  auto found = leaving_.extract(x.id);
  if (!found)
    return;
  auto& [whole, done] = found.mapped();
  // Where the disk is full it stays in memory.
  done(x.mistake.empty() ? without_payload(*whole, x.payload)
                         : std::move(whole));
}

void payload_shelf::load(std::vector<shared_details> xs, loaded done) {
  auto missing = static_cast<std::size_t>(
      std::count_if(xs.begin(), xs.end(), [](const auto& x) {
        return !is_whole(x);
      }));
  if (missing == 0)
    return done(std::move(xs), {});
  auto f = std::make_shared<fetch>();
  f->details = std::move(xs);
  f->missing = missing;
  f->done = std::move(done);
  for (std::size_t i = 0; i < f->details.size(); ++i) {
    if (is_whole(f->details[i]))
      continue;
    auto id = options_.new_id();
    awaited_.emplace(id, awaited{f, i});
    ports_.send(load_payload{id, f->details[i]->payload});
  }
}

void payload_shelf::on(payload_loaded x) {
  auto found = awaited_.extract(x.id);
  if (!found)
    return;
  auto [f, index] = std::move(found.mapped());
  if (!f->done)
    return; // another one could not be read
  if (!x.mistake.empty())
    return std::exchange(f->done, nullptr)({}, x.mistake);
  f->details[index] = std::move(x.details);
  if (--f->missing == 0)
    std::exchange(f->done, nullptr)(std::move(f->details), {});
}

} // namespace tutti
