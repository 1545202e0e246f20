// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/lossy_disk.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tutti::test {

namespace {

/// Each loss draws how much of what was pending is kept, so that losses of
/// nearly nothing and of nearly everything are as likely as those between.
constexpr std::uint32_t keep_max = 8;

std::string_view folder_of(std::string_view name) {
  auto at = name.rfind('/');
  return at == std::string_view::npos ? std::string_view{} : name.substr(0, at);
}

void put_bytes(std::string& content, std::size_t offset,
               std::string_view bytes) {
  if (content.size() < offset + bytes.size())
    content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

} // namespace

std::string_view to_string(loss x) {
  switch (x) {
  case loss::everything:
    return "everything";
  case loss::some:
    return "some";
  case loss::garbage:
    break;
  }
  return "garbage";
}

lossy_disk::lossy_disk(disk_traits traits) : traits_(traits) {
}

// -- queries ------------------------------------------------------------------

std::optional<lossy_disk::file_id>
lossy_disk::find(std::string_view name) const {
  auto i = cached_names_.find(name);
  if (i == cached_names_.end())
    return std::nullopt;
  return i->second;
}

std::size_t lossy_disk::size(file_id file) const {
  return files_.at(file).cached.size();
}

std::string_view lossy_disk::read(file_id file, std::size_t offset,
                                  std::size_t size) const {
  std::string_view all = files_.at(file).cached;
  return offset < all.size() ? all.substr(offset, size) : std::string_view{};
}

std::string_view lossy_disk::content(std::string_view name) const {
  auto file = find(name);
  return file ? std::string_view{files_.at(*file).cached} : std::string_view{};
}

std::vector<std::string> lossy_disk::names() const {
  std::vector<std::string> result;
  for (const auto& [name, file] : cached_names_)
    result.push_back(name);
  return result;
}

// -- changes ------------------------------------------------------------------

lossy_disk::file_id lossy_disk::create(std::string_view name) {
  auto id = next_++;
  files_.try_emplace(id);
  pending_names_.push_back({std::string{name}, id});
  apply(cached_names_, pending_names_.back());
  return id;
}

void lossy_disk::remove(std::string_view name) {
  pending_names_.push_back({std::string{name}, std::nullopt});
  apply(cached_names_, pending_names_.back());
}

void lossy_disk::write(file_id file, std::size_t offset,
                       std::string_view bytes) {
  auto& f = files_.at(file);
  f.pending.push_back({offset, false, std::string{bytes}});
  apply(f.cached, f.pending.back());
}

void lossy_disk::truncate(file_id file, std::size_t size) {
  auto& f = files_.at(file);
  f.pending.push_back({size, true, {}});
  apply(f.cached, f.pending.back());
}

void lossy_disk::sync(file_id file) {
  auto& f = files_.at(file);
  for (const auto& c : f.pending)
    apply(f.durable, c);
  f.pending.clear();
}

void lossy_disk::fail_sync(file_id file) {
  auto& f = files_.at(file);
  dice d{f.durable.size() + f.pending.size()};
  settle(f, loss::some, d);
}

void lossy_disk::sync_folder_of(std::string_view name) {
  auto folder = folder_of(name);
  std::erase_if(pending_names_, [&](const name_change& c) {
    if (folder_of(c.name) != folder)
      return false;
    apply(durable_names_, c);
    return true;
  });
}

void lossy_disk::lose_power(loss how, std::uint64_t seed) {
  dice d{seed};
  auto keep = how == loss::everything ? 0 : d.roll(keep_max + 1);
  for (const auto& c : pending_names_)
    if (d.roll(keep_max) < keep)
      apply(durable_names_, c);
  pending_names_.clear();
  cached_names_ = durable_names_;
  std::set<file_id> named;
  for (const auto& [name, file] : durable_names_)
    named.insert(file);
  std::erase_if(files_, [&](const auto& x) {
    return !named.contains(x.first);
  });
  for (auto& [id, f] : files_) {
    settle(f, how, d);
    f.cached = f.durable;
  }
}

void lossy_disk::put(std::string_view name, std::string content) {
  auto id = create(name);
  write(id, 0, content);
  sync(id);
  sync_folder_of(name);
}

// -- what a loss leaves -------------------------------------------------------

void lossy_disk::apply(std::string& content, const change& c) {
  if (c.truncates)
    content.resize(c.offset);
  else
    put_bytes(content, c.offset, c.bytes);
}

void lossy_disk::apply(directory& names, const name_change& c) {
  if (c.to)
    names.insert_or_assign(c.name, *c.to);
  else
    names.erase(c.name);
}

void lossy_disk::settle(layers& f, loss how, dice& d) const {
  auto keep = how == loss::everything ? 0 : d.roll(keep_max + 1);
  for (const auto& c : f.pending) {
    if (!c.truncates)
      settle_write(f.durable, c, how, keep, d);
    else if (d.roll(keep_max) < keep)
      apply(f.durable, c);
  }
  f.pending.clear();
}

void lossy_disk::settle_write(std::string& content, const change& c, loss how,
                              std::uint32_t keep, dice& d) const {
  if (how == loss::everything)
    return;
  auto end = c.offset + c.bytes.size();
  for (auto begin = c.offset; begin < end;) {
    auto next = std::min(end, (begin / traits_.sector + 1) * traits_.sector);
    auto piece =
        std::string_view{c.bytes}.substr(begin - c.offset, next - begin);
    if (d.roll(keep_max) < keep)
      put_bytes(content, begin, piece);
    else if (how == loss::garbage && d.one_in(3))
      spoil(content, begin, piece, d);
    else if (d.one_in(4) && content.size() < next)
      content.resize(next); // its length got there, its content did not
    begin = next;
  }
}

void lossy_disk::spoil(std::string& content, std::size_t begin,
                       std::string_view piece, dice& d) const {
  auto from = begin;
  auto end = begin + piece.size();
  if (content.size() < end)
    content.resize(end);
  if (!traits_.powersafe_overwrite) {
    from = begin / traits_.sector * traits_.sector;
    end = std::min(content.size(), from + traits_.sector);
  } else if (d.one_in(3)) { // torn: its first bytes got there
    from += d.roll(static_cast<std::uint32_t>(piece.size()));
    put_bytes(content, begin, piece.substr(0, from - begin));
  }
  bool zeros = d.one_in(2);
  for (auto i = from; i < end; ++i)
    content[i] = zeros ? '\0' : static_cast<char>(d.roll(256));
}

} // namespace tutti::test
