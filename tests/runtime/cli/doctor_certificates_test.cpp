// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/doctor.hpp"
#include "runtime/cluster/certificates.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <sys/stat.h>

using namespace tutti;
using namespace tutti::test;
using cli::check_status;

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t now = 20'000 * day;

/// A state directory with a CA and the certificate of a node, gpu-1.
struct fixture {
  temporary_directory state;
  std::string certs = state / "certs";

  fixture() {
    BOOST_REQUIRE(cluster::make_authority(certs, 0, now));
    BOOST_REQUIRE(cluster::issue_certificate(certs, certs, {"gpu-1", 0, now}));
  }

  [[nodiscard]] cli::health_checks checked(std::int64_t at = now) const {
    cli::health_checks result;
    cli::check_certificates(state.path(), at * 1'000'000'000, result);
    return result;
  }
  /// The only one.
  [[nodiscard]] cli::health_check check(std::int64_t at = now) const {
    auto all = checked(at);
    BOOST_REQUIRE_EQUAL(all.size(), 1u);
    return all[0];
  }
  /// As on a machine that has got its certificate from elsewhere.
  void take_ca_key() const {
    std::filesystem::remove(certs + "/ca.key");
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cli_doctor_certificates, fixture)

BOOST_AUTO_TEST_CASE(without_certificates_nothing_is_said) {
  std::filesystem::remove_all(certs);
  BOOST_TEST(checked().empty());
}

BOOST_AUTO_TEST_CASE(how_long_they_are_valid_is_said) {
  auto x = check();
  BOOST_TEST((x.status == check_status::ok));
  BOOST_TEST(has(x.text, "2 in '" + certs + "', valid for 365 days"), x.text);
}

BOOST_AUTO_TEST_CASE(what_expires_soon_is_warned_of_unless_it_renews_itself) {
  BOOST_TEST((check(now + 350 * day).status == check_status::ok));
  take_ca_key();
  auto x = check(now + 350 * day);
  BOOST_TEST((x.status == check_status::warn));
  BOOST_TEST(has(x.text, "gpu-1.crt' expires in 15 days"), x.text);
  BOOST_TEST(has(x.remedy, "tutti certs issue gpu-1"), x.remedy);
}

BOOST_AUTO_TEST_CASE(what_has_expired_fails) {
  take_ca_key();
  auto x = check(now + 370 * day);
  BOOST_TEST((x.status == check_status::fail));
  BOOST_TEST(has(x.text, "gpu-1.crt' has expired 5 days ago"), x.text);
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_named) {
  ::chmod((certs + "/gpu-1.key").c_str(), 0644);
  auto all = checked();
  BOOST_REQUIRE(!all.empty());
  BOOST_TEST((all[0].status == check_status::fail));
  BOOST_TEST(has(all[0].text, "gpu-1.key' is open to other users (mode 0644)"),
             all[0].text);
  BOOST_TEST(has(all[0].remedy, "chmod 600"), all[0].remedy);
}

BOOST_AUTO_TEST_CASE(certificates_without_their_ca_are_of_no_use) {
  std::filesystem::remove(certs + "/ca.crt");
  auto x = check();
  BOOST_TEST((x.status == check_status::fail));
  BOOST_TEST(has(x.text, "no CA (ca.crt)"), x.text);
}

BOOST_AUTO_TEST_SUITE_END()
