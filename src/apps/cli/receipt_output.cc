#include "apps/cli/receipt_output.h"

#include "apps/cli/session.h"

namespace facegate::apps {

std::string ReceiptWords(const core::Json& receipt) {
  return "record " + std::to_string(receipt.IntOr("index", 0)) + " of " +
         receipt.StringOr("logOrigin", "");
}

core::Status SaveReceipt(const std::string& path, const core::Json& receipt) {
  if (path.empty()) return core::Status::Ok();
  return WriteWholeFile(path, receipt.DumpPretty() + "\n");
}

core::Status SaveToken(const std::string& path, const core::Json& answer) {
  if (path.empty()) return core::Status::Ok();
  return WriteWholeFile(path, answer.StringOr("receiptToken", "") + "\n");
}

}  // namespace facegate::apps
