// SPDX-License-Identifier: BSD-3-Clause
// docs/plan.md: prose by hand, from plan_reference_words.hpp; tables from the
// schema.
#include "config/plan_reference_more.hpp"
#include "config/plan_reference_words.hpp"
#include "config/plan_schema.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

namespace tutti::config {

namespace {

std::string_view type_words(value_type x) {
  switch (x) {
  case value_type::text:
    return "text";
  case value_type::text_template:
    return "text with `${{ }}`";
  case value_type::boolean:
    return "`true` or `false`";
  case value_type::count:
    return "whole number";
  case value_type::number:
    return "number";
  case value_type::duration:
    return "[duration](#durations)";
  case value_type::scalar:
    return "text, number or boolean";
  case value_type::name_list:
    return "name or list of names";
  case value_type::labels:
    return "label or list of labels";
  case value_type::text_list:
    return "text or list of texts";
  case value_type::command:
    return "[command](#commands)";
  case value_type::condition:
    return "[condition](#templates-and-conditions)";
  case value_type::environment:
    return "`NAME: text with ${{ }}`";
  case value_type::needs:
    return "[needs](#needs)";
  case value_type::agent_choice:
    return "name, or `{ any-of: [a, b] }`";
  case value_type::blocks:
    return "`all`, name or list of names";
  case value_type::pool_need:
    return "name, list of names, or `NAME: count`";
  case value_type::retries:
    return "whole number, or [long form](#retries)";
  case value_type::estimate:
    return "[duration](#durations), or [long form](#estimate)";
  case value_type::param_type:
    return "word";
  case value_type::integrate:
    return "[command](#commands), or [long form](#integrate)";
  case value_type::artifacts:
    return "text or list of texts, or [long form](#artifacts)";
  case value_type::batch:
    return "`true` or `false`, or [long form](#batch)";
  case value_type::batch_size:
    return "[batch](#batch)";
  case value_type::matrix:
    return "`NAME:` list or range; see [matrix](#matrix)";
  case value_type::requests:
    return "[command](#commands), or [long form](#requests)";
  case value_type::approval:
    return "`human`, name or list of these, or [long form](#approval)";
  case value_type::approvers:
    return "`human`, name or list of these, or `{ any-of: [a, b] }`";
  case value_type::rework:
    return "[rework](#rework)";
  case value_type::rework_targets:
    return "`any`, name or list of names";
  case value_type::ready:
    return "[command](#commands), or [long form](#ready)";
  case value_type::notify:
    return "[command](#commands), or [long form](#notify)";
  case value_type::nodes:
    return "[nodes](#nodes)";
  case value_type::lease:
    return "[lease](#lease)";
  case value_type::moments:
    return "word or list of words";
  case value_type::word:
    return "word";
  case value_type::settings:
    return "[defaults](#defaults)";
  case value_type::map_of_params:
    return "`NAME: default`, or `NAME:` [parameter](#params)";
  case value_type::map_of_agents:
    return "`NAME:` [agent](#agents)";
  case value_type::map_of_tasks:
    return "`NAME:` [task](#tasks), or `NAME: command`";
  case value_type::map_of_phases:
    return "`NAME:` [phase](#phases)";
  case value_type::map_of_gates:
    return "`NAME:` [gate](#gates)";
  case value_type::map_of_pools:
    return "`NAME: capacity`";
  case value_type::map_of_contracts:
    return "`NAME:` [contract](#contracts)";
  case value_type::map_of_services:
    return "`NAME:` [service](#services), or `NAME: command`";
  case value_type::map_of_secrets:
    return "`NAME: file`, or `NAME:` [secret](#secrets)";
  case value_type::phase_tasks:
    return "`NAME:` [task](#tasks), or list of names";
  }
  return "";
}

/// A '|' would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (c == '|')
      result += '\\';
    result += c;
  }
  return result;
}

std::string table(place where) {
  std::string result = "| key | value | default | meaning |\n"
                       "| --- | --- | --- | --- |\n";
  for (const auto& row : key_rows(where))
    fmt::format_to(std::back_inserter(result), "| `{}` | {} | {} | {} |\n",
                   row.name, cell(type_words(row.type)),
                   row.required ? "must be given" : cell(row.initial),
                   cell(row.doc));
  return result + "\n";
}

} // namespace

std::string plan_reference_markdown() {
  std::string result{plan_words::introduction};
  auto section = [&](std::string_view title, std::string_view words, place x) {
    fmt::format_to(std::back_inserter(result), "{}\n\n{}", title, words);
    result += table(x);
  };
  section("## Keys", "", place::plan);
  section("### notify", plan_words::notify, place::notify);
  section("### nodes", plan_words::nodes, place::nodes);
  section("### lease", "", place::lease);
  section("### params",
          "`NAME: default` is short for `NAME: { default: … }`. Parameters are "
          "used as\n`params.NAME`.\n\n",
          place::param);
  section("### agents", "", place::agent);
  section("### tasks", "", place::task);
  section("### phases", plan_words::phases, place::phase);
  section(
      "### gates",
      "A gate opens when all it needs holds, and holds back what it blocks "
      "until then.\nA gate that can no longer open skips what it blocks.\n\n",
      place::gate);
  section("### contracts", "", place::contract);
  section("### services",
          "`NAME: command` is short for `NAME: { run: command }`.\n\n",
          place::service);
  section("### secrets", plan_words::secrets, place::secret);
  section("### defaults", "", place::defaults);
  section("### pools", "`NAME: 4` is short for `NAME: { capacity: 4 }`.\n\n",
          place::pool);
  section("### integrate",
          "The long form. `integrate: command` is short for "
          "`integrate: { run: command }`.\n\n",
          place::integrate);
  section("### artifacts",
          "The long form. `artifacts: a` is short for "
          "`artifacts: { paths: [a] }`.\n\n",
          place::artifacts);
  section("### approval",
          "The long form. `approval: human` is short for "
          "`approval: { by: human }`.\n\n",
          place::approval);
  section("### by", "The long form.\n\n", place::approvers);
  section("### rework", "", place::rework);
  section("### requests",
          "The long form. `requests: command` is short for "
          "`requests: { run: command }`.\n\n",
          place::requests);
  section("### batch", "", place::batch);
  section("### ready",
          "The long form. `ready: command` is short for `ready: { run: command "
          "}`.\n\n",
          place::ready);
  section("### retries",
          "The long form. The n-th wait is `wait` × "
          "`backoff`ⁿ⁻¹, at most `max-wait`, and by up to `jitter` of it "
          "shorter.\n\n",
          place::retries);
  section("### estimate", "The long form.\n\n", place::estimate);
  section("### agent", "The long form.\n\n", place::agent_choice);
  for (auto words :
       {plan_words::rules, plan_words::matrix, plan_words::handing_over,
        plan_words::files, plan_words::mistakes})
    result += words;
  return result;
}

} // namespace tutti::config
