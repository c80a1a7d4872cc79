// LINKS: facegate_tlog facegate_crypto
// Statements of a pruned log: one spelling, and none that the log's key did not make.
#include "facegate/tlog/minimum_index.h"

#include <span>

#include "facegate/core/check.h"
#include "facegate/tlog/checkpoint.h"
#include "fuzz/fuzz_keys.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

const tlog::MinimumIndex kSigned{"log.example/a", 512, {1, 2, 3}};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto minimum = tlog::ParseMinimumIndexText(input); minimum.ok()) {
    FG_CHECK(tlog::MinimumIndexText(*minimum) == input);
    FG_CHECK(!tlog::ParseCheckpointText(input).ok());
  }
  if (const auto opened = tlog::OpenMinimumIndex(input, std::span(&FuzzVerifier(), 1));
      opened.ok()) {
    FG_CHECK(*opened == kSigned);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {tlog::MinimumIndexText(kSigned), tlog::MinimumIndexText({"o", 0, tlog::EmptyRoot()}),
          tlog::SignMinimumIndex(kSigned, FuzzKey())};
}
