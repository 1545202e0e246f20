// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/text_filter.hpp"

#include <cstdint>
#include <utility>

namespace tutti::process {

namespace {

constexpr unsigned char escape = 0x1b;
constexpr std::string_view replacement = "\xef\xbf\xbd";

struct code_point {
  std::uint32_t value = 0;
  std::size_t bytes = 0; ///< 0: no valid sequence starts here
};

/// The well-formed sequence (RFC 3629) at the start of `in`.
code_point decode(std::string_view in) {
  auto at = [in](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(in[i]);
  };
  auto first = at(0);
  if (first < 0x80)
    return {first, 1};
  std::size_t bytes = first >= 0xf0 ? 4
                    : first >= 0xe0 ? 3
                    : first >= 0xc2 ? 2
                                    : 0;
  if (bytes == 0 || first > 0xf4 || in.size() < bytes)
    return {};
  auto value = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xc0) != 0x80)
      return {};
    value = (value << 6) | (at(i) & 0x3f);
  }
  auto overlong =
      (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  auto surrogate = value >= 0xd800 && value <= 0xdfff;
  if (overlong || surrogate || value > 0x10ffff)
    return {};
  return {value, bytes};
}

/// Bytes of the parameters, intermediates and final byte of a CSI sequence.
std::size_t csi_bytes(std::string_view in) {
  std::size_t i = 0;
  while (i < in.size() && in[i] >= 0x20 && in[i] <= 0x3f)
    ++i;
  if (i < in.size() && in[i] >= 0x40 && in[i] <= 0x7e)
    ++i;
  return i;
}

/// Bytes of a control string (OSC, DCS, …) up to its terminator: BEL, ESC \ or
/// the C1 form of ST. Without one it swallows everything, as a terminal does.
std::size_t control_string_bytes(std::string_view in) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '\a')
      return i + 1;
    if (in[i] == escape)
      return i + 1 < in.size() && in[i + 1] == '\\' ? i + 2 : i;
    if (in.substr(i, 2) == "\xc2\x9c")
      return i + 2;
  }
  return in.size();
}

/// Bytes after an introducer given in its 7-bit form ('[' for CSI, …).
std::size_t sequence_bytes(char introducer, std::string_view in) {
  switch (introducer) {
  case '[':
    return csi_bytes(in);
  case ']': // OSC
  case 'P': // DCS
  case 'X': // SOS
  case '^': // PM
  case '_': // APC
    return control_string_bytes(in);
  default:
    return 0;
  }
}

/// Bytes of the escape sequence at the start of `in`, which is an ESC.
std::size_t escape_bytes(std::string_view in) {
  std::size_t i = 1;
  while (i < in.size() && in[i] >= 0x20 && in[i] <= 0x2f)
    ++i; // intermediates, as in ESC ( B
  if (i == in.size() || in[i] < 0x30 || in[i] > 0x7e)
    return i;
  auto introducer = in[i];
  if (i > 1)
    return i + 1;
  return 2 + sequence_bytes(introducer, in.substr(2));
}

/// Whether a code point would reorder or hide text around it: the directional
/// controls, which can make a line say something else than it does.
bool reorders(std::uint32_t x) {
  return x == 0x200e || x == 0x200f || (x >= 0x202a && x <= 0x202e)
      || (x >= 0x2066 && x <= 0x2069) || x == 0x2028 || x == 0x2029;
}

/// The text without escape sequences and controls; '\r' and '\n' become '\r'.
class cleaner {
public:
  cleaner(std::string_view in, std::size_t bytes_max)
    : in_(in), bytes_max_(bytes_max) {
  }

  std::string run() {
    while (!in_.empty())
      step();
    return out_.empty() ? std::move(overwritten_) : std::move(out_);
  }

private:
  void step() {
    auto first = static_cast<unsigned char>(in_[0]);
    if (first == escape)
      return in_.remove_prefix(escape_bytes(in_));
    auto point = decode(in_);
    if (point.bytes == 0) {
      add(replacement);
      return in_.remove_prefix(1);
    }
    auto text = in_.substr(0, point.bytes);
    in_.remove_prefix(point.bytes);
    if (point.value == '\r' || point.value == '\n')
      overwrite();
    else if (point.value == '\t')
      add(" ");
    else if (point.value >= 0x80 && point.value < 0xa0)
      in_.remove_prefix(
          sequence_bytes(static_cast<char>(point.value - 0x40), in_));
    else if (point.value >= 0x20 && point.value != 0x7f
             && !reorders(point.value))
      add(text);
  }

  void add(std::string_view text) {
    full_ = full_ || out_.size() + text.size() > bytes_max_;
    if (!full_)
      out_.append(text);
  }

  void overwrite() {
    if (!out_.empty())
      overwritten_ = std::move(out_);
    out_.clear();
    full_ = false;
  }

  std::string_view in_;
  std::size_t bytes_max_;
  std::string out_;
  std::string overwritten_;
  bool full_ = false;
};

} // namespace

std::string clean_line(std::string_view raw, std::size_t bytes_max) {
  return cleaner{raw, bytes_max}.run();
}

} // namespace tutti::process
