// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/source_text.hpp"

#include <vector>

namespace tutti::config {

/// Where each part of a plan is named in its text, by dense id. The implicit
/// agent stands nowhere.
struct source_map {
  std::vector<span> agents;
  std::vector<span> pools;
  std::vector<span> tasks;
  std::vector<span> phases;
  std::vector<span> gates;
  std::vector<span> contracts;
  std::vector<span> services;
};

} // namespace tutti::config
