#include "facegate/custody/holder_token.h"

#include "facegate/audit/contexts.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"

namespace facegate::custody {
namespace {

using core::Bytes;
using core::ByteSpan;
using core::Result;
using core::Status;

constexpr std::string_view kPrefix = "FGH1:";
constexpr std::string_view kKind = "facegate holder token";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIdBytes = 12;
constexpr std::size_t kHeadBytes = 1 + 2 + kIdBytes + 8;
constexpr std::size_t kBoundBytes = 8;
constexpr std::size_t kTagBytes = 16;        // of an HMAC, shortened
constexpr std::size_t kSealBytes = 12 + 16;  // what sealing adds
constexpr std::size_t kShortWhoBytes = 32;   // a length and the id, filled up
constexpr std::size_t kLongWhoBytes = 64;
constexpr std::size_t kSealedBytes = kHeldTemplateBytes + kSealBytes;
// All but what says who.
constexpr std::size_t kFixedBytes =
    kHeadBytes + kBoundBytes + kSealBytes + kSealedBytes + kTagBytes;
constexpr std::size_t kMarkHexDigits = 32;

Status BadToken() {
  return Status(core::Code::kInvalidArgument, "HOLDER_TOKEN_BAD",
                "no holder token of this operator, or one that was changed");
}

// The keys of one version, each for one use.
class TokenKeys {
 public:
  TokenKeys(const crypto::KeyRing& keys, const model::OperatorId& op, int version)
      : root_(keys.HolderKey(model::OperatorName(op), version)) {}

  crypto::SecretBytes who() const { return For("who"); }
  crypto::SecretBytes sealing() const { return For("template"); }
  Bytes Bound(ByteSpan data) const { return Hmac("bound", data, kBoundBytes); }
  Bytes Mark(ByteSpan data) const { return Hmac("mark", data, kTagBytes); }

 private:
  crypto::SecretBytes For(std::string_view use) const {
    return crypto::Hkdf(root_.span(), use, kKeyBytes);
  }
  Bytes Hmac(std::string_view use, ByteSpan data, std::size_t size) const {
    const core::Hash256 hash = crypto::HmacSha256(For(use).span(), data);
    return Bytes(hash.begin(), hash.begin() + static_cast<std::ptrdiff_t>(size));
  }

