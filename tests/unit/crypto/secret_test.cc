#include "facegate/crypto/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace facegate::crypto {
namespace {

// Sizes on both sides of every boundary of the allocator: slots of 32..4096 bytes, then pages.
const std::vector<std::size_t> kSizes = {1,   8,   31,  32,  33,   63,   64,   65,   127,  128,
                                         129, 255, 256, 257, 1024, 4095, 4096, 4097, 8192, 100'000};

bool IsFilledWith(core::ByteSpan bytes, std::uint8_t value) {
  return std::all_of(bytes.begin(), bytes.end(), [&](std::uint8_t b) { return b == value; });
}

void Fill(SecretBytes& secret, std::uint8_t value) {
  std::fill(secret.mutable_span().begin(), secret.mutable_span().end(), value);
}

TEST(Zero, OverwritesEveryByte) {
  std::vector<std::uint8_t> bytes(100, 0xAA);
  Zero(bytes.data(), bytes.size());
  EXPECT_TRUE(IsFilledWith(bytes, 0));
}

TEST(Zero, AcceptsNothing) { Zero(nullptr, 0); }

TEST(SecretBytes, IsEmptyByDefault) {
  const SecretBytes secret;
  EXPECT_TRUE(secret.empty());
  EXPECT_EQ(secret.size(), 0u);
  EXPECT_TRUE(SecretBytes(std::size_t{0}).empty());
}

TEST(SecretBytes, IsZeroFilledEvenInMemoryThatHeldAnother) {
  for (const std::size_t size : kSizes) {
    for (int round = 0; round < 3; ++round) {
      SecretBytes secret(size);
      ASSERT_EQ(secret.size(), size);
      ASSERT_TRUE(IsFilledWith(secret.span(), 0)) << size;
      Fill(secret, 0xFF);
    }
  }
}

TEST(SecretBytes, ZeroesItsBytesWhenItGoes) {
  // The arena keeps its pages mapped, so that a freed slot can be looked at. Its first word then
  // points to the next free slot.
  constexpr std::size_t kSize = 200;
  const volatile std::uint8_t* freed = nullptr;
  {
    SecretBytes secret(kSize);
    Fill(secret, 0xAA);
    freed = secret.span().data();
  }
  for (std::size_t i = sizeof(void*); i < kSize; ++i) ASSERT_EQ(freed[i], 0) << "byte " << i;
}

TEST(SecretBytes, CopiesWhatItIsMadeFrom) {
  const core::Bytes bytes = {1, 2, 3};
  const SecretBytes secret{core::ByteSpan(bytes)};
  EXPECT_TRUE(EqualSecrets(secret.span(), bytes));
  EXPECT_NE(secret.span().data(), bytes.data());
}

TEST(SecretBytes, ClonesWithoutSharing) {
  SecretBytes original(core::Bytes{1, 2, 3});
  const SecretBytes clone = original.Clone();
  Fill(original, 9);
  EXPECT_TRUE(EqualSecrets(clone.span(), core::Bytes{1, 2, 3}));
}

TEST(SecretBytes, LeavesNothingBehindWhenMoved) {
  SecretBytes a(core::Bytes{1, 2, 3});
  SecretBytes b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(b.size(), 3u);
  SecretBytes c(core::Bytes{4});
  c = std::move(b);
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(EqualSecrets(c.span(), core::Bytes{1, 2, 3}));
}

TEST(SecretBytes, SurvivesMovingToItself) {
  SecretBytes a(core::Bytes{1, 2, 3});
  SecretBytes& same = a;
  a = std::move(same);
  EXPECT_TRUE(EqualSecrets(a.span(), core::Bytes{1, 2, 3}));
}

TEST(SecretBytes, NeverOverlapsAnother) {
  std::vector<SecretBytes> secrets;
  for (int round = 0; round < 50; ++round) {
    for (const std::size_t size : kSizes) secrets.emplace_back(size);
  }
  for (std::size_t i = 0; i < secrets.size(); ++i) Fill(secrets[i], static_cast<std::uint8_t>(i));
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    ASSERT_TRUE(IsFilledWith(secrets[i].span(), static_cast<std::uint8_t>(i))) << i;
  }
}

TEST(SecretBytes, ComesAndGoesOnManyThreads) {
  std::vector<std::thread> threads;
  std::vector<char> intact(8, 1);
  for (std::size_t t = 0; t < intact.size(); ++t) {
    threads.emplace_back([t, &intact] {
      std::vector<SecretBytes> kept(16);
      for (std::size_t i = 0; i < 2000; ++i) {
        SecretBytes& slot = kept[i % kept.size()];
        if (!IsFilledWith(slot.span(), static_cast<std::uint8_t>(t + 1))) intact[t] = 0;
        slot = SecretBytes(kSizes[i % kSizes.size()] % 5000 + 1);
        Fill(slot, static_cast<std::uint8_t>(t + 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(intact, std::vector<char>(8, 1));
}

// The "VmFlags:" line of the mapping that holds `address`; "" where the kernel tells none.
std::string VmFlagsOf(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool is_inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
      is_inside = begin <= wanted && wanted < end;
    } else if (is_inside && line.starts_with("VmFlags:")) {
      return line + " ";
    }
  }
  return "";
}

TEST(SecretBytes, StaysOutOfCoreDumps) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{100'000}}) {
    const SecretBytes secret(size);
    const std::string flags = VmFlagsOf(secret.span().data());
    if (flags.empty()) GTEST_SKIP() << "this kernel does not tell the flags of a mapping";
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
  }
}

TEST(EqualSecrets, ComparesContentAndLength) {
  const core::Bytes a = {1, 2, 3};
  EXPECT_TRUE(EqualSecrets(a, core::Bytes{1, 2, 3}));
  EXPECT_FALSE(EqualSecrets(a, core::Bytes{1, 2, 4}));
  EXPECT_FALSE(EqualSecrets(a, core::Bytes{0, 2, 3}));
  EXPECT_FALSE(EqualSecrets(a, core::Bytes{1, 2}));
  EXPECT_FALSE(EqualSecrets(a, {}));
  EXPECT_TRUE(EqualSecrets({}, {}));
}

}  // namespace
}  // namespace facegate::crypto
