// People as an operator knows them: created once, erased once.
#include <cmath>

#include "desk.h"
#include "facegate/audit/contexts.h"

namespace facegate::consent {
namespace {

using Subjects = Desk;

TEST_F(Subjects, AreCreatedWithASecretThatOpensForThemAlone) {
  const model::SubjectRef ref = Register("ada");
  const auto subject = service_->GetSubject(ref);
  ASSERT_TRUE(subject.ok());
  const auto own =
      keys_->Unwrap(subject->wrapped_secret, audit::SubjectSecretContext(op_, ref.subject));
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->size(), 32u);
  EXPECT_FALSE(keys_
                   ->Unwrap(subject->wrapped_secret,
                            audit::SubjectSecretContext(op_, model::SubjectId("bob")))
                   .ok());
}

TEST_F(Subjects, KeepTheAgeOnlyWhereItIsKnown) {
  const auto with =
      service_->CreateSubject(caller_, {op_, model::SubjectId("ada")}, {.age_years = 13.5});
  const auto without = service_->CreateSubject(caller_, {op_, model::SubjectId("bob")}, {});
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_TRUE(with->age_known);
  EXPECT_EQ(with->age_years, 13.5);
  EXPECT_FALSE(without->age_known);
}

TEST_F(Subjects, AreCreatedOnce) {
  const model::SubjectRef ref = Register("ada");
  const auto again = service_->CreateSubject(caller_, ref, {});
  EXPECT_EQ(again.status().code(), core::Code::kAlreadyExists);
  EXPECT_EQ(again.status().reason(), "SUBJECT_EXISTS");
}

TEST_F(Subjects, NeedARegisteredOperator) {
  const auto subject =
      service_->CreateSubject(caller_, {model::OperatorId("nobody"), model::SubjectId("ada")}, {});
  EXPECT_EQ(subject.status().code(), core::Code::kNotFound);
  EXPECT_EQ(subject.status().reason(), "OPERATOR_NOT_FOUND");
}

TEST_F(Subjects, HaveAnAgeThatAPersonCanHave) {
  for (const double age : {-0.1, 150.1, std::nan(""), HUGE_VAL}) {
    const auto subject =
        service_->CreateSubject(caller_, {op_, model::SubjectId("ada")}, {.age_years = age});
    EXPECT_EQ(subject.status().reason(), "BAD_AGE") << age;
  }
}

TEST_F(Subjects, KeepWhatRulesAsk) {
  const SubjectFacts facts{.age_years = 12,
                           .country = "US",
                           .region = "US-IL",
                           .role = model::SubjectRole::kStudent,
                           .needs_accessibility = true};
  ASSERT_TRUE(service_->CreateSubject(caller_, {op_, model::SubjectId("ada")}, facts).ok());
  const auto subject = service_->GetSubject({op_, model::SubjectId("ada")});
  ASSERT_TRUE(subject.ok());
  EXPECT_EQ(subject->country, "US");
  EXPECT_EQ(subject->region, "US-IL");
  EXPECT_EQ(subject->role, model::SubjectRole::kStudent);
  EXPECT_EQ(subject->needs_accessibility, true);
}

TEST_F(Subjects, LiveInCountriesAndRegionsThatAreCodes) {
  const auto reason_of = [&](const SubjectFacts& facts) {
    return service_->CreateSubject(caller_, {op_, model::SubjectId("ada")}, facts)
        .status()
        .reason();
  };
  for (const char* country : {"us", "USA", "U", "1A"}) {
    EXPECT_EQ(reason_of({.country = country}), "BAD_COUNTRY") << country;
  }
  for (const char* region : {"illinois", "US IL", "ABCDEFGHIJKLMNOPQ"}) {
    EXPECT_EQ(reason_of({.region = region}), "BAD_REGION") << region;
  }
}

TEST_F(Subjects, AreListedById) {
  Register("bob");
  Register("ada");
  const auto all = service_->ListSubjects(op_, "", 10);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].id.str(), "ada");
  const auto rest = service_->ListSubjects(op_, "ada", 10);
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].id.str(), "bob");
}

