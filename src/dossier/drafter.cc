#include "facegate/dossier/drafter.h"

#include <string>
#include <utility>

#include "dossier/sources.h"
#include "facegate/model/fields.h"

namespace facegate::dossier {
namespace {

using core::Code;
using core::Result;
using core::Status;
using documents::Kind;

// What an order of a kind must have, and may have besides.
struct Needs {
  bool site, purpose, incident, period;
  bool may_have_site = false;
  bool may_have_purpose = false;
};

Needs NeedsOf(Kind kind) {
  switch (kind) {
    case Kind::kCompliance:
      return {.site = true, .purpose = false, .incident = false, .period = true};
    case Kind::kTransparency:
      return {.site = false, .purpose = false, .incident = false, .period = true};
    case Kind::kDuties:
      return {false, false, false, false, /*may_have_site=*/true};
    case Kind::kSign:
    case Kind::kNotice:
    case Kind::kAssessment:
      return {.site = true, .purpose = true, .incident = false, .period = false};
    case Kind::kFiling:
      return {false, false, false, false, /*may_have_site=*/true, /*may_have_purpose=*/true};
    case Kind::kNotification:
      return {.site = false, .purpose = false, .incident = true, .period = false};
    case Kind::kReceipt:
    case Kind::kLeaflet:
    case Kind::kAccess:
    case Kind::kErasure:
      break;  // the registers hold nothing of a leaflet; the others are of one person
  }
  return {};
}

Status CheckOrder(const Order& order, core::Timestamp now) {
  const std::string kind(documents::WordOf(order.kind));
  const auto bad = [&](const std::string& what) {
    return Status(Code::kInvalidArgument, "BAD_DRAFT", "a draft of " + kind + " " + what);
  };
  if (order.kind == Kind::kLeaflet) return bad("is not made: the registers hold nothing of it");
  if (order.kind == Kind::kReceipt) return bad("is not made: GetConsentReceipt makes it");
  const Needs needs = NeedsOf(order.kind);
  const auto check = [&](bool has, bool needed, bool may, const char* what) {
    if (needed && !has) return bad(std::string("needs a ") + what);
    if (has && !needed && !may) return bad(std::string("is not made for one ") + what);
    return Status::Ok();
  };
  FG_RETURN_IF_ERROR(check(order.site.has_value(), needs.site, needs.may_have_site, "site"));
  FG_RETURN_IF_ERROR(
      check(order.purpose.has_value(), needs.purpose, needs.may_have_purpose, "purpose"));
  FG_RETURN_IF_ERROR(check(order.incident.has_value(), needs.incident, false, "incident"));
  FG_RETURN_IF_ERROR(check(order.period.has_value(), needs.period, false, "period"));
  if (!order.period) return Status::Ok();
  const bool fits =
      order.period->from <= order.period->until && order.period->from <= model::DateOf(now);
  if (fits) return Status::Ok();
  return Status(Code::kInvalidArgument, "BAD_PERIOD",
                "a period ends after it begins, and has begun");
}

template <class M>
Result<Draft> DraftOf(Result<M> model) {
  if (!model.ok()) return model.status();
  return Draft{documents::ToJson(*model), documents::Unfilled(*model)};
}

}  // namespace

Result<Draft> Drafter::Make(const Order& order, const core::Deadline& deadline) const {
  const core::Timestamp now = clock_.Now();
  FG_RETURN_IF_ERROR(CheckOrder(order, now));
  FG_ASSIGN_OR_RETURN(auto op,
                      storage::ReadOne<model::Operator>(store_, model::OperatorName(order.op)));
  const Sources sources{store_, engine_, now, deadline, order, std::move(op.resource), public_url_};
  switch (order.kind) {
    case Kind::kCompliance:
      return DraftOf(Compliance(sources));
    case Kind::kTransparency:
      return DraftOf(Transparency(sources));
    case Kind::kDuties:
      return DraftOf(Duties(sources));
    case Kind::kSign:
      return DraftOf(Sign(sources));
    case Kind::kNotice:
      return DraftOf(Notice(sources));
    case Kind::kAssessment:
      return DraftOf(Assessment(sources));
    case Kind::kFiling:
      return DraftOf(Filing(sources));
    case Kind::kNotification:
      return DraftOf(Notification(sources));
    case Kind::kLeaflet:
    case Kind::kReceipt:
    case Kind::kAccess:
    case Kind::kErasure:
      break;
  }
  FG_CHECK(false);
}

}  // namespace facegate::dossier
