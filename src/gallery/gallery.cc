#include "facegate/gallery/gallery.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/custody/custody_service.h"
#include "facegate/custody/holder_token.h"
#include "gallery/live_templates.h"
#include "gallery/protected_template.h"
#include "gallery/rotation.h"
#include "gallery/template_seal.h"

namespace facegate::gallery {
namespace {

constexpr std::size_t kLoadPage = 256;
constexpr double kSameViewDistance = 0.08;
static_assert(custody::kHeldTemplateBytes == kTemplateBytes);

// A secret of a gallery that may still be unrecorded.
struct GallerySecret {
  std::shared_ptr<const Rotation> rotation;
  std::optional<storage::PutGallerySecret> creation;  // where it is new
};

struct SubjectKey {
  crypto::SecretBytes key;
  std::optional<storage::PutTemplateKey> creation;  // where it is new
};

// One comparison that the permit allows.
struct Comparison {
  TemplateView steps;
  std::size_t person;  // index into Compared::people
};

struct Person {
  model::SubjectId subject;
  policy::ConsentBasis basis;
};

// Whom a probe is compared with.
struct Compared {
  std::vector<Person> people;
  std::vector<Comparison> comparisons;
};

// The squared distances that decide, for one number of comparisons.
struct Limits {
  std::int32_t match = -1;    // at or below it: match; -1: nothing can
  std::int32_t no_match = 0;  // above it: no match
};

struct Nearest {
  std::int32_t squared = std::numeric_limits<std::int32_t>::max();
  std::size_t person = 0;
};

Nearest FindNearest(const crypto::SecretBytes& probe, const std::vector<Comparison>& comparisons) {
  const TemplateView steps(probe.span().data(), kTemplateBytes);
  Nearest nearest;
  for (const Comparison& comparison : comparisons) {
    const std::int32_t squared = SquaredDistance(steps, comparison.steps);
    if (squared < nearest.squared) nearest = {squared, comparison.person};
  }
  return nearest;
}

MatchKind KindOf(const Nearest& nearest, const Limits& limits) {
  if (nearest.squared <= limits.match) return MatchKind::kMatch;
  return nearest.squared > limits.no_match ? MatchKind::kNoMatch : MatchKind::kInconclusive;
}

// Euclidean, as the decision table has it.
double Distance(const vision::Embedding& a, const vision::Embedding& b) {
  double squared = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const double difference = static_cast<double>(a.values()[i]) - b.values()[i];
    squared += difference * difference;
  }
  return std::sqrt(squared);
}

core::Status TooManyTemplates() {
  return core::Status(core::Code::kResourceExhausted, "TEMPLATES_MAX",
                      "as many templates are stored as may be; withdraw and enrol anew");
}

ShelfKey ShelfOf(const policy::Scope& scope) {
  return {scope.camera.op, scope.purpose, scope.camera.site};
}

// Adds the templates of one person that the permit admits.
void AddAdmitted(const model::SubjectId& subject, const std::vector<LiveTemplate>& templates,
                 const policy::Permit& permit, Compared& out) {
  const policy::Scope& scope = permit.scope();
  // A person's templates mostly rest on one consent, and a candidate is a person under a consent:
  // ask once for each.
  std::map<model::ConsentId, std::optional<std::size_t>> asked;
  for (const LiveTemplate& value : templates) {
    auto known = asked.find(value.consent);
    if (known == asked.end()) {
      const auto basis = permit.Admits(
          {{scope.camera.op, subject}, scope.camera.site, scope.purpose, value.consent});
      std::optional<std::size_t> person;
      if (basis) {
        person = out.people.size();
        out.people.push_back({subject, *basis});
      }
      known = asked.emplace(value.consent, person).first;
    }
    if (known->second) out.comparisons.push_back({value.view(), *known->second});
  }
}

core::Status InvalidEmbedding() {
  return core::Status(core::Code::kInvalidArgument, "EMBEDDING_INVALID",
                      "the embedding holds a value that is no number");
}

// Whether a template may be made at all.
core::Status CheckEnrolment(const policy::Permit& permit, core::Timestamp now) {
  const policy::Scope& scope = permit.scope();
  FG_CHECK(scope.operation == model::Operation::kEnroll && scope.subject.has_value());
  if (!permit.LiveAt(now)) {
    return core::Status(core::Code::kFailedPrecondition, "PERMIT_EXPIRED",
                        "the permit expired before the template was made; try again");
  }
  if (permit.grounds().consent) return core::Status::Ok();
  return core::Status(core::Code::kFailedPrecondition, "CONSENT_MISSING",
                      "the permit rests on no consent, so no template may be made");
}

// What a token under this permit is of. Requires: the permit rests on a consent.
custody::TokenBinding TokenBindingOf(const policy::Permit& permit) {
  const policy::Scope& scope = permit.scope();
  const policy::ConsentBasis& consent = *permit.grounds().consent;
  return {consent.consent, consent.epoch, scope.camera.site, scope.purpose};
}

}  // namespace

