#include "facegate/tlog/note.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace facegate::tlog {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// The example of golang.org/x/mod/sumdb/note, whose signing key is public too.
const std::string kPeterVkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kPeterSecret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const std::string kPeterText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string kPeterLine =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE"
    "6RyyBwJnAM=\n";
const std::string kPeterNote = kPeterText + "\n" + kPeterLine;

// The example of the C2SP signed-note specification.
const std::string kFooVkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kFooNote =
    "This is an example message.\n"
    "\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHj"
    "G1Yu72IneyaQM=\n";

crypto::SigningKey PeterKey() {
  const core::Bytes type_and_seed = crypto::Base64Decode(kPeterSecret).value();
  return crypto::SigningKey(core::ByteSpan(type_and_seed).subspan(1));
}

crypto::SigningKey KeyOf(std::uint8_t n) { return crypto::SigningKey(core::Bytes(32, n)); }

VerifierKey Vkey(std::string_view text) { return VerifierKey::Parse(text).value(); }

// Parsed and verified; "" if all is well, else the reason.
std::string ReasonToRefuse(std::string_view bytes, const VerifierKey& key) {
  const auto note = ParseNote(bytes);
  return note.ok() ? VerifyNote(*note, key).reason() : note.status().reason();
}

// ---- Published examples

TEST(Note, OpensTheSpecificationsExample) {
  const auto note = ParseNote(kFooNote);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->text, "This is an example message.\n");
  ASSERT_EQ(note->signatures.size(), 1u);
  EXPECT_EQ(note->signatures[0].name, "example.com/foo");
  EXPECT_EQ(note->signatures[0].id, 0x530d903au);
  EXPECT_EQ(note->signatures[0].signature.size(), 64u);
  EXPECT_TRUE(VerifyNote(*note, Vkey(kFooVkey)).ok());
}

TEST(Note, SignsGosExampleByteForByte) {
  Note note{kPeterText, {}};
  SignNote(note, "PeterNeumann", PeterKey());
  EXPECT_EQ(EncodeNote(note), kPeterNote);
  EXPECT_EQ(ReasonToRefuse(kPeterNote, Vkey(kPeterVkey)), "");
  EXPECT_EQ(MakeVerifierKey("PeterNeumann", kSigEd25519, PeterKey().public_key()).ToString(),
            kPeterVkey);
}

TEST(Note, ReadsTheSpecificationsExampleOfATextWithEmptyLines) {
  const std::string bytes =
      "Ognuno sta solo sul cuor della terra\n"
      "trafitto da un raggio di sole:\n"
      "\n"
      "ed è subito sera.\n"
      "\n"
      "— quasimodo.example/salvatore "
      "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNt"
      "Ic=\n";
  const auto note = ParseNote(bytes);
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(note->text.ends_with("\n\ned è subito sera.\n"));
  ASSERT_EQ(note->signatures.size(), 1u);
  EXPECT_EQ(note->signatures[0].id, 0x367ba04bu);
  EXPECT_EQ(EncodeNote(*note), bytes);
}

TEST(Note, ReadsTheSpecificationsExampleOfACosignedCheckpoint) {
  const std::string bytes =
      "example.com/behind-the-sofa\n"
      "20852163\n"
      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
      "\n"
      "— example.com/behind-the-sofa "
      "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAY"
      "Q8=\n"
      "— witness.example.com/w1 "
      "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+m"
      "bIUBkBIfZ+qnA==\n";
  const auto note = ParseNote(bytes);
  ASSERT_TRUE(note.ok());
  ASSERT_EQ(note->signatures.size(), 2u);
  EXPECT_EQ(note->signatures[0].signature.size(), 64u);
  EXPECT_EQ(note->signatures[1].name, "witness.example.com/w1");
  ASSERT_EQ(note->signatures[1].signature.size(), 8u + 64u);
  EXPECT_EQ(core::HexEncode(core::ByteSpan(note->signatures[1].signature).first(8)),
            "00000000641850cb");  // "time 1679315147"
  EXPECT_EQ(EncodeNote(*note), bytes);
}

// ---- Verifier keys

TEST(VerifierKey, RoundTrips) {
  for (const std::uint8_t type : {kSigEd25519, kSigCosignatureV1}) {
    const VerifierKey key = MakeVerifierKey("log.example/a", type, KeyOf(1).public_key());
    const VerifierKey parsed = Vkey(key.ToString());
    EXPECT_EQ(parsed.name, key.name);
    EXPECT_EQ(parsed.id, key.id);
    EXPECT_EQ(parsed.type, type);
    EXPECT_EQ(parsed.key, key.key);
  }
}

