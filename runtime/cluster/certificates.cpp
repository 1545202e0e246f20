// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/certificates.hpp"

#include "runtime/cluster/certificate_files.hpp"
#include "runtime/cluster/certificate_form.hpp"
#include "runtime/process/files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace tutti::cluster {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day_s = 24 * 60 * 60;
/// A certificate that is this near to its end is replaced where it can be.
constexpr std::int64_t renewed_s = 30 * day_s;
/// Clocks of machines differ.
constexpr std::int64_t clock_difference_s = day_s;
constexpr const char* authority_file = "ca";

error problem(std::string text) {
  return {exit_code::environment, std::move(text)};
}

std::string date_text(std::int64_t at_s) {
  auto at = static_cast<std::time_t>(at_s);
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", parts);
}

/// How to come to one: said where one is missing or of no use.
std::string remedy(const std::string& name) {
  if (name == orchestrator_name)
    return fmt::format("'tutti certs issue {}' makes one where the key of the "
                       "CA is",
                       name);
  return fmt::format("'tutti certs issue {} --out DIR' on the orchestrator's "
                     "machine makes one; DIR is then copied here",
                     name);
}

struct key_pair {
  std::string authority_text;
  std::string certificate_text;
  std::string key_text;
  certificate_ptr authority;
  certificate_ptr certificate;
  key_ptr key;
};

expected<certificate_ptr> parsed(const std::string& path,
                                 const std::string& text) {
  auto x = certificate_of(text);
  if (!x)
    return problem(fmt::format("'{}' holds no certificate (in PEM form); "
                               "remove it, and have another issued",
                               path));
  return x;
}

expected<certificate_ptr> read_certificate(const std::string& path,
                                           std::string& text) {
  auto file = read_part(path);
  if (!file)
    return file.error();
  text = std::move(*file);
  return parsed(path, text);
}

expected<key_ptr> read_key(const std::string& path, std::string& text) {
  auto file = read_secret(path);
  if (!file)
    return file.error();
  text = std::move(*file);
  auto x = key_of(text);
  if (!x)
    return problem(fmt::format("'{}' holds no key (in PEM form, without a "
                               "passphrase); remove it and the certificate, "
                               "and have others issued",
                               path));
  return x;
}

std::optional<error> check_time(const std::string& path, X509& x,
                                std::int64_t now_s, const std::string& what) {
  auto info = info_of(x);
  if (now_s >= info.valid_until_s)
    return problem(fmt::format("'{}' expired on {}: {}", path,
                               date_text(info.valid_until_s), what));
  if (now_s < info.valid_from_s)
    return problem(fmt::format("'{}' is not valid before {}: set the clock of "
                               "this machine",
                               path, date_text(info.valid_from_s)));
  return {};
}

std::optional<error> check_authority(const std::string& path, X509& x,
                                     std::int64_t now_s) {
  if (!has_role(x, certificate_role::authority))
    return problem(fmt::format("'{}' is no certificate of a CA", path));
  return check_time(path, x, now_s,
                    "move the folder away; 'tutti certs init' begins anew, and "
                    "all nodes need new certificates");
}

std::optional<error> check_pair(const std::string& directory,
                                const std::string& name, const key_pair& x,
                                std::int64_t now_s) {
  auto path = certificate_path(directory, name);
  if (X509_check_private_key(x.certificate.get(), x.key.get()) != 1)
    return problem(fmt::format("'{}' does not fit '{}': remove both; {}",
                               key_path(directory, name), path, remedy(name)));
  auto* signer = X509_get0_pubkey(x.authority.get());
  if (signer == nullptr || X509_verify(x.certificate.get(), signer) != 1)
    return problem(
        fmt::format("'{}' is not from the CA of '{}': remove it; {}", path,
                    certificate_path(directory, authority_file), remedy(name)));
  auto role = name == orchestrator_name ? certificate_role::orchestrator
                                        : certificate_role::node;
  if (name_of(*x.certificate) != name || !has_role(*x.certificate, role))
    return problem(fmt::format("'{}' is not for {} '{}': {}", path,
                               to_string(role), name, remedy(name)));
  return check_time(path, *x.certificate, now_s, remedy(name));
}

std::string missing(const std::string& directory, const std::string& name) {
  return fmt::format("there is no certificate '{}': {}",
                     certificate_path(directory, name), remedy(name));
}

/// The CA that issues, with its key.
struct authority_pair {
  std::string text;
  certificate_ptr certificate;
  key_ptr key;
};

expected<authority_pair> read_authority(const std::string& directory,
                                        std::int64_t now_s) {
  auto path = certificate_path(directory, authority_file);
  if (!is_there(path))
    return problem(fmt::format("there is no CA in '{}': 'tutti certs init' "
                               "makes one",
                               directory));
  if (!is_there(key_path(directory, authority_file)))
    return problem(fmt::format("the key of the CA is not in '{}': issue where "
                               "'tutti certs init' made it",
                               directory));
  authority_pair result;
  auto certificate = read_certificate(path, result.text);
  if (!certificate)
    return certificate.error();
  std::string ignored;
  auto key = read_key(key_path(directory, authority_file), ignored);
  if (!key)
    return key.error();
  result.certificate = std::move(*certificate);
  result.key = std::move(*key);
  if (X509_check_private_key(result.certificate.get(), result.key.get()) != 1)
    return problem(fmt::format("'{}' does not fit '{}': restore the one that "
                               "was made with it",
                               key_path(directory, authority_file), path));
  if (auto e = check_authority(path, *result.certificate, now_s))
    return *e;
  return result;
}

