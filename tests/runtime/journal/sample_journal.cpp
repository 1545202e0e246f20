// SPDX-License-Identifier: BSD-3-Clause
#include "tests/runtime/journal/sample_journal.hpp"

#include "tests/support/random_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::test {

namespace {

using namespace journal;

/// Now and then a result with a text that needs pages of its own.
void enlarge(fact& x, dice& d) {
  if (x.kind != fact_kind::attempt_finished || !d.one_in(8))
    return;
  auto details = x.details ? *x.details : attempt_details{};
  details.note = std::string(200 + d.roll(12'000), 'n');
  x.details = std::make_shared<const attempt_details>(std::move(details));
}

session_entry session(std::uint32_t number, std::uint64_t first_fact) {
  session_entry x;
  x.number = number;
  x.first_fact = first_fact;
  x.wall_ns = 1'700'000'000'000'000'000 + number;
  x.pid = 100 + static_cast<std::int32_t>(number);
  x.durability = "full";
  x.tutti = "0.1.0";
  return x;
}

std::vector<part_entry> parts_of(const plan& p) {
  std::vector<part_entry> result;
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
    result.push_back({name_kind::task, i, "command", 1000 + i});
  return result;
}

/// The ids that a plan's names have in its first journal.
name_ids first_ids(const plan& p) {
  name_ids result;
  std::int64_t id = 1;
  for (auto [kind, name] : names_of(p))
    result[static_cast<std::size_t>(kind)].push_back(id++);
  return result;
}

} // namespace

std::string text_of(const plan& p, const fact& x) {
  word_ids words;
  static_cast<void>(learn_words({}, 0, words));
  auto row = row_of(p, first_ids(p), words, 0, x);
  std::string result{to_string(x.kind)};
  for (auto n : row.numbers)
    result += n == absent ? " -" : fmt::format(" {}", n);
  return result + " " + row.extra.value_or("-") + " "
       + row.details.value_or("-");
}

sample_run::sample_run(std::uint64_t seed, std::uint32_t tasks_max,
                       std::size_t facts_min) {
  for (;; ++seed) {
    dice d{seed};
    auto p = random_team{d, tasks_max}.make();
    auto facts = random_run{p, d}.facts();
    if (facts.size() < facts_min)
      continue;
    work = std::make_shared<const plan>(std::move(p));
    std::vector<fact> step;
    for (auto& x : facts) {
      enlarge(x, d);
      texts.push_back(text_of(*work, x));
      step.push_back(std::move(x));
      if (d.one_in(3) || texts.size() == facts.size())
        steps.push_back({texts.size(), std::exchange(step, {})});
    }
    return;
  }
}

sample_writer::sample_writer(journal_options options, const sample_run& r)
  : run(r) {
  auto made = std::make_unique<journal_file>(std::move(options), run.work);
  refused =
      made->create({{"run", "sample"}, {"plan", "sample"}}, session(1, 1),
                   {1, 1, 1, "/plan/tutti.yaml", "{}"}, parts_of(*run.work));
  if (!refused)
    file = std::move(made);
}

std::uint64_t sample_writer::append(std::size_t first, std::size_t last) {
  for (next = first; file && next < last; ++next) {
    failed = file->append({run.steps[next]});
    if (failed)
      break;
  }
  return next == 0 ? 0 : run.steps[next - 1].last;
}

std::uint64_t sample_writer::append_together(std::size_t first,
                                             std::size_t last) {
  auto from = run.steps.begin();
  next = first;
  if (file)
    failed = file->append({from + static_cast<std::ptrdiff_t>(first),
                           from + static_cast<std::ptrdiff_t>(last)});
  if (file && !failed)
    next = last;
  return next == 0 ? 0 : run.steps[next - 1].last;
}

read_back read_journal(const std::string& path, const sample_run& run,
                       const std::string& vfs) {
  read_back result;
  auto reader = journal_reader::open(path, vfs);
  if (!reader) {
    result.refused = reader.error();
    return result;
  }
  auto facts = (*reader)->facts(*run.work);
  if (!facts) {
    result.refused = facts.error();
    return result;
  }
  result.facts = facts->size();
  result.same = facts->size() <= run.texts.size();
  for (std::size_t i = 0; i < facts->size() && result.same; ++i)
    result.same = text_of(*run.work, (*facts)[i]) == run.texts[i];
  result.whole_steps =
      result.facts == 0
      || std::any_of(run.steps.begin(), run.steps.end(), [&](const auto& x) {
           return x.last == result.facts;
         });
  return result;
}

gone_on go_on(const journal_options& options, const sample_run& run) {
  gone_on result;
  auto reader = journal_reader::open(options.path, options.vfs);
  if (!reader) {
    result.refused = reader.error();
    return result;
  }
  auto facts = (*reader)->facts(*run.work);
  if (!facts) {
    result.refused = facts.error();
    return result;
  }
  result.found = facts->size();
  auto info = (*reader)->info();
  auto sum = (*reader)->sum();
  reader = error{}; // closes it
  journal_file file{options, run.work};
  auto number = static_cast<std::uint32_t>(info.sessions.size() + 1);
  result.refused = file.go_on(info, sum, session(number, info.last + 1),
                              std::nullopt, {}, {});
  if (result.refused)
    return result;
  result.acknowledged = result.found;
  for (const auto& step : run.steps) {
    if (step.last <= result.found)
      continue;
    if (file.append({step}))
      break;
    result.acknowledged = step.last;
  }
  return result;
}

} // namespace tutti::test