TEST(VerifierKey, HasAnotherIdForAnotherNameTypeOrKey) {
  const VerifierKey key = MakeVerifierKey("a", kSigEd25519, KeyOf(1).public_key());
  EXPECT_NE(key.id, MakeVerifierKey("b", kSigEd25519, KeyOf(1).public_key()).id);
  EXPECT_NE(key.id, MakeVerifierKey("a", kSigCosignatureV1, KeyOf(1).public_key()).id);
  EXPECT_NE(key.id, MakeVerifierKey("a", kSigEd25519, KeyOf(2).public_key()).id);
}

void ExpectBadVkey(std::string_view text) {
  const auto key = VerifierKey::Parse(text);
  ASSERT_FALSE(key.ok()) << text;
  EXPECT_EQ(key.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(key.status().reason(), "BAD_VKEY");
}

TEST(VerifierKey, IsNotAnyPartOfItself) {
  for (std::size_t begin = 0; begin <= kPeterVkey.size(); ++begin) {
    for (std::size_t size = 0; begin + size <= kPeterVkey.size(); ++size) {
      if (size != kPeterVkey.size()) ExpectBadVkey(kPeterVkey.substr(begin, size));
    }
  }
}

TEST(VerifierKey, RefusesEveryFlippedBit) {
  for (std::size_t bit = 0; bit < kPeterVkey.size() * 8; ++bit) {
    std::string mutant = kPeterVkey;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    ExpectBadVkey(mutant);
  }
}

TEST(VerifierKey, RefusesAnotherLengthOrTypeUnderAFittingId) {
  ExpectBadVkey("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==");
  ExpectBadVkey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
}

TEST(VerifierKey, RefusesOtherSpellings) {
  ExpectBadVkey("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ExpectBadVkey(kPeterVkey + "\n");
  ExpectBadVkey(" " + kPeterVkey);
  ExpectBadVkey(kPeterVkey + "+");
  ExpectBadVkey("");
  ExpectBadVkey("++");
}

TEST(KeyName, IsUtf8WithoutSpacePlusOrControlCharacters) {
  EXPECT_TRUE(IsValidKeyName("example.com/log"));
  EXPECT_TRUE(IsValidKeyName("日志.example"));
  EXPECT_TRUE(IsValidKeyName("🚪"));
  for (const std::string_view bad :
       {""sv, "a b"sv, "a+b"sv, "a\tb"sv, "a\nb"sv, "a\rb"sv, "a\0b"sv, "a\x1F"sv, "\u0085"sv,
        "a\u00A0b"sv, "a\u1680"sv, "a\u2003b"sv, "\u2028"sv, "\u2029"sv, "\u202F"sv, "\u205F"sv,
        "a\u3000b"sv}) {
    EXPECT_FALSE(IsValidKeyName(bad)) << bad;
  }
}

TEST(KeyName, RefusesWhatIsNotUtf8) {
  for (const std::string_view bad :
       {"\x80"sv, "a\xBF"sv, "\xC3"sv, "\xC3("sv, "\xC0\xAF"sv, "\xC1\xBF"sv, "\xE0\x80\xAF"sv,
        "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xE2\x80"sv, "\xF0\x80\x80\xAF"sv,
        "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xF8\x88\x80\x80\x80"sv,
        "\xFE"sv, "\xFF"sv}) {
    EXPECT_FALSE(IsValidKeyName(bad)) << core::HexEncode(core::AsBytes(bad));
  }
  EXPECT_TRUE(IsValidKeyName("\xC2\x80"));          // U+0080, the smallest of two bytes
  EXPECT_TRUE(IsValidKeyName("\xED\x9F\xBF"));      // U+D7FF, before the surrogates
  EXPECT_TRUE(IsValidKeyName("\xEE\x80\x80"));      // U+E000, after them
  EXPECT_TRUE(IsValidKeyName("\xF4\x8F\xBF\xBF"));  // U+10FFFF, the last
}

TEST(KeyNameDeathTest, IsRequiredToBeValid) {
  EXPECT_DEATH(MakeVerifierKey("a b", kSigEd25519, {}), "check failed");
  Note note{"text\n", {}};
  EXPECT_DEATH(SignNote(note, "", KeyOf(1)), "check failed");
  EXPECT_DEATH(CosignNote(note, "a+b", KeyOf(1), 0), "check failed");
}

// ---- Form

TEST(Note, SplitsAtTheLastEmptyLine) {
  for (const std::string& text :
       {std::string("one\n\ntwo\n"), std::string("one\n\n"), std::string("\n"),
        std::string("\n\n\n"), "looks like one\n\n" + kPeterLine + "but is text\n"}) {
    Note note{text, {}};
    SignNote(note, "PeterNeumann", PeterKey());
    const auto parsed = ParseNote(EncodeNote(note));
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->text, text);
    EXPECT_TRUE(VerifyNote(*parsed, Vkey(kPeterVkey)).ok());
  }
}

TEST(Note, RoundTripsWithManySignatures) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{16}, kNoteSignaturesMax}) {
    Note note{"text\n", {}};
    for (std::size_t i = 0; i < count; ++i) {
      SignNote(note, "signer" + std::to_string(i), KeyOf(static_cast<std::uint8_t>(i)));
    }
    const std::string bytes = EncodeNote(note);
    const auto parsed = ParseNote(bytes);
    ASSERT_TRUE(parsed.ok()) << count;
    EXPECT_EQ(parsed->signatures.size(), count);
    EXPECT_EQ(EncodeNote(*parsed), bytes);
  }
}

