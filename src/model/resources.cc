#include "facegate/model/resources.h"

#include <cmath>

namespace facegate::model {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

Status BadResource(std::string_view field) {
  return Status(Code::kDataLoss, "BAD_RESOURCE",
                "a stored resource is malformed at " + std::string(field));
}

// Reads the members of one stored body; remembers the first that is missing or malformed.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <class T>
  void Id(std::string_view name, T& out, bool may_be_empty = false) {
    const Json* member = Member(name, &Json::is_string);
    if (member == nullptr || (may_be_empty && member->AsString().empty())) return;
    auto id = T::Parse(member->AsString());
    if (!id.ok()) return Fail(name);
    out = *id;
  }
  void Text(std::string_view name, std::string& out) {
    if (const Json* member = Member(name, &Json::is_string)) out = member->AsString();
  }
  void Bool(std::string_view name, bool& out) {
    if (const Json* member = Member(name, &Json::is_bool)) out = member->AsBool();
  }
  void Int(std::string_view name, int& out) {
    if (const Json* member = Member(name, &Json::is_int)) out = static_cast<int>(member->AsInt());
  }
  void Number(std::string_view name, double& out) {
    if (const Json* member = Member(name, &Json::is_number)) out = member->AsNumber();
  }
  template <class E>
  void Enum(std::string_view name, E& out) {
    const Json* member = Member(name, &Json::is_string);
    if (member == nullptr) return;
    const auto value = FromWord<E>(member->AsString());
    if (!value) return Fail(name);
    out = *value;
  }
  const Json* Member(std::string_view name, bool (Json::*is)() const) {
    const Json* member = json_.Find(name);
    if (member != nullptr && (member->*is)()) return member;
    Fail(name);
    return nullptr;
  }
  void Fail(std::string_view name) {
    if (status_.ok()) status_ = BadResource(name);
  }
  void Absorb(const Status& status) {
    if (status_.ok()) status_ = status;
  }
  const Status& status() const { return status_; }

 private:
  const Json& json_;
  Status status_;
};

template <class R>
Result<R> Finish(const Reader& reader, R value) {
  if (!reader.status().ok()) return reader.status();
  return value;
}

Json RegionToJson(const Region& region) {
  Json json = Json::MakeObject();
  json.Set("x0", region.x0).Set("y0", region.y0).Set("x1", region.x1).Set("y1", region.y1);
  return json;
}

}  // namespace

Status CheckRegion(const Region& r) {
  const bool finite =
      std::isfinite(r.x0) && std::isfinite(r.y0) && std::isfinite(r.x1) && std::isfinite(r.y1);
  if (!finite || r.x0 < 0 || r.y0 < 0 || r.x1 > 1 || r.y1 > 1 || r.x0 >= r.x1 || r.y0 >= r.y1) {
    return Status(Code::kInvalidArgument, "BAD_REGION",
                  "a region needs 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1");
  }
  return Status::Ok();
}

Json ToJson(const Operator& v) {
  Json json = Json::MakeObject();
  json.Set("operator", v.id.str()).Set("display_name", v.display_name);
  return json;
}

Json ToJson(const Site& v) {
  Json json = Json::MakeObject();
  json.Set("operator", v.op.str())
      .Set("site", v.id.str())
      .Set("display_name", v.display_name)
      .Set("venue_kind", Word(v.venue_kind))
      .Set("country", v.country)
      .Set("region", v.region)
      .Set("city", v.city)
      .Set("public_place", v.public_place);
  return json;
}

Json ToJson(const AccessPoint& v) {
  Json alternatives = Json::MakeArray();
  for (const Alternative& a : v.alternatives) {
    Json json = Json::MakeObject();
    json.Set("kind", Word(a.kind))
        .Set("display_name", a.display_name)
        .Set("operational", a.operational);
    alternatives.Push(std::move(json));
  }
  Json json = Json::MakeObject();
  json.Set("operator", v.op.str())
      .Set("site", v.site.str())
      .Set("access_point", v.id.str())
      .Set("display_name", v.display_name)
      .Set("alternatives", std::move(alternatives));
  return json;
}

Json ToJson(const Camera& v) {
  Json json = Json::MakeObject();
  json.Set("operator", v.op.str())
      .Set("site", v.site.str())
      .Set("camera", v.id.str())
      .Set("display_name", v.display_name)
      .Set("use", Word(v.use))
      .Set("access_point", v.access_point.str())
      .Set("region_of_interest", RegionToJson(v.region_of_interest))
      .Set("min_face_px", v.min_face_px);
  return json;
}

