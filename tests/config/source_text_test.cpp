// SPDX-License-Identifier: BSD-3-Clause
#include "config/source_text.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tutti::config {

namespace {

namespace fs = std::filesystem;

struct folder {
  folder() {
    std::string pattern = (fs::temp_directory_path() / "tutti-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name,
                                 const std::string& content) const {
    auto whole = path / name;
    std::ofstream{whole, std::ios::binary} << content;
    return whole.string();
  }
  fs::path path;
};

/// The one sentence about a file that is no plan, its name replaced.
std::string refusal(const std::string& path) {
  auto source = read_source(path);
  BOOST_REQUIRE(!source);
  BOOST_TEST((source.error().code == exit_code::bad_plan));
  auto text = source.error().detail;
  auto at = text.find(path);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, path.size(), "X");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(config_source_text, folder)

BOOST_AUTO_TEST_CASE(a_plan_is_read_with_the_folder_it_lies_in) {
  auto source = read_source(file("a.yaml", "\xEF\xBB\xBFname: a\n"));
  BOOST_REQUIRE(static_cast<bool>(source));
  BOOST_TEST(source->text == "name: a\n");
  BOOST_TEST(source->directory == path.string());
  BOOST_TEST(source->name == (path / "a.yaml").string());
}

BOOST_AUTO_TEST_CASE(what_is_no_plan_is_refused_in_one_sentence) {
  BOOST_TEST(refusal((path / "none.yaml").string())
             == "plan 'X' does not exist");
  BOOST_TEST(refusal(path.string()) == "plan 'X' is a directory");
  BOOST_TEST(refusal(file("empty", "")) == "plan 'X' is empty");
  BOOST_TEST(refusal(file("blank", " \n\t\r\n")) == "plan 'X' is empty");
  BOOST_TEST(refusal(file("binary", std::string("a: \0\x01", 5)))
             == "plan 'X' is a binary file, not text");
  BOOST_TEST(refusal(file("latin", "a: b\nc: \xE4\n"))
             == "plan 'X' is not text in UTF-8: see line 2");
}

BOOST_AUTO_TEST_CASE(a_large_file_is_refused_before_it_is_read) {
  auto name = file("large", "a: b\n");
  fs::resize_file(name, 100'000'000);
  BOOST_TEST(refusal(name)
             == "plan 'X' is larger than 64 MiB, the largest that is read");
}

BOOST_AUTO_TEST_CASE(an_endless_file_is_refused) {
  auto source = read_source("/dev/zero");
  BOOST_REQUIRE(!source);
  BOOST_TEST(source.error().detail.find("larger than 64 MiB")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_is_refused) {
  auto name = file("secret", "a: b\n");
  fs::permissions(name, fs::perms::none);
  if (geteuid() == 0)
    return; // root reads everything
  BOOST_TEST(refusal(name) == "plan 'X' cannot be read: Permission denied");
}

BOOST_AUTO_TEST_CASE(positions_count_characters_from_one) {
  source_text x{"x", "/", "ab\nü\xE6\x97\xA5z\r\n\nq"};
  BOOST_TEST((x.position(0) == text_position{1, 1, 0}));
  BOOST_TEST((x.position(2) == text_position{1, 3, 0}));
  BOOST_TEST((x.position(3) == text_position{2, 1, 3}));
  BOOST_TEST((x.position(8) == text_position{2, 3, 3}));
  BOOST_TEST((x.position(12) == text_position{4, 1, 12}));
  BOOST_TEST((x.position(999) == text_position{4, 2, 12}));
  BOOST_TEST(x.line_at(3) == "ü日z");
  BOOST_TEST(x.line_at(999) == "");
}

BOOST_AUTO_TEST_CASE(utf_8_is_checked_to_the_letter) {
  auto npos = std::string_view::npos;
  BOOST_TEST(find_non_text("") == npos);
  BOOST_TEST(find_non_text("plain text that is long enough for words") == npos);
  BOOST_TEST(find_non_text("ü 日本 😀 and more text after it") == npos);
  BOOST_TEST(find_non_text("12345678\x80") == 8u);
  BOOST_TEST(find_non_text("\xC0\xAF") == 0u);     // overlong
  BOOST_TEST(find_non_text("\xE0\x80\xAF") == 0u); // overlong
  BOOST_TEST(find_non_text("\xED\xA0\x80") == 0u); // a surrogate
  BOOST_TEST(find_non_text("\xF4\x90\x80\x80") == 0u);
  BOOST_TEST(find_non_text("a\xE6\x97") == 1u); // cut off
  BOOST_TEST(find_non_text(std::string_view{"abc\0defghijkl", 13}) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
