#include "gallery/template_seal.h"

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "gallery/protected_template.h"

namespace facegate::gallery {
namespace {

constexpr std::uint8_t kSealVersion = 1;

}  // namespace

std::string GallerySecretContext(const model::PurposeRef& gallery) {
  return "gallery-secret " + model::PurposeName(gallery.op, gallery.purpose);
}

std::string TemplateKeyContext(const model::SubjectRef& subject, const model::PurposeId& purpose) {
  // Ids have no '/' and no white space, so the two cannot run into each other.
  return "template-key " + model::SubjectName(subject.op, subject.subject) + "/purposes/" +
         purpose.str();
}

core::Bytes TemplateAssociatedData(const model::Template& value) {
  constexpr std::string_view kKind = "facegate template";
  core::Bytes out(kKind.begin(), kKind.end());
  out.push_back(kSealVersion);
  core::AppendField(value.op.str(), out);
  core::AppendField(value.subject.str(), out);
  core::AppendField(value.purpose.str(), out);
  core::AppendField(value.site.str(), out);
  core::AppendField(value.consent.str(), out);
  core::AppendField(value.model_id, out);
  core::AppendField(value.id.str(), out);
  return out;
}

void SealTemplate(core::ByteSpan key, core::ByteSpan steps, model::Template& value) {
  FG_CHECK(key.size() == kTemplateKeyBytes);
  FG_CHECK(steps.size() == kTemplateBytes);
  value.sealed = crypto::Seal(key, steps, TemplateAssociatedData(value));
}

core::Result<crypto::SecretBytes> OpenTemplate(core::ByteSpan key, const model::Template& value) {
  FG_CHECK(key.size() == kTemplateKeyBytes);
  auto opened = crypto::Open(key, value.sealed, TemplateAssociatedData(value));
  if (!opened.ok()) return BrokenTemplate(value, "it does not open with its key");
  if (opened->size() != kTemplateBytes) return BrokenTemplate(value, "it has another size");
  return opened;
}

core::Status BrokenTemplate(const model::Template& value, std::string_view what) {
  return core::Status(core::Code::kDataLoss, "TEMPLATE_BROKEN",
                      "template " + value.id.str() + ": " + std::string(what) +
                          "; restore the database, or withdraw the consent it rests on");
}

}  // namespace facegate::gallery
