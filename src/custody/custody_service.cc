#include "facegate/custody/custody_service.h"

#include <algorithm>
#include <utility>

#include "facegate/audit/contexts.h"
#include "facegate/audit/pseudonym.h"
#include "facegate/custody/holder_token.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"

namespace facegate::custody {
namespace {

using core::Code;
using core::Result;
using core::Status;
using model::Reason;

constexpr std::size_t kRecordsPage = 256;
constexpr std::string_view kIssuedType = "template.issued_to_holder";
constexpr std::string_view kRevokedType = "token.revoked";
constexpr std::string_view kRotatedType = "key.rotated";
constexpr std::string_view kHolderKeys = "HOLDER_TOKENS";

audit::Event MakeEvent(std::string_view type, const Caller& caller, const model::OperatorId& op) {
  audit::Event event;
  event.type = type;
  event.log = op;
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  return event;
}

Status TokenNotFound() {
  return Status(Code::kNotFound, "HOLDER_TOKEN_NOT_FOUND",
                "the person was handed no such token, or its time is up");
}

// Until when tokens of a key are honoured; nothing for the present key.
std::optional<core::Timestamp> EndOfKey(const std::vector<model::HolderKey>& keys, int version,
                                        std::int64_t grace_ms) {
  const auto next = std::find_if(keys.begin(), keys.end(),
                                 [&](const auto& key) { return key.version == version + 1; });
  if (next == keys.end()) return std::nullopt;
  return next->since + grace_ms;
}

int LastVersion(const std::vector<model::HolderKey>& keys) {
  return keys.empty() ? 1 : keys.back().version;
}

// What a record of template.issued_to_holder tells of the token.
Result<IssuedToken> IssuedIn(const storage::LogEntry& entry, const crypto::KeyRing& keys,
                             const model::Subject& subject, const model::Consent& consent) {
  FG_ASSIGN_OR_RETURN(const core::Json record, storage::LineOf(entry.entry));
  IssuedToken token;
  token.subject = {subject.op, subject.id};
  FG_ASSIGN_OR_RETURN(token.id, TokenIdFor(keys, token.subject, subject.wrapped_secret,
                                           record.StringOr("request_id", "")));
  token.site = consent.site;
  token.purpose = consent.purpose;
  token.key_version = static_cast<int>(record.IntOr("key_version", 1));
  FG_ASSIGN_OR_RETURN(token.issued_at, core::ParseRfc3339(record.StringOr("time", "")));
  FG_ASSIGN_OR_RETURN(token.expires_at, core::ParseRfc3339(record.StringOr("expires_at", "")));
  token.log_index = entry.index;
  return token;
}

// The records of one day that handed a token to the person under `consent`, added to `found`.
Status AddIssued(const storage::Store& store, const crypto::KeyRing& keys,
                 const model::Subject& subject, const model::Consent& consent,
                 const std::string& pseudonym, std::vector<IssuedToken>& found) {
  storage::LogQuery query;
  query.type = kIssuedType;
  query.subject_pseudonym = pseudonym;
  query.first_index = consent.log_index;
  query.limit = kRecordsPage;
  FG_ASSIGN_OR_RETURN(const auto entries, store.QueryLog(subject.op, query));
  for (const storage::LogEntry& entry : entries) {
    FG_ASSIGN_OR_RETURN(IssuedToken token, IssuedIn(entry, keys, subject, consent));
    found.push_back(std::move(token));
  }
  return Status::Ok();
}

}  // namespace

Result<int> CurrentKeyVersion(const storage::Store& store, const model::OperatorId& op) {
  FG_ASSIGN_OR_RETURN(const auto keys, store.ListHolderKeys(op));
  return LastVersion(keys);
}

policy::JudgedToken TokenJudge::Judge(std::string_view text, const model::OperatorId& op,
                                      core::Timestamp now) const {
  policy::JudgedToken judged;
  judged.problem = Reason::kHolderTokenBad;
  const Result<HolderToken> token = ReadToken(keys_, op, text);
  if (!token.ok()) return judged;
  judged.subject = token->subject;
  judged.mark = MarkOf(keys_, op, token->head.id);
  judged.good_until = token->head.expires_at;

  const auto keys = store_.ListHolderKeys(op);
  const auto revoked = store_.GetRevokedToken(op, judged.mark);
  const bool is_listed = revoked.ok();
  if (!keys.ok() || (!is_listed && revoked.status().code() != Code::kNotFound)) {
    judged.problem = Reason::kFault;
    return judged;
  }
  // A key that comes after the last is one that a database set back has forgotten.
  if (token->head.key_version > LastVersion(*keys)) return judged;
  const auto key_end = EndOfKey(*keys, token->head.key_version, grace_ms_);
  if (key_end) judged.good_until = std::min(judged.good_until, *key_end);
  if (is_listed) {
    judged.problem = Reason::kHolderTokenRevoked;
  } else if (now >= token->head.expires_at) {
    judged.problem = Reason::kHolderTokenExpired;
  } else if (now >= judged.good_until) {
    judged.problem = Reason::kHolderTokenKeyRetired;
  } else {
    judged.problem.reset();
  }
  return judged;
}

bool TokenJudge::IsBoundTo(std::string_view text, const model::Consent& consent) const {
  const Result<HolderToken> token = ReadToken(keys_, consent.op, text);
  return token.ok() && custody::IsBoundTo(keys_, *token, BindingOf(consent));
}

Result<std::vector<IssuedToken>> CustodyService::List(const model::SubjectRef& ref) const {
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(ref));
  FG_ASSIGN_OR_RETURN(const auto consents, store_.ListConsents(ref));
  FG_ASSIGN_OR_RETURN(
      const crypto::SecretBytes secret,
      keys_.Unwrap(subject.wrapped_secret, audit::SubjectSecretContext(ref.op, ref.subject)));
  const core::Timestamp now = clock_.Now();
  std::vector<IssuedToken> found;
  for (const model::Consent& consent : consents) {
    const bool stands =
        consent.status == model::ConsentStatus::kGranted && now < consent.expires_at;
    if (!stands) continue;
    // A person has another pseudonym every day.
    for (core::Timestamp day = consent.granted_at; core::FormatDay(day) <= core::FormatDay(now);
         day = day + core::kMsPerDay) {
      const std::string pseudonym =
          audit::Pseudonym(secret, consent.site.str(), consent.purpose.str(), day);
      FG_RETURN_IF_ERROR(AddIssued(store_, keys_, subject, consent, pseudonym, found));
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.log_index < b.log_index; });
  if (found.size() > kTokensListedMax) found.resize(kTokensListedMax);
  for (IssuedToken& token : found) {
    const auto revoked = store_.GetRevokedToken(ref.op, MarkOf(keys_, ref.op, token.id));
    if (revoked.ok()) token.revoked_by = revoked->log_index;
    if (!revoked.ok() && revoked.status().code() != Code::kNotFound) return revoked.status();
  }
  return found;
}