TEST_F(Subjects, ThatNeverWereAreNotFound) {
  EXPECT_EQ(service_->GetSubject({op_, model::SubjectId("ada")}).status().reason(),
            "SUBJECT_NOT_FOUND");
  EXPECT_EQ(service_->Erase(caller_, {op_, model::SubjectId("ada")}).status().reason(),
            "SUBJECT_NOT_FOUND");
}

TEST_F(Subjects, AreNotNamedInTheLog) {
  const model::SubjectRef ref = Register("unmistakable-person");
  const std::string created = EntryAt(LogSize() - 1);
  ASSERT_TRUE(service_->Erase(caller_, ref).ok());
  const std::string erased = EntryAt(LogSize() - 1);
  EXPECT_NE(created.find("subject.created"), std::string::npos);
  EXPECT_NE(erased.find("subject.erased"), std::string::npos);
  EXPECT_EQ(created.find("unmistakable-person"), std::string::npos);
  EXPECT_EQ(erased.find("unmistakable-person"), std::string::npos);
}

TEST_F(Subjects, TakeEverythingWithThemWhenErased) {
  const model::SubjectRef ref = Register("ada");
  const model::Consent door = MustGrant(Request(ref));
  GrantRequest request = Request(ref);
  request.purpose = canteen_;
  const model::Consent canteen = MustGrant(request);
  Enroll(door, "t1");
  Enroll(door, "t2");
  Enroll(canteen, "t3");

  const auto erased = service_->Erase(caller_, ref);
  ASSERT_TRUE(erased.ok()) << erased.status().ToString();
  EXPECT_EQ(erased->subject, ref);
  EXPECT_EQ(erased->templates_destroyed, 3);
  EXPECT_EQ(erased->receipt.index, LogSize() - 1);
  EXPECT_EQ(CountTemplates(ref), 0u);
  EXPECT_FALSE(store_->GetTemplateKey(ref, door_).ok());
  EXPECT_FALSE(store_->GetTemplateKey(ref, canteen_).ok());
  EXPECT_FALSE(service_->Get({op_, ref.subject, door.id}).ok());
}

TEST_F(Subjects, AreDroppedFromMemoryForEveryPurposeOnceErasureIsDurable) {
  const model::SubjectRef ref = Register("ada");
  Enroll(MustGrant(Request(ref)), "t1");
  const auto erased = service_->Erase(caller_, ref);
  ASSERT_TRUE(erased.ok());
  ASSERT_EQ(dropper_.calls().size(), 1u);
  const SpyDropper::Call call = dropper_.calls().front();
  EXPECT_EQ(call.subject, ref);
  EXPECT_EQ(call.purpose, std::nullopt);
  EXPECT_EQ(call.log_index, erased->receipt.index);
  EXPECT_EQ(call.still_stored, 0u);
}

TEST_F(Subjects, StayErased) {
  const model::SubjectRef ref = Register("ada");
  ASSERT_TRUE(service_->Erase(caller_, ref).ok());
  const std::uint64_t size = LogSize();
  EXPECT_EQ(service_->GetSubject(ref).status().reason(), "SUBJECT_ERASED");
  EXPECT_EQ(service_->Erase(caller_, ref).status().reason(), "SUBJECT_ERASED");
  EXPECT_EQ(service_->CreateSubject(caller_, ref, {}).status().reason(), "SUBJECT_ERASED");
  EXPECT_EQ(service_->Grant(caller_, Request(ref)).status().reason(), "SUBJECT_ERASED");
  EXPECT_EQ(LogSize(), size);
}

TEST_F(Subjects, AreErasedWithoutTouchingOthers) {
  const model::SubjectRef ada = Register("ada");
  const model::SubjectRef bob = Register("bob");
  const model::Consent kept = MustGrant(Request(bob));
  Enroll(MustGrant(Request(ada)), "t1");
  Enroll(kept, "t2");
  ASSERT_TRUE(service_->Erase(caller_, ada).ok());
  EXPECT_EQ(CountTemplates(bob), 1u);
  EXPECT_TRUE(service_->Get({op_, bob.subject, kept.id}).ok());
}

}  // namespace
}  // namespace facegate::consent
