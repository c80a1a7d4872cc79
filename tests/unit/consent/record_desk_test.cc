// Who finds a person's records, and what it leaves behind that somebody looked.
#include "facegate/consent/record_desk.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/storage/typed.h"
#include "faulty_store.h"
#include "support/world/world.h"

namespace facegate::consent {
namespace {

using core::Code;
using core::Json;
using model::ResolutionReason;
using model::Role;
using testing::World;

const core::NoDeadline kNoHurry{};

Caller As(Role role) {
  model::Principal principal;
  principal.role = role;
  principal.fingerprint = "f00d";
  return {principal, crypto::RandomUuid()};
}

std::vector<std::string> TypesOf(const std::vector<storage::LogEntry>& records) {
  std::vector<std::string> types;
  for (const storage::LogEntry& record : records) {
    types.push_back(storage::LineOf(record.entry)->StringOr("type", ""));
  }
  return types;
}

// Their types, with a star where they rest on the consent.
std::vector<std::string> TypesOf(const OwnRecords& own) {
  std::vector<std::string> types;
  for (const OwnRecord& record : own.records) {
    types.push_back(record.line.StringOr("type", "") + (record.rests_on_consent ? " *" : ""));
  }
  return types;
}

// Two people who consented and are enrolled.
class RecordDeskTest : public ::testing::Test {
 protected:
  RecordDeskTest() {
    for (const char* id : {"ann", "bob"}) {
      FG_CHECK(consents_.CreateSubject(As(Role::kEnroller), World::subject(id), {.age_years = 30.0})
                   .ok());
      Grant(id, "c1");
    }
  }

  void Grant(const std::string& id, const std::string& consent) {
    const auto notices = storage::ReadResources<model::Notice>(
        *world_.store, model::PurposeName(World::op(), World::purpose()));
    GrantRequest request;
    request.subject = World::subject(id);
    request.id = model::ConsentId(consent);
    request.site = World::site();
    request.purpose = World::purpose();
    request.purpose_version = 1;
    request.scopes = {model::ConsentScope::kVerify, model::ConsentScope::kIdentify};
    request.notice_sha256 = notices->front().text_sha256;
    request.evidence_sha256 = std::string(64, 'e');
    request.expires_at = world_.clock.Now() + 10 * core::kMsPerDay;
    const auto granted = consents_.Grant(As(Role::kEnroller), request);
    FG_CHECK(granted.ok());
    world_.MarkEnrolled(id);
  }
  model::Consent ConsentOf(const std::string& id, const std::string& consent = "c1") const {
    return *consents_.Get({World::op(), model::SubjectId(id), model::ConsentId(consent)});
  }
  void Withdraw(const std::string& id) {
    FG_CHECK(consents_
                 .Withdraw(As(Role::kEnroller),
                           {World::op(), model::SubjectId(id), model::ConsentId("c1")})
                 .ok());
  }
  void Erase(const std::string& id) {
    FG_CHECK(consents_.Erase(As(Role::kEnroller), World::subject(id)).ok());
  }
  // Somebody is at the door, claimed to be that person; gives the record's index.
  std::uint64_t AtTheDoor(const std::string& id) {
    const auto recorded =
        world_.ledger->Commit(world_.PermitFor(world_.VerifyClaim(id)), audit::Outcome{});
    return recorded->receipt().index;
  }

  core::Result<FoundRecords> Find(const std::string& id, const PersonFilter& filter = {},
                                  const RecordPage& page = {}) const {
    return desk_.FindRecords(As(Role::kResolver), World::subject(id), filter,
                             ResolutionReason::kComplaint, page, kNoHurry);
  }
  core::Result<FoundPeople> Whose(std::uint64_t index) const {
    return desk_.FindPeople(As(Role::kResolver), World::op(), index, ResolutionReason::kIncident,
                            kNoHurry);
  }
  OwnRecords OwnOf(const model::Consent& consent,
                   std::optional<std::uint64_t> only = std::nullopt) const {
    return *desk_.ListOwn(consent, only, {}, kNoHurry);
  }
  // Of the records that somebody looked, oldest first.
  std::vector<Json> Queried() const {
    storage::LogQuery query;
    query.type = "audit.queried";
    std::vector<Json> lines;
    const auto entries = world_.store->QueryLog(World::op(), query);
    for (const storage::LogEntry& entry : *entries) {
      lines.push_back(*storage::LineOf(entry.entry));
    }
    return lines;
  }

