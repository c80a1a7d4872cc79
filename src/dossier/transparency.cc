// The transparency report: every exemption with its uses, figures, disclosures, and what became of
// complaints and requests.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "dossier/sources.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"

namespace facegate::dossier {
namespace {

using core::Json;
using core::Result;
using core::Status;

// More uses than these are counted, but not listed.
constexpr std::size_t kRecordsMax = 1000;

struct Uses {
  std::int64_t count = 0;
  documents::Records records;
};

class Report {
 public:
  explicit Report(const Sources& sources) : sources_(sources), period_(*sources.order.period) {}

  Result<documents::TransparencyModel> Make() {
    model_.dated = Today(sources_);
    model_.controller = sources_.op.display_name;
    model_.contact = sources_.op.complaint_channel;
    model_.period = {DayOf(period_.from), DayOf(period_.until)};
    FG_ASSIGN_OR_RETURN(model_.log, LogStateOf(sources_));
    FG_RETURN_IF_ERROR(ForEachRecord(sources_, InPeriod(sources_, {}), [this](const Line& line) {
      Count(line);
      return Status::Ok();
    }));
    for (const auto& [name, figures] : purposes_) model_.purposes.push_back(figures);
    FG_RETURN_IF_ERROR(AddExemptions());
    FG_RETURN_IF_ERROR(AddDisclosures());
    FG_RETURN_IF_ERROR(AddIncidents());
    FG_RETURN_IF_ERROR((AddAnswers<model::Complaint, documents::ComplaintKind>(model_.complaints)));
    FG_RETURN_IF_ERROR((AddAnswers<model::RightsRequest, documents::RightsKind>(model_.requests)));
    return std::move(model_);
  }

 private:
  // ---- From the log ----

  void Count(const Line& line) {
    const std::string type = line.json.StringOr("type", "");
    if (line.json.Find("credential") != nullptr) return;  // the figures are about faces
    documents::Figures& figures = model_.figures;
    if (type == "consent.withdrawn") ++figures.withdrawals;
    if (type == "subject.erased") ++figures.erasures;
    const bool is_enrolment = type == "template.enrolled" || type == "template.issued_to_holder";
    if (type == "decision" || is_enrolment) CountDecision(line);
    const Json* counts = line.json.Find("counts");
    if (counts == nullptr) return;
    const std::int64_t frames = counts->IntOr("frames", 0);
    const std::int64_t seen = counts->IntOr("faces_seen", 0);
    // Faces in a stream are counted by the record of its lease.
    const bool is_of_a_lease = type == "decision" && frames == 0 && seen > 0;
    if (is_of_a_lease) return;
    if (type == "decision" && frames == 0) ++figures.frames_discarded;
    figures.faces_seen += seen;
    figures.faces_embedded += counts->IntOr("faces_embedded", 0);
    figures.bystanders_ignored += counts->IntOr("faces_ignored", 0);
  }

  void CountDecision(const Line& line) {
    documents::PurposeFigures& purpose = purposes_[line.json.StringOr("purpose", "")];
    purpose.purpose = line.json.StringOr("purpose", "");
    const auto count = [](auto& figures, const std::string& outcome) {
      ++figures.decisions;
      if (outcome == "ALLOW") ++figures.allowed;
      if (outcome == "USE_ALTERNATIVE") ++figures.sent_another_way;
      if (outcome == "DENY") ++figures.denied;
    };
    const std::string outcome = line.json.StringOr("outcome", "");
    count(purpose, outcome);
    count(model_.figures, outcome);
    const std::string exemption = line.json.StringOr("exemption", "");
    if (exemption.empty()) return;
    Uses& uses = uses_[exemption];
    ++uses.count;
    if (uses.records.size() < kRecordsMax) uses.records.push_back(line.index);
  }

  // ---- Exemptions ----

  Status AddExemptions() {
    const std::string op = model::NameOf(sources_.op);
    FG_ASSIGN_OR_RETURN(const auto registered,
                        storage::ReadAll<model::Exemption>(sources_.store, op));
    for (const auto& row : registered) {
      FG_ASSIGN_OR_RETURN(const model::Date ended_on, EndOf(row));
      Add(row.resource, ended_on);
      uses_.erase(row.resource.id.str());
    }
    // What was used and then deleted is as it was when it was used.
    for (const auto& [id, uses] : uses_) {
      const std::string name = op + "/exemptions/" + id;
      FG_ASSIGN_OR_RETURN(const storage::Resource stored,
                          sources_.store.GetResourceAt(name, uses.records.front()));
      FG_ASSIGN_OR_RETURN(const auto row, storage::Decode<model::Exemption>(stored));
      Add(row.resource, model::DateOf(row.resource.expires_at));
    }
    return Status::Ok();
  }

