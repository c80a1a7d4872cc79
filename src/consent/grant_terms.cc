#include "consent/grant_terms.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/storage/typed.h"

namespace facegate::consent {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr double kAgeYearsMax = 150;
constexpr std::size_t kRegionBytesMax = 16;

// Silence, a box among other terms, or a general acceptance is no consent to the use of a face.
bool IsIndividual(model::ConsentForm form) {
  switch (form) {
    case model::ConsentForm::kSeparate:
    case model::ConsentForm::kExplicit:
    case model::ConsentForm::kWritten:
    case model::ConsentForm::kESignature:
      return true;
    case model::ConsentForm::kImplied:
    case model::ConsentForm::kBundled:
    case model::ConsentForm::kGeneral:
      return false;
  }
  return false;
}

bool IsSha256Hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Status Invalid(const char* reason, const char* message) {
  return Status(Code::kInvalidArgument, reason, message);
}

// A resource, or NOT_FOUND with a reason that says which one is missing.
Result<storage::Resource> Read(const storage::Store& store, const std::string& name,
                               const char* missing_reason, const char* missing_message) {
  Result<storage::Resource> found = store.GetResource(name);
  if (!found.ok() && found.status().code() == Code::kNotFound) {
    return Status(Code::kNotFound, missing_reason, missing_message);
  }
  return found;
}

// The person must have seen a text that is registered for the very version they agree to.
Status CheckNotice(const storage::Store& store, const Terms& terms) {
  const std::string purpose = model::PurposeName(terms.subject.op, terms.purpose);
  FG_ASSIGN_OR_RETURN(const std::vector<model::Notice> notices,
                      storage::ReadResources<model::Notice>(store, purpose));
  for (const model::Notice& notice : notices) {
    if (notice.purpose_version == terms.purpose_version &&
        notice.text_sha256 == terms.notice_sha256) {
      return Status::Ok();
    }
  }
  return Invalid("NOTICE_UNKNOWN",
                 "notice_sha256 is not that of a notice registered for this purpose version");
}

}  // namespace

Status CheckFields(const Terms& terms) {
  if (terms.scopes.empty()) {
    return Invalid("CONSENT_SCOPE_EMPTY", "name at least one scope that the person is asked for");
  }
  if (!IsSha256Hex(terms.notice_sha256)) {
    return Invalid("NOTICE_UNKNOWN", "notice_sha256 must be 64 lower-case hex digits");
  }
  return Status::Ok();
}

Status CheckAnswer(const GrantRequest& request) {
  if (!IsIndividual(request.form)) {
    return Invalid("CONSENT_FORM_NOT_INDIVIDUAL",
                   "a consent must be given on its own (core.consent-form): SEPARATE, EXPLICIT, "
                   "WRITTEN or ESIGNATURE");
  }
  if (!request.evidence_sha256.empty() && !IsSha256Hex(request.evidence_sha256)) {
    return Invalid("EVIDENCE_BAD", "evidence_sha256 must be empty or 64 lower-case hex digits");
  }
  const bool is_self = request.given_by == model::ConsentGiver::kSelf;
  const bool has_evidence = !request.guardian_evidence_sha256.empty();
  const bool has_verifier = !request.guardian_verified_by.empty();
  if (has_evidence != has_verifier || (is_self && has_evidence) ||
      (has_evidence && !IsSha256Hex(request.guardian_evidence_sha256)) ||
      (has_verifier && !model::IsValidId(request.guardian_verified_by))) {
    return Invalid("GUARDIAN_EVIDENCE_BAD",
                   "a parent's or guardian's consent may carry the SHA-256 of what shows that they "
                   "are one and, with it, who verified that: an id, not a name");
  }
  return Status::Ok();
}

Status CheckFacts(const SubjectFacts& facts) {
  if (facts.age_years && !(*facts.age_years >= 0 && *facts.age_years <= kAgeYearsMax)) {
    return Invalid("BAD_AGE", "age_years must lie in 0..150");
  }
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_region = [&](char c) {
    return is_capital(c) || (c >= '0' && c <= '9') || c == '-';
  };
  const bool has_country = facts.country.empty() || facts.country.size() == 2;
  if (!has_country || !std::all_of(facts.country.begin(), facts.country.end(), is_capital)) {
    return Invalid("BAD_COUNTRY", "country is two capital letters (ISO 3166-1)");
  }
  if (facts.region.size() > kRegionBytesMax ||
      !std::all_of(facts.region.begin(), facts.region.end(), is_region)) {
    return Invalid("BAD_REGION", "region is a code such as EU or US-IL");
  }
  return Status::Ok();
}

Result<CheckedTerms> CheckTerms(const storage::Store& store, const Terms& terms) {
  const model::OperatorId& op = terms.subject.op;
  FG_ASSIGN_OR_RETURN(
      const storage::Resource site,
      Read(store, model::SiteName(op, terms.site), "SITE_NOT_FOUND", "the site is not registered"));
  FG_ASSIGN_OR_RETURN(const storage::Resource purpose_resource,
                      Read(store, model::PurposeName(op, terms.purpose), "PURPOSE_NOT_FOUND",
                           "the purpose is not registered"));
  FG_ASSIGN_OR_RETURN(storage::TypedResource<model::Purpose> purpose,
                      storage::Decode<model::Purpose>(purpose_resource));
  if (terms.purpose_version != purpose.resource.version) {
    return Invalid("PURPOSE_VERSION_STALE",
                   "the purpose changed since it was shown: show the current notice and ask again");
  }
  FG_RETURN_IF_ERROR(CheckNotice(store, terms));
  return CheckedTerms{
      std::move(purpose.resource),
      {storage::ResourceAtRevision{site.name, site.revision},
       storage::ResourceAtRevision{purpose_resource.name, purpose_resource.revision}}};
}

Status CheckExpiry(const model::Purpose& purpose, core::Timestamp expires_at, core::Timestamp now) {
  const std::int64_t lifetime_ms = expires_at - now;
  if (lifetime_ms > 0 && lifetime_ms <= purpose.retention_days * core::kMsPerDay) {
    return Status::Ok();
  }
  return Invalid("CONSENT_EXPIRY_BAD",
                 "expires_at must lie in the future and within the purpose's retention_days");
}

}  // namespace facegate::consent
