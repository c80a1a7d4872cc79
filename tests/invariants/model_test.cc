// The whole gateway beside a model of it that fits on a page: random sequences of everything that
// people, desks, doors and operators do, on each storage driver. After every step the store must
// say what the model says, and every answer must be what the model expects.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "support/base/temp_dir.h"
#include "support/yard/yard.h"

namespace facegate {
namespace {

using model::ConsentStatus;
using model::Verdict;
using testing::TempDir;
using testing::World;
using testing::WorldOptions;
using testing::Yard;

constexpr int kPeople = 3;
constexpr int kTemplatesMax = 3;  // gallery::MatchOptions
constexpr int kRetentionDays = 30;

// ---- The model --------------------------------------------------------------------------------

struct PersonModel {
  int life = 1;
  // The newest consent; nothing: never asked.
  std::optional<ConsentStatus> status;
  core::Timestamp expires_at;
  int templates = 0;
  bool restricted = false;
};

struct Model {
  std::vector<PersonModel> people{kPeople};
  std::set<std::string> erased;
  bool alternatives = true;

  static std::string IdOf(int person, int life) {
    return "person-" + std::to_string(person).append("-").append(std::to_string(life));
  }
  std::string IdOf(int person) const { return IdOf(person, people[person].life); }
  bool Stands(int person, core::Timestamp now) const {
    const PersonModel& who = people[person];
    return who.status == ConsentStatus::kGranted && now < who.expires_at;
  }
  bool MayBeUsed(int person, core::Timestamp now) const {
    return Stands(person, now) && !people[person].restricted;
  }
  bool Matches(int claimed, int face, core::Timestamp now) const {
    return claimed == face && alternatives && MayBeUsed(claimed, now) &&
           people[claimed].templates > 0;
  }
  void End(int person, ConsentStatus how) {
    people[person].status = how;
    people[person].templates = 0;
  }
};

// ---- The gateway, on a driver -----------------------------------------------------------------

enum class Driver { kMemory, kSqlite };

class Rig {
 public:
  explicit Rig(Driver driver) : driver_(driver) { Open(false, nullptr, std::nullopt); }

  Yard& yard() { return *yard_; }
  bool has_files() const { return driver_ == Driver::kSqlite; }

  // Stops, does something to the files, and starts again.
  template <class F>
  void Restart(F between) {
    auto keys = std::move(yard_->world.keys);
    const core::Timestamp now = yard_->world.clock.Now();
    yard_.reset();
    between(dir_);
    Open(true, std::move(keys), now);
  }

 private:
  void Open(bool registered, std::unique_ptr<crypto::KeyRing> keys,
            std::optional<core::Timestamp> now) {
    WorldOptions options = has_files() ? testing::OnDisk(dir_.path()) : WorldOptions();
    options.already_registered = registered;
    options.keys = std::move(keys);
    options.now = now;
    yard_ = std::make_unique<Yard>(std::move(options));
  }

  const Driver driver_;
  TempDir dir_;
  std::unique_ptr<Yard> yard_;
};

// ---- The walk ---------------------------------------------------------------------------------

class Comparison {
 public:
  Comparison(Driver driver, unsigned seed) : random_(seed), rig_(driver) {
    for (int i = 0; i < kPeople; ++i) EXPECT_TRUE(yard().Register(model_.IdOf(i)).ok());
  }

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      std::string told;
      for (const std::string& line : said_) told += "\n  " + line;
      SCOPED_TRACE("after" + told);
      TakeStep();
      CompareState();
    }
  }
  // How often each kind of step came to something.
  const std::map<std::string, int>& seen() const { return seen_; }

