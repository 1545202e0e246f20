// SPDX-License-Identifier: BSD-3-Clause
// The table of warnings: each example gets its warning, and the mended one does
// not. What a plan allows. docs/lints.md is made of the table.
#include "config/lint_table.hpp"
#include "config/plan_loader.hpp"
#include "tests/config/plan_texts.hpp"
#include "tests/support/folders.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace tutti::config {

namespace {

load_result checked(std::string text) {
  load_options how;
  how.lints = true;
  how.read_files = false;
  return load_plan(test::source_of(std::move(text)), how);
}

bool warns(const load_result& x, lint code) {
  return std::any_of(x.diagnostics.begin(), x.diagnostics.end(),
                     [code](const diagnostic& y) {
                       return y.code == code;
                     });
}

std::string shown(const load_result& x) {
  return render(x.diagnostics, x.source, false);
}

/// These need times, or a program: tests/runtime/lints/ has them.
bool is_of_runtime(lint x) {
  return x == lint::bottleneck || x == lint::missing_native
      || x == lint::unused_allow;
}

constexpr std::string_view idle = R"(tasks:
  lint: { run: ./lint.sh, allow-failure: true }
  package: { needs: lint, run: ./package.sh }
)";

} // namespace

BOOST_AUTO_TEST_SUITE(config_lint)

BOOST_AUTO_TEST_CASE(each_warning_has_one_code_and_one_explanation) {
  std::set<std::string_view> codes;
  std::set<lint> ids;
  for (const auto& x : lint_rules()) {
    BOOST_TEST(codes.insert(x.code).second, x.code);
    BOOST_TEST(ids.insert(x.id).second, x.code);
    BOOST_TEST(code_of(x.id) == x.code);
    BOOST_TEST(find_lint(x.code) == &x);
    BOOST_TEST((x.why.ends_with('\n') && x.remedy.ends_with('\n')), x.code);
    BOOST_TEST(!x.summary.ends_with('.'), x.code);
  }
  auto last = static_cast<std::size_t>(lint::unused_allow);
  BOOST_TEST(ids.size() == last); // all but `none`
  BOOST_TEST(code_of(lint::none).empty());
  BOOST_TEST((find_lint("nonsense") == nullptr));
}

BOOST_AUTO_TEST_CASE(
    each_example_gets_its_warning_and_the_mended_one_does_not) {
  for (const auto& x : lint_rules()) {
    if (is_of_runtime(x.id))
      continue;
    auto bad = checked(std::string{x.example});
    BOOST_TEST(bad.value.has_value(), x.code << "\n" << shown(bad));
    BOOST_TEST(warns(bad, x.id), x.code << "\n" << shown(bad));
    if (x.mended.empty())
      continue;
    auto good = checked(std::string{x.mended});
    BOOST_TEST(good.value.has_value(), x.code << "\n" << shown(good));
    BOOST_TEST(good.diagnostics.empty(), x.code << "\n" << shown(good));
  }
}

BOOST_AUTO_TEST_CASE(lints_come_only_where_they_are_asked_for) {
  BOOST_TEST(test::messages_of(std::string{idle}).empty());
  BOOST_TEST(warns(checked(std::string{idle}), lint::idle_need));
}

BOOST_AUTO_TEST_CASE(a_comment_on_or_above_a_line_allows_a_warning) {
  auto with = [](std::string_view above, std::string_view on) {
    return checked("tasks:\n"
                   "  lint: { run: ./lint.sh, allow-failure: true }\n"
                   + std::string{above}
                   + "  package: { needs: lint, run: "
                     "./package.sh }"
                   + std::string{on} + "\n  # the end\n");
  };
  for (auto [above, on] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"# tutti: allow idle-need\n", ""},
           {"    # tutti: allow idle-need - reads its files\n", ""},
           {"  #tutti: allow short-timeout, idle-need: its files\n", ""},
           {"  # tutti: allow idle-need\n\n  # and more\n", ""},
           {"", " # tutti: allow idle-need"},
           {"", " # tutti: allow idle-need because of its files"}}) {
    auto x = with(above, on);
    BOOST_TEST(x.diagnostics.empty(), above << on << shown(x));
    BOOST_TEST(
        std::any_of(x.allowed.begin(), x.allowed.end(), [](const allowance& a) {
          return a.used;
        }));
  }
  for (auto [above, on] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"# tutti: allow short-timeout\n", ""},
           {"", "\n  # tutti: allow idle-need"},
           {"", " # allow idle-need"},
           {"# tutti is idle-need\n", ""}})
    BOOST_TEST(warns(with(above, on), lint::idle_need), above << on);
}

