#include "gateway/track.h"

#include <gtest/gtest.h>

#include "gateway/walk.h"

namespace facegate::gateway {
namespace {

vision::FaceBox Box(int left, int width) {
  vision::FaceBox box;
  box.left = left;
  box.right = left + width;
  box.top = 0;
  box.bottom = width;
  box.eligible = true;
  return box;
}

TEST(Tracker, FollowsAFaceThatMovesALittle) {
  Tracker tracker;
  tracker.Update({Box(100, 80)});
  const auto tracks = tracker.Update({Box(110, 84)});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0]->frames_seen, 2);
}

TEST(Tracker, TakesAFaceElsewhereForAnother) {
  Tracker tracker;
  tracker.Update({Box(100, 80)});
  const auto tracks = tracker.Update({Box(400, 80)});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0]->frames_seen, 1);
}

TEST(Tracker, ForgetsAFaceThatStaysAway) {
  Tracker tracker;
  tracker.Update({Box(100, 80)});
  for (int i = 0; i < 6; ++i) tracker.Update({});
  EXPECT_EQ(tracker.Update({Box(100, 80)})[0]->frames_seen, 1);
}

TEST(WorthEmbedding, WaitsForASecondSightAndForAViewAsGoodAsTheBest) {
  Tracker tracker;
  EXPECT_FALSE(WorthEmbedding(*tracker.Update({Box(100, 80)})[0]));
  EXPECT_TRUE(WorthEmbedding(*tracker.Update({Box(100, 80)})[0]));
  EXPECT_FALSE(WorthEmbedding(*tracker.Update({Box(104, 70)})[0]));
}

TEST(WorthEmbedding, IsOverOnceDecidedOrTriedTooOften) {
  Tracker tracker;
  tracker.Update({Box(100, 80)});
  Track* track = tracker.Update({Box(100, 80)})[0];
  track->attempts = 3;
  EXPECT_FALSE(WorthEmbedding(*track));
  track->attempts = 0;
  track->decided = true;
  EXPECT_FALSE(WorthEmbedding(*track));
}

TEST(ChooseOne, TakesTheLargestUnlessAnotherIsAboutAsLarge) {
  EXPECT_EQ(ChooseOne({Box(0, 100), Box(200, 60)}).box->width(), 100);
  EXPECT_EQ(ChooseOne({Box(0, 100), Box(200, 80)}).problem, model::Reason::kMultipleFaces);
  EXPECT_EQ(ChooseOne({}).problem, model::Reason::kNoFace);
}

}  // namespace
}  // namespace facegate::gateway
