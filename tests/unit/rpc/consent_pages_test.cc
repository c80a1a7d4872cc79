// The pages for the people in front of the camera, over real HTTP.
#include "facegate/rpc/consent_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <string>

#include "facegate/storage/typed.h"
#include "rpc/consent_page_html.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ServedWorld;
using testing::World;

class PagesTest : public ::testing::Test {
 protected:
  explicit PagesTest(int bad_tokens_per_minute_max = 30) : served_({}, bad_tokens_per_minute_max) {
    served_.world.AddSubject("ann");
    asked_.subject = World::subject("ann");
    asked_.id = model::ConsentId("c1");
    asked_.site = World::site();
    asked_.purpose = World::purpose();
    asked_.purpose_version = 1;
    asked_.scopes = {model::ConsentScope::kVerify};
    const auto notices = storage::ReadResources<model::Notice>(
        *served_.world.store, model::PurposeName(World::op(), World::purpose()));
    FG_CHECK(notices.ok() && !notices->empty());
    notice_ = notices->front();
    asked_.notice_sha256 = notice_.text_sha256;
    asked_.evidence_sha256 = std::string(64, 'e');
    asked_.expires_at = served_.world.clock.Now() + 10 * core::kMsPerDay;
    ConsentPageOptions options;
    options.listen_address = "127.0.0.1:0";
    auto pages = ConsentPages::Start(options, served_.parts());
    FG_CHECK(pages.ok());
    pages_ = std::move(pages).value();
    http_ = std::make_unique<httplib::Client>("127.0.0.1", pages_->port());
  }

  consent::Caller Desk() const {
    return {{model::Role::kEnroller, "development", ""}, "7d444840-9dc0-41d1-b245-5ffdce74fad2"};
  }
  std::string Grant() { return ServedWorld::Must(served_.consents.Grant(Desk(), asked_)).token; }
  std::string Ask() { return ServedWorld::Must(served_.consents.Request(Desk(), asked_)).token; }
  model::ConsentStatus Status() const {
    return served_.consents.Get({World::op(), asked_.subject.subject, asked_.id})->status;
  }
  httplib::Response Get(const std::string& path) {
    const auto answer = http_->Get(path.c_str());
    FG_CHECK(answer);
    return *answer;
  }
  httplib::Response Post(const std::string& token, const std::string& body) {
    const auto answer =
        http_->Post(("/c/" + token).c_str(), body, "application/x-www-form-urlencoded");
    FG_CHECK(answer);
    return *answer;
  }
  // What the form on the page sends.
  std::string FormOf(const std::string& html) const {
    const std::string field = R"(name="check" value=")";
    const std::size_t found = html.find(field);
    if (found == std::string::npos) return "";
    const std::size_t value = found + field.size();
    return "check=" + html.substr(value, html.find('"', value) - value);
  }

  ServedWorld served_;
  consent::GrantRequest asked_;
  model::Notice notice_;
  std::unique_ptr<ConsentPages> pages_;
  std::unique_ptr<httplib::Client> http_;
};

using ConsentPagesTest = PagesTest;

TEST_F(ConsentPagesTest, WithdrawByOneFormAndShowItThen) {
  const std::string token = Grant();
  const httplib::Response page = Get("/c/" + token);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Withdraw my consent"));
  EXPECT_THAT(page.body, HasSubstr("撤回同意"));
  const httplib::Response sent = Post(token, FormOf(page.body));
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(sent.get_header_value("Location"), "/c/" + token);
  EXPECT_EQ(Status(), model::ConsentStatus::kWithdrawn);
  const httplib::Response after = Get("/c/" + token);
  EXPECT_EQ(after.status, 200);
  EXPECT_THAT(after.body, HasSubstr("Withdrawn."));
  EXPECT_THAT(after.body, Not(HasSubstr("<form")));
}

TEST_F(ConsentPagesTest, RefuseWhatWasAskedFor) {
  const std::string token = Ask();
  const httplib::Response page = Get("/c/" + token);
  EXPECT_THAT(page.body, HasSubstr(">Refuse<"));
  EXPECT_EQ(Post(token, FormOf(page.body)).status, 303);
  EXPECT_EQ(Status(), model::ConsentStatus::kRefused);
}