/// The key beside a certificate, made where it is missing: whatever is cut off
/// between the two files, a key is never there without fitting.
expected<key_ptr> make_or_read_key(const std::string& path) {
  std::string ignored;
  if (is_there(path))
    return read_key(path, ignored);
  auto key = make_key();
  if (auto e = write_new(path, pem_of(*key), 0600))
    return *e;
  return key;
}

certificate_file file_of(const std::string& directory, const std::string& name,
                         X509& x) {
  return {certificate_path(directory, name),
          is_there(key_path(directory, name)), false, info_of(x)};
}

/// Of a folder that is held.
expected<certificate_file> make_authority_in(const std::string& directory,
                                             int days, std::int64_t now_s) {
  auto path = certificate_path(directory, authority_file);
  std::string text;
  if (is_there(path)) {
    auto there = read_certificate(path, text);
    if (!there)
      return there.error();
    if (auto e = check_authority(path, **there, now_s))
      return *e;
    return file_of(directory, authority_file, **there);
  }
  auto key = make_or_read_key(key_path(directory, authority_file));
  if (!key)
    return key.error();
  std::array<unsigned char, 4> mark{};
  RAND_bytes(mark.data(), mark.size());
  // Two clusters are told apart by it.
  auto name = fmt::format("tutti cluster {:02x}", fmt::join(mark, ""));
  auto until = now_s + (days > 0 ? days : authority_days) * day_s;
  auto made = make_certificate(
      {name, certificate_role::authority, now_s - clock_difference_s, until},
      **key, {});
  if (auto e = write_new(path, pem_of(*made), 0644))
    return *e;
  auto result = file_of(directory, authority_file, *made);
  result.made = true;
  return result;
}

/// Into a folder that is held.
expected<certificate_file> issue_by(const authority_pair& authority,
                                    const std::string& into,
                                    const issue_options& options) {
  auto key = make_or_read_key(key_path(into, options.name));
  if (!key)
    return key.error();
  auto role = options.name == orchestrator_name ? certificate_role::orchestrator
                                                : certificate_role::node;
  auto days = options.days > 0 ? options.days : certificate_days;
  // None is worth more than its CA.
  auto until = std::min(options.now_s + days * day_s,
                        info_of(*authority.certificate).valid_until_s);
  auto made = make_certificate(
      {options.name, role, options.now_s - clock_difference_s, until}, **key,
      {authority.certificate.get(), authority.key.get()});
  if (auto e =
          write_new(certificate_path(into, options.name), pem_of(*made), 0644))
    return *e;
  auto result = file_of(into, options.name, *made);
  result.made = true;
  return result;
}

/// In a folder that is held, beside its CA.
expected<certificate_file> issue_in(const std::string& directory,
                                    const issue_options& options) {
  auto authority = read_authority(directory, options.now_s);
  if (!authority)
    return authority.error();
  return issue_by(*authority, directory, options);
}

/// For another machine: with the CA's certificate.
expected<certificate_file> issue_into(const std::string& directory,
                                      const std::string& into,
                                      const issue_options& options) {
  auto held = hold(directory, hold_kind::reading);
  if (!held)
    return held.error();
  auto authority = read_authority(directory, options.now_s);
  if (!authority)
    return authority.error();
  auto other = make_and_hold(into);
  if (!other)
    return other.error();
  if (auto e = write_new(certificate_path(into, authority_file),
                         authority->text, 0644))
    return *e;
  return issue_by(*authority, into, options);
}

/// Whether there is one that will do for a while.
bool will_do(const std::string& directory, const std::string& name,
             std::int64_t now_s) {
  std::string text;
  auto path = certificate_path(directory, name);
  if (!is_there(path) || !is_there(key_path(directory, name)))
    return false;
  auto x = read_certificate(path, text);
  // What is broken is not replaced but told of.
  return !x || info_of(**x).valid_until_s > now_s + renewed_s;
}

expected<credentials> load_from(const std::string& directory,
                                const std::string& name, std::int64_t now_s) {
  key_pair x;
  auto authority = certificate_path(directory, authority_file);
  for (const auto& path : {authority, certificate_path(directory, name),
                           key_path(directory, name)})
    if (!is_there(path))
      return problem(
          path == authority || path.ends_with(".key")
              ? fmt::format("there is no '{}': {}", path, remedy(name))
              : missing(directory, name));
  auto ca = read_certificate(authority, x.authority_text);
  if (!ca)
    return ca.error();
  x.authority = std::move(*ca);
  auto certificate =
      read_certificate(certificate_path(directory, name), x.certificate_text);
  if (!certificate)
    return certificate.error();
  x.certificate = std::move(*certificate);
  auto key = read_key(key_path(directory, name), x.key_text);
  if (!key)
    return key.error();
  x.key = std::move(*key);
  if (auto e = check_authority(authority, *x.authority, now_s))
    return *e;
  if (auto e = check_pair(directory, name, x, now_s))
    return *e;
  return credentials{name, std::move(x.authority_text),
                     std::move(x.certificate_text), std::move(x.key_text)};
}

} // namespace

