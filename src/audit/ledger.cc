#include "facegate/audit/ledger.h"

#include <algorithm>
#include <utility>

#include "audit/sequencer.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/policy/engine.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 256;

// Keeps an abandoned permit's request in the log. The ledger may be gone by then.
class LedgerAbandonSink final : public policy::AbandonSink {
 public:
  LedgerAbandonSink(Sequencer* sequencer, core::Metrics& metrics, core::Logger& logger)
      : sequencer_(sequencer), metrics_(metrics), logger_(logger) {}

  void OnAbandoned(const policy::Grounds& grounds) noexcept override {
    const std::lock_guard lock(mutex_);
    if (sequencer_ == nullptr) return;
    metrics_.Add(core::Counter::kPermitsAbandoned);
    logger_.Error("permit_abandoned", {{"request_id", grounds.claim.request_id}});
    Outcome outcome;
    outcome.verdict = policy::VerdictOfRefusal(grounds.alternatives, /*absolute=*/false);
    outcome.reason = model::Reason::kAbandoned;
    auto pending = std::make_shared<Pending>();
    pending->draft = DecisionDraft(grounds, outcome, {});
    // Nobody waits for this record; a failure to queue it stands in the operator's log above.
    (void)sequencer_->Submit(pending);
  }

  void Detach() {
    const std::lock_guard lock(mutex_);
    sequencer_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Sequencer* sequencer_;
  core::Metrics& metrics_;
  core::Logger& logger_;
};

// What a consent of a restored database must become, where it was withdrawn since, whole or for
// what it lets be kept of the picture.
void AddRevived(const SuppressionFile& suppressions, model::Consent consent,
                storage::Changes& changes) {
  const model::SubjectRef ref{consent.op, consent.subject};
  if (consent.status != model::ConsentStatus::kGranted) return;
  const bool withdrawn =
      suppressions.CoversTemplates(ref, consent.purpose, consent.log_index, consent.granted_at);
  const bool narrowed =
      !withdrawn &&
      suppressions.CoversImages(ref, consent.purpose, consent.log_index, consent.granted_at) &&
      consent.scopes.erase(model::ConsentScope::kOriginalImageRetention) > 0;
  if (!withdrawn && !narrowed) return;
  if (withdrawn) consent.status = model::ConsentStatus::kWithdrawn;
  ++consent.epoch;
  const model::PurposeId purpose = consent.purpose;
  changes.push_back(storage::PutConsent{std::move(consent)});
  if (withdrawn) changes.push_back(storage::DestroyTemplates{ref, purpose});
}

// The kept images of a restored database that were destroyed since, but for those that end with
// their consent.
Status AddRevivedImages(const storage::Store& store, const SuppressionFile& suppressions,
                        const model::SubjectRef& ref, storage::Changes& changes) {
  FG_ASSIGN_OR_RETURN(const auto images, store.ListImagesOf(ref));
  for (const model::KeptImage& image : images) {
    const bool ends_with_consent = std::any_of(changes.begin(), changes.end(), [&](const auto& c) {
      const auto* destroy = std::get_if<storage::DestroyTemplates>(&c);
      return destroy != nullptr && destroy->purpose == image.purpose;
    });
    if (ends_with_consent || !suppressions.CoversImage(image)) continue;
    changes.push_back(storage::DestroyImage{{ref.op, ref.subject, image.id}});
  }
  return Status::Ok();
}

// What an outcome becomes where a consent that it rests on moves, the person is restricted or the
// holder token revoked.
Outcome ConsentMoved(Outcome outcome, const policy::Grounds& grounds) {
  outcome.people.clear();
  outcome.face_people.clear();
  outcome.enrolled_template = {};
  outcome.kept_image = model::ImageRetention::kNone;
  outcome.issued_token.reset();
  outcome.counts.matched = 0;
  outcome.verdict = policy::VerdictOfRefusal(grounds.alternatives, /*absolute=*/false);
  outcome.reason = model::Reason::kConsentMoved;
  return outcome;
}

}  // namespace