void ExpectBadNote(std::string_view bytes) {
  const auto note = ParseNote(bytes);
  ASSERT_FALSE(note.ok()) << bytes;
  EXPECT_EQ(note.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(note.status().reason(), "BAD_NOTE");
}

TEST(ParseNote, RefusesMoreSignaturesThanTheLimit) {
  Note note{"text\n", {}};
  for (std::size_t i = 0; i <= kNoteSignaturesMax; ++i) {
    SignNote(note, "signer" + std::to_string(i), KeyOf(1));
  }
  ExpectBadNote(EncodeNote(note));
}

TEST(ParseNote, RefusesMoreBytesThanTheLimit) {
  const std::string tail = "\n\n" + kPeterLine;
  EXPECT_TRUE(ParseNote(std::string(kNoteBytesMax - tail.size(), 'a') + tail).ok());
  ExpectBadNote(std::string(kNoteBytesMax - tail.size() + 1, 'a') + tail);
}

TEST(ParseNote, RefusesDuplicateSignatureLines) { ExpectBadNote(kPeterNote + kPeterLine); }

TEST(ParseNote, RefusesEveryOtherForm) {
  ExpectBadNote("");
  ExpectBadNote("\n");
  ExpectBadNote("\n\n");
  ExpectBadNote(kPeterText);
  ExpectBadNote(kPeterText + "\n");
  ExpectBadNote("\n" + kPeterLine);                            // no text
  ExpectBadNote(kPeterText + kPeterLine);                      // no empty line
  ExpectBadNote(kPeterNote.substr(0, kPeterNote.size() - 1));  // no final newline
  ExpectBadNote(kPeterNote + "\n");                            // something after the signatures
  ExpectBadNote(kPeterNote + "more\n");
  ExpectBadNote("a\r\n\n" + kPeterLine);  // control characters
  ExpectBadNote("a\tb\n\n" + kPeterLine);
  ExpectBadNote("a\0b\n\n"s + kPeterLine);
  ExpectBadNote("a\xFF\n\n" + kPeterLine);              // not UTF-8
  ExpectBadNote("a\n\n- PeterNeumann x08go/ZJkuBS\n");  // another dash
  ExpectBadNote("a\n\n—PeterNeumann x08go/ZJkuBS\n");
  ExpectBadNote("a\n\n— PeterNeumann\n");
  ExpectBadNote("a\n\n— PeterNeumann \n");
  ExpectBadNote("a\n\n—  x08go/ZJkuBS\n");
  ExpectBadNote("a\n\n— Peter+Neumann x08go/ZJkuBS\n");
  ExpectBadNote("a\n\n— Peter\u00A0Neumann x08go/ZJkuBS\n");
  ExpectBadNote("a\n\n— PeterNeumann x08go/ZJkuB\n");  // not canonical base64
  ExpectBadNote("a\n\n— PeterNeumann  x08go/ZJkuBS\n");
  ExpectBadNote("a\n\n— PeterNeumann x08go/ZJkuBS \n");
  ExpectBadNote("a\n\n— PeterNeumann x08gow==\n");  // an id and nothing after it
  ExpectBadNote("a\n\n— PeterNeumann x08g\n");
}

TEST(ParseNote, AcceptsASignatureOfAKindItDoesNotKnow) {
  const auto note = ParseNote("a\n\n— other x08gowE=\n");
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->signatures[0].signature.size(), 1u);
}

