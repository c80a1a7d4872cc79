#include "registry/validation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/text.h"
#include "facegate/model/fields.h"
#include "registry/sensitive_labels.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;

constexpr std::size_t kDisplayNameBytesMax = 200;
constexpr std::size_t kNecessityStatementBytesMax = 4096;
constexpr std::size_t kNoticeTextBytesMax = std::size_t{64} * 1024;
constexpr std::size_t kLanguageTagBytesMax = 35;
constexpr std::size_t kLanguageSubtagBytesMax = 8;
constexpr std::size_t kAlternativesMax = 16;
constexpr int kRetentionDaysMax = 3650;
constexpr int kMinFacePxLeast = 40;
constexpr int kMinFacePxMost = 2000;
constexpr std::size_t kShortTextBytesMax = 500;
constexpr std::size_t kLongTextBytesMax = 4096;
constexpr std::size_t kPacksMax = 32;
constexpr std::size_t kRecordsMax = 1000;
constexpr std::size_t kSha256HexBytes = 64;
constexpr int kMlpsLevelMax = 5;
constexpr int kWaitSMax = 24 * 3600;
constexpr int kHeartbeatSMax = 7 * 24 * 3600;
constexpr int kOtherLawDaysMax = 36500;
constexpr int kDeadlineDaysMax = 366;

Status Invalid(const char* reason, const char* message) {
  return Status(Code::kInvalidArgument, reason, message);
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Status CheckDisplayName(const std::string& text) {
  if (text.size() > kDisplayNameBytesMax || !IsPlainText(text, LineBreaks::kRefused)) {
    return Invalid("BAD_DISPLAY_NAME",
                   "display_name must be at most 200 bytes of UTF-8 without control characters");
  }
  return Status::Ok();
}

template <class... Texts>
Status CheckLabels(const Texts&... texts) {
  if ((HasSensitiveLabel(texts) || ...)) {
    return Invalid("SENSITIVE_LABEL",
                   "facegate does not sort people by race, religion, health or the like: remove "
                   "such words from ids, names and statements");
  }
  return Status::Ok();
}

}  // namespace

bool IsPlainText(std::string_view text, LineBreaks line_breaks) {
  while (!text.empty()) {
    const std::optional<core::CodePoint> decoded = core::DecodeCodePoint(text);
    if (!decoded) return false;
    const char32_t c = decoded->value;
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool layout = c == '\n' || c == '\t';
    if (control && !(layout && line_breaks == LineBreaks::kAllowed)) return false;
    text.remove_prefix(decoded->bytes);
  }
  return true;
}

bool IsLanguageTag(std::string_view text) {
  if (text.size() > kLanguageTagBytesMax) return false;
  for (bool first = true;; first = false) {
    const std::size_t dash = text.find('-');
    const std::string_view subtag = text.substr(0, dash);
    if (subtag.size() < (first ? 2u : 1u) || subtag.size() > kLanguageSubtagBytesMax) return false;
    const auto allowed = [first](char c) { return IsLetter(c) || (!first && IsDigit(c)); };
    if (!std::all_of(subtag.begin(), subtag.end(), allowed)) return false;
    if (dash == std::string_view::npos) return true;
    text.remove_prefix(dash + 1);
  }
}

namespace {

// ---- What every kind has ----

bool IsSha256(std::string_view text) {
  const auto hex = [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); };
  return text.size() == kSha256HexBytes && std::all_of(text.begin(), text.end(), hex);
}

Status BadText(std::string_view field) {
  return Status(Code::kInvalidArgument, "BAD_TEXT",
                std::string(field) +
                    " must be plain UTF-8 text: at most 500 bytes on one line, "
                    "4096 for a coverage or insufficiency; not empty if required");
}

// Checks the ids and texts of any kind. CheckOwn has what it says nothing about.
class TextCheck {
 public:
  template <class Id>
  void Key(std::string_view, const Id& id) {
    if (id.empty()) Fail(Invalid("BAD_ID", "every id of the resource must be set"));
    last_id_ = id.str();
  }
  template <class T>
  void Must(std::string_view name, const T& value) {
    Take(name, value, /*required=*/true);
  }
  template <class T>
  void May(std::string_view name, const T& value) {
    Take(name, value, /*required=*/false);
  }
  template <class T>
  void Out(std::string_view, const T&) {}
  template <class Id, class Prefix>
  void Link(std::string_view, const Id&, const Prefix&) {}