struct PendingTemplate::Impl {
  model::Template description;
  crypto::SecretBytes steps;
  std::shared_ptr<const Rotation> rotation;
  storage::Changes changes;
  bool taken = false;
};

PendingTemplate::PendingTemplate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PendingTemplate::PendingTemplate(PendingTemplate&&) noexcept = default;
PendingTemplate& PendingTemplate::operator=(PendingTemplate&&) noexcept = default;
PendingTemplate::~PendingTemplate() = default;

const model::TemplateId& PendingTemplate::id() const {
  FG_CHECK(impl_ != nullptr);
  return impl_->description.id;
}

storage::Changes PendingTemplate::TakeChanges() {
  FG_CHECK(impl_ != nullptr && !impl_->taken);
  impl_->taken = true;
  return std::move(impl_->changes);
}

struct Gallery::Impl {
  const storage::Store& store;
  const crypto::KeyRing& keys;
  const core::Clock& clock;
  core::Metrics& metrics;
  const DecisionTable table;
  const MatchOptions options;
  const std::string model_id;

  // Held shared by comparisons from the first look at a template to the last, so that Drop, which
  // holds it alone, returns only when none is under way.
  mutable std::shared_mutex mutex;
  LiveTemplates live;
  std::map<model::PurposeRef, std::shared_ptr<const Rotation>> rotations;
  std::size_t other_model = 0;

  core::Result<std::shared_ptr<const Rotation>> StoredRotation(
      const model::PurposeRef& gallery) const;
  core::Result<GallerySecret> SecretOf(const model::PurposeRef& gallery) const;
  core::Result<SubjectKey> KeyOf(const model::SubjectRef& subject,
                                 const model::PurposeId& purpose) const;
  // How many more templates may rest on that consent at that shelf. Those of an earlier consent do
  // not count: no permit admits them any more.
  std::ptrdiff_t Room(const ShelfKey& shelf, const model::ConsentRef& consent) const;
  // The steps of a stored template; nothing where it is of another model, or its person's data is
  // restricted. Brings the rotation of its gallery into `secrets`.
  core::Result<std::optional<crypto::SecretBytes>> Open(
      const model::Template& value,
      std::map<model::PurposeRef, std::shared_ptr<const Rotation>>& secrets,
      std::size_t& others) const;
  // A new template of the scope's subject, but for what is sealed.
  model::Template DescriptionFor(const policy::Scope& scope, const model::ConsentId& consent) const;
  std::shared_ptr<const Rotation> RotationOf(const policy::Scope& scope) const;
  Limits LimitsFor(double rate_max, std::size_t comparisons) const;
  Match ToMatch(MatchKind kind, const model::OperatorId& op, const Person& person) const;
  // 1:1 with the template in the token that the permit was given for.
  Match VerifyHeld(const vision::Face& face, const policy::Permit& permit) const;
  // Sets the match of each face that was compared; the others keep what they are.
  void Assign(const std::vector<std::optional<Nearest>>& nearest, const std::vector<Person>& people,
              const Limits& limits, const model::OperatorId& op, std::vector<Match>& matches) const;
};

