// SPDX-License-Identifier: BSD-3-Clause
// The certificates of a cluster: a CA of its own, and one certificate for the
// orchestrator and for each node, with their keys, in one folder:
//
//   ca.crt ca.key  orchestrator.crt orchestrator.key  NAME.crt NAME.key
//
// The folder is for its owner alone (0700), and so are keys (0600). Several
// processes may use it at once. All errors name a file and the remedy (exit 7).
#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cluster {

/// Whom the orchestrator's certificate names.
inline constexpr const char* orchestrator_name = "orchestrator";

/// How long certificates are valid where nothing is said.
inline constexpr int authority_days = 3650;
inline constexpr int certificate_days = 365;

/// What one side shows and whom it believes, as PEM texts.
struct credentials {
  std::string name;        ///< of whom the certificate is
  std::string authority;   ///< certificate of the CA
  std::string certificate; ///< signed by it
  std::string key;         ///< secret
};

enum class certificate_role : std::uint8_t { authority, orchestrator, node };

[[nodiscard]] std::string_view to_string(certificate_role x);

/// What a certificate says.
struct certificate_info {
  std::string name;
  certificate_role role = certificate_role::node;
  std::int64_t valid_from_s = 0;  ///< since 1970
  std::int64_t valid_until_s = 0; ///< likewise
  std::string fingerprint;        ///< SHA-256, 64 hexadecimal digits
};

struct certificate_file {
  std::string path;
  bool has_key = false; ///< beside it
  bool made = false;    ///< just now
  certificate_info info;
};

/// What is to be issued.
struct issue_options {
  std::string name;   ///< `orchestrator_name`, or that of a node
  int days = 0;       ///< 0: the default
  std::int64_t now_s; ///< the wall clock, since 1970
};

/// `certs` in a state directory.
[[nodiscard]] std::string
certificates_directory(const std::string& state_directory);

/// Why a node cannot have this name; none: it can. At most 64 letters, digits,
/// `.`, `_` and `-`, the first one a letter or digit.
[[nodiscard]] std::optional<error> bad_node_name(std::string_view name);

/// Makes the CA where there is none, and the folder; tells of the one there is.
[[nodiscard]] expected<certificate_file>
make_authority(const std::string& directory, int days, std::int64_t now_s);

/// Issues a certificate with the CA of `directory`, into `into` (which gets the
/// CA's certificate, too). One of that name that is there is replaced; its key
/// stays.
[[nodiscard]] expected<certificate_file>
issue_certificate(const std::string& directory, const std::string& into,
                  const issue_options& options);

/// All certificates of a folder: the CA first, then by name.
[[nodiscard]] expected<std::vector<certificate_file>>
list_certificates(const std::string& directory);

/// Reads and checks what is there for this name: complete, fitting, for the
/// right purpose, from this CA, valid now, and its key for nobody else to read.
[[nodiscard]] expected<credentials>
load_credentials(const std::string& directory, const std::string& name,
                 std::int64_t now_s);

/// What the orchestrator shows; makes the CA and its certificate where they are
/// missing, and a new certificate where it expires within a month.
[[nodiscard]] expected<credentials>
orchestrator_credentials(const std::string& directory, std::int64_t now_s);

/// What a node shows. Where the CA's key lies in the folder (the orchestrator's
/// machine) a missing or expiring one is made.
[[nodiscard]] expected<credentials>
node_credentials(const std::string& directory, const std::string& name,
                 std::int64_t now_s);

} // namespace tutti::cluster
