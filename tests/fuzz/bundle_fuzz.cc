// LINKS: facegate_tlog facegate_crypto
// Entry bundles.
#include "facegate/core/check.h"
#include "facegate/tlog/checkpoint.h"
#include "fuzz/fuzz_target.h"

namespace core = facegate::core;
namespace tlog = facegate::tlog;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const core::ByteSpan input(data, size);
  const auto entries = tlog::ParseBundle(input);
  if (!entries.ok()) return 0;
  const core::Bytes again = tlog::EncodeBundle(*entries);
  FG_CHECK(core::AsText(again) == core::AsText(input));
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  const core::Bytes some = tlog::EncodeBundle({"a", "", "{\"v\":1}\n", std::string(300, 'x')});
  return {std::string(core::AsText(some))};
}
