// SPDX-License-Identifier: BSD-3-Clause
// Files that come into the store piece by piece.
#include "runtime/artifacts/arriving_file.hpp"

#include "runtime/artifacts/sweep.hpp"
#include "tests/runtime/artifacts/store_fixture.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

using namespace tutti;
using namespace tutti::test;
using artifacts::arriving_file;

namespace {

struct arriving_fixture : store_fixture {
  temporary_directory there;
  std::string store_path = there / "artifacts";

  /// What comes: a file that another store has.
  artifact file_of(std::string_view text) {
    made.write("file", text);
    auto x = capture({"file"});
    BOOST_TEST_REQUIRE(x.mistake == "");
    return x.artifacts.front();
  }
  [[nodiscard]] artifacts::outcome settle(const arriving_file& x) const {
    return artifacts::settle(store_path, {{x.take()}, {}});
  }
  [[nodiscard]] std::size_t file_count() const {
    std::size_t result = 0;
    std::error_code ignored;
    for (const auto& x :
         std::filesystem::recursive_directory_iterator{store_path, ignored})
      result += x.is_regular_file() ? 1 : 0;
    return result;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_artifacts_arriving, arriving_fixture)

BOOST_AUTO_TEST_CASE(pieces_become_a_file_of_the_store) {
  auto x = file_of("hello world");
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.append("hello ").mistake == "");
  BOOST_TEST(!file.is_whole());
  BOOST_TEST(file.append("world").mistake == "");
  BOOST_TEST(file.is_whole());
  BOOST_TEST(!artifacts::is_stored(store_path, x)); // it does not count yet
  BOOST_TEST(file.check());
  BOOST_TEST(settle(file).mistake == "");
  BOOST_TEST(artifacts::is_stored(store_path, x));
  BOOST_TEST(artifacts::check_stored(store_path, x.digest) == "");
  struct stat status {};
  BOOST_TEST(::stat((there / place_of(x)).c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0400u); // as one that was taken in
  BOOST_TEST(file_count() == 1u);
}

BOOST_AUTO_TEST_CASE(an_empty_one_is_whole_at_once) {
  auto x = file_of("");
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.is_whole());
  BOOST_TEST(file.check());
  BOOST_TEST(settle(file).mistake == "");
  BOOST_TEST(artifacts::is_stored(store_path, x));
}

BOOST_AUTO_TEST_CASE(a_later_one_goes_on_where_an_earlier_one_was) {
  auto x = file_of("hello world");
  {
    arriving_file file{store_path, x};
    BOOST_TEST(file.open().mistake == "");
    BOOST_TEST(file.append("hello ").mistake == "");
  }
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.size_bytes() == 6u);
  BOOST_TEST(file.append("world").mistake == "");
  BOOST_TEST(file.check());
  BOOST_TEST(settle(file).mistake == "");
  BOOST_TEST(artifacts::check_stored(store_path, x.digest) == "");
  BOOST_TEST(file_count() == 1u);
}

BOOST_AUTO_TEST_CASE(what_does_not_match_begins_anew) { // row 5
  auto x = file_of("hello world");
  there.write("artifacts/.tutti-in-" + x.digest, "jello");
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.append(" world").mistake == "");
  BOOST_TEST(!file.check());
  BOOST_TEST(file.size_bytes() == 0u);
  BOOST_TEST(file.append("hello world").mistake == "");
  BOOST_TEST(file.check());
  BOOST_TEST(settle(file).mistake == "");
  BOOST_TEST(there.read(place_of(x)) == "hello world");
}

