#include "facegate/report/receipt.h"

#include <gtest/gtest.h>

#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using testing::WrittenLog;

// The receipt of record `index` of a log of seven, as a server gives it to an operator.
core::Json Receipt(std::uint64_t index, bool with_entry = true) {
  WrittenLog log;
  log.AppendMany(7);
  const std::string& entry = log.entries()[index];
  core::Json json = core::Json::MakeObject();
  json.Set("logOrigin", WrittenLog::kOrigin);
  json.Set("index", std::to_string(index));
  json.Set("entry", with_entry ? crypto::Base64Encode(core::AsBytes(entry)) : "");
  json.Set("leafHash", crypto::Base64Encode(tlog::LeafHash(core::AsBytes(entry))));
  json.Set("checkpoint", log.Checkpoint());
  core::Json hashes = core::Json::MakeArray();
  for (const tlog::Hash256& hash : log.Proof(index)) hashes.Push(crypto::Base64Encode(hash));
  json.Set("inclusionProof", std::move(hashes));
  return json;
}

std::string ReasonOf(const core::Json& json) {
  const core::Result<HeldReceipt> receipt = ParseReceipt(json.Dump());
  if (!receipt.ok()) return receipt.status().reason();
  const core::Result<ReceiptProof> proof = VerifyReceipt(*receipt, WrittenLog().keys());
  return proof.ok() ? "OK" : proof.status().reason();
}

TEST(Receipt, ProvesItsRecord) {
  const core::Result<HeldReceipt> receipt = ParseReceipt(Receipt(4).DumpPretty());
  ASSERT_TRUE(receipt.ok());
  const core::Result<ReceiptProof> proof = VerifyReceipt(*receipt, WrittenLog().keys());
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(proof->index, 4u);
  EXPECT_EQ(proof->log_size, 7u);
  ASSERT_TRUE(proof->record.has_value());
  EXPECT_EQ(proof->record->IntOr("index", -1), 4);
}

TEST(Receipt, ProvesInclusionWithoutTheRecord) {
  const core::Result<HeldReceipt> receipt = ParseReceipt(Receipt(4, false).Dump());
  ASSERT_TRUE(receipt.ok());
  EXPECT_FALSE(receipt->entry.has_value());
  const core::Result<ReceiptProof> proof = VerifyReceipt(*receipt, WrittenLog().keys());
  ASSERT_TRUE(proof.ok());
  EXPECT_FALSE(proof->record.has_value());
}

TEST(Receipt, IsFoundInsideAnAnswer) {
  core::Json response = core::Json::MakeObject();
  response.Set("receipt", Receipt(1));
  EXPECT_EQ(ReasonOf(response), "OK");
  core::Json outer = core::Json::MakeObject();
  outer.Set("answer", response);
  EXPECT_EQ(ReasonOf(outer), "OK");
}

TEST(Receipt, TakesTheNamesOfTheProto) {
  core::Json json = core::Json::MakeObject();
  const core::Json receipt = Receipt(0);
  json.Set("log_origin", *receipt.Find("logOrigin"));
  json.Set("entry", *receipt.Find("entry"));
  json.Set("leaf_hash", *receipt.Find("leafHash"));
  json.Set("checkpoint", *receipt.Find("checkpoint"));
  json.Set("inclusion_proof", *receipt.Find("inclusionProof"));
  EXPECT_EQ(ReasonOf(json), "OK");  // an index of 0 is left out
}

TEST(Receipt, IsRefusedWithAnotherIndex) {
  core::Json json = Receipt(4);
  json.Set("index", 5);
  EXPECT_EQ(ReasonOf(json), "PROOF_BAD");
  json.Set("index", 7);
  EXPECT_EQ(ReasonOf(json), "PROOF_BAD");
}

TEST(Receipt, IsRefusedWithAnotherRecord) {
  core::Json json = Receipt(4);
  json.Set("entry", *Receipt(3).Find("entry"));
  EXPECT_EQ(ReasonOf(json), "RECORD_DIFFERS");
  json = Receipt(4);
  json.Set("leafHash", *Receipt(3).Find("leafHash"));
  EXPECT_EQ(ReasonOf(json), "PROOF_BAD");
}

TEST(Receipt, IsRefusedWithAnotherOrigin) {
  core::Json json = Receipt(4);
  json.Set("logOrigin", "gate.example/other");
  EXPECT_EQ(ReasonOf(json), "ORIGIN_DIFFERS");
}

TEST(Receipt, IsRefusedWithAnUnsignedCheckpoint) {
  core::Json json = Receipt(4);
  std::string checkpoint = json.StringOr("checkpoint", "");
  checkpoint[checkpoint.size() - 10] ^= 1;
  json.Set("checkpoint", checkpoint);
  EXPECT_NE(ReasonOf(json), "OK");
  json.Set("checkpoint", "no note");
  EXPECT_EQ(ReasonOf(json), "CHECKPOINT_MALFORMED");
}

TEST(Receipt, IsRefusedWithATamperedProof) {
  core::Json json = Receipt(4);
  core::Json hashes = core::Json::MakeArray();
  hashes.Push(*Receipt(4).Find("leafHash"));
  json.Set("inclusionProof", hashes);
  EXPECT_EQ(ReasonOf(json), "PROOF_BAD");
}

// What repeats the proof, or follows from the record, is held to it.
TEST(Receipt, IsRefusedWithAProofFileOrTimeThatDiffers) {
  const core::Json honest = Receipt(4);
  const HeldReceipt held = ParseReceipt(honest.Dump()).value();
  core::Json json = honest;
  json.Set("proofFile",
           tlog::EncodeProofFile({std::nullopt, 4, held.inclusion_proof, held.checkpoint}));
  json.Set("recordTime", "2026-03-02T08:00:04Z");
  EXPECT_EQ(ReasonOf(json), "OK");
  json.Set("recordTime", "2026-03-02T08:00:05Z");
  EXPECT_EQ(ReasonOf(json), "CLAIM_DIFFERS");
  json.Set("recordTime", "yesterday");
  EXPECT_EQ(ReasonOf(json), "BAD_RECEIPT");
  json = honest;
  json.Set("proof_file",
           tlog::EncodeProofFile({std::nullopt, 5, held.inclusion_proof, held.checkpoint}));
  EXPECT_EQ(ReasonOf(json), "CLAIM_DIFFERS");
}

TEST(ParseReceipt, RefusesWhatIsNone) {
  for (const char* text : {"", "[]", "{}", R"({"receipt": 1})", R"({"checkpoint": ""})"}) {
    EXPECT_EQ(ParseReceipt(text).status().reason(), "BAD_RECEIPT") << text;
  }
  for (const char* member : {"index", "entry", "leafHash", "inclusionProof"}) {
    for (const core::Json& value : {core::Json("?"), core::Json(nullptr), core::Json(1.5)}) {
      core::Json json = Receipt(1);
      json.Set(member, value);
      EXPECT_EQ(ReasonOf(json), "BAD_RECEIPT") << member << " " << value.Dump();
    }
  }
  core::Json json = Receipt(1);
  json.Set("index", "01");
  EXPECT_EQ(ReasonOf(json), "BAD_RECEIPT");
}

}  // namespace
}  // namespace facegate::report
