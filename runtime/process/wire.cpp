// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/process/wire.hpp"

#include <type_traits>
#include <utility>
#include <vector>

namespace tutti::process::wire {

namespace {

constexpr std::size_t header_bytes = 4;

class writer {
public:
  explicit writer(std::string& out) : out_(out) {
  }

  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  bool field(const T& x) {
    auto bits = static_cast<std::uint64_t>(x);
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes[i] = static_cast<char>((bits >> (8 * i)) & 0xff);
    out_.append(bytes, sizeof(T));
    return true;
  }
  bool field(const std::string& x) {
    // A string over the maximum makes the frame too long, whatever its count.
    field(static_cast<std::uint32_t>(x.size()));
    out_.append(x);
    return true;
  }
  bool field(const std::vector<std::string>& xs) {
    field(static_cast<std::uint32_t>(xs.size()));
    for (const auto& x : xs)
      field(x);
    return true;
  }
  bool field(const duration& x) {
    return field(static_cast<std::int64_t>(x.count()));
  }

private:
  std::string& out_;
};

class reader {
public:
  explicit reader(std::string_view in) : in_(in) {
  }

  template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
  bool field(T& x) {
    if (in_.size() < sizeof(T))
      return false;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bits |= std::uint64_t{static_cast<unsigned char>(in_[i])} << (8 * i);
    in_.remove_prefix(sizeof(T));
    if constexpr (std::is_same_v<T, bool>) {
      x = bits != 0;
      return bits <= 1;
    } else {
      x = static_cast<T>(bits);
      return true;
    }
  }
  bool field(std::string& x) {
    std::uint32_t size = 0;
    if (!field(size) || in_.size() < size)
      return false;
    x.assign(in_.substr(0, size));
    in_.remove_prefix(size);
    return true;
  }
  bool field(std::vector<std::string>& xs) {
    std::uint32_t count = 0;
    // Each element takes at least its length, so a count cannot lie much.
    if (!field(count) || in_.size() / sizeof(std::uint32_t) < count)
      return false;
    xs.resize(count);
    for (auto& x : xs)
      if (!field(x))
        return false;
    return true;
  }
  bool field(duration& x) {
    std::int64_t ns = 0;
    if (!field(ns))
      return false;
    x = duration{ns};
    return true;
  }
  [[nodiscard]] bool at_end() const {
    return in_.empty();
  }

private:
  std::string_view in_;
};

// One list of fields for each message, for both directions.

template <class Codec, class... Fields>
bool all(Codec& c, Fields&... fields) {
  return (c.field(fields) && ...);
}

template <class T, class X>
concept is = std::is_same_v<std::remove_const_t<T>, X>;

template <class Codec>
bool fields(Codec& c, is<supervisor_options> auto& x) {
  return all(c, x.log_directory, x.io_directory, x.log_bytes_max,
             x.output_bytes_max, x.drain, x.kill_bound, x.heartbeat, x.lease);
}

template <class Codec>
bool fields(Codec& c, is<start_process> auto& x) {
  return all(c, x.id, x.name, x.argv, x.env, x.env_files, x.secrets,
             x.directory, x.input, x.idle_timeout, x.grace, x.interactive);
}

template <class Codec>
bool fields(Codec& c, is<end_process> auto& x) {
  return all(c, x.id, x.at_once);
}

template <class Codec>
bool fields(Codec& c, is<process_alive> auto& x) {
  return all(c, x.id, x.waits);
}

template <class Codec>
bool fields(Codec& c, is<end_all> auto& x) {
  return all(c, x.at_once);
}

template <class Codec>
bool fields(Codec&, is<heartbeat> auto&) {
  return true;
}

template <class Codec>
bool fields(Codec& c, is<lease> auto& x) {
  return all(c, x.suspended);
}

template <class Codec>
bool fields(Codec&, is<finish> auto&) {
  return true;
}

template <class Codec>
bool fields(Codec& c, is<secret_values> auto& x) {
  return all(c, x.names, x.values) && x.names.size() == x.values.size();
}

template <class Codec>
bool fields(Codec&, is<answer> auto&) {
  return true;
}

template <class Codec>
bool fields(Codec& c, is<process_input> auto& x) {
  return all(c, x.id, x.data, x.close, x.taken_bytes);
}

template <class Codec>
bool fields(Codec& c, is<process_output> auto& x) {
  return all(c, x.id, x.data, x.taken_bytes);
}

template <class Codec>
bool fields(Codec& c, is<process_started> auto& x) {
  return all(c, x.id, x.pid);
}

template <class Codec>
bool fields(Codec& c, is<process_line> auto& x) {
  return all(c, x.id, x.line);
}

template <class Codec>
bool fields(Codec& c, is<process_exited> auto& x) {
  return all(c, x.id, x.end, x.code, x.message, x.output, x.log,
             x.dropped_bytes, x.leaked)
      && x.end <= process_end::abandoned;
}

template <class T>
bool encode_frame(std::string& out, std::size_t kind, const T& x) {
  auto start = out.size();
  out.append(header_bytes, '\0');
  writer w{out};
  w.field(static_cast<std::uint8_t>(kind));
  fields(w, x);
  auto size = out.size() - start - header_bytes;
  if (size > frame_bytes_max) {
    out.resize(start);
    return false;
  }
  for (std::size_t i = 0; i < header_bytes; ++i)
    out[start + i] = static_cast<char>((size >> (8 * i)) & 0xff);
  return true;
}

/// The kind of a frame is the index of its alternative.
template <class Variant>
bool encode_variant(std::string& out, const Variant& x) {
  return std::visit(
      [&](const auto& y) {
        return encode_frame(out, x.index(), y);
      },
      x);
}

template <class Variant, std::size_t Index = 0>
std::optional<Variant> decode_frame(reader& r, std::uint8_t kind) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return std::nullopt;
  } else {
    if (kind != Index)
      return decode_frame<Variant, Index + 1>(r, kind);
    std::variant_alternative_t<Index, Variant> x;
    if (!fields(r, x) || !r.at_end())
      return std::nullopt;
    return Variant{std::in_place_index<Index>, std::move(x)};
  }
}

template <class Variant>
std::optional<Variant> decode_body(std::string_view body) {
  reader r{body};
  std::uint8_t kind = 0;
  if (!r.field(kind))
    return std::nullopt;
  return decode_frame<Variant>(r, kind);
}

} // namespace

bool encode(std::string& out, const order& x) {
  return encode_variant(out, x);
}

bool encode(std::string& out, const start_process& x) {
  constexpr std::size_t kind = 1;
  static_assert(
      std::is_same_v<std::variant_alternative_t<kind, order>, start_process>);
  return encode_frame(out, kind, x);
}

bool encode(std::string& out, const report& x) {
  return encode_variant(out, x);
}

frame_view first_frame(std::string_view in) {
  std::uint32_t size = 0;
  if (!reader{in}.field(size))
    return {};
  if (size == 0 || size > frame_bytes_max)
    return {frame_state::broken, {}, 0};
  if (in.size() - header_bytes < size)
    return {};
  return {frame_state::complete, in.substr(header_bytes, size),
          header_bytes + size};
}

std::optional<order> decode_order(std::string_view body) {
  return decode_body<order>(body);
}

std::optional<report> decode_report(std::string_view body) {
  return decode_body<report>(body);
}

} // namespace tutti::process::wire
