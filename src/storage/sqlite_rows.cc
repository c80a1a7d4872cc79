#include "storage/sqlite_rows.h"

#include <charconv>
#include <optional>
#include <utility>

#include "facegate/core/check.h"
#include "storage/sqlite_vault.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

// Reads the columns of a row one after the other and remembers if one made no sense.
class Columns {
 public:
  explicit Columns(Query& row) : row_(row) {}

  template <class IdType>
  IdType Id() {
    const std::string text = row_.Text(next_++);
    if (text.empty()) return IdType();
    Result<IdType> id = IdType::Parse(text);
    if (id.ok()) return *std::move(id);
    is_damaged_ = true;
    return IdType();
  }
  template <class E>
  E Word() {
    return WordOf<E>(row_.Text(next_++));
  }
  // Nothing for NULL.
  template <class E>
  std::optional<E> MaybeWord() {
    const std::string text = row_.Text(next_++);
    if (text.empty()) return std::nullopt;
    return WordOf<E>(text);
  }
  std::set<model::ConsentScope> Scopes() {
    std::set<model::ConsentScope> scopes;
    ForEachInList([&](std::string_view word) { scopes.insert(WordOf<model::ConsentScope>(word)); });
    return scopes;
  }
  std::set<model::SiteId> Sites() {
    std::set<model::SiteId> sites;
    ForEachInList([&](std::string_view id) {
      if (const Result<model::SiteId> site = model::SiteId::Parse(id); site.ok()) {
        sites.insert(*site);
      } else {
        is_damaged_ = true;
      }
    });
    return sites;
  }
  core::Bytes Slot() {
    Result<core::Bytes> value = OpenSlot(row_.Blob(next_++));
    if (value.ok()) return *std::move(value);
    is_damaged_ = true;
    return {};
  }
  // The text in a slot, whose number comes first; "" for NULL.
  std::string MaybeSlot() {
    if (!IsNull()) return std::string(core::AsText(Slot()));
    ++next_;
    return "";
  }
  // Numbers with commas between.
  std::vector<std::uint64_t> Numbers() {
    std::vector<std::uint64_t> numbers;
    const std::string text = row_.Text(next_++);
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
      std::uint64_t number = 0;
      const auto [rest, error] = std::from_chars(at, end, number);
      is_damaged_ = is_damaged_ || error != std::errc() || (rest != end && *rest != ',');
      if (is_damaged_) break;
      numbers.push_back(number);
      at = rest == end ? end : rest + 1;
    }
    return numbers;
  }
  std::string Text() { return row_.Text(next_++); }
  std::int64_t Int() { return row_.Int(next_++); }
  std::uint64_t Count() { return static_cast<std::uint64_t>(Int()); }
  core::Timestamp Time() { return {Int()}; }
  // Nothing for NULL.
  std::optional<core::Timestamp> MaybeTime() {
    const int column = next_++;
    if (row_.IsNull(column)) return std::nullopt;
    return core::Timestamp{row_.Int(column)};
  }
  std::optional<double> Real() {
    const int column = next_++;
    if (row_.IsNull(column)) return std::nullopt;
    return row_.Real(column);
  }
  bool IsNull() { return row_.IsNull(next_++); }

  template <class T>
  Result<T> Finish(T value) const {
    if (is_damaged_) return Status(Code::kDataLoss, "STORE_DAMAGED", "a row makes no sense");
    return value;
  }

 private:
  // What stands between the commas of a text.
  template <class Take>
  void ForEachInList(Take take) {
    const std::string text = row_.Text(next_++);
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      take(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    }
  }
  template <class E>
  E WordOf(std::string_view word) {
    const std::optional<E> value = model::FromWord<E>(word);
    if (!value) is_damaged_ = true;
    return value.value_or(E{});
  }

  Query& row_;
  int next_ = 0;
  bool is_damaged_ = false;
};

}  // namespace

std::string JoinScopes(const std::set<model::ConsentScope>& scopes) {
  std::string joined;
  for (const model::ConsentScope scope : scopes) {
    if (!joined.empty()) joined += ',';
    joined += model::Word(scope);
  }
  return joined;
}

std::string JoinSites(const std::set<model::SiteId>& sites) {
  std::string joined;
  for (const model::SiteId& site : sites) {
    if (!joined.empty()) joined += ',';
    joined += site.str();
  }
  return joined;
}

std::int64_t TokenBucket(core::ByteSpan token_hash) {
  FG_CHECK(token_hash.size() >= 2);
  return std::int64_t{token_hash[0]} << 8 | token_hash[1];
}

LogRow FindLog(Connection& db, const model::OperatorId& op) {
  Query query(db, "SELECT id, size, minimum_index FROM logs WHERE op = ?1");
  query.Bind(op);
  if (!query.Step()) return {};
  return {query.Int(0), static_cast<std::uint64_t>(query.Int(1)),
          static_cast<std::uint64_t>(query.Int(2))};
}

Resource ReadResource(Query& row) {
  return Resource{row.Text(0),
                  row.Text(1),
                  row.Text(2),
                  row.Text(3),
                  static_cast<std::uint64_t>(row.Int(4)),
                  static_cast<std::uint64_t>(row.Int(5))};
}

