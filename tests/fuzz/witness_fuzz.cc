// LINKS: facegate_tlog facegate_crypto
// The bodies of the witness protocol, both ways: what parses is written back byte for byte.
#include "facegate/tlog/witness.h"

#include "facegate/core/check.h"
#include "facegate/tlog/checkpoint.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto request = tlog::ParseAddCheckpoint(input); request.ok()) {
    FG_CHECK(tlog::EncodeAddCheckpoint(*request) == input);
  }
  if (const auto tree_size = tlog::ParseTreeSize(input); tree_size.ok()) {
    FG_CHECK(tlog::EncodeTreeSize(*tree_size) == input);
  }
  if (const auto signatures = tlog::ParseSignatureLines(input); signatures.ok()) {
    FG_CHECK(tlog::EncodeSignatureLines(*signatures) == input);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  const facegate::crypto::SigningKey key(core::Bytes(32, 7));
  const std::string checkpoint = tlog::SignCheckpoint({"log.example/a", 9, {1, 2, 3}}, key);
  tlog::Note note{"any text\n", {}};
  tlog::CosignNote(note, "witness.example/日", key, 1'700'000'000);
  tlog::CosignNote(note, "witness.example/b", key, 0);
  return {tlog::EncodeAddCheckpoint({0, {}, checkpoint}),
          tlog::EncodeAddCheckpoint({4, {{1}, {2}, {3}}, checkpoint}),
          tlog::EncodeTreeSize(1'234'067), tlog::EncodeSignatureLines(note.signatures)};
}
