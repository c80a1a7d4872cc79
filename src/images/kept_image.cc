#include "facegate/images/kept_image.h"

#include <string>
#include <string_view>
#include <utility>

#include "facegate/crypto/primitives.h"

namespace facegate::images {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kImageKeyBytes = 32;
constexpr std::uint8_t kSealVersion = 1;

std::string KeyContext(const model::KeptImage& image) {
  return "image-key " + model::ImageName(image.op, image.subject, image.id);
}

// Whose it is, what for, where, by which consent, how much and until when: a row that was moved or
// whose end was put off does not open.
core::Bytes AssociatedData(const model::KeptImage& image) {
  constexpr std::string_view kKind = "facegate image";
  core::Bytes out(kKind.begin(), kKind.end());
  out.push_back(kSealVersion);
  core::AppendField(image.op.str(), out);
  core::AppendField(image.subject.str(), out);
  core::AppendField(image.purpose.str(), out);
  core::AppendField(image.site.str(), out);
  core::AppendField(image.consent.str(), out);
  core::AppendField(image.id.str(), out);
  core::AppendField(model::Word(image.kept), out);
  core::AppendField(std::to_string(image.expires_at.unix_ms), out);
  return out;
}

}  // namespace

Result<PendingImage> Seal(const frame::FaceCut& cut, const policy::ImageGrant& grant,
                          const crypto::KeyRing& keys, core::Timestamp now) {
  if (cut.jpeg().size() > kKeptImageBytesMax) {
    return Status(Code::kInternal, "IMAGE_TOO_LARGE_TO_KEEP", "the image is larger than may be");
  }
  const policy::Scope& scope = grant.scope();
  storage::PutImage change;
  model::KeptImage& image = change.image;
  image.op = scope.camera.op;
  image.subject = *scope.subject;
  image.purpose = scope.purpose;
  image.site = scope.camera.site;
  image.id = model::ImageId(crypto::RandomUuid());
  image.consent = grant.consent();
  image.kept = grant.kept();
  image.created_at = now;
  image.expires_at = grant.expires_at();
  const crypto::SecretBytes key = crypto::RandomSecret(kImageKeyBytes);
  image.wrapped_key = keys.Wrap(key.span(), KeyContext(image));
  image.sealed = crypto::Seal(key.span(), cut.jpeg(), AssociatedData(image));
  return PendingImage(std::move(change));
}

Result<crypto::SecretBytes> Open(const model::KeptImage& image, const crypto::KeyRing& keys) {
  auto opened = [&]() -> Result<crypto::SecretBytes> {
    FG_ASSIGN_OR_RETURN(const crypto::SecretBytes key,
                        keys.Unwrap(image.wrapped_key, KeyContext(image)));
    return crypto::Open(key.span(), image.sealed, AssociatedData(image));
  }();
  if (opened.ok()) return opened;
  return Status(Code::kDataLoss, "IMAGE_BROKEN",
                "image " + image.id.str() + " does not open; restore the database, or delete it");
}

}  // namespace facegate::images
