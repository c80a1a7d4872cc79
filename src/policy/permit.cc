#include "facegate/policy/permit.h"

#include <utility>

#include "facegate/core/check.h"

namespace facegate::policy {
namespace {

// A permit that goes without having been spent.
void Abandon(internal::WarrantPtr warrant) noexcept {
  if (warrant == nullptr) return;
  FG_CHECK(warrant->abandon_sink != nullptr && "a permit was dropped unspent");
  warrant->abandon_sink->OnAbandoned(warrant->grounds);
}

const internal::Warrant& Alive(const internal::WarrantPtr& warrant) {
  FG_CHECK(warrant != nullptr && "a permit was used after it was moved from");
  return *warrant;
}

}  // namespace

internal::Warrant::Warrant(Grounds grounds_of, std::shared_ptr<AbandonSink> sink)
    : grounds(std::move(grounds_of)),
      scope{grounds.claim.operation, grounds.claim.camera,    *grounds.access_point,
            grounds.claim.purpose,   grounds.purpose_version, grounds.claim.subject,
            grounds.decided_at},
      abandon_sink(std::move(sink)) {}

ViewPermit::ViewPermit(internal::WarrantPtr warrant) : warrant_(std::move(warrant)) {}
ViewPermit::ViewPermit(ViewPermit&&) noexcept = default;
ViewPermit::~ViewPermit() { Abandon(std::move(warrant_)); }

const Scope& ViewPermit::scope() const { return Alive(warrant_).scope; }
const Capture& ViewPermit::capture() const { return Alive(warrant_).capture; }
const Grounds& ViewPermit::grounds() const { return Alive(warrant_).grounds; }
bool ViewPermit::LiveAt(core::Timestamp now) const { return now < scope().expires_at; }

internal::WarrantPtr ViewPermit::Spend() && {
  FG_CHECK(warrant_ != nullptr && "a permit was spent twice");
  return std::move(warrant_);
}

Permit::Permit(internal::WarrantPtr warrant) : view_(std::move(warrant)) {}
Permit::Permit(Permit&&) noexcept = default;
Permit::~Permit() = default;  // the view permit is abandoned or spent, and this with it

const Scope& Permit::scope() const { return view_.scope(); }
const Capture& Permit::capture() const { return view_.capture(); }
const Grounds& Permit::grounds() const { return view_.grounds(); }
bool Permit::LiveAt(core::Timestamp now) const { return view_.LiveAt(now); }

const ViewPermit& Permit::view() const {
  Alive(view_.warrant_);
  return view_;
}

std::optional<ConsentBasis> Permit::Admits(const Candidate& candidate) const {
  const internal::Warrant& warrant = Alive(view_.warrant_);
  const Scope& scope = warrant.scope;
  const bool in_scope = candidate.subject.op == scope.camera.op &&
                        candidate.site == scope.camera.site && candidate.purpose == scope.purpose;
  if (!in_scope) return std::nullopt;
  if (warrant.candidates != nullptr) return warrant.candidates->Admits(candidate);
  const auto& basis = warrant.grounds.consent;
  const bool claimed = scope.subject.has_value() && candidate.subject.subject == *scope.subject &&
                       basis != nullptr && basis->consent.consent == candidate.consent;
  return claimed ? std::optional(*basis) : std::nullopt;
}

const ImageGrant* Permit::image_grant() const { return Alive(view_.warrant_).image_grant.get(); }

internal::WarrantPtr Permit::Spend() && { return std::move(view_).Spend(); }

Faceless::Faceless(internal::WarrantPtr warrant) : warrant_(std::move(warrant)) {}
Faceless::Faceless(Faceless&&) noexcept = default;
Faceless::~Faceless() { Abandon(std::move(warrant_)); }

const Grounds& Faceless::grounds() const { return Alive(warrant_).grounds; }

internal::WarrantPtr Faceless::Spend() && {
  FG_CHECK(warrant_ != nullptr && "a permit was spent twice");
  return std::move(warrant_);
}

}  // namespace facegate::policy