BOOST_AUTO_TEST_CASE(a_left_one_that_is_too_large_begins_anew) {
  auto x = file_of("hello");
  there.write("artifacts/.tutti-in-" + x.digest, "hello world");
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.size_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(two_programs_do_not_write_the_same_one) {
  auto x = file_of("hello world");
  arriving_file one{store_path, x};
  arriving_file two{store_path, x};
  BOOST_TEST(one.open().mistake == "");
  BOOST_TEST(one.append("hello ").mistake == "");
  BOOST_TEST(two.open().mistake == "");
  BOOST_TEST(two.size_bytes() == 0u);
  BOOST_TEST(two.append("hello world").mistake == "");
  BOOST_TEST(two.check());
  BOOST_TEST(settle(two).mistake == "");
  BOOST_TEST(one.append("world").mistake == "");
  BOOST_TEST(one.check());
  BOOST_TEST(settle(one).mistake == "");
  BOOST_TEST(there.read(place_of(x)) == "hello world");
  BOOST_TEST(file_count() == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_sparse_stays_so) {
  std::string zeros(std::size_t{1} << 20, '\0');
  auto x = file_of(zeros + "end" + zeros);
  arriving_file file{store_path, x};
  BOOST_TEST(file.open().mistake == "");
  BOOST_TEST(file.append(zeros).mistake == "");
  BOOST_TEST(file.append("end").mistake == "");
  BOOST_TEST(file.append(zeros).mistake == "");
  BOOST_TEST(file.check());
  BOOST_TEST(settle(file).mistake == "");
  BOOST_TEST(artifacts::check_stored(store_path, x.digest) == "");
  struct stat status {};
  BOOST_TEST(::stat((there / place_of(x)).c_str(), &status) == 0);
  BOOST_TEST(status.st_blocks * 512 < status.st_size / 2);
}

BOOST_AUTO_TEST_CASE(something_in_the_way_is_named) { // row 32
  auto x = file_of("a");
  std::filesystem::create_directories(store_path + "/.tutti-in-" + x.digest);
  BOOST_TEST(arriving_file(store_path, x).open().mistake == "Is a directory");
  there.write("blocked", "");
  BOOST_TEST(arriving_file(there / "blocked", x).open().mistake != "");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_apart) { // row 5
  std::filesystem::create_directories(store_path);
  if (::mount("tmpfs", store_path.c_str(), "tmpfs", 0, "size=64k") != 0) {
    BOOST_TEST_MESSAGE("skipped: no tmpfs can be mounted here");
    return;
  }
  {
    std::string text(std::size_t{1} << 20, 'x');
    arriving_file file{store_path, file_of(text)};
    BOOST_TEST(file.open().mistake == "");
    auto how = file.append(text);
    BOOST_TEST(how.mistake == "No space left on device");
    BOOST_TEST(how.no_space);
    file.remove();
    BOOST_TEST(file_count() == 0u);
  }
  ::umount2(store_path.c_str(), MNT_DETACH);
}

BOOST_AUTO_TEST_CASE(a_store_says_what_it_lacks_each_content_once) {
  made.write("a", "same");
  made.write("b", "same");
  made.write("c", "other");
  auto x = capture({"a", "b"}).artifacts;
  auto y = capture({"c"}).artifacts.front();
  BOOST_TEST(store.lacking(x).missing.empty());
  artifacts::store other{store_path};
  auto lacking = other.lacking(x);
  BOOST_TEST(lacking.done.mistake == "");
  BOOST_TEST(lacking.missing.size() == 1u);
  // One that is not as large as it should be is none.
  auto larger = y;
  ++larger.size_bytes;
  BOOST_TEST(store.lacking({y, larger}).missing.empty()); // one content
  BOOST_TEST(store.lacking({larger}).missing.size() == 1u);
  y.digest = "../../etc/passwd"; // row 18
  BOOST_TEST(store.lacking({y}).done.mistake == "the digest of 'c' is none");
}

BOOST_AUTO_TEST_CASE(a_store_gives_any_part_of_a_file) {
  auto x = file_of("hello world");
  BOOST_TEST(store.read(x.digest, 0, 5).bytes == "hello");
  BOOST_TEST(!store.read(x.digest, 0, 5).at_end);
  BOOST_TEST(store.read(x.digest, 6, 100).bytes == "world");
  BOOST_TEST(store.read(x.digest, 6, 100).at_end);
  BOOST_TEST(store.read(x.digest, 11, 5).bytes == "");
  BOOST_TEST(store.read(x.digest, 11, 5).mistake == "");
  BOOST_TEST(store.read(x.digest, ~std::uint64_t{0}, 5).bytes == "");
  BOOST_TEST(store.read(std::string(64, 'e'), 0, 5).no_such);
  BOOST_TEST(store.read("../../etc/passwd", 0, 5).no_such); // row 18
}

BOOST_AUTO_TEST_CASE(only_a_damaged_file_is_removed) {
  auto x = file_of("hello world");
  BOOST_TEST(!store.remove_damaged(x.digest));
  BOOST_TEST(kept.exists(place_of(x)));
  ::chmod((kept / place_of(x)).c_str(), 0600);
  kept.write(place_of(x), "hello w0rld");
  BOOST_TEST(store.remove_damaged(x.digest));
  BOOST_TEST(!kept.exists(place_of(x)));
  BOOST_TEST(!store.remove_damaged(x.digest));
  BOOST_TEST(!store.remove_damaged("../../etc/passwd")); // row 18
}

BOOST_AUTO_TEST_CASE(who_places_is_told_what_the_store_has_lost) {
  auto x = file_of("hello world");
  std::optional<artifact> lost;
  BOOST_TEST(store.place({1, received.path(), {x}}, lost).mistake == "");
  BOOST_TEST(!lost);
  std::filesystem::remove(kept / place_of(x));
  std::filesystem::remove(received / "file");
  BOOST_TEST(store.place({1, received.path(), {x}}, lost).mistake != "");
  BOOST_TEST((lost == x));
}

BOOST_AUTO_TEST_CASE(what_was_not_used_for_longest_goes_first) {
  std::vector<artifact> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(file_of(std::string(8192, static_cast<char>('a' + i))));
    timespec times[2] = {{1000 - i, 0}, {1000 - i, 0}};
    BOOST_TEST_REQUIRE(
        ::utimensat(AT_FDCWD, (kept / place_of(all.back())).c_str(), times, 0)
        == 0);
  }
  auto path = kept / "artifacts";
  BOOST_TEST(artifacts::trim(path, 4 * 8192).files == 0u);
  auto gone = artifacts::trim(path, 2 * 8192 + 100);
  BOOST_TEST(gone.files == 2u);
  BOOST_TEST(gone.bytes == 2u * 8192);
  BOOST_TEST(artifacts::is_stored(path, all[0]));
  BOOST_TEST(artifacts::is_stored(path, all[1]));
  BOOST_TEST(!artifacts::is_stored(path, all[3]));
  BOOST_TEST(artifacts::trim(path, 0).files == 2u);
  BOOST_TEST(artifacts::trim(there / "none", 0).files == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
