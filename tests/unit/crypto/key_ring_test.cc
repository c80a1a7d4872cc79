#include "facegate/crypto/key_ring.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "support/base/temp_dir.h"

namespace facegate::crypto {
namespace {

namespace fs = std::filesystem;

const std::string kKekHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string kLogHex = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

void WriteFile(const std::string& path, std::string_view content, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << content;
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(lstat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

// A directory with the two known keys above.
class KeyFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFile(kek(), kKekHex + "\n");
    WriteFile(log(), kLogHex + "\n");
  }
  std::string kek() const { return dir_ / "kek.key"; }
  std::string log() const { return dir_ / "log.key"; }

  // Loading fails like this, and says which file it is about.
  void ExpectRefused(core::Code code, std::string_view reason, const std::string& path) const {
    const auto ring = KeyRing::Load(dir_.path());
    ASSERT_FALSE(ring.ok());
    EXPECT_EQ(ring.status().code(), code) << ring.status().ToString();
    EXPECT_EQ(ring.status().reason(), reason) << ring.status().ToString();
    EXPECT_NE(ring.status().message().find(path), std::string::npos) << ring.status().ToString();
  }

  testing::TempDir dir_;
};

// ---- Init

TEST(KeyRingInit, CreatesWhatLoadReads) {
  const testing::TempDir parent;
  const std::string dir = parent / "keys";
  ASSERT_TRUE(KeyRing::Init(dir).ok());
  EXPECT_EQ(ModeOf(dir), 0700u);
  EXPECT_EQ(ModeOf(dir + "/kek.key"), 0600u);
  EXPECT_EQ(ModeOf(dir + "/log.key"), 0600u);
  EXPECT_EQ(ReadFile(dir + "/kek.key").size(), 65u);
  EXPECT_NE(ReadFile(dir + "/kek.key"), ReadFile(dir + "/log.key"));
  EXPECT_TRUE(KeyRing::Load(dir).ok());
}

TEST(KeyRingInit, MakesOtherKeysEachTime) {
  const testing::TempDir parent;
  ASSERT_TRUE(KeyRing::Init(parent / "a").ok());
  ASSERT_TRUE(KeyRing::Init(parent / "b").ok());
  EXPECT_NE(ReadFile(parent / "a/kek.key"), ReadFile(parent / "b/kek.key"));
}

TEST(KeyRingInit, NeverOverwrites) {
  const testing::TempDir dir;
  ASSERT_TRUE(KeyRing::Init(dir.path()).ok());
  const std::string before = ReadFile(dir / "kek.key") + ReadFile(dir / "log.key");
  const core::Status again = KeyRing::Init(dir.path());
  EXPECT_EQ(again.code(), core::Code::kAlreadyExists);
  EXPECT_EQ(again.reason(), "KEYS_EXIST");
  EXPECT_EQ(ReadFile(dir / "kek.key") + ReadFile(dir / "log.key"), before);
}

TEST(KeyRingInit, LeavesNoHalfRingBesideAKeyThatExists) {
  for (const std::string name : {"kek.key", "log.key"}) {
    const testing::TempDir dir;
    WriteFile(dir / name, "whatever");
    const core::Status status = KeyRing::Init(dir.path());
    EXPECT_EQ(status.reason(), "KEYS_EXIST");
    EXPECT_NE(status.message().find(name), std::string::npos);
    EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);
    EXPECT_EQ(ReadFile(dir / name), "whatever");
  }
}

TEST(KeyRingInit, TakesADanglingLinkForAKeyThatExists) {
  const testing::TempDir dir;
  fs::create_symlink(dir / "elsewhere", dir / "log.key");
  EXPECT_EQ(KeyRing::Init(dir.path()).reason(), "KEYS_EXIST");
  EXPECT_FALSE(fs::exists(dir / "elsewhere"));
  EXPECT_FALSE(fs::exists(dir / "kek.key"));
}

TEST(KeyRingInit, LeavesNothingBehindWhenWritingFails) {
  const testing::TempDir dir;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const core::Status status = KeyRing::Init(dir.path());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(status.code(), core::Code::kUnavailable);
  EXPECT_EQ(status.reason(), "KEYS_UNWRITABLE");
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(KeyRingInit, SaysWhenTheDirectoryCannotBeMade) {
  const testing::TempDir dir;
  const core::Status status = KeyRing::Init(dir / "no/such/parent");
  EXPECT_EQ(status.code(), core::Code::kUnavailable);
  EXPECT_EQ(status.reason(), "KEYS_UNWRITABLE");
}

TEST(KeyRingInit, RefusesADirectoryThatOthersCanWrite) {
  const testing::TempDir dir;
  ASSERT_EQ(chmod(dir.path().c_str(), 0770), 0);
  const core::Status status = KeyRing::Init(dir.path());
  EXPECT_EQ(status.code(), core::Code::kPermissionDenied);
  EXPECT_EQ(status.reason(), "KEYS_EXPOSED");
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

// ---- Load

TEST_F(KeyFiles, LoadWithAndWithoutAFinalNewlineAndInUpperCase) {
  const std::string fingerprint = KeyRing::Load(dir_.path()).value()->KekFingerprint();
  WriteFile(kek(), kKekHex);
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->KekFingerprint(), fingerprint);
  std::string upper = kKekHex;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  WriteFile(kek(), upper);
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->KekFingerprint(), fingerprint);
}

TEST_F(KeyFiles, LoadWhenTheOwnerMayOnlyRead) {
  chmod(kek().c_str(), 0400);
  EXPECT_TRUE(KeyRing::Load(dir_.path()).ok());
}

TEST_F(KeyFiles, AreMissedByName) {
  for (const std::string& path : {kek(), log()}) {
    const std::string content = ReadFile(path);
    fs::remove(path);
    ExpectRefused(core::Code::kNotFound, "KEYS_MISSING", path);
    WriteFile(path, content);
  }
  EXPECT_TRUE(KeyRing::Load(dir_.path()).ok());
}

TEST(KeyRingLoad, SaysThatTheDirectoryIsMissing) {
  const testing::TempDir dir;
  EXPECT_EQ(KeyRing::Load(dir / "none").status().reason(), "KEYS_MISSING");
}

TEST(KeyRingLoad, SaysThatTheDirectoryIsNone) {
  const testing::TempDir dir;
  WriteFile(dir / "file", "");
  const core::Status status = KeyRing::Load(dir / "file").status();
  EXPECT_EQ(status.code(), core::Code::kPermissionDenied);
  EXPECT_EQ(status.reason(), "KEYS_UNREADABLE");
}

TEST_F(KeyFiles, AreExposedByAnyBitForGroupOrOthers) {
  for (const std::string& path : {kek(), log()}) {
    for (const mode_t bit : {040, 020, 010, 004, 002, 001}) {
      ASSERT_EQ(chmod(path.c_str(), 0600 | bit), 0);
      ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", path);
    }
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
    ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", path);
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  }
}

TEST_F(KeyFiles, AreNotReadThroughALink) {
  for (const std::string& path : {kek(), log()}) {
    fs::rename(path, path + ".real");
    fs::create_symlink(path + ".real", path);
    ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", path);
    fs::rename(path + ".real", path);
  }
}

TEST_F(KeyFiles, AreNotReadFromAPipe) {
  fs::remove(log());
  ASSERT_EQ(mkfifo(log().c_str(), 0600), 0);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", log());
}

TEST_F(KeyFiles, AreNotReadFromADirectory) {
  fs::remove(kek());
  ASSERT_EQ(mkdir(kek().c_str(), 0700), 0);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", kek());
}

TEST_F(KeyFiles, MustBelongToTheUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(chown(log().c_str(), 12345, 12345), 0);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", log());
}

TEST_F(KeyFiles, MustBeInADirectoryThatOnlyTheUserWrites) {
  for (const mode_t mode : {0720, 0702, 0777}) {
    ASSERT_EQ(chmod(dir_.path().c_str(), mode), 0);
    ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", dir_.path());
  }
  ASSERT_EQ(chmod(dir_.path().c_str(), 0755), 0);
  EXPECT_TRUE(KeyRing::Load(dir_.path()).ok());
}

TEST_F(KeyFiles, MustBeInADirectoryOfTheUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(chown(dir_.path().c_str(), 12345, 12345), 0);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", dir_.path());
}

TEST_F(KeyFiles, AreMalformedUnlessTheyHold64HexDigits) {
  for (const std::string& path : {kek(), log()}) {
    const std::string good = ReadFile(path);
    for (const std::string& bad :
         {std::string(), std::string("\n"), good.substr(0, 63), good.substr(0, 63) + "\n",
          good + "\n", good + "0", "0" + good, good.substr(0, 64) + " ",
          good.substr(0, 64) + "\r\n", " " + good.substr(1), "g" + good.substr(1),
          good.substr(0, 63) + "x", std::string(64, '\0'), good + good,
          std::string(100'000, 'a')}) {
      WriteFile(path, bad);
      ExpectRefused(core::Code::kInvalidArgument, "KEYS_MALFORMED", path);
    }
    WriteFile(path, good);
  }
}

TEST_F(KeyFiles, NeverReachAMessage) {
  WriteFile(kek(), kKekHex + "ff");
  const std::string message = KeyRing::Load(dir_.path()).status().ToString();
  EXPECT_EQ(message.find("0102"), std::string::npos) << message;
}

// ---- Generations of the log root

TEST_F(KeyFiles, HaveOneGenerationAtFirst) {
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->log_generation(), 1);
  EXPECT_EQ(KeyRing::Ephemeral()->log_generation(), 1);
}

TEST_F(KeyFiles, GainAGenerationThatOnlyTheOwnerReads) {
  for (const int generation : {2, 3}) {
    const auto added = KeyRing::RotateLog(dir_.path());
    ASSERT_TRUE(added.ok()) << added.status().ToString();
    EXPECT_EQ(*added, generation);
    EXPECT_EQ(ModeOf(dir_ / KeyRing::LogFileName(generation)), 0600u);
    EXPECT_EQ(KeyRing::Load(dir_.path()).value()->log_generation(), generation);
  }
  EXPECT_EQ(ReadFile(dir_ / "log.2.key").size(), 65u);
  EXPECT_NE(ReadFile(dir_ / "log.2.key"), ReadFile(dir_ / "log.3.key"));
  EXPECT_EQ(ReadFile(log()), kLogHex + "\n");
  // kek.key and three generations: nothing is left of how they were made.
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 4);
}

TEST_F(KeyFiles, KeepWhatOlderGenerationsSignedWith) {
  const auto before = KeyRing::Load(dir_.path()).value();
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  const auto after = KeyRing::Load(dir_.path()).value();
  EXPECT_EQ(after->CheckpointKey("gw/a", 1).public_key(),
            before->CheckpointKey("gw/a").public_key());
  EXPECT_EQ(after->RecordKey("gw/a", 1).public_key(), before->RecordKey("gw/a").public_key());
  EXPECT_EQ(after->PassKey("operators/a", 1).public_key(),
            before->PassKey("operators/a").public_key());
  EXPECT_EQ(after->KekFingerprint(), before->KekFingerprint());
}

TEST_F(KeyFiles, SignWithTheNewestGenerationUnlessOneIsNamed) {
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  const auto ring = KeyRing::Load(dir_.path()).value();
  EXPECT_EQ(ring->CheckpointKey("gw/a").public_key(), ring->CheckpointKey("gw/a", 2).public_key());
  EXPECT_EQ(ring->RecordKey("gw/a").public_key(), ring->RecordKey("gw/a", 2).public_key());
  EXPECT_EQ(ring->PassKey("operators/a").public_key(),
            ring->PassKey("operators/a", 2).public_key());
  EXPECT_NE(ring->CheckpointKey("gw/a", 1).public_key(),
            ring->CheckpointKey("gw/a", 2).public_key());
  EXPECT_DEATH((void)ring->RecordKey("gw/a", 3), "generation");
  EXPECT_DEATH((void)ring->RecordKey("gw/a", 0), "generation");
}

TEST_F(KeyFiles, HaveNoGapInTheirGenerations) {
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  fs::rename(dir_ / "log.2.key", dir_ / "away");
  ExpectRefused(core::Code::kNotFound, "KEYS_MISSING", dir_ / "log.2.key");
  EXPECT_EQ(KeyRing::RotateLog(dir_.path()).status().reason(), "KEYS_MISSING");
  fs::rename(dir_ / "away", dir_ / "log.2.key");
  EXPECT_TRUE(KeyRing::Load(dir_.path()).ok());
}

TEST_F(KeyFiles, MakeTheSameDemandsOnLaterGenerations) {
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  const std::string path = dir_ / "log.2.key";
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", path);
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  fs::rename(path, dir_ / "real");
  fs::create_symlink(dir_ / "real", path);
  ExpectRefused(core::Code::kPermissionDenied, "KEYS_EXPOSED", path);
  fs::remove(path);
  WriteFile(path, kLogHex + "0");
  ExpectRefused(core::Code::kInvalidArgument, "KEYS_MALFORMED", path);
  WriteFile(path, kLogHex);
  EXPECT_TRUE(KeyRing::Load(dir_.path()).ok());
}

TEST_F(KeyFiles, AreMalformedWhereANameIsNoGeneration) {
  for (const std::string name :
       {"log.0.key", "log.1.key", "log.02.key", "log.257.key", "log.99999999999999999999.key"}) {
    WriteFile(dir_ / name, kLogHex);
    ExpectRefused(core::Code::kInvalidArgument, "KEYS_MALFORMED", dir_ / name);
    fs::remove(dir_ / name);
  }
  for (const std::string name : {"log.key.bak", "log.2.key.new", "log..key", "log.two.key"}) {
    WriteFile(dir_ / name, "nobody's");
  }
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->log_generation(), 1);
}

