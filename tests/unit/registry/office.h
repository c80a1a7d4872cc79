// A register over a memory store, with facegate's core rules and a few of a test's own.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "facegate/audit/ledger.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/resources.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/rules/rule_set.h"
#include "facegate/storage/store.h"
#include "support/base/fake_clock.h"

namespace facegate::registry {

// The fixture of all tests of this module that need a store.
class Office : public ::testing::Test {
 protected:
  Office();

  // Orderly resources; a test changes what it is about.
  model::Operator AnOperator() const;
  model::Site ASite() const;
  model::AccessPoint AnAccessPoint() const;
  model::Camera ACamera() const;
  model::Purpose APurpose() const;
  model::Notice ANotice() const;
  model::Signage ASign() const;
  model::Assessment AnAssessment() const;  // approved
  model::Filing AFiling() const;           // a draft
  model::Exemption AnExemption() const;
  model::DeviceAssessment ADeviceTest() const;
  model::Complaint AComplaint() const;          // open
  model::RightsRequest ARightsRequest() const;  // open
  model::Incident AnIncident() const;           // open
  model::Disclosure ADisclosure() const;
  model::ThresholdReview AThresholdReview() const;
  // All of the above, parents first.
  void RegisterEverything();

  // Registers the resource, failing the test otherwise.
  template <class R>
  Entry<R> Must(const R& resource) {
    auto created = registry_->Create(caller_, resource);
    EXPECT_TRUE(created.ok()) << created.status().ToString();
    FG_CHECK(created.ok());
    return *created;
  }
  template <class R>
  std::string ReasonOfCreate(const R& resource) {
    return registry_->Create(caller_, resource).status().reason();
  }
  // The core rules, or those of `pack_yaml` alone.
  void UseRules(const std::string& pack_yaml);
  // A day in the test's year: Day("03-01").
  static model::Date Day(const std::string& month_and_day);
  // A person whom links may name.
  void AddSubject(const std::string& id);
  std::string EntryAt(std::uint64_t index) const;
  std::uint64_t LogSize() const;

  const model::OperatorId op_{"acme"};
  const model::SiteId site_{"hq"};
  const model::AccessPointId access_point_{"main-door"};
  const model::PurposeId purpose_{"entry"};
  facegate::testing::FakeClock clock_;
  core::MemoryMetrics metrics_;
  core::NullLogger logger_;
  std::unique_ptr<storage::Store> store_ = storage::OpenMemoryStore();
  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::Ephemeral();
  std::unique_ptr<audit::Ledger> ledger_;
  std::shared_ptr<const rules::Vocabulary> vocabulary_;
  std::unique_ptr<policy::Engine> engine_;
  std::unique_ptr<RegistryService> registry_;
  Caller caller_;
};

}  // namespace facegate::registry
