#include "registry/validation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

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

Status Invalid(const char* reason, const char* message) {
  return Status(Code::kInvalidArgument, reason, message);
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <class... Ids>
Status CheckIds(const Ids&... ids) {
  if ((ids.empty() || ...)) return Invalid("BAD_ID", "every id of the resource must be set");
  return Status::Ok();
}

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

// One code point and its length, or length 0 where the bytes are no UTF-8.
struct Decoded {
  std::uint32_t point = 0;
  std::size_t length = 0;
};

Decoded DecodeUtf8(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t point = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0u) != 0x80u) return {};
    point = (point << 6) | (at(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF) return {};
  return {point, length};
}

}  // namespace

bool IsPlainText(std::string_view text, LineBreaks line_breaks) {
  while (!text.empty()) {
    const Decoded decoded = DecodeUtf8(text);
    if (decoded.length == 0) return false;
    const std::uint32_t c = decoded.point;
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool layout = c == '\n' || c == '\t';
    if (control && !(layout && line_breaks == LineBreaks::kAllowed)) return false;
    text.remove_prefix(decoded.length);
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

Status Validate(const model::Operator& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.id));
  return CheckDisplayName(v.display_name);
}

// A place's name says nothing of a person ("Race Street"): no check for sensitive labels.
Status Validate(const model::Site& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.op, v.id));
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  if (v.country.size() != 2 || !IsUpper(v.country[0]) || !IsUpper(v.country[1])) {
    return Invalid("BAD_COUNTRY", "country must be two capital letters (ISO 3166-1 alpha-2)");
  }
  if (!CheckDisplayName(v.region).ok() || !CheckDisplayName(v.city).ok()) {
    return Invalid("BAD_PLACE",
                   "region and city must be at most 200 bytes of UTF-8 without control characters");
  }
  return Status::Ok();
}

Status Validate(const model::AccessPoint& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.op, v.site, v.id));
  FG_RETURN_IF_ERROR(CheckDisplayName(v.display_name));
  FG_RETURN_IF_ERROR(CheckLabels(v.id.str(), v.display_name));
  if (v.alternatives.size() > kAlternativesMax) {
    return Invalid("BAD_ALTERNATIVES", "an access point has at most 16 alternatives");
  }
  for (const model::Alternative& alternative : v.alternatives) {
    FG_RETURN_IF_ERROR(CheckDisplayName(alternative.display_name));
    FG_RETURN_IF_ERROR(CheckLabels(alternative.display_name));
  }
  return Status::Ok();
}

Status Validate(const model::Camera& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.op, v.site, v.id));
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

Status Validate(const model::Purpose& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.op, v.id));
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
  return Status::Ok();
}

// A notice may well speak of health or religion ("we never infer ..."): no check for labels.
Status Validate(const model::Notice& v) {
  FG_RETURN_IF_ERROR(CheckIds(v.op, v.purpose, v.id));
  if (!IsLanguageTag(v.language)) {
    return Invalid("BAD_LANGUAGE", "language must be a BCP 47 tag such as zh-Hans or en");
  }
  if (v.text.empty() || v.text.size() > kNoticeTextBytesMax ||
      !IsPlainText(v.text, LineBreaks::kAllowed)) {
    return Invalid("BAD_NOTICE_TEXT", "text must be 1 byte to 64 KiB of plain UTF-8 text");
  }
  return Status::Ok();
}

}  // namespace facegate::registry