TEST_F(KeyFiles, AreNeverOverwrittenByARotation) {
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  const std::string before = ReadFile(kek()) + ReadFile(log()) + ReadFile(dir_ / "log.2.key");
  // A file where the next generation belongs is one, or none: either way it stays.
  fs::create_symlink(dir_ / "elsewhere", dir_ / "log.3.key");
  EXPECT_FALSE(KeyRing::RotateLog(dir_.path()).ok());
  EXPECT_FALSE(fs::exists(dir_ / "elsewhere"));
  fs::remove(dir_ / "log.3.key");
  EXPECT_EQ(KeyRing::RotateLog(dir_.path()).value(), 3);
  EXPECT_EQ(ReadFile(kek()) + ReadFile(log()) + ReadFile(dir_ / "log.2.key"), before);
}

TEST_F(KeyFiles, GainAGenerationAfterACrashInTheMiddleOfOne) {
  WriteFile(dir_ / "log.2.key.new", "half a k");
  ASSERT_TRUE(KeyRing::RotateLog(dir_.path()).ok());
  EXPECT_FALSE(fs::exists(dir_ / "log.2.key.new"));
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->log_generation(), 2);
}

TEST_F(KeyFiles, GainNoneWhereTheRingIsNotWhole) {
  fs::remove(kek());
  EXPECT_EQ(KeyRing::RotateLog(dir_.path()).status().reason(), "KEYS_MISSING");
  EXPECT_FALSE(fs::exists(dir_ / "log.2.key"));
}

