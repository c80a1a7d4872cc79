#include "facegate/crypto/primitives.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::crypto {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kGcmKeyBytes = 32;
constexpr std::size_t kGcmNonceBytes = 12;
constexpr std::size_t kGcmTagBytes = 16;
// OpenSSL counts in int; nothing that facegate seals comes near this.
constexpr std::size_t kSealedBytesMax = INT_MAX / 2;

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer<EVP_MAC_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freer<EVP_KDF_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// Looking an algorithm up by name costs more than hashing a tree node, so each is looked up once
// and kept for the life of the process.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  FG_CHECK(md != nullptr);
  return md;
}

EVP_MAC* HmacAlgorithm() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  FG_CHECK(mac != nullptr);
  return mac;
}

EVP_KDF* HkdfAlgorithm() {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  FG_CHECK(kdf != nullptr);
  return kdf;
}

const EVP_CIPHER* GcmAlgorithm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  FG_CHECK(cipher != nullptr);
  return cipher;
}

OSSL_PARAM DigestParam() {
  static char name[] = "SHA256";
  return OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
}

OSSL_PARAM OctetParam(const char* name, core::ByteSpan bytes) {
  // OpenSSL's parameters are not const-correct; these are only read.
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()),
                                           bytes.size());
}

// OpenSSL takes a null pointer for "not given"; an empty span must still be given.
const std::uint8_t* DataOf(core::ByteSpan bytes) {
  static constexpr std::uint8_t kNothing = 0;
  return bytes.empty() ? &kNothing : bytes.data();
}

core::Status SealBroken() {
  return {core::Code::kDataLoss, "SEAL_BROKEN",
          "the sealed bytes do not open with this key and context"};
}

}  // namespace

core::Hash256 Sha256(core::ByteSpan data) { return Sha256({data}); }

core::Hash256 Sha256(std::initializer_list<core::ByteSpan> parts) {
  thread_local const MdContext context(EVP_MD_CTX_new());
  FG_CHECK(context != nullptr);
  FG_CHECK(EVP_DigestInit_ex2(context.get(), Sha256Algorithm(), nullptr) == 1);
  for (const core::ByteSpan part : parts) {
    FG_CHECK(EVP_DigestUpdate(context.get(), DataOf(part), part.size()) == 1);
  }
  core::Hash256 hash;
  FG_CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1);
  return hash;
}

core::Hash256 Sha256(const std::function<core::ByteSpan()>& next) {
  const MdContext context(EVP_MD_CTX_new());
  FG_CHECK(context != nullptr);
  FG_CHECK(EVP_DigestInit_ex2(context.get(), Sha256Algorithm(), nullptr) == 1);
  for (core::ByteSpan part = next(); !part.empty(); part = next()) {
    FG_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  core::Hash256 hash;
  FG_CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1);
  return hash;
}

core::Hash256 HmacSha256(core::ByteSpan key, core::ByteSpan data) {
  const MacContext context(EVP_MAC_CTX_new(HmacAlgorithm()));
  FG_CHECK(context != nullptr);
  const OSSL_PARAM params[] = {DigestParam(), OSSL_PARAM_construct_end()};
  FG_CHECK(EVP_MAC_init(context.get(), DataOf(key), key.size(), params) == 1);
  FG_CHECK(EVP_MAC_update(context.get(), DataOf(data), data.size()) == 1);
  core::Hash256 hash;
  std::size_t size = 0;
  FG_CHECK(EVP_MAC_final(context.get(), hash.data(), &size, hash.size()) == 1);
  FG_CHECK(size == hash.size());
  return hash;
}

