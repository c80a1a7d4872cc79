// What the registry finds in a notice, and that no caller can say otherwise.
#include <gmock/gmock.h>

#include "unit/registry/office.h"

namespace facegate::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoticeWording : public Office {
 protected:
  NoticeWording() {
    Must(AnOperator());
    Must(APurpose());
  }
  model::Notice With(const std::string& text, const std::string& language = "en") const {
    model::Notice notice = ANotice();
    notice.text = text;
    notice.language = language;
    return notice;
  }
};

TEST_F(NoticeWording, IsFairWhereTheListFindsNothing) {
  const model::Notice notice = Must(ANotice()).resource;
  EXPECT_EQ(notice.wording_bundled, model::Fact(false));
  EXPECT_EQ(notice.wording_misleading, model::Fact(false));
  EXPECT_THAT(notice.wording_findings, IsEmpty());
  EXPECT_EQ(model::Bundles(notice), model::Fact(false));
  EXPECT_EQ(model::Misleads(notice), model::Fact(false));
}

TEST_F(NoticeWording, IsMeasuredWhateverTheCallerSays) {
  model::Notice notice = With("Look into the camera or you will be refused.");
  notice.misleading = false;
  notice.wording_misleading = false;  // never taken
  notice.wording_findings = {"none"};
  const model::Notice made = Must(notice).resource;
  EXPECT_EQ(made.wording_misleading, model::Fact(true));
  EXPECT_EQ(made.wording_bundled, model::Fact(false));
  EXPECT_THAT(made.wording_findings, ElementsAre("en.pressure.or-refused"));
  EXPECT_EQ(model::Misleads(made), model::Fact(true));

  model::Notice again = made;
  again.wording_misleading = false;
  again.wording_findings.clear();
  again.plain_language = true;
  const auto updated = registry_->Update(caller_, again, 0);
  ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  EXPECT_EQ(updated->resource.wording_misleading, model::Fact(true));
  EXPECT_THAT(updated->resource.wording_findings, Contains("en.pressure.or-refused"));
}

TEST_F(NoticeWording, IsNotHiddenByALanguageTag) {
  const model::Notice made =
      Must(With("Look into the camera or you will be refused.", "de")).resource;
  EXPECT_EQ(made.wording_misleading, model::Fact(true));
  EXPECT_FALSE(made.wording_bundled.has_value());  // nothing found in a language it does not know
}

TEST_F(NoticeWording, IsForPeopleToJudgeInALanguageThatTheListDoesNotKnow) {
  model::Notice notice = With("Wir vergleichen Ihr Gesicht, wenn Sie es wollen.", "de");
  EXPECT_FALSE(model::Misleads(Must(notice).resource).has_value());
  notice.id = model::NoticeId("de-2");
  notice.misleading = false;
  EXPECT_EQ(model::Misleads(Must(notice).resource), model::Fact(false));
}

TEST_F(NoticeWording, KeepsWhatAReviewerFoundBeyondTheList) {
  model::Notice notice = ANotice();
  notice.bundled_with_other_terms = true;
  const model::Notice made = Must(notice).resource;
  EXPECT_EQ(made.wording_bundled, model::Fact(false));
  EXPECT_EQ(model::Bundles(made), model::Fact(true));
}

}  // namespace
}  // namespace facegate::registry
