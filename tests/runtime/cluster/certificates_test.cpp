// SPDX-License-Identifier: BSD-3-Clause
// What is made, what is believed, and what is told of what is not.
#include "runtime/cluster/certificates.hpp"

#include "runtime/cluster/certificate_form.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <ctime>
#include <filesystem>
#include <functional>
#include <set>
#include <thread>
#include <vector>

using namespace tutti;
using namespace tutti::cluster;
using test::temporary_directory;

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day_s = 24 * 60 * 60;

/// 2026-11-28, so that dates in texts are known.
constexpr std::int64_t now_s = 1'795'824'000;

/// A folder with a CA, an orchestrator's certificate and that of node "a".
struct made {
  made() {
    BOOST_REQUIRE(orchestrator_credentials(folder, now_s));
    BOOST_REQUIRE(node_credentials(folder, "a", now_s));
  }
  /// What a node without the CA's key says.
  std::string trouble(std::int64_t at_s = now_s) const {
    auto x = load_credentials(folder, "a", at_s);
    if (x)
      return "none";
    BOOST_TEST((x.error().code == exit_code::environment));
    return x.error().detail;
  }
  void write(const std::string& name, const std::string& text) const {
    dir.write("certs/" + name, text);
  }
  std::string read(const std::string& name) const {
    return dir.read("certs/" + name);
  }

  temporary_directory dir;
  std::string folder = dir / "certs";
};

unsigned mode_of(const std::string& path) {
  struct stat info {};
  BOOST_REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> result;
  for (const auto& x : fs::directory_iterator{folder})
    result.insert(x.path().filename().string());
  return result;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster_certificates)

BOOST_AUTO_TEST_CASE(what_is_missing_is_made_and_is_for_its_owner_alone) {
  made x;
  BOOST_TEST((names_in(x.folder)
              == std::set<std::string>{".gitignore", "ca.crt", "ca.key",
                                       "orchestrator.crt", "orchestrator.key",
                                       "a.crt", "a.key"}));
  BOOST_TEST(mode_of(x.folder) == 0700u);
  for (const auto* key : {"/ca.key", "/orchestrator.key", "/a.key"})
    BOOST_TEST(mode_of(x.folder + key) == 0600u);
}

BOOST_AUTO_TEST_CASE(what_is_there_is_used_again) {
  made x;
  auto first = orchestrator_credentials(x.folder, now_s);
  auto again = orchestrator_credentials(x.folder, now_s + day_s);
  BOOST_REQUIRE((first && again));
  BOOST_TEST(first->certificate == again->certificate);
  BOOST_TEST(first->key == again->key);
  BOOST_TEST(first->authority == again->authority);
  BOOST_TEST(first->name == orchestrator_name);
}

BOOST_AUTO_TEST_CASE(each_certificate_says_who_and_what_for) {
  made x;
  auto all = list_certificates(x.folder);
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->size() == 3u);
  const auto& ca = (*all)[0];
  BOOST_TEST(ca.path == x.folder + "/ca.crt");
  BOOST_TEST((ca.info.role == certificate_role::authority));
  BOOST_TEST(ca.info.name.starts_with("tutti cluster "));
  BOOST_TEST(ca.info.valid_until_s == now_s + authority_days * day_s);
  const auto& node = (*all)[1];
  BOOST_TEST(node.info.name == "a");
  BOOST_TEST((node.info.role == certificate_role::node));
  BOOST_TEST(node.info.valid_until_s == now_s + certificate_days * day_s);
  BOOST_TEST(node.info.valid_from_s == now_s - day_s);
  BOOST_TEST(node.info.fingerprint.size() == 64u);
  BOOST_TEST(node.has_key);
  BOOST_TEST(((*all)[2].info.role == certificate_role::orchestrator));
}

BOOST_AUTO_TEST_CASE(two_clusters_have_two_authorities) {
  made x;
  made y;
  auto stray = certificate_of(y.read("a.crt"));
  auto ca = certificate_of(x.read("ca.crt"));
  BOOST_TEST(X509_verify(stray.get(), X509_get0_pubkey(ca.get())) != 1);
  BOOST_TEST(name_of(*ca) != name_of(*certificate_of(y.read("ca.crt"))));
}

// Files appear whole, and one that comes later uses what the first one made.
BOOST_AUTO_TEST_CASE(many_at_once_make_one_authority) {
  temporary_directory dir;
  auto folder = dir / "state/certs";
  constexpr int count = 8;
  std::vector<credentials> got(2 * count);
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < count; ++i)
    all.emplace_back([&got, &folder, i] {
      if (auto x = orchestrator_credentials(folder, now_s))
        got[2 * i] = *x;
      if (auto x = node_credentials(folder, "a", now_s))
        got[2 * i + 1] = *x;
    });
  for (auto& x : all)
    x.join();
  for (std::size_t i = 0; i < got.size(); ++i) {
    BOOST_TEST(got[i].authority == got[0].authority);
    BOOST_TEST(got[i].certificate == got[i % 2].certificate);
    BOOST_TEST(got[i].key == got[i % 2].key);
    BOOST_TEST(!got[i].key.empty());
  }
}

