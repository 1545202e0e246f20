// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/native.hpp"

#include "runtime/native/attempt.hpp"
#include "runtime/native/inbox.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace tutti::native {

namespace {

/// A function as a worker.
class function_worker : public worker {
public:
  explicit function_worker(std::shared_ptr<const agents::function> work)
    : work_(std::move(work)) {
  }
  void on_task(task& t) override {
    t.done((*work_)(t));
  }

private:
  std::shared_ptr<const agents::function> work_;
};

void put_output(outputs& all, std::string name, value x) {
  auto at = std::lower_bound(all.begin(), all.end(), name,
                             [](const output& a, const std::string& b) {
                               return a.name < b;
                             });
  if (at != all.end() && at->name == name)
    at->value = std::move(x);
  else
    all.insert(at, {std::move(name), std::move(x)});
}

} // namespace

result result::failure(std::string message) {
  result x;
  x.failed_ = true;
  x.own().message = std::move(message);
  return x;
}

/// Before it is changed: nobody else has it.
attempt_details& result::own() {
  if (!details_)
    details_ = std::make_shared<attempt_details>();
  else if (details_.use_count() > 1)
    details_ = std::make_shared<attempt_details>(*details_);
  return *details_;
}

const attempt_details& result::details() const {
  static const attempt_details nothing;
  return details_ ? *details_ : nothing;
}

std::shared_ptr<attempt_details> result::take_details() && {
  if (details_)
    own();
  return std::move(details_);
}

result& result::set_json(std::string name, std::string_view text) {
  if (!nlohmann::json::accept(text))
    throw std::invalid_argument{
        fmt::format("output '{}' is to be JSON and is none", name)};
  return put(std::move(name), {value_kind::json, std::string{text}});
}

result& result::note(std::string text) {
  own().note = std::move(text);
  return *this;
}

result& result::put(std::string name, value x) {
  put_output(own().outputs, std::move(name), std::move(x));
  return *this;
}

task::task(std::shared_ptr<attempt> x) : impl_(std::move(x)) {
}

const std::string& task::name() const {
  return impl_->facts.name;
}

const std::string& task::agent() const {
  return impl_->facts.agent;
}

std::uint32_t task::attempt_number() const {
  return impl_->facts.number;
}

std::uint32_t task::version() const {
  return impl_->facts.version;
}

std::uint32_t task::round() const {
  return impl_->facts.details->round;
}

work_phase task::phase() const {
  return impl_->facts.phase;
}

const std::string& task::prompt() const {
  return impl_->facts.prompt;
}

const std::string& task::feedback() const {
  return impl_->facts.details->feedback;
}

const std::vector<item>& task::items() const {
  return impl_->facts.items;
}

const std::string& task::directory() const {
  return impl_->facts.directory;
}

std::optional<std::string> task::env(const std::string& name) const {
  const auto& all = impl_->facts.env;
  auto i = all.find(name);
  return i == all.end() ? std::nullopt : std::optional{i->second};
}

const attempt_details& task::earlier() const {
  static const attempt_details nothing;
  const auto& x = impl_->facts.details->earlier;
  return x ? *x : nothing;
}

std::vector<handed> task::inputs() const {
  return impl_->inputs();
}

std::vector<answer> task::answers() const {
  return impl_->answers();
}

std::optional<handed> task::find_input(std::string_view from) const {
  for (auto& x : impl_->inputs())
    if (x.from == from)
      return std::move(x);
  return {};
}

value require_output(const std::optional<handed>& x, std::string_view from,
                     std::string_view name, std::string_view to) {
  if (!x)
    throw std::runtime_error{
        fmt::format("'{}' has handed nothing to '{}'", from, to)};
  if (const auto* found = find_output(x->details->outputs, name))
    return *found;
  throw std::runtime_error{fmt::format("'{}' has put out no '{}'", from, name)};
}

void throw_wrong_type(const value& x, std::string_view from,
                      std::string_view name, std::string_view to) {
  throw std::runtime_error{
      fmt::format("output '{}' of '{}' is '{}', which is not of the type that "
                  "'{}' needs",
                  name, from, x.text, to)};
}

arrivals task::arrived(std::chrono::milliseconds wait) {
  return impl_->arrived(wait);
}

void task::progress(int percent, std::string_view text) {
  if (percent < -1 || percent > 100)
    throw std::invalid_argument{
        fmt::format("progress is from 0 to 100, not {}", percent)};
  impl_->progress(percent, text);
}

void task::note(std::string text) {
  live_call x;
  x.kind = live_kind::note;
  x.text = std::move(text);
  impl_->ask(std::move(x));
}

void task::hand_over_value(std::string name, value content) {
  live_call x;
  x.kind = live_kind::handoff;
  x.outputs = {{std::move(name), std::move(content)}};
  impl_->ask(std::move(x));
}

std::vector<std::uint32_t> task::request(std::string to,
                                         std::vector<std::string> texts,
                                         request_options options) {
  live_call x;
  x.kind = live_kind::request;
  x.to = std::move(to);
  x.texts = std::move(texts);
  x.text = std::move(options.note);
  x.key = std::move(options.key);
  x.awaited = options.awaited;
  return parse_ids(impl_->ask(std::move(x)));
}

std::stop_token task::stopping() const {
  return impl_->stopping();
}

bool task::cancelled() const {
  return impl_->stopping().stop_requested();
}

void task::done(result x) {
  impl_->finish(std::move(x));
}

void task::fail(std::string message) {
  impl_->finish(result::failure(std::move(message)));
}

void worker::on_handoff(task&, const handed&) {
}

void worker::on_answer(task&, const answer&) {
}

void worker::on_cancel(task& t) {
  t.fail("cancelled");
}

agents& agents::add(std::string name, function work) {
  auto shared = std::make_shared<const function>(std::move(work));
  return add_worker(std::move(name), [shared] {
    return std::make_unique<function_worker>(shared);
  });
}

agents& agents::add_worker(std::string name, worker_maker make) {
  return add_entry(std::move(name), {std::move(make), nullptr, nullptr});
}

agents& agents::add_quick(std::string name, quick_function work) {
  auto shared = std::make_shared<const quick_function>(std::move(work));
  return add_entry(std::move(name), {{}, nullptr, std::move(shared)});
}

agents& agents::add_entry(std::string name, entry x) {
  if (name.empty())
    throw std::invalid_argument{"a native agent has a name"};
  if (!entries_.emplace(name, std::move(x)).second)
    throw std::invalid_argument{
        fmt::format("there are two native agents '{}'", name)};
  return *this;
}

const agents::entry* agents::find(std::string_view name) const {
  auto i = entries_.find(name);
  return i == entries_.end() ? nullptr : &i->second;
}

std::vector<std::string> agents::names() const {
  std::vector<std::string> result;
  for (const auto& [name, x] : entries_)
    result.push_back(name);
  return result;
}

} // namespace tutti::native
