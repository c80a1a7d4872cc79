#include "facegate/policy/replay.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "facegate/model/fields.h"

namespace facegate::policy {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

Status BadRecord(const std::string& what) {
  return Status(Code::kDataLoss, "BAD_RECORD", "the record " + what);
}

std::string TextOf(const Json& json, std::string_view name) { return json.StringOr(name, ""); }

const Json* ObjectOf(const Json& json, std::string_view name) {
  const Json* found = json.Find(name);
  return found != nullptr && found->is_object() ? found : nullptr;
}

// What the decision rested on, each as it was registered then.
struct Registered {
  std::optional<model::Operator> op;
  std::optional<model::Site> site;
  std::optional<model::AccessPoint> access_point;
  std::optional<model::Camera> camera;
  std::optional<model::Purpose> purpose;
  std::vector<model::Notice> notices;
  std::vector<model::Signage> signs;
  std::vector<model::Assessment> assessments;
  std::vector<model::Filing> filings;
  std::vector<model::Exemption> exemptions;
  std::vector<model::DeviceAssessment> tests;
  std::vector<model::ThresholdReview> reviews;
  std::vector<model::Incident> incidents;
  std::vector<model::RightsRequest> requests;
};

template <class R>
Status Take(const Json& body, std::optional<R>& to) {
  FG_ASSIGN_OR_RETURN(to, model::FromJson<R>(body));
  return Status::Ok();
}
template <class R>
Status Take(const Json& body, std::vector<R>& to) {
  FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
  to.push_back(std::move(resource));
  return Status::Ok();
}

template <class R, class To>
bool TakeIf(std::string_view kind, const Json& body, To& to, Status& status) {
  if (kind != model::Kind<R>::kWord) return false;
  status = Take(body, to);
  return true;
}

Status TakeResource(std::string_view kind, const Json& body, Registered& r) {
  Status status;
  const bool known = TakeIf<model::Operator>(kind, body, r.op, status) ||
                     TakeIf<model::Site>(kind, body, r.site, status) ||
                     TakeIf<model::AccessPoint>(kind, body, r.access_point, status) ||
                     TakeIf<model::Camera>(kind, body, r.camera, status) ||
                     TakeIf<model::Purpose>(kind, body, r.purpose, status) ||
                     TakeIf<model::Notice>(kind, body, r.notices, status) ||
                     TakeIf<model::Signage>(kind, body, r.signs, status) ||
                     TakeIf<model::Assessment>(kind, body, r.assessments, status) ||
                     TakeIf<model::Filing>(kind, body, r.filings, status) ||
                     TakeIf<model::Exemption>(kind, body, r.exemptions, status) ||
                     TakeIf<model::DeviceAssessment>(kind, body, r.tests, status) ||
                     TakeIf<model::ThresholdReview>(kind, body, r.reviews, status) ||
                     TakeIf<model::Incident>(kind, body, r.incidents, status) ||
                     TakeIf<model::RightsRequest>(kind, body, r.requests, status);
  if (!known) return BadRecord("rests on a resource of an unknown kind");
  return status;
}

// What record `index` registered. The register knows it also where the record was pruned.
Result<std::vector<storage::Resource>> RegisteredBy(const storage::Store& store,
                                                    const model::OperatorId& op,
                                                    std::uint64_t index) {
  const auto entries = store.ReadEntries(op, index, 1);
  if (entries.status().reason() == "RECORD_PRUNED") return store.ListRegisteredBy(op, index);
  if (!entries.ok()) return entries.status();
  if (entries->size() != 1) return std::vector<storage::Resource>();
  FG_ASSIGN_OR_RETURN(const Json event, storage::LineOf((*entries)[0].entry));
  FG_ASSIGN_OR_RETURN(storage::Resource row, store.GetResourceAt(TextOf(event, "name"), index));
  return std::vector<storage::Resource>{std::move(row)};
}

Result<Registered> ReadRegistered(const storage::Store& store, const model::OperatorId& op,
                                  const Json& entry) {
  Registered registered;
  const Json* rests_on = entry.Find("rests_on");
  if (rests_on == nullptr || !rests_on->is_array())
    return BadRecord("does not say what it rests on");
  for (const Json& item : rests_on->AsArray()) {
    if (!item.is_int() || item.AsInt() < 0) return BadRecord("rests on no index");
    const auto index = static_cast<std::uint64_t>(item.AsInt());
    FG_ASSIGN_OR_RETURN(const auto rows, RegisteredBy(store, op, index));
    if (rows.empty()) return BadRecord("rests on one that is not there");
    for (const storage::Resource& row : rows) {
      FG_ASSIGN_OR_RETURN(const Json body, Json::Parse(row.body));
      FG_RETURN_IF_ERROR(TakeResource(row.kind, body, registered));
    }
  }
  if (!registered.op || !registered.site || !registered.camera || !registered.purpose) {
    return BadRecord("rests on no operator, site, camera or purpose");
  }
  return registered;
}

Result<Claim> ClaimOf(const Json& entry, const Registered& registered) {
  Claim claim;
  const auto operation = model::FromWord<model::Operation>(TextOf(entry, "operation"));
  const Json* actor = ObjectOf(entry, "actor");
  const auto role = model::FromWord<model::Role>(actor ? TextOf(*actor, "role") : "");
  if (!operation || !role) return BadRecord("names no operation or role");
  claim.operation = *operation;
  claim.caller.role = *role;
  claim.camera = {registered.camera->op, registered.camera->site, registered.camera->id};
  claim.purpose = registered.purpose->id;
  if (claim.operation != model::Operation::kIdentify1toN) claim.subject = model::SubjectId("any");
  if (!entry.BoolOr("speaks_for_camera", true)) claim.caller.resource = "another";
  if (entry.BoolOr("region_marked", false)) claim.region.emplace();
  return claim;
}

template <class E>
std::optional<E> WordIn(const Json& json, std::string_view name) {
  return model::FromWord<E>(TextOf(json, name));
}

// A consent and a subject that give rules the same inputs as those of the record.
void SetPerson(rules::Inputs& inputs, const Json& seen, const model::Purpose& purpose,
               const model::SiteId& site, core::Timestamp at) {
  model::Subject subject;
  const std::int64_t age = seen.IntOr("age_from_years", -1);
  subject.age_known = age >= 0;
  subject.age_years = static_cast<double>(age);
  subject.created_at = at;  // so old they were then
  SetSubject(inputs, &subject, seen.BoolOr("enrolled", false), at);
  SetReprompts(inputs, static_cast<int>(seen.IntOr("reprompts", 0)));

  const std::string status = TextOf(seen, "consent_status");
  const auto form = WordIn<model::ConsentForm>(seen, "consent_form");
  if (!form) {
    SetConsent(inputs, nullptr, purpose, site, at);
    if (!status.empty()) inputs.Set("consent.status", status);
    return;
  }
  model::Consent consent;
  consent.form = *form;
  consent.given_by =
      WordIn<model::ConsentGiver>(seen, "consent_given_by").value_or(model::ConsentGiver::kSelf);
  if (const Json* scopes = seen.Find("consent_scopes"); scopes != nullptr && scopes->is_array()) {
    for (const Json& item : scopes->AsArray()) {
      const auto scope =
          model::FromWord<model::ConsentScope>(item.is_string() ? item.AsString() : "");
      if (scope) consent.scopes.insert(*scope);
    }
  }
  const bool covers = seen.BoolOr("covers_purpose_version", false);
  consent.purpose_version = covers ? purpose.version : purpose.version - 1;
  if (seen.BoolOr("site_matches", false)) consent.site = site;
  consent.notice_sha256 = "recorded";
  if (seen.BoolOr("has_evidence", false)) consent.evidence_sha256 = "recorded";
  if (seen.BoolOr("guardian_verified", false)) consent.guardian_evidence_sha256 = "recorded";
  consent.granted_at = at;
  consent.expires_at = at + 1;
  SetConsent(inputs, &consent, purpose, site, at);
  inputs.Set("consent.status", status);
}

std::vector<rules::Profile> ProfilesIn(const Json& entry) {
  std::vector<rules::Profile> profiles;
  const Json* words = entry.Find("profiles");
  if (words == nullptr || !words->is_array()) return profiles;
  for (const Json& word : words->AsArray()) {
    const auto profile = rules::ProfileFromWord(word.is_string() ? word.AsString() : "");
    if (profile) profiles.push_back(*profile);
  }
  return profiles;
}

void SetRegistered(rules::Inputs& inputs, const Registered& r, const GatewayFacts& gateway,
                   core::Timestamp at) {
  SetGateway(inputs, gateway);
  SetOperator(inputs, *r.op, gateway);
  SetSite(inputs, *r.site);
  SetSignage(inputs, r.signs);
  SetCamera(inputs, *r.camera);
  SetAccessPoint(inputs, r.access_point ? &*r.access_point : nullptr, at);
  SetDevice(inputs, r.tests, r.reviews);
  SetPurpose(inputs, *r.purpose);
  SetCustody(inputs, *r.purpose);
  SetNotices(inputs, r.notices);
  SetAssessments(inputs, *r.purpose, r.assessments);
  SetFilings(inputs, r.filings);
  SetDuties(inputs, r.incidents, r.requests);
}

}  // namespace