std::string_view to_string(certificate_role x) {
  switch (x) {
  case certificate_role::authority:
    return "CA";
  case certificate_role::orchestrator:
    return "orchestrator";
  case certificate_role::node:
    return "node";
  }
  return "node";
}

std::string certificates_directory(const std::string& state_directory) {
  return state_directory + "/certs";
}

std::optional<error> bad_node_name(std::string_view name) {
  constexpr std::size_t length_max = 64; // of a certificate's name
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9');
  };
  auto fits = [&](char c) {
    return is_word(c) || c == '.' || c == '_' || c == '-';
  };
  if (name.empty() || name.size() > length_max || !is_word(name.front())
      || !std::all_of(name.begin(), name.end(), fits)) {
    // It may come from anywhere.
    std::string shown{name.substr(0, 2 * length_max)};
    auto is_harmless = [](char c) {
      return c >= ' ' && c <= '~';
    };
    std::replace_if(shown.begin(), shown.end(), std::not_fn(is_harmless), '?');
    return error{exit_code::bad_plan,
                 fmt::format("'{}' is no name for a node: 1 to {} letters, "
                             "digits, '.', '_' and '-', a letter or digit "
                             "first",
                             shown, length_max)};
  }
  if (name == orchestrator_name || name == "local" || name == authority_file)
    return error{exit_code::bad_plan,
                 fmt::format("'{}' means something else: name the node "
                             "otherwise",
                             name)};
  return {};
}

expected<certificate_file> make_authority(const std::string& directory,
                                          int days, std::int64_t now_s) {
  auto held = make_and_hold(directory);
  if (!held)
    return held.error();
  return make_authority_in(directory, days, now_s);
}

expected<certificate_file> issue_certificate(const std::string& directory,
                                             const std::string& into,
                                             const issue_options& options) {
  if (options.name != orchestrator_name)
    if (auto e = bad_node_name(options.name))
      return *e;
  std::error_code ignored;
  if (!fs::equivalent(directory, into, ignored) && directory != into)
    return issue_into(directory, into, options);
  auto held = hold(directory, hold_kind::writing);
  if (!held)
    return held.error();
  return issue_in(directory, options);
}

expected<credentials> load_credentials(const std::string& directory,
                                       const std::string& name,
                                       std::int64_t now_s) {
  auto held = hold(directory, hold_kind::reading);
  if (!held)
    return held.error();
  return load_from(directory, name, now_s);
}

expected<credentials> orchestrator_credentials(const std::string& directory,
                                               std::int64_t now_s) {
  auto held = make_and_hold(directory);
  if (!held)
    return held.error();
  // With a CA and no key of it here others see to the certificates.
  if (is_there(key_path(directory, authority_file))
      || !is_there(certificate_path(directory, authority_file)))
    if (auto made = make_authority_in(directory, 0, now_s); !made)
      return made.error();
  if (is_there(key_path(directory, authority_file))
      && !will_do(directory, orchestrator_name, now_s))
    if (auto made = issue_in(directory, {orchestrator_name, 0, now_s}); !made)
      return made.error();
  return load_from(directory, orchestrator_name, now_s);
}

expected<credentials> node_credentials(const std::string& directory,
                                       const std::string& name,
                                       std::int64_t now_s) {
  if (auto e = bad_node_name(name))
    return *e;
  bool issues = is_there(key_path(directory, authority_file));
  auto held = hold(directory, issues ? hold_kind::writing : hold_kind::reading);
  if (!held)
    return held.error();
  if (issues && is_there(certificate_path(directory, authority_file))
      && !will_do(directory, name, now_s))
    if (auto made = issue_in(directory, {name, 0, now_s}); !made)
      return made.error();
  return load_from(directory, name, now_s);
}

expected<std::vector<certificate_file>>
list_certificates(const std::string& directory) {
  auto held = hold(directory, hold_kind::reading);
  if (!held)
    return held.error();
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& x : fs::directory_iterator{directory, failure})
    if (x.path().extension() == ".crt")
      names.push_back(x.path().stem().string());
  if (failure)
    return problem(fmt::format("the folder of certificates '{}' cannot be "
                               "read: {}",
                               directory, failure.message()));
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return std::pair{a != authority_file, a}
         < std::pair{b != authority_file, b};
  });
  std::vector<certificate_file> result;
  std::string text;
  for (const auto& name : names) {
    auto x = read_certificate(certificate_path(directory, name), text);
    if (!x)
      return x.error();
    result.push_back(file_of(directory, name, **x));
  }
  return result;
}

} // namespace tutti::cluster
