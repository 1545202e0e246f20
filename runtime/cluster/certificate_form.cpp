// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/certificate_form.hpp"

#include "messages/assert.hpp"

#include <fmt/format.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace tutti::cluster {

namespace {

bio_ptr readable(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::string text_of(BIO& x) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(&x, &data);
  return {data, static_cast<std::size_t>(size)};
}

void set_serial(X509& x) {
  std::array<unsigned char, 16> bytes{};
  TUTTI_ASSERT(RAND_bytes(bytes.data(), bytes.size()) == 1);
  bytes[0] &= 0x7f; // it is a positive number
  std::unique_ptr<BIGNUM, freed_by<BN_free>> number{
      BN_bin2bn(bytes.data(), bytes.size(), nullptr)};
  TUTTI_ASSERT(number
               && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&x)));
}

void set_name(X509& x, const std::string& name) {
  auto* subject = X509_get_subject_name(&x);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  TUTTI_ASSERT(X509_NAME_add_entry_by_NID(subject, NID_commonName,
                                          MBSTRING_UTF8, text,
                                          static_cast<int>(name.size()), -1, 0)
               == 1);
}

void add_extension(X509& x, X509& by, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &by, &x, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> extension{
      X509V3_EXT_conf_nid(nullptr, &context, what, value)};
  TUTTI_ASSERT(extension && X509_add_ext(&x, extension.get(), -1) == 1);
}

void add_extensions(X509& x, X509& by, certificate_role role) {
  add_extension(x, by, NID_subject_key_identifier, "hash");
  add_extension(x, by, NID_authority_key_identifier, "keyid:always");
  if (role == certificate_role::authority) {
    add_extension(x, by, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(x, by, NID_key_usage, "critical,keyCertSign");
    return;
  }
  add_extension(x, by, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(x, by, NID_key_usage, "critical,digitalSignature");
  add_extension(x, by, NID_ext_key_usage,
                role == certificate_role::orchestrator ? "critical,serverAuth"
                                                       : "critical,clientAuth");
}

std::int64_t seconds_of(const ASN1_TIME* x) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(x, &parts) != 1)
    return 0;
  return ::timegm(&parts);
}

} // namespace

certificate_ptr certificate_of(const std::string& pem) {
  certificate_ptr result{
      PEM_read_bio_X509(readable(pem).get(), nullptr, nullptr, nullptr)};
  ERR_clear_error();
  return result;
}

key_ptr key_of(const std::string& pem) {
  // Without a word for it, an encrypted one is none.
  auto no_word = [](char*, int, int, void*) {
    return -1;
  };
  key_ptr result{
      PEM_read_bio_PrivateKey(readable(pem).get(), nullptr, no_word, nullptr)};
  ERR_clear_error();
  return result;
}

key_ptr make_key() {
  key_ptr result{EVP_EC_gen("P-256")};
  TUTTI_ASSERT(result != nullptr);
  return result;
}

std::string pem_of(X509& x) {
  bio_ptr out{BIO_new(BIO_s_mem())};
  TUTTI_ASSERT(out && PEM_write_bio_X509(out.get(), &x) == 1);
  return text_of(*out);
}

std::string pem_of(EVP_PKEY& x) {
  bio_ptr out{BIO_new(BIO_s_secmem())};
  TUTTI_ASSERT(out
               && PEM_write_bio_PKCS8PrivateKey(out.get(), &x, nullptr, nullptr,
                                                0, nullptr, nullptr)
                      == 1);
  return text_of(*out);
}

certificate_ptr make_certificate(const certificate_wish& wish, EVP_PKEY& key,
                                 issuer by) {
  certificate_ptr result{X509_new()};
  TUTTI_ASSERT(result && X509_set_version(result.get(), X509_VERSION_3) == 1);
  auto& x = *result;
  if (by.certificate == nullptr)
    by = {&x, &key};
  set_serial(x);
  set_name(x, wish.name);
  TUTTI_ASSERT(
      ASN1_TIME_set(X509_getm_notBefore(&x), wish.valid_from_s) != nullptr
      && ASN1_TIME_set(X509_getm_notAfter(&x), wish.valid_until_s) != nullptr
      && X509_set_issuer_name(&x, X509_get_subject_name(by.certificate)) == 1
      && X509_set_pubkey(&x, &key) == 1);
  add_extensions(x, *by.certificate, wish.role);
  TUTTI_ASSERT(X509_sign(&x, by.key, EVP_sha256()) > 0);
  return result;
}

std::string name_of(X509& x) {
  auto* subject = X509_get_subject_name(&x);
  int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  // One name, and not one of several.
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
    return {};
  auto* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  unsigned char* utf8 = nullptr;
  auto size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::string result{reinterpret_cast<const char*>(utf8),
                     static_cast<std::size_t>(size)};
  OPENSSL_free(utf8);
  bool shown = std::all_of(result.begin(), result.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  });
  return shown ? result : std::string{};
}

bool has_role(X509& x, certificate_role role) {
  auto flags = X509_get_extension_flags(&x);
  if ((flags & EXFLAG_INVALID) != 0)
    return false;
  bool is_authority = (flags & EXFLAG_CA) != 0;
  if (role == certificate_role::authority || is_authority)
    return is_authority && role == certificate_role::authority;
  // One that does not say what for is good for nothing.
  if ((flags & EXFLAG_XKUSAGE) == 0)
    return false;
  auto uses = X509_get_extended_key_usage(&x);
  return role == certificate_role::orchestrator
           ? (uses & XKU_SSL_SERVER) != 0 && name_of(x) == orchestrator_name
           : (uses & XKU_SSL_CLIENT) != 0 && !bad_node_name(name_of(x));
}

certificate_info info_of(X509& x) {
  certificate_info result;
  result.name = name_of(x);
  for (auto role :
       {certificate_role::authority, certificate_role::orchestrator})
    if (has_role(x, role))
      result.role = role;
  result.valid_from_s = seconds_of(X509_get0_notBefore(&x));
  result.valid_until_s = seconds_of(X509_get0_notAfter(&x));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  TUTTI_ASSERT(X509_digest(&x, EVP_sha256(), digest.data(), &size) == 1);
  for (unsigned i = 0; i < size; ++i)
    result.fingerprint += fmt::format("{:02x}", digest[i]);
  return result;
}

} // namespace tutti::cluster
