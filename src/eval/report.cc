// The forms of a report: JSON for programs, a table for people.
#include <algorithm>
#include <cstdio>
#include <string>

#include "eval/text.h"
#include "facegate/eval/eval.h"

namespace facegate::eval {
namespace {

core::Json RateJson(const Rate& rate) {
  core::Json json = core::Json::MakeObject();
  json.Set("errors", static_cast<std::int64_t>(rate.errors));
  json.Set("trials", static_cast<std::int64_t>(rate.trials));
  // A rate of nothing is unknown, not zero.
  json.Set("rate", rate.trials == 0 ? core::Json() : core::Json(rate.rate()));
  json.Set("lower_95", rate.interval.lower);
  json.Set("upper_95", rate.interval.upper);
  return json;
}

core::Json PointJson(const Point& point) {
  core::Json json = core::Json::MakeObject();
  json.Set("distance", point.distance);
  json.Set("fmr", RateJson(point.false_match));
  json.Set("fnmr", RateJson(point.false_non_match));
  return json;
}

core::Json GroupJson(const GroupRates& group) {
  core::Json json = core::Json::MakeObject();
  json.Set("attribute", group.attribute);
  json.Set("group", group.group);
  json.Set("fmr", RateJson(group.false_match));
  json.Set("fnmr", RateJson(group.false_non_match));
  json.Set("failure_to_enrol", RateJson(group.failure_to_enrol));
  return json;
}

core::Json EqualErrorJson(const std::optional<Point>& point) {
  if (!point) return core::Json();
  core::Json json = PointJson(*point);
  json.Set("rate", MeanErrorRate(*point));
  return json;
}

std::string Percent(double rate) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.3g%%", 100 * rate);
  return buffer;
}

// "12/3280 = 0.366% [0.189%, 0.638%]"; where fewer than three errors were seen, the bound alone.
std::string RateText(const Rate& rate) {
  if (rate.trials == 0) return "no pairs";
  const std::string counts = Join({std::to_string(rate.errors), "/", std::to_string(rate.trials)});
  const std::string upper = Percent(rate.interval.upper);
  if (rate.errors < 3) return Join({counts, " <= ", upper});
  return Join(
      {counts, " = ", Percent(rate.rate()), " [", Percent(rate.interval.lower), ", ", upper, "]"});
}

std::string DistanceText(double distance) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.3f", distance);
  return buffer;
}

// Fills a column; two spaces at least to the next. Counts UTF-8 by code points.
std::string Cell(std::string text, std::size_t width) {
  const auto points = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
  text.append(points < width ? width - points : 0, ' ').append("  ");
  return text;
}

constexpr std::size_t kRateWidth = 34;

std::string GroupsText(const Report& report) {
  std::size_t width = 8;
  for (const GroupRates& group : report.groups) {
    width = std::max({width, group.group.size(), group.attribute.size()});
  }
  std::string out = Join({"\nby group, at distance ", DistanceText(report.operating.distance),
                          " (false matches between people of one group):\n"});
  std::string attribute;
  for (const GroupRates& group : report.groups) {
    if (group.attribute != attribute) {
      attribute = group.attribute;
      out += Join({"\n", Cell(attribute, width), Cell("false match", kRateWidth),
                   Cell("false non-match", kRateWidth), "failure to enrol\n"});
    }
    out += Join({Cell(group.group, width), Cell(RateText(group.false_match), kRateWidth),
                 Cell(RateText(group.false_non_match), kRateWidth),
                 RateText(group.failure_to_enrol), "\n"});
  }
  return out;
}

}  // namespace

core::Json ToJson(const Report& report) {
  core::Json json = core::Json::MakeObject();
  core::Json models = core::Json::MakeArray();
  for (const vision::ModelInfo& model : report.models) {
    core::Json entry = core::Json::MakeObject();
    entry.Set("id", model.id);
    entry.Set("sha256", model.sha256);
    models.Push(std::move(entry));
  }
  json.Set("models", std::move(models));
  json.Set("failure_to_enrol", RateJson(report.failure_to_enrol));
  core::Json failures = core::Json::MakeObject();
  for (const auto& [word, count] : report.failures) {
    failures.Set(word, static_cast<std::int64_t>(count));
  }
  json.Set("failures", std::move(failures));
  json.Set("pairs_skipped", static_cast<std::int64_t>(report.pairs_skipped));
  json.Set("genuine_pairs", static_cast<std::int64_t>(report.genuine_pairs));
  json.Set("impostor_pairs", static_cast<std::int64_t>(report.impostor_pairs));
  json.Set("eer", EqualErrorJson(report.equal_error));
  json.Set("operating_point", PointJson(report.operating));
  core::Json points = core::Json::MakeArray();
  for (const Point& point : report.points) points.Push(PointJson(point));
  json.Set("points", std::move(points));
  core::Json det = core::Json::MakeArray();
  for (const Point& point : report.tradeoff) {
    core::Json entry = core::Json::MakeObject();
    entry.Set("distance", point.distance);
    entry.Set("fmr", point.false_match.rate());
    entry.Set("fnmr", point.false_non_match.rate());
    det.Push(std::move(entry));
  }
  json.Set("det", std::move(det));
  core::Json groups = core::Json::MakeArray();
  for (const GroupRates& group : report.groups) groups.Push(GroupJson(group));
  json.Set("groups", std::move(groups));
  return json;
}

std::string ToText(const Report& report) {
  std::string out = Join({"pairs compared: ", std::to_string(report.genuine_pairs), " genuine, ",
                          std::to_string(report.impostor_pairs), " impostor\n",
                          "failure to enrol: ", RateText(report.failure_to_enrol), "\n"});
  for (const auto& [word, count] : report.failures) {
    out += Join({"  ", word, ": ", std::to_string(count), "\n"});
  }
  if (report.pairs_skipped > 0) {
    out += Join({"pairs skipped for it: ", std::to_string(report.pairs_skipped), "\n"});
  }
  if (report.equal_error) {
    const Point& point = *report.equal_error;
    out += Join({"equal error rate: ", Percent(MeanErrorRate(point)), " at distance ",
                 DistanceText(point.distance), " (false match ", RateText(point.false_match),
                 ", false non-match ", RateText(point.false_non_match), ")\n"});
  }
  out += Join({"\n", Cell("distance", 8), Cell("false match", kRateWidth), "false non-match\n"});
  for (const Point& point : report.points) {
    out +=
        Join({Cell(DistanceText(point.distance), 8), Cell(RateText(point.false_match), kRateWidth),
              RateText(point.false_non_match), "\n"});
  }
  if (!report.groups.empty()) out += GroupsText(report);
  return out +
         "\nBrackets and bounds are exact 95% intervals. From n pairs no rate below 3/n may be "
         "claimed.\n";
}

}  // namespace facegate::eval