BOOST_AUTO_TEST_CASE(what_was_cut_off_is_completed) {
  made x;
  auto key = x.read("a.key");
  fs::remove(x.folder + "/a.crt");
  x.write("a.crt.draft", "half a certifi");
  BOOST_REQUIRE(node_credentials(x.folder, "a", now_s));
  BOOST_TEST(x.read("a.key") == key);
  BOOST_TEST(x.trouble() == "none");
  // So is a CA of which there is only the key.
  temporary_directory other;
  other.write("certs/.keep", "");
  ::chmod((other / "certs").c_str(), 0700);
  other.write("certs/ca.key", x.read("ca.key"));
  ::chmod((other / "certs/ca.key").c_str(), 0600);
  BOOST_TEST(
      static_cast<bool>(orchestrator_credentials(other / "certs", now_s)));
}

BOOST_AUTO_TEST_CASE(what_expires_within_a_month_is_renewed_with_its_key) {
  made x;
  auto key = x.read("a.key");
  auto soon = now_s + (certificate_days - 29) * day_s;
  auto renewed = node_credentials(x.folder, "a", soon);
  BOOST_REQUIRE(renewed);
  BOOST_TEST(renewed->key == key);
  auto info = info_of(*certificate_of(renewed->certificate));
  BOOST_TEST(info.valid_until_s == soon + certificate_days * day_s);
  auto hub = orchestrator_credentials(x.folder, soon);
  BOOST_REQUIRE(hub);
  BOOST_TEST(info_of(*certificate_of(hub->certificate)).valid_until_s
             == soon + certificate_days * day_s);
}

BOOST_AUTO_TEST_CASE(no_certificate_outlives_its_authority) {
  temporary_directory dir;
  auto folder = dir / "certs";
  BOOST_REQUIRE(make_authority(folder, 10, now_s));
  auto x = issue_certificate(folder, folder, {"a", 0, now_s});
  BOOST_REQUIRE(x);
  BOOST_TEST(x->info.valid_until_s == now_s + 10 * day_s);
  auto again = make_authority(folder, 99, now_s);
  BOOST_REQUIRE(again);
  BOOST_TEST(!again->made);
  BOOST_TEST(again->info.valid_until_s == now_s + 10 * day_s);
}

BOOST_AUTO_TEST_CASE(a_folder_for_another_machine_has_all_and_no_more) {
  made x;
  auto out = x.dir / "for-b";
  auto issued = issue_certificate(x.folder, out, {"b", 7, now_s});
  BOOST_REQUIRE(issued);
  BOOST_TEST(issued->path == out + "/b.crt");
  BOOST_TEST(
      (names_in(out)
       == std::set<std::string>{".gitignore", "ca.crt", "b.crt", "b.key"}));
  BOOST_TEST(mode_of(out) == 0700u);
  BOOST_TEST(!fs::exists(x.folder + "/b.key"));
  auto there = node_credentials(out, "b", now_s);
  BOOST_REQUIRE(there);
  BOOST_TEST(there->name == "b");
  // Without the CA's key there is no renewal.
  auto late = node_credentials(out, "b", now_s + 8 * day_s);
  BOOST_REQUIRE(!late);
  BOOST_TEST(late.error().detail
             == "'" + out
                    + "/b.crt' expired on 2026-12-05 00:00 UTC: 'tutti certs "
                      "issue b --out DIR' on the orchestrator's machine makes "
                      "one; DIR is then copied here");
}

