// Drafts of the papers that people complete: what the registers hold is filled in, the rest is left
// empty.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "dossier/phrases.h"
#include "dossier/sources.h"
#include "facegate/dossier/consent_receipts.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"
#include "facegate/policy/population.h"
#include "facegate/rules/calendar.h"

namespace facegate::dossier {
namespace {

using core::Result;
using core::Status;
using documents::FaceUse;

constexpr int kFilingWorkDays = 30;  // cn23 art. 16, cn25 art. 15

template <class R>
Result<std::vector<R>> Below(const Sources& sources, const std::string& parent) {
  return storage::ReadResources<R>(sources.store, parent);
}

// A purpose at a site, with what is registered around them.
struct Place {
  model::Site site;
  model::Purpose purpose;
  std::vector<model::Camera> cameras;
  std::vector<model::AccessPoint> points;
};

Result<model::Purpose> ReadPurpose(const Sources& sources, const model::PurposeId& id) {
  FG_ASSIGN_OR_RETURN(auto purpose, storage::ReadOne<model::Purpose>(
                                        sources.store, model::PurposeName(sources.op.id, id)));
  return std::move(purpose.resource);
}

Result<Place> ReadPlace(const Sources& sources) {
  Place place;
  const std::string name = model::SiteName(sources.op.id, *sources.order.site);
  FG_ASSIGN_OR_RETURN(auto site, storage::ReadOne<model::Site>(sources.store, name));
  place.site = std::move(site.resource);
  FG_ASSIGN_OR_RETURN(place.purpose, ReadPurpose(sources, *sources.order.purpose));
  FG_ASSIGN_OR_RETURN(place.cameras, Below<model::Camera>(sources, name));
  FG_ASSIGN_OR_RETURN(place.points, Below<model::AccessPoint>(sources, name));
  return place;
}

// A lane compares with everybody enrolled; where there is one, that is what people must know.
FaceUse UseAt(const Place& place) {
  const auto is_lane = [](const model::Camera& camera) {
    return camera.use == model::CameraUse::kMarkedLane;
  };
  const bool any = std::any_of(place.cameras.begin(), place.cameras.end(), is_lane);
  return any ? FaceUse::kIdentify : FaceUse::kVerify;
}

// The other ways in, each once, by the names that the register has.
std::vector<documents::Text> AlternativesAt(const Place& place, const Phrases& phrases) {
  std::vector<documents::Text> names;
  for (const model::AccessPoint& point : place.points) {
    for (const model::Alternative& alternative : point.alternatives) {
      std::string name = alternative.display_name.empty() ? phrases.Kind(alternative.kind)
                                                          : alternative.display_name;
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
  }
  return names;
}

// The newest assessment of the purpose's version.
Result<std::optional<model::Assessment>> LastAssessment(const Sources& sources,
                                                        const model::Purpose& purpose) {
  FG_ASSIGN_OR_RETURN(const auto all, Below<model::Assessment>(sources, model::NameOf(purpose)));
  std::optional<model::Assessment> last;
  for (const model::Assessment& one : all) {
    if (one.purpose_version != purpose.version) continue;
    if (!last || last->approved_on < one.approved_on) last = one;
  }
  return last;
}

Status AddEvidence(const Sources& sources, const Place& place, const Phrases& phrases,
                   documents::AssessmentModel& model) {
  FG_ASSIGN_OR_RETURN(const auto view, sources.engine.RulesAt(place.site));
  std::vector<std::string> packs;
  for (const rules::PackInfo& pack : view->packs()) packs.push_back(pack.id + " " + pack.version);
  model.lawfulness_ethics.evidence.push_back(phrases.Packs(packs));
  if (!place.purpose.necessity_statement.empty()) {
    model.purpose_necessity.evidence.push_back(place.purpose.necessity_statement);
  }
  for (const model::ConsideredAlternative& each : place.purpose.considered_alternatives) {
    model.purpose_necessity.evidence.push_back(phrases.Considered(each.kind, each.insufficiency));
  }
  for (const model::Camera& camera : place.cameras) {
    model.accuracy_distance_limits.evidence.push_back(phrases.CameraFacts(camera));
    FG_ASSIGN_OR_RETURN(const auto tests,
                        Below<model::DeviceAssessment>(sources, model::NameOf(camera)));
    for (const model::DeviceAssessment& test : tests) {
      model.accuracy_distance_limits.evidence.push_back(
          phrases.TestedOn(camera.display_name, model::FormatDate(test.assessed_on)));
    }
  }
  for (const std::string& control : sources.engine.gateway_facts().controls) {
    model.safeguards_proportionate.evidence.push_back(phrases.Control(control));
  }
  FG_ASSIGN_OR_RETURN(const std::uint64_t stored, sources.store.CountStoredPersons(sources.op.id));
  model.leak_risk_and_harm.evidence.push_back(
      phrases.StoredPeople(stored, sources.engine.gateway_facts().storage_location));
  for (const model::AccessPoint& point : place.points) {
    for (const model::Alternative& way : point.alternatives) {
      model.rights_impact_and_mitigation.evidence.push_back(phrases.OtherWay(
          point.display_name, way.display_name, model::IsWorking(point, way, sources.now)));
    }
  }
  return Status::Ok();
}

Result<documents::AssessmentModel> AssessmentOf(const Sources& sources, const Place& place) {
  const Phrases phrases(sources.order.language);
  documents::AssessmentModel model;
  model.dated = Today(sources);
  model.handler = sources.op.display_name;
  model.site = place.site.display_name;
  model.purpose = place.purpose.display_name;
  model.purpose_version = place.purpose.version;
  model.use = UseAt(place);
  FG_ASSIGN_OR_RETURN(const auto last, LastAssessment(sources, place.purpose));
  if (last && last->approved_on) {
    model.approver = TextOr(last->approved_by);
    model.approved_on = DayOf(*last->approved_on);
    if (last->retained_until) model.retained_until = DayOf(*last->retained_until);
  }
  FG_RETURN_IF_ERROR(AddEvidence(sources, place, phrases, model));
  return model;
}

// The sites at which a purpose is pursued, and whether any names the draft of 2023.
struct Sites {
  std::vector<documents::Text> names;
  bool under_the_draft = false;
  std::optional<std::uint64_t> filing_at;
  std::shared_ptr<const rules::WorkCalendar> calendar;
};

Result<Sites> ReadSites(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(const auto all, Below<model::Site>(sources, model::NameOf(sources.op)));
  Sites sites;
  for (const model::Site& site : all) {
    if (sources.order.site && site.id != *sources.order.site) continue;
    sites.names.push_back(site.display_name);
    FG_ASSIGN_OR_RETURN(const auto view, sources.engine.RulesAt(site));
    sites.calendar = view->rule_set().calendar();
    const auto filing_at = policy::FilingThresholdOf(*view);
    if (filing_at && (!sites.filing_at || *filing_at < *sites.filing_at)) {
      sites.filing_at = filing_at;
    }
    for (const std::string& pack : site.packs) {
      sites.under_the_draft = sites.under_the_draft || pack == "cn23";
    }
  }
  return sites;
}

// What made the filing due, where a number that a pack knows was passed.
Status AddTrigger(const Sources& sources, const Sites& sites, const Phrases& phrases,
                  documents::FilingModel& model) {
  if (!sites.filing_at) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const policy::Threshold threshold,
                      policy::ReadThreshold(sources.store, sources.op.id, *sites.filing_at));
  if (!threshold.crossed_on) return Status::Ok();
  model.trigger = phrases.PassedNumber(*sites.filing_at);
  model.trigger_on = DayOf(*threshold.crossed_on);
  if (sites.calendar != nullptr) {
    const auto due = sites.calendar->After(threshold.crossed_on->days, kFilingWorkDays);
    model.due_on = DayOf({static_cast<std::int32_t>(due.day)});
  }
  return Status::Ok();
}

Status AddRegistered(const Sources& sources, documents::FilingModel& model) {
  FG_ASSIGN_OR_RETURN(const auto filings, Below<model::Filing>(sources, model::NameOf(sources.op)));
  for (const model::Filing& filing : filings) {
    model.authority = filing.authority;
    const bool accepted = filing.status == model::FilingStatus::kAccepted ||
                          filing.status == model::FilingStatus::kChanged;
    if (accepted) model.kind = documents::FilingKind::kChange;
  }
  return Status::Ok();
}

Status AddPurposes(const Sources& sources, const Sites& sites, const Phrases& phrases,
                   documents::FilingModel& model) {
  std::vector<model::Purpose> purposes;
  if (sources.order.purpose) {
    FG_ASSIGN_OR_RETURN(auto one, ReadPurpose(sources, *sources.order.purpose));
    purposes.push_back(std::move(one));
  } else {
    FG_ASSIGN_OR_RETURN(purposes, Below<model::Purpose>(sources, model::NameOf(sources.op)));
  }
  std::string necessity;
  for (const model::Purpose& purpose : purposes) {
    model.purposes.push_back({purpose.display_name, purpose.version,
                              phrases.Category(purpose.category),
                              phrases.KeptFor(purpose.retention_days), sites.names});
    if (!purpose.necessity_statement.empty()) {
      necessity += (necessity.empty() ? "" : "\n") + purpose.necessity_statement;
    }
    for (const model::ConsideredAlternative& each : purpose.considered_alternatives) {
      model.comparisons.push_back({phrases.Kind(each.kind), each.insufficiency});
    }
    FG_ASSIGN_OR_RETURN(const auto last, LastAssessment(sources, purpose));
    if (last && !last->document_sha256.empty()) {
      model.attachments.push_back({model::NameOf(*last), last->document_sha256});
    }
  }
  model.necessity = TextOr(necessity);
  return Status::Ok();
}

}  // namespace

Result<documents::SignModel> Sign(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(const Place place, ReadPlace(sources));
  const Phrases phrases(sources.order.language);
  documents::SignModel model;
  model.dated = Today(sources);
  model.controller = sources.op.display_name;
  model.contact = sources.op.complaint_channel;
  model.place = TextOr(place.site.display_name);
  model.purpose = place.purpose.display_name;
  model.use = UseAt(place);
  model.retention = phrases.KeptFor(place.purpose.retention_days);
  model.alternatives = AlternativesAt(place, phrases);
  model.notice_url.text =
      NoticePageUrl(sources.public_url, {sources.op.id, place.site.id}, place.purpose.id);
  return model;
}

Result<documents::NoticeModel> Notice(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(const Place place, ReadPlace(sources));
  const Phrases phrases(sources.order.language);
  documents::NoticeModel model;
  model.dated = Today(sources);
  model.purpose_version = place.purpose.version;
  model.controller.name = sources.op.display_name;
  model.controller.contact = sources.op.complaint_channel;
  model.place = TextOr(place.site.display_name);
  model.purpose = place.purpose.display_name;
  model.necessity = place.purpose.necessity_statement;
  model.use = UseAt(place);
  model.retention = phrases.KeptFor(place.purpose.retention_days);
  model.alternatives = AlternativesAt(place, phrases);
  model.complaint_route = TextOr(sources.op.complaint_channel);
  FG_ASSIGN_OR_RETURN(const auto disclosures,
                      Below<model::Disclosure>(sources, model::NameOf(sources.op)));
  std::set<std::string> recipients;
  for (const model::Disclosure& one : disclosures) {
    if (one.purpose == place.purpose.id) recipients.insert(one.recipient);
  }
  model.recipients = TextOr(phrases.Listed({recipients.begin(), recipients.end()}));
  return model;
}

Result<documents::AssessmentModel> Assessment(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(const Place place, ReadPlace(sources));
  return AssessmentOf(sources, place);
}

Result<documents::FilingModel> Filing(const Sources& sources) {
  const Phrases phrases(sources.order.language);
  FG_ASSIGN_OR_RETURN(const Sites sites, ReadSites(sources));
  documents::FilingModel model;
  model.regime = sites.under_the_draft ? documents::Regime::kCn23 : documents::Regime::kCn25;
  model.dated = Today(sources);
  model.handler.name = sources.op.display_name;
  model.handler.contact = sources.op.complaint_channel;
  FG_RETURN_IF_ERROR(AddTrigger(sources, sites, phrases, model));
  FG_RETURN_IF_ERROR(AddRegistered(sources, model));
  FG_RETURN_IF_ERROR(AddPurposes(sources, sites, phrases, model));
  FG_ASSIGN_OR_RETURN(const std::uint64_t stored, sources.store.CountStoredPersons(sources.op.id));
  model.stored_people = static_cast<std::int64_t>(stored);
  model.counted_on = Today(sources);
  model.counting_method = phrases.CountedHow();
  for (const std::string& control : sources.engine.gateway_facts().controls) {
    model.security_measures.push_back(phrases.Control(control));
  }
  if (sources.order.site && sources.order.purpose) {
    FG_ASSIGN_OR_RETURN(const Place place, ReadPlace(sources));
    FG_ASSIGN_OR_RETURN(model.assessment, AssessmentOf(sources, place));
  }
  return model;
}

}  // namespace facegate::dossier