BOOST_AUTO_TEST_CASE(it_speaks_for_what_is_indented_below) {
  auto allowed = [](std::string text) {
    return !warns(checked(std::move(text)), lint::idle_need);
  };
  std::string lint_task = "  lint: { run: ./lint.sh, allow-failure: true }\n";
  std::string uses = "  package:\n    run: ./p.sh\n    needs:\n    - lint\n";
  BOOST_TEST(!allowed("tasks:\n" + lint_task + uses));
  BOOST_TEST(allowed("# tutti: allow idle-need\ntasks:\n" + lint_task + uses));
  BOOST_TEST(allowed("tasks: # tutti: allow idle-need\n" + lint_task + uses));
  BOOST_TEST(
      allowed("tasks:\n" + lint_task + "  # tutti: allow idle-need\n" + uses));
  // A list may stand right below its key; its last item is no more of it.
  BOOST_TEST(allowed("tasks:\n" + lint_task
                     + "  package:\n    run: ./p.sh\n"
                       "    needs: # tutti: allow idle-need\n    - lint\n"));
  BOOST_TEST(!allowed("tasks:\n" + lint_task
                      + "  # tutti: allow idle-need\n  other: ./o.sh\n"
                      + uses));
  BOOST_TEST(!allowed("# tutti: allow idle-need\nname: x\ntasks:\n" + lint_task
                      + uses));
}

BOOST_AUTO_TEST_CASE(a_comment_in_a_script_is_none_of_the_plan) {
  auto x = checked("tasks:\n  a:\n    run: |\n      # tutti: allow nonsense\n"
                   "      echo a\n  b: \"echo # tutti: allow nonsense\"\n");
  BOOST_TEST(x.diagnostics.empty(), shown(x));
  BOOST_TEST(x.allowed.empty());
}

BOOST_AUTO_TEST_CASE(what_allows_nothing_is_a_warning) {
  for (auto comment :
       {"# tutti: allow", "# tutti: allow idle-ned",
        "# tutti: allow idle-need, nonsense", "# tutti: alow idle-need",
        "# tutti: ignore idle-need"}) {
    auto x = checked(std::string{comment} + "\ntasks: { a: echo a }\n");
    BOOST_TEST(warns(x, lint::unknown_allow), comment);
    BOOST_TEST(x.value.has_value());
  }
  for (auto comment : {"# tutti: a team at work", "# tutti:", "# about tutti:"})
    BOOST_TEST(!warns(checked(std::string{comment} + "\ntasks: { a: echo }\n"),
                      lint::unknown_allow),
               comment);
}

BOOST_AUTO_TEST_CASE(an_included_file_speaks_for_itself) {
  auto included = [](std::string own, std::string text) {
    load_options how;
    how.lints = true;
    how.read_included = [text](const std::string&, const std::string&) {
      return expected<std::string>{text};
    };
    return load_plan(test::source_of(std::move(own)), how);
  };
  std::string own = "include: more.yaml\ntasks:\n"
                    "  lint: { run: ./lint.sh, allow-failure: true }\n";
  std::string package = "  package: { needs: lint, run: ./package.sh }\n";
  auto x = included(own, "tasks:\n  # tutti: allow idle-need\n" + package);
  BOOST_TEST(x.diagnostics.empty(), shown(x));
  // The last comment of a file does not reach into the next.
  x = included(own + "# tutti: allow idle-need\n", "tasks:\n" + package);
  BOOST_TEST(warns(x, lint::idle_need));
}

BOOST_AUTO_TEST_CASE(a_matrix_is_warned_of_once) {
  auto x = checked("tasks:\n  lint: { run: ./l.sh, allow-failure: true }\n"
                   "  t: { needs: lint, run: ./t.sh, "
                   "matrix: { os: [a, b, c] } }\n");
  BOOST_TEST(x.diagnostics.size() == 1u, shown(x));
}

BOOST_AUTO_TEST_CASE(the_page_in_docs_is_up_to_date) {
  std::string path = tutti::test::source_path("/docs/lints.md");
  if (std::getenv("TUTTI_REWRITE") != nullptr)
    std::ofstream{path, std::ios::binary} << lints_markdown();
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  content << file.rdbuf();
  BOOST_TEST((content.str() == lints_markdown()),
             "run this test with TUTTI_REWRITE=1");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