core::Result<std::shared_ptr<const Rotation>> Gallery::Impl::StoredRotation(
    const model::PurposeRef& gallery) const {
  FG_ASSIGN_OR_RETURN(const core::Bytes wrapped, store.GetGallerySecret(gallery));
  const auto secret = keys.Unwrap(wrapped, GallerySecretContext(gallery));
  if (!secret.ok() || secret->size() != kGallerySecretBytes) {
    return core::Status(core::Code::kDataLoss, "GALLERY_SECRET_BROKEN",
                        "the gallery secret of " + model::PurposeName(gallery.op, gallery.purpose) +
                            " does not open; check that this is the store's key-encryption key");
  }
  return std::make_shared<const Rotation>(Rotation::Derive(secret->span()));
}

core::Result<GallerySecret> Gallery::Impl::SecretOf(const model::PurposeRef& gallery) const {
  {
    const std::shared_lock lock(mutex);
    const auto known = rotations.find(gallery);
    if (known != rotations.end()) return GallerySecret{known->second, std::nullopt};
  }
  auto stored = StoredRotation(gallery);
  if (stored.ok()) return GallerySecret{std::move(stored).value(), std::nullopt};
  if (stored.status().reason() != "GALLERY_SECRET_NOT_FOUND") return stored.status();
  const crypto::SecretBytes secret = crypto::RandomSecret(kGallerySecretBytes);
  return GallerySecret{
      std::make_shared<const Rotation>(Rotation::Derive(secret.span())),
      storage::PutGallerySecret{gallery, keys.Wrap(secret.span(), GallerySecretContext(gallery))}};
}

core::Result<SubjectKey> Gallery::Impl::KeyOf(const model::SubjectRef& subject,
                                              const model::PurposeId& purpose) const {
  const std::string context = TemplateKeyContext(subject, purpose);
  const auto stored = store.GetTemplateKey(subject, purpose);
  if (stored.ok()) {
    auto key = keys.Unwrap(stored->wrapped_key, context);
    if (!key.ok() || key->size() != kTemplateKeyBytes) {
      return core::Status(core::Code::kDataLoss, "TEMPLATE_KEY_BROKEN",
                          "a template key does not open; check that this is the store's "
                          "key-encryption key");
    }
    return SubjectKey{std::move(key).value(), std::nullopt};
  }
  if (stored.status().reason() != "TEMPLATE_KEY_NOT_FOUND") return stored.status();
  crypto::SecretBytes key = crypto::RandomSecret(kTemplateKeyBytes);
  model::TemplateKey created{subject.op, subject.subject, purpose, keys.Wrap(key.span(), context)};
  return SubjectKey{std::move(key), storage::PutTemplateKey{std::move(created)}};
}

std::ptrdiff_t Gallery::Impl::Room(const ShelfKey& key, const model::ConsentRef& consent) const {
  const std::shared_lock lock(mutex);
  const std::ptrdiff_t room = options.templates_per_person_max;
  const Shelf* shelf = live.Find(key);
  if (shelf == nullptr) return room;
  const auto person = shelf->find(consent.subject);
  if (person == shelf->end()) return room;
  const auto count =
      std::count_if(person->second.begin(), person->second.end(),
                    [&](const LiveTemplate& value) { return value.consent == consent.consent; });
  return std::max<std::ptrdiff_t>(room - count, 0);
}

