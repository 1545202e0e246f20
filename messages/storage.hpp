// SPDX-License-Identifier: BSD-3-Clause
// The conversation with the artifact store: take in files by content, put them
// where a receiver finds them, read small ones.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tutti {

/// Take in what the patterns match below `directory`, and read `files`.
/// Answered by one `artifacts_captured`, after all is on disk (semantics §30).
struct capture_artifacts {
  std::uint64_t id = 0;              ///< chosen by the asker
  std::string directory;             ///< absolute: the working directory
  std::vector<std::string> patterns; ///< relative; `*`, `?`, `[a-z]`, `**`
  std::vector<std::string> files;    ///< absolute, each at most 1 MiB
  bool missing_ok = false; ///< a pattern that matches nothing is no mistake
};

struct artifacts_captured {
  std::uint64_t id = 0;
  std::vector<artifact> artifacts; ///< sorted by path, each path once
  std::vector<std::string> texts;  ///< of `files`, in their order
  std::string mistake;             ///< one sentence; empty: all was taken in
  bool no_space = false;           ///< the mistake is a full disk
};

/// Put files below `directory` under their own relative paths. A file that has
/// the same content already is left alone. Answered by one `artifacts_placed`.
struct place_artifacts {
  std::uint64_t id = 0;
  std::string directory; ///< absolute
  std::vector<artifact> artifacts;
};

struct artifacts_placed {
  std::uint64_t id = 0;
  std::string mistake; ///< one sentence; empty: all are there
  bool no_space = false;
};

/// Keep a result on disk until the run ends (semantics §21). Answered by
/// `payload_kept`.
struct keep_payload {
  std::uint64_t id = 0; ///< chosen by the asker
  std::shared_ptr<const attempt_details> details;
};

struct payload_kept {
  std::uint64_t id = 0;
  payload_ref payload;
  std::string mistake; ///< one sentence; empty: it is on disk
};

/// Give it back; as often as wanted. Answered by `payload_loaded`.
struct load_payload {
  std::uint64_t id = 0; ///< chosen by the asker
  payload_ref payload;
};

struct payload_loaded {
  std::uint64_t id = 0;
  std::shared_ptr<const attempt_details> details; ///< null where a mistake is
  std::string mistake;                            ///< one sentence
};

} // namespace tutti
