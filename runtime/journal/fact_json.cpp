// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/fact_json.hpp"

#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace tutti::journal {

namespace {

using nlohmann::json;

// -- there --------------------------------------------------------------------

template <class T>
void put(json& to, const char* key, const T& x) {
  if (x != T{})
    to[key] = x;
}

/// A text as it is; what only reads like one with its kind: "3.50" stays so.
json json_of(const value& x) {
  if (x.kind == value_kind::text)
    return x.text;
  return {{std::string{to_string(x.kind)}, x.text}};
}

json json_of(const plan& p, const work_item& x) {
  json result{{"from", p.tasks[x.from.value].name},
              {"version", x.version},
              {"status", to_string(x.status)}};
  put(result, "request", x.request);
  put(result, "text", x.text);
  put(result, "note", x.note);
  return result;
}

json json_of(const artifact& x) {
  json result{{"path", x.path}, {"digest", x.digest}, {"size", x.size_bytes}};
  put(result, "executable", x.executable);
  return result;
}

// -- and back -----------------------------------------------------------------

template <class T>
void take(const json& from, const char* key, T& x) {
  if (auto i = from.find(key); i != from.end())
    x = i->get<T>();
}

/// Throws where the word is none of the enumeration.
template <class Enum>
Enum word_of(const json& x, Enum last) {
  const auto& text = x.get_ref<const std::string&>();
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == text)
      return static_cast<Enum>(i);
  throw json::other_error::create(501, "unknown word", nullptr);
}

value value_of(const json& x) {
  if (x.is_string())
    return make_text(x.get<std::string>());
  const auto& entry = *x.items().begin();
  return {word_of(json(entry.key()), value_kind::json),
          entry.value().get<std::string>()};
}

/// None: it is left out with what names it.
template <class Map>
std::optional<std::uint32_t> index_of(const plan_names& p, const Map& names,
                                      const json& x) {
  const auto& name = x.get_ref<const std::string&>();
  if (auto i = names.find(name); i != names.end())
    return i->second;
  if (p.policy == unknown_names::refused)
    throw json::other_error::create(501, "unknown name", nullptr);
  return std::nullopt;
}

std::optional<work_item> item_of(const plan_names& p, const json& x) {
  auto from = index_of(p, p.tasks, x.at("from"));
  if (!from)
    return std::nullopt;
  work_item result;
  result.from = task_id{*from};
  take(x, "version", result.version);
  take(x, "request", result.request);
  result.status = word_of(x.at("status"), task_state::cancelled);
  take(x, "text", result.text);
  take(x, "note", result.note);
  return result;
}

payload_ref read_payload(const json& x) {
  payload_ref result;
  x.at("offset").get_to(result.offset);
  x.at("size").get_to(result.size_bytes);
  x.at("digest").get_to(result.digest);
  return result;
}

attempt_details read_details(const plan_names& p, const json& x) {
  attempt_details result;
  if (auto found = x.find("outputs"); found != x.end())
    for (const auto& [name, content] : found->items())
      result.outputs.push_back({name, value_of(content)});
  take(x, "note", result.note);
  if (auto found = x.find("artifacts"); found != x.end())
    for (const auto& a : *found) {
      artifact made;
      take(a, "path", made.path);
      take(a, "digest", made.digest);
      take(a, "size", made.size_bytes);
      take(a, "executable", made.executable);
      result.artifacts.push_back(std::move(made));
    }
  if (auto found = x.find("contracts"); found != x.end())
    for (const auto& c : *found) {
      auto contract = index_of(p, p.contracts, c.at("name"));
      if (!contract)
        continue;
      contract_text made;
      made.contract = contract_id{*contract};
      take(c, "schema", made.schema);
      take(c, "mock", made.mock);
      result.contracts.push_back(std::move(made));
    }
  take(x, "message", result.message);
  take(x, "log", result.log);
  take(x, "dropped", result.dropped_bytes);
  take(x, "leaked", result.leaked);
  if (auto found = x.find("payload"); found != x.end())
    result.payload = read_payload(*found);
  return result;
}

