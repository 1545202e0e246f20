// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/journal_info.hpp"

#include <unordered_map>

namespace tutti::journal {

void add_to(chain& sum, const session_entry& x) {
  sum.add(x.number);
  sum.add(x.first_fact);
  sum.add(static_cast<std::uint64_t>(x.at.count()));
  sum.add(static_cast<std::uint64_t>(x.wall_ns));
  sum.add(static_cast<std::uint64_t>(x.pid));
  sum.add(x.durability);
  sum.add(x.tutti);
}

void add_to(chain& sum, const revision_entry& x) {
  sum.add(x.number);
  sum.add(x.session);
  sum.add(x.first_fact);
  sum.add(x.plan);
  sum.add(x.settings);
}

void add_word_to(chain& sum, std::int64_t id, std::string_view word) {
  sum.add(static_cast<std::uint64_t>(id));
  sum.add(word);
}

std::vector<new_word> learn_words(const journal_info& known,
                                  std::uint32_t session, word_ids& ids) {
  std::vector<new_word> result;
  for (std::size_t v = 0; v < vocabulary_count; ++v) {
    std::unordered_map<std::string_view, std::int64_t> there;
    for (const auto& [id, text] : known.words[v])
      there.emplace(text, id);
    auto next = session * word_stride;
    auto vocabulary = static_cast<journal::vocabulary>(v);
    ids[v].clear();
    for (auto text : words_of(vocabulary)) {
      auto [at, is_new] = there.try_emplace(text, next);
      if (is_new)
        result.push_back({vocabulary, next++, text});
      ids[v].push_back(at->second);
    }
  }
  return result;
}

void add_name_to(chain& sum, std::int64_t id, name_kind kind,
                 std::string_view name) {
  sum.add(static_cast<std::uint64_t>(id));
  sum.add(static_cast<std::uint64_t>(kind));
  sum.add(name);
}

void add_part_to(chain& sum, std::int64_t name, std::string_view aspect,
                 std::uint64_t digest) {
  sum.add(static_cast<std::uint64_t>(name));
  sum.add(aspect);
  sum.add(digest);
}

name_ids ids_in(const plan& p, const journal_info& known) {
  std::array<std::unordered_map<std::string_view, std::int64_t>,
             name_kind_count>
      ids;
  for (const auto& [id, kind, name] : known.names)
    ids[static_cast<std::size_t>(kind)].emplace(name, id);
  name_ids result;
  for (auto [kind, name] : names_of(p)) {
    auto k = static_cast<std::size_t>(kind);
    result[k].push_back(ids[k].at(name));
  }
  return result;
}

} // namespace tutti::journal
