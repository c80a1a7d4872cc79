#include "facegate/crypto/wiped_pool.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include "support/base/allocations.h"

namespace facegate::crypto {
namespace {

using testing::Allocations;

struct Name {
  std::array<char, 64> text{};
};

TEST(WipedPool, LendsTheSameMemoryAgainZeroed) {
  const auto pool = std::make_shared<WipedPool>();
  auto first = MakeWiped<Name>(pool);
  std::memcpy(first->text.data(), "somebody", 8);
  const void* where = first.get();
  first.reset();
  // A constructor that sets nothing: what is there is what was left.
  void* again = pool->allocate(sizeof(Name), alignof(Name));
  ASSERT_EQ(again, where);
  const auto* bytes = static_cast<const char*>(again);
  for (std::size_t i = 0; i < sizeof(Name); ++i) ASSERT_EQ(bytes[i], 0) << i;
  pool->deallocate(again, sizeof(Name), alignof(Name));
}

TEST(WipedPool, AllocatesNothingOnceItIsWarm) {
  const auto pool = std::make_shared<WipedPool>();
  const auto make_and_drop = [&] {
    std::vector<WipedPtr<Name>> names;
    names.reserve(40);
    for (int i = 0; i < 40; ++i) names.push_back(MakeWiped<Name>(pool));
  };
  make_and_drop();
  std::array<WipedPtr<Name>, 40> names;
  const std::uint64_t before = Allocations();
  for (auto& name : names) name = MakeWiped<Name>(pool);
  EXPECT_EQ(Allocations(), before);
}

TEST(WipedPool, OutlivesItsOwnerWhileSomethingIsInIt) {
  auto pool = std::make_shared<WipedPool>();
  auto name = MakeWiped<Name>(pool);
  pool.reset();
  name->text[0] = 'x';
  EXPECT_EQ(name->text[0], 'x');
}

TEST(WipedPool, TakesBackWhatAnotherThreadLent) {
  const auto pool = std::make_shared<WipedPool>();
  for (int round = 0; round < 50; ++round) {
    std::vector<WipedPtr<Name>> names;
    std::thread([&] {
      for (int i = 0; i < 20; ++i) names.push_back(MakeWiped<Name>(pool));
    }).join();
    std::thread other([&] { const auto own = MakeWiped<Name>(pool); });
    names.clear();
    other.join();
  }
}

}  // namespace
}  // namespace facegate::crypto