SecretBytes Hkdf(core::ByteSpan secret, std::string_view info, std::size_t size) {
  FG_CHECK(!secret.empty());
  FG_CHECK(info.size() <= kHkdfInfoBytesMax);
  FG_CHECK(size > 0 && size <= 255 * kHashBytes);
  const KdfContext context(EVP_KDF_CTX_new(HkdfAlgorithm()));
  FG_CHECK(context != nullptr);
  OSSL_PARAM params[4] = {DigestParam(), OctetParam(OSSL_KDF_PARAM_KEY, secret),
                          OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (!info.empty()) params[2] = OctetParam(OSSL_KDF_PARAM_INFO, core::AsBytes(info));
  SecretBytes derived(size);
  FG_CHECK(EVP_KDF_derive(context.get(), derived.mutable_span().data(), size, params) == 1);
  return derived;
}

core::Bytes RandomBytes(std::size_t size) {
  FG_CHECK(size <= INT_MAX);
  core::Bytes bytes(size);
  FG_CHECK(RAND_bytes(bytes.data(), static_cast<int>(size)) == 1);
  return bytes;
}

SecretBytes RandomSecret(std::size_t size) {
  FG_CHECK(size <= INT_MAX);
  SecretBytes secret(size);
  FG_CHECK(RAND_priv_bytes(secret.mutable_span().data(), static_cast<int>(size)) == 1);
  return secret;
}

std::string RandomUuid() {
  core::Bytes bytes = RandomBytes(16);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
  std::string text = core::HexEncode(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (is_dash_place ? c != '-' : !is_hex) return false;
  }
  return true;
}

core::Bytes Seal(core::ByteSpan key, core::ByteSpan plaintext, core::ByteSpan associated_data) {
  FG_CHECK(key.size() == kGcmKeyBytes);
  FG_CHECK(plaintext.size() <= kSealedBytesMax && associated_data.size() <= kSealedBytesMax);
  core::Bytes sealed = RandomBytes(kGcmNonceBytes);
  sealed.resize(kGcmNonceBytes + plaintext.size() + kGcmTagBytes);
  std::uint8_t* const body = sealed.data() + kGcmNonceBytes;

  const CipherContext context(EVP_CIPHER_CTX_new());
  FG_CHECK(context != nullptr);
  FG_CHECK(EVP_EncryptInit_ex2(context.get(), GcmAlgorithm(), key.data(), sealed.data(), nullptr) ==
           1);
  int written = 0;
  FG_CHECK(EVP_EncryptUpdate(context.get(), nullptr, &written, DataOf(associated_data),
                             static_cast<int>(associated_data.size())) == 1);
  FG_CHECK(EVP_EncryptUpdate(context.get(), body, &written, DataOf(plaintext),
                             static_cast<int>(plaintext.size())) == 1);
  FG_CHECK(static_cast<std::size_t>(written) == plaintext.size());
  FG_CHECK(EVP_EncryptFinal_ex(context.get(), body + plaintext.size(), &written) == 1);
  FG_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagBytes,
                               body + plaintext.size()) == 1);
  return sealed;
}

core::Result<SecretBytes> Open(core::ByteSpan key, core::ByteSpan sealed,
                               core::ByteSpan associated_data) {
  FG_CHECK(key.size() == kGcmKeyBytes);
  FG_CHECK(associated_data.size() <= kSealedBytesMax);
  if (sealed.size() < kGcmNonceBytes + kGcmTagBytes || sealed.size() > kSealedBytesMax) {
    return SealBroken();
  }
  const core::ByteSpan nonce = sealed.first(kGcmNonceBytes);
  const core::ByteSpan tag = sealed.last(kGcmTagBytes);
  const core::ByteSpan body =
      sealed.subspan(kGcmNonceBytes, sealed.size() - kGcmNonceBytes - kGcmTagBytes);

  const CipherContext context(EVP_CIPHER_CTX_new());
  FG_CHECK(context != nullptr);
  FG_CHECK(EVP_DecryptInit_ex2(context.get(), GcmAlgorithm(), key.data(), nonce.data(), nullptr) ==
           1);
  int written = 0;
  FG_CHECK(EVP_DecryptUpdate(context.get(), nullptr, &written, DataOf(associated_data),
                             static_cast<int>(associated_data.size())) == 1);
  SecretBytes plaintext(body.size());
  // An update wants somewhere to write even when it writes nothing.
  std::uint8_t nowhere[kGcmTagBytes];
  std::uint8_t* const out = plaintext.empty() ? nowhere : plaintext.mutable_span().data();
  FG_CHECK(EVP_DecryptUpdate(context.get(), out, &written, DataOf(body),
                             static_cast<int>(body.size())) == 1);
  FG_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagBytes,
                               const_cast<std::uint8_t*>(tag.data())) == 1);
  // Until this says yes, the plaintext is not to be believed; it dies zeroed if it says no.
  if (EVP_DecryptFinal_ex(context.get(), out + body.size(), &written) != 1) return SealBroken();
  return plaintext;
}

