// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/history.hpp"

#include "runtime/cli/size_text.hpp"
#include "runtime/display/text_width.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

using namespace tutti;
using journal::run_state;

namespace {

constexpr std::int64_t hour_ns = 3'600'000'000'000;

journal::run_entry entry(std::string id, run_state state) {
  journal::run_entry x;
  x.id = std::move(id);
  x.path = "/p/.tutti/runs/" + x.id;
  x.state = state;
  x.plan_name = "user-management";
  x.plan_path = "/p/team.yaml";
  x.settings = R"({"jobs":3})";
  x.sessions = 1;
  x.started_ns = 10 * hour_ns;
  x.last_ns = 11 * hour_ns;
  x.tasks = 12;
  x.tasks_done = 7;
  x.size_bytes = 3 << 20;
  return x;
}

cli::history sample() {
  cli::history x;
  x.state_directory = "/p/.tutti";
  x.now_ns = 12 * hour_ns;
  x.runs = {entry("20261122-201500-1a2b", run_state::unfinished),
            entry("20261121-201500-1a2b", run_state::succeeded),
            entry("20261120-201500-1a2b", run_state::unreadable)};
  x.runs[1].exit_code = 0;
  x.runs[1].sessions = 3;
  x.runs[2].trouble = "the journal 'x' is damaged: \x1b[2J";
  x.runs[2].started_ns = 0;
  return x;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cli_history)

BOOST_AUTO_TEST_CASE(a_table_where_it_fits_else_some_lines_a_run) {
  for (std::size_t columns : {80u, 40u, 200u}) {
    auto text = cli::history_text(sample(), {}, columns);
    BOOST_TEST_INFO_SCOPE(text);
    std::istringstream lines{
        text.substr(0, text.find("20261120-201500-1a2b:"))};
    for (std::string line; std::getline(lines, line);)
      BOOST_TEST(display::width_of(line) <= columns, line);
    for (const auto* part :
         {"20261122-201500-1a2b", "unfinished", "7/12", "2h ago", "3.0 MiB"})
      BOOST_TEST(has(text, part), part);
    BOOST_TEST(has(text, "RUN") == (columns != 40u));
    BOOST_TEST(text.find('\x1b') == std::string::npos);
    BOOST_TEST(has(text, "tutti run /p/team.yaml --resume=20261122-201500-1a2b"
                         "\n"));
  }
  BOOST_TEST(has(cli::history_text(sample(), {}, 200), "(resumed 2 times)"));
}

BOOST_AUTO_TEST_CASE(the_document_follows_its_schema) {
  auto x = sample();
  x.more = 4;
  auto document = nlohmann::json::parse(cli::history_json(x));
  test::check_document(document, "history");
  BOOST_TEST(document.at("more") == 4);
  const auto& runs = document.at("runs");
  BOOST_TEST(runs.at(0).at("resumable") == true);
  BOOST_TEST(runs.at(0).at("settings").at("jobs") == 3);
  BOOST_TEST(runs.at(0).at("started_at") == "1970-01-01T10:00:00Z");
  BOOST_TEST(runs.at(1).at("exit_code") == 0);
  BOOST_TEST(runs.at(2).at("started_at").is_null());
  x.runs[0].settings = "[1"; // of a file that somebody has changed
  x.runs[1].settings = "[1]";
  document = nlohmann::json::parse(cli::history_json(x));
  test::check_document(document, "history");
  BOOST_TEST(document.at("runs").at(1).at("settings").is_null());
}

BOOST_AUTO_TEST_CASE(how_to_go_on_names_another_state_directory) {
  auto x = sample();
  BOOST_TEST(!has(cli::resume_command("/p/.tutti", x.runs[0]), "--state-dir"));
  BOOST_TEST(has(cli::resume_command("/q", x.runs[0]), " --state-dir /q"));
}

BOOST_AUTO_TEST_CASE(sizes_are_read_and_written) {
  using cli::parse_size;
  BOOST_TEST(parse_size("1GiB").value_or(0) == std::uint64_t{1} << 30);
  BOOST_TEST(parse_size("1.5 KiB").value_or(0) == 1536u);
  BOOST_TEST(parse_size("64k").value_or(0) == 65536u);
  BOOST_TEST(parse_size("2kB").value_or(0) == 2000u);
  BOOST_TEST(parse_size("0B").value_or(1) == 0u);
  for (const auto* wrong : {"", "5", "GiB", "-1GiB", "1xb", "1GiBs", "inf B",
                            "1e3MiB", "99999TiB9", "1 GiB x"})
    BOOST_TEST(!parse_size(wrong), wrong);
  BOOST_TEST(cli::size_text(0) == "0 B");
  BOOST_TEST(cli::size_text(1023) == "1023 B");
  BOOST_TEST(cli::size_text(1024) == "1.0 KiB");
  BOOST_TEST(cli::size_text(1048575) == "1.0 MiB");
  BOOST_TEST(cli::size_text(34ull << 20) == "34 MiB");
}

BOOST_AUTO_TEST_SUITE_END()