// row 19, at the start: each is an error that names the file and a remedy.
BOOST_AUTO_TEST_CASE(what_is_of_no_use_is_named_with_a_remedy) {
  struct {
    const char* file;
    std::function<void(made&)> spoil;
    const char* says;
  } cases[] = {
      {"/ca.crt",
       [](made& x) {
         fs::remove(x.folder + "/ca.crt");
       },
       "there is no"},
      {"/a.crt",
       [](made& x) {
         fs::remove(x.folder + "/a.crt");
       },
       "there is no certificate"},
      {"/a.key",
       [](made& x) {
         fs::remove(x.folder + "/a.key");
       },
       "there is no"},
      {"/a.crt",
       [](made& x) {
         x.write("a.crt", "nonsense");
       },
       "holds no certificate"},
      {"/ca.crt",
       [](made& x) {
         x.write("ca.crt", "");
       },
       "holds no certificate"},
      {"/a.key",
       [](made& x) {
         x.write("a.key", "nonsense");
       },
       "holds no key"},
      {"/a.crt",
       [](made& x) {
         x.write("a.crt", std::string(70'000, 'x'));
       },
       "too large"},
      {"/a.key",
       [](made& x) {
         ::chmod((x.folder + "/a.key").c_str(), 0640);
       },
       "is open to other users (mode 0640); say 'chmod 600"},
      {"/a.key",
       [](made& x) {
         x.write("a.key", x.read("ca.key"));
       },
       "does not fit"},
      {"/a.crt",
       [](made& x) {
         made y;
         x.write("a.crt", y.read("a.crt"));
         x.write("a.key", y.read("a.key"));
       },
       "is not from the CA of"},
      {"/a.crt",
       [](made& x) {
         x.write("a.crt", x.read("orchestrator.crt"));
         x.write("a.key", x.read("orchestrator.key"));
       },
       "is not for node 'a'"},
      {"/ca.crt",
       [](made& x) {
         x.write("ca.crt", x.read("a.crt"));
       },
       "is no certificate of a CA"},
  };
  for (const auto& x : cases) {
    made here;
    x.spoil(here);
    auto text = here.trouble();
    BOOST_TEST(has(text, here.folder + x.file), text);
    BOOST_TEST(has(text, x.says), text);
  }
  temporary_directory empty;
  auto text = load_credentials(empty / "certs", "a", now_s).error().detail;
  BOOST_TEST(has(text, "certs' is not there: 'tutti certs init'"), text);
}

BOOST_AUTO_TEST_CASE(the_time_of_a_certificate_is_looked_at) {
  made x;
  BOOST_TEST(x.trouble(now_s - day_s + 1) == "none");
  BOOST_TEST(has(x.trouble(now_s - 2 * day_s),
                 "is not valid before 2026-11-27 00:00 UTC: set the clock"));
  BOOST_TEST(x.trouble(now_s + certificate_days * day_s - 1) == "none");
  BOOST_TEST(has(x.trouble(now_s + certificate_days * day_s),
                 "a.crt' expired on 2027-11-28 00:00 UTC"));
  BOOST_TEST(
      has(x.trouble(now_s + authority_days * day_s), "ca.crt' expired on"));
}

BOOST_AUTO_TEST_CASE(only_a_whole_authority_issues) {
  made x;
  auto out = x.dir / "out";
  issue_options b{"b", 0, now_s};
  auto text = [&] {
    auto issued = issue_certificate(x.folder, out, b);
    return issued ? "none" : issued.error().detail;
  };
  ::chmod((x.folder + "/ca.key").c_str(), 0604);
  BOOST_TEST(has(text(), "ca.key' is open to other users"), text());
  x.write("ca.key", x.read("a.key"));
  ::chmod((x.folder + "/ca.key").c_str(), 0600);
  BOOST_TEST(has(text(), "ca.key' does not fit"), text());
  fs::remove(x.folder + "/ca.key");
  BOOST_TEST(has(text(), "the key of the CA is not in"), text());
  // Nothing was begun.
  BOOST_TEST(!fs::exists(out));
  // An orchestrator that was given its certificate needs no more.
  BOOST_TEST(static_cast<bool>(orchestrator_credentials(x.folder, now_s)));
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_may_enter_gets_no_keys) {
  made x;
  ::chmod(x.folder.c_str(), 0755);
  auto issued = issue_certificate(x.folder, x.folder, {"b", 0, now_s});
  BOOST_REQUIRE(!issued);
  BOOST_TEST(has(issued.error().detail, "(mode 0755); say 'chmod 700 "));
  BOOST_TEST(!fs::exists(x.folder + "/b.key"));
}

BOOST_AUTO_TEST_CASE(names_of_nodes_are_words_and_mean_nothing_else) {
  for (const auto* name : {"a", "gpu-1.lan", "A_b", "7", "a..b"})
    BOOST_TEST(!bad_node_name(name), name);
  BOOST_TEST(!bad_node_name(std::string(64, 'x')));
  for (const auto* name : {"", "orchestrator", "local", "ca", ".", "..", "-x",
                           "a b", "a/b", "a\nb", "\xc3\xa4", "../a"})
    BOOST_TEST((bad_node_name(name).has_value()), name);
  BOOST_TEST(bad_node_name(std::string(65, 'x')).has_value());
  BOOST_TEST(has(bad_node_name("a\nb")->detail, "'a?b' is no name"));
  made x;
  BOOST_TEST(!node_credentials(x.folder, "../a", now_s));
  BOOST_TEST(!issue_certificate(x.folder, x.folder, {"ca", 0, now_s}));
}

BOOST_AUTO_TEST_SUITE_END()
