#include "invariants/walk.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "facegate/report/log_copy.h"
#include "facegate/tlog/merkle.h"
#include "support/photos/photos.h"

namespace facegate::testing {
namespace {

constexpr std::size_t kPage = 1000;

template <class T>
T Must(core::Result<T> result) {
  if (result.ok()) return std::move(result).value();
  std::fprintf(stderr, "walk: %s\n", result.status().ToString().c_str());
  std::abort();
}

core::MemoryMetrics& EngineMetrics() {
  static auto* metrics = new core::MemoryMetrics;
  return *metrics;
}
// One for all walks: loading takes longer than using it.
vision::FaceEngine& RealEngine() {
  static auto* engine = LoadRealEngine(EngineMetrics()).release();
  return *engine;
}

// "consent.granted" of a record.
std::string TypeAt(const storage::Store& store, std::uint64_t index) {
  const auto entries = Must(store.ReadEntries(World::op(), index, 1));
  if (entries.empty()) return "";
  const auto note = Must(tlog::ParseNote(entries[0].entry));
  return Must(core::Json::Parse(note.text)).StringOr("type", "");
}

}  // namespace

// The real engine: sees every permit and embedding, and fails on demand.
class WatchedEngine final : public vision::FaceEngine {
 public:
  explicit WatchedEngine(const core::Clock& clock) : clock_(clock), real_(RealEngine()) {}

  core::Result<std::vector<vision::FaceBox>> Detect(const frame::Image& image,
                                                    const policy::ViewPermit& permit,
                                                    const core::Deadline& deadline) override {
    See(permit);
    if (fails_to_detect) return core::Status(core::Code::kInternal, "VISION_FAILED", "a test");
    return real_.Detect(image, permit, deadline);
  }
  core::Result<vision::EmbeddedFaces> Embed(const frame::Image& image,
                                            std::span<const vision::FaceBox> boxes,
                                            const policy::Permit& permit,
                                            const core::Deadline& deadline) override {
    See(permit);
    if (during_embed) std::exchange(during_embed, nullptr)();
    if (fails_to_embed) return core::Status(core::Code::kInternal, "VISION_FAILED", "a test");
    auto embedded = real_.Embed(image, boxes, permit, deadline);
    if (!embedded.ok()) return embedded;
    for (const vision::Face& face : embedded->faces) {
      ++faces_embedded;
      core::Bytes bytes(sizeof(face.embedding.values()));
      std::memcpy(bytes.data(), face.embedding.values().data(), bytes.size());
      embeddings.push_back(std::move(bytes));
    }
    return embedded;
  }
  const std::vector<vision::ModelInfo>& models() const override { return real_.models(); }
  const std::string& embedding_model_id() const override { return real_.embedding_model_id(); }

  bool fails_to_detect = false;
  bool fails_to_embed = false;
  std::function<void()> during_embed;
  int faces_embedded = 0;
  std::vector<Sighting> sightings;
  std::vector<core::Bytes> embeddings;

