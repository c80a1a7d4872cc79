#include "facegate/tlog/minimum_index.h"

#include <optional>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "tlog/lines.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kHeader = "facegate-minimum-index v1";

Status BadMinimumIndex(std::string why) {
  return {Code::kInvalidArgument, "BAD_MINIMUM_INDEX", std::move(why)};
}

bool IsBundleBoundary(std::uint64_t index) { return index % kTileWidth == 0; }

}  // namespace

std::string MinimumIndexText(const MinimumIndex& minimum) {
  FG_CHECK(IsValidKeyName(minimum.origin));
  FG_CHECK(IsBundleBoundary(minimum.index));
  FG_CHECK(minimum.index > 0 || minimum.root == EmptyRoot());
  return std::string(kHeader) + "\n" + minimum.origin + "\n" + std::to_string(minimum.index) +
         "\n" + crypto::Base64Encode(minimum.root) + "\n";
}

Result<MinimumIndex> ParseMinimumIndexText(std::string_view text) {
  if (TakeLine(text) != kHeader) return BadMinimumIndex("it does not start with its format line");
  const std::optional<std::string_view> origin = TakeLine(text);
  const std::optional<std::string_view> index_line = TakeLine(text);
  const std::optional<std::string_view> root_line = TakeLine(text);
  if (!root_line || !text.empty()) return BadMinimumIndex("want four lines");
  if (!IsValidKeyName(*origin)) return BadMinimumIndex("the origin is not a valid key name");
  const std::optional<std::uint64_t> index = core::ParseDecimal(*index_line);
  if (!index || !IsBundleBoundary(*index)) {
    return BadMinimumIndex("the index is not a multiple of 256");
  }
  const std::optional<Hash256> root = ParseHash(*root_line);
  if (!root) return BadMinimumIndex("the root is not the base64 of 32 bytes");
  if (*index == 0 && *root != EmptyRoot()) return BadMinimumIndex("no leaves, but another root");
  return MinimumIndex{std::string(*origin), *index, *root};
}

std::string SignMinimumIndex(const MinimumIndex& minimum, const crypto::SigningKey& key) {
  Note note{MinimumIndexText(minimum), {}};
  SignNote(note, minimum.origin, key);
  return EncodeNote(note);
}

Result<MinimumIndex> OpenMinimumIndex(std::string_view note_bytes,
                                      std::span<const VerifierKey> keys) {
  FG_ASSIGN_OR_RETURN(const Note note, ParseNote(note_bytes));
  FG_ASSIGN_OR_RETURN(const VerifierKey* const key, VerifyNoteByAny(note, keys));
  FG_ASSIGN_OR_RETURN(MinimumIndex minimum, ParseMinimumIndexText(note.text));
  if (minimum.origin != key->name) {
    return Status(Code::kPermissionDenied, "ORIGIN_WRONG",
                  "the key made a statement about another log than its own");
  }
  return minimum;
}

}  // namespace facegate::tlog
