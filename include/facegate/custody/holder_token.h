// A template in its person's own hands: a text that fits a QR code, and of which nothing is kept.
//
//   "FGH1:" base64( version, key, id, expires, bound, who, template, mark )
//
// 263 bytes: a version (1), the version of the operator's key in two bytes, big-endian, an id (12),
// when it ends (8: milliseconds since 1970, big-endian), the first 8 bytes of an HMAC over whose it
// is, what for, where and by which consent, the person's id, sealed (60, or 92 for an id of more
// than 31 characters), the 128 bytes of the template, sealed (156), and the first 16 bytes of an
// HMAC over all before it. Sealed is AES-256-GCM: nonce, ciphertext, tag. The four keys come from
// KeyRing::HolderKey; the template's associated data are all that `bound` covers and the model.
//
// To strangers it names nobody. To its gateway it does, without the template being opened: what
// must be told before a picture is looked at, `mark`, `who` and `bound` tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/crypto/secret.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"

namespace facegate::custody {

// Nothing longer is looked at.
inline constexpr std::size_t kTokenCharsMax = 512;
inline constexpr std::size_t kHeldTemplateBytes = 128;
inline constexpr int kKeyVersionMax = 65535;

// What a token is of: another one opens under none of these.
struct TokenBinding {
  model::ConsentRef consent;  // and with it the person
  std::uint64_t epoch = 0;    // of the consent
  model::SiteId site;
  model::PurposeId purpose;
};
TokenBinding BindingOf(const model::Consent& consent);

struct TokenHead {
  int key_version = 1;      // 1..kKeyVersionMax
  model::HolderTokenId id;  // 24 hex digits
  core::Timestamp expires_at;
};

// A token that this gateway made for the operator, its template still sealed.
struct HolderToken {
  TokenHead head;
  model::SubjectId subject;
  core::Bytes bound;
  core::Bytes sealed;
};

// Requires: steps.size() == kHeldTemplateBytes; head.id is of 24 hex digits.
std::string SealToken(const crypto::KeyRing& keys, const TokenHead& head,
                      const TokenBinding& binding, std::string_view model_id, core::ByteSpan steps);
// Returns INVALID_ARGUMENT HOLDER_TOKEN_BAD for whatever is not exactly what SealToken made with
// these keys for that operator.
core::Result<HolderToken> ReadToken(const crypto::KeyRing& keys, const model::OperatorId& op,
                                    std::string_view text);
bool IsBoundTo(const crypto::KeyRing& keys, const HolderToken& token, const TokenBinding& binding);
// The template. Returns HOLDER_TOKEN_BAD if it was sealed for another binding or another model.
core::Result<crypto::SecretBytes> OpenToken(const crypto::KeyRing& keys, const HolderToken& token,
                                            const TokenBinding& binding, std::string_view model_id);

// The id of the token that an enrolment of that request hands out: from the person's own secret, so
// that the log can say which tokens there are to whoever holds that secret, and after an erasure to
// nobody. Returns the status of a secret that does not open.
core::Result<model::HolderTokenId> TokenIdFor(const crypto::KeyRing& keys,
                                              const model::SubjectRef& subject,
                                              core::ByteSpan wrapped_secret,
                                              std::string_view request_id);
// By what a token is on the list of the revoked.
model::TokenMark MarkOf(const crypto::KeyRing& keys, const model::OperatorId& op,
                        const model::HolderTokenId& id);

}  // namespace facegate::custody