core::Result<std::optional<crypto::SecretBytes>> Gallery::Impl::Open(
    const model::Template& value,
    std::map<model::PurposeRef, std::shared_ptr<const Rotation>>& secrets,
    std::size_t& others) const {
  if (value.model_id != model_id) {
    ++others;
    return std::optional<crypto::SecretBytes>();
  }
  const model::SubjectRef subject{value.op, value.subject};
  FG_ASSIGN_OR_RETURN(const model::Subject person, store.GetSubject(subject));
  if (person.restricted_at) return std::optional<crypto::SecretBytes>();
  const model::PurposeRef gallery{value.op, value.purpose};
  if (secrets.find(gallery) == secrets.end()) {
    auto rotation = StoredRotation(gallery);
    if (rotation.status().reason() == "GALLERY_SECRET_NOT_FOUND") {
      return core::Status(
          core::Code::kDataLoss, "GALLERY_SECRET_BROKEN",
          model::PurposeName(gallery.op, gallery.purpose) + " has templates and no gallery secret");
    }
    FG_RETURN_IF_ERROR(rotation.status());
    secrets.emplace(gallery, std::move(rotation).value());
  }
  const auto key = KeyOf(subject, value.purpose);
  if (!key.ok() && key.status().code() != core::Code::kDataLoss) return key.status();
  if (!key.ok() || key->creation) return BrokenTemplate(value, "it has no key that opens");
  FG_ASSIGN_OR_RETURN(crypto::SecretBytes steps, OpenTemplate(key->key.span(), value));
  return std::optional<crypto::SecretBytes>(std::move(steps));
}

model::Template Gallery::Impl::DescriptionFor(const policy::Scope& scope,
                                              const model::ConsentId& consent) const {
  model::Template value;
  value.op = scope.camera.op;
  value.subject = *scope.subject;
  value.purpose = scope.purpose;
  value.site = scope.camera.site;
  value.id = model::TemplateId(crypto::RandomUuid());
  value.consent = consent;
  value.model_id = model_id;
  value.created_at = clock.Now();
  return value;
}

std::shared_ptr<const Rotation> Gallery::Impl::RotationOf(const policy::Scope& scope) const {
  // Whatever made a template live brought its rotation along.
  const auto found = rotations.find({scope.camera.op, scope.purpose});
  FG_CHECK(found != rotations.end());
  return found->second;
}

Limits Gallery::Impl::LimitsFor(double rate_max, std::size_t comparisons) const {
  FG_CHECK(comparisons > 0);
  Limits limits;
  const auto distance = table.MatchDistance(rate_max / static_cast<double>(comparisons));
  if (distance) limits.match = SquaredSteps(*distance);
  limits.no_match = SquaredSteps(table.no_match_distance);
  return limits;
}

Match Gallery::Impl::ToMatch(MatchKind kind, const model::OperatorId& op,
                             const Person& person) const {
  Match match;
  match.kind = kind;
  if (kind != MatchKind::kMatch) return match;
  auto subject = store.GetSubject({op, person.subject});
  if (!subject.ok()) {
    // Erased a moment ago, or the store failed: either way there is no answer about a person.
    match.kind = MatchKind::kInconclusive;
    return match;
  }
  match.subject = person.subject;
  match.consent = person.basis;
  match.wrapped_subject_secret = std::move(subject->wrapped_secret);
  return match;
}

Match Gallery::Impl::VerifyHeld(const vision::Face& face, const policy::Permit& permit) const {
  const policy::Scope& scope = permit.scope();
  const model::SubjectRef subject{scope.camera.op, *scope.subject};
  const auto& consent = permit.grounds().consent;
  Match match;
  match.kind = MatchKind::kInconclusive;
  const auto token = custody::ReadToken(keys, subject.op, permit.grounds().claim.holder_token);
  if (!token.ok() || !consent) return match;
  const auto basis =
      permit.Admits({subject, scope.camera.site, scope.purpose, consent->consent.consent});
  if (!basis) return match;
  // The engine found that the token is of this binding: what does not open is of another model.
  const auto steps = custody::OpenToken(keys, *token, TokenBindingOf(permit), model_id);
  if (!steps.ok()) {
    match.kind = MatchKind::kNotEnrolled;
    return match;
  }
  const auto secret = SecretOf({subject.op, scope.purpose});
  if (!secret.ok() || secret->creation)
    return match;  // no gallery is without the one it began with
  const auto probe = Protect(*secret->rotation, face.embedding);
  if (!probe) return match;
  metrics.Add(core::Counter::kComparisons, 1);
  const Nearest nearest =
      FindNearest(*probe, {{TemplateView(steps->span().data(), kTemplateBytes), 0}});
  return ToMatch(KindOf(nearest, LimitsFor(options.fmr_max, 1)), subject.op,
                 {subject.subject, *basis});
}