 private:
  Yard& yard() { return rig_.yard(); }
  core::Timestamp now() { return yard().world.clock.Now(); }
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }
  void Say(const std::string& what, const std::string& came) {
    said_.push_back(what + ": " + came);
    if (said_.size() > 12) said_.erase(said_.begin());
    ++seen_[what.substr(0, what.find(' ')) + " " + came];
  }

  void TakeStep() {
    const int person = Dice(kPeople);
    switch (Dice(17)) {
      case 0:
        return Request(person);
      case 1:
        return Refuse(person);
      case 2:
      case 3:
        return Grant(person);
      case 4:
        return Withdraw(person);
      case 5:
        return LetTimePass();
      case 6:
        return Erase(person);
      case 7:
        return ToggleAlternatives();
      case 8:
        return rig_.has_files() && Dice(3) == 0 ? Restore() : Enroll(person);
      case 9:
      case 10:
        return Enroll(person);
      case 11:
        return AskForTheErased();
      case 12:
        return Identify(Dice(kPeople));
      case 13:
        return Restrict(person);
      default:
        return Authorize(person, Dice(4) == 0 ? Dice(kPeople) : person);
    }
  }

  void Expect(const core::Status& status, const std::string& reason, const std::string& what) {
    EXPECT_EQ(status.ok() ? "" : status.reason(), reason) << what << ": " << status.ToString();
    Say(what, status.ok() ? "ok" : status.reason());
  }
  // A consent whose time is up ends when the next question or answer meets it.
  void MeetExpired(int person) {
    const PersonModel& who = model_.people[person];
    if (who.status == ConsentStatus::kGranted && !model_.Stands(person, now())) {
      model_.End(person, ConsentStatus::kExpired);
      ended_.emplace_back(model_.IdOf(person), newest_.at(model_.IdOf(person)));
    }
  }

  void Request(int person) {
    MeetExpired(person);
    const auto result = yard().Request(model_.IdOf(person));
    if (model_.people[person].restricted) {
      return Expect(result.status(), "SUBJECT_RESTRICTED", "request " + model_.IdOf(person));
    }
    if (model_.Stands(person, now())) {
      return Expect(result.status(), "CONSENT_EXISTS", "request " + model_.IdOf(person));
    }
    Expect(result.status(), "", "request " + model_.IdOf(person));
    model_.people[person].status = ConsentStatus::kRequested;
  }
  void Refuse(int person) {
    MeetExpired(person);
    const auto result = yard().Refuse(model_.IdOf(person));
    if (model_.Stands(person, now())) {
      return Expect(result.status(), "CONSENT_STANDS", "refuse " + model_.IdOf(person));
    }
    Expect(result.status(), "", "refuse " + model_.IdOf(person));
    model_.people[person].status = ConsentStatus::kRefused;
  }
  void Grant(int person) {
    MeetExpired(person);
    const int days = 1 + Dice(kRetentionDays);
    const auto result = yard().Grant(model_.IdOf(person), days);
    if (model_.people[person].restricted) {
      return Expect(result.status(), "SUBJECT_RESTRICTED", "grant " + model_.IdOf(person));
    }
    if (model_.Stands(person, now())) {
      return Expect(result.status(), "CONSENT_EXISTS", "grant " + model_.IdOf(person));
    }
    Expect(result.status(), "", "grant " + model_.IdOf(person));
    model_.people[person].status = ConsentStatus::kGranted;
    model_.people[person].expires_at = now() + days * core::kMsPerDay;
    newest_[model_.IdOf(person)] = result->consent.id;
  }
  void Withdraw(int person) {
    const std::string id = model_.IdOf(person);
    const auto found = newest_.find(id);
    if (found == newest_.end()) return;
    const auto result =
        yard().consents.Withdraw(yard().Desk(), {World::op(), model::SubjectId(id), found->second});
    Expect(result.status(), "", "withdraw " + id);
    if (model_.people[person].status == ConsentStatus::kGranted) {
      model_.End(person, ConsentStatus::kWithdrawn);
      ended_.emplace_back(id, result->consent.id);
    }
  }
  // Freezes what is held about a person, or lets it be used again.
  void Restrict(int person) {
    bool& restricted = model_.people[person].restricted;
    const model::SubjectRef ref = World::subject(model_.IdOf(person));
    const auto result = restricted ? yard().consents.Release(yard().Desk(), ref)
                                   : yard().consents.Restrict(yard().Desk(), ref);
    Expect(result.status(), "", restricted ? "release" : "restrict");
    restricted = !restricted;
  }
  void LetTimePass() {
    yard().world.clock.Advance(Dice(10) * core::kMsPerDay);
    if (Dice(2) == 0) return Say("time", "passed");
    ASSERT_TRUE(yard().consents.SweepExpired(yard().Desk()).ok());
    for (int i = 0; i < kPeople; ++i) MeetExpired(i);
    Say("time", "swept");
  }
  void Erase(int person) {
    const std::string id = model_.IdOf(person);
    const auto result = yard().consents.Erase(yard().Desk(), World::subject(id));
    Expect(result.status(), "", "erase " + id);
    EXPECT_EQ(result->templates_destroyed, model_.people[person].templates);
    model_.erased.insert(id);
    model_.people[person] = {model_.people[person].life + 1, {}, {}, 0, false};
    EXPECT_TRUE(yard().Register(model_.IdOf(person)).ok());
  }
  void ToggleAlternatives() {
    model_.alternatives = !model_.alternatives;
    yard().world.SetAlternatives(
        {{model::AlternativeKind::kCard, "badge reader", model_.alternatives}});
    Say("alternatives", model_.alternatives ? "work" : "fail");
  }

  void Enroll(int person) {
    const auto recorded = yard().Enroll(model_.IdOf(person), person + 1);
    ASSERT_TRUE(recorded.ok());
    const bool granted =
        model_.MayBeUsed(person, now()) && model_.people[person].templates < kTemplatesMax;
    ExpectAnswer(*recorded, granted, "enroll " + model_.IdOf(person));
    if (granted) ++model_.people[person].templates;
  }
  void Authorize(int person, int face) {
    const auto recorded = yard().Authorize(model_.IdOf(person), face + 1);
    ASSERT_TRUE(recorded.ok());
    ExpectAnswer(*recorded, model_.Matches(person, face, now()),
                 "authorize " + model_.IdOf(person));
    ExpectAtADoor(*recorded);
  }
  void Identify(int face) {
    const auto recorded = yard().Identify(face + 1);
    ASSERT_TRUE(recorded.ok());
    ExpectAnswer(*recorded, model_.Matches(face, face, now()), "identify");
    ExpectAtADoor(*recorded);
  }
  void AskForTheErased() {
    if (model_.erased.empty()) return;
    auto at = model_.erased.begin();
    std::advance(at, Dice(static_cast<int>(model_.erased.size())));
    const std::string id = *at;
    EXPECT_EQ(yard().Register(id).reason(), "SUBJECT_ERASED");
    EXPECT_EQ(yard().Grant(id, 1).status().reason(), "SUBJECT_ERASED");
    const auto recorded = yard().Authorize(id, 1);
    ASSERT_TRUE(recorded.ok());
    ExpectAnswer(*recorded, false, "erased");
    ExpectAtADoor(*recorded);
  }

  // I4 and I6: a grant is what the model grants, and rests on nothing that ended before it.
  void ExpectAnswer(const audit::Recorded& recorded, bool granted, const std::string& what) {
    const audit::Outcome& outcome = recorded.outcome();
    EXPECT_EQ(outcome.verdict == Verdict::kAllow, granted)
        << what << ": " << model::Word(outcome.reason) << " " << outcome.detail;
    EXPECT_EQ(outcome.people.empty(), !granted) << what;
    for (const audit::Person& person : outcome.people) {
      const std::pair key{person.subject.str(), person.basis.consent.consent};
      EXPECT_EQ(std::count(ended_.begin(), ended_.end(), key), 0) << what;
      EXPECT_FALSE(model_.erased.contains(person.subject.str())) << what;
    }
    Say(what, std::string(model::Word(outcome.verdict)));
  }
  // I10: who is not let in by face is sent another way, and where there is none nobody is looked
  // at.
  void ExpectAtADoor(const audit::Recorded& recorded) {
    const audit::Outcome& outcome = recorded.outcome();
    EXPECT_EQ(outcome.verdict == Verdict::kDeny, !model_.alternatives);
    if (!model_.alternatives) {
      EXPECT_EQ(outcome.counts.frames, 0);
    }
  }

  // Yesterday's database comes back, with the lists that lie outside it as they are today.
  void Restore() {
    const Model then = model_;
    const auto newest_then = newest_;
    rig_.Restart([](const TempDir& dir) {
      std::filesystem::copy_file(dir / "facegate.db", dir / "yesterday.db",
                                 std::filesystem::copy_options::overwrite_existing);
    });
    const int person = Dice(kPeople);
    const int steps = 1 + Dice(6);
    for (int i = 0; i < steps; ++i) {
      switch (Dice(5)) {
        case 0:
          Erase(person);
          break;
        case 1:
          Grant(Dice(kPeople));
          break;
        case 2:
          Enroll(Dice(kPeople));
          break;
        default:
          Withdraw(Dice(kPeople));
          break;
      }
    }
    const Model since = model_;
    rig_.Restart([](const TempDir& dir) {
      for (const char* part : {"facegate.db-wal", "facegate.db-shm", "heads/acme.head"}) {
        std::filesystem::remove(dir / part);
      }
      std::filesystem::copy_file(dir / "yesterday.db", dir / "facegate.db",
                                 std::filesystem::copy_options::overwrite_existing);
    });
    model_ = then;
    newest_ = newest_then;
    AfterRestore(since);
    Say("restore", "done");
  }
  // What ended since stays ended, whatever ended it.
  void AfterRestore(const Model& since) {
    for (int i = 0; i < kPeople; ++i) {
      const std::string id = model_.IdOf(i);
      if (since.erased.contains(id)) {
        model_.erased.insert(id);
        // The id that came after is not known to yesterday's database; nor was it ever seen.
        model_.people[i] = {since.people[i].life + 1, {}, {}, 0, false};
        EXPECT_TRUE(yard().Register(model_.IdOf(i)).ok());
        continue;
      }
      const auto found = newest_.find(id);
      if (found == newest_.end()) continue;
      const std::pair key{id, found->second};
      if (std::count(ended_.begin(), ended_.end(), key) == 0) continue;
      if (model_.people[i].status == ConsentStatus::kGranted) {
        model_.End(i, ConsentStatus::kWithdrawn);
      }
    }
  }

  // The store says what the model says; of the erased it says nothing (I9).
  void CompareState() {
    const storage::Store& store = *yard().world.store;
    std::size_t templates = 0;
    for (int i = 0; i < kPeople; ++i) {
      const PersonModel& who = model_.people[i];
      const model::SubjectRef ref = World::subject(model_.IdOf(i));
      const auto consents = store.ListConsents(ref);
      ASSERT_TRUE(consents.ok());
      ASSERT_EQ(consents->empty(), !who.status.has_value()) << ref.subject.str();
      if (who.status) {
        EXPECT_EQ(consents->front().status, *who.status) << ref.subject.str();
      }
      EXPECT_EQ(store.ListTemplatesOf(ref)->size(), static_cast<std::size_t>(who.templates))
          << ref.subject.str();
      EXPECT_EQ(store.GetTemplateKey(ref, World::purpose()).ok(), who.templates > 0);
      // Of the frozen nothing is in memory.
      if (!who.restricted) templates += static_cast<std::size_t>(who.templates);
    }
    EXPECT_EQ(yard().gallery.size(), templates);
    for (const std::string& id : model_.erased) {
      EXPECT_EQ(store.GetSubject(World::subject(id)).status().reason(), "SUBJECT_ERASED") << id;
      EXPECT_TRUE(store.ListTemplatesOf(World::subject(id))->empty());
      EXPECT_TRUE(store.ListConsents(World::subject(id))->empty());
    }
  }

  std::mt19937 random_;
  Rig rig_;
  Model model_;
  std::map<std::string, model::ConsentId> newest_;  // of a person, the consent granted last
  // Consents that were withdrawn or whose end was recorded, ever.
  std::vector<std::pair<std::string, model::ConsentId>> ended_;
  std::vector<std::string> said_;
  std::map<std::string, int> seen_;
};