TEST(NoteText, EndsWithANewlineAndHasNoOtherControlCharacters) {
  EXPECT_TRUE(IsValidNoteText("a\n"));
  EXPECT_TRUE(IsValidNoteText("\n"));
  EXPECT_TRUE(IsValidNoteText("{\"v\":1}\n"));
  EXPECT_FALSE(IsValidNoteText(""));
  EXPECT_FALSE(IsValidNoteText("a"));
  EXPECT_FALSE(IsValidNoteText("a\r\n"));
  EXPECT_FALSE(IsValidNoteText("\x80\n"));
}

TEST(NoteTextDeathTest, IsRequiredToBeValid) {
  Note note{"no newline", {}};
  EXPECT_DEATH(SignNote(note, "a", KeyOf(1)), "check failed");
  EXPECT_DEATH(CosignNote(note, "a", KeyOf(1), 0), "check failed");
  EXPECT_DEATH(EncodeNote(note), "check failed");
}

TEST(EncodeNoteDeathTest, RequiresWholeSignatures) {
  EXPECT_DEATH(EncodeNote({"a\n", {{"a b", 1, {1}}}}), "check failed");
  EXPECT_DEATH(EncodeNote({"a\n", {{"a", 1, {}}}}), "check failed");
}

// ---- Verification

TEST(VerifyNote, RefusesEveryFlippedBit) {
  const VerifierKey key = Vkey(kPeterVkey);
  for (std::size_t bit = 0; bit < kPeterNote.size() * 8; ++bit) {
    std::string mutant = kPeterNote;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(ReasonToRefuse(mutant, key), "") << "bit " << bit;
  }
}

TEST(VerifyNote, SaysThatTheKeyDidNotSign) {
  const auto note = ParseNote(kPeterNote).value();
  for (const VerifierKey& other :
       {Vkey(kFooVkey), MakeVerifierKey("PeterNeumann", kSigEd25519, KeyOf(1).public_key()),
        MakeVerifierKey("Other", kSigEd25519, PeterKey().public_key()),
        MakeVerifierKey("PeterNeumann", kSigCosignatureV1, PeterKey().public_key())}) {
    const core::Status status = VerifyNote(note, other);
    EXPECT_EQ(status.code(), core::Code::kPermissionDenied);
    EXPECT_EQ(status.reason(), "SIGNATURE_MISSING");
  }
  EXPECT_EQ(VerifyNote({kPeterText, {}}, Vkey(kPeterVkey)).reason(), "SIGNATURE_MISSING");
}

TEST(VerifyNote, SaysThatASignatureIsBad) {
  Note note = ParseNote(kPeterNote).value();
  note.text = "another text\n";
  const core::Status status = VerifyNote(note, Vkey(kPeterVkey));
  EXPECT_EQ(status.code(), core::Code::kPermissionDenied);
  EXPECT_EQ(status.reason(), "SIGNATURE_BAD");
}

TEST(VerifyNote, RefusesABadSignatureOfTheKeyEvenBesideAGoodOne) {
  for (const bool bad_first : {true, false}) {
    Note note = ParseNote(kPeterNote).value();
    NoteSignature bad = note.signatures[0];
    bad.signature[10] ^= 1;
    note.signatures.insert(bad_first ? note.signatures.begin() : note.signatures.end(), bad);
    EXPECT_EQ(VerifyNote(note, Vkey(kPeterVkey)).reason(), "SIGNATURE_BAD");
  }
}

TEST(VerifyNote, IgnoresSignaturesOfOtherKeys) {
  Note note = ParseNote(kPeterNote).value();
  note.signatures.insert(note.signatures.begin(), {"Other", 0xc74f20a3, {1, 2, 3}});
  note.signatures.push_back({"PeterNeumann", 0x12345678, {1, 2, 3}});
  EXPECT_TRUE(VerifyNote(note, Vkey(kPeterVkey)).ok());
}