void Gallery::Impl::Assign(const std::vector<std::optional<Nearest>>& nearest,
                           const std::vector<Person>& people, const Limits& limits,
                           const model::OperatorId& op, std::vector<Match>& matches) const {
  std::map<model::SubjectId, std::size_t> face_of;  // the nearest face that matched each person
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (!nearest[i]) continue;
    const MatchKind kind = KindOf(*nearest[i], limits);
    if (kind != MatchKind::kMatch) {
      matches[i].kind = kind;
      continue;
    }
    const auto [entry, first] = face_of.emplace(people[nearest[i]->person].subject, i);
    if (!first && nearest[i]->squared < nearest[entry->second]->squared) entry->second = i;
  }
  for (const auto& [subject, face] : face_of) {
    matches[face] = ToMatch(MatchKind::kMatch, op, people[nearest[face]->person]);
  }
}

Gallery::Gallery(const storage::Store& store, const crypto::KeyRing& keys, const core::Clock& clock,
                 core::Metrics& metrics, DecisionTable table, MatchOptions options,
                 std::string embedding_model_id)
    : impl_(new Impl{store,
                     keys,
                     clock,
                     metrics,
                     std::move(table),
                     options,
                     std::move(embedding_model_id),
                     {},
                     {},
                     {},
                     0}) {}
Gallery::~Gallery() = default;

core::Status Gallery::Load() {
  LiveTemplates loaded;
  std::map<model::PurposeRef, std::shared_ptr<const Rotation>> rotations;
  std::size_t others = 0;
  std::optional<model::Template> last;
  while (true) {
    FG_ASSIGN_OR_RETURN(std::vector<model::Template> page,
                        impl_->store.ListTemplates(last, kLoadPage));
    for (const model::Template& value : page) {
      FG_ASSIGN_OR_RETURN(auto steps, impl_->Open(value, rotations, others));
      if (steps) loaded.Add(value, *std::move(steps), value.log_index);
    }
    if (page.size() < kLoadPage) break;
    last = std::move(page.back());
  }
  const std::unique_lock lock(impl_->mutex);
  impl_->live = std::move(loaded);
  impl_->rotations = std::move(rotations);
  impl_->other_model = others;
  return core::Status::Ok();
}

void Gallery::SetAside(const model::SubjectRef& subject) {
  const std::unique_lock lock(impl_->mutex);
  impl_->live.Remove(subject, std::nullopt);
}

core::Status Gallery::BringBack(const model::SubjectRef& subject) {
  FG_ASSIGN_OR_RETURN(const auto stored, impl_->store.ListTemplatesOf(subject));
  std::map<model::PurposeRef, std::shared_ptr<const Rotation>> rotations;
  std::vector<std::pair<const model::Template*, crypto::SecretBytes>> opened;
  std::size_t others = 0;  // counted when the gallery was loaded
  for (const model::Template& value : stored) {
    FG_ASSIGN_OR_RETURN(auto steps, impl_->Open(value, rotations, others));
    if (steps) opened.emplace_back(&value, *std::move(steps));
  }
  const std::unique_lock lock(impl_->mutex);
  impl_->rotations.merge(rotations);
  for (auto& [value, steps] : opened) impl_->live.Add(*value, std::move(steps), value->log_index);
  return core::Status::Ok();
}

core::Result<PendingTemplate> Gallery::Prepare(const vision::Face& face,
                                               const policy::Permit& permit) {
  FG_ASSIGN_OR_RETURN(std::vector<PendingTemplate> one, PrepareSeveral({&face}, permit));
  return std::move(one.front());
}

