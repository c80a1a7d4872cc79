#include "audit/entry.h"

#include "facegate/audit/contexts.h"
#include "facegate/policy/context.h"

namespace facegate::audit {
namespace {

using core::Json;
using core::Status;

Json ActorJson(const model::Principal& actor) {
  Json json = Json::MakeObject();
  json.Set("role", model::Word(actor.role)).Set("fingerprint", actor.fingerprint);
  return json;
}

Json CountsJson(const Counts& counts) {
  Json json = Json::MakeObject();
  json.Set("frames", counts.frames)
      .Set("faces_seen", counts.faces_seen)
      .Set("faces_embedded", counts.faces_embedded)
      .Set("faces_ignored", counts.faces_ignored)
      .Set("matched", counts.matched)
      .Set("unknown", counts.unknown);
  return json;
}

Json FindingsJson(const std::vector<policy::RuleFinding>& findings) {
  Json list = Json::MakeArray();
  for (const policy::RuleFinding& finding : findings) {
    Json missing = Json::MakeArray();
    for (const std::string& input : finding.missing) missing.Push(input);
    Json json = Json::MakeObject();
    json.Set("rule", finding.rule)
        .Set("article", finding.article)
        .Set("missing", std::move(missing));
    list.Push(std::move(json));
  }
  return list;
}

// What the rules saw of a person: enough to judge the decision again, too little to know them by.
Json PersonJson(const policy::PersonSeen& seen) {
  Json json = Json::MakeObject();
  json.Set("consent_status", seen.consent_status);
  if (seen.consent_form) json.Set("consent_form", model::Word(*seen.consent_form));
  if (seen.consent_given_by) json.Set("consent_given_by", model::Word(*seen.consent_given_by));
  Json scopes = Json::MakeArray();
  for (const model::ConsentScope scope : *seen.consent_scopes) scopes.Push(model::Word(scope));
  json.Set("consent_scopes", std::move(scopes))
      .Set("covers_purpose_version", seen.covers_purpose_version)
      .Set("site_matches", seen.site_matches)
      .Set("guardian_verified", seen.guardian_verified)
      .Set("has_evidence", seen.has_evidence);
  if (seen.age_from_years) json.Set("age_from_years", *seen.age_from_years);
  json.Set("reprompts", seen.reprompts).Set("enrolled", seen.enrolled);
  return json;
}

Json ModelsJson(const std::vector<ModelRef>& models) {
  Json list = Json::MakeArray();
  for (const ModelRef& model : models) {
    Json json = Json::MakeObject();
    json.Set("id", model.id).Set("sha256", model.sha256);
    list.Push(std::move(json));
  }
  return list;
}

Json ProfilesJson(const std::vector<rules::Profile>& profiles) {
  Json list = Json::MakeArray();
  for (const rules::Profile profile : profiles) list.Push(rules::ProfileWord(profile));
  return list;
}

Json IndicesJson(const std::vector<std::uint64_t>& indices) {
  Json list = Json::MakeArray();
  for (const std::uint64_t index : indices) list.Push(index);
  return list;
}

// What a decision knows of the ways through that no other record tells.
void SetWays(const policy::Grounds& grounds, Json& body) {
  if (grounds.claim.waited_ms) body.Set("waited_ms", *grounds.claim.waited_ms);
  if (grounds.alternatives_working) body.Set("alternatives_working", *grounds.alternatives_working);
}

Json PeopleJson(const Draft& draft, std::uint64_t index, core::Timestamp time) {
  Json list = Json::MakeArray();
  for (const EntryPerson& person : draft.people) {
    Json json = Json::MakeObject();
    json.Set("pseudonym", Pseudonym(person.secret, draft.site, draft.purpose, time));
    if (person.consent_index) {
      json.Set("consent", ConsentLink(person.secret, *person.consent_index, index));
    }
    list.Push(std::move(json));
  }
  return list;
}

// What a decision about a credential that is no face says: nothing of rules, models or faces, for
// none were asked, ran or were seen.
Json FacelessBody(const policy::Grounds& grounds, const Draft& draft) {
  const policy::Claim& claim = grounds.claim;
  Json body = Json::MakeObject();
  body.Set("purpose_version", grounds.purpose_version)
      .Set("credential", model::Word(claim.credential))
      .Set("outcome", draft.verdict)
      .Set("reason", draft.reason);
  if (claim.override_reason) body.Set("override_reason", model::Word(*claim.override_reason));
  body.Set("decided_at", core::FormatRfc3339(grounds.decided_at));
  if (!policy::SpeaksFor(claim.caller, claim.camera)) body.Set("speaks_for_camera", false);
  SetWays(grounds, body);
  body.Set("rests_on", IndicesJson(grounds.rests_on)).Set("client_counter", claim.client_counter);
  return body;
}

std::string TypeOf(const Outcome& outcome) {
  if (outcome.reason == model::Reason::kLeaseClosed) return "stream_lease";
  if (outcome.reason == model::Reason::kEnrolled) return "template.enrolled";
  if (outcome.reason == model::Reason::kIssuedToHolder) return "template.issued_to_holder";
  return "decision";
}

Status AddPerson(Draft& draft, const model::OperatorId& op, const model::SubjectId& subject,
                 core::ByteSpan wrapped, std::optional<std::uint64_t> consent_index,
                 const crypto::KeyRing& keys) {
  auto secret = keys.Unwrap(wrapped, SubjectSecretContext(op, subject));
  if (!secret.ok()) return secret.status().WithContext("a subject's secret does not open");
  draft.people.push_back({std::move(secret).value(), consent_index});
  return Status::Ok();
}

// Adds the members of one dumped object to another, which has some already and none of their names.
void AppendMembers(std::string_view object, std::string& to) {
  if (object == "{}") return;
  to.back() = ',';
  to.append(object.substr(1));
}

}  // namespace

std::string Pseudonym(const crypto::SecretBytes& secret, const std::string& site,
                      const std::string& purpose, core::Timestamp time) {
  const std::string text = site + "\n" + purpose + "\n" + core::FormatDay(time);
  return core::HexEncode(crypto::HmacSha256(secret.span(), core::AsBytes(text)));
}

std::string ConsentLink(const crypto::SecretBytes& secret, std::uint64_t consent_index,
                        std::uint64_t record_index) {
  const std::string text =
      "consent\n" + std::to_string(consent_index) + "\n" + std::to_string(record_index);
  return core::HexEncode(crypto::HmacSha256(secret.span(), core::AsBytes(text)));
}

std::string EntryJson(const Draft& draft, std::uint64_t index, core::Timestamp time) {
  Json json = Json::MakeObject();
  json.Set("v", 1)
      .Set("type", draft.type)
      .Set("index", index)
      .Set("time", core::FormatRfc3339(time));
  if (!draft.site.empty()) json.Set("site", draft.site);
  if (!draft.access_point.empty()) json.Set("access_point", draft.access_point);
  if (!draft.camera.empty()) json.Set("camera", draft.camera);
  if (!draft.purpose.empty()) json.Set("purpose", draft.purpose);
  json.Set("actor", ActorJson(draft.actor)).Set("request_id", draft.request_id);
  std::string line = json.Dump();
  AppendMembers(draft.body, line);
  if (!draft.people.empty()) {
    Json people = Json::MakeObject();
    people.Set("subjects", PeopleJson(draft, index, time));
    AppendMembers(people.Dump(), line);
  }
  return line;
}

storage::IndexKeys KeysOf(const Draft& draft, core::Timestamp time) {
  storage::IndexKeys keys;
  keys.type = draft.type;
  keys.time = time;
  keys.site = draft.site;
  keys.access_point = draft.access_point;
  keys.camera = draft.camera;
  keys.purpose = draft.purpose;
  keys.verdict = draft.verdict;
  keys.reason = draft.reason;
  keys.rules = draft.rules;
  for (const EntryPerson& person : draft.people) {
    std::string pseudonym = Pseudonym(person.secret, draft.site, draft.purpose, time);
    if (&person == &draft.people.front()) {
      keys.subject_pseudonym = std::move(pseudonym);
    } else {
      keys.other_pseudonyms.push_back(std::move(pseudonym));
    }
  }
  return keys;
}

core::Result<storage::IndexKeys> KeysOfEntry(std::string_view line, std::uint64_t index) {
  const Status bad(core::Code::kDataLoss, "BAD_RECORD",
                   "record " + std::to_string(index) + " is not one of this log");
  const core::Result<Json> parsed = Json::Parse(line);
  if (!parsed.ok() || parsed->IntOr("index", -1) != static_cast<std::int64_t>(index)) return bad;
  const Json& json = *parsed;
  storage::IndexKeys keys;
  keys.type = json.StringOr("type", "");
  const auto time = core::ParseRfc3339(json.StringOr("time", ""));
  if (!time.ok() || keys.type.empty()) return bad;
  keys.time = *time;
  keys.site = json.StringOr("site", "");
  keys.access_point = json.StringOr("access_point", "");
  keys.camera = json.StringOr("camera", "");
  keys.purpose = json.StringOr("purpose", "");
  // Of decisions alone: others have members of these names that mean something else.
  // One about a face has an operation, one about another credential says which.
  if (json.Find("operation") != nullptr || json.Find("credential") != nullptr) {
    keys.verdict = json.StringOr("outcome", "");
    keys.reason = json.StringOr("reason", "");
  }
  if (const Json* rules = json.Find("rules"); rules != nullptr && rules->is_array()) {
    for (const Json& rule : rules->AsArray()) keys.rules.push_back(rule.StringOr("rule", ""));
  }
  if (const Json* people = json.Find("subjects"); people != nullptr && people->is_array()) {
    for (const Json& person : people->AsArray()) {
      std::string pseudonym = person.StringOr("pseudonym", "");
      if (keys.subject_pseudonym.empty()) {
        keys.subject_pseudonym = std::move(pseudonym);
      } else {
        keys.other_pseudonyms.push_back(std::move(pseudonym));
      }
    }
  }
  return keys;
}

Draft DecisionDraft(const policy::Grounds& grounds, const Outcome& outcome,
                    const std::vector<policy::RuleFinding>& findings) {
  const policy::Claim& claim = grounds.claim;
  Draft draft;
  draft.type = TypeOf(outcome);
  draft.log = claim.camera.op;
  draft.site = claim.camera.site.str();
  draft.access_point = grounds.access_point->str();
  draft.camera = claim.camera.camera.str();
  draft.purpose = claim.purpose.str();
  draft.actor = claim.caller;
  draft.request_id = claim.request_id;
  draft.verdict = model::Word(outcome.verdict);
  draft.reason = model::Word(outcome.reason);
  if (claim.credential != model::CredentialKind::kFace) {
    draft.body = FacelessBody(grounds, draft).Dump();
    return draft;
  }
  for (const policy::RuleFinding& finding : findings) draft.rules.push_back(finding.rule);
  Json body = Json::MakeObject();
  body.Set("purpose_version", grounds.purpose_version)
      .Set("operation", model::Word(claim.operation))
      .Set("outcome", draft.verdict)
      .Set("reason", draft.reason);
  if (!outcome.detail.empty()) body.Set("detail", outcome.detail);
  if (outcome.reason == model::Reason::kEnrolled && outcome.templates_stored > 1) {
    body.Set("templates", outcome.templates_stored);
  }
  if (outcome.kept_image != model::ImageRetention::kNone) {
    body.Set("image_kept", model::Word(outcome.kept_image))
        .Set("image_expires_at", core::FormatRfc3339(outcome.kept_image_until));
  }
  if (outcome.issued_token) {  // of the token itself nothing
    body.Set("expires_at", core::FormatRfc3339(outcome.issued_token->expires_at))
        .Set("key_version", outcome.issued_token->key_version);
  }
  if (grounds.person) body.Set("person", PersonJson(*grounds.person));
  if (grounds.stored_persons > 0) body.Set("stored_persons", grounds.stored_persons);
  if (grounds.threshold_crossed_on) {
    body.Set("threshold_crossed_on", model::FormatDate(*grounds.threshold_crossed_on));
  }
  if (!grounds.exemption->empty()) body.Set("exemption", grounds.exemption->str());
  body.Set("decided_at", core::FormatRfc3339(grounds.decided_at));
  if (!policy::SpeaksFor(claim.caller, claim.camera)) body.Set("speaks_for_camera", false);
  if (claim.region) body.Set("region_marked", true);
  SetWays(grounds, body);
  if (!grounds.profiles->empty()) body.Set("profiles", ProfilesJson(grounds.profiles));
  if (grounds.gateway) body.Set("gateway", *grounds.gateway);
  body.Set("rules", FindingsJson(findings))
      .Set("packs", grounds.packs ? rules::PacksJson(*grounds.packs) : Json::MakeArray())
      .Set("rests_on", IndicesJson(grounds.rests_on))
      .Set("models", ModelsJson(outcome.models))
      .Set("counts", CountsJson(outcome.counts))
      .Set("client_counter", claim.client_counter)
      .Set("pad", "NOT_PERFORMED");
  draft.body = body.Dump();
  return draft;
}

Draft EventDraft(const Event& event) {
  Draft draft;
  draft.type = event.type;
  draft.log = event.log;
  if (event.site) draft.site = event.site->str();
  if (event.purpose) draft.purpose = event.purpose->str();
  if (event.access_point) draft.access_point = event.access_point->str();
  draft.actor = event.actor;
  draft.request_id = event.request_id;
  Json body = event.body;
  for (const policy::RuleFinding& finding : event.findings) draft.rules.push_back(finding.rule);
  if (!event.findings.empty()) body.Set("rules", FindingsJson(event.findings));
  draft.body = body.Dump();
  return draft;
}

Status AddClaimedPerson(Draft& draft, const policy::Grounds& grounds, const crypto::KeyRing& keys) {
  if (grounds.wrapped_subject_secret->empty()) return Status::Ok();
  std::optional<std::uint64_t> consent;
  if (grounds.consent) consent = grounds.consent->log_index;
  return AddPerson(draft, grounds.claim.camera.op, *grounds.claim.subject,
                   *grounds.wrapped_subject_secret, consent, keys);
}

Status AddPeople(Draft& draft, const model::OperatorId& op, const std::vector<Person>& people,
                 const crypto::KeyRing& keys) {
  for (const Person& person : people) {
    FG_RETURN_IF_ERROR(
        AddPerson(draft, op, person.subject, person.wrapped_secret, person.basis.log_index, keys));
  }
  return Status::Ok();
}

Status AddEventPerson(Draft& draft, const Event& event, const crypto::KeyRing& keys) {
  if (!event.subject || event.wrapped_subject_secret.empty()) return Status::Ok();
  return AddPerson(draft, event.log, *event.subject, event.wrapped_subject_secret, std::nullopt,
                   keys);
}

}  // namespace facegate::audit