std::string Base64Encode(core::ByteSpan data) {
  FG_CHECK(data.size() <= kSealedBytesMax);
  if (data.empty()) return {};
  std::string text((data.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL adds a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(text.data()), data.data(),
                                   static_cast<int>(data.size()));
  FG_CHECK(static_cast<std::size_t>(size) + 1 == text.size());
  text.pop_back();
  return text;
}

core::Result<core::Bytes> Base64Decode(std::string_view text) {
  const core::Status bad(core::Code::kInvalidArgument, "BAD_BASE64",
                         "not canonical base64 (standard alphabet, padded, no white space)");
  if (text.size() % 4 != 0 || text.size() > kSealedBytesMax) return bad;
  if (text.empty()) return core::Bytes{};
  core::Bytes bytes(text.size() / 4 * 3);
  const core::ByteSpan in = core::AsBytes(text);
  const int decoded = EVP_DecodeBlock(bytes.data(), in.data(), static_cast<int>(in.size()));
  if (decoded < 0) return bad;
  bytes.resize(static_cast<std::size_t>(decoded));
  for (std::size_t pad = 0; pad < 2 && text[text.size() - 1 - pad] == '='; ++pad) {
    if (bytes.empty()) return bad;
    bytes.pop_back();
  }
  // OpenSSL's decoder forgives white space, misplaced padding and stray bits; a round trip does
  // not.
  if (Base64Encode(bytes) != text) return bad;
  return bytes;
}

struct SigningKey::Impl {
  Key key;
  MdContext prepared;  // to sign with a copy of: setting one up takes longer
};

SigningKey::SigningKey(core::ByteSpan seed) : impl_(std::make_unique<Impl>()) {
  FG_CHECK(seed.size() == 32);
  impl_->key.reset(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), seed.size()));
  FG_CHECK(impl_->key != nullptr);
  std::size_t size = public_.size();
  FG_CHECK(EVP_PKEY_get_raw_public_key(impl_->key.get(), public_.data(), &size) == 1);
  FG_CHECK(size == public_.size());
  impl_->prepared.reset(EVP_MD_CTX_new());
  FG_CHECK(impl_->prepared != nullptr);
  FG_CHECK(EVP_DigestSignInit_ex(impl_->prepared.get(), nullptr, nullptr, nullptr, nullptr,
                                 impl_->key.get(), nullptr) == 1);
}

SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Ed25519Signature SigningKey::Sign(core::ByteSpan message) const {
  FG_CHECK(impl_ != nullptr);  // not moved from
  const MdContext context(EVP_MD_CTX_new());
  FG_CHECK(context != nullptr);
  FG_CHECK(EVP_MD_CTX_copy_ex(context.get(), impl_->prepared.get()) == 1);
  Ed25519Signature signature;
  std::size_t size = signature.size();
  FG_CHECK(
      EVP_DigestSign(context.get(), signature.data(), &size, DataOf(message), message.size()) == 1);
  FG_CHECK(size == signature.size());
  return signature;
}

bool VerifyEd25519(const Ed25519Public& key, core::ByteSpan message, core::ByteSpan signature) {
  if (signature.size() != std::tuple_size_v<Ed25519Signature>) return false;
  const Key public_key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key.data(), key.size()));
  if (public_key == nullptr) return false;
  const MdContext context(EVP_MD_CTX_new());
  FG_CHECK(context != nullptr);
  if (EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, public_key.get(),
                              nullptr) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), DataOf(message),
                          message.size()) == 1;
}

}  // namespace facegate::crypto