  // The day it expires or was withdrawn, which nothing follows.
  Result<model::Date> EndOf(const storage::TypedResource<model::Exemption>& row) const {
    const model::Date expires_on = model::DateOf(row.resource.expires_at);
    if (!row.resource.withdrawn) return expires_on;
    FG_ASSIGN_OR_RETURN(const core::Timestamp time,
                        audit::RecordTime(sources_.store, sources_.op.id, row.log_index));
    return std::min(expires_on, model::DateOf(time));
  }

  void Add(const model::Exemption& exemption, model::Date ended_on) {
    const auto found = uses_.find(exemption.id.str());
    const bool was_used = found != uses_.end();
    const bool stood = exemption.attestations.size() >= model::kExemptionAttestors;
    if (!stood && !was_used) return;  // it never counted
    const model::Date granted_on =
        stood ? model::DateOf(exemption.attestations.back().at) : period_.from;
    if (!was_used && (ended_on < period_.from || period_.until < granted_on)) return;
    documents::ExemptionUse use;
    use.kind = SameWord<documents::ExemptionKind>(exemption.kind);
    use.legal_ref = exemption.legal_ref;
    use.site = TextOr(exemption.site.str());
    use.attested_by = static_cast<std::int64_t>(exemption.attestations.size());
    use.granted_on = DayOf(granted_on);
    use.expires_on = DayOf(ended_on);
    if (was_used) {
      use.uses = found->second.count;
      use.records = found->second.records;
    }
    model_.exemptions.push_back(std::move(use));
  }

  // ---- From the registers ----

  Status AddDisclosures() {
    FG_ASSIGN_OR_RETURN(const auto all, storage::ReadResources<model::Disclosure>(
                                            sources_.store, model::NameOf(sources_.op)));
    for (const model::Disclosure& one : all) {
      if (!IsWithin(period_, one.disclosed_on)) continue;
      documents::Disclosed disclosed;
      disclosed.recipient = one.recipient;
      disclosed.basis = SameWord<documents::DisclosureBasis>(one.basis);
      disclosed.purpose = TextOr(one.purpose.str());
      disclosed.disclosed_on = DayOf(one.disclosed_on);
      for (const std::string& name : one.records) {  // operators/{o}/records/{index}
        disclosed.records.push_back(std::stoull(name.substr(name.rfind('/') + 1)));
      }
      std::sort(disclosed.records.begin(), disclosed.records.end());
      model_.disclosures.push_back(std::move(disclosed));
    }
    return Status::Ok();
  }

  Status AddIncidents() {
    FG_ASSIGN_OR_RETURN(const auto all, storage::ReadResources<model::Incident>(
                                            sources_.store, model::NameOf(sources_.op)));
    for (const model::Incident& one : all) {
      if (!IsWithin(period_, one.detected_at)) continue;
      ++(one.drill ? model_.figures.drills : model_.figures.incidents);
    }
    return Status::Ok();
  }

  // Those received in the period, by kind; and what of all was overdue when it ended.
  template <class R, class Kind, class Figures>
  Status AddAnswers(std::vector<Figures>& to) {
    FG_ASSIGN_OR_RETURN(const auto all,
                        storage::ReadResources<R>(sources_.store, model::NameOf(sources_.op)));
    const model::Date today = model::DateOf(sources_.now);
    std::map<Kind, Figures> by_kind;
    for (const R& one : all) {
      const model::Date due_on = one.due_on.value_or(one.received_on + one.deadline_days);
      const model::Date end = std::min(period_.until, today);
      const bool was_open = one.received_on <= end && (!one.answered_on || end < *one.answered_on);
      if (was_open && due_on < end) ++model_.figures.duties_overdue;
      if (!IsWithin(period_, one.received_on)) continue;
      const Kind kind = SameWord<Kind>(one.kind);
      Figures& figures = by_kind[kind];
      figures.kind = kind;
      ++figures.received;
      if (one.answered_on) {
        ++(*one.answered_on <= due_on ? figures.in_time : figures.late);
      } else {
        ++(due_on < today ? figures.overdue : figures.open);
      }
    }
    for (const auto& [kind, figures] : by_kind) to.push_back(figures);
    return Status::Ok();
  }

  const Sources& sources_;
  const Period period_;
  documents::TransparencyModel model_;
  std::map<std::string, documents::PurposeFigures> purposes_;
  std::map<std::string, Uses> uses_;
};

}  // namespace

Result<documents::TransparencyModel> Transparency(const Sources& sources) {
  return Report(sources).Make();
}

}  // namespace facegate::dossier