TEST_F(ConsentPagesTest, ChangeNothingByAGet) {
  const std::string token = Grant();
  const auto size = [this] { return served_.world.store->GetLogHead(World::op())->size; };
  const std::uint64_t before = size();
  const std::string form = FormOf(Get("/c/" + token).body);
  for (const std::string& path :
       {"/c/" + token + "?" + form, "/c/" + token + "/receipt",
        std::string("/n/acme/lobby/building_access"), std::string("/style.css")}) {
    EXPECT_EQ(Get(path).status, 200) << path;
  }
  EXPECT_EQ(size(), before);
  EXPECT_EQ(Status(), model::ConsentStatus::kGranted);
}

TEST_F(ConsentPagesTest, TakeNoFormThatIsNotOfThisPage) {
  const std::string token = Grant();
  const std::string check = FormOf(Get("/c/" + token).body);
  for (const std::string& body :
       {std::string(), std::string("check="), check + "0", "check=" + std::string(32, '0')}) {
    const httplib::Response answer = Post(token, body);
    EXPECT_EQ(answer.status, 409) << body;
    EXPECT_THAT(answer.body, HasSubstr("out of date"));
  }
  EXPECT_EQ(Status(), model::ConsentStatus::kGranted);
}

TEST_F(ConsentPagesTest, TakeNoLargeBody) {
  const std::string token = Grant();
  EXPECT_EQ(Post(token, "check=" + std::string(5000, '0')).status, 413);
  EXPECT_EQ(Status(), model::ConsentStatus::kGranted);
}