TEST_F(KeyFiles, HaveSoManyGenerationsAndNoMore) {
  for (int generation = 2; generation <= kLogGenerationsMax; ++generation) {
    WriteFile(dir_ / KeyRing::LogFileName(generation), kLogHex);
  }
  EXPECT_EQ(KeyRing::Load(dir_.path()).value()->log_generation(), kLogGenerationsMax);
  EXPECT_EQ(KeyRing::RotateLog(dir_.path()).status().reason(), "KEYS_MAX");
}

TEST(KeyRingInit, MakesNoRingBesideALaterGeneration) {
  const testing::TempDir dir;
  WriteFile(dir / "log.2.key", kLogHex);
  const core::Status status = KeyRing::Init(dir.path());
  EXPECT_EQ(status.reason(), "KEYS_EXIST");
  EXPECT_NE(status.message().find("log.2.key"), std::string::npos);
  EXPECT_FALSE(fs::exists(dir / "kek.key"));
}

// ---- What is derived

// Computed by another implementation (Python's hmac and cryptography). If one of these changes,
// every key in the field changes with it, and stored templates and logs are lost.
TEST_F(KeyFiles, DeriveTheSameKeysForEver) {
  const auto ring = KeyRing::Load(dir_.path()).value();
  EXPECT_EQ(ring->KekFingerprint(), "23c278538e08e3c851d76cef329d466b");
  EXPECT_EQ(core::HexEncode(ring->CheckpointKey("gw.example/op").public_key()),
            "064dfeb83f0fa77b5817e6eb867540580b59079a3fb0caaca6a1bd39e88ce445");
  EXPECT_EQ(core::HexEncode(ring->RecordKey("gw.example/op").public_key()),
            "9aaee4473cfd01a42d4709427ef6102538f8542bb2a4849faf6859eef0c9218c");
  EXPECT_EQ(core::HexEncode(ring->KeyedHash("badge", core::AsBytes("id-1"))),
            "16322492403cc12b4e09baedd257cc96563aca2adc70d6c8e6fad3ca5f987fbd");
  const auto opened = ring->Unwrap(
      core::HexDecode("000102030405060708090a0b58b8bc0daba251dff5ad275a4f84be57c35e5c1f3013f9ef")
          .value(),
      "template-key/op/1");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(core::AsText(opened->span()), "a secret");
}