Result<Replayed> Replay(const storage::Store& store, const model::OperatorId& op, const Json& entry,
                        std::shared_ptr<const rules::Vocabulary> vocabulary,
                        const GatewayFacts& gateway, const std::vector<rules::Profile>& profiles) {
  if (TextOf(entry, "operation").empty()) {  // of a credential that is no face: no rule judged it
    return Status(Code::kFailedPrecondition, "NOT_A_DECISION", "that record is no decision");
  }
  FG_ASSIGN_OR_RETURN(const Registered registered, ReadRegistered(store, op, entry));
  // A record is written after the decision, that of a lease when it closes.
  const std::string when = entry.StringOr("decided_at", TextOf(entry, "time"));
  FG_ASSIGN_OR_RETURN(const core::Timestamp at, core::ParseRfc3339(when));
  FG_ASSIGN_OR_RETURN(const Claim claim, ClaimOf(entry, registered));

  Replayed replayed{rules::Inputs(std::move(vocabulary)),
                    *registered.site,
                    {},
                    {},
                    at,
                    TextOf(entry, "outcome"),
                    TextOf(entry, "reason")};
  rules::Inputs& inputs = replayed.inputs;
  const Json* facts = ObjectOf(entry, "gateway");
  SetRegistered(inputs, registered, facts ? GatewayFactsFrom(*facts, gateway) : gateway, at);
  // What was heard in heartbeats is in no other record.
  if (const std::int64_t working = entry.IntOr("alternatives_working", -1); working >= 0) {
    inputs.Set("alternatives.operational", working > 0);
    inputs.Set("alternatives.working_count", static_cast<double>(working));
  }
  SetEveryRequest(inputs);
  SetRequest(inputs, claim, registered.camera->use, at);
  SetKeptImage(inputs, *registered.purpose, claim.operation);
  SetExemption(inputs, registered.exemptions, {op, registered.site->id}, registered.purpose->id,
               at);
  Population population;
  population.stored_persons = static_cast<std::uint64_t>(entry.IntOr("stored_persons", 0));
  if (const std::string day = TextOf(entry, "threshold_crossed_on"); !day.empty()) {
    FG_ASSIGN_OR_RETURN(population.threshold_crossed_on, model::ParseDate(day));
  }
  SetPopulation(inputs, population);
  if (const Json* person = ObjectOf(entry, "person")) {
    SetPerson(inputs, *person, *registered.purpose, registered.site->id, at);
  }
  if (const Json* counts = ObjectOf(entry, "counts"); counts && counts->IntOr("frames", 0) > 0) {
    const auto seen = static_cast<int>(counts->IntOr("faces_seen", 0));
    SetView(inputs, {seen, seen - static_cast<int>(counts->IntOr("faces_ignored", 0))});
  }
  if (const Json* packs = entry.Find("packs"); packs != nullptr && packs->is_array()) {
    for (const Json& pack : packs->AsArray()) {
      if (pack.is_object()) replayed.packs.push_back(TextOf(pack, "id"));
    }
  }
  // The readings came into records with what the gateway says of itself: with neither, today's.
  replayed.profiles = facts != nullptr ? ProfilesIn(entry) : profiles;
  return replayed;
}

}  // namespace facegate::policy
