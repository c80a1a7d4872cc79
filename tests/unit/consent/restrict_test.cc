// Restriction: what is held about a person is kept and used for nothing; and the export of it.
#include "desk.h"
#include "facegate/core/json.h"

namespace facegate::consent {
namespace {

using Restriction = Desk;

TEST_F(Restriction, IsOnRecordAndPutsThePersonAside) {
  const model::SubjectRef ada = Register("ada");
  const auto restricted = service_->Restrict(caller_, ada);
  ASSERT_TRUE(restricted.ok()) << restricted.status().ToString();
  EXPECT_EQ(restricted->subject.restricted_at, clock_.Now());
  EXPECT_EQ(restricted->receipt.index, LogSize() - 1);
  EXPECT_NE(EntryAt(LogSize() - 1).find("\"type\":\"subject.restricted\""), std::string::npos);
  EXPECT_EQ(dropper_.aside(), (std::set<model::SubjectRef>{ada}));

  const auto released = service_->Release(caller_, ada);
  ASSERT_TRUE(released.ok()) << released.status().ToString();
  EXPECT_FALSE(released->subject.restricted_at.has_value());
  EXPECT_NE(EntryAt(LogSize() - 1).find("\"type\":\"subject.released\""), std::string::npos);
  EXPECT_TRUE(dropper_.aside().empty());
}

TEST_F(Restriction, IsPutAndTakenBackOnce) {
  const model::SubjectRef ada = Register("ada");
  EXPECT_EQ(service_->Release(caller_, ada).status().reason(), "SUBJECT_NOT_RESTRICTED");
  ASSERT_TRUE(service_->Restrict(caller_, ada).ok());
  const core::Status twice = service_->Restrict(caller_, ada).status();
  EXPECT_EQ(twice.code(), core::Code::kAlreadyExists);
  EXPECT_EQ(twice.reason(), "SUBJECT_RESTRICTED");
  const model::SubjectRef nobody{op_, model::SubjectId("nobody")};
  EXPECT_EQ(service_->Restrict(caller_, nobody).status().reason(), "SUBJECT_NOT_FOUND");
}

TEST_F(Restriction, LetsNobodyAskOrGrant) {
  const model::SubjectRef ada = Register("ada");
  ASSERT_TRUE(service_->Restrict(caller_, ada).ok());
  const std::uint64_t size = LogSize();
  EXPECT_EQ(service_->Grant(caller_, Request(ada)).status().reason(), "SUBJECT_RESTRICTED");
  EXPECT_EQ(service_->Request(caller_, Request(ada)).status().reason(), "SUBJECT_RESTRICTED");
  EXPECT_EQ(LogSize(), size);
  ASSERT_TRUE(service_->Release(caller_, ada).ok());
  EXPECT_TRUE(service_->Grant(caller_, Request(ada)).ok());
}

TEST_F(Restriction, LetsThePersonRefuseWithdrawAndBeErased) {
  const model::SubjectRef ada = Register("ada");
  const model::Consent door = MustGrant(Request(ada));
  Enroll(door, "t1");
  ASSERT_TRUE(service_->Restrict(caller_, ada).ok());
  EXPECT_EQ(CountTemplates(ada), 1u) << "kept";
  GrantRequest canteen = Request(ada);
  canteen.purpose = canteen_;
  EXPECT_TRUE(service_->Refuse(caller_, canteen).ok());
  EXPECT_TRUE(service_->Withdraw(caller_, {op_, ada.subject, door.id}).ok());
  EXPECT_EQ(CountTemplates(ada), 0u);
  EXPECT_TRUE(service_->Erase(caller_, ada).ok());
  EXPECT_EQ(service_->Release(caller_, ada).status().reason(), "SUBJECT_ERASED");
}

// ---- Export ----

class Export : public Desk {
 protected:
  core::Json MustExport(const model::SubjectRef& subject) {
    std::string text;
    const core::Status status =
        service_->Export(caller_, subject, [&](std::string_view piece) -> core::Status {
          text += piece;
          return core::Status::Ok();
        });
    EXPECT_TRUE(status.ok()) << status.ToString();
    const auto json = core::Json::Parse(text);
    EXPECT_TRUE(json.ok()) << json.status().ToString() << text;
    return json.ok() ? *json : core::Json::MakeObject();
  }
  static std::vector<std::string> Types(const core::Json& document) {
    std::vector<std::string> types;
    for (const core::Json& record : document.Find("records")->AsArray()) {
      types.push_back(record.StringOr("type", ""));
    }
    return types;
  }
};

TEST_F(Export, HasEverythingOfThePersonAndNobodyElse) {
  const model::SubjectRef ada = Register("ada");
  const model::SubjectRef bob = Register("bob");
  const model::Consent door = MustGrant(Request(ada));
  Enroll(door, "t1");
  MustGrant(Request(bob));
  clock_.Advance(2 * core::kMsPerDay);
  ASSERT_TRUE(service_->Restrict(caller_, ada).ok());
  clock_.Advance(core::kMsPerDay);
  ASSERT_TRUE(service_->Withdraw(caller_, {op_, ada.subject, door.id}).ok());

  const core::Json document = MustExport(ada);
  EXPECT_TRUE(document.BoolOr("complete", false));
  EXPECT_EQ(document.Find("subject")->StringOr("name", ""), "operators/acme/subjects/ada");
  EXPECT_NE(document.Find("subject")->StringOr("restricted_at", ""), "");
  ASSERT_EQ(document.Find("consents")->AsArray().size(), 1u);
  const core::Json& consent = document.Find("consents")->AsArray().front();
  EXPECT_EQ(consent.StringOr("status", ""), "WITHDRAWN");
  EXPECT_EQ(consent.StringOr("evidence_sha256", ""), kEvidence);
  EXPECT_EQ(document.Find("purposes")->AsArray().size(), 1u);
  EXPECT_EQ(Types(document),
            (std::vector<std::string>{"subject.created", "consent.granted", "subject.restricted",
                                      "consent.withdrawn", "subject.exported"}));
  EXPECT_EQ(document.Dump().find("bob"), std::string::npos);
}

TEST_F(Export, NamesTemplatesAndNeverWhatIsInThem) {
  const model::SubjectRef ada = Register("ada");
  Enroll(MustGrant(Request(ada)), "t1");
  const core::Json document = MustExport(ada);
  ASSERT_EQ(document.Find("templates")->AsArray().size(), 1u);
  const core::Json& value = document.Find("templates")->AsArray().front();
  EXPECT_EQ(value.StringOr("id", ""), "t1");
  EXPECT_EQ(value.AsObject().size(), 7u) << value.Dump();
}

TEST_F(Export, IsOnRecordBeforeAnythingIsGiven) {
  const model::SubjectRef ada = Register("ada");
  std::uint64_t size_at_first = 0;
  const core::Status status = service_->Export(caller_, ada, [&](std::string_view) -> core::Status {
    if (size_at_first == 0) size_at_first = LogSize();
    return core::Status(core::Code::kCancelled, "CANCELLED", "gone");
  });
  EXPECT_EQ(status.reason(), "CANCELLED");
  EXPECT_NE(EntryAt(size_at_first - 1).find("\"type\":\"subject.exported\""), std::string::npos);
}

TEST_F(Export, EndsWhereAnErasureOvertakesIt) {
  const model::SubjectRef ada = Register("ada");
  MustGrant(Request(ada));
  clock_.Advance(3 * core::kMsPerDay);
  std::string text;
  int pieces = 0;
  const core::Status status =
      service_->Export(caller_, ada, [&](std::string_view piece) -> core::Status {
        text += piece;
        // From within: no lock and no read of the export is in the erasure's way.
        if (++pieces == 2) {
          EXPECT_TRUE(service_->Erase(caller_, ada).ok());
        }
        return core::Status::Ok();
      });
  EXPECT_EQ(status.reason(), "SUBJECT_ERASED");
  EXPECT_EQ(pieces, 2);
  EXPECT_FALSE(core::Json::Parse(text).ok()) << "no document";
  EXPECT_EQ(service_->Export(caller_, ada, nullptr).reason(), "SUBJECT_ERASED");
}

// ---- Retention ----

using Retention = Desk;

TEST_F(Retention, EndsWhatWasGrantedTooLongAgo) {
  const model::SubjectRef ada = Register("ada");
  const model::SubjectRef bob = Register("bob");
  Enroll(MustGrant(Request(ada)), "t1");
  clock_.Advance(5 * core::kMsPerDay);
  Enroll(MustGrant(Request(bob)), "t2");
  const auto ended =
      service_->EndPurpose(caller_, {op_, hq_}, door_, [this](const model::Consent& consent) {
        return consent.granted_at <= clock_.Now() + -4 * core::kMsPerDay;
      });
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(*ended, 1);
  EXPECT_EQ(CountTemplates(ada), 0u);
  EXPECT_EQ(CountTemplates(bob), 1u);
}

TEST_F(Retention, ErasesWhoHasHadNoConsentForLong) {
  const model::SubjectRef never = Register("never");
  const model::SubjectRef withdrew = Register("withdrew");
  const model::SubjectRef consents = Register("consents");
  const model::SubjectRef frozen = Register("frozen");
  const model::Consent door = MustGrant(Request(withdrew));
  GrantRequest long_lived = Request(consents);
  long_lived.expires_at = clock_.Now() + kRetentionDays * core::kMsPerDay;
  MustGrant(long_lived);
  ASSERT_TRUE(service_->Restrict(caller_, frozen).ok());
  clock_.Advance(5 * core::kMsPerDay);
  ASSERT_TRUE(service_->Withdraw(caller_, {op_, withdrew.subject, door.id}).ok());

  clock_.Advance(5 * core::kMsPerDay);
  const auto first = service_->EraseUnconsented(caller_, op_, clock_.Now() + -7 * core::kMsPerDay);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(service_->GetSubject(never).status().reason(), "SUBJECT_ERASED");
  EXPECT_TRUE(service_->GetSubject(withdrew).ok()) << "withdrew five days ago";

  clock_.Advance(3 * core::kMsPerDay);
  const auto second = service_->EraseUnconsented(caller_, op_, clock_.Now() + -7 * core::kMsPerDay);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*second, 1);
  EXPECT_EQ(service_->GetSubject(withdrew).status().reason(), "SUBJECT_ERASED");
  EXPECT_TRUE(service_->GetSubject(consents).ok());
  EXPECT_TRUE(service_->GetSubject(frozen).ok());
}

}  // namespace
}  // namespace facegate::consent