TEST(KeyRing, KeepsEveryDerivedKeyApart) {
  const auto ring = KeyRing::Ephemeral();
  std::set<std::string> keys;
  for (const std::string origin : {"gw/a", "gw/b"}) {
    for (const SigningKey& key : {ring->CheckpointKey(origin), ring->RecordKey(origin)}) {
      keys.insert(core::HexEncode(key.public_key()));
    }
  }
  EXPECT_EQ(keys.size(), 4u);
  EXPECT_NE(ring->KeyedHash("badge", core::AsBytes("x")),
            ring->KeyedHash("suppression", core::AsBytes("x")));
  EXPECT_NE(ring->KeyedHash("badge", core::AsBytes("x")),
            ring->KeyedHash("badge", core::AsBytes("y")));
  EXPECT_EQ(ring->KeyedHash("badge", core::AsBytes("x")),
            ring->KeyedHash("badge", core::AsBytes("x")));
}

TEST(KeyRing, UnwrapsWhatItWrapped) {
  const auto ring = KeyRing::Ephemeral();
  for (const std::size_t size : {0u, 1u, 32u, 5000u}) {
    const core::Bytes secret = RandomBytes(size);
    const auto opened = ring->Unwrap(ring->Wrap(secret, "subject/1"), "subject/1");
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(EqualSecrets(opened->span(), secret));
  }
}

