#include "facegate/model/compliance.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace facegate::model {
namespace {

constexpr auto kMoves = std::to_array<std::pair<FilingStatus, FilingStatus>>({
    {FilingStatus::kNone, FilingStatus::kDraft},
    {FilingStatus::kDraft, FilingStatus::kSubmitted},
    {FilingStatus::kSubmitted, FilingStatus::kDraft},
    {FilingStatus::kSubmitted, FilingStatus::kAccepted},
    {FilingStatus::kSubmitted, FilingStatus::kCancelled},
    {FilingStatus::kAccepted, FilingStatus::kChanged},
    {FilingStatus::kAccepted, FilingStatus::kCancelled},
    {FilingStatus::kChanged, FilingStatus::kAccepted},
    {FilingStatus::kChanged, FilingStatus::kCancelled},
});

}  // namespace

bool CanMove(FilingStatus from, FilingStatus to) {
  return from == to || std::find(kMoves.begin(), kMoves.end(), std::pair(from, to)) != kMoves.end();
}

std::vector<FilingStatus> PathBetween(FilingStatus from, FilingStatus to) {
  if (from == to) return {};
  // Breadth first over a handful of states: each path found is a shortest one.
  std::vector<std::vector<FilingStatus>> paths = {{}};
  std::set<FilingStatus> seen = {from};
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const FilingStatus at = paths[i].empty() ? from : paths[i].back();
    for (const auto& [start, end] : kMoves) {
      if (start != at || !seen.insert(end).second) continue;
      std::vector<FilingStatus> longer = paths[i];
      longer.push_back(end);
      if (end == to) return longer;
      paths.push_back(std::move(longer));
    }
  }
  return {};
}

bool Stands(const Exemption& exemption, core::Timestamp now) {
  std::set<std::string> principals;
  for (const ExemptionAttestation& each : exemption.attestations) principals.insert(each.principal);
  return principals.size() >= kExemptionAttestors && !exemption.withdrawn &&
         now < exemption.expires_at;
}

bool Covers(const Exemption& exemption, const SiteRef& site, const PurposeId& purpose) {
  return exemption.op == site.op && (exemption.site.empty() || exemption.site == site.site) &&
         (exemption.purpose.empty() || exemption.purpose == purpose);
}

}  // namespace facegate::model
