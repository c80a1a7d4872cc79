// A small world with real parts: an operator with an office lobby, three cameras, one purpose, and
// people who can consent. Tests get their permits here, as production does, from a real engine
// under facegate's own rules.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "facegate/audit/contexts.h"
#include "facegate/audit/ledger.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/custody/custody_service.h"
#include "facegate/model/fields.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"
#include "support/base/fake_clock.h"

namespace facegate::testing {

struct WorldOptions {
  // A store to use; nullptr: a new one in memory.
  std::unique_ptr<storage::Store> store;
  // Where head files and suppressions go; "": nowhere.
  std::string data_dir;
  // Dropped permits abort; true records them as abandoned, as release builds do.
  bool record_abandoned = false;
  // A store that has a world in it already.
  bool already_registered = false;
  // Those of that world; nullptr: new ones.
  std::unique_ptr<crypto::KeyRing> keys;
  // What time it is; nothing: FakeClock's.
  std::optional<core::Timestamp> now;
  policy::EngineOptions engine = {};
};

// Options of a gateway that keeps images, read in a way.
inline WorldOptions KeepingImages(std::vector<rules::Profile> profiles = {}) {
  WorldOptions options;
  options.engine.keeps_images = true;
  options.engine.profiles = std::move(profiles);
  return options;
}

class World {
 public:
  World() : World(WorldOptions{}) {}
  // Aborts if anything fails: a world that cannot be made is no test's subject.
  explicit World(WorldOptions options);
  ~World();

  // Ids of what is registered: operator "acme", site "lobby", access point "front", cameras "desk",
  // "door" (region of interest: the middle third) and "lane", purpose "building_access".
  static model::OperatorId op() { return model::OperatorId("acme"); }
  static model::SiteId site() { return model::SiteId("lobby"); }
  static model::PurposeId purpose() { return model::PurposeId("building_access"); }
  static model::CameraRef camera(std::string_view id) {
    return {op(), site(), model::CameraId(id)};
  }
  static model::SubjectRef subject(std::string_view id) { return {op(), model::SubjectId(id)}; }

  // Registers a person.
  void AddSubject(std::string_view id);
  // Records their consent for the lobby and purpose, with scopes verify and identify, 30 days; or
  // with that images are kept besides.
  model::Consent Grant(std::string_view subject);
  model::Consent GrantWithImages(std::string_view subject);
  // Makes the purpose one that would keep so much of the picture, for so many days.
  void KeepOfPicture(model::ImageRetention kept, int days);
  // Withdraws it and destroys templates and key, as the consent service does.
  std::uint64_t Withdraw(const model::Consent& consent);
  // Stores a template key, which is what "enrolled" means to a decision.
  void MarkEnrolled(std::string_view subject);
  // Stores a template of theirs, with its key: one person more is stored.
  void StoreTemplate(std::string_view subject);
  // Registers a resource, or replaces it, without asking the registry's rules.
  template <class R>
  void Register(const R& resource) {
    Put(resource, std::string(model::Kind<R>::kWord), model::ParentOf(resource));
  }
  // Makes one change, under a record of its own.
  void Change(storage::Change change);
  model::Purpose RegisteredPurpose() const;
  // Has people hold the templates of the purpose; its version stays.
  void HaveTemplatesHeld();
  // A token of theirs with an empty template, recorded as the gateway does: to decide by, never to
  // compare with.
  std::string HandOut(std::string_view subject);
  model::Site RegisteredSite() const;
  // Replaces the access point's alternatives.
  void SetAlternatives(std::vector<model::Alternative> alternatives);

  // Claims by a caller of the fitting role. Each has a fresh request id.
  policy::Claim VerifyClaim(std::string_view subject) const;
  policy::Claim IdentifyClaim() const;
  policy::Claim EnrollClaim(std::string_view subject) const;

  // The permits of a claim that must be granted; `view` is what detection found.
  policy::ViewPermit ViewPermitFor(const policy::Claim& claim) const;
  policy::Permit PermitFor(const policy::Claim& claim, policy::FacesInView view = {1, 1}) const;
  policy::Denial DenialFor(const policy::Claim& claim) const;
  // Spends a permit the way production does, with an outcome that grants nothing.
  void Spend(policy::ViewPermit permit);
  void Spend(policy::Permit permit);

  FakeClock clock;
  core::MemoryMetrics metrics;
  core::NullLogger logger;
  // Whether decisions may be answered; the ledger asks.
  core::Status may_answer;
  std::unique_ptr<crypto::KeyRing> keys;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<audit::Ledger> ledger;
  static constexpr int kGraceDays = 10;  // of holder tokens under a retired key
  std::unique_ptr<custody::TokenJudge> tokens;
  std::unique_ptr<policy::Engine> engine;

 private:
  void RegisterAll();
  model::Consent Grant(std::string_view subject, std::set<model::ConsentScope> scopes);
  void PutBody(const std::string& name, const std::string& kind, const std::string& parent,
               const std::string& body);
  template <class R>
  void Put(const R& resource, const std::string& kind, const std::string& parent) {
    PutBody(model::NameOf(resource), kind, parent, model::ToJson(resource).Dump());
  }
  audit::Event MakeEvent(const std::string& type) const;
};

// The rules of config/policies/core.yaml.
std::shared_ptr<const rules::RuleSet> CoreRules();

}  // namespace facegate::testing
