#include "vision/weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace facegate::vision {
namespace {

std::string Layout(const std::string& tensors) {
  return R"([{"weights":[)" + tensors + R"(],"paths":["x.bin"]}])";
}

constexpr char kQuantised[] = R"({"name":"q","shape":[2,2],"dtype":"float32",)"
                              R"("quantization":{"dtype":"uint8","scale":0.1,"min":-0.5}})";
constexpr char kPlain[] = R"({"name":"p","shape":[1],"dtype":"float32"})";

std::string ReasonFor(const std::string& layout, const core::Bytes& bytes) {
  return ReadTensors(layout, bytes).status().reason();
}

TEST(ReadTensors, DequantisesAsTheLayoutSays) {
  const auto tensors = ReadTensors(Layout(kQuantised), core::Bytes{0, 1, 5, 255});
  ASSERT_TRUE(tensors.ok()) << tensors.status().ToString();
  ASSERT_EQ(tensors->size(), 1u);
  EXPECT_EQ((*tensors)[0].shape, (std::vector<int>{2, 2}));
  const std::vector<float> expected = {-0.5F, static_cast<float>(1 * 0.1 - 0.5),
                                       static_cast<float>(5 * 0.1 - 0.5),
                                       static_cast<float>(255 * 0.1 - 0.5)};
  EXPECT_EQ((*tensors)[0].values, expected);
}

TEST(ReadTensors, CopiesFloatsThatAreNotQuantised) {
  const float value = 1.25F;
  core::Bytes bytes(4);
  std::memcpy(bytes.data(), &value, 4);
  EXPECT_EQ(ReadTensors(Layout(kPlain), bytes).value()[0].values, std::vector<float>{1.25F});
}

TEST(ReadTensors, RefusesTooFewBytes) {
  EXPECT_EQ(ReasonFor(Layout(kQuantised), {0, 1, 2}), "BAD_WEIGHTS");
}

TEST(ReadTensors, RefusesBytesThatAreLeftOver) {
  EXPECT_EQ(ReasonFor(Layout(kQuantised), {0, 1, 2, 3, 4}), "BAD_WEIGHTS");
}

TEST(ReadTensors, RefusesAValueThatIsNotFinite) {
  EXPECT_EQ(ReasonFor(Layout(kPlain), {0, 0, 0x80, 0x7F}), "BAD_WEIGHTS");  // infinity
}

TEST(ReadTensors, RefusesAShapeThatOverflows) {
  const std::string huge =
      R"({"name":"h","shape":[100000000,100000000,100000000],"dtype":"float32"})";
  EXPECT_EQ(ReasonFor(Layout(huge), {}), "BAD_WEIGHTS");
}

TEST(ReadTensors, RefusesAnotherQuantisation) {
  const std::string other = R"({"name":"o","shape":[1],"dtype":"float32",)"
                            R"("quantization":{"dtype":"uint16","scale":1,"min":0}})";
  EXPECT_EQ(ReasonFor(Layout(other), {0, 0}), "BAD_WEIGHTS");
}

TEST(ReadTensors, RefusesALayoutOfAnotherForm) {
  EXPECT_EQ(ReasonFor("{}", {}), "BAD_WEIGHTS");
  EXPECT_EQ(ReasonFor("[{}]", {}), "BAD_WEIGHTS");
  EXPECT_EQ(ReasonFor("[", {}), "BAD_JSON");
}

}  // namespace
}  // namespace facegate::vision