struct Ledger::Impl {
  storage::Store& store;
  const crypto::KeyRing& keys;
  const core::Clock& clock;
  core::Metrics& metrics;
  std::function<Status(const model::OperatorId&)> may_answer;
  std::unique_ptr<Sequencer> sequencer;
  std::shared_ptr<LedgerAbandonSink> abandon_sink;

  Result<Sequenced> Wait(const std::shared_ptr<Pending>& pending) {
    const core::StageTimer timer(metrics, core::Stage::kCommit);
    FG_ASSIGN_OR_RETURN(auto future, sequencer->Submit(pending));
    Sequenced sequenced = future.get();
    if (!sequenced.status.ok()) return sequenced.status;
    return sequenced;
  }

  // The proof is made by the thread that waits for it.
  Receipt MakeReceipt(const model::OperatorId& log, Sequenced sequenced) const {
    Receipt receipt;
    receipt.origin = sequencer->Origin(log);
    receipt.index = sequenced.index;
    receipt.entry = std::move(sequenced.entry);
    receipt.checkpoint = sequenced.group->checkpoint;
    receipt.inclusion_proof = sequenced.group->prover.Inclusion(sequenced.index);
    receipt.recorded_at = sequenced.time;
    return receipt;
  }

  // Puts one decision through: the only way from an outcome to an answer.
  Result<Recorded> CommitDecision(policy::Grounds grounds, Outcome outcome,
                                  std::vector<policy::RuleFinding> findings,
                                  storage::Changes changes);
  // Queues one, with what is recorded in its place where a precondition fails, and waits.
  Result<Recorded> Put(const std::shared_ptr<Pending>& pending, policy::Grounds grounds,
                       Outcome outcome, Outcome aborted, std::vector<policy::RuleFinding> findings);
};

Result<Recorded> Ledger::Impl::CommitDecision(policy::Grounds grounds, Outcome outcome,
                                              std::vector<policy::RuleFinding> findings,
                                              storage::Changes changes) {
  const model::OperatorId log = grounds.claim.camera.op;
  auto pending = std::make_shared<Pending>();
  pending->draft = DecisionDraft(grounds, outcome, findings);
  const Status opened = outcome.people.empty()
                            ? AddClaimedPerson(pending->draft, grounds, keys)
                            : AddPeople(pending->draft, log, outcome.people, keys);
  if (!opened.ok()) return Status(Code::kUnavailable, "NOT_RECORDED", opened.ToString());

  // What is recorded instead if what this rests on has moved before it is durable.
  Outcome aborted = outcome;
  if (!outcome.people.empty() || !changes.empty()) {
    aborted = ConsentMoved(std::move(aborted), grounds);
    pending->aborted_draft = DecisionDraft(grounds, aborted, findings);
    for (const Person& person : outcome.people) {
      pending->preconditions.push_back(
          storage::ConsentAtEpoch{person.basis.consent, person.basis.epoch});
      pending->preconditions.push_back(storage::SubjectUnrestricted{{log, person.subject}});
    }
    if (!grounds.token.empty()) {
      pending->preconditions.push_back(storage::TokenNotRevoked{log, grounds.token});
    }
  } else if (!grounds.wrapped_subject_secret->empty()) {
    // Whoever is erased meanwhile is not named any more.
    pending->aborted_draft = DecisionDraft(grounds, aborted, findings);
    pending->preconditions.push_back(storage::SubjectStands{{log, *grounds.claim.subject}});
  }
  pending->changes = std::move(changes);

  return Put(pending, std::move(grounds), std::move(outcome), std::move(aborted),
             std::move(findings));
}