Result<model::Subject> ReadSubject(Query& row) {
  Columns columns(row);
  model::Subject subject;
  subject.op = columns.Id<model::OperatorId>();
  subject.id = columns.Id<model::SubjectId>();
  const std::optional<double> age = columns.Real();
  subject.age_known = age.has_value();
  subject.age_years = age.value_or(0);
  subject.created_at = columns.Time();
  subject.log_index = columns.Count();
  if (columns.Int() != 0) {
    return Status(Code::kFailedPrecondition, "SUBJECT_ERASED", "the id is fenced");
  }
  subject.country = columns.Text();  // "" for NULL
  subject.region = columns.Text();
  subject.role = columns.MaybeWord<model::SubjectRole>();
  const std::optional<double> needs_accessibility = columns.Real();
  if (needs_accessibility) subject.needs_accessibility = *needs_accessibility != 0;
  subject.wrapped_secret = columns.Slot();
  subject.restricted_at = columns.MaybeTime();
  return columns.Finish(std::move(subject));
}

Result<model::Consent> ReadConsent(Query& row) {
  Columns columns(row);
  model::Consent consent;
  consent.op = columns.Id<model::OperatorId>();
  consent.subject = columns.Id<model::SubjectId>();
  consent.id = columns.Id<model::ConsentId>();
  consent.site = columns.Id<model::SiteId>();
  consent.purpose = columns.Id<model::PurposeId>();
  consent.purpose_version = static_cast<int>(columns.Int());
  consent.status = columns.Word<model::ConsentStatus>();
  consent.form = columns.Word<model::ConsentForm>();
  consent.given_by = columns.Word<model::ConsentGiver>();
  consent.scopes = columns.Scopes();
  consent.notice_sha256 = columns.Text();
  consent.granted_at = columns.Time();
  consent.expires_at = columns.Time();
  consent.epoch = columns.Count();
  consent.log_index = columns.Count();
  consent.guardian_verified_by = columns.Text();
  consent.alternative_offered = columns.MaybeWord<model::AlternativeKind>();
  consent.channel = columns.MaybeWord<model::ConsentChannel>();
  consent.evidence_sha256 = columns.MaybeSlot();
  consent.guardian_evidence_sha256 = columns.MaybeSlot();
  const std::string token_hash = columns.MaybeSlot();
  consent.token_hash.assign(token_hash.begin(), token_hash.end());
  consent.earlier = columns.Numbers();
  return columns.Finish(std::move(consent));
}

Result<model::Template> ReadTemplate(Query& row) {
  Columns columns(row);
  model::Template value;
  value.op = columns.Id<model::OperatorId>();
  value.subject = columns.Id<model::SubjectId>();
  value.purpose = columns.Id<model::PurposeId>();
  value.id = columns.Id<model::TemplateId>();
  value.site = columns.Id<model::SiteId>();
  value.consent = columns.Id<model::ConsentId>();
  value.model_id = columns.Text();
  value.created_at = columns.Time();
  value.log_index = columns.Count();
  value.sealed = columns.Slot();
  return columns.Finish(std::move(value));
}

namespace {

model::KeptImage ReadImageColumns(Columns& columns) {
  model::KeptImage image;
  image.op = columns.Id<model::OperatorId>();
  image.subject = columns.Id<model::SubjectId>();
  image.id = columns.Id<model::ImageId>();
  image.purpose = columns.Id<model::PurposeId>();
  image.site = columns.Id<model::SiteId>();
  image.consent = columns.Id<model::ConsentId>();
  image.kept = columns.Word<model::ImageRetention>();
  image.created_at = columns.Time();
  image.expires_at = columns.Time();
  image.log_index = columns.Count();
  return image;
}

}  // namespace

Result<model::KeptImage> ReadImage(Query& row) {
  Columns columns(row);
  model::KeptImage image = ReadImageColumns(columns);
  return columns.Finish(std::move(image));
}

Result<model::KeptImage> ReadImageWithBytes(Query& row) {
  Columns columns(row);
  model::KeptImage image = ReadImageColumns(columns);
  image.wrapped_key = columns.Slot();
  image.sealed = columns.Slot();
  return columns.Finish(std::move(image));
}

Result<model::Badge> ReadBadge(Query& row) {
  Columns columns(row);
  model::Badge badge;
  badge.op = columns.Id<model::OperatorId>();
  badge.id = columns.Id<model::BadgeId>();
  badge.sites = columns.Sites();
  badge.created_at = columns.Time();
  badge.log_index = columns.Count();
  badge.expires_at = columns.MaybeTime();
  return columns.Finish(std::move(badge));
}

Result<model::HolderKey> ReadHolderKey(Query& row) {
  Columns columns(row);
  model::HolderKey key;
  key.op = columns.Id<model::OperatorId>();
  key.version = static_cast<int>(columns.Int());
  key.since = columns.Time();
  key.log_index = columns.Count();
  return columns.Finish(std::move(key));
}

Result<model::RevokedToken> ReadRevokedToken(Query& row) {
  Columns columns(row);
  model::RevokedToken token;
  token.op = columns.Id<model::OperatorId>();
  token.id = columns.Id<model::TokenMark>();
  token.expires_at = columns.Time();
  token.log_index = columns.Count();
  return columns.Finish(std::move(token));
}

}  // namespace facegate::storage::sqlite
