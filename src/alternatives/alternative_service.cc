#include "facegate/alternatives/alternative_service.h"

#include <algorithm>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/model/fields.h"
#include "facegate/storage/typed.h"

namespace facegate::alternatives {
namespace {

using audit::IsPreconditionFailure;
using core::Code;
using core::Result;
using core::Status;
using model::Reason;

constexpr std::size_t kPassIdBytes = 16;
constexpr std::size_t kBadgeHashHexDigits = 32;

Status BadValidity(const char* message) {
  return Status(Code::kInvalidArgument, "BAD_VALIDITY", message);
}

audit::Event MakeEvent(std::string type, const Caller& caller, const model::OperatorId& op) {
  audit::Event event;
  event.type = std::move(type);
  event.log = op;
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  return event;
}

audit::Presented Answer(Reason reason) {
  audit::Presented presented;
  presented.reason = reason;
  return presented;
}

Status CheckOrder(const PassOrder& order, core::Timestamp now) {
  if (order.expires_at <= now || order.expires_at <= order.not_before) {
    return BadValidity("a pass ends in the future, and after it begins");
  }
  if (order.expires_at - order.not_before > kPassMsMax) {
    return BadValidity("a pass is valid for 24 hours at most");
  }
  if (order.not_before - now > kPassAheadMsMax) {
    return BadValidity("a pass begins within 30 days");
  }
  return Status::Ok();
}

bool Offers(const model::AccessPoint& point, model::AlternativeKind kind) {
  return std::any_of(point.alternatives.begin(), point.alternatives.end(),
                     [&](const model::Alternative& each) { return each.kind == kind; });
}

Status KindNotOffered(Code code) {
  return Status(code, "KIND_NOT_OFFERED", "the access point offers no alternative of that kind");
}

Status CheckReports(const model::AccessPoint& point, const std::vector<Report>& reports) {
  for (const Report& report : reports) {
    if (!Offers(point, report.kind)) return KindNotOffered(Code::kInvalidArgument);
    const int wait_s = report.wait_s.value_or(0);
    if (wait_s < 0 || wait_s > kWaitSMax) {
      return Status(Code::kInvalidArgument, "BAD_WAIT", "a wait is 0 to 86400 seconds");
    }
  }
  return Status::Ok();
}

// `point` as the reports have it.
model::AccessPoint Told(model::AccessPoint point, const std::vector<Report>& reports,
                        core::Timestamp now) {
  for (const Report& report : reports) {
    for (model::Alternative& alternative : point.alternatives) {
      if (alternative.kind != report.kind) continue;
      alternative.operational = report.operational;
      alternative.heartbeat_at = now;
      if (report.wait_s) alternative.wait_s = report.wait_s;
    }
  }
  return point;
}

// Whether `told` is worth a record: something works now that did not, or the reverse, is no longer
// as it is registered, or people wait noticeably longer or shorter.
bool Differs(const model::AccessPoint& registered, const model::AccessPoint& heard,
             const model::AccessPoint& told, core::Timestamp now) {
  for (std::size_t i = 0; i < told.alternatives.size(); ++i) {
    const bool worked = model::IsWorking(heard, heard.alternatives[i], now);
    if (worked != model::IsWorking(told, told.alternatives[i], now)) return true;
    if (told.alternatives[i].operational != registered.alternatives[i].operational) return true;
  }
  return model::WaitStep(told) != model::WaitStep(registered);
}

}  // namespace

AlternativeService::AlternativeService(const storage::Store& store, audit::Ledger& ledger,
                                       const crypto::KeyRing& keys, const core::Clock& clock,
                                       const policy::Engine& engine,
                                       registry::RegistryService& registry)
    : store_(store),
      ledger_(ledger),
      keys_(keys),
      clock_(clock),
      engine_(engine),
      registry_(registry) {}

// ---- What is shown at a door ----

Result<audit::Recorded> AlternativeService::Present(const policy::Claim& claim,
                                                    std::string_view shown) {
  FG_RETURN_IF_ERROR(ledger_.MayAnswer(claim.camera.op));
  policy::FacelessDecision decision = engine_.DecideFaceless(claim);
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    return ledger_.Commit(std::move(*denial), audit::Outcome{});
  }
  auto& way = std::get<policy::Faceless>(decision);
  audit::Presented presented = Judge(way.grounds(), shown);
  return ledger_.Commit(std::move(way), std::move(presented));
}

audit::Presented AlternativeService::Judge(const policy::Grounds& grounds,
                                           std::string_view shown) const {
  switch (grounds.claim.credential) {
    case model::CredentialKind::kFace:
      break;
    case model::CredentialKind::kPass:
      return JudgeShownPass(grounds, shown);
    case model::CredentialKind::kBadge:
      return JudgeShownBadge(grounds, shown);
    case model::CredentialKind::kStaffOverride:
      FG_CHECK(grounds.claim.override_reason.has_value());
      return Answer(Reason::kStaffOverride);
  }
  FG_CHECK(false && "a face is nobody's to judge here");
}