Result<Recorded> Ledger::Impl::Put(const std::shared_ptr<Pending>& pending, policy::Grounds grounds,
                                   Outcome outcome, Outcome aborted,
                                   std::vector<policy::RuleFinding> findings) {
  const model::OperatorId log = grounds.claim.camera.op;
  FG_ASSIGN_OR_RETURN(Sequenced sequenced, Wait(pending));
  if (sequenced.aborted) outcome = std::move(aborted);
  Receipt receipt = MakeReceipt(log, std::move(sequenced));
  const bool granted = outcome.verdict == model::Verdict::kAllow;
  metrics.Add(granted ? core::Counter::kGranted : core::Counter::kDenied);
  if (outcome.reason == model::Reason::kFault) metrics.Add(core::Counter::kFaults);
  return Recorded(std::move(grounds), std::move(outcome), std::move(findings), std::move(receipt));
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Ledger::~Ledger() { impl_->abandon_sink->Detach(); }

Result<std::unique_ptr<Ledger>> Ledger::Open(storage::Store& store, const crypto::KeyRing& keys,
                                             const core::Clock& clock, core::Metrics& metrics,
                                             core::Logger& logger, const LedgerOptions& options) {
  auto sequencer = std::make_unique<Sequencer>(store, keys, clock, metrics, logger, options);
  FG_RETURN_IF_ERROR(sequencer->Open());
  auto sink = std::make_shared<LedgerAbandonSink>(sequencer.get(), metrics, logger);
  std::unique_ptr<Ledger> ledger(new Ledger(std::unique_ptr<Impl>(new Impl{
      store, keys, clock, metrics, options.may_answer, std::move(sequencer), std::move(sink)})));
  FG_RETURN_IF_ERROR(ledger->ApplySuppressions());
  return ledger;
}

Status Ledger::MayAnswer(const model::OperatorId& log) const {
  return impl_->may_answer ? impl_->may_answer(log) : Status::Ok();
}

Result<Recorded> Ledger::Commit(policy::ViewPermit permit, Outcome outcome) {
  auto warrant = std::move(permit).Spend();
  return impl_->CommitDecision(std::move(warrant->grounds), std::move(outcome), {}, {});
}

Result<Recorded> Ledger::Commit(policy::Permit permit, Outcome outcome, storage::Changes changes) {
  auto warrant = std::move(permit).Spend();
  return impl_->CommitDecision(std::move(warrant->grounds), std::move(outcome), {},
                               std::move(changes));
}

Result<Recorded> Ledger::Commit(policy::Denial denial, Outcome outcome) {
  FG_CHECK(denial.verdict != model::Verdict::kAllow);
  outcome.verdict = denial.verdict;
  outcome.reason = denial.reason;
  outcome.people.clear();
  return impl_->CommitDecision(std::move(denial.grounds), std::move(outcome),
                               std::move(denial.findings), {});
}

Result<Recorded> Ledger::Commit(policy::Faceless way, Presented presented) {
  policy::Grounds grounds = std::move(std::move(way).Spend()->grounds);
  FG_CHECK(model::IsOfCredential(presented.reason, grounds.claim.credential));
  if (presented.issued_by) {
    std::vector<std::uint64_t> rests_on = *grounds.rests_on;
    rests_on.push_back(*presented.issued_by);
    grounds.rests_on = std::move(rests_on);
  }
  Outcome aborted;
  aborted.verdict = policy::VerdictOfRefusal(grounds.alternatives, /*absolute=*/false);
  aborted.reason = presented.use ? model::Reason::kPassReplayed : model::Reason::kBadgeUnknown;
  Outcome outcome = aborted;
  outcome.reason = presented.reason;
  auto pending = std::make_shared<Pending>();
  if (model::LetsThrough(presented.reason)) {
    outcome.verdict = model::Verdict::kAllow;
    if (presented.use) pending->changes.push_back(*presented.use);
    if (presented.badge) pending->preconditions.push_back(storage::BadgeStands{*presented.badge});
    pending->aborted_draft = DecisionDraft(grounds, aborted, {});
  }
  pending->draft = DecisionDraft(grounds, outcome, {});
  return impl_->Put(pending, std::move(grounds), std::move(outcome), std::move(aborted), {});
}

Result<RecordedEvent> Ledger::Append(const Event& event, storage::Changes changes,
                                     storage::Preconditions preconditions) {
  const model::OperatorId log = event.log;
  auto pending = std::make_shared<Pending>();
  pending->draft = EventDraft(event);
  FG_RETURN_IF_ERROR(AddEventPerson(pending->draft, event, impl_->keys));
  pending->changes = std::move(changes);
  pending->preconditions = std::move(preconditions);
  FG_ASSIGN_OR_RETURN(Sequenced sequenced, impl_->Wait(pending));
  return RecordedEvent(impl_->MakeReceipt(log, std::move(sequenced)));
}

Result<RecordedEvent> Ledger::AppendOfWhoStands(Event event, storage::Changes changes) {
  if (event.subject) {
    auto recorded = Append(event, changes, {storage::SubjectStands{{event.log, *event.subject}}});
    if (!IsPreconditionFailure(recorded.status())) return recorded;
    event.subject.reset();
    event.wrapped_subject_secret.clear();
  }
  return Append(event, std::move(changes));
}

std::shared_ptr<policy::AbandonSink> Ledger::abandon_sink() { return impl_->abandon_sink; }

std::string Ledger::Origin(const model::OperatorId& log) const {
  return impl_->sequencer->Origin(log);
}

tlog::VerifierKey Ledger::CheckpointKey(const model::OperatorId& log) const {
  return impl_->sequencer->KeysOfLog(log).newest().CheckpointVerifier();
}

tlog::VerifierKey Ledger::RecordKey(const model::OperatorId& log) const {
  return impl_->sequencer->KeysOfLog(log).newest().RecordVerifier();
}

Result<std::optional<std::string>> Ledger::MinimumIndex(const model::OperatorId& log) const {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, impl_->store.GetLogHead(log));
  if (head.minimum_index == 0) return std::optional<std::string>();
  FG_ASSIGN_OR_RETURN(const core::Hash256 root,
                      tlog::RootHash(head.minimum_index, impl_->sequencer->ReaderFor(log)));
  return std::optional(
      MinimumIndexNote(impl_->sequencer->KeysOfLog(log).newest(), head.minimum_index, root));
}

