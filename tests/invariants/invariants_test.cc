// Each invariant of docs/INVARIANTS.md, over everything that happened on a few random walks. What
// holds it in detail, and how it fails, is in the unit tests that the document names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "facegate/images/kept_image.h"
#include "facegate/report/log_copy.h"
#include "facegate/tlog/checkpoint.h"
#include "invariants/walk.h"
#include "support/photos/photos.h"

namespace facegate {
namespace {

using model::Reason;
using model::Verdict;
using testing::Act;
using testing::Answer;
using testing::Step;
using testing::Walk;
using testing::World;

constexpr int kSteps = 90;

const std::vector<std::unique_ptr<Walk>>& Walks() {
  static const auto* walks = [] {
    auto* made = new std::vector<std::unique_ptr<Walk>>;
    for (const unsigned seed : {1u, 2u, 3u, 4u, 5u})
      made->push_back(std::make_unique<Walk>(seed, kSteps));
    return made;
  }();
  return *walks;
}

template <class F>
void ForEachStep(F check) {
  for (std::size_t walk = 0; walk < Walks().size(); ++walk) {
    const std::vector<Step>& steps = Walks()[walk]->steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      SCOPED_TRACE("walk " + std::to_string(walk + 1) + ", step " + std::to_string(i));
      check(steps[i]);
    }
  }
}

bool Asks(const Step& step) {
  return step.act == Act::kVerify || step.act == Act::kIdentify || step.act == Act::kEnroll ||
         step.act == Act::kStream;
}
// At the door or in the lane; a desk is no way through.
bool AsksAtADoor(const Step& step) { return Asks(step) && step.act != Act::kEnroll; }

// Without this the tests below could hold of walks that went nowhere.
TEST(Invariant, WalksMeetEverythingThatMatters) {
  std::set<Reason> reasons;
  std::set<Verdict> verdicts;
  std::set<Act> acts;
  bool overtaken = false;
  bool erased_enrolled = false;
  ForEachStep([&](const Step& step) {
    acts.insert(step.act);
    overtaken = overtaken || (Asks(step) && !step.withdrawn.empty());
    erased_enrolled = erased_enrolled || step.erased_enrolled;
    for (const Answer& answer : step.answers) {
      reasons.insert(answer.reason);
      verdicts.insert(answer.verdict);
    }
  });
  EXPECT_EQ(acts.size(), 8u);
  EXPECT_EQ(verdicts.size(), 3u);
  EXPECT_TRUE(overtaken);
  EXPECT_TRUE(erased_enrolled);
  for (const Reason reason :
       {Reason::kMatched, Reason::kEnrolled, Reason::kConsentMissing, Reason::kConsentWithdrawn,
        Reason::kNoMatch, Reason::kConsentMoved, Reason::kFault, Reason::kImageInvalid,
        Reason::kLeaseClosed, Reason::kPolicyDenied}) {
    EXPECT_TRUE(reasons.contains(reason)) << model::Word(reason);
  }
}

TEST(Invariant, I1NothingIsDecodedOrEmbeddedWithoutAPermit) {
  ForEachStep([](const Step& step) {
    if (!Asks(step) || !step.consented) {
      EXPECT_EQ(step.frames_decoded, 0u);
      EXPECT_EQ(step.faces_embedded, 0);
    }
    // The records account for every frame and every embedding.
    int frames = 0;
    int embedded = 0;
    for (const Answer& answer : step.answers) {
      frames += answer.counts.frames;
      if (answer.reason != Reason::kLeaseClosed) embedded += answer.counts.faces_embedded;
      if (answer.counts.faces_embedded > 0) {
        EXPECT_GT(answer.counts.faces_seen, 0);
      }
    }
    const bool undecodable = step.broken && frames == 0;  // counted when it is tried
    if (!undecodable) {
      EXPECT_EQ(step.frames_decoded, static_cast<std::uint64_t>(frames));
    }
    EXPECT_EQ(step.faces_embedded, embedded);
    for (const auto& sighting : step.sightings) EXPECT_TRUE(sighting.live);
  });
}

TEST(Invariant, I2PermitsAreThoseOfClaimsThatWerePut) {
  ForEachStep([](const Step& step) {
    for (const auto& sighting : step.sightings) {
      EXPECT_TRUE(Asks(step));
      EXPECT_EQ(sighting.subject, step.subject);
      // A stream puts claims of its own, for leases and for faces.
      if (step.act != Act::kStream) {
        EXPECT_EQ(sighting.request_id, step.request_id);
      }
    }
  });
}

TEST(Invariant, I3EveryAnswerIsOneRecordAndIsThatRecord) {
  for (const auto& walk : Walks()) {
    std::set<std::uint64_t> indices;
    for (const Step& step : walk->steps()) {
      if (Asks(step)) {
        EXPECT_EQ(step.log_size_after - step.log_size_before,
                  step.answers.size() + step.withdrawn.size());
        EXPECT_FALSE(step.answers.empty());
      }
      for (const Answer& answer : step.answers) {
        EXPECT_TRUE(indices.insert(answer.receipt.index).second) << answer.receipt.index;
        const auto stored = walk->world().store->ReadEntries(World::op(), answer.receipt.index, 1);
        ASSERT_TRUE(stored.ok() && stored->size() == 1);
        EXPECT_EQ(stored->at(0).entry, answer.receipt.entry);
        const std::string outcome =
            "\"outcome\":\"" + std::string(model::Word(answer.verdict)) + "\"";
        EXPECT_NE(answer.receipt.entry.find(outcome), std::string::npos);
      }
    }
  }
}

TEST(Invariant, I4NothingBrokenOrUnknownIsAGrant) {
  ForEachStep([](const Step& step) {
    for (const Answer& answer : step.answers) {
      if (answer.verdict != Verdict::kAllow) continue;
      EXPECT_FALSE(step.broken);
      EXPECT_TRUE(step.consented);
      EXPECT_FALSE(answer.rests_on.empty());
    }
  });
}

TEST(Invariant, I5NoRowChangesWithoutARecord) {
  ForEachStep([](const Step& step) {
    if (step.rows_changed) {
      EXPECT_GT(step.log_size_after, step.log_size_before);
    }
  });
  for (const auto& walk : Walks()) {
    EXPECT_THAT(walk->RowsWithoutRecord(), ::testing::IsEmpty());
  }
}

TEST(Invariant, I6NothingRestsOnAConsentAfterItsWithdrawal) {
  for (const auto& walk : Walks()) {
    std::vector<std::pair<model::ConsentRef, std::uint64_t>> withdrawn;
    for (const Step& step : walk->steps()) {
      withdrawn.insert(withdrawn.end(), step.withdrawn.begin(), step.withdrawn.end());
      for (const Answer& answer : step.answers) {
        for (const auto& [consent, index] : withdrawn) {
          if (answer.receipt.index < index) continue;
          EXPECT_EQ(std::count(answer.rests_on.begin(), answer.rests_on.end(), consent), 0)
              << "record " << answer.receipt.index << ", withdrawn at " << index;
        }
      }
    }
  }
}

TEST(Invariant, I7NoPictureAndNoEmbeddingIsInAnyFile) {
  const core::Bytes desk = testing::ReadPhoto("sample1.jpg");
  std::size_t images_kept = 0;
  for (const auto& walk : Walks()) {
    const std::string files = walk->Files();
    ASSERT_NE(files.find("template.enrolled"), std::string::npos) << "the files are not read";
    ASSERT_FALSE(walk->embeddings().empty());
    // Any four values of it, and any sixteen bytes in a row of the picture, taken here and there.
    for (const core::Bytes& embedding : walk->embeddings()) {
      for (std::size_t at = 0; at < embedding.size(); at += 64) {
        const auto part = core::ByteSpan(embedding).subspan(at, 16);
        EXPECT_EQ(files.find(core::AsText(part)), std::string::npos);
      }
    }
    for (std::size_t at = 1000; at + 16 < desk.size(); at += desk.size() / 50) {
      const auto part = core::ByteSpan(desk).subspan(at, 16);
      EXPECT_EQ(files.find(core::AsText(part)), std::string::npos);
    }
    // Images are kept sealed, and of nobody who does not let them be by its own scope.
    EXPECT_EQ(files.find("JFIF"), std::string::npos) << "a JPEG stands in clear";
    const storage::Store& store = *walk->world().store;
    const auto subjects = store.ListSubjects(World::op(), "", 1000);
    for (const auto& subject : *subjects) {
      for (const model::KeptImage& image : walk->ImagesOf(subject.id)) {
        ++images_kept;
        EXPECT_TRUE(walk->keeps_images());
        const auto consent = store.GetConsent({image.op, image.subject, image.consent});
        EXPECT_EQ(consent->status, model::ConsentStatus::kGranted);
        EXPECT_TRUE(consent->scopes.contains(model::ConsentScope::kOriginalImageRetention));
        EXPECT_LE(image.expires_at, consent->expires_at);
        EXPECT_TRUE(images::Open(image, *walk->world().keys).ok());
      }
    }
  }
  EXPECT_GT(images_kept, 0u);
}

TEST(Invariant, I8EveryReceiptAndTheWholeLogAreProvedWithPublicKeys) {
  for (const auto& walk : Walks()) {
    const World& world = walk->world();
    const tlog::VerifierKey checkpoint_key = world.ledger->CheckpointKey(World::op());
    const tlog::VerifierKey record_key = world.ledger->RecordKey(World::op());
    const testing::TempDir copy;
    walk->ExportTo(copy.path());
    const auto report = report::VerifyLogCopy(copy.path(), {checkpoint_key, record_key}, {});
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_TRUE(report->ok()) << report->fault->what;
    EXPECT_EQ(report->records_checked, world.store->GetLogHead(World::op())->size);

    for (const Step& step : walk->steps()) {
      for (const Answer& answer : step.answers) {
        const auto proof = tlog::ParseProofFile(answer.receipt.ToProofFile());
        ASSERT_TRUE(proof.ok());
        const auto proved =
            tlog::VerifyProofFile(*proof, core::AsBytes(answer.receipt.entry), checkpoint_key);
        EXPECT_TRUE(proved.ok()) << proved.status().ToString();
      }
    }
  }
}

TEST(Invariant, I9NothingIsKeptOrMatchedOfThePersonErased) {
  for (const auto& walk : Walks()) {
    std::set<std::string> erased;
    for (const Step& step : walk->steps()) {
      if (step.erased) erased.insert(step.erased->str());
      for (const Answer& answer : step.answers) {
        for (const model::ConsentRef& consent : answer.rests_on) {
          EXPECT_FALSE(erased.contains(consent.subject.str())) << answer.receipt.index;
        }
      }
    }
    const storage::Store& store = *walk->world().store;
    for (const std::string& id : erased) {
      EXPECT_EQ(store.GetSubject(World::subject(id)).status().reason(), "SUBJECT_ERASED");
      EXPECT_FALSE(store.GetTemplateKey(World::subject(id), World::purpose()).ok());
      EXPECT_TRUE(store.ListTemplatesOf(World::subject(id))->empty());
      EXPECT_TRUE(store.ListImagesOf(World::subject(id))->empty());
    }
    const std::string files = walk->Files();
    for (const core::Bytes& sealed : walk->destroyed()) {
      EXPECT_EQ(files.find(core::AsText(sealed)), std::string::npos);
    }
  }
}

TEST(Invariant, I10NobodyIsLookedAtWhereTheFaceIsTheOnlyWay) {
  ForEachStep([](const Step& step) {
    if (!AsksAtADoor(step)) return;
    for (const Answer& answer : step.answers) {
      if (step.alternatives) {
        EXPECT_NE(answer.verdict, Verdict::kDeny) << model::Word(answer.reason);
        EXPECT_TRUE(std::any_of(answer.alternatives.begin(), answer.alternatives.end(),
                                [](const auto& other) { return other.operational; }));
      } else {
        EXPECT_EQ(answer.verdict, Verdict::kDeny) << model::Word(answer.reason);
      }
    }
    if (!step.alternatives) {
      EXPECT_EQ(step.frames_decoded, 0u);
    }
  });
}

}  // namespace
}  // namespace facegate
