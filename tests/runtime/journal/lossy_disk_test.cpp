// SPDX-License-Identifier: BSD-3-Clause
// The disk that the power-loss tests stand on: that it keeps what it promises,
// and that nothing it promises not to do is left undone.
#include "tests/support/lossy_disk.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

namespace tutti::test {

namespace {

constexpr auto sector = disk_traits::sector;
constexpr const char* name = "/run/file";

std::string filled(std::size_t sectors, char c) {
  return std::string(sectors * sector, c);
}

/// A durable file of three sectors of 'a'.
lossy_disk three_sectors(disk_traits traits = {}) {
  lossy_disk disk{traits};
  disk.put(name, filled(3, 'a'));
  return disk;
}

/// What is found after the losses of many seeds: a letter a sector, '#' where a
/// sector holds more than one, '0' for zeros.
std::set<std::string> after(const lossy_disk& disk, loss how) {
  std::set<std::string> result;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    auto left = disk;
    left.lose_power(how, seed);
    std::string letters;
    auto all = left.content(name);
    for (std::size_t i = 0; i < all.size(); i += sector) {
      auto one = all.substr(i, sector);
      bool same = one.find_first_not_of(one[0]) == std::string_view::npos;
      letters += !same ? '#' : one[0] == '\0' ? '0' : one[0];
    }
    result.insert(letters);
  }
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_lossy_disk)

BOOST_AUTO_TEST_CASE(what_was_synced_survives) {
  auto disk = three_sectors();
  auto file = *disk.find(name);
  disk.write(file, sector, filled(1, 'b'));
  disk.truncate(file, 2 * sector);
  disk.sync(file);
  for (auto how : {loss::everything, loss::some, loss::garbage})
    BOOST_TEST(after(disk, how) == std::set<std::string>{"ab"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unsynced_writes_are_dropped_reordered_and_torn) {
  auto disk = three_sectors();
  disk.write(*disk.find(name), 0, filled(2, 'b'));
  disk.write(*disk.find(name), sector, filled(2, 'c'));
  BOOST_TEST(disk.content(name) == filled(1, 'b') + filled(2, 'c'));
  auto found = after(disk, loss::some);
  BOOST_TEST(after(disk, loss::everything) == std::set<std::string>{"aaa"},
             boost::test_tools::per_element());
  for (const auto* state : {"aaa", "bca", "bcc", "baa", "acc", "bba", "aac"})
    BOOST_TEST(found.contains(state), state);
  for (const auto& state : found)
    BOOST_TEST(state.find_first_not_of("abc") == std::string::npos, state);
}

BOOST_AUTO_TEST_CASE(a_longer_file_may_end_in_zeros) {
  auto disk = three_sectors();
  disk.write(*disk.find(name), 3 * sector, filled(2, 'b'));
  auto found = after(disk, loss::some);
  for (const auto* state : {"aaa", "aaabb", "aaa0b", "aaab0", "aaa0"})
    BOOST_TEST(found.contains(state), state);
}

BOOST_AUTO_TEST_CASE(a_truncation_may_be_undone) {
  auto disk = three_sectors();
  disk.truncate(*disk.find(name), sector);
  disk.write(*disk.find(name), sector, filled(1, 'b'));
  auto found = after(disk, loss::some);
  for (const auto* state : {"aaa", "a", "ab", "aba"})
    BOOST_TEST(found.contains(state), state);
}

BOOST_AUTO_TEST_CASE(garbage_takes_the_sector_unless_that_is_promised) {
  auto neighbours_change = [](bool promised) {
    auto disk = three_sectors({promised});
    disk.write(*disk.find(name), sector + 100, std::string(50, 'b'));
    bool written_changes = false;
    bool neighbours = false;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      auto left = disk;
      left.lose_power(loss::garbage, seed);
      auto all = std::string{left.content(name)};
      BOOST_REQUIRE(all.size() == 3 * sector);
      BOOST_TEST(all.substr(0, sector) == filled(1, 'a'));
      BOOST_TEST(all.substr(2 * sector) == filled(1, 'a'));
      auto written = all.substr(sector + 100, 50);
      written_changes |= written.find_first_not_of("ab") != std::string::npos;
      neighbours |= all.substr(sector, 100) != std::string(100, 'a');
      neighbours |= all.substr(sector + 150, 300) != std::string(300, 'a');
    }
    BOOST_TEST(written_changes);
    return neighbours;
  };
  BOOST_TEST(neighbours_change(false));
  BOOST_TEST(!neighbours_change(true));
}

BOOST_AUTO_TEST_CASE(a_name_is_durable_once_its_folder_is_synced) {
  lossy_disk disk;
  auto file = disk.create(name);
  disk.write(file, 0, filled(1, 'a'));
  disk.sync(file);
  auto found = after(disk, loss::some);
  BOOST_TEST(found == (std::set<std::string>{"", "a"}),
             boost::test_tools::per_element());
  disk.sync_folder_of("/elsewhere/file");
  BOOST_TEST(after(disk, loss::everything).contains(""));
  disk.sync_folder_of(name);
  BOOST_TEST(after(disk, loss::everything) == std::set<std::string>{"a"},
             boost::test_tools::per_element());
  disk.remove(name);
  BOOST_TEST(!disk.find(name));
  BOOST_TEST(after(disk, loss::some) == (std::set<std::string>{"", "a"}),
             boost::test_tools::per_element());
}

// A later sync does not mend it, as on Linux: what could not be written counts
// as clean.
BOOST_AUTO_TEST_CASE(what_a_failed_sync_lost_can_be_read_until_the_power_goes) {
  bool lost = false;
  for (char c = 'b'; c < 'j'; ++c) {
    auto disk = three_sectors();
    auto file = *disk.find(name);
    disk.write(file, 0, filled(3, c));
    for (int i = 0; i < c; ++i) // another seed
      disk.write(file, 3 * sector, "");
    disk.fail_sync(file);
    BOOST_TEST(disk.content(name) == filled(3, c));
    disk.sync(file);
    lost |= after(disk, loss::some) != std::set{std::string(3, c)};
    disk.write(file, 0, filled(3, 'z'));
    disk.sync(file);
    BOOST_TEST(after(disk, loss::some).contains("zzz"));
  }
  BOOST_TEST(lost);
}

BOOST_AUTO_TEST_CASE(the_same_seed_leaves_the_same) {
  auto disk = three_sectors();
  for (std::size_t i = 0; i < 50; ++i)
    disk.write(*disk.find(name), i * 300, std::string(300, 'b'));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto first = disk;
    auto second = disk;
    first.lose_power(loss::garbage, seed);
    second.lose_power(loss::garbage, seed);
    BOOST_TEST(first.content(name) == second.content(name));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::test
