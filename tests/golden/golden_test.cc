// Bytes that outlive this version: records, checkpoints, tiles, proofs, receipts.
#include <gtest/gtest.h>

#include <string>

#include "client/json_messages.h"
#include "facegate/report/receipt.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"
#include "golden/golden_file.h"
#include "golden/story.h"
#include "rpc/messages.h"

namespace facegate {
namespace {

using testing::ExpectGolden;
using testing::Story;

const Story& TheStory() {
  static const auto* story = new Story(testing::Ending::kErasure);
  return *story;
}
const Story& TheStoryOfItsLog() {
  static const auto* story = new Story(testing::Ending::kLog);
  return *story;
}

TEST(Golden, ARecordOfEachKind) {
  for (const auto& [name, entry] : TheStory().entries()) ExpectGolden("entry." + name, entry);
}

TEST(Golden, RecordsOfTheLogItself) {
  for (const char* name : {"audit.queried", "log.pruned"}) {
    ExpectGolden(std::string("entry.") + name, TheStoryOfItsLog().entries().at(name));
  }
}

// But for their request ids, and the two signatures that cover those.
TEST(Golden, RecordsThatHandALogOver) {
  for (const char* name : {"key.rotated", "log.succeeded"}) {
    const auto note = tlog::ParseNote(TheStoryOfItsLog().entries().at(name));
    ASSERT_TRUE(note.ok());
    EXPECT_EQ(note->signatures.size(), 2u);
    auto line = core::Json::Parse(note->text);
    ASSERT_TRUE(line.ok());
    line->Set("request_id", "");
    ExpectGolden(std::string("line.") + name, line->Dump() + "\n");
  }
}

TEST(Golden, TheCheckpoint) {
  ExpectGolden("checkpoint", TheStory().store().GetLogHead(Story::op())->checkpoint);
}

TEST(Golden, TheKeysOfALog) {
  ExpectGolden("vkeys", TheStory().ledger().CheckpointKey(Story::op()).ToString() + "\n" +
                            TheStory().ledger().RecordKey(Story::op()).ToString() + "\n");
}

TEST(Golden, ATile) {
  const auto tile = TheStory().store().ReadTile(Story::op(), {0, 0});
  ASSERT_TRUE(tile.ok());
  std::string lines;
  for (std::size_t at = 0; at < tile->size(); at += 32) {
    lines += core::HexEncode(core::ByteSpan(*tile).subspan(at, 32)) + "\n";
  }
  ExpectGolden("tile.hex", lines);
}

TEST(Golden, AProofFile) { ExpectGolden("proof", TheStory().receipt().ToProofFile()); }

TEST(Golden, AReceiptAsJson) {
  for (const auto& [name, detail] : {std::pair{"receipt.fine.json", rpc::Detail::kFine},
                                     std::pair{"receipt.coarse.json", rpc::Detail::kCoarse}}) {
    const auto json = client::ToJson(rpc::ToProto(TheStory().receipt(), detail));
    ASSERT_TRUE(json.ok());
    ExpectGolden(name, json->DumpPretty() + "\n");
  }
}

TEST(Golden, TheSuppressionFile) { ExpectGolden("suppressions", TheStory().Suppressions()); }

// Bytes of a kind that were kept by others are verified with the keys of then.
void ExpectProved(const std::string& prefix) {
  const auto vkeys = testing::LinesOf(testing::ReadGolden("vkeys"));
  ASSERT_EQ(vkeys.size(), 2u);
  const auto checkpoint_key = tlog::VerifierKey::Parse(vkeys[0]);
  const auto record_key = tlog::VerifierKey::Parse(vkeys[1]);
  ASSERT_TRUE(checkpoint_key.ok() && record_key.ok());

  const std::string entry = testing::ReadGolden(prefix + "entry.decision.matched");
  const auto note = tlog::ParseNote(entry);
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(tlog::VerifyNote(*note, *record_key).ok());
  const auto proof = tlog::ParseProofFile(testing::ReadGolden(prefix + "proof"));
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(tlog::VerifyProofFile(*proof, core::AsBytes(entry), *checkpoint_key).ok());
  EXPECT_TRUE(
      tlog::OpenCheckpoint(testing::ReadGolden(prefix + "checkpoint"), *checkpoint_key).ok());

  const auto held = report::ParseReceipt(testing::ReadGolden(prefix + "receipt.fine.json"));
  ASSERT_TRUE(held.ok()) << held.status().ToString();
  const auto proved = report::VerifyReceipt(*held, {*checkpoint_key, *record_key});
  EXPECT_TRUE(proved.ok()) << proved.status().ToString();
}

// What was written then is still verified now, whatever is written now.
TEST(Golden, StillProves) { ExpectProved(""); }

// Records that do not say yet what the gateway said of itself. Never written anew.
TEST(Golden, StillProvesRecordsOfBefore) {
  EXPECT_EQ(testing::ReadGolden("before_gateway.entry.decision.matched").find("\"gateway\""),
            std::string::npos);
  ExpectProved("before_gateway.");
}

}  // namespace
}  // namespace facegate
