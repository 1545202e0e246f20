// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/digest.hpp"

#include "messages/assert.hpp"
#include "runtime/process/files.hpp"

#include <openssl/evp.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

namespace tutti::artifacts {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;

} // namespace

struct digest::context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~context() {
    EVP_MD_CTX_free(evp);
  }
};

digest::digest() : context_(std::make_unique<context>()) {
  TUTTI_ASSERT(context_->evp != nullptr
               && EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) == 1);
}

digest::~digest() = default;

void digest::add(const char* data, std::size_t size) {
  TUTTI_ASSERT(EVP_DigestUpdate(context_->evp, data, size) == 1);
}

digest::bytes digest::final_bytes() {
  bytes result{};
  unsigned int size = 0;
  TUTTI_ASSERT(EVP_DigestFinal_ex(context_->evp, result.data(), &size) == 1
               && size == result.size());
  return result;
}

std::string digest::finish() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (auto x : final_bytes()) {
    result += digits[x >> 4u];
    result += digits[x & 15u];
  }
  return result;
}

std::array<std::uint64_t, 2> digest::finish_short() {
  auto all = final_bytes();
  std::array<std::uint64_t, 2> result{};
  std::memcpy(result.data(), all.data(), sizeof result);
  return result;
}

namespace {

/// Each byte is as the one before it.
bool is_all_zeros(std::string_view x) {
  return x.empty()
      || (x.front() == '\0'
          && std::memcmp(x.data(), x.data() + 1, x.size() - 1) == 0);
}

/// Zeros become a hole: what was sparse stays so.
int write_piece(int to, std::string_view piece) {
  if (to < 0)
    return 0;
  if (is_all_zeros(piece))
    return ::lseek(to, static_cast<off_t>(piece.size()), SEEK_CUR) < 0 ? errno
                                                                       : 0;
  std::size_t written = 0;
  return process::write_all(to, piece, written);
}

} // namespace

copied copy_and_digest(int from, int to, std::uint64_t bytes_max) {
  copied result;
  digest sum;
  std::vector<char> buffer(buffer_bytes);
  while (result.size_bytes <= bytes_max) {
    auto wanted = std::min<std::uint64_t>(buffer.size(),
                                          bytes_max - result.size_bytes + 1);
    auto got = ::read(from, buffer.data(), wanted);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      result.error_number = errno;
    if (got <= 0)
      break;
    auto size = static_cast<std::size_t>(got);
    sum.add(buffer.data(), size);
    result.size_bytes += size;
    result.error_number = write_piece(to, {buffer.data(), size});
    result.writing = result.error_number != 0;
    if (result.writing)
      break;
  }
  // What ends in a hole has not come to its end yet.
  if (to >= 0 && result.error_number == 0
      && ::ftruncate(to, static_cast<off_t>(result.size_bytes)) != 0) {
    result.error_number = errno;
    result.writing = true;
  }
  result.digest = sum.finish();
  return result;
}

} // namespace tutti::artifacts
