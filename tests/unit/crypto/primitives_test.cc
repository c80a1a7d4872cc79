// Published vectors first, so that what we write can be read by others; then what the contracts
// say.
#include "facegate/crypto/primitives.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace facegate::crypto {
namespace {

core::Bytes Hex(std::string_view text) { return core::HexDecode(text).value(); }

std::string ToHex(core::ByteSpan bytes) { return core::HexEncode(bytes); }

template <class Array>
Array ToArray(std::string_view hex) {
  Array array;
  const core::Bytes bytes = Hex(hex);
  FG_CHECK(bytes.size() == array.size());
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return array;
}

// ---- SHA-256, HMAC, HKDF

TEST(Sha256, MatchesFips180) {
  EXPECT_EQ(ToHex(Sha256(core::ByteSpan())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256(core::AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      ToHex(Sha256(core::AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, HashesTheConcatenationOfItsParts) {
  EXPECT_EQ(Sha256({core::AsBytes("a"), {}, core::AsBytes("bc")}), Sha256(core::AsBytes("abc")));
  EXPECT_EQ(Sha256(std::initializer_list<core::ByteSpan>{}), Sha256(core::ByteSpan()));
}

TEST(HmacSha256, MatchesRfc4231) {
  EXPECT_EQ(ToHex(HmacSha256(core::Bytes(20, 0x0b), core::AsBytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(HmacSha256(core::AsBytes("Jefe"), core::AsBytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(core::Bytes(20, 0xaa), core::Bytes(50, 0xdd))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      ToHex(HmacSha256(core::Bytes(131, 0xaa),
                       core::AsBytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, AcceptsAnEmptyKeyAndEmptyData) {
  EXPECT_EQ(ToHex(HmacSha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hkdf, MatchesRfc5869) {
  // Test case 3, the one without salt.
  EXPECT_EQ(ToHex(Hkdf(core::Bytes(22, 0x0b), "", 42).span()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
            "9d201395faa4b61a96c8");
}

TEST(Hkdf, IsExtractThenExpand) {
  const core::Bytes secret(22, 0x0b);
  const std::string info = "facegate/v1/test";
  const core::Hash256 extracted = HmacSha256(core::Bytes(32, 0), secret);
  const core::Hash256 first = HmacSha256(extracted, core::AsBytes(info + "\x01"));
  std::string second_input(core::AsText(first));
  second_input += info + "\x02";
  const core::Hash256 second = HmacSha256(extracted, core::AsBytes(second_input));
  EXPECT_EQ(ToHex(Hkdf(secret, info, 64).span()), ToHex(first) + ToHex(second));
}

TEST(Hkdf, GivesTheMostThatTheRfcAllows) {
  EXPECT_EQ(Hkdf(core::Bytes(32, 1), std::string(kHkdfInfoBytesMax, 'i'), 255 * 32).size(),
            255u * 32);
}

TEST(HkdfDeathTest, RefusesWhatItsContractExcludes) {
  const core::Bytes secret(32, 1);
  EXPECT_DEATH(Hkdf(secret, "info", 0), "check failed");
  EXPECT_DEATH(Hkdf(secret, "info", 255 * 32 + 1), "check failed");
  EXPECT_DEATH(Hkdf({}, "info", 32), "check failed");
  EXPECT_DEATH(Hkdf(secret, std::string(kHkdfInfoBytesMax + 1, 'i'), 32), "check failed");
}

// ---- Randomness

TEST(RandomBytes, AreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(ToHex(RandomBytes(16)));
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(RandomBytes(0).empty());
}

TEST(RandomSecret, HasTheSizeAskedFor) {
  EXPECT_EQ(RandomSecret(32).size(), 32u);
  EXPECT_TRUE(RandomSecret(0).empty());
  EXPECT_FALSE(EqualSecrets(RandomSecret(32).span(), RandomSecret(32).span()));
}

TEST(RandomUuid, IsAVersion4Uuid) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string uuid = RandomUuid();
    ASSERT_TRUE(IsUuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '4') << uuid;
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos) << uuid;
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST(IsUuid, AcceptsLowerCaseHexOfAnyVersionOnly) {
  EXPECT_TRUE(IsUuid("00000000-0000-0000-0000-000000000000"));
  EXPECT_TRUE(IsUuid("01234567-89ab-7cde-8f01-23456789abcd"));
  EXPECT_FALSE(IsUuid(""));
  EXPECT_FALSE(IsUuid("01234567-89AB-7cde-8f01-23456789abcd"));
  EXPECT_FALSE(IsUuid("0123456789ab7cde8f0123456789abcd"));
  EXPECT_FALSE(IsUuid("01234567-89ab-7cde-8f01-23456789abc"));
  EXPECT_FALSE(IsUuid("01234567-89ab-7cde-8f01-23456789abcde"));
  EXPECT_FALSE(IsUuid("0123456-789ab-7cde-8f01-23456789abcd"));
  EXPECT_FALSE(IsUuid("g1234567-89ab-7cde-8f01-23456789abcd"));
  EXPECT_FALSE(IsUuid("{1234567-89ab-7cde-8f01-23456789abc}"));
}

// ---- AES-256-GCM

struct GcmVector {
  std::string key, nonce, plaintext, associated_data, ciphertext, tag;
};

// The GCM specification's test cases 13, 14 and 16. Seal draws its own nonce, so vectors are
// opened.
const GcmVector kGcmVectors[] = {
    {std::string(64, '0'), std::string(24, '0'), "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {std::string(64, '0'), std::string(24, '0'), std::string(32, '0'), "",
     "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"}};

TEST(Open, MatchesTheGcmSpecification) {
  for (const GcmVector& v : kGcmVectors) {
    const auto opened =
        Open(Hex(v.key), Hex(v.nonce + v.ciphertext + v.tag), Hex(v.associated_data));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(ToHex(opened->span()), v.plaintext);
  }
}

TEST(Seal, RoundTripsEverySize) {
  const core::Bytes key = RandomBytes(32);
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 128u, 4096u, 100'000u}) {
    const core::Bytes plaintext = RandomBytes(size);
    const core::Bytes sealed = Seal(key, plaintext, core::AsBytes("what it is"));
    EXPECT_EQ(sealed.size(), 12 + size + 16);
    const auto opened = Open(key, sealed, core::AsBytes("what it is"));
    ASSERT_TRUE(opened.ok()) << size;
    EXPECT_TRUE(EqualSecrets(opened->span(), plaintext)) << size;
  }
}

TEST(Seal, DrawsAFreshNonceEachTime) {
  const core::Bytes key = RandomBytes(32);
  std::set<std::string> nonces;
  for (int i = 0; i < 500; ++i) {
    const core::Bytes sealed = Seal(key, core::AsBytes("same"), {});
    nonces.insert(ToHex(core::ByteSpan(sealed).first(12)));
  }
  EXPECT_EQ(nonces.size(), 500u);
}

void ExpectBroken(const core::Result<SecretBytes>& opened) {
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), core::Code::kDataLoss);
  EXPECT_EQ(opened.status().reason(), "SEAL_BROKEN");
}

TEST(Open, RefusesEveryFlippedBit) {
  const core::Bytes key = RandomBytes(32);
  core::Bytes sealed = Seal(key, core::AsBytes("a template"), core::AsBytes("context"));
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    ExpectBroken(Open(key, sealed, core::AsBytes("context")));
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
  }
  EXPECT_TRUE(Open(key, sealed, core::AsBytes("context")).ok());
}

TEST(Open, RefusesAnotherKeyOrOtherAssociatedData) {
  const core::Bytes key = RandomBytes(32);
  const core::Bytes sealed = Seal(key, core::AsBytes("secret"), core::AsBytes("context"));
  ExpectBroken(Open(RandomBytes(32), sealed, core::AsBytes("context")));
  ExpectBroken(Open(key, sealed, core::AsBytes("Context")));
  ExpectBroken(Open(key, sealed, {}));
}

TEST(Open, RefusesEveryTruncation) {
  const core::Bytes key = RandomBytes(32);
  const core::Bytes sealed = Seal(key, core::AsBytes("secret"), {});
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    ExpectBroken(Open(key, core::ByteSpan(sealed).first(size), {}));
  }
}

TEST(SealDeathTest, RequiresAKeyOf32Bytes) {
  EXPECT_DEATH(Seal(core::Bytes(16), core::AsBytes("x"), {}), "check failed");
  EXPECT_DEATH((void)Open(core::Bytes(31), core::Bytes(60), {}), "check failed");
}

// ---- Base64

TEST(Base64, MatchesRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(Base64Encode(core::AsBytes(plain)), encoded);
    const auto decoded = Base64Decode(encoded);
    ASSERT_TRUE(decoded.ok()) << encoded;
    EXPECT_EQ(core::AsText(*decoded), plain);
  }
  EXPECT_EQ(Base64Encode(Hex("fbefbeffffff")), "++++////");
}

TEST(Base64, RoundTripsEverySize) {
  for (std::size_t size = 0; size < 100; ++size) {
    const core::Bytes bytes = RandomBytes(size);
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)).value(), bytes);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {"Zg"sv,       "Zg="sv,       "Zg==="sv, "Z==="sv,     "===="sv,    "="sv,
        "Zh=="sv,     "Zm9="sv,      "Z=g="sv,  "Zg==Zg=="sv, " Zg="sv,    "Zg= "sv,
        "Zm9v\n"sv,   "Zm9v\nZm9"sv, "\nm9v"sv, "Zm9\n"sv,    "Zm-_"sv,    "Zm9\0"sv,
        "\0\0\0\0"sv, "Zm9\xC3"sv,   "-m9v"sv,  "Zm9v    "sv, "    Zm9v"sv}) {
    const auto decoded = Base64Decode(bad);
    ASSERT_FALSE(decoded.ok()) << bad;
    EXPECT_EQ(decoded.status().code(), core::Code::kInvalidArgument);
    EXPECT_EQ(decoded.status().reason(), "BAD_BASE64");
  }
}

// ---- Ed25519

struct SignatureVector {
  std::string seed, public_key, message, signature;
};

// RFC 8032, 7.1, tests 1 to 3.
const SignatureVector kSignatureVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(SigningKey, MatchesRfc8032) {
  for (const SignatureVector& v : kSignatureVectors) {
    const SigningKey key(Hex(v.seed));
    EXPECT_EQ(ToHex(key.public_key()), v.public_key);
    EXPECT_EQ(ToHex(key.Sign(Hex(v.message))), v.signature);
  }
}

TEST(VerifyEd25519, MatchesRfc8032) {
  for (const SignatureVector& v : kSignatureVectors) {
    EXPECT_TRUE(
        VerifyEd25519(ToArray<Ed25519Public>(v.public_key), Hex(v.message), Hex(v.signature)));
  }
}

TEST(VerifyEd25519, RefusesEveryFlippedBit) {
  const SignatureVector& v = kSignatureVectors[2];
  auto public_key = ToArray<Ed25519Public>(v.public_key);
  core::Bytes message = Hex(v.message);
  core::Bytes signature = Hex(v.signature);
  const auto refuses_flips_of = [&](std::span<std::uint8_t> bytes) {
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
      EXPECT_FALSE(VerifyEd25519(public_key, message, signature)) << "bit " << bit;
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    }
  };
  refuses_flips_of(signature);
  refuses_flips_of(message);
  refuses_flips_of(public_key);
  EXPECT_TRUE(VerifyEd25519(public_key, message, signature));
}

TEST(VerifyEd25519, RefusesASecondSpellingOfTheSameSignature) {
  // S plus the order of the group satisfies the equation too; RFC 8032 says to refuse it.
  const SignatureVector& v = kSignatureVectors[2];
  const core::Bytes order = Hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  core::Bytes signature = Hex(v.signature);
  int carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry & 0xFF);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(VerifyEd25519(ToArray<Ed25519Public>(v.public_key), Hex(v.message), signature));
}

TEST(VerifyEd25519, RefusesASignatureOfAnotherLength) {
  const SignatureVector& v = kSignatureVectors[0];
  const auto public_key = ToArray<Ed25519Public>(v.public_key);
  core::Bytes signature = Hex(v.signature);
  signature.push_back(0);
  EXPECT_FALSE(VerifyEd25519(public_key, {}, signature));
  signature.resize(63);
  EXPECT_FALSE(VerifyEd25519(public_key, {}, signature));
  EXPECT_FALSE(VerifyEd25519(public_key, {}, {}));
}

TEST(SigningKey, KeepsSigningAfterAMove) {
  SigningKey a(core::Bytes(32, 7));
  const Ed25519Public public_key = a.public_key();
  SigningKey b(std::move(a));
  SigningKey c(core::Bytes(32, 8));
  c = std::move(b);
  EXPECT_EQ(c.public_key(), public_key);
  EXPECT_TRUE(VerifyEd25519(public_key, core::AsBytes("m"), c.Sign(core::AsBytes("m"))));
}

TEST(SigningKeyDeathTest, RequiresASeedOf32Bytes) {
  EXPECT_DEATH(SigningKey(core::Bytes(31, 1)), "check failed");
  EXPECT_DEATH(SigningKey(core::Bytes(33, 1)), "check failed");
}

TEST(SigningKeyDeathTest, DoesNotSignOnceMovedFrom) {
  SigningKey a(core::Bytes(32, 7));
  const SigningKey b(std::move(a));
  EXPECT_DEATH(a.Sign({}), "check failed");  // NOLINT(bugprone-use-after-move): the question
}

}  // namespace
}  // namespace facegate::crypto
