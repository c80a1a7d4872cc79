// Deploy-phase rules at registration.
#include "office.h"

namespace facegate::registry {
namespace {

// A rule that needs an alternative at every door of an office, whatever the purpose.
constexpr const char* kDoorNeedsAlternative = R"(
id: test
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: test.alternative
    article: test 1
    title: A door has another way
    statement: A door has another way.
    phase: [deploy]
    when: venue.country == 'CN' and access_point.known
    check: alternatives.offered and alternatives.operational
    effect: {on_fail: deny, obligation: add one}
    confidence: product_policy
    evidence: [none]
)";

// A rule about the pair of place and purpose.
constexpr const char* kNoMarketingInSchools = R"(
id: test
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: test.school
    article: test 2
    title: No marketing in schools
    statement: No marketing in schools.
    phase: [deploy]
    when: venue.kind == 'school'
    check: purpose.category != 'marketing'
    effect: {on_fail: deny, obligation: pursue it elsewhere}
    confidence: product_policy
    evidence: [none]
)";

// A rule whose input another resource supplies, which is registered later.
constexpr const char* kNeedsSignage = R"(
id: test
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: test.signage
    article: test 3
    title: Signs first
    statement: Signs first.
    phase: [deploy]
    when: venue.public_place
    check: signage.present
    effect: {on_fail: deny, obligation: put up signs}
    confidence: product_policy
    evidence: [none]
  - id: test.advice
    article: test 4
    title: Advice
    statement: Advice.
    phase: [deploy]
    when: true_for_information
    check: signage.conspicuous
    effect: {on_fail: warn, obligation: consider it}
    confidence: product_policy
    evidence: [none]
)";

class DeployRules : public Office {
 protected:
  DeployRules() { Must(AnOperator()); }
  template <class R>
  void ExpectRefused(const core::Result<Entry<R>>& result, const char* rule) {
    EXPECT_EQ(result.status().code(), core::Code::kFailedPrecondition);
    EXPECT_EQ(result.status().reason(), "RULE_REFUSED");
    EXPECT_NE(result.status().message().find(rule), std::string::npos)
        << result.status().ToString();
  }
};

TEST_F(DeployRules, RefuseIntimateSpaces) {
  model::Site site = ASite();
  for (const auto kind : {model::VenueKind::kHotelRoom, model::VenueKind::kPublicBathroom,
                          model::VenueKind::kChangingRoom, model::VenueKind::kToilet}) {
    site.venue_kind = kind;
    ExpectRefused(registry_->Create(caller_, site), "core.intimate-spaces");
    EXPECT_FALSE(registry_->Get<model::Site>(model::NameOf(site)).ok());
  }
}

TEST_F(DeployRules, RefuseToTurnASiteIntoAnIntimateSpace) {
  model::Site site = Must(ASite()).resource;
  site.venue_kind = model::VenueKind::kToilet;
  ExpectRefused(registry_->Update(caller_, site, 0), "core.intimate-spaces");
  EXPECT_EQ(registry_->Get<model::Site>(model::NameOf(site))->resource, ASite());
}

TEST_F(DeployRules, RefuseAPublicSafetyPurposeWithoutProof) {
  model::Purpose purpose = APurpose();
  purpose.category = model::PurposeCategory::kPublicSafety;
  ExpectRefused(registry_->Create(caller_, purpose), "core.public-safety-claim");
  purpose.category = model::PurposeCategory::kAccessControl;
  model::Purpose registered = Must(purpose).resource;
  registered.category = model::PurposeCategory::kPublicSafety;
  ExpectRefused(registry_->Update(caller_, registered, 0), "core.public-safety-claim");
}

TEST_F(DeployRules, RefuseADoorWithoutAnotherWay) {
  UseRules(kDoorNeedsAlternative);
  Must(ASite());
  model::AccessPoint access_point = AnAccessPoint();
  access_point.alternatives.clear();
  ExpectRefused(registry_->Create(caller_, access_point), "test.alternative");
  Must(AnAccessPoint());
  Must(ACamera());
  ExpectRefused(registry_->Update(caller_, access_point, 0), "test.alternative");
}

TEST_F(DeployRules, LetAnOutageBeReported) {
  UseRules(kDoorNeedsAlternative);
  Must(ASite());
  model::AccessPoint access_point = Must(AnAccessPoint()).resource;
  Must(ACamera());
  access_point.alternatives[0].operational = false;
  const auto updated = registry_->Update(caller_, access_point, 0);
  ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  EXPECT_FALSE(updated->resource.alternatives[0].operational);
}

TEST_F(DeployRules, RefuseACameraAtADoorThatTheyRefuseByNow) {
  Must(ASite());
  model::AccessPoint access_point = AnAccessPoint();
  access_point.alternatives.clear();
  Must(access_point);
  UseRules(kDoorNeedsAlternative);
  ExpectRefused(registry_->Create(caller_, ACamera()), "test.alternative");
}

TEST_F(DeployRules, JudgeASiteWithTheDoorsThatItHas) {
  UseRules(kDoorNeedsAlternative);
  model::Site site = ASite();
  site.country = "FR";
  Must(site);
  model::AccessPoint access_point = AnAccessPoint();
  access_point.alternatives.clear();
  Must(access_point);
  site.country = "CN";
  ExpectRefused(registry_->Update(caller_, site, 0), "test.alternative");
}

TEST_F(DeployRules, LetAPlaceBeThatServesSomePurpose) {
  UseRules(kNoMarketingInSchools);
  model::Site school = ASite();
  school.venue_kind = model::VenueKind::kSchool;
  Must(school);
  Must(AnAccessPoint());
  Must(ACamera());
}

TEST_F(DeployRules, RefuseAPurposeThatNoSiteMayServe) {
  UseRules(kNoMarketingInSchools);
  model::Site school = ASite();
  school.venue_kind = model::VenueKind::kSchool;
  Must(school);
  model::Purpose marketing = APurpose();
  marketing.category = model::PurposeCategory::kMarketing;
  ExpectRefused(registry_->Create(caller_, marketing), "test.school");
  model::Site shop = ASite();
  shop.id = model::SiteId("shop");
  shop.venue_kind = model::VenueKind::kRetailStore;
  Must(shop);
  Must(marketing);
}

TEST_F(DeployRules, LetASiteBeThatMayYetGetItsSigns) {
  UseRules(kNeedsSignage);
  model::Site site = ASite();
  site.public_place = true;
  Must(site);
}

TEST_F(DeployRules, PutARefusalByRuleOnRecord) {
  model::Site site = ASite();
  site.venue_kind = model::VenueKind::kToilet;
  const std::uint64_t before = LogSize();
  ExpectRefused(registry_->Create(caller_, site), "core.intimate-spaces");
  EXPECT_EQ(LogSize(), before + 1);
  model::Purpose purpose = APurpose();
  purpose.display_name = "Sorting by religion";
  EXPECT_EQ(registry_->Create(caller_, purpose).status().reason(), "SENSITIVE_LABEL");
  ASSERT_EQ(LogSize(), before + 2);
  const auto entries = store_->ReadEntries(model::OperatorId("acme"), before, 2);
  ASSERT_TRUE(entries.ok());
  for (const auto& entry : *entries) {
    EXPECT_NE(entry.entry.find("registry.refused"), std::string::npos);
    EXPECT_EQ(entry.entry.find("religion"), std::string::npos) << "no words of the caller";
  }
}

TEST_F(DeployRules, DoNotRefuseForAdvice) {
  UseRules(kNeedsSignage);
  Must(ASite());
}

}  // namespace
}  // namespace facegate::registry