 private:
  template <class P>
  void See(const P& permit) {
    sightings.push_back(
        {permit.grounds().claim.request_id, permit.scope().subject, permit.LiveAt(clock_.Now())});
  }
  const core::Clock& clock_;
  vision::FaceEngine& real_;
};

Walk::Walk(unsigned seed, int steps)
    : keeps_images_(seed % 2 == 1),
      random_(seed),
      people_{{"person-a-", {0.7, 0.1, 0.95, 0.4}, 1, false, {}},
              {"person-b-", {0.1, 0.2, 0.4, 0.6}, 1, false, {}}},
      desk_photo_(ReadPhoto("sample1.jpg")),
      door_photo_(ReadPhoto("sample3.jpg")) {
  storage::SqliteOptions sqlite;
  sqlite.path = folder_ / "facegate.db";
  WorldOptions options = keeps_images_ ? KeepingImages() : WorldOptions{};
  options.store = Must(storage::OpenSqliteStore(sqlite));
  options.data_dir = folder_.path();
  world_ = std::make_unique<World>(std::move(options));
  faces_ = std::make_unique<WatchedEngine>(world_->clock);
  gallery_ = std::make_unique<gallery::Gallery>(
      *world_->store, *world_->keys, world_->clock, world_->metrics,
      Must(gallery::LoadDecisionTable(FACEGATE_SOURCE_DIR "/models/decision_tables.yaml",
                                      faces_->embedding_model_id())),
      gallery::MatchOptions{}, faces_->embedding_model_id());
  if (!gallery_->Load().ok()) std::abort();
  dropper_ = std::make_unique<gateway::GalleryDropper>(*gallery_, *world_->engine);
  consents_ = std::make_unique<consent::ConsentService>(
      *world_->store, *world_->ledger, *world_->keys, world_->clock, *world_->engine, *dropper_);
  gateway_ = std::make_unique<gateway::Gateway>(
      gateway::Parts{world_->clock, world_->metrics, world_->logger, *world_->engine,
                     *world_->ledger, *faces_, *gallery_, *world_->keys},
      frame::Limits{});
  if (keeps_images_) world_->KeepOfPicture(model::ImageRetention::kOriginal, 10);
  for (Person& person : people_) world_->AddSubject(person.id().str());
  for (int i = 0; i < steps; ++i) TakeStep();
  if (keeps_images_) LeaveAnImage();
}

// So that what the walk leaves behind has one, however it went.
void Walk::LeaveAnImage() {
  if (!alternatives_) ToggleAlternatives();
  Person& person = people_.front();
  Step beside;
  Withdraw(person, beside);
  Grant(person);
  policy::Claim claim = world_->EnrollClaim(person.id().str());
  claim.region = person.mark;
  const auto answer = Must(gateway_->Enroll(claim, desk_photo_, core::NoDeadline()));
  FG_CHECK(answer.outcome().kept_image == model::ImageRetention::kOriginal);
}

Walk::~Walk() = default;

const std::vector<core::Bytes>& Walk::embeddings() const { return faces_->embeddings; }

// ---- Steps
// ---------------------------------------------------------------------------------------

void Walk::TakeStep() {
  Step step;
  step.alternatives = alternatives_;
  step.log_size_before = Must(world_->store->GetLogHead(World::op())).size;
  const std::string rows = Rows();
  const std::uint64_t decoded = world_->metrics.Value(core::Counter::kFramesDecoded);
  faces_->sightings.clear();
  faces_->faces_embedded = 0;

  Person& person = Somebody();
  const int dice = static_cast<int>(random_() % 100);
  if (dice < 24) {
    Ask(Act::kVerify, step);
  } else if (dice < 36) {
    Ask(Act::kIdentify, step);
  } else if (dice < 52) {
    Ask(Act::kEnroll, step);
  } else if (dice < 58) {
    Stream(step);
  } else if (dice < 64) {
    AskWithAFault(step);
  } else if (dice < 72) {
    AskWhileWithdrawing(step);
  } else if (dice < 86) {
    Grant(person);
    step.act = Act::kGrant;
  } else if (dice < 89) {
    Withdraw(person, step);
  } else if (dice < 92) {
    Erase(people_[people_[0].enrolled ? 0 : 1], step);  // one of whom something is kept, if any
  } else if (dice < 97) {
    ToggleAlternatives();
  } else {
    LetTimePass();
  }

  NoteEnrolment(step);
  step.frames_decoded = world_->metrics.Value(core::Counter::kFramesDecoded) - decoded;
  step.faces_embedded = faces_->faces_embedded;
  step.sightings = faces_->sightings;
  step.log_size_after = Must(world_->store->GetLogHead(World::op())).size;
  step.rows_changed = Rows() != rows;
  steps_.push_back(std::move(step));
}

bool Walk::Consented(const Person& person) const {
  return person.consent && world_->clock.Now() < person.consent->expires_at;
}

policy::Claim Walk::ClaimFor(Act act, Step& step) {
  step.act = act;
  policy::Claim claim = world_->IdentifyClaim();
  if (act == Act::kIdentify || act == Act::kStream) {
    for (const Person& person : people_) {
      step.consented = step.consented || (Consented(person) && person.enrolled);
    }
  } else {
    const Person& person = Somebody();
    step.subject = person.id();
    step.consented = Consented(person);
    if (!erased_.empty() && Chance(15)) {
      step.subject = erased_[random_() % erased_.size()];
      step.consented = false;
    }
    claim = act == Act::kVerify ? world_->VerifyClaim(step.subject->str())
                                : world_->EnrollClaim(step.subject->str());
    claim.region = act == Act::kEnroll ? std::optional(person.mark) : std::nullopt;
  }
  step.request_id = claim.request_id;
  return claim;
}

void Walk::Ask(Act act, Step& step) {
  const policy::Claim claim = ClaimFor(act, step);
  const core::NoDeadline deadline;
  const std::string junk = "no picture";
  const core::ByteSpan door = step.broken && !faces_->fails_to_detect && !faces_->fails_to_embed
                                  ? core::AsBytes(junk)
                                  : core::ByteSpan(door_photo_);
  if (act == Act::kVerify) {
    Take(step, gateway_->Authorize(claim, door, deadline));
  } else if (act == Act::kIdentify) {
    Take(step, gateway_->Identify(claim, door, deadline));
  } else if (Chance(40)) {
    Sit(claim, step);
  } else {
    Take(step, gateway_->Enroll(claim, desk_photo_, deadline));
  }
}

// Frames enough for one template, or the person leaves before that.
void Walk::Sit(policy::Claim claim, Step& step) {
  claim.lease_ms = gateway::kSittingMsDefault;
  const auto sitting = Must(gateway_->OpenSitting(claim, 1));
  const int frames = Chance(80) ? gateway::kGoodFramesPerTemplate : 2;
  for (int i = 0; i < frames && sitting->result() == nullptr; ++i) {
    (void)Must(sitting->OnFrame(desk_photo_, core::NoDeadline{}));
  }
  if (sitting->result() == nullptr) {
    const core::Status left(core::Code::kCancelled, "CANCELLED", "the person left");
    if (!sitting->End(left).ok()) std::abort();
  }
  Take(step, *sitting->result());
}

void Walk::AskWithAFault(Step& step) {
  step.broken = true;
  faces_->fails_to_detect = Chance(33);
  faces_->fails_to_embed = !faces_->fails_to_detect && Chance(50);
  Ask(Chance(50) ? Act::kVerify : Act::kIdentify, step);
  faces_->fails_to_detect = faces_->fails_to_embed = false;
}

void Walk::AskWhileWithdrawing(Step& step) {
  faces_->during_embed = [&] {
    for (Person& person : people_) Withdraw(person, step);
  };
  const Act acts[] = {Act::kVerify, Act::kIdentify, Act::kEnroll};
  Ask(acts[random_() % 3], step);
  faces_->during_embed = nullptr;
}

void Walk::Stream(Step& step) {
  policy::Claim claim = ClaimFor(Act::kStream, step);
  claim.lease_ms = 2000;
  const auto session = gateway_->OpenStream(claim);
  const core::NoDeadline deadline;
  const auto take = [&](core::Result<gateway::FrameResult> result) {
    const gateway::FrameResult frame = Must(std::move(result));
    for (const audit::Recorded& decision : frame.decisions) Take(step, decision);
    for (const audit::Recorded& lease : frame.closed_leases) Take(step, lease);
  };
  for (int i = 0; i < 2; ++i) take(session->OnFrame(door_photo_, deadline));
  take(session->Close());
}

void Walk::Grant(Person& person) {
  if (Consented(person)) return;
  const std::string id = person.id().str();
  person.consent = keeps_images_ ? world_->GrantWithImages(id) : world_->Grant(id);
}

void Walk::Withdraw(Person& person, Step& step) {
  if (step.act == Act::kOther) step.act = Act::kWithdraw;
  if (!person.consent) return;
  const model::ConsentRef ref{person.consent->op, person.consent->subject, person.consent->id};
  const auto result = Must(consents_->Withdraw(Desk(), ref));
  step.withdrawn.emplace_back(ref, result.receipt.index);
  person.consent.reset();
  person.enrolled = false;
}

void Walk::Erase(Person& person, Step& step) {
  step.act = Act::kErase;
  step.erased = person.id();
  step.erased_enrolled = person.enrolled;
  const model::SubjectRef ref = World::subject(person.id().str());
  destroyed_.push_back(Must(world_->store->GetSubject(ref)).wrapped_secret);
  const auto key = world_->store->GetTemplateKey(ref, World::purpose());
  if (key.ok()) destroyed_.push_back(key->wrapped_key);
  for (model::Template& value : Must(world_->store->ListTemplatesOf(ref))) {
    destroyed_.push_back(std::move(value.sealed));
  }
  for (model::KeptImage& image : ImagesOf(person.id())) {
    destroyed_.push_back(std::move(image.sealed));
    destroyed_.push_back(std::move(image.wrapped_key));
  }
  (void)Must(consents_->Erase(Desk(), ref));
  erased_.push_back(person.id());
  person = Person{person.stem, person.mark, person.life + 1, false, {}};
  world_->AddSubject(person.id().str());
}

void Walk::ToggleAlternatives() {
  alternatives_ = !alternatives_;
  world_->SetAlternatives({{model::AlternativeKind::kCard, "badge reader", alternatives_}});
}

// So far that consents expire, some of them before a sweep noticed.
void Walk::LetTimePass() {
  world_->clock.Advance(20 * core::kMsPerDay);
  if (Chance(50)) (void)Must(consents_->SweepExpired(Desk()));
  for (Person& person : people_) {
    if (person.consent && !Consented(person)) {
      person.consent.reset();
      person.enrolled = false;
    }
  }
}

void Walk::NoteEnrolment(const Step& step) {
  if (step.act != Act::kEnroll || step.answers.at(0).reason != model::Reason::kEnrolled) return;
  for (Person& person : people_) person.enrolled |= person.id() == *step.subject;
}

void Walk::Take(Step& step, core::Result<audit::Recorded> recorded) {
  Take(step, Must(std::move(recorded)));
}

void Walk::Take(Step& step, const audit::Recorded& recorded) {
  const audit::Outcome& outcome = recorded.outcome();
  Answer answer;
  answer.verdict = outcome.verdict;
  answer.reason = outcome.reason;
  answer.counts = outcome.counts;
  for (const audit::Person& person : outcome.people) {
    answer.rests_on.push_back(person.basis.consent);
  }
  answer.alternatives = recorded.grounds().alternatives;
  answer.receipt = recorded.receipt();
  step.answers.push_back(std::move(answer));
}

consent::Caller Walk::Desk() const {
  const policy::Claim claim = world_->EnrollClaim("person-a-1");
  return {claim.caller, claim.request_id};
}

// ---- Looking at the store
// ----------------------------------------------------------------------

std::string Walk::Rows() const {
  const storage::Store& store = *world_->store;
  std::ostringstream out;
  for (const char* parent : {"", "operators/acme", "operators/acme/sites/lobby"}) {
    for (const char* kind : {"operator", "site", "accessPoint", "camera", "purpose"}) {
      for (const auto& row : Must(store.ListResources(parent, kind, "", kPage))) {
        out << row.name << row.body << row.revision << '\n';
      }
    }
  }
  for (const auto& subject : Must(store.ListSubjects(World::op(), "", kPage))) {
    out << subject.id.str() << core::HexEncode(subject.wrapped_secret) << '\n';
    for (const auto& consent : Must(store.ListConsents({subject.op, subject.id}))) {
      out << consent.id.str() << model::Word(consent.status) << consent.epoch << '\n';
    }
    const auto key = store.GetTemplateKey({subject.op, subject.id}, World::purpose());
    out << (key.ok() ? core::HexEncode(key->wrapped_key) : "none") << '\n';
    for (const auto& image : ImagesOf(subject.id)) {
      out << image.id.str() << core::HexEncode(image.sealed) << '\n';
    }
  }
  for (const auto& row : Must(store.ListTemplates(std::nullopt, kPage))) {
    out << row.id.str() << core::HexEncode(row.sealed) << '\n';
  }
  return out.str();
}

std::vector<model::KeptImage> Walk::ImagesOf(const model::SubjectId& subject) const {
  std::vector<model::KeptImage> images;
  for (const auto& listed : Must(world_->store->ListImagesOf({World::op(), subject}))) {
    images.push_back(Must(world_->store->GetImage({World::op(), subject, listed.id})));
  }
  return images;
}

std::string Walk::Files() const {
  std::string files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.append(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

std::vector<std::string> Walk::RowsWithoutRecord() const {
  const storage::Store& store = *world_->store;
  std::vector<std::string> wrong;
  const auto expect = [&](const std::string& row, std::uint64_t index, const std::string& type) {
    const std::string found = TypeAt(store, index);
    if (!found.starts_with(type)) wrong.push_back(row + " names a record of type " + found);
  };
  for (const auto& subject : Must(store.ListSubjects(World::op(), "", kPage))) {
    expect(subject.id.str(), subject.log_index, "subject.created");
    for (const auto& consent : Must(store.ListConsents({subject.op, subject.id}))) {
      expect(consent.subject.str() + "/" + consent.id.str(), consent.log_index, "consent.");
    }
    for (const auto& image : ImagesOf(subject.id)) {
      expect("image of " + subject.id.str(), image.log_index, "template.enrolled");
    }
  }
  for (const auto& row : Must(store.ListTemplates(std::nullopt, kPage))) {
    expect("template of " + row.subject.str(), row.log_index, "template.enrolled");
  }
  return wrong;
}

void Walk::ExportTo(const std::string& folder) const {
  const storage::Store& store = *world_->store;
  auto writer = Must(report::LogCopyWriter::Open(folder));
  const storage::LogHead head = Must(store.GetLogHead(World::op()));
  const auto add = [&](const std::string& path, core::ByteSpan content) {
    if (!writer.Add(path, content).ok()) std::abort();
  };
  for (std::uint64_t first = 0; first < head.size; first += 256) {
    std::vector<std::string> entries;
    for (const auto& entry : Must(store.ReadEntries(World::op(), first, 256))) {
      entries.push_back(entry.entry);
    }
    add(tlog::BundlePath(first / 256, static_cast<int>(entries.size())),
        tlog::EncodeBundle(entries));
  }
  for (int level = 0;; ++level) {
    std::uint64_t index = 0;
    for (;; ++index) {
      const auto tile = store.ReadTile(World::op(), {level, index});
      if (!tile.ok()) break;
      add(tlog::TilePath({level, index}, static_cast<int>(tile->size() / 32)), *tile);
    }
    if (index == 0) break;
  }
  add("checkpoint", core::AsBytes(head.checkpoint));
}

}  // namespace facegate::testing
