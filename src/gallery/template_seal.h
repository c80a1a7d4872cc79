// How templates are sealed, and the contexts under which keys and secrets are wrapped.
//
// The associated data binds a sealed template to whose it is, what for, where, by which consent and
// from which model: a row moved to another place of the database does not open there.
#pragma once

#include <string>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/secret.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"

namespace facegate::gallery {

constexpr std::size_t kTemplateKeyBytes = 32;

// What a wrapped gallery secret, or a wrapped template key, is: for KeyRing::Wrap and Unwrap.
std::string GallerySecretContext(const model::PurposeRef& gallery);
std::string TemplateKeyContext(const model::SubjectRef& subject, const model::PurposeId& purpose);

// "facegate template", a version byte (1), then operator, subject, purpose, site, consent, model
// and template id, each as a big-endian 16-bit length and its bytes. Requires: the model id is at
// most 65535 bytes long.
core::Bytes TemplateAssociatedData(const model::Template& value);

// Sets value.sealed from the other fields and the 128 bytes.
// Requires: key.size() == kTemplateKeyBytes, steps.size() == kTemplateBytes.
void SealTemplate(core::ByteSpan key, core::ByteSpan steps, model::Template& value);

// The 128 bytes. Returns DATA_LOSS TEMPLATE_BROKEN, naming the template's id, when it does not open
// with that key and those fields or has another size.
core::Result<crypto::SecretBytes> OpenTemplate(core::ByteSpan key, const model::Template& value);

// The status of a template that cannot be used, for whatever reason `what` says.
core::Status BrokenTemplate(const model::Template& value, std::string_view what);

}  // namespace facegate::gallery
