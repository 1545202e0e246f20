// SPDX-License-Identifier: BSD-3-Clause
// The conversation with the artifact store: take in files by content, put them
// where a receiver finds them, read small ones.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
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

} // namespace tutti
