// SPDX-License-Identifier: BSD-3-Clause
#include "tests/crash/crash_plan.hpp"

#include "config/diagnostic.hpp"
#include "config/plan_loader.hpp"
#include "tests/support/folders.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tutti::test {

namespace {

crash_plan read(std::string text) {
  config::source_text source;
  source.name = "tutti.yaml";
  source.directory = "/nowhere";
  source.text = text;
  auto loaded = config::load_plan(std::move(source));
  if (!loaded.value)
    throw std::runtime_error(
        config::render(loaded.diagnostics, loaded.source, false));
  return {std::move(text), std::move(*loaded.value)};
}

/// Eight areas of four tasks, a matrix, and what is around them.
constexpr const char* large_text = R"yaml(
name: large
agents:
  ada: { slots: 2 }
  bob: { slots: 2 }
  cyn: { slots: 2 }
  dan: { slots: 2 }
  eve: { slots: 2 }
  fay:
    requests:
      run: . "$TUTTI_PLAN_DIR/noted"; echo "answer=as you wish" >> "$TUTTI_OUTPUT"
      batch: { max: 1 }

services:
  store: { run: [sleep, 1000], ready: { run: 'true', every: 10ms } }

tasks:
  base:
    agent: ada
    artifacts: base.txt
    run: . "$TUTTI_PLAN_DIR/noted"; echo base > base.txt; echo base=1 >> "$TUTTI_OUTPUT"
  wide:
    agent: { any-of: [ada, bob, cyn] }
    needs: base
    matrix: { shard: 1..8 }
    run: . "$TUTTI_PLAN_DIR/noted"; printf 'shard=%s\ntext=%0600d\n' "$SHARD" 7 >> "$TUTTI_OUTPUT"
    env: { SHARD: "${{ matrix.shard }}" }
  tests:
    agent: eve
    after-each: wide
    run: . "$TUTTI_PLAN_DIR/noted"; echo passed=all >> "$TUTTI_OUTPUT"
  ship:
    agent: ada
    needs: [released, store]
    run: . "$TUTTI_PLAN_DIR/noted"; echo shipped=yes >> "$TUTTI_OUTPUT"
  tidy:
    finally: true
    run: . "$TUTTI_PLAN_DIR/noted"; echo tidied=yes >> "$TUTTI_OUTPUT"

phases:
  area:
    needs: base
    matrix: { n: 1..8 }
    tasks:
      make: { agent: bob, retries: 1, run: '. "$TUTTI_PLAN_DIR/noted"; test "$TUTTI_ATTEMPT" -gt 1; echo made=1 >> "$TUTTI_OUTPUT"' }
      page:
        agent: cyn
        needs-later: make
        run: . "$TUTTI_PLAN_DIR/noted"; echo mock=1 >> "$TUTTI_OUTPUT"
        integrate: . "$TUTTI_PLAN_DIR/noted"; echo page=1 >> "$TUTTI_OUTPUT"
      link: { agent: dan, needs: [make, page], run: '. "$TUTTI_PLAN_DIR/noted"; echo linked=1 >> "$TUTTI_OUTPUT"' }
      ask:
        agent: eve
        run: . "$TUTTI_PLAN_DIR/noted"; "$TUTTI_BINARY" request --to fay "a wish"
        integrate: . "$TUTTI_PLAN_DIR/noted"; echo "answers=$(grep -c "as you wish" "$TUTTI_INPUT")" >> "$TUTTI_OUTPUT"
)yaml";

/// A draft that is sent back once, and what comes after.
constexpr const char* drafts_text = R"yaml(
  draft-N:
    agent: bob
    run: . "$TUTTI_PLAN_DIR/noted"; echo "round=$TUTTI_ROUND" >> "$TUTTI_OUTPUT"
  use-N:
    agent: cyn
    needs: [draft-N, reviewed-N]
    run: . "$TUTTI_PLAN_DIR/noted"; echo used=1 >> "$TUTTI_OUTPUT"
)yaml";

constexpr const char* gate_text = R"yaml(
  reviewed-N:
    needs: draft-N
    approval:
      by: dan
      run: . "$TUTTI_PLAN_DIR/noted"; test "$TUTTI_ROUND" -gt 1 && echo verdict=approved >> "$TUTTI_OUTPUT" || printf 'verdict=changes-requested\nfeedback=once more\n' >> "$TUTTI_OUTPUT"
    rework: { to: draft-N }
)yaml";

constexpr const char* last_gate_text = R"yaml(
  released:
    needs: [area, wide, tests, drafts]
    approval: { by: human, timeout: 50ms, on-timeout: approve }
)yaml";

/// Four copies, with 1 to 4 for each N after a dash.
std::string four_times(std::string_view text) {
  std::string result;
  for (char n = '1'; n <= '4'; ++n)
    for (std::size_t i = 0; i < text.size(); ++i)
      result += i > 0 && text[i - 1] == '-' && text[i] == 'N' ? n : text[i];
  return result;
}

} // namespace

const task* crash_plan::find(const std::string& name) const {
  auto i =
      std::find_if(work.tasks.begin(), work.tasks.end(), [&](const task& x) {
        return x.name == name;
      });
  return i == work.tasks.end() ? nullptr : &*i;
}

task_kind crash_plan::kind_of(const std::string& name) const {
  const auto* found = find(name);
  return found == nullptr ? task_kind::work : found->kind;
}

crash_plan small_crash_plan() {
  std::ifstream file{test::data_path("/crash/tutti.yaml")};
  return read({std::istreambuf_iterator<char>{file}, {}});
}

crash_plan edited_crash_plan() {
  auto text = small_crash_plan().text;
  auto replace = [&text](std::string_view from, std::string_view to) {
    auto at = text.find(from);
    if (at == text.npos)
      throw std::runtime_error("the plan has no " + std::string{from});
    text.replace(at, from.size(), to);
  };
  replace("echo \"mock=", "true; echo \"mock=");
  replace("  ship:\n", R"yaml(  extra:
    agent: ada
    needs: model
    run: . "$TUTTI_PLAN_DIR/noted"; echo more=1 >> "$TUTTI_OUTPUT"
  ship:
)yaml");
  return read(std::move(text));
}

crash_plan large_crash_plan() {
  std::string drafts = "  drafts:\n    tasks:";
  for (char c : four_times(drafts_text))
    drafts += c == '\n' ? "\n    " : std::string{c};
  return read(large_text + drafts + "\ngates:" + four_times(gate_text)
              + last_gate_text);
}

} // namespace tutti::test