void Compare(Driver driver, unsigned seeds, int steps, std::map<std::string, int>& seen) {
  for (unsigned seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Comparison comparison(driver, seed);
    comparison.Run(steps);
    for (const auto& [what, times] : comparison.seen()) seen[what] += times;
  }
}

// Without this the comparison could hold of walks that went nowhere.
void ExpectSeen(const std::map<std::string, int>& seen, std::initializer_list<const char*> wanted) {
  for (const char* what : wanted) {
    EXPECT_TRUE(seen.contains(what)) << what;
  }
}

const std::initializer_list<const char*> kEverything = {"request ok",
                                                        "request CONSENT_EXISTS",
                                                        "refuse ok",
                                                        "refuse CONSENT_STANDS",
                                                        "grant ok",
                                                        "grant CONSENT_EXISTS",
                                                        "withdraw ok",
                                                        "restrict ok",
                                                        "release ok",
                                                        "grant SUBJECT_RESTRICTED",
                                                        "erase ok",
                                                        "time swept",
                                                        "enroll ALLOW",
                                                        "enroll DENY",
                                                        "authorize ALLOW",
                                                        "authorize DENY",
                                                        "authorize USE_ALTERNATIVE",
                                                        "identify ALLOW",
                                                        "identify DENY",
                                                        "identify USE_ALTERNATIVE",
                                                        "erased USE_ALTERNATIVE"};

TEST(ModelOfConsent, AgreesWithTheGatewayInMemory) {
  std::map<std::string, int> seen;
  Compare(Driver::kMemory, 40, 150, seen);
  ExpectSeen(seen, kEverything);
}

TEST(ModelOfConsent, AgreesWithTheGatewayOnDiskAndAfterRestoredBackups) {
  std::map<std::string, int> seen;
  Compare(Driver::kSqlite, 12, 120, seen);
  ExpectSeen(seen, kEverything);
  ExpectSeen(seen, {"restore done"});
}

}  // namespace
}  // namespace facegate