  crypto::SecretBytes root_;
};

void Append(ByteSpan from, Bytes& to) { to.insert(to.end(), from.begin(), from.end()); }

Bytes Take(std::size_t size, ByteSpan& from) {
  Bytes taken(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
  from = from.subspan(size);
  return taken;
}

Bytes HeadBytes(const TokenHead& head) {
  FG_CHECK(head.key_version > 0 && head.key_version <= kKeyVersionMax);
  const Result<Bytes> id = core::HexDecode(head.id.str());
  FG_CHECK(id.ok() && id->size() == kIdBytes);
  Bytes bytes;
  bytes.reserve(kHeadBytes);
  bytes.push_back(kVersion);
  bytes.push_back(static_cast<std::uint8_t>(head.key_version >> 8));
  bytes.push_back(static_cast<std::uint8_t>(head.key_version & 0xff));
  Append(*id, bytes);
  core::AppendNumber(static_cast<std::uint64_t>(head.expires_at.unix_ms), bytes);
  return bytes;
}

// Whatever a token is of. `model_id` is empty for what is bound whichever model made the template.
Bytes BoundData(const TokenHead& head, const TokenBinding& binding, std::string_view model_id) {
  Bytes data(kKind.begin(), kKind.end());
  Append(HeadBytes(head), data);
  core::AppendField(binding.consent.op.str(), data);
  core::AppendField(binding.consent.subject.str(), data);
  core::AppendField(binding.consent.consent.str(), data);
  core::AppendNumber(binding.epoch, data);
  core::AppendField(binding.site.str(), data);
  core::AppendField(binding.purpose.str(), data);
  core::AppendField(model_id, data);
  return data;
}

// The person's id behind its length, in one of two sizes, so that the size tells little of it.
Bytes WhoBytes(const model::SubjectId& subject) {
  const std::string& id = subject.str();
  Bytes who{static_cast<std::uint8_t>(id.size())};
  Append(core::AsBytes(id), who);
  who.resize(who.size() <= kShortWhoBytes ? kShortWhoBytes : kLongWhoBytes);
  return who;
}

Result<model::SubjectId> SubjectIn(ByteSpan who) {
  const std::size_t size = who[0];
  if (size >= who.size()) return BadToken();
  return model::SubjectId::Parse(core::AsText(who.subspan(1, size)));
}

}  // namespace

TokenBinding BindingOf(const model::Consent& consent) {
  return {{consent.op, consent.subject, consent.id}, consent.epoch, consent.site, consent.purpose};
}

std::string SealToken(const crypto::KeyRing& keys, const TokenHead& head,
                      const TokenBinding& binding, std::string_view model_id, ByteSpan steps) {
  FG_CHECK(steps.size() == kHeldTemplateBytes);
  const TokenKeys token_keys(keys, binding.consent.op, head.key_version);
  const Bytes head_bytes = HeadBytes(head);
  Bytes bytes = head_bytes;
  Append(token_keys.Bound(BoundData(head, binding, "")), bytes);
  Append(crypto::Seal(token_keys.who().span(), WhoBytes(binding.consent.subject), head_bytes),
         bytes);
  Append(crypto::Seal(token_keys.sealing().span(), steps, BoundData(head, binding, model_id)),
         bytes);
  Append(token_keys.Mark(bytes), bytes);
  return std::string(kPrefix) + crypto::Base64Encode(bytes);
}

Result<HolderToken> ReadToken(const crypto::KeyRing& keys, const model::OperatorId& op,
                              std::string_view text) {
  if (text.size() > kTokenCharsMax || !text.starts_with(kPrefix)) return BadToken();
  const Result<Bytes> bytes = crypto::Base64Decode(text.substr(kPrefix.size()));
  if (!bytes.ok() || bytes->size() <= kFixedBytes) return BadToken();
  const std::size_t who_bytes = bytes->size() - kFixedBytes;
  if (who_bytes != kShortWhoBytes && who_bytes != kLongWhoBytes) return BadToken();

  ByteSpan rest(*bytes);
  const ByteSpan head_bytes = rest.first(kHeadBytes);
  HolderToken token;
  token.head.key_version = head_bytes[1] << 8 | head_bytes[2];
  if (head_bytes[0] != kVersion || token.head.key_version == 0) return BadToken();
  const TokenKeys token_keys(keys, op, token.head.key_version);
  if (!crypto::EqualSecrets(token_keys.Mark(rest.first(rest.size() - kTagBytes)),
                            rest.last(kTagBytes))) {
    return BadToken();
  }
  rest = rest.subspan(3);
  token.head.id = model::HolderTokenId(core::HexEncode(Take(kIdBytes, rest)));
  token.head.expires_at.unix_ms = static_cast<std::int64_t>(core::TakeNumber(rest));
  token.bound = Take(kBoundBytes, rest);
  const auto who =
      crypto::Open(token_keys.who().span(), Take(who_bytes + kSealBytes, rest), head_bytes);
  if (!who.ok()) return BadToken();
  FG_ASSIGN_OR_RETURN(token.subject, SubjectIn(who->span()));
  token.sealed = Take(kSealedBytes, rest);
  return token;
}

bool IsBoundTo(const crypto::KeyRing& keys, const HolderToken& token, const TokenBinding& binding) {
  const TokenKeys token_keys(keys, binding.consent.op, token.head.key_version);
  return token.subject == binding.consent.subject &&
         crypto::EqualSecrets(token.bound, token_keys.Bound(BoundData(token.head, binding, "")));
}

Result<crypto::SecretBytes> OpenToken(const crypto::KeyRing& keys, const HolderToken& token,
                                      const TokenBinding& binding, std::string_view model_id) {
  const TokenKeys token_keys(keys, binding.consent.op, token.head.key_version);
  auto steps = crypto::Open(token_keys.sealing().span(), token.sealed,
                            BoundData(token.head, binding, model_id));
  if (!steps.ok() || steps->size() != kHeldTemplateBytes) return BadToken();
  return steps;
}

Result<model::HolderTokenId> TokenIdFor(const crypto::KeyRing& keys,
                                        const model::SubjectRef& subject, ByteSpan wrapped_secret,
                                        std::string_view request_id) {
  FG_ASSIGN_OR_RETURN(
      const crypto::SecretBytes secret,
      keys.Unwrap(wrapped_secret, audit::SubjectSecretContext(subject.op, subject.subject)));
  const std::string text = std::string(kKind).append("\n").append(request_id);
  const core::Hash256 hash = crypto::HmacSha256(secret.span(), core::AsBytes(text));
  return model::HolderTokenId(core::HexEncode(ByteSpan(hash).first(kIdBytes)));
}

model::TokenMark MarkOf(const crypto::KeyRing& keys, const model::OperatorId& op,
                        const model::HolderTokenId& id) {
  const core::Hash256 hash =
      keys.KeyedHash("holder-token/" + model::OperatorName(op), core::AsBytes(id.str()));
  return model::TokenMark(core::HexEncode(hash).substr(0, kMarkHexDigits));
}

}  // namespace facegate::custody