TEST(VerifyNote, RefusesASignatureOfAnotherLength) {
  for (const std::size_t size : {1u, 63u, 65u, 72u}) {
    Note note = ParseNote(kPeterNote).value();
    note.signatures[0].signature.resize(size);
    EXPECT_EQ(VerifyNote(note, Vkey(kPeterVkey)).reason(), "SIGNATURE_BAD") << size;
  }
}

// ---- Several keys of one name

// Of generation 1, 2, ... of one log.
VerifierKey Generation(std::uint8_t n) {
  return MakeVerifierKey("log.example/op", kSigEd25519, KeyOf(n).public_key());
}

// Signed by the generations given, in that order.
Note SignedBy(std::initializer_list<std::uint8_t> generations) {
  Note note{"text\n", {}};
  for (const std::uint8_t n : generations) SignNote(note, "log.example/op", KeyOf(n));
  return note;
}

TEST(VerifyNoteByAny, NamesTheFirstKeyThatSigned) {
  const std::vector<VerifierKey> keys = {Generation(1), Generation(2), Generation(3)};
  EXPECT_EQ(VerifyNoteByAny(SignedBy({1}), keys).value(), &keys[0]);
  EXPECT_EQ(VerifyNoteByAny(SignedBy({2}), keys).value(), &keys[1]);
  EXPECT_EQ(VerifyNoteByAny(SignedBy({3, 2}), keys).value(), &keys[1]);
  EXPECT_EQ(VerifyNoteByAny(SignedBy({9, 3}), keys).value(), &keys[2]);
}

TEST(VerifyNoteByAny, SaysThatNoneSigned) {
  const std::vector<VerifierKey> keys = {Generation(1), Generation(2)};
  EXPECT_EQ(VerifyNoteByAny(SignedBy({3}), keys).status().reason(), "SIGNATURE_MISSING");
  EXPECT_EQ(VerifyNoteByAny(SignedBy({1}), {}).status().reason(), "SIGNATURE_MISSING");
}

TEST(VerifyNoteByAny, RefusesABadSignatureOfOneEvenBesideAGoodOneOfAnother) {
  const std::vector<VerifierKey> keys = {Generation(1), Generation(2)};
  for (const std::size_t bad : {0u, 1u}) {
    Note note = SignedBy({1, 2});
    note.signatures[bad].signature[0] ^= 1;
    const auto signer = VerifyNoteByAny(note, keys);
    EXPECT_EQ(signer.status().code(), core::Code::kPermissionDenied);
    EXPECT_EQ(signer.status().reason(), "SIGNATURE_BAD");
  }
}

TEST(VerifyNote, TellsTheGenerationsOfAKeyApart) {
  const Note rotation = SignedBy({1, 2});
  EXPECT_TRUE(VerifyNote(rotation, Generation(1)).ok());
  EXPECT_TRUE(VerifyNote(rotation, Generation(2)).ok());
  EXPECT_EQ(VerifyNote(rotation, Generation(3)).reason(), "SIGNATURE_MISSING");
  EXPECT_EQ(VerifyNote(SignedBy({1}), Generation(2)).reason(), "SIGNATURE_MISSING");
}

// ---- Cosignatures

// Computed by another implementation (Python and the openssl command).
const std::string kCheckpointText =
    "log.example/op\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
const std::string kWitnessVkey =
    "witness.example/w1+468d99bb+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk";
const std::string kWitnessLine =
    "— witness.example/w1 "
    "Ro2ZuwAAAABkGFDLGWabc6yoN05rdaKfKCINtN60/0rqElD/OtF2oL4cWW26TxQMJdK+WCz2Z/"
    "2VM4yHz78I6yJL2UGUvyPaC7iCBA==\n";

crypto::SigningKey WitnessKey() {
  core::Bytes seed(32);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i + 1);
  return crypto::SigningKey(seed);
}

TEST(Cosignature, MatchesAnotherImplementation) {
  Note note{kCheckpointText, {}};
  CosignNote(note, "witness.example/w1", WitnessKey(), 1679315147);
  EXPECT_EQ(EncodeNote(note), kCheckpointText + "\n" + kWitnessLine);
  EXPECT_EQ(ReasonToRefuse(EncodeNote(note), Vkey(kWitnessVkey)), "");
}

TEST(Cosignature, RefusesEveryFlippedBit) {
  const std::string bytes = kCheckpointText + "\n" + kWitnessLine;
  const VerifierKey key = Vkey(kWitnessVkey);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string mutant = bytes;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(ReasonToRefuse(mutant, key), "") << "bit " << bit;
  }
}