Json ToJson(const Purpose& v) {
  Json json = Json::MakeObject();
  json.Set("operator", v.op.str())
      .Set("purpose", v.id.str())
      .Set("version", v.version)
      .Set("display_name", v.display_name)
      .Set("category", Word(v.category))
      .Set("retention_days", v.retention_days)
      .Set("necessity_statement", v.necessity_statement)
      .Set("alternatives_assessed", v.alternatives_assessed);
  return json;
}

Json ToJson(const Notice& v) {
  Json json = Json::MakeObject();
  json.Set("operator", v.op.str())
      .Set("purpose", v.purpose.str())
      .Set("notice", v.id.str())
      .Set("purpose_version", v.purpose_version)
      .Set("language", v.language)
      .Set("text", v.text)
      .Set("text_sha256", v.text_sha256);
  return json;
}

template <>
Result<Operator> FromJson<Operator>(const Json& json) {
  Reader reader(json);
  Operator v;
  reader.Id("operator", v.id);
  reader.Text("display_name", v.display_name);
  return Finish(reader, std::move(v));
}

template <>
Result<Site> FromJson<Site>(const Json& json) {
  Reader reader(json);
  Site v;
  reader.Id("operator", v.op);
  reader.Id("site", v.id);
  reader.Text("display_name", v.display_name);
  reader.Enum("venue_kind", v.venue_kind);
  reader.Text("country", v.country);
  reader.Text("region", v.region);
  reader.Text("city", v.city);
  reader.Bool("public_place", v.public_place);
  return Finish(reader, std::move(v));
}

template <>
Result<AccessPoint> FromJson<AccessPoint>(const Json& json) {
  Reader reader(json);
  AccessPoint v;
  reader.Id("operator", v.op);
  reader.Id("site", v.site);
  reader.Id("access_point", v.id);
  reader.Text("display_name", v.display_name);
  if (const Json* list = reader.Member("alternatives", &Json::is_array)) {
    for (const Json& element : list->AsArray()) {
      Reader inner(element);
      Alternative a;
      inner.Enum("kind", a.kind);
      inner.Text("display_name", a.display_name);
      inner.Bool("operational", a.operational);
      reader.Absorb(inner.status());
      v.alternatives.push_back(std::move(a));
    }
  }
  return Finish(reader, std::move(v));
}

template <>
Result<Camera> FromJson<Camera>(const Json& json) {
  Reader reader(json);
  Camera v;
  reader.Id("operator", v.op);
  reader.Id("site", v.site);
  reader.Id("camera", v.id);
  reader.Text("display_name", v.display_name);
  reader.Enum("use", v.use);
  reader.Id("access_point", v.access_point, /*may_be_empty=*/true);
  if (const Json* region = reader.Member("region_of_interest", &Json::is_object)) {
    Reader inner(*region);
    inner.Number("x0", v.region_of_interest.x0);
    inner.Number("y0", v.region_of_interest.y0);
    inner.Number("x1", v.region_of_interest.x1);
    inner.Number("y1", v.region_of_interest.y1);
    reader.Absorb(inner.status());
    if (!CheckRegion(v.region_of_interest).ok()) reader.Fail("region_of_interest");
  }
  reader.Int("min_face_px", v.min_face_px);
  return Finish(reader, std::move(v));
}

template <>
Result<Purpose> FromJson<Purpose>(const Json& json) {
  Reader reader(json);
  Purpose v;
  reader.Id("operator", v.op);
  reader.Id("purpose", v.id);
  reader.Int("version", v.version);
  reader.Text("display_name", v.display_name);
  reader.Enum("category", v.category);
  reader.Int("retention_days", v.retention_days);
  reader.Text("necessity_statement", v.necessity_statement);
  reader.Bool("alternatives_assessed", v.alternatives_assessed);
  return Finish(reader, std::move(v));
}

template <>
Result<Notice> FromJson<Notice>(const Json& json) {
  Reader reader(json);
  Notice v;
  reader.Id("operator", v.op);
  reader.Id("purpose", v.purpose);
  reader.Id("notice", v.id);
  reader.Int("purpose_version", v.purpose_version);
  reader.Text("language", v.language);
  reader.Text("text", v.text);
  reader.Text("text_sha256", v.text_sha256);
  return Finish(reader, std::move(v));
}

std::string NameOf(const Operator& v) { return OperatorName(v.id); }
std::string NameOf(const Site& v) { return SiteName(v.op, v.id); }
std::string NameOf(const AccessPoint& v) { return AccessPointName(v.op, v.site, v.id); }
std::string NameOf(const Camera& v) { return CameraName(v.op, v.site, v.id); }
std::string NameOf(const Purpose& v) { return PurposeName(v.op, v.id); }
std::string NameOf(const Notice& v) { return NoticeName(v.op, v.purpose, v.id); }

}  // namespace facegate::model
