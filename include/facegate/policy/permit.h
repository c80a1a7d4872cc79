// The proofs that processing is allowed. Only Engine makes them, only audit::Ledger spends them.
//
// A ViewPermit allows decoding a frame and detecting faces; a Permit also aligning, embedding and
// matching: it holds the view permit that was admitted. Both are move-only and [[nodiscard]]. One
// that is dropped unspent is a bug: without an AbandonSink (tests, debug builds) the process
// aborts; with one (release builds) it is recorded as ABANDONED, so that no client can turn the bug
// into an outage. See docs/LIFE_OF_A_FRAME.md and invariants I1 to I3.
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/crypto/wiped_pool.h"
#include "facegate/policy/claim.h"
#include "facegate/rules/rule_view.h"
#include "facegate/rules/value.h"

namespace facegate::audit {
class Ledger;
}

namespace facegate::policy {

class Engine;

// Takes the grounds of permits that were dropped unspent. Thread-safe.
class AbandonSink {
 public:
  virtual ~AbandonSink() = default;
  virtual void OnAbandoned(const Grounds& grounds) noexcept = 0;
};

// Decides per candidate of a 1:N search, as of now; what is behind it lives in the engine.
class CandidateTest {
 public:
  virtual ~CandidateTest() = default;
  // The consent that lets this candidate be compared, or nothing. Reads the candidate's current
  // consent and evaluates the candidate rules. Thread-safe.
  virtual std::optional<ConsentBasis> Admits(const Candidate& candidate) const = 0;
};

// That a permit's scope lets a picture of the face be kept beyond the request (invariant I7). Only
// an enrolment's permit has one, where gateway, purpose, rules and the person's consent agree; what
// cuts, seals or stores such a picture demands it. Lives in its permit.
class ImageGrant {
 public:
  ImageGrant(const ImageGrant&) = delete;
  ImageGrant& operator=(const ImageGrant&) = delete;

  // Not kNone.
  model::ImageRetention kept() const { return scope_.kept_image; }
  // Of the permit. It has a subject.
  const Scope& scope() const { return scope_; }
  // The consent that the enrolment rests on.
  const model::ConsentId& consent() const { return consent_; }
  // When the picture is to be destroyed: the purpose's own days from the decision, and not after
  // the consent's end.
  core::Timestamp expires_at() const { return expires_at_; }

 private:
  friend class Engine;
  ImageGrant(const Scope& scope, model::ConsentId consent, core::Timestamp expires_at)
      : scope_(scope), consent_(std::move(consent)), expires_at_(expires_at) {}
  const Scope& scope_;
  model::ConsentId consent_;
  core::Timestamp expires_at_;
};

namespace internal {
// What both permits hold; private to policy and audit.
struct Warrant {
  Warrant(Grounds grounds_of, std::shared_ptr<AbandonSink> sink);
  Warrant(const Warrant&) = delete;
  Warrant& operator=(const Warrant&) = delete;

  Grounds grounds;
  Scope scope;  // of the claim in `grounds`
  Capture capture;
  std::shared_ptr<const CandidateTest> candidates;  // 1:N only
  // The rules and inputs of the decision, which Admit completes with what detection found.
  std::shared_ptr<const rules::RuleView> view;
  std::optional<rules::Inputs> inputs;  // for a face
  std::shared_ptr<AbandonSink> abandon_sink;
  std::unique_ptr<const ImageGrant> image_grant;  // where the scope keeps an image
};
// Made for every request: the engine's pool zeroes it when it goes, and lends its memory again.
using WarrantPtr = crypto::WipedPtr<Warrant>;
}  // namespace internal

class [[nodiscard]] ViewPermit {
 public:
  ViewPermit(ViewPermit&&) noexcept;
  ViewPermit& operator=(ViewPermit&&) = delete;
  ~ViewPermit();

  // Requires: not moved from.
  const Scope& scope() const;
  const Capture& capture() const;
  const Grounds& grounds() const;
  bool LiveAt(core::Timestamp now) const;

 private:
  friend class Engine;
  friend class Permit;
  friend class audit::Ledger;
  explicit ViewPermit(internal::WarrantPtr warrant);
  // Takes the obligation to record away from this permit.
  internal::WarrantPtr Spend() &&;
  internal::WarrantPtr warrant_;
};

class [[nodiscard]] Permit {
 public:
  Permit(Permit&&) noexcept;
  Permit& operator=(Permit&&) = delete;
  ~Permit();

  // Requires: not moved from.
  const Scope& scope() const;
  const Capture& capture() const;
  const Grounds& grounds() const;
  bool LiveAt(core::Timestamp now) const;
  // Whether this candidate may be compared, and by which consent. For 1:1 and enroll only the
  // claimed subject is; the answer is then the consent of the grounds.
  std::optional<ConsentBasis> Admits(const Candidate& candidate) const;
  // Nullptr: nothing of the picture is kept. Lives as long as the permit.
  const ImageGrant* image_grant() const;
  // Lets further frames of the same request be decoded. Who is in view there is for
  // Engine::LetsUse to judge. Requires: not moved from.
  const ViewPermit& view() const;

 private:
  friend class Engine;
  friend class audit::Ledger;
  explicit Permit(internal::WarrantPtr warrant);
  internal::WarrantPtr Spend() &&;
  ViewPermit view_;
};

// The grounds of a request that shows no face: a pass, a badge, or staff who let somebody through.
// It is no permit: nothing that decodes, detects, embeds or compares takes it, and the ledger takes
// no Outcome with it. Move-only, and spent like one, so that every request ends in a record.
class [[nodiscard]] Faceless {
 public:
  Faceless(Faceless&&) noexcept;
  Faceless& operator=(Faceless&&) = delete;
  ~Faceless();

  // Requires: not moved from.
  const Grounds& grounds() const;

 private:
  friend class Engine;
  friend class audit::Ledger;
  explicit Faceless(internal::WarrantPtr warrant);
  internal::WarrantPtr Spend() &&;
  internal::WarrantPtr warrant_;
};

// A refusal, with what a lawyer and an engineer need. A value, recorded like a grant.
struct [[nodiscard]] Denial {
  Grounds grounds;
  model::Verdict verdict = model::Verdict::kUseAlternative;  // never kAllow
  model::Reason reason = model::Reason::kPolicyDenied;
  std::vector<RuleFinding> findings;
  FacesInView view;  // where Admit refused
};

using Decision = std::variant<ViewPermit, Denial>;
using Admission = std::variant<Permit, Denial>;
using FacelessDecision = std::variant<Faceless, Denial>;

}  // namespace facegate::policy
