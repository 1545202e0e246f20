// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/disk_change.hpp"

#include <sqlite3.h>
#include <utility>

namespace tutti::test {

std::string_view to_string(change_kind x) {
  switch (x) {
  case change_kind::create:
    return "create";
  case change_kind::write:
    return "write";
  case change_kind::sync:
    return "sync";
  case change_kind::truncate:
    return "truncate";
  case change_kind::remove:
    break;
  }
  return "remove";
}

change_hook die_at(std::uint64_t number, fate::kind moment) {
  return [number, moment](const disk_change& c) {
    return fate{c.number == number ? moment : fate::kind::pass};
  };
}

change_hook fail_between(std::uint64_t first, std::uint64_t last, int error) {
  return [first, last, error](const disk_change& c) -> fate {
    bool takes_space =
        c.kind == change_kind::create || c.kind == change_kind::write;
    if (c.number < first || c.number > last
        || (error == SQLITE_FULL && !takes_space))
      return {};
    return {fate::kind::fail, error};
  };
}

int change_gate::pass(disk_change change,
                      const std::function<int(extent)>& apply,
                      const std::function<int()>& die) {
  std::lock_guard guard{mutex_};
  change.number = ++count_;
  auto next = hook_ ? hook_(change) : fate{};
  switch (next.what) {
  case fate::kind::pass:
    return apply(extent::whole);
  case fate::kind::fail:
    if (change.kind == change_kind::sync)
      (void)apply(extent::part);
    return next.error;
  case fate::kind::tear:
    (void)apply(extent::part);
    return next.error;
  case fate::kind::die_before:
    return die();
  case fate::kind::die_midway:
    (void)apply(extent::part);
    return die();
  case fate::kind::die_after:
    (void)apply(extent::whole);
    return die();
  }
  return SQLITE_INTERNAL;
}

void change_gate::set_hook(change_hook hook) {
  std::lock_guard guard{mutex_};
  hook_ = std::move(hook);
}

std::uint64_t change_gate::count() const {
  std::lock_guard guard{mutex_};
  return count_;
}

} // namespace tutti::test
