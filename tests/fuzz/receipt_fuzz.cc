// LINKS: facegate_report facegate_tlog facegate_crypto
// Receipts, consent receipts and the files of a log's keys: nothing proves but what is in the log.
#include "facegate/report/receipt.h"

#include "facegate/core/check.h"
#include "facegate/report/consent_receipt.h"
#include "fuzz/fuzz_target.h"
#include "unit/report/written_log.h"

namespace {

namespace core = facegate::core;
namespace crypto = facegate::crypto;
namespace report = facegate::report;
namespace tlog = facegate::tlog;
using facegate::testing::WrittenLog;

WrittenLog& Log() {
  static auto* const log = [] {
    auto* const made = new WrittenLog;
    made->AppendMany(7);
    return made;
  }();
  return *log;
}

core::Json ReceiptOf(std::uint64_t index) {
  const std::string& entry = Log().entries()[index];
  core::Json json = core::Json::MakeObject();
  json.Set("logOrigin", WrittenLog::kOrigin);
  json.Set("index", std::to_string(index));
  json.Set("entry", crypto::Base64Encode(core::AsBytes(entry)));
  json.Set("leafHash", crypto::Base64Encode(tlog::LeafHash(core::AsBytes(entry))));
  json.Set("checkpoint", Log().Checkpoint());
  core::Json hashes = core::Json::MakeArray();
  for (const tlog::Hash256& hash : Log().Proof(index)) hashes.Push(crypto::Base64Encode(hash));
  json.Set("inclusionProof", std::move(hashes));
  return json;
}

// One that is signed, with an event that proves, but says nothing of a consent.
core::Json ConsentReceipt() {
  core::Json event = core::Json::MakeObject();
  event.Set("type", "consent.granted").Set("receipt", ReceiptOf(1));
  core::Json evidence = core::Json::MakeObject();
  evidence.Set("format", report::kConsentReceiptFormat).Set("log_origin", WrittenLog::kOrigin);
  evidence.Set("events", core::Json::MakeArray().Push(std::move(event)));
  core::Json receipt = core::Json::MakeObject();
  receipt.Set("facegate", std::move(evidence));
  return report::SignConsentReceipt(std::move(receipt),
                                    std::string(WrittenLog::kOrigin) + "/records",
                                    crypto::SigningKey(core::Bytes(32, 2)));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  static const report::LogKeys keys = Log().keys();
  if (const auto receipt = report::ParseReceipt(input); receipt.ok()) {
    if (const auto proof = report::VerifyReceipt(*receipt, keys); proof.ok()) {
      FG_CHECK(proof->index < Log().entries().size());
      const std::string& entry = Log().entries()[proof->index];
      FG_CHECK(receipt->leaf_hash == tlog::LeafHash(core::AsBytes(entry)));
      FG_CHECK(!receipt->entry || *receipt->entry == entry);
    }
  }
  if (const auto json = core::Json::Parse(input); json.ok() && report::IsConsentReceipt(*json)) {
    FG_CHECK(!report::VerifyConsentReceipt(*json, keys).ok());  // no record of it is in the log
  }
  if (const auto parsed = report::ParseLogKeys(input); !parsed.ok()) {
    FG_CHECK(parsed.status().code() == core::Code::kInvalidArgument);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  const report::LogKeys keys = Log().keys();
  core::Json coarse = ReceiptOf(6);
  coarse.Set("entry", "");
  return {ReceiptOf(4).Dump(), coarse.DumpPretty(), ConsentReceipt().Dump(),
          "# keys\n" + keys.record.ToString() + "\n" + keys.checkpoint.ToString() + "\n"};
}