// What never was, what was replaced, and who was erased look alike.
TEST_F(ConsentPagesTest, AnswerEveryBadTokenAlike) {
  const std::string replaced = Ask();
  const std::string erased = Grant();
  ASSERT_TRUE(served_.consents.Erase(Desk(), asked_.subject).ok());
  const httplib::Response reference = Get("/c/" + std::string(48, '0'));
  EXPECT_EQ(reference.status, 404);
  for (const std::string& token : {replaced, erased, std::string("x"), std::string(3000, 'a'),
                                   std::string("%27%22%3Cscript%3E")}) {
    const httplib::Response answer = Get("/c/" + token);
    EXPECT_EQ(answer.status, 404) << token;
    EXPECT_EQ(answer.body, reference.body) << token;
    EXPECT_EQ(Post(token, "check=0").body, reference.body) << token;
    EXPECT_EQ(Get("/c/" + token + "/receipt").body, reference.body) << token;
  }
  for (const char* path : {"/", "/n/acme/lobby/none", "/n/acme/none/building_access", "/n/x", "/c/",
                           "/n/Acme/lobby/building_access"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
    EXPECT_EQ(Get(path).body, reference.body) << path;
  }
}

TEST_F(ConsentPagesTest, CarryNoScriptNoCookieAndNothingFromElsewhere) {
  const std::string token = Grant();
  for (const std::string& path :
       {"/c/" + token, std::string("/n/acme/lobby/building_access"), std::string("/nowhere")}) {
    const httplib::Response page = Get(path);
    EXPECT_THAT(page.get_header_value("Content-Security-Policy"),
                HasSubstr("default-src 'none'; style-src 'self'"));
    EXPECT_EQ(page.get_header_value("Cache-Control"), "no-store");
    EXPECT_EQ(page.get_header_value("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_FALSE(page.has_header("Set-Cookie"));
    for (const char* never : {"<script", "onclick", "http://", "https://", "style=", "<img"}) {
      EXPECT_THAT(page.body, Not(HasSubstr(never))) << path;
    }
    EXPECT_THAT(page.body, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(page.body, HasSubstr("<section lang=\"zh-CN\">"));
  }
}

TEST_F(ConsentPagesTest, ShowTheNoticeTheOtherWaysInAndHowToRefuse) {
  const httplib::Response page = Get("/n/acme/lobby/building_access");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr(notice_.text_sha256));
  EXPECT_THAT(page.body, HasSubstr("You can say no"));
  EXPECT_THAT(page.body, HasSubstr("您可以拒绝"));
  const auto points = storage::ReadResources<model::AccessPoint>(
      *served_.world.store, model::SiteName(World::op(), World::site()));
  for (const model::AccessPoint& point : *points) {
    for (const model::Alternative& each : point.alternatives) {
      EXPECT_THAT(page.body, HasSubstr("<li>" + each.display_name + "</li>"));
    }
  }
}

TEST_F(ConsentPagesTest, ShowWhatBecameOfTheConsent) {
  const std::string token = Grant();
  EXPECT_THAT(Get("/c/" + token).body, HasSubstr("href=\"?view=records\""));
  auto denial = served_.world.DenialFor(served_.world.VerifyClaim("ann"));
  ASSERT_TRUE(served_.world.ledger->Commit(std::move(denial), audit::Outcome{}).ok());
  const std::uint64_t size = served_.world.store->GetLogHead(World::op())->size;
  const httplib::Response page = Get("/c/" + token + "?view=records");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("consent.granted"));
  EXPECT_THAT(page.body, HasSubstr("Your face did not open the way: NOT_ENROLLED"));
  EXPECT_THAT(page.body, HasSubstr("您的人脸未获准通行：NOT_ENROLLED"));
  EXPECT_THAT(page.body, Not(HasSubstr("More")));
  EXPECT_EQ(served_.world.store->GetLogHead(World::op())->size, size) << "it leaves no record";
  EXPECT_EQ(Get("/c/" + token + "?view=records&after=x").status, 404);
  EXPECT_EQ(Get("/c/guess?view=records").status, 404);
}

TEST(ConsentPageHtml, LeadsToTheNextRecords) {
  RecordsPage page;
  page.lines.push_back({7, "2026-03-02T08:00:00.000Z", "audit.queried", "", "", "COMPLAINT"});
  page.next = "view=records&after=1%202%203";
  const std::string html = RecordsHtml(page);
  EXPECT_THAT(html, HasSubstr("7, 2026-03-02T08:00:00.000Z: Somebody looked for your records, "
                              "for: COMPLAINT"));
  EXPECT_THAT(html, HasSubstr("href=\"?view=records&amp;after=1%202%203\""));
}

TEST_F(ConsentPagesTest, HandOutTheSignedReceipt) {
  const httplib::Response receipt = Get("/c/" + Grant() + "/receipt");
  EXPECT_EQ(receipt.get_header_value("Content-Type"), "application/ld+json");
  EXPECT_THAT(receipt.body, HasSubstr("facegate.consent-receipt/v1"));
}

TEST(ConsentPageHtml, EscapesWhatIsFilledIn) {
  NoticePage page;
  page.op.display_name = "<script>alert(1)</script>";
  page.alternatives = {"a & b", "\"c\" 'd'"};
  model::Notice notice;
  notice.language = "en\" onclick=\"x";
  notice.text = "</div><b>";
  page.notices = {notice};
  const std::string html = NoticeHtml(page);
  for (const char* never : {"<script", "\"c\"", "</div><b>", "en\" onclick"}) {
    EXPECT_THAT(html, Not(HasSubstr(never)));
  }
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, HasSubstr("a &amp; b"));
}

class LimitedPages : public PagesTest {
 protected:
  LimitedPages() : PagesTest(3) {}
};

TEST_F(LimitedPages, MakeAnAddressThatGuessesWaitForTheMinutesEnd) {
  const std::string token = Grant();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get("/c/guess").status, 404);
  EXPECT_EQ(Get("/c/guess").status, 429);
  EXPECT_EQ(Get("/c/" + token).status, 429);  // else guessing would go on
  served_.world.clock.Advance(61'000);
  EXPECT_EQ(Get("/c/" + token).status, 200);
}

TEST_F(LimitedPages, CountGuessesWhicheverWayTheyCome) {
  const std::string token = Grant();
  EXPECT_EQ(Get("/c/guess").status, 404);
  const auto anybody = served_.ClientAs(model::Role::kCamera);
  core::Json guess = core::Json::MakeObject();
  guess.Set("receiptToken", "guess");
  for (int i = 0; i < 2; ++i) {
    const auto answer = anybody->Call("ConsentService/GetConsentByToken", guess);
    EXPECT_EQ(answer.status().reason(), "RECEIPT_TOKEN_UNKNOWN");
  }
  EXPECT_EQ(Get("/c/" + token).status, 429);
}

TEST_F(LimitedPages, NeverCountAGoodToken) {
  const std::string token = Grant();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Get("/c/" + token).status, 200);
}

}  // namespace
}  // namespace facegate::rpc
