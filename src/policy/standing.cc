#include "policy/standing.h"

#include <algorithm>
#include <string>
#include <utility>

#include "facegate/policy/context.h"

namespace facegate::policy {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 256;
constexpr std::size_t kDeploymentsMax = 8192;  // of about 8 KiB each
constexpr std::size_t kPeopleMax = 65536;      // of about 1 KiB each

bool IsMissing(const Status& status) { return status.code() == core::Code::kNotFound; }

// Reads a registered resource, and remembers the record behind it.
template <class R>
Result<R> Load(const storage::Store& store, const std::string& name,
               std::vector<std::uint64_t>& rests_on) {
  FG_ASSIGN_OR_RETURN(const storage::Resource row, store.GetResource(name));
  FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
  FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
  rests_on.push_back(row.log_index);
  return resource;
}

// Whether a notice of the purpose's current version stands.
Result<bool> FindNotices(const storage::Store& store, const model::Purpose& purpose,
                         std::vector<std::uint64_t>& rests_on) {
  bool registered = false;
  FG_ASSIGN_OR_RETURN(const auto notices,
                      store.ListResources(model::NameOf(purpose), "notice", "", kPageSize));
  for (const storage::Resource& row : notices) {
    FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
    FG_ASSIGN_OR_RETURN(const model::Notice notice, model::FromJson<model::Notice>(body));
    if (notice.purpose_version != purpose.version) continue;
    registered = true;
    rests_on.push_back(row.log_index);
  }
  return registered;
}

}  // namespace

Standing::Standing(const storage::Store& store)
    : store_(store), deployments_(kDeploymentsMax), people_(kPeopleMax) {}

Result<std::shared_ptr<const Deployment>> Standing::DeploymentOf(
    const model::CameraRef& camera, const model::PurposeId& purpose,
    const std::shared_ptr<const rules::RuleSet>& rules) {
  const KeptName name{camera.op.str(), camera.site.str(), camera.camera.str(), purpose.str()};
  const std::uint64_t count = store_.versions().registry();
  auto kept = deployments_.Find(name, count);
  if (kept != nullptr && kept->rules == rules) return kept;
  FG_ASSIGN_OR_RETURN(kept, LoadDeployment(camera, purpose, rules));
  deployments_.Keep(name, count, kept);
  return kept;
}

Result<std::shared_ptr<const Deployment>> Standing::LoadDeployment(
    const model::CameraRef& ref, const model::PurposeId& purpose,
    const std::shared_ptr<const rules::RuleSet>& rules) const {
  const auto& [op, site, camera] = ref;
  Deployment loaded;
  auto& rests_on = loaded.rests_on;
  FG_ASSIGN_OR_RETURN(loaded.camera,
                      Load<model::Camera>(store_, model::CameraName(op, site, camera), rests_on));
  FG_ASSIGN_OR_RETURN(loaded.site, Load<model::Site>(store_, model::SiteName(op, site), rests_on));
  if (!loaded.camera.access_point.empty()) {
    const std::string name = model::AccessPointName(op, site, loaded.camera.access_point);
    FG_ASSIGN_OR_RETURN(loaded.access_point, Load<model::AccessPoint>(store_, name, rests_on));
  }
  FG_ASSIGN_OR_RETURN(loaded.purpose,
                      Load<model::Purpose>(store_, model::PurposeName(op, purpose), rests_on));
  FG_ASSIGN_OR_RETURN(const bool notice_registered, FindNotices(store_, loaded.purpose, rests_on));

  loaded.rules = rules;
  rules::Inputs inputs(rules->vocabulary());
  SetSite(inputs, loaded.site);
  SetCamera(inputs, loaded.camera);
  SetAccessPoint(inputs, loaded.access_point ? &*loaded.access_point : nullptr);
  SetPurpose(inputs, loaded.purpose, notice_registered);
  loaded.inputs = std::make_shared<const rules::Inputs>(std::move(inputs));
  return std::make_shared<const Deployment>(std::move(loaded));
}

Result<std::shared_ptr<const Person>> Standing::PersonAt(const model::SubjectRef& subject,
                                                         const model::SiteId& site,
                                                         const model::PurposeId& purpose) {
  const KeptName name{subject.op.str(), subject.subject.str(), site.str(), purpose.str()};
  const std::uint64_t count = store_.versions().Of(subject);
  auto kept = people_.Find(name, count);
  if (kept != nullptr) return kept;
  FG_ASSIGN_OR_RETURN(kept, LoadPerson(subject, site, purpose));
  // Whoever is unknown is not kept: anybody can claim names without end.
  if (kept->subject.has_value()) people_.Keep(name, count, kept);
  return kept;
}

Result<std::shared_ptr<const Person>> Standing::LoadPerson(const model::SubjectRef& ref,
                                                           const model::SiteId& site,
                                                           const model::PurposeId& purpose) const {
  Person loaded;
  auto subject = store_.GetSubject(ref);
  if (!subject.ok()) {
    // Unknown and erased people are the same to a decision: nobody who consented.
    const bool nobody =
        IsMissing(subject.status()) || subject.status().reason() == "SUBJECT_ERASED";
    if (!nobody) return subject.status();
    return std::make_shared<const Person>();
  }
  loaded.subject = std::move(subject).value();
  FG_ASSIGN_OR_RETURN(const auto consents, store_.ListConsents(ref));
  const auto current = std::find_if(consents.begin(), consents.end(), [&](const auto& consent) {
    return consent.site == site && consent.purpose == purpose;
  });
  if (current != consents.end()) loaded.consent = *current;
  const auto key = store_.GetTemplateKey(ref, purpose);
  if (!key.ok() && !IsMissing(key.status())) return key.status();
  loaded.enrolled = key.ok();
  return std::make_shared<const Person>(std::move(loaded));
}

void Standing::Forget(const model::SubjectRef& subject) {
  people_.Drop([&subject](const KeptName& name) {
    return name[0] == subject.op.str() && name[1] == subject.subject.str();
  });
}

}  // namespace facegate::policy