core::Result<std::vector<PendingTemplate>> Gallery::PrepareSeveral(
    const std::vector<const vision::Face*>& faces, const policy::Permit& permit) {
  const policy::Scope& scope = permit.scope();
  FG_CHECK(!faces.empty() && scope.custody == model::TemplateCustody::kGateway);
  FG_RETURN_IF_ERROR(CheckEnrolment(permit, impl_->clock.Now()));
  const auto& consent = permit.grounds().consent;
  const model::SubjectRef subject{scope.camera.op, *scope.subject};
  if (impl_->Room(ShelfOf(scope), consent->consent) < std::ssize(faces)) return TooManyTemplates();
  FG_ASSIGN_OR_RETURN(GallerySecret secret, impl_->SecretOf({scope.camera.op, scope.purpose}));
  FG_ASSIGN_OR_RETURN(SubjectKey key, impl_->KeyOf(subject, scope.purpose));
  std::vector<PendingTemplate> several;
  for (const vision::Face* face : faces) {
    auto steps = Protect(*secret.rotation, face->embedding);
    if (!steps) return InvalidEmbedding();
    auto pending = std::make_unique<PendingTemplate::Impl>();
    model::Template& value = pending->description;
    value = impl_->DescriptionFor(scope, consent->consent.consent);
    SealTemplate(key.key.span(), steps->span(), value);
    if (auto made = std::exchange(secret.creation, {})) {
      pending->changes.emplace_back(*std::move(made));
    }
    if (auto made = std::exchange(key.creation, {})) {
      pending->changes.emplace_back(*std::move(made));
    }
    pending->changes.emplace_back(storage::PutTemplate{value});
    pending->steps = std::move(*steps);
    pending->rotation = secret.rotation;
    several.push_back(PendingTemplate(std::move(pending)));
  }
  return several;
}

int Gallery::RoomFor(const policy::ViewPermit& permit) const {
  const auto& consent = permit.grounds().consent;
  FG_CHECK(permit.scope().operation == model::Operation::kEnroll);
  return consent ? static_cast<int>(impl_->Room(ShelfOf(permit.scope()), consent->consent)) : 0;
}

Likeness Gallery::Compare(const vision::Face& a, const vision::Face& b, int templates,
                          const policy::Permit& permit) const {
  FG_CHECK(permit.scope().operation == model::Operation::kEnroll && templates > 0);
  if (!permit.LiveAt(impl_->clock.Now())) return Likeness::kUnsure;
  impl_->metrics.Add(core::Counter::kComparisons);
  // A rotation keeps distances, so that none is needed to compare the two with each other.
  const double distance = Distance(a.embedding, b.embedding);
  const auto match = impl_->table.MatchDistance(impl_->options.fmr_max / templates);
  if (distance > impl_->table.no_match_distance) return Likeness::kOtherPerson;
  if (!match || !(distance <= *match)) return Likeness::kUnsure;  // one that is no number, too
  return distance <= kSameViewDistance ? Likeness::kSameView : Likeness::kSamePerson;
}

core::Result<HeldTemplate> Gallery::PrepareToken(const vision::Face& face,
                                                 const policy::Permit& permit) {
  const policy::Scope& scope = permit.scope();
  FG_CHECK(scope.custody == model::TemplateCustody::kHolder);
  FG_RETURN_IF_ERROR(CheckEnrolment(permit, impl_->clock.Now()));
  const policy::Grounds& grounds = permit.grounds();
  const model::SubjectRef subject{scope.camera.op, *scope.subject};
  custody::TokenHead head;
  head.expires_at = grounds.consent->expires_at;
  FG_ASSIGN_OR_RETURN(head.key_version, custody::CurrentKeyVersion(impl_->store, subject.op));
  FG_ASSIGN_OR_RETURN(head.id,
                      custody::TokenIdFor(impl_->keys, subject, *grounds.wrapped_subject_secret,
                                          grounds.claim.request_id));
  FG_ASSIGN_OR_RETURN(GallerySecret secret, impl_->SecretOf({subject.op, scope.purpose}));
  const auto steps = Protect(*secret.rotation, face.embedding);
  if (!steps) return InvalidEmbedding();
  HeldTemplate held;
  held.token =
      custody::SealToken(impl_->keys, head, TokenBindingOf(permit), impl_->model_id, steps->span());
  held.expires_at = head.expires_at;
  held.key_version = head.key_version;
  if (secret.creation) held.changes.emplace_back(std::move(*secret.creation));
  return held;
}