  void CheckIdLabel() { Fail(CheckLabels(last_id_)); }
  const Status& status() const { return status_; }

 private:
  void Fail(const Status& status) {
    if (status_.ok()) status_ = status;
  }

  void Take(std::string_view name, const std::string& text, bool required) {
    constexpr auto kOwn = std::to_array<std::string_view>(
        {"display_name", "country", "region", "city", "necessity_statement", "language", "text"});
    if (Among(kOwn, name)) return;
    if (name.ends_with("_sha256")) {
      const bool fits = IsSha256(text) || (text.empty() && !required);
      if (!fits) Fail(Invalid("BAD_SHA256", "a hash is 64 lower-case hexadecimal digits"));
      return;
    }
    const bool is_long = name == "coverage" || name == "insufficiency";
    const bool fits = text.size() <= (is_long ? kLongTextBytesMax : kShortTextBytesMax) &&
                      IsPlainText(text, is_long ? LineBreaks::kAllowed : LineBreaks::kRefused) &&
                      !(required && text.empty());
    if (!fits) return Fail(BadText(name));
    // The name of a law or a body says nothing of a person ("Public Health Act").
    constexpr auto kOfBodies =
        std::to_array<std::string_view>({"legal_ref", "authority", "reference", "recipient"});
    if (!Among(kOfBodies, name)) Fail(CheckLabels(text));
  }
  template <class T>
  void Take(std::string_view name, const std::optional<T>& value, bool required) {
    if (value) Take(name, *value, required);
  }
  template <class T>
  void Take(std::string_view name, const std::vector<T>& values, bool) {
    if constexpr (std::is_same_v<T, std::string>) return;  // ids and names: CheckOwn
    for (const T& value : values) Take(name, value, /*required=*/true);
  }
  template <class T>
  void Take(std::string_view, const std::set<T>&, bool) {}
  template <class T>
  void Take(std::string_view, const T& value, bool) {
    constexpr bool kPlain = std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                            std::is_same_v<T, model::Date> || std::is_same_v<T, core::Timestamp>;
    if constexpr (!kPlain) model::Fields<T>::Visit(*this, value);
  }