TEST(Cosignature, IsNotASignatureNorASignatureOne) {
  Note signed_note{kCheckpointText, {}};
  SignNote(signed_note, "w", WitnessKey());
  Note cosigned{kCheckpointText, {}};
  CosignNote(cosigned, "w", WitnessKey(), 5);
  const VerifierKey plain = MakeVerifierKey("w", kSigEd25519, WitnessKey().public_key());
  const VerifierKey timed = MakeVerifierKey("w", kSigCosignatureV1, WitnessKey().public_key());
  EXPECT_EQ(VerifyNote(signed_note, timed).reason(), "SIGNATURE_MISSING");
  EXPECT_EQ(VerifyNote(cosigned, plain).reason(), "SIGNATURE_MISSING");
  // Nor does either verify under the other's id.
  signed_note.signatures[0].id = timed.id;
  cosigned.signatures[0].id = plain.id;
  EXPECT_EQ(VerifyNote(signed_note, timed).reason(), "SIGNATURE_BAD");
  EXPECT_EQ(VerifyNote(cosigned, plain).reason(), "SIGNATURE_BAD");
}

TEST(Cosignature, HasATimeBelowTwoToThe63) {
  const std::string message =
      "cosignature/v1\ntime 9223372036854775808\n" + kCheckpointText;  // 2^63
  const crypto::Ed25519Signature signature = WitnessKey().Sign(core::AsBytes(message));
  core::Bytes timed = {0x80, 0, 0, 0, 0, 0, 0, 0};
  timed.insert(timed.end(), signature.begin(), signature.end());
  const Note note{kCheckpointText, {{"witness.example/w1", Vkey(kWitnessVkey).id, timed}}};
  EXPECT_EQ(VerifyNote(note, Vkey(kWitnessVkey)).reason(), "SIGNATURE_BAD");
}

TEST(Cosignature, MayBeSeveralOfOneWitness) {
  Note note{kCheckpointText, {}};
  CosignNote(note, "witness.example/w1", WitnessKey(), 0);
  CosignNote(note, "witness.example/w1", WitnessKey(), 1);
  EXPECT_EQ(ReasonToRefuse(EncodeNote(note), Vkey(kWitnessVkey)), "");
}

TEST(Cosignature, StatesItsTime) {
  const auto time = VerifyCosignature(ParseNote(kCheckpointText + "\n" + kWitnessLine).value(),
                                      Vkey(kWitnessVkey));
  ASSERT_TRUE(time.ok()) << time.status().ToString();
  EXPECT_EQ(*time, 1679315147);
}

TEST(Cosignature, StatesTheLatestOfSeveralTimes) {
  Note note{kCheckpointText, {}};
  for (const std::int64_t time :
       {std::int64_t{7}, std::numeric_limits<std::int64_t>::max(), std::int64_t{0}}) {
    CosignNote(note, "witness.example/w1", WitnessKey(), time);
  }
  EXPECT_EQ(VerifyCosignature(note, Vkey(kWitnessVkey)).value(),
            std::numeric_limits<std::int64_t>::max());
}

TEST(VerifyCosignature, FailsAsVerifyNoteDoes) {
  Note note{kCheckpointText, {}};
  EXPECT_EQ(VerifyCosignature(note, Vkey(kWitnessVkey)).status().reason(), "SIGNATURE_MISSING");
  CosignNote(note, "witness.example/w1", WitnessKey(), 9);
  note.signatures[0].signature[7] ^= 1;  // another time than was signed
  EXPECT_EQ(VerifyCosignature(note, Vkey(kWitnessVkey)).status().reason(), "SIGNATURE_BAD");
  note.signatures[0].signature.resize(8);  // a time alone
  EXPECT_EQ(VerifyCosignature(note, Vkey(kWitnessVkey)).status().reason(), "SIGNATURE_BAD");
}

TEST(VerifyCosignature, RefusesAKeyThatStatesNoTime) {
  const auto time = VerifyCosignature(ParseNote(kPeterNote).value(), Vkey(kPeterVkey));
  EXPECT_EQ(time.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(time.status().reason(), "NO_COSIGNER");
}

TEST(CosignatureDeathTest, RequiresATimeSinceTheEpoch) {
  Note note{kCheckpointText, {}};
  EXPECT_DEATH(CosignNote(note, "w", KeyOf(1), -1), "check failed");
}

}  // namespace
}  // namespace facegate::tlog