void Gallery::Activate(PendingTemplate pending, std::uint64_t log_index) {
  FG_CHECK(pending.impl_ != nullptr && pending.impl_->taken);
  PendingTemplate::Impl& made = *pending.impl_;
  const std::unique_lock lock(impl_->mutex);
  impl_->rotations.emplace(model::PurposeRef{made.description.op, made.description.purpose},
                           made.rotation);
  impl_->live.Add(made.description, std::move(made.steps), log_index);
}

void Gallery::Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
                   std::uint64_t log_index) {
  const std::unique_lock lock(impl_->mutex);
  impl_->live.Drop(subject, purpose, log_index);
}

Match Gallery::Verify(const vision::Face& face, const policy::Permit& permit) const {
  const policy::Scope& scope = permit.scope();
  FG_CHECK(scope.operation == model::Operation::kVerify1to1 && scope.subject.has_value());
  const core::StageTimer timer(impl_->metrics, core::Stage::kMatch);
  Match match;
  match.kind = MatchKind::kInconclusive;
  if (!permit.LiveAt(impl_->clock.Now())) return match;
  if (scope.custody == model::TemplateCustody::kHolder) return impl_->VerifyHeld(face, permit);
  std::shared_lock lock(impl_->mutex);
  Compared compared;
  const Shelf* shelf = impl_->live.Find(ShelfOf(scope));
  if (shelf != nullptr) {
    const auto person = shelf->find(*scope.subject);
    if (person != shelf->end()) {
      AddAdmitted(person->first, person->second, permit, compared);
    }
  }
  if (compared.comparisons.empty()) {
    match.kind = MatchKind::kNotEnrolled;
    return match;
  }
  const auto probe = Protect(*impl_->RotationOf(scope), face.embedding);
  if (!probe) return match;
  impl_->metrics.Add(core::Counter::kComparisons, compared.comparisons.size());
  const Nearest nearest = FindNearest(*probe, compared.comparisons);
  lock.unlock();
  const Limits limits = impl_->LimitsFor(impl_->options.fmr_max, compared.comparisons.size());
  return impl_->ToMatch(KindOf(nearest, limits), scope.camera.op, compared.people[nearest.person]);
}

std::vector<Match> Gallery::Identify(const std::vector<vision::Face>& faces,
                                     const policy::Permit& permit) const {
  const policy::Scope& scope = permit.scope();
  FG_CHECK(scope.operation == model::Operation::kIdentify1toN);
  const core::StageTimer timer(impl_->metrics, core::Stage::kMatch);
  Match inconclusive;
  inconclusive.kind = MatchKind::kInconclusive;
  std::vector<Match> matches(faces.size(), inconclusive);
  if (faces.empty() || !permit.LiveAt(impl_->clock.Now())) return matches;
  std::shared_lock lock(impl_->mutex);
  Compared compared;
  if (const Shelf* shelf = impl_->live.Find(ShelfOf(scope))) {
    for (const auto& [subject, templates] : *shelf) {
      AddAdmitted(subject, templates, permit, compared);
    }
  }
  if (compared.comparisons.empty()) {
    for (Match& match : matches) match.kind = MatchKind::kNotEnrolled;
    return matches;
  }
  const std::shared_ptr<const Rotation> rotation = impl_->RotationOf(scope);
  std::vector<std::optional<Nearest>> nearest(faces.size());
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto probe = Protect(*rotation, faces[i].embedding);
    if (!probe) continue;
    impl_->metrics.Add(core::Counter::kComparisons, compared.comparisons.size());
    nearest[i] = FindNearest(*probe, compared.comparisons);
  }
  lock.unlock();
  const Limits limits = impl_->LimitsFor(impl_->options.fpir_max, compared.comparisons.size());
  impl_->Assign(nearest, compared.people, limits, scope.camera.op, matches);
  return matches;
}

std::size_t Gallery::size() const {
  const std::shared_lock lock(impl_->mutex);
  return impl_->live.size();
}

std::size_t Gallery::other_model_templates() const {
  const std::shared_lock lock(impl_->mutex);
  return impl_->other_model;
}

}  // namespace facegate::gallery