  World world_;
  NoTemplates nobody_;
  ConsentService consents_{*world_.store, *world_.ledger, *world_.keys,
                           world_.clock,  *world_.engine, nobody_};
  const RecordDesk desk_{*world_.store, *world_.ledger, *world_.keys};
};

TEST_F(RecordDeskTest, FindsThePersonsRecordsAndNobodyElses) {
  const std::uint64_t decision = AtTheDoor("ann");
  AtTheDoor("bob");
  const auto found = Find("ann");
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(TypesOf(found->records),
            (std::vector<std::string>{"subject.created", "consent.granted", "decision"}));
  EXPECT_EQ(found->records.back().index, decision);
  EXPECT_EQ(found->after, "");
}

TEST_F(RecordDeskTest, PutsOnRecordWhoLookedAndWhatForButNotForWhom) {
  PersonFilter filter;
  filter.purpose = World::purpose();
  filter.until = world_.clock.Now() + 1;
  const auto found = Find("ann", filter);
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  const auto queried = Queried();
  ASSERT_EQ(queried.size(), 1u);
  const Json& line = queried.front();
  EXPECT_EQ(line.IntOr("index", -1), static_cast<std::int64_t>(found->receipt.index));
  EXPECT_EQ(line.Find("actor")->StringOr("role", ""), "RESOLVER");
  EXPECT_EQ(line.Find("actor")->StringOr("fingerprint", ""), "f00d");
  EXPECT_EQ(line.StringOr("query", ""), "SUBJECT");
  EXPECT_EQ(line.StringOr("why", ""), "COMPLAINT");
  EXPECT_EQ(line.Find("filter")->Dump(),
            R"({"purpose":"building_access","until":"2026-03-02T08:00:00.001Z"})");
  EXPECT_EQ(line.IntOr("found", -1), static_cast<std::int64_t>(found->records.size()));
  EXPECT_EQ(line.Find("subjects")->AsArray().size(), 1u);
  EXPECT_EQ(line.Dump().find("ann"), std::string::npos);
}

TEST_F(RecordDeskTest, ShowsThePersonThatSomebodyLooked) {
  ASSERT_TRUE(Find("ann").ok());
  EXPECT_EQ(TypesOf(Find("ann")->records).back(), "audit.queried");
  EXPECT_EQ(TypesOf(OwnOf(ConsentOf("ann"))).back(), "audit.queried");
  EXPECT_EQ(TypesOf(OwnOf(ConsentOf("bob"))), std::vector<std::string>{"consent.granted"});
}

TEST_F(RecordDeskTest, AnswersAlikeForWhoNeverWasAndWhoWasErased) {
  Erase("bob");
  const auto erased = Find("bob");
  const auto unknown = Find("nobody");
  EXPECT_EQ(erased.status().code(), Code::kNotFound);
  EXPECT_EQ(erased.status().ToString(), unknown.status().ToString());
  const auto queried = Queried();
  ASSERT_EQ(queried.size(), 2u) << "that somebody looked is on record either way";
  for (const Json& line : queried) {
    EXPECT_EQ(line.Find("subjects"), nullptr);
    EXPECT_EQ(line.IntOr("found", -1), 0);
  }
}

TEST_F(RecordDeskTest, KeepsAListAsItWasAtItsFirstPage) {
  AtTheDoor("ann");
  std::vector<std::string> types;
  RecordPage page{1, ""};
  int pages = 0;
  do {
    const auto found = Find("ann", {}, page);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    for (const std::string& type : TypesOf(found->records)) types.push_back(type);
    page.after = found->after;
    ++pages;
    AtTheDoor("ann");
  } while (!page.after.empty() && pages < 10);
  EXPECT_EQ(types, (std::vector<std::string>{"subject.created", "consent.granted", "decision"}));
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(Queried().size(), 3u) << "each page is on record";
}

TEST_F(RecordDeskTest, RefusesToGoOnAfterWhatIsNoPlace) {
  for (const char* after : {"x", "1", "1 2", "1 2 x", "1,2,3"}) {
    EXPECT_EQ(Find("ann", {}, {1, after}).status().reason(), "BAD_PAGE_TOKEN") << after;
  }
  EXPECT_TRUE(Queried().empty());
}

TEST_F(RecordDeskTest, LooksOnlyWhereItIsAskedTo) {
  AtTheDoor("ann");
  world_.clock.Advance(2 * core::kMsPerDay);
  const core::Timestamp later = world_.clock.Now();
  const std::uint64_t second = AtTheDoor("ann");
  PersonFilter filter;
  filter.site = World::site();
  EXPECT_EQ(TypesOf(Find("ann", filter)->records),
            (std::vector<std::string>{"consent.granted", "decision", "decision"}));
  filter.from = later;
  const auto found = Find("ann", filter);
  ASSERT_EQ(found->records.size(), 1u);
  EXPECT_EQ(found->records.front().index, second);
  filter.from.reset();
  filter.until = later;
  EXPECT_EQ(Find("ann", filter)->records.size(), 2u);
  filter.site = model::SiteId("roof");
  EXPECT_TRUE(Find("ann", filter)->records.empty());
}

TEST_F(RecordDeskTest, LooksSoManyPseudonymsUpForAPage) {
  world_.clock.Advance(3 * core::kMsPerDay);
  AtTheDoor("ann");
  const RecordDesk slow(*world_.store, *world_.ledger, *world_.keys, {.lookups_max = 1});
  std::vector<std::string> types;
  RecordPage page;
  int pages = 0;
  do {
    const auto found = slow.FindRecords(As(Role::kResolver), World::subject("ann"), {},
                                        ResolutionReason::kRightsRequest, page, kNoHurry);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    for (const std::string& type : TypesOf(found->records)) types.push_back(type);
    page.after = found->after;
    ++pages;
  } while (!page.after.empty() && pages < 10);
  EXPECT_EQ(types, (std::vector<std::string>{"subject.created", "consent.granted", "decision"}));
  EXPECT_EQ(pages, 4) << "one for each day";
}

TEST_F(RecordDeskTest, TellsWhomARecordIsAboutAndPutsThatOnRecord) {
  const std::uint64_t decision = AtTheDoor("ann");
  const auto found = Whose(decision);
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(found->people, std::vector<model::SubjectRef>{World::subject("ann")});
  const auto queried = Queried();
  ASSERT_EQ(queried.size(), 1u);
  ASSERT_EQ(found->receipts.size(), 1u);
  EXPECT_EQ(queried[0].IntOr("index", -1), static_cast<std::int64_t>(found->receipts[0].index));
  EXPECT_EQ(queried[0].StringOr("query", ""), "RECORD");
  EXPECT_EQ(queried[0].StringOr("why", ""), "INCIDENT");
  EXPECT_EQ(queried[0].Find("subjects")->AsArray().size(), 1u);
  // It is about her, too.
  EXPECT_EQ(TypesOf(Find("ann")->records).back(), "audit.queried");
}

TEST_F(RecordDeskTest, NamesNobodyForARecordOfNobodyOrOfWhoWasErased) {
  const std::uint64_t decision = AtTheDoor("bob");
  Erase("bob");
  for (const std::uint64_t index : {std::uint64_t{0}, decision}) {
    const auto found = Whose(index);
    ASSERT_TRUE(found.ok()) << found.status().ToString();
    EXPECT_TRUE(found->people.empty());
    EXPECT_EQ(found->receipts.size(), 1u);
  }
  ASSERT_EQ(Queried().size(), 2u);
  EXPECT_EQ(Queried()[1].Find("subjects"), nullptr);
  EXPECT_EQ(Whose(1'000'000).status().reason(), "RECORD_NOT_FOUND");
}

TEST_F(RecordDeskTest, NamesNobodyWhoIsErasedWhileTheyAreLookedFor) {
  const std::uint64_t decision = AtTheDoor("bob");
  const model::Subject bob = *world_.store->GetSubject(World::subject("bob"));
  Erase("bob");
  FaultyStore store(*world_.store);
  const RecordDesk desk(store, *world_.ledger, *world_.keys);
  store.ReadBeforeErasure(bob);
  const auto records = desk.FindRecords(As(Role::kResolver), World::subject("bob"), {},
                                        ResolutionReason::kComplaint, {}, kNoHurry);
  EXPECT_EQ(records.status().reason(), "SUBJECT_NOT_FOUND");
  store.ReadBeforeErasure(bob);
  const auto people = desk.FindPeople(As(Role::kResolver), World::op(), decision,
                                      ResolutionReason::kIncident, kNoHurry);
  ASSERT_TRUE(people.ok()) << people.status().ToString();
  EXPECT_TRUE(people->people.empty());
  const auto queried = Queried();
  ASSERT_EQ(queried.size(), 2u) << "that somebody looked is on record either way";
  for (const Json& line : queried) EXPECT_EQ(line.Find("subjects"), nullptr);
}

TEST_F(RecordDeskTest, TriesSoManyPeopleAndNoMore) {
  const std::uint64_t decision = AtTheDoor("ann");
  const RecordDesk small(*world_.store, *world_.ledger, *world_.keys, {.people_max = 1});
  const auto refused = small.FindPeople(As(Role::kResolver), World::op(), decision,
                                        ResolutionReason::kLegalOrder, kNoHurry);
  EXPECT_EQ(refused.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(refused.status().reason(), "TOO_MANY_SUBJECTS");
}

TEST_F(RecordDeskTest, MakesNoLogOfAnOperatorThatIsNotThere) {
  const model::OperatorId other("other");
  const auto refused = desk_.FindRecords(As(Role::kResolver), {other, model::SubjectId("ann")}, {},
                                         ResolutionReason::kComplaint, {}, kNoHurry);
  EXPECT_EQ(refused.status().reason(), "OPERATOR_NOT_FOUND");
  EXPECT_EQ(world_.store->GetLogHead(other)->size, 0u);
}

TEST(RecordDesk, TellsNothingThatItCannotPutOnRecord) {
  const auto inner = storage::OpenMemoryStore();
  auto faulty = std::make_unique<FaultyStore>(*inner);
  FaultyStore* const faults = faulty.get();
  testing::WorldOptions options;
  options.store = std::move(faulty);
  World world(std::move(options));
  world.AddSubject("ann");
  const RecordDesk desk(*world.store, *world.ledger, *world.keys);
  const auto find = [&](const char* id) {
    return desk.FindRecords(As(Role::kResolver), World::subject(id), {},
                            ResolutionReason::kComplaint, {}, kNoHurry);
  };
  ASSERT_TRUE(find("ann").ok());
  faults->FailWrites();
  EXPECT_EQ(find("ann").status().reason(), "NOT_RECORDED");
  EXPECT_EQ(find("nobody").status().reason(), "NOT_RECORDED");
  EXPECT_EQ(
      desk.FindPeople(As(Role::kResolver), World::op(), 0, ResolutionReason::kComplaint, kNoHurry)
          .status()
          .reason(),
      "NOT_RECORDED");
}

TEST_F(RecordDeskTest, ShowsAHolderWhatRestsOnTheirConsent) {
  AtTheDoor("ann");
  AtTheDoor("bob");
  EXPECT_EQ(TypesOf(OwnOf(ConsentOf("ann"))),
            (std::vector<std::string>{"consent.granted", "decision *"}));
  Withdraw("ann");
  auto denial = world_.DenialFor(world_.VerifyClaim("ann"));
  ASSERT_TRUE(world_.ledger->Commit(std::move(denial), audit::Outcome{}).ok());
  const OwnRecords own = OwnOf(ConsentOf("ann"));
  EXPECT_EQ(TypesOf(own), (std::vector<std::string>{"consent.granted", "decision *",
                                                    "consent.withdrawn", "decision *"}));
  EXPECT_EQ(own.records.back().line.StringOr("reason", ""), "CONSENT_WITHDRAWN");
  EXPECT_TRUE(Queried().empty()) << "looking at one's own is not recorded";
}

TEST_F(RecordDeskTest, ShowsNothingOfAnotherConsentOfTheSamePerson) {
  const std::uint64_t first = AtTheDoor("ann");
  Withdraw("ann");
  Grant("ann", "c2");
  const std::uint64_t second = AtTheDoor("ann");
  const model::Consent before = ConsentOf("ann", "c1");
  const model::Consent after = ConsentOf("ann", "c2");
  EXPECT_EQ(TypesOf(OwnOf(before)),
            (std::vector<std::string>{"consent.granted", "decision *", "consent.withdrawn"}));
  EXPECT_EQ(TypesOf(OwnOf(after)), (std::vector<std::string>{"consent.granted", "decision *"}));
  EXPECT_EQ(TypesOf(OwnOf(before, first)), std::vector<std::string>{"decision *"});
  EXPECT_TRUE(OwnOf(before, second).records.empty());
  EXPECT_EQ(TypesOf(OwnOf(after, second)), std::vector<std::string>{"decision *"});
  EXPECT_TRUE(OwnOf(ConsentOf("bob"), first).records.empty()) << "another's receipt";
  EXPECT_TRUE(OwnOf(before, 1'000'000).records.empty());
}

TEST_F(RecordDeskTest, ShowsNobodyAnythingAfterAnErasure) {
  AtTheDoor("ann");
  const model::Consent held = ConsentOf("ann");
  Erase("ann");
  const auto own = desk_.ListOwn(held, std::nullopt, {}, kNoHurry);
  EXPECT_EQ(own.status().code(), Code::kNotFound);
  EXPECT_EQ(own.status().reason(), "RECEIPT_TOKEN_UNKNOWN");
}

}  // namespace
}  // namespace facegate::consent
