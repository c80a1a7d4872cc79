#include "facegate/alternatives/pass.h"

#include <algorithm>

#include "facegate/core/bytes.h"

namespace facegate::alternatives {
namespace {

using core::Bytes;
using core::ByteSpan;

constexpr std::string_view kPrefix = "FGP1:";
constexpr std::string_view kSignedAs = "facegate pass v1\n";
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kManyUses = 1;
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kPayloadBytes = 2 + kIdBytes + 5 * kNumberBytes;
constexpr std::size_t kSignatureBytes = 64;

core::Status BadSignature() {
  return core::Status(core::Code::kInvalidArgument, "PASS_BAD_SIGNATURE",
                      "no pass of this operator, or one that was changed");
}

std::string SignedText(ByteSpan payload) {
  return std::string(kSignedAs).append(core::AsText(payload));
}

std::uint64_t MarkOf(const std::string& name) {
  const core::Hash256 hash = crypto::Sha256(core::AsBytes(name));
  ByteSpan bytes(hash);
  // 0 means any.
  return std::max<std::uint64_t>(core::TakeNumber(bytes), 1);
}

}  // namespace

model::PassId UsedAs(std::uint64_t issued_by) {
  return model::PassId(std::string("record-").append(std::to_string(issued_by)));
}

std::uint64_t SiteMark(const model::SiteRef& site) {
  return MarkOf(model::SiteName(site.op, site.site));
}

std::uint64_t AccessPointMark(const model::AccessPointRef& point) {
  return MarkOf(model::AccessPointName(point.op, point.site, point.access_point));
}

std::string EncodePass(const Pass& pass, const crypto::SigningKey& key) {
  const core::Result<Bytes> id = core::HexDecode(pass.id.str());
  FG_CHECK(id.ok() && id->size() == kIdBytes);
  Bytes bytes;
  bytes.reserve(kPayloadBytes + kSignatureBytes);
  bytes.push_back(kVersion);
  bytes.push_back(pass.many_uses ? kManyUses : 0);
  bytes.insert(bytes.end(), id->begin(), id->end());
  core::AppendNumber(static_cast<std::uint64_t>(pass.not_before.unix_ms), bytes);
  core::AppendNumber(static_cast<std::uint64_t>(pass.expires_at.unix_ms), bytes);
  core::AppendNumber(pass.issued_by, bytes);
  core::AppendNumber(pass.site, bytes);
  core::AppendNumber(pass.access_point, bytes);
  const std::string signed_text = SignedText(bytes);
  const crypto::Ed25519Signature signature = key.Sign(core::AsBytes(signed_text));
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(kPrefix) + crypto::Base64Encode(bytes);
}

core::Result<Pass> OpenPass(std::string_view text, const crypto::Ed25519Public& key) {
  if (text.size() > kPassCharsMax || !text.starts_with(kPrefix)) return BadSignature();
  const core::Result<Bytes> bytes = crypto::Base64Decode(text.substr(kPrefix.size()));
  if (!bytes.ok() || bytes->size() != kPayloadBytes + kSignatureBytes) return BadSignature();
  const ByteSpan payload = ByteSpan(*bytes).first(kPayloadBytes);
  const ByteSpan signature = ByteSpan(*bytes).subspan(kPayloadBytes);
  const std::string signed_text = SignedText(payload);
  if (!crypto::VerifyEd25519(key, core::AsBytes(signed_text), signature)) return BadSignature();
  if (payload[0] != kVersion || payload[1] > kManyUses) return BadSignature();
  Pass pass;
  pass.many_uses = payload[1] == kManyUses;
  pass.id = model::PassId(core::HexEncode(payload.subspan(2, kIdBytes)));
  ByteSpan rest = payload.subspan(2 + kIdBytes);
  pass.not_before.unix_ms = static_cast<std::int64_t>(core::TakeNumber(rest));
  pass.expires_at.unix_ms = static_cast<std::int64_t>(core::TakeNumber(rest));
  pass.issued_by = core::TakeNumber(rest);
  pass.site = core::TakeNumber(rest);
  pass.access_point = core::TakeNumber(rest);
  return pass;
}

model::Reason JudgePass(const Pass& pass, const model::AccessPointRef& point, core::Timestamp now) {
  if (pass.site != SiteMark({point.op, point.site})) return model::Reason::kPassOtherSite;
  if (pass.access_point != 0 && pass.access_point != AccessPointMark(point)) {
    return model::Reason::kPassOtherAccessPoint;
  }
  if (now < pass.not_before) return model::Reason::kPassNotYetValid;
  if (now >= pass.expires_at) return model::Reason::kPassExpired;
  return model::Reason::kPassAccepted;
}

}  // namespace facegate::alternatives
