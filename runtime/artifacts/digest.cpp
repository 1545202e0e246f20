// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/digest.hpp"

#include "messages/assert.hpp"
#include "runtime/process/files.hpp"

#include <openssl/evp.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

namespace tutti::artifacts {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t digest_bytes = 32;

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

std::string digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  TUTTI_ASSERT(EVP_DigestFinal_ex(context_->evp, bytes.data(), &size) == 1
               && size == digest_bytes);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (unsigned int i = 0; i < size; ++i) {
    result += digits[bytes.at(i) >> 4u];
    result += digits[bytes.at(i) & 15u];
  }
  return result;
}

copied copy_and_digest(int from, int to) {
  copied result;
  digest sum;
  std::vector<char> buffer(buffer_bytes);
  while (true) {
    auto got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      result.error_number = errno;
    if (got <= 0)
      break;
    auto size = static_cast<std::size_t>(got);
    sum.add(buffer.data(), size);
    result.size_bytes += size;
    std::size_t written = 0;
    if (to >= 0)
      result.error_number =
          process::write_all(to, {buffer.data(), size}, written);
    result.writing = result.error_number != 0;
    if (result.writing)
      break;
  }
  result.digest = sum.finish();
  return result;
}

} // namespace tutti::artifacts
