// LINKS: facegate_tlog facegate_crypto
// Trust policies: whatever parses has names that can be counted, and more witnesses never make a
// quorum less.
#include "facegate/tlog/policy.h"

#include "facegate/core/check.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

std::string Vkey(std::string_view name, std::uint8_t type, std::uint8_t seed) {
  const facegate::crypto::SigningKey key(core::Bytes(32, seed));
  return tlog::MakeVerifierKey(name, type, key.public_key()).ToString();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = tlog::WitnessPolicy::Parse(FuzzText(data, size));
  if (!policy.ok()) {
    FG_CHECK(policy.status().reason() == "BAD_POLICY");
    return 0;
  }
  tlog::WitnessNames names;
  bool was_met = policy->IsQuorum(names);
  FG_CHECK(was_met == !policy->has_quorum());
  for (const tlog::PolicyWitness& witness : policy->witnesses()) {
    FG_CHECK(names.insert(witness.name).second);
    const bool is_met = policy->IsQuorum(names);
    FG_CHECK(is_met || !was_met);
    was_met = is_met;
  }
  FG_CHECK(was_met);  // all of them together are always enough
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  std::string text = "# a policy\nlog ";
  text.append(Vkey("log.example/a", tlog::kSigEd25519, 9)).append(" https://a\n");
  for (const std::uint8_t number : {1, 2, 3, 4}) {
    const std::string name(1, static_cast<char>('0' + number));
    text.append("witness ").append(name).append(" ");
    text.append(Vkey(name, tlog::kSigCosignatureV1, number)).append("\thttp://b:1\n");
  }
  return {text + "group g 2 1 2 3\ngroup h all g 4\nquorum h\n", text + "quorum 1\n",
          "quorum none\n"};
}