// A restored older database holds what people have since withdrawn or had erased: it goes again,
// with a record, before anything is matched.
Status Ledger::ApplySuppressions() {
  const SuppressionFile& suppressions = impl_->sequencer->suppressions();
  if (suppressions.empty()) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const auto operators, impl_->store.ListResources("", "operator", "", 1000));
  for (const storage::Resource& row : operators) {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(row.name));
    std::string after;
    while (true) {
      FG_ASSIGN_OR_RETURN(const auto subjects, impl_->store.ListSubjects(op, after, kPageSize));
      for (const model::Subject& subject : subjects) {
        FG_RETURN_IF_ERROR(SuppressSubject(subject));
      }
      if (subjects.size() < kPageSize) break;
      after = subjects.back().id.str();
    }
  }
  return Status::Ok();
}

Status Ledger::SuppressSubject(const model::Subject& subject) {
  const SuppressionFile& suppressions = impl_->sequencer->suppressions();
  const model::SubjectRef ref{subject.op, subject.id};
  storage::Changes changes;
  if (suppressions.CoversSubject(ref, subject.log_index, subject.created_at)) {
    changes.push_back(storage::EraseSubject{ref});
  } else {
    FG_ASSIGN_OR_RETURN(const auto consents, impl_->store.ListConsents(ref));
    for (const model::Consent& consent : consents) AddRevived(suppressions, consent, changes);
    FG_RETURN_IF_ERROR(AddRevivedImages(impl_->store, suppressions, ref, changes));
    const bool unfrozen = !subject.restricted_at && suppressions.CoversRestriction(
                                                        ref, subject.log_index, subject.created_at);
    if (unfrozen) changes.push_back(storage::RestrictSubject{ref, impl_->clock.Now()});
  }
  if (changes.empty()) return Status::Ok();
  Event event;
  event.type = "suppression.applied";
  event.log = subject.op;
  event.actor = GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.subject = subject.id;
  event.wrapped_subject_secret = subject.wrapped_secret;
  return Append(event, std::move(changes)).status();
}

std::string Receipt::ToProofFile() const {
  return tlog::EncodeProofFile({std::nullopt, index, inclusion_proof, checkpoint});
}

}  // namespace facegate::audit