Result<Revoked> CustodyService::Put(const Caller& caller, const model::OperatorId& op,
                                    const model::HolderTokenId& id, core::Timestamp expires_at,
                                    const std::optional<model::Subject>& subject) {
  Revoked revoked;
  revoked.token = {op, MarkOf(keys_, op, id), expires_at, 0};
  audit::Event event = MakeEvent(kRevokedType, caller, op);
  event.body.Set("mark", revoked.token.id.str()).Set("expires_at", core::FormatRfc3339(expires_at));
  if (subject) {
    event.subject = subject->id;
    event.wrapped_subject_secret = subject->wrapped_secret;
  }
  const auto recorded = ledger_.AppendOfWhoStands(
      std::move(event), {storage::RevokeToken{revoked.token, clock_.Now()}});
  if (recorded.ok()) {
    revoked.token.log_index = recorded->receipt().index;
    return revoked;
  }
  if (!audit::IsPreconditionFailure(recorded.status())) return recorded.status();
  FG_ASSIGN_OR_RETURN(revoked.token, store_.GetRevokedToken(op, revoked.token.id));
  revoked.was_revoked = true;
  return revoked;
}

Result<Revoked> CustodyService::Revoke(const Caller& caller, const model::HolderTokenRef& ref) {
  const model::SubjectRef person{ref.op, ref.subject};
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(person));
  FG_ASSIGN_OR_RETURN(const std::vector<IssuedToken> tokens, List(person));
  const auto token = std::find_if(tokens.begin(), tokens.end(), [&](const IssuedToken& issued) {
    return issued.id == ref.token;
  });
  if (token == tokens.end()) return TokenNotFound();
  return Put(caller, ref.op, ref.token, token->expires_at, subject);
}

Result<Revoked> CustodyService::RevokeShown(const Caller& caller, const model::OperatorId& op,
                                            std::string_view text) {
  FG_ASSIGN_OR_RETURN(const HolderToken token, ReadToken(keys_, op, text));
  // Whoever was erased since has no pseudonym, and the token is worth nothing: it may be listed.
  const auto subject = store_.GetSubject({op, token.subject});
  return Put(caller, op, token.head.id, token.head.expires_at,
             subject.ok() ? std::optional(*subject) : std::nullopt);
}

Result<model::HolderKey> CustodyService::RotateKey(const Caller& caller,
                                                   const model::OperatorId& op) {
  FG_RETURN_IF_ERROR(storage::ReadOne<model::Operator>(store_, model::OperatorName(op)).status());
  FG_ASSIGN_OR_RETURN(const int current, CurrentKeyVersion(store_, op));
  if (current >= kKeyVersionMax) {
    return Status(Code::kResourceExhausted, "HOLDER_KEYS_MAX", "there are 65535 keys already");
  }
  model::HolderKey key{op, current + 1, clock_.Now(), 0};
  audit::Event event = MakeEvent(kRotatedType, caller, op);
  event.body.Set("kind", kHolderKeys).Set("version", key.version);
  const auto recorded = ledger_.Append(event, {storage::PutHolderKey{key}});
  if (recorded.ok()) {
    key.log_index = recorded->receipt().index;
    return key;
  }
  if (!audit::IsPreconditionFailure(recorded.status())) return recorded.status();
  return Status(Code::kAborted, "KEY_MOVED", "somebody else rotated the key: look again");
}

Result<storage::Changes> ChangesOf(const core::Json& record, const model::OperatorId& op) {
  const std::string type = record.StringOr("type", "");
  const bool is_rotation = type == kRotatedType && record.StringOr("kind", "") == kHolderKeys;
  if (type != kRevokedType && !is_rotation) return storage::Changes{};
  const Status bad(Code::kDataLoss, "BAD_RECORD", "a record of holder tokens makes no sense");
  const auto time = core::ParseRfc3339(record.StringOr("time", ""));
  if (!time.ok()) return bad;
  if (is_rotation) {
    const auto version = static_cast<int>(record.IntOr("version", 0));
    if (version <= 1) return bad;
    return storage::Changes{storage::PutHolderKey{{op, version, *time, 0}}};
  }
  const auto mark = model::TokenMark::Parse(record.StringOr("mark", ""));
  const auto expires_at = core::ParseRfc3339(record.StringOr("expires_at", ""));
  if (!mark.ok() || !expires_at.ok()) return bad;
  return storage::Changes{storage::RevokeToken{{op, *mark, *expires_at, 0}, *time}};
}

}  // namespace facegate::custody
