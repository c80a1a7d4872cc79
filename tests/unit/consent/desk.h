// An operator with two sites and two purposes in a memory store, and a desk that asks for consent.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/resources.h"
#include "facegate/storage/store.h"
#include "faulty_store.h"
#include "support/base/fake_clock.h"

namespace facegate::consent {

// Remembers what it was told to drop, and how much of it was still stored then.
class SpyDropper final : public TemplateDropper {
 public:
  struct Call {
    model::SubjectRef subject;
    std::optional<model::PurposeId> purpose;
    std::uint64_t log_index = 0;
    std::size_t still_stored = 0;
  };
  explicit SpyDropper(const storage::Store& store) : store_(store) {}
  void Drop(const model::SubjectRef& subject, const std::optional<model::PurposeId>& purpose,
            std::uint64_t log_index) override;
  void SetAside(const model::SubjectRef& subject) override;
  core::Status BringBack(const model::SubjectRef& subject) override;
  std::vector<Call> calls() const;
  // Those set aside and not brought back.
  std::set<model::SubjectRef> aside() const;

 private:
  const storage::Store& store_;
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
  std::set<model::SubjectRef> aside_;
};

// The fixture of all tests of this module.
class Desk : public ::testing::Test {
 protected:
  static constexpr int kRetentionDays = 30;
  static constexpr const char* kEvidence =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

  Desk();

  // Registers a person, failing the test otherwise.
  model::SubjectRef Register(const std::string& id);
  // Registers a person of that age; nothing: not told.
  model::SubjectRef OfAge(const std::string& id, std::optional<double> years);
  // Puts the site hq under the Chinese rules of 2025, where fourteen is the age.
  void MoveToChina();
  // A request that Grant accepts.
  GrantRequest Request(const model::SubjectRef& subject) const;
  model::Consent MustGrant(const GrantRequest& request);
  // Stores a template (and the key, where there is none) as an enrolment does.
  void Enroll(const model::Consent& consent, const std::string& template_id);
  std::size_t CountTemplates(const model::SubjectRef& subject) const;
  // The record at that index, as stored.
  std::string EntryAt(std::uint64_t index) const;
  std::uint64_t LogSize() const;

  template <class R>
  void Store(const R& resource, const char* kind, const std::string& parent,
             std::uint64_t revision = 1);

  const model::OperatorId op_{"acme"};
  const model::SiteId hq_{"hq"};
  const model::SiteId lab_{"lab"};
  const model::PurposeId door_{"door"};
  const model::PurposeId canteen_{"canteen"};
  facegate::testing::FakeClock clock_;
  core::MemoryMetrics metrics_;
  core::NullLogger logger_;
  std::unique_ptr<storage::Store> store_ = storage::OpenMemoryStore();
  FaultyStore faults_{*store_};  // what ledger and service see
  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::Ephemeral();
  std::unique_ptr<audit::Ledger> ledger_;
  std::unique_ptr<policy::Engine> engine_;
  SpyDropper dropper_{*store_};
  std::unique_ptr<ConsentService> service_;
  const Caller caller_;
  model::Purpose door_purpose_;
  std::string notice_sha256_;
};

}  // namespace facegate::consent
