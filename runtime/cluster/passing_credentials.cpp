// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/passing_credentials.hpp"

#include "runtime/cluster/certificate_form.hpp"

namespace tutti::cluster {

namespace {

constexpr std::int64_t day_s = 24 * 60 * 60;

} // namespace

passing_credentials make_passing_credentials(const std::string& caller,
                                             std::int64_t now_s) {
  auto from_s = now_s - day_s; // clocks may be set meanwhile
  auto until_s = now_s + certificate_days * day_s;
  auto authority_key = make_key();
  auto authority = make_certificate(
      {"tutti passing", certificate_role::authority, from_s, until_s},
      *authority_key, {});
  auto issue = [&](const std::string& name, certificate_role role) {
    auto key = make_key();
    auto x = make_certificate({name, role, from_s, until_s}, *key,
                              {authority.get(), authority_key.get()});
    return credentials{name, pem_of(*authority), pem_of(*x), pem_of(*key)};
  };
  return {issue(orchestrator_name, certificate_role::orchestrator),
          issue(caller, certificate_role::node)};
}

} // namespace tutti::cluster
