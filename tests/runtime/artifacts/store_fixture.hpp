// SPDX-License-Identifier: BSD-3-Clause
// A working directory, a store, and a second working directory that receives.
#pragma once

#include "runtime/artifacts/store.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::test {

struct store_fixture {
  temporary_directory made;
  temporary_directory kept;
  temporary_directory received;
  artifacts::store store{kept / "artifacts"};

  artifacts_captured capture(std::initializer_list<std::string> patterns,
                             bool missing_ok = false) const {
    capture_artifacts x;
    x.id = 1;
    x.directory = made.path();
    x.patterns = patterns;
    x.missing_ok = missing_ok;
    return store.capture(x);
  }

  artifacts_placed place(std::vector<artifact> files) const {
    return store.place({1, received.path(), std::move(files)});
  }

  /// Where the store keeps an artifact, relative to `kept`.
  static std::string place_of(const artifact& x) {
    return "artifacts/" + x.digest.substr(0, 2) + "/" + x.digest.substr(2);
  }
};

inline std::vector<std::string> paths_of(const artifacts_captured& x) {
  BOOST_TEST(x.mistake == "");
  std::vector<std::string> result;
  for (const auto& y : x.artifacts)
    result.push_back(y.path);
  return result;
}

inline bool has_text(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace tutti::test
