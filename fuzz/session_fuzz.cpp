// SPDX-License-Identifier: BSD-3-Clause
// Whatever a session writes, however its stream is cut: each line is a message
// that can be answered, or a mistake that can be shown.
#include "actors/agent/plain_text.hpp"
#include "actors/agent/session_protocol.hpp"
#include "messages/assert.hpp"
#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace tutti;
namespace protocol = session_protocol;

bool is_shown(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

void check_line(const std::string& line) {
  auto x = protocol::decode(line);
  TUTTI_ASSERT(is_shown(x.mistake));
  if (!x.mistake.empty())
    return;
  TUTTI_ASSERT(is_shown(plain_line(line)));
  TUTTI_ASSERT(plain_line(line).size() <= 400);
  if (const auto* p = std::get_if<protocol::progress>(&x.message))
    TUTTI_ASSERT(p->percent >= -1 && p->percent <= 100);
  if (const auto* a = std::get_if<protocol::ask>(&x.message))
    TUTTI_ASSERT(!a->texts.empty() && !a->to.empty());
  if (const auto* n = std::get_if<protocol::note>(&x.message)) {
    // What it named comes back as it was.
    auto told = protocol::encode(protocol::reply{n->call, true, "{}"});
    auto back = parse_json(std::string_view{told}.substr(0, told.size() - 1));
    TUTTI_ASSERT(back && back->is_object());
    TUTTI_ASSERT(n->call.empty() || json_text((*back)["call"]) == n->call);
  }
  if (const auto* d = std::get_if<protocol::done>(&x.message)) {
    TUTTI_ASSERT(!d->id.empty());
    attempt_details details;
    details.outputs = d->outputs;
    auto told = protocol::encode(
        protocol::delivery{"a", "b", 1, task_state::succeeded, &details});
    auto back = parse_json(std::string_view{told}.substr(0, told.size() - 1));
    TUTTI_ASSERT(back && (*back)["outputs"].size() == d->outputs.size());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  // The first byte says into what pieces the stream is cut.
  auto piece = rest.empty() ? std::size_t{1}
                            : static_cast<unsigned char>(rest[0]) % 64 + 1U;
  protocol::line_reader reader;
  std::string line;
  while (!rest.empty()) {
    TUTTI_ASSERT(reader.append(rest.substr(0, piece)));
    rest.remove_prefix(std::min(piece, rest.size()));
    while (reader.next(line)) {
      TUTTI_ASSERT(line.find('\n') == std::string::npos);
      check_line(line);
    }
  }
  check_line(std::string{reinterpret_cast<const char*>(data), size});
  return 0;
}
