#include "apps/cli/registry_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>
#include <type_traits>

#include "facegate/model/enums.h"

namespace facegate::apps {
namespace {

// How a kind is shown in examples, and the flags that have a name or a form of their own.
struct Shown {
  std::string example;
  std::string flags;
  std::vector<Field> fields = {};
};

const Shown& ShownOf(const std::string& noun) {
  static const std::map<std::string, Shown> shown = {
      {"Operator", {"operators/acme", "--display-name 'Acme AG' --kind PRIVATE"}},
      {"Site",
       {"operators/acme/sites/lobby",
        "--display-name 'Office lobby' --venue OFFICE --country CH",
        {{"--venue", "venue_kind", FieldKind::kWord, "What kind of place", "VENUE_KIND_"}}}},
      {"AccessPoint",
       {"operators/acme/sites/lobby/accessPoints/main",
        "--alternative 'CARD:badge reader'",
        {{"--alternative", "alternatives", FieldKind::kAlternatives,
          "Another way through, KIND:name; repeatable; KIND:name:down is out of order"}}}},
      {"Camera",
       {"operators/acme/sites/lobby/cameras/door",
        "--use DOOR --access-point operators/acme/sites/lobby/accessPoints/main "
        "--region 0.33,0,0.67,1",
        {{"--region", "region_of_interest", FieldKind::kRegion, "x0,y0,x1,y1 as fractions"}}}},
      {"Purpose",
       {"operators/acme/purposes/building_access",
        "--category ACCESS_CONTROL --necessity 'hands-free entry' --retention-days 30",
        {{"--necessity", "necessity_statement", FieldKind::kText, "Why a face is needed"},
         {"--considered-alternative", "considered_alternatives", FieldKind::kReasons,
          "A way that was weighed, KIND:why it is not enough; repeatable"}}}},
      {"Notice",
       {"operators/acme/purposes/building_access/notices/en",
        "--language en --text-file notice.txt",
        {{"--text", "text", FieldKind::kText, "The text as shown"},
         {"--text-file", "text", FieldKind::kFile, "A file that holds the text as shown"}}}},
      {"Signage",
       {"operators/acme/sites/lobby/signage/spring",
        "--photo-sha256 HASH --attested-by 'facility desk' --verify-time 2026-03-02T08:00:00Z "
        "--present"}},
      {"Assessment",
       {"operators/acme/purposes/building_access/assessments/v1",
        "--purpose-version 1 --sections PURPOSE_NECESSITY --approved-by 'privacy board' "
        "--approved-on 2026-03-01 --retained-until 2029-03-01"}},
      {"Filing",
       {"operators/acme/filings/first", "--authority 'Cyberspace office' --status DRAFT"}},
      {"Exemption",
       {"operators/acme/exemptions/search",
        "--kind CRIME_VICTIM_OR_MISSING_PERSON_SEARCH --legal-ref 'Act 1, s. 2' "
        "--expire-time 2026-06-01T00:00:00Z"}},
      {"DeviceAssessment",
       {"operators/acme/sites/lobby/cameras/door/deviceAssessments/y2026",
        "--assessed-on 2026-02-01 --assessed-by 'test laboratory' --certified"}},
      {"Complaint", {"operators/acme/complaints/c1", "--kind PRESSURE --received-on 2026-03-01"}},
      {"RightsRequest",
       {"operators/acme/rightsRequests/r1", "--kind DELETION --received-on 2026-03-01"}},
      {"Incident",
       {"operators/acme/incidents/i1", "--kind LEAK --detect-time 2026-03-02T08:00:00Z --drill"}},
      {"Disclosure",
       {"operators/acme/disclosures/d1",
        "--recipient 'City police' --basis WARRANT --disclosed-on 2026-03-01"}},
      {"ThresholdReview",
       {"operators/acme/thresholdReviews/q1",
        "--reviewed-on 2026-03-01 --model-id dlib-v1 --decision KEPT"}},
  };
  return shown.at(noun);
}

std::string Dashed(std::string_view name) {
  std::string flag(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

template <class E>
std::string WordHelp(const char* what) {
  std::string help(what);
  for (const std::string_view word : model::WordsOf<E>()) help.append(" ").append(word);
  return help;
}

// Makes a flag of every member that has none of its own.
class FlagMaker {
 public:
  explicit FlagMaker(std::vector<Field> own) : fields_(std::move(own)) {}

  template <class T>
  void Must(std::string_view name, const T&) {
    Add<T>(name);
  }
  template <class T>
  void May(std::string_view name, const T&) {
    Add<T>(name);
  }
  template <class T>
  void Out(std::string_view, const T&) {}
  template <class Id, class Prefix>
  void Link(std::string_view name, const Id&, const Prefix&) {
    Make(name, FieldKind::kLink, "The name of its " + Dashed(name));
  }
  std::vector<Field> fields() && { return std::move(fields_); }

 private:
  void Make(std::string_view name, FieldKind kind, std::string help, std::string prefix = {}) {
    const auto same = [name](const Field& field) { return field.name == name; };
    if (std::any_of(fields_.begin(), fields_.end(), same)) return;
    fields_.push_back({"--" + Dashed(name), std::string(name), kind, std::move(help), prefix});
  }

  template <class T>
  struct Unwrap {
    using type = T;
  };
  template <class T>
  struct Unwrap<std::optional<T>> {
    using type = T;
  };
  template <class T>
  struct Unwrap<std::set<T>> {
    using type = T;
  };
  template <class T>
  struct Unwrap<std::vector<T>> {
    using type = T;
  };

  template <class T>
  void Add(std::string_view name) {
    using Inner = typename Unwrap<T>::type;
    if constexpr (std::is_enum_v<Inner>) {
      const bool many = std::is_same_v<T, std::set<Inner>>;
      Make(name, many ? FieldKind::kWords : FieldKind::kWord,
           WordHelp<Inner>(many ? "Repeatable, of" : "One of"),
           std::string(model::TypeWord<Inner>()) + "_");
    } else if constexpr (std::is_same_v<Inner, bool>) {
      Make(name, FieldKind::kYes, "True, or =false");
    } else if constexpr (std::is_same_v<Inner, int>) {
      Make(name, FieldKind::kNumber, "A whole number");
    } else if constexpr (std::is_same_v<Inner, model::Date>) {
      Make(name, FieldKind::kText, "A day, such as 2026-11-23");
    } else if constexpr (std::is_same_v<Inner, core::Timestamp>) {
      Make(name, FieldKind::kText, "A time, such as 2026-11-23T08:30:00Z");
    } else if constexpr (std::is_same_v<Inner, model::Attestation>) {
      Make(name, FieldKind::kAttestation, "Attested: DAY[,BY[,DOCUMENT]]; empty for none");
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      Make(name, FieldKind::kWords, "Repeatable");
    } else {
      Make(name, FieldKind::kText, "Text");
    }
  }

  std::vector<Field> fields_;
};

template <class... R>
void AddKinds(std::vector<ResourceKind>& kinds, const std::string& service,
              const std::tuple<R...>& all) {
  const auto add = [&]<class Each>(const Each& resource) {
    ResourceKind kind;
    kind.spelling = model::SpellingOf(model::Kind<Each>::kName);
    kind.command = Dashed(kind.spelling.member);
    kind.service = service;
    const Shown& shown = ShownOf(kind.spelling.noun);
    kind.example = shown.example;
    kind.flags = shown.flags;
    FlagMaker maker(shown.fields);
    model::Fields<Each>::Visit(maker, resource);
    kind.fields = std::move(maker).fields();
    kinds.push_back(std::move(kind));
  };
  std::apply([&](const auto&... each) { (add(each), ...); }, all);
}

std::vector<std::string> Split(const std::string& text, char at, std::size_t parts_max) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (parts.size() + 1 < parts_max) {
    const std::size_t end = text.find(at, from);
    if (end == std::string::npos) break;
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::optional<double> ReadNumber(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double value = 0;
  if (!(in >> value) || !in.eof()) return std::nullopt;
  return value;
}

core::Result<core::Json> ReadAlternatives(const std::string& flag,
                                          const std::vector<std::string>& texts) {
  core::Json list = core::Json::MakeArray();
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = Split(text, ':', 3);
    if (parts.size() < 2 || (parts.size() == 3 && parts[2] != "down")) {
      return BadFlag(flag, "is KIND:name or KIND:name:down");
    }
    core::Json item = core::Json::MakeObject();
    item.Set("kind", "ALTERNATIVE_KIND_" + parts[0]).Set("display_name", parts[1]);
    item.Set("operational", parts.size() == 2);
    list.Push(std::move(item));
  }
  return list;
}

core::Result<core::Json> ReadReasons(const std::string& flag,
                                     const std::vector<std::string>& texts) {
  core::Json list = core::Json::MakeArray();
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = Split(text, ':', 2);
    if (parts.size() != 2) return BadFlag(flag, "is KIND:why it is not enough");
    core::Json item = core::Json::MakeObject();
    item.Set("kind", "ALTERNATIVE_KIND_" + parts[0]).Set("insufficiency", parts[1]);
    list.Push(std::move(item));
  }
  return list;
}

core::Json ReadAttestation(const std::string& text) {
  if (text.empty()) return core::Json();
  constexpr const char* kNames[] = {"on", "by", "ref"};
  const std::vector<std::string> parts = Split(text, ',', 3);
  core::Json attestation = core::Json::MakeObject();
  for (std::size_t i = 0; i < parts.size(); ++i) attestation.Set(kNames[i], parts[i]);
  return attestation;
}

}  // namespace

std::optional<core::Json> RegionIn(const std::string& text) {
  const std::vector<std::string> parts = Split(text, ',', 5);
  if (parts.size() != 4) return std::nullopt;
  core::Json region = core::Json::MakeObject();
  constexpr const char* kNames[] = {"x0", "y0", "x1", "y1"};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::optional<double> value = ReadNumber(parts[i]);
    if (!value) return std::nullopt;
    region.Set(kNames[i], *value);
  }
  return region;
}

core::Status BadFlag(const std::string& flag, const std::string& what) {
  return core::Status(core::Code::kInvalidArgument, "BAD_FLAG", flag + " " + what);
}

std::vector<ResourceKind> ResourceKinds() {
  std::vector<ResourceKind> kinds;
  AddKinds(kinds, "RegistryService", model::RegistryKinds{});
  AddKinds(kinds, "DutyService", model::DutyKinds{});
  return kinds;
}

core::Result<core::Json> ReadField(const Session& session, const Field& field,
                                   const std::vector<std::string>& values) {
  switch (field.kind) {
    case FieldKind::kText:
      return core::Json(values.back());
    case FieldKind::kLink:
      return core::Json(values.back().empty() ? "" : session.FullName(values.back()));
    case FieldKind::kNumber: {
      const std::optional<double> value = ReadNumber(values.back());
      const bool is_whole = value && std::floor(*value) == *value &&
                            std::abs(*value) <= std::numeric_limits<std::int32_t>::max();
      if (!is_whole) return BadFlag(field.flag, "is a whole number");
      return core::Json(static_cast<std::int64_t>(*value));
    }
    case FieldKind::kYes:
      return core::Json(values.back() != "false");
    case FieldKind::kWord:
      return core::Json(field.word_prefix + values.back());
    case FieldKind::kWords: {
      core::Json list = core::Json::MakeArray();
      for (const std::string& value : values) {
        if (!value.empty()) list.Push(core::Json(field.word_prefix + value));
      }
      return list;
    }
    case FieldKind::kRegion:
      if (auto region = RegionIn(values.back())) return *std::move(region);
      return BadFlag(field.flag, std::string("is ").append(kRegionForm));
    case FieldKind::kAlternatives:
      return ReadAlternatives(field.flag, values);
    case FieldKind::kReasons:
      return ReadReasons(field.flag, values);
    case FieldKind::kAttestation:
      return ReadAttestation(values.back());
    case FieldKind::kFile: {
      FG_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(values.back()));
      return core::Json(std::move(text));
    }
  }
  FG_CHECK(false);
}

}  // namespace facegate::apps