fact_extra read_extra(const plan_names& p, const json& x) {
  fact_extra result;
  if (auto found = x.find("verdict"); found != x.end())
    result.verdict = word_of(*found, verdict::rejected);
  take(x, "who", result.who);
  take(x, "uid", result.uid);
  take(x, "text", result.text);
  take(x, "note", result.note);
  if (auto found = x.find("tasks"); found != x.end())
    for (const auto& t : *found)
      if (auto known = index_of(p, p.tasks, t))
        result.tasks.emplace_back(*known);
  if (auto found = x.find("items"); found != x.end())
    for (const auto& i : *found)
      if (auto known = item_of(p, i))
        result.items.push_back(std::move(*known));
  take(x, "awaited", result.awaited);
  return result;
}

template <class T, class Read>
std::optional<T> read_text(std::string_view text, Read read) {
  // Nothing of ours nests deeper; json of a task's own stands as text in it.
  constexpr std::size_t depth_max = 8;
  if (json_depth(text) > depth_max)
    return std::nullopt;
  try {
    return read(json::parse(text));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace

std::string to_json(const plan& p, const attempt_details& x) {
  auto result = json::object();
  for (const auto& o : x.outputs)
    result["outputs"][o.name] = json_of(o.value);
  put(result, "note", x.note);
  for (const auto& a : x.artifacts)
    result["artifacts"].push_back(json_of(a));
  for (const auto& c : x.contracts) {
    json made{{"name", p.contracts[c.contract.value].name}};
    put(made, "schema", c.schema);
    put(made, "mock", c.mock);
    result["contracts"].push_back(std::move(made));
  }
  put(result, "message", x.message);
  put(result, "log", x.log);
  put(result, "dropped", x.dropped_bytes);
  put(result, "leaked", x.leaked);
  if (x.payload.size_bytes > 0)
    result["payload"] = {{"offset", x.payload.offset},
                         {"size", x.payload.size_bytes},
                         {"digest", x.payload.digest}};
  return json_text(result);
}

std::string to_json(const plan& p, const fact_extra& x) {
  auto result = json::object();
  if (x.verdict != verdict::approved || !x.who.empty())
    result["verdict"] = to_string(x.verdict);
  put(result, "who", x.who);
  put(result, "uid", x.uid);
  put(result, "text", x.text);
  put(result, "note", x.note);
  for (auto t : x.tasks)
    result["tasks"].push_back(p.tasks[t.value].name);
  for (const auto& i : x.items)
    result["items"].push_back(json_of(p, i));
  if (!x.awaited)
    result["awaited"] = false;
  return json_text(result);
}

plan_names::plan_names(const plan& p, unknown_names unknown) : policy(unknown) {
  tasks.reserve(p.tasks.size());
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
    tasks.emplace(p.tasks[i].name, i);
  for (std::uint32_t i = 0; i < p.contracts.size(); ++i)
    contracts.emplace(p.contracts[i].name, i);
}

std::optional<attempt_details> details_of_json(const plan_names& p,
                                               std::string_view text) {
  return read_text<attempt_details>(text, [&](const json& x) {
    return read_details(p, x);
  });
}

std::optional<named_files> files_of_json(std::string_view text) {
  return read_text<named_files>(text, [](const json& x) {
    named_files result;
    if (auto found = x.find("artifacts"); found != x.end())
      for (const auto& a : *found)
        take(a, "digest", result.digests.emplace_back());
    if (auto found = x.find("payload"); found != x.end())
      result.payload = read_payload(*found);
    return result;
  });
}

std::optional<std::string> log_of_json(std::string_view text) {
  return read_text<std::string>(text, [](const json& x) {
    std::string result;
    take(x, "log", result);
    return result;
  });
}

std::optional<fact_extra> extra_of_json(const plan_names& p,
                                        std::string_view text) {
  return read_text<fact_extra>(text, [&](const json& x) {
    return read_extra(p, x);
  });
}

} // namespace tutti::journal
