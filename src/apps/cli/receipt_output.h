// Receipts as the CLI shows and keeps them.
#pragma once

#include <string>

#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::apps {

// "record 7 of gate/acme".
std::string ReceiptWords(const core::Json& receipt);
// Writes the receipt to `path`; nothing where that is empty.
core::Status SaveReceipt(const std::string& path, const core::Json& receipt);

// Writes the token of an answer to a consent to `path`; nothing where that is empty.
core::Status SaveToken(const std::string& path, const core::Json& answer);

}  // namespace facegate::apps