  template <std::size_t N>
  static bool Among(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  Status status_;
  std::string last_id_;
};

Status CheckRange(std::string_view field, std::optional<int> value, int min, int max) {
  if (!value || (*value >= min && *value <= max)) return Status::Ok();
  return Status(
      Code::kInvalidArgument, "BAD_NUMBER",
      std::string(field) + " must lie in " + std::to_string(min) + ".." + std::to_string(max));
}

// That the dates which are set come one after the other.
template <class T>
Status CheckOrder(std::string_view what, std::initializer_list<std::optional<T>> times) {
  std::optional<T> last;
  for (const std::optional<T>& time : times) {
    if (time && last && *time < *last) {
      return Status(Code::kInvalidArgument, "BAD_ORDER", std::string(what));
    }
    if (time) last = time;
  }
  return Status::Ok();
}

// ---- What differs between kinds ----

Status CheckOwn(const model::Operator& v) {
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  return CheckRange("mlps_level", v.mlps_level, 1, kMlpsLevelMax);
}

// A place's name says nothing of a person ("Race Street"): no check for sensitive labels.
Status CheckOwn(const model::Site& v) {
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  if (v.country.size() != 2 || !IsUpper(v.country[0]) || !IsUpper(v.country[1])) {
    return Invalid("BAD_COUNTRY", "country must be two capital letters (ISO 3166-1 alpha-2)");
  }
  if (!CheckDisplayName(v.region).ok() || !CheckDisplayName(v.city).ok()) {
    return Invalid("BAD_PLACE",
                   "region and city must be at most 200 bytes of UTF-8 without control characters");
  }
  if (v.packs.size() > kPacksMax ||
      !std::all_of(v.packs.begin(), v.packs.end(), model::IsValidId)) {
    return Invalid("BAD_PACKS", "packs are at most 32 ids of rule packs");
  }
  return CheckOrder<model::Date>("a site starts, then ends", {v.started_on, v.ended_on});
}

Status CheckOwn(const model::AccessPoint& v) {
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  FG_RETURN_IF_ERROR(CheckLabels(v.id.str(), v.display_name));
  if (v.alternatives.size() > kAlternativesMax) {
    return Invalid("BAD_ALTERNATIVES", "an access point has at most 16 alternatives");
  }
  for (const model::Alternative& alternative : v.alternatives) {
    FG_RETURN_IF_ERROR(CheckDisplayName(alternative.display_name));
    FG_RETURN_IF_ERROR(CheckLabels(alternative.display_name));
    FG_RETURN_IF_ERROR(CheckRange("wait_s", alternative.wait_s, 0, kWaitSMax));
  }
  FG_RETURN_IF_ERROR(CheckRange("face_wait_s", v.face_wait_s, 0, kWaitSMax));
  return CheckRange("heartbeat_s_max", v.heartbeat_s_max, 0, kHeartbeatSMax);
}

Status CheckOwn(const model::Camera& v) {
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  FG_RETURN_IF_ERROR(CheckLabels(v.id.str(), v.display_name));
  FG_RETURN_IF_ERROR(model::CheckRegion(v.region_of_interest));
  if (v.min_face_px < kMinFacePxLeast || v.min_face_px > kMinFacePxMost) {
    return Invalid("BAD_MIN_FACE_PX", "min_face_px must lie in 40..2000");
  }
  if (v.access_point.empty() && v.use != model::CameraUse::kEnrollmentDesk) {
    return Invalid("ACCESS_POINT_MISSING",
                   "a door or marked lane belongs to an access point; only a desk needs none");
  }
  return Status::Ok();
}

Status CheckOwn(const model::Purpose& v) {
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  if (v.necessity_statement.size() > kNecessityStatementBytesMax ||
      !IsPlainText(v.necessity_statement, LineBreaks::kAllowed)) {
    return Invalid("BAD_NECESSITY_STATEMENT",
                   "necessity_statement must be at most 4096 bytes of plain UTF-8 text");
  }
  FG_RETURN_IF_ERROR(CheckLabels(v.id.str(), v.display_name, v.necessity_statement));
  if (v.retention_days < 1 || v.retention_days > kRetentionDaysMax) {
    return Invalid("BAD_RETENTION_DAYS", "retention_days must lie in 1..3650");
  }
  if (v.considered_alternatives.size() > kAlternativesMax) {
    return Invalid("BAD_ALTERNATIVES", "a purpose considers at most 16 alternatives");
  }
  FG_RETURN_IF_ERROR(CheckRange("other_law_days", v.other_law_days, 0, kOtherLawDaysMax));
  const bool keeps_image =
      v.image_retention.value_or(model::ImageRetention::kNone) != model::ImageRetention::kNone;
  if (keeps_image != v.image_retention_days.has_value() ||
      (keeps_image &&
       (*v.image_retention_days < 1 || *v.image_retention_days > v.retention_days))) {
    return Invalid("BAD_IMAGE_RETENTION_DAYS",
                   "image_retention_days go with an image_retention, from 1 to retention_days");
  }
  return Status::Ok();
}

// A notice may well speak of health or religion ("we never infer ..."): no check for labels.
Status CheckOwn(const model::Notice& v) {
  if (!IsLanguageTag(v.language)) {
    return Invalid("BAD_LANGUAGE", "language must be a BCP 47 tag such as zh-Hans or en");
  }
  if (v.text.empty() || v.text.size() > kNoticeTextBytesMax ||
      !IsPlainText(v.text, LineBreaks::kAllowed)) {
    return Invalid("BAD_NOTICE_TEXT", "text must be 1 byte to 64 KiB of plain UTF-8 text");
  }
  return Status::Ok();
}

Status CheckOwn(const model::Signage&) { return Status::Ok(); }

Status CheckOwn(const model::Assessment& v) {
  if (v.approved_on.has_value() == v.approved_by.empty()) {
    return Invalid("APPROVAL_INCOMPLETE", "approved_by and approved_on are set together");
  }
  if (!v.approved_on) return Status::Ok();
  const model::Date least = model::AddYears(*v.approved_on, model::kAssessmentYearsMin);
  if (!v.retained_until || *v.retained_until < least) {
    return Invalid("RETAINED_TOO_SHORT",
                   "an approved assessment is kept for three years: set retained_until");
  }
  return Status::Ok();
}

// A status has what it says on paper.
Status CheckOwn(const model::Filing& v) {
  using enum model::FilingStatus;
  const bool submitted = v.status != kNone && v.status != kDraft;
  const bool accepted = v.status == kAccepted || v.status == kChanged;
  const bool complete = (!submitted || v.submitted_on) && (!accepted || v.accepted_on) &&
                        (v.status != kChanged || v.change_submitted_on) &&
                        (v.status != kCancelled || v.cancel_submitted_on);
  if (!complete) {
    return Invalid("FILING_INCOMPLETE",
                   "SUBMITTED needs submitted_on, ACCEPTED accepted_on too, CHANGED "
                   "change_submitted_on, CANCELLED cancel_submitted_on");
  }
  return CheckOrder<model::Date>("a filing is submitted, then accepted",
                                 {v.submitted_on, v.accepted_on});
}

Status CheckOwn(const model::Exemption&) { return Status::Ok(); }
Status CheckOwn(const model::DeviceAssessment&) { return Status::Ok(); }

// Of complaints and rights requests alike.
template <class R>
Status CheckAnswer(const R& v) {
  FG_RETURN_IF_ERROR(CheckRange("deadline_days", v.deadline_days, 1, kDeadlineDaysMax));
  if (v.answered_on.has_value() != v.outcome.has_value()) {
    return Invalid("OUTCOME_INCOMPLETE", "answered_on and outcome are set together");
  }
  return CheckOrder<model::Date>("it is received, then answered", {v.received_on, v.answered_on});
}

Status CheckOwn(const model::Complaint& v) { return CheckAnswer(v); }
Status CheckOwn(const model::RightsRequest& v) { return CheckAnswer(v); }

Status CheckOwn(const model::Incident& v) {
  for (const auto& after : {v.authority_notified_at, v.subjects_notified_at, v.closed_at}) {
    FG_RETURN_IF_ERROR(CheckOrder<core::Timestamp>(
        "an incident is detected before anything is done about it", {v.detected_at, after}));
  }
  return Status::Ok();
}

Status CheckOwn(const model::Disclosure& v) {
  const std::string prefix = model::OperatorName(v.op) + "/records/";
  const auto is_record = [&prefix](const std::string& name) {
    return name.size() > prefix.size() && name.size() < prefix.size() + 19 &&
           name.starts_with(prefix) &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                       IsDigit);
  };
  const bool fits =
      v.records.size() <= kRecordsMax && std::all_of(v.records.begin(), v.records.end(), is_record);
  if (!fits) {
    return Invalid("BAD_RECORDS", "records are at most 1000 names of records of this operator");
  }
  return Status::Ok();
}

Status CheckOwn(const model::ThresholdReview&) { return Status::Ok(); }

// Ids of these were taken before labels were looked for in them.
template <class R>
constexpr bool kTakesAnyId = std::is_same_v<R, model::Operator> || std::is_same_v<R, model::Site> ||
                             std::is_same_v<R, model::Notice>;

}  // namespace

template <class R>
Status Validate(const R& resource) {
  TextCheck texts;
  model::Kind<R>::Keys(texts, resource);
  FG_RETURN_IF_ERROR(texts.status());
  FG_RETURN_IF_ERROR(CheckOwn(resource));
  if constexpr (!kTakesAnyId<R>) texts.CheckIdLabel();
  model::Fields<R>::Visit(texts, resource);
  return texts.status();
}

#define FG_INSTANTIATE(R) template Status Validate<model::R>(const model::R&);
FG_EACH_KIND(FG_INSTANTIATE)
#undef FG_INSTANTIATE

}  // namespace facegate::registry
