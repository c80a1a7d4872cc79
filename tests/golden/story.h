// One person's story in one log, told by the real services with fixed keys, clock and ids, so that
// every byte comes out the same.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"

namespace facegate::testing {

// How it ends: with the person's erasure, or with what becomes of the log meanwhile.
enum class Ending { kErasure, kLog };

class Story {
 public:
  // Tells it; aborts if any of it is refused.
  explicit Story(Ending ending);
  ~Story();

  static model::OperatorId op() { return model::OperatorId("acme"); }
  // The records by what they are: "decision.matched", "registry.site.created".
  const std::map<std::string, std::string>& entries() const { return entries_; }
  // Of the record of a match, when it was the last.
  const audit::Receipt& receipt() const { return *receipt_; }
  const storage::Store& store() const { return *store_; }
  const audit::Ledger& ledger() const { return *ledger_; }
  std::string Suppressions() const;

 private:
  void OpenLedger();
  void Register();
  void AddPerson(const model::SubjectId& id);
  consent::GrantRequest GrantOf(const char* id, int days) const;
  void Recognise();
  void End();
  void Query();
  void Prune();
  void RotateKeys();
  void Succeed();

  policy::Claim ClaimOf(model::Operation operation, const char* camera,
                        std::optional<model::SubjectId> subject) const;
  audit::Receipt Commit(const policy::Claim& claim, audit::Outcome outcome,
                        storage::Changes changes = {});
  audit::Outcome About(model::Verdict verdict, model::Reason reason) const;
  // Gives what was recorded last that name; a second passes.
  void Name(const std::string& name);

  FakeClock clock_;
  core::MemoryMetrics metrics_;
  core::NullLogger logger_;
  TempDir folder_;
  std::unique_ptr<crypto::KeyRing> keys_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<audit::Ledger> ledger_;
  std::unique_ptr<policy::Engine> engine_;
  std::unique_ptr<registry::RegistryService> registry_;
  std::unique_ptr<consent::TemplateDropper> dropper_;
  std::unique_ptr<consent::ConsentService> consents_;
  std::map<std::string, std::string> entries_;
  std::optional<audit::Receipt> receipt_;
  std::optional<model::Consent> consent_;
  core::Bytes wrapped_secret_;
};

}  // namespace facegate::testing