// Whoever holds a pass from before a rotation gets through until it expires.
Result<Pass> AlternativeService::OpenPassOf(const model::OperatorId& op,
                                            std::string_view shown) const {
  const std::string name = model::OperatorName(op);
  int generation = keys_.log_generation();
  Result<Pass> pass = OpenPass(shown, keys_.PassKey(name, generation).public_key());
  while (!pass.ok() && --generation > 0) {
    pass = OpenPass(shown, keys_.PassKey(name, generation).public_key());
  }
  return pass;
}

audit::Presented AlternativeService::JudgeShownPass(const policy::Grounds& grounds,
                                                    std::string_view shown) const {
  const model::CameraRef& camera = grounds.claim.camera;
  const Result<Pass> pass = OpenPassOf(camera.op, shown);
  if (!pass.ok()) return Answer(Reason::kPassBadSignature);
  audit::Presented presented =
      Answer(JudgePass(*pass, {camera.op, camera.site, grounds.access_point}, grounds.decided_at));
  presented.issued_by = pass->issued_by;
  if (!model::LetsThrough(presented.reason) || pass->many_uses) return presented;
  // The commit decides; this spares it what it would refuse.
  const model::PassId used_as = UsedAs(pass->issued_by);
  const Result<bool> used = store_.IsPassUsed(camera.op, used_as);
  if (!used.ok()) return Answer(Reason::kFault);
  if (*used) {
    presented.reason = Reason::kPassReplayed;
    return presented;
  }
  presented.use = storage::UsePass{camera.op, used_as, pass->expires_at, grounds.decided_at};
  return presented;
}

audit::Presented AlternativeService::JudgeShownBadge(const policy::Grounds& grounds,
                                                     std::string_view shown) const {
  const model::CameraRef& camera = grounds.claim.camera;
  const model::BadgeRef ref = BadgeOf(camera.op, shown);
  const Result<model::Badge> badge = store_.GetBadge(ref);
  if (!badge.ok()) {
    const bool unknown = badge.status().code() == Code::kNotFound;
    return Answer(unknown ? Reason::kBadgeUnknown : Reason::kFault);
  }
  if (!badge->sites.empty() && !badge->sites.contains(camera.site)) {
    return Answer(Reason::kBadgeUnknown);
  }
  audit::Presented presented = Answer(Reason::kBadgeAccepted);
  if (badge->expires_at && grounds.decided_at >= *badge->expires_at) {
    presented.reason = Reason::kBadgeExpired;
  } else {
    presented.badge = ref;
  }
  return presented;
}

// ---- Passes ----

Result<IssuedPass> AlternativeService::IssuePass(const Caller& caller, const PassOrder& order) {
  const auto& [op, site] = order.site;
  FG_RETURN_IF_ERROR(CheckOrder(order, clock_.Now()));
  FG_RETURN_IF_ERROR(storage::ReadOne<model::Site>(store_, model::SiteName(op, site)).status());
  audit::Event event = MakeEvent("pass.issued", caller, op);
  event.site = site;
  Pass pass;
  pass.site = SiteMark(order.site);
  if (!order.access_point.empty()) {
    const model::AccessPointRef ref{op, site, order.access_point};
    FG_ASSIGN_OR_RETURN(const auto point,
                        storage::ReadOne<model::AccessPoint>(
                            store_, model::AccessPointName(op, site, order.access_point)));
    if (!Offers(point.resource, model::AlternativeKind::kQr)) {
      return KindNotOffered(Code::kFailedPrecondition);
    }
    pass.access_point = AccessPointMark(ref);
    event.access_point = order.access_point;
  }
  pass.id = model::PassId(core::HexEncode(crypto::RandomBytes(kPassIdBytes)));
  pass.many_uses = order.many_uses;
  pass.not_before = order.not_before;
  pass.expires_at = order.expires_at;
  event.body.Set("uses", order.many_uses ? "MANY" : "ONCE")
      .Set("not_before", core::FormatRfc3339(order.not_before))
      .Set("expires_at", core::FormatRfc3339(order.expires_at));
  FG_ASSIGN_OR_RETURN(const audit::RecordedEvent recorded, ledger_.Append(event, {}));
  pass.issued_by = recorded.receipt().index;
  return IssuedPass{EncodePass(pass, keys_.PassKey(model::OperatorName(op))), recorded.receipt()};
}

// ---- Badges ----

// Keyed, and by operator: without the gateway's key nobody can try what might be on it.
model::BadgeRef AlternativeService::BadgeOf(const model::OperatorId& op,
                                            std::string_view on_badge) const {
  const core::Hash256 hash =
      keys_.KeyedHash("badge-id/" + model::OperatorName(op), core::AsBytes(on_badge));
  return {op, model::BadgeId(core::HexEncode(hash).substr(0, kBadgeHashHexDigits))};
}