TEST(KeyRing, RefusesToUnwrapOtherBytesAnotherContextOrWithAnotherKey) {
  const auto ring = KeyRing::Ephemeral();
  core::Bytes wrapped = ring->Wrap(core::AsBytes("secret"), "subject/1");
  EXPECT_EQ(ring->Unwrap(wrapped, "subject/2").status().reason(), "SEAL_BROKEN");
  EXPECT_EQ(ring->Unwrap(wrapped, "").status().reason(), "SEAL_BROKEN");
  EXPECT_EQ(KeyRing::Ephemeral()->Unwrap(wrapped, "subject/1").status().reason(), "SEAL_BROKEN");
  wrapped.back() ^= 1;
  const core::Status status = ring->Unwrap(wrapped, "subject/1").status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "SEAL_BROKEN");
}

TEST(KeyRing, IsFreshInMemoryEachTime) {
  EXPECT_NE(KeyRing::Ephemeral()->KekFingerprint(), KeyRing::Ephemeral()->KekFingerprint());
}

TEST(KeyRing, HasAHolderKeyForEachOperatorAndVersion) {
  const auto ring = KeyRing::Ephemeral();
  const auto key = [&](const char* op, int version) {
    const SecretBytes made = ring->HolderKey(op, version);
    return core::HexEncode(made.span());
  };
  EXPECT_EQ(key("operators/acme", 1).size(), 64u);
  EXPECT_EQ(key("operators/acme", 1), key("operators/acme", 1));
  EXPECT_NE(key("operators/acme", 1), key("operators/acme", 2));
  EXPECT_NE(key("operators/acme", 1), key("operators/other", 1));
  EXPECT_NE(core::HexEncode(KeyRing::Ephemeral()->HolderKey("operators/acme", 1).span()),
            key("operators/acme", 1));
  EXPECT_DEATH((void)ring->HolderKey("operators/acme", 0), "version");
}

// ---- Keys in files of their own

TEST(KeyFile, IsReadAsItWasWritten) {
  const testing::TempDir dir;
  const std::string path = dir / "witness.key";
  ASSERT_TRUE(CreateKeyFile(path).ok());
  EXPECT_EQ(ModeOf(path), 0600u);
  const auto first = LoadKeyFile(path);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->size(), 32u);
  EXPECT_EQ(CreateKeyFile(path).reason(), "KEYS_EXIST");
  const auto second = LoadKeyFile(path);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(EqualSecrets(first->span(), second->span()));
}

TEST(KeyFile, IsNotReadWhereOthersCould) {
  const testing::TempDir dir;
  const std::string path = dir / "witness.key";
  EXPECT_EQ(LoadKeyFile(path).status().reason(), "KEYS_MISSING");
  WriteFile(path, kLogHex, 0644);
  EXPECT_EQ(LoadKeyFile(path).status().reason(), "KEYS_EXPOSED");
  EXPECT_EQ(CreateKeyFile(dir / "no/such/folder.key").reason(), "KEYS_MISSING");
}

}  // namespace
}  // namespace facegate::crypto
