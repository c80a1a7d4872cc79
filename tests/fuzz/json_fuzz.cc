// LINKS: facegate_core
// Any bytes as JSON: what parses is written canonically, and that parses to the same value.
#include "facegate/core/json.h"

#include "facegate/core/check.h"
#include "fuzz/fuzz_target.h"

namespace core = facegate::core;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = core::Json::Parse(FuzzText(data, size));
  if (!json.ok()) return 0;
  const std::string written = json->Dump();
  const auto again = core::Json::Parse(written);
  FG_CHECK(again.ok() && *again == *json);
  FG_CHECK(again->Dump() == written);
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {
      R"({"v":1,"type":"decision","index":7,"rules":[],"counts":{"frames":1},"pad":null})",
      R"([true,false,-1,0.5,1e3,"\u00e9\"\\\n\u0001日",{"a":{"b":[[[]]]}}, 9223372036854775807])"};
}