Result<model::Badge> AlternativeService::RegisterBadge(const Caller& caller,
                                                       const NewBadge& badge) {
  if (badge.on_badge.empty() || badge.on_badge.size() > kBadgeIdBytesMax) {
    return Status(Code::kInvalidArgument, "BAD_BADGE_ID", "a badge's id is 1 to 128 bytes");
  }
  const core::Timestamp now = clock_.Now();
  if (badge.expires_at && *badge.expires_at <= now) {
    return BadValidity("a badge ends in the future");
  }
  FG_RETURN_IF_ERROR(
      storage::ReadOne<model::Operator>(store_, model::OperatorName(badge.op)).status());
  core::Json sites = core::Json::MakeArray();
  for (const model::SiteId& site : badge.sites) {
    FG_RETURN_IF_ERROR(
        storage::ReadOne<model::Site>(store_, model::SiteName(badge.op, site)).status());
    sites.Push(site.str());
  }
  model::Badge made;
  made.op = badge.op;
  made.id = BadgeOf(badge.op, badge.on_badge).badge;
  made.sites = badge.sites;
  made.expires_at = badge.expires_at;
  made.created_at = now;
  audit::Event event = MakeEvent("badge.registered", caller, badge.op);
  event.body.Set("badge", made.id.str()).Set("sites", std::move(sites));
  if (made.expires_at) event.body.Set("expires_at", core::FormatRfc3339(*made.expires_at));
  const Result<audit::RecordedEvent> recorded = ledger_.Append(event, {storage::PutBadge{made}});
  if (recorded.ok()) {
    made.log_index = recorded->receipt().index;
    return made;
  }
  if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  return Status(Code::kAlreadyExists, "BADGE_EXISTS", "that badge is registered: remove it first");
}

Result<std::vector<model::Badge>> AlternativeService::ListBadges(const model::OperatorId& op,
                                                                 std::string_view after,
                                                                 std::size_t limit) const {
  return store_.ListBadges(op, after, limit);
}

Status AlternativeService::RemoveBadge(const Caller& caller, const model::BadgeRef& badge) {
  audit::Event event = MakeEvent("badge.removed", caller, badge.op);
  event.body.Set("badge", badge.badge.str());
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(event, {storage::DeleteBadge{badge}});
  if (recorded.ok()) return Status::Ok();
  if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  return Status(Code::kNotFound, "BADGE_NOT_FOUND", "no such badge is registered");
}

// ---- What works ----

Result<Reported> AlternativeService::TakeReports(const Caller& caller,
                                                 const model::AccessPointRef& ref,
                                                 const std::vector<Report>& reports) {
  const std::lock_guard lock(reports_);
  const std::string name = model::AccessPointName(ref.op, ref.site, ref.access_point);
  FG_ASSIGN_OR_RETURN(const auto registered, storage::ReadOne<model::AccessPoint>(store_, name));
  FG_RETURN_IF_ERROR(CheckReports(registered.resource, reports));
  const core::Timestamp now = clock_.Now();
  policy::Heartbeats& heartbeats = engine_.heartbeats();
  const model::AccessPoint heard = heartbeats.Applied(registered.resource);
  const model::AccessPoint told = Told(heard, reports, now);
  // Heard before it is recorded: what is down is down, whatever becomes of the record.
  for (const Report& report : reports) {
    heartbeats.Hear(ref, report.kind, report.operational, now);
  }
  Reported reported;
  reported.working = model::WorkingAlternatives(told, now);
  if (Differs(registered.resource, heard, told, now)) {
    FG_ASSIGN_OR_RETURN(const auto updated, registry_.Update(caller, told, registered.revision));
    reported.log_index = updated.log_index;
  }
  working_[ref] = reported.working;
  return reported;
}

Result<int> AlternativeService::SweepSilent(const Caller& caller) {
  const std::lock_guard lock(reports_);
  int recorded = 0;
  for (const model::AccessPointRef& ref : engine_.heartbeats().Heard()) {
    const std::string name = model::AccessPointName(ref.op, ref.site, ref.access_point);
    const auto registered = storage::ReadOne<model::AccessPoint>(store_, name);
    if (registered.status().code() == Code::kNotFound) continue;  // deleted since
    FG_RETURN_IF_ERROR(registered.status());
    const core::Timestamp now = clock_.Now();
    const int working =
        model::WorkingAlternatives(engine_.heartbeats().Applied(registered->resource), now);
    const auto last = working_.find(ref);
    if (last == working_.end() || working >= last->second) continue;
    audit::Event event = MakeEvent("alternatives.silent", caller, ref.op);
    event.site = ref.site;
    event.access_point = ref.access_point;
    event.body.Set("working", working).Set("worked", last->second);
    FG_RETURN_IF_ERROR(ledger_.Append(event, {}).status());
    last->second = working;
    ++recorded;
  }
  return recorded;
}

}  // namespace facegate::alternatives
