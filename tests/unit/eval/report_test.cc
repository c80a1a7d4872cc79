#include <gtest/gtest.h>

#include <algorithm>

#include "eval/statistics.h"
#include "facegate/eval/eval.h"

namespace facegate::eval {
namespace {

Report SomeReport() {
  Report report;
  report.models = {{"model-v1", "ab"}};
  report.failure_to_enrol = MakeRate(1, 50);
  report.failures = {{"NO_FACE", 1}};
  report.pairs_skipped = 4;
  const Scores scores({0.1, 0.2, 0.3, 0.6}, {0.5, 0.7, 0.8, 0.9, 0.95});
  report.genuine_pairs = scores.genuine();
  report.impostor_pairs = scores.impostor();
  report.equal_error = scores.EqualError();
  report.operating = scores.At(0.45);
  report.points = {scores.At(0.4), scores.At(0.5)};
  report.tradeoff = scores.Tradeoff();
  report.groups = {{"gender", "<f> & co", MakeRate(0, 300), MakeRate(5, 100), MakeRate(0, 0)}};
  return report;
}

TEST(ReportJson, HasEveryPart) {
  const core::Json json = ToJson(SomeReport());
  EXPECT_EQ(json.Find("models")->AsArray()[0].StringOr("id", ""), "model-v1");
  EXPECT_EQ(json.IntOr("genuine_pairs", 0), 4);
  EXPECT_EQ(json.IntOr("impostor_pairs", 0), 5);
  EXPECT_EQ(json.IntOr("pairs_skipped", 0), 4);
  EXPECT_EQ(json.Find("failures")->IntOr("NO_FACE", 0), 1);
  const core::Json& rate = *json.Find("operating_point")->Find("fnmr");
  EXPECT_EQ(rate.IntOr("errors", -1), 1);
  EXPECT_EQ(rate.IntOr("trials", -1), 4);
  EXPECT_EQ(rate.NumberOr("rate", -1), 0.25);
  EXPECT_GT(rate.NumberOr("upper_95", -1), 0.5);
  EXPECT_EQ(json.Find("points")->AsArray().size(), 2u);
  EXPECT_EQ(json.Find("det")->AsArray().size(), SomeReport().tradeoff.size());
  EXPECT_EQ(json.Find("groups")->AsArray()[0].StringOr("attribute", ""), "gender");
  EXPECT_NEAR(json.Find("eer")->NumberOr("rate", -1), 0.225, 1e-12);
}

TEST(ReportJson, SaysUnknownWhereNothingWasTried) {
  Report report = SomeReport();
  report.equal_error.reset();
  const core::Json json = ToJson(report);
  EXPECT_TRUE(json.Find("eer")->is_null());
  EXPECT_TRUE(json.Find("groups")->AsArray()[0].Find("failure_to_enrol")->Find("rate")->is_null());
}

TEST(ReportJson, SurvivesParsing) {
  const core::Json json = ToJson(SomeReport());
  const auto parsed = core::Json::Parse(json.Dump());
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(parsed->Dump(), json.Dump());
}

TEST(ReportText, ClaimsNoRateOfFewErrors) {
  const std::string text = ToText(SomeReport());
  EXPECT_NE(text.find("0/300 <= 1.22%"), std::string::npos) << text;
  EXPECT_NE(text.find("5/100 = 5% [1.64%, 11.3%]"), std::string::npos) << text;
  EXPECT_EQ(text.find("= 0%"), std::string::npos) << text;
}

TEST(ReportText, SaysWhatWasCompared) {
  const std::string text = ToText(SomeReport());
  EXPECT_NE(text.find("4 genuine, 5 impostor"), std::string::npos) << text;
  EXPECT_NE(text.find("NO_FACE: 1"), std::string::npos) << text;
  EXPECT_NE(text.find("pairs skipped for it: 4"), std::string::npos) << text;
  EXPECT_NE(text.find("equal error rate: 22.5%"), std::string::npos) << text;
}

TEST(ReportSvg, DrawsTheCurveWithinThePicture) {
  const std::string svg = ToSvg(SomeReport());
  EXPECT_EQ(svg.rfind("<svg ", 0), 0u);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  EXPECT_NE(svg.find("<polyline"), std::string::npos);
  EXPECT_NE(svg.find("equal error at distance"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_EQ(svg.find("=\"-"), std::string::npos) << "something lies outside";
  const auto opened = std::count(svg.begin(), svg.end(), '<');
  EXPECT_EQ(opened, std::count(svg.begin(), svg.end(), '>'));
}

TEST(ReportSvg, DrawsAnEmptyReport) {
  const std::string svg = ToSvg(Report{});
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("<polyline"), std::string::npos);
}

}  // namespace
}  // namespace facegate::eval
