#include "dossier/evidence.h"

#include <utility>

#include "facegate/model/duties.h"
#include "facegate/model/fields.h"
#include "facegate/policy/context.h"

namespace facegate::dossier {
namespace {

using core::Result;
using core::Status;

template <class R>
struct Rows {
  std::vector<R> resources;
  std::vector<std::uint64_t> records;
};

// Those below `parent` for which `wanted` is true.
template <class R, class Wanted>
Result<Rows<R>> ReadRows(const Sources& sources, const std::string& parent, Wanted wanted) {
  FG_ASSIGN_OR_RETURN(auto all, storage::ReadAll<R>(sources.store, parent));
  Rows<R> rows;
  for (storage::TypedResource<R>& one : all) {
    if (!wanted(one.resource)) continue;
    rows.records.push_back(one.log_index);
    rows.resources.push_back(std::move(one.resource));
  }
  return rows;
}
template <class R>
Result<Rows<R>> ReadRows(const Sources& sources, const std::string& parent) {
  return ReadRows<R>(sources, parent, [](const R&) { return true; });
}

template <class R>
std::string_view WordOfKind() {
  return model::Kind<R>::kWord;
}

}  // namespace

void Evidence::Add(std::string_view kind, const std::vector<std::uint64_t>& records,
                   const std::function<void(rules::Inputs&)>& set) {
  if (records.empty()) return;
  rules::Inputs inputs(vocabulary_);
  set(inputs);
  const core::Json known = inputs.ToJson();
  for (const auto& [name, value] : known.AsObject()) {
    for (const std::uint64_t record : records) {
      by_input_[name].insert({record, std::string(kind)});
    }
  }
}

Status Evidence::ReadOperator(const Sources& sources) {
  const std::string name = model::NameOf(sources.op);
  FG_ASSIGN_OR_RETURN(const auto op, storage::ReadOne<model::Operator>(sources.store, name));
  Add(WordOfKind<model::Operator>(), {op.log_index}, [&](rules::Inputs& inputs) {
    policy::SetOperator(inputs, op.resource, policy::GatewayFacts{});
  });
  FG_ASSIGN_OR_RETURN(const auto filings, ReadRows<model::Filing>(sources, name));
  Add(WordOfKind<model::Filing>(), filings.records,
      [&](rules::Inputs& inputs) { policy::SetFilings(inputs, filings.resources); });
  FG_ASSIGN_OR_RETURN(const auto reviews, ReadRows<model::ThresholdReview>(sources, name));
  Add(WordOfKind<model::ThresholdReview>(), reviews.records,
      [&](rules::Inputs& inputs) { policy::SetDevice(inputs, {}, reviews.resources); });
  FG_ASSIGN_OR_RETURN(const auto incidents,
                      ReadRows<model::Incident>(sources, name, [](const model::Incident& one) {
                        return !one.drill && !one.closed_at.has_value();
                      }));
  Add(WordOfKind<model::Incident>(), incidents.records,
      [&](rules::Inputs& inputs) { policy::SetDuties(inputs, incidents.resources, {}); });
  FG_ASSIGN_OR_RETURN(const auto requests,
                      ReadRows<model::RightsRequest>(
                          sources, name, [](const auto& one) { return !one.answered_on; }));
  Add(WordOfKind<model::RightsRequest>(), requests.records, [&](rules::Inputs& inputs) {
    policy::SetDuties(inputs, {}, requests.resources);
    inputs.Set("incident.major_open", rules::Value{});  // that is of the other register
  });
  return Status::Ok();
}

Status Evidence::ReadPurpose(const Sources& sources, const model::Purpose& purpose) {
  const std::string name = model::NameOf(purpose);
  FG_ASSIGN_OR_RETURN(const auto row, storage::ReadOne<model::Purpose>(sources.store, name));
  Add(WordOfKind<model::Purpose>(), {row.log_index},
      [&](rules::Inputs& inputs) { policy::SetPurpose(inputs, row.resource); });
  FG_ASSIGN_OR_RETURN(const auto notices,
                      ReadRows<model::Notice>(sources, name, [&](const model::Notice& notice) {
                        return notice.purpose_version == purpose.version;
                      }));
  Add(WordOfKind<model::Notice>(), notices.records,
      [&](rules::Inputs& inputs) { policy::SetNotices(inputs, notices.resources); });
  FG_ASSIGN_OR_RETURN(const auto assessments, ReadRows<model::Assessment>(sources, name));
  Add(WordOfKind<model::Assessment>(), assessments.records, [&](rules::Inputs& inputs) {
    policy::SetAssessments(inputs, purpose, assessments.resources);
  });
  return Status::Ok();
}

Status Evidence::ReadCamera(const Sources& sources, const model::Camera& camera) {
  const std::string name = model::NameOf(camera);
  FG_ASSIGN_OR_RETURN(const auto row, storage::ReadOne<model::Camera>(sources.store, name));
  Add(WordOfKind<model::Camera>(), {row.log_index},
      [&](rules::Inputs& inputs) { policy::SetCamera(inputs, row.resource); });
  FG_ASSIGN_OR_RETURN(const auto tests, ReadRows<model::DeviceAssessment>(sources, name));
  Add(WordOfKind<model::DeviceAssessment>(), tests.records,
      [&](rules::Inputs& inputs) { policy::SetDevice(inputs, tests.resources, {}); });
  return Status::Ok();
}

Status Evidence::ReadSite(const Sources& sources, const Deployments& deployments) {
  const std::string name = model::NameOf(deployments.site);
  FG_ASSIGN_OR_RETURN(const auto site, storage::ReadOne<model::Site>(sources.store, name));
  Add(WordOfKind<model::Site>(), {site.log_index},
      [&](rules::Inputs& inputs) { policy::SetSite(inputs, site.resource); });
  FG_ASSIGN_OR_RETURN(const auto points, storage::ReadAll<model::AccessPoint>(sources.store, name));
  for (const auto& point : points) {
    Add(WordOfKind<model::AccessPoint>(), {point.log_index}, [&](rules::Inputs& inputs) {
      policy::SetAccessPoint(inputs, &point.resource, sources.now);
    });
  }
  FG_ASSIGN_OR_RETURN(const auto signs, ReadRows<model::Signage>(sources, name));
  Add(WordOfKind<model::Signage>(), signs.records,
      [&](rules::Inputs& inputs) { policy::SetSignage(inputs, signs.resources); });
  FG_ASSIGN_OR_RETURN(const auto exemptions,
                      ReadRows<model::Exemption>(
                          sources, model::NameOf(sources.op), [&](const model::Exemption& one) {
                            if (!model::Stands(one, sources.now)) return false;
                            return one.site.empty() || one.site == deployments.site.id;
                          }));
  for (const model::Purpose& purpose : deployments.purposes) {
    Add(WordOfKind<model::Exemption>(), exemptions.records, [&](rules::Inputs& inputs) {
      policy::SetExemption(inputs, exemptions.resources, {sources.op.id, deployments.site.id},
                           purpose.id, sources.now);
    });
  }
  return Status::Ok();
}

Result<Evidence> Evidence::Read(const Sources& sources, const Deployments& deployments) {
  Evidence evidence(sources.engine.rules()->vocabulary());
  FG_RETURN_IF_ERROR(evidence.ReadOperator(sources));
  FG_RETURN_IF_ERROR(evidence.ReadSite(sources, deployments));
  for (const model::Purpose& purpose : deployments.purposes) {
    FG_RETURN_IF_ERROR(evidence.ReadPurpose(sources, purpose));
  }
  for (const model::Camera& camera : deployments.cameras) {
    FG_RETURN_IF_ERROR(evidence.ReadCamera(sources, camera));
  }
  return evidence;
}

std::set<Origin> Evidence::For(const std::set<std::string>& inputs) const {
  std::set<Origin> origins;
  for (const std::string& input : inputs) {
    const auto found = by_input_.find(input);
    if (found != by_input_.end()) origins.insert(found->second.begin(), found->second.end());
  }
  return origins;
}

}  // namespace facegate::dossier
