// Reads: one statement each, with a reader of the pool. A read transaction lasts from a statement's
// first step to its reset, which Query does at the end of its scope.
#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "storage/sqlite_rows.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_store.h"
#include "storage/sqlite_vault.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kReadEntriesMax = 1000;
constexpr std::size_t kQueryLimitMax = 1000;
Status NotFound(const char* reason) { return Status(Code::kNotFound, reason, "nothing is stored"); }

// SQLite takes a negative limit for none, and has no greater numbers.
std::int64_t Limit(std::size_t limit) {
  return static_cast<std::int64_t>(
      std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
}

// All rows, each read by `read`; the first that makes no sense ends it.
template <class T>
Result<std::vector<T>> ReadAll(Query& query, Result<T> (*read)(Query&)) {
  std::vector<T> found;
  while (query.Step()) {
    Result<T> value = read(query);
    if (!value.ok()) return value.status();
    found.push_back(*std::move(value));
  }
  return found;
}

// A query of what is kept, whatever its index to begin with.
LogQuery WithinKept(LogQuery query, const LogRow& log) {
  query.first_index = std::max(query.first_index, log.minimum_index);
  return query;
}

LogEntry ReadEntry(Query& row) {
  const core::Bytes entry = row.Blob(1);
  return {IndexOf(row.Int(0)), std::string(core::AsText(entry))};
}

}  // namespace

// ---- Resources
// -----------------------------------------------------------------------------------

Result<Resource> SqliteStore::GetResource(std::string_view name) const {
  return Read([&](Connection& db) -> Result<Resource> {
    Query query(db,
                "SELECT " FG_RESOURCE_COLUMNS " FROM resources WHERE name = ?1 AND deleted = 0");
    query.Bind(name);
    if (!query.Step()) return NotFound("RESOURCE_NOT_FOUND");
    return ReadResource(query);
  });
}

Result<Resource> SqliteStore::GetResourceAt(std::string_view name, std::uint64_t log_index) const {
  return Read([&](Connection& db) -> Result<Resource> {
    Query query(db, "SELECT " FG_RESOURCE_COLUMNS
                    ", deleted FROM resource_history WHERE name = ?1 AND log_index <= ?2 "
                    "ORDER BY log_index DESC, id DESC LIMIT 1");
    query.Bind(name, log_index);
    if (!query.Step() || query.Int(6) != 0) return NotFound("RESOURCE_NOT_FOUND");
    return ReadResource(query);
  });
}

Result<std::vector<Resource>> SqliteStore::ListResources(std::string_view parent,
                                                         std::string_view kind,
                                                         std::string_view after,
                                                         std::size_t limit) const {
  return Read([&](Connection& db) -> Result<std::vector<Resource>> {
    Query query(db, "SELECT " FG_RESOURCE_COLUMNS
                    " FROM resources WHERE parent = ?1 AND kind = ?2 AND name > ?3 "
                    "AND deleted = 0 ORDER BY name LIMIT ?4");
    query.Bind(parent, kind, after, Limit(limit));
    std::vector<Resource> found;
    while (query.Step()) found.push_back(ReadResource(query));
    return found;
  });
}

Result<std::vector<Resource>> SqliteStore::ListRegisteredBy(const model::OperatorId& op,
                                                            std::uint64_t log_index) const {
  return Read([&](Connection& db) -> Result<std::vector<Resource>> {
    const std::string name = "operators/" + op.str();
    // '0' is the character behind '/'.
    Query query(db, "SELECT " FG_RESOURCE_COLUMNS
                    " FROM resource_history INDEXED BY resource_history_by_record "
                    "WHERE log_index = ?1 AND deleted = 0 "
                    "AND (name = ?2 OR (name > ?3 AND name < ?4)) ORDER BY name, id");
    query.Bind(log_index, name, name + "/", name + "0");
    std::vector<Resource> found;
    while (query.Step()) {
      Resource revision = ReadResource(query);
      if (!found.empty() && found.back().name == revision.name) found.pop_back();
      found.push_back(std::move(revision));
    }
    return found;
  });
}

// ---- People
// --------------------------------------------------------------------------------------

Result<model::Subject> SqliteStore::GetSubject(const model::SubjectRef& subject) const {
  return Read([&](Connection& db) -> Result<model::Subject> {
    Query query(db, "SELECT " FG_SUBJECT_COLUMNS " FROM subjects s WHERE s.op = ?1 AND s.id = ?2");
    query.Bind(subject.op, subject.subject);
    if (!query.Step()) return NotFound("SUBJECT_NOT_FOUND");
    return ReadSubject(query);
  });
}

Result<std::vector<model::Subject>> SqliteStore::ListSubjects(const model::OperatorId& op,
                                                              std::string_view after,
                                                              std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_SUBJECT_COLUMNS
                    " FROM subjects s WHERE s.op = ?1 AND s.id > ?2 AND s.erased = 0 "
                    "ORDER BY s.id LIMIT ?3");
    query.Bind(op, after, Limit(limit));
    return ReadAll(query, ReadSubject);
  });
}

Result<model::Consent> SqliteStore::GetConsent(const model::ConsentRef& consent) const {
  return Read([&](Connection& db) -> Result<model::Consent> {
    Query query(db, "SELECT " FG_CONSENT_COLUMNS
                    " FROM consents c WHERE c.op = ?1 AND c.subject = ?2 AND c.id = ?3");
    query.Bind(consent.op, consent.subject, consent.consent);
    if (!query.Step()) return NotFound("CONSENT_NOT_FOUND");
    return ReadConsent(query);
  });
}

Result<std::vector<model::Consent>> SqliteStore::ListConsents(
    const model::SubjectRef& subject) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_CONSENT_COLUMNS
                    " FROM consents c WHERE c.op = ?1 AND c.subject = ?2 "
                    "ORDER BY c.log_index DESC, c.id");
    query.Bind(subject.op, subject.subject);
    return ReadAll(query, ReadConsent);
  });
}

Result<std::vector<model::Consent>> SqliteStore::ListConsentsAt(const model::SiteRef& site,
                                                                const model::PurposeId& purpose,
                                                                std::string_view after,
                                                                std::size_t limit) const {
  return Read([&](Connection& db) -> Result<std::vector<model::Consent>> {
    // In the order of the index consents_at; the first of each subject is its newest.
    Query query(db, "SELECT " FG_CONSENT_COLUMNS
                    " FROM consents c WHERE c.op = ?1 AND c.site = ?2 AND c.purpose = ?3 "
                    "AND c.subject > ?4 ORDER BY c.subject, c.log_index DESC, c.id");
    query.Bind(site.op, site.site, purpose, after);
    std::vector<model::Consent> found;
    while (found.size() < limit && query.Step()) {
      if (!found.empty() && found.back().subject.str() == query.Text(1)) continue;
      Result<model::Consent> consent = ReadConsent(query);
      if (!consent.ok()) return consent.status();
      found.push_back(*std::move(consent));
    }
    return found;
  });
}

Result<std::vector<model::Consent>> SqliteStore::ListExpired(core::Timestamp now,
                                                             std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_CONSENT_COLUMNS
                    " FROM consents c WHERE c.status = 'GRANTED' AND c.expires_at <= ?1 "
                    "ORDER BY c.expires_at, c.op, c.subject, c.id LIMIT ?2");
    query.Bind(now.unix_ms, Limit(limit));
    return ReadAll(query, ReadConsent);
  });
}

Result<std::vector<model::Consent>> SqliteStore::ListTokenCandidates(
    const core::Hash256& hash) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_CONSENT_COLUMNS " FROM consents c WHERE c.token_bucket = ?1");
    query.Bind(TokenBucket(hash));
    return ReadAll(query, ReadConsent);
  });
}

Result<model::TemplateKey> SqliteStore::GetTemplateKey(const model::SubjectRef& subject,
                                                       const model::PurposeId& purpose) const {
  return Read([&](Connection& db) -> Result<model::TemplateKey> {
    Query query(db, R"sql(
        SELECT v.data FROM template_keys k JOIN vault v ON v.slot = k.wrapped_key
        WHERE k.op = ?1 AND k.subject = ?2 AND k.purpose = ?3)sql");
    query.Bind(subject.op, subject.subject, purpose);
    if (!query.Step()) return NotFound("TEMPLATE_KEY_NOT_FOUND");
    Result<core::Bytes> key = OpenSlot(query.Blob(0));
    if (!key.ok()) return key.status();
    return model::TemplateKey{subject.op, subject.subject, purpose, *std::move(key)};
  });
}

Result<std::vector<model::Template>> SqliteStore::ListTemplates(
    const std::optional<model::Template>& after, std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_TEMPLATE_COLUMNS
                    " FROM templates t WHERE (t.op, t.subject, t.purpose, t.id) > (?1, ?2, ?3, ?4) "
                    "ORDER BY t.op, t.subject, t.purpose, t.id LIMIT ?5");
    const model::Template from = after.value_or(model::Template{});
    query.Bind(from.op, from.subject, from.purpose, from.id, Limit(limit));
    return ReadAll(query, ReadTemplate);
  });
}

Result<std::vector<model::Template>> SqliteStore::ListTemplatesOf(
    const model::SubjectRef& subject) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_TEMPLATE_COLUMNS
                    " FROM templates t WHERE t.op = ?1 AND t.subject = ?2 "
                    "ORDER BY t.purpose, t.id");
    query.Bind(subject.op, subject.subject);
    return ReadAll(query, ReadTemplate);
  });
}

Result<model::KeptImage> SqliteStore::GetImage(const model::ImageRef& image) const {
  return Read([&](Connection& db) -> Result<model::KeptImage> {
    Query query(db, "SELECT " FG_IMAGE_COLUMNS FG_IMAGE_BYTES
                    " FROM images i WHERE i.op = ?1 AND i.subject = ?2 AND i.id = ?3");
    query.Bind(image.op, image.subject, image.image);
    if (!query.Step()) return NotFound("IMAGE_NOT_FOUND");
    return ReadImageWithBytes(query);
  });
}

Result<std::vector<model::KeptImage>> SqliteStore::ListImagesOf(
    const model::SubjectRef& subject) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_IMAGE_COLUMNS
                    " FROM images i WHERE i.op = ?1 AND i.subject = ?2 ORDER BY i.id");
    query.Bind(subject.op, subject.subject);
    return ReadAll(query, ReadImage);
  });
}

Result<std::vector<model::KeptImage>> SqliteStore::ListExpiredImages(core::Timestamp now,
                                                                     std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_IMAGE_COLUMNS
                    " FROM images i WHERE i.expires_at <= ?1 "
                    "ORDER BY i.expires_at, i.op, i.subject, i.id LIMIT ?2");
    query.Bind(now.unix_ms, Limit(limit));
    return ReadAll(query, ReadImage);
  });
}

Result<core::Bytes> SqliteStore::GetGallerySecret(const model::PurposeRef& gallery) const {
  return Read([&](Connection& db) -> Result<core::Bytes> {
    Query query(db, "SELECT wrapped FROM gallery_secrets WHERE op = ?1 AND purpose = ?2");
    query.Bind(gallery.op, gallery.purpose);
    if (!query.Step()) return NotFound("GALLERY_SECRET_NOT_FOUND");
    return query.Blob(0);
  });
}

Result<std::uint64_t> SqliteStore::CountStoredPersons(const model::OperatorId& op) const {
  return Read([&](Connection& db) -> Result<std::uint64_t> {
    Query query(db, "SELECT persons FROM logs WHERE op = ?1");
    query.Bind(op);
    return query.Step() ? static_cast<std::uint64_t>(query.Int(0)) : std::uint64_t{0};
  });
}

// ---- Other ways through
// --------------------------------------------------------------------------

Result<model::Badge> SqliteStore::GetBadge(const model::BadgeRef& badge) const {
  return Read([&](Connection& db) -> Result<model::Badge> {
    Query query(db, "SELECT " FG_BADGE_COLUMNS " FROM badges WHERE op = ?1 AND id = ?2");
    query.Bind(badge.op, badge.badge);
    if (!query.Step()) return NotFound("BADGE_NOT_FOUND");
    return ReadBadge(query);
  });
}

Result<std::vector<model::Badge>> SqliteStore::ListBadges(const model::OperatorId& op,
                                                          std::string_view after,
                                                          std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_BADGE_COLUMNS
                    " FROM badges WHERE op = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    query.Bind(op, after, Limit(limit));
    return ReadAll(query, ReadBadge);
  });
}

Result<bool> SqliteStore::IsPassUsed(const model::OperatorId& op, const model::PassId& pass) const {
  return Read([&](Connection& db) -> Result<bool> {
    Query query(db, "SELECT 1 FROM used_passes WHERE op = ?1 AND id = ?2");
    query.Bind(op, pass);
    return query.Step();
  });
}

Result<std::vector<model::HolderKey>> SqliteStore::ListHolderKeys(
    const model::OperatorId& op) const {
  return Read([&](Connection& db) {
    Query query(db,
                "SELECT " FG_HOLDER_KEY_COLUMNS " FROM holder_keys WHERE op = ?1 ORDER BY version");
    query.Bind(op);
    return ReadAll(query, ReadHolderKey);
  });
}

Result<model::RevokedToken> SqliteStore::GetRevokedToken(const model::OperatorId& op,
                                                         const model::TokenMark& mark) const {
  return Read([&](Connection& db) -> Result<model::RevokedToken> {
    Query query(
        db, "SELECT " FG_REVOKED_TOKEN_COLUMNS " FROM revoked_tokens WHERE op = ?1 AND id = ?2");
    query.Bind(op, mark);
    if (!query.Step()) return NotFound("TOKEN_NOT_REVOKED");
    return ReadRevokedToken(query);
  });
}

Result<std::vector<model::RevokedToken>> SqliteStore::ListRevokedTokens(const model::OperatorId& op,
                                                                        std::string_view after,
                                                                        std::size_t limit) const {
  return Read([&](Connection& db) {
    Query query(db, "SELECT " FG_REVOKED_TOKEN_COLUMNS
                    " FROM revoked_tokens WHERE op = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    query.Bind(op, after, Limit(limit));
    return ReadAll(query, ReadRevokedToken);
  });
}

// ---- The log
// -------------------------------------------------------------------------------------

Result<std::vector<model::OperatorId>> SqliteStore::ListLogs() const {
  return Read([&](Connection& db) -> Result<std::vector<model::OperatorId>> {
    Query query(db, "SELECT op FROM logs ORDER BY op");
    std::vector<model::OperatorId> found;
    while (query.Step()) {
      Result<model::OperatorId> op = model::OperatorId::Parse(query.Text(0));
      if (!op.ok()) return Status(Code::kDataLoss, "STORE_DAMAGED", "a log's name makes no sense");
      found.push_back(*std::move(op));
    }
    return found;
  });
}

Result<LogHead> SqliteStore::GetLogHead(const model::OperatorId& log) const {
  return Read([&](Connection& db) -> Result<LogHead> {
    Query query(db, "SELECT size, checkpoint, minimum_index FROM logs WHERE op = ?1");
    query.Bind(log);
    if (!query.Step()) return LogHead{};
    return LogHead{static_cast<std::uint64_t>(query.Int(0)), query.Text(1),
                   static_cast<std::uint64_t>(query.Int(2))};
  });
}

Result<std::vector<LogEntry>> SqliteStore::ReadEntries(const model::OperatorId& log,
                                                       std::uint64_t first,
                                                       std::size_t count) const {
  return Read([&](Connection& db) -> Result<std::vector<LogEntry>> {
    std::vector<LogEntry> found;
    const LogRow row = FindLog(db, log);
    if (first >= row.size || count == 0) return found;
    if (first < row.minimum_index) return RecordPruned(row.minimum_index);
    const std::uint64_t end =
        first + std::min({std::uint64_t{count}, std::uint64_t{kReadEntriesMax}, row.size - first});
    Query query(db, "SELECT seq, entry FROM log_entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq");
    query.Bind(Sequence(row.id, first), Sequence(row.id, end));
    while (query.Step()) found.push_back(ReadEntry(query));
    if (found.size() != end - first) {
      // They may have gone between the two reads.
      const std::uint64_t minimum_index = FindLog(db, log).minimum_index;
      if (first < minimum_index) return RecordPruned(minimum_index);
      return Status(Code::kDataLoss, "STORE_DAMAGED",
                    "the log of " + log.str() + " has a gap after record " + std::to_string(first));
    }
    return found;
  });
}

namespace {

// The hashes that a tile of level 0 has beyond `bytes`, from the records' rows. Hashes are only
// ever added, so that it does not matter if the log grows between the two reads.
void AppendGrowing(Connection& db, const model::OperatorId& log, std::uint64_t tile,
                   core::Bytes& bytes) {
  const std::uint64_t first = tile * kTileHashes;
  Query query(db, R"sql(
      SELECT leaf_hash FROM log_index_keys
      WHERE seq >= (SELECT id FROM logs WHERE op = ?1) << 40 | ?2
        AND seq < ((SELECT id FROM logs WHERE op = ?1) << 40 | ?3) + 1
        AND leaf_hash IS NOT NULL ORDER BY seq)sql");
  query.Bind(log, first + bytes.size() / sizeof(core::Hash256), first + kTileHashes - 1);
  while (bytes.size() < kTileBytes && query.Step()) {
    const core::Bytes hash = query.Blob(0);
    bytes.insert(bytes.end(), hash.begin(), hash.end());
  }
}

}  // namespace

Result<core::Bytes> SqliteStore::ReadTile(const model::OperatorId& log, const TileKey& tile) const {
  return Read([&](Connection& db) -> Result<core::Bytes> {
    Query query(db, R"sql(
        SELECT bytes FROM tiles WHERE log = (SELECT id FROM logs WHERE op = ?1)
        AND level = ?2 AND idx = ?3)sql");
    query.Bind(log, tile.level, tile.index);
    core::Bytes bytes;
    if (query.Step()) bytes = query.Blob(0);
    if (tile.level == 0) AppendGrowing(db, log, tile.index, bytes);
    if (bytes.empty()) return NotFound("TILE_NOT_FOUND");
    return bytes;
  });
}

namespace {

// The filters that every form of the query has; empty text means any.
#define FG_LOG_FILTERS                                                   \
  "k.seq >= ?1 AND k.seq < ?2 AND k.time_ms >= ?3 AND k.time_ms < ?4 "   \
  "AND (?5 = '' OR k.type = ?5) AND (?6 = '' OR k.site = ?6) "           \
  "AND (?7 = '' OR k.access_point = ?7) AND (?8 = '' OR k.camera = ?8) " \
  "AND (?9 = '' OR k.purpose = ?9) AND (?10 = '' OR k.verdict = ?10) "   \
  "AND (?11 = '' OR k.reason = ?11) "

// Along the index that fits: a person's records are few, a rule's are many, the rest is a scan.
const char* QuerySql(const LogQuery& query) {
  if (!query.subject_pseudonym.empty()) {
    return "SELECT k.seq, e.entry FROM (SELECT seq FROM log_index_keys INDEXED BY "
           "log_index_by_subject WHERE subject_pseudonym = ?12 AND subject_pseudonym != '' "
           "UNION SELECT seq FROM log_others WHERE pseudonym = ?12) p "
           "CROSS JOIN log_index_keys k ON k.seq = p.seq "
           "CROSS JOIN log_entries e ON e.seq = k.seq WHERE " FG_LOG_FILTERS
           "AND (?13 = '' OR EXISTS (SELECT 1 FROM log_rules r WHERE r.rule = ?13 "
           "AND r.seq = k.seq)) ORDER BY k.seq LIMIT ?14";
  }
  if (!query.rule.empty()) {
    return "SELECT k.seq, e.entry FROM log_rules r CROSS JOIN log_index_keys k ON k.seq = r.seq "
           "CROSS JOIN log_entries e ON e.seq = k.seq "
           "WHERE r.rule = ?13 AND r.seq >= ?1 AND r.seq < ?2 AND ?12 = '' AND " FG_LOG_FILTERS
           "ORDER BY r.seq LIMIT ?14";
  }
  return "SELECT k.seq, e.entry FROM log_index_keys k CROSS JOIN log_entries e ON e.seq = k.seq "
         "WHERE ?12 = '' AND ?13 = '' AND " FG_LOG_FILTERS "ORDER BY k.seq LIMIT ?14";
}

// The same as a condition on the records' keys alone, for counting.
#define FG_LOG_COUNT_FILTERS                                               \
  "(?12 = '' OR k.subject_pseudonym = ?12 OR EXISTS (SELECT 1 FROM "       \
  "log_others o WHERE o.pseudonym = ?12 AND o.seq = k.seq)) "              \
  "AND (?13 = '' OR EXISTS (SELECT 1 FROM log_rules r WHERE r.rule = ?13 " \
  "AND r.seq = k.seq)) AND " FG_LOG_FILTERS
#define FG_COUNT_BY(value)                                                                \
  "SELECT " value " AS value, count(*) FROM log_index_keys k WHERE " FG_LOG_COUNT_FILTERS \
  "GROUP BY value"

const char* CountSql(LogKey by) {
  switch (by) {
    case LogKey::kType:
      return FG_COUNT_BY("k.type");
    case LogKey::kSite:
      return FG_COUNT_BY("k.site");
    case LogKey::kAccessPoint:
      return FG_COUNT_BY("k.access_point");
    case LogKey::kCamera:
      return FG_COUNT_BY("k.camera");
    case LogKey::kPurpose:
      return FG_COUNT_BY("k.purpose");
    case LogKey::kVerdict:
      return FG_COUNT_BY("k.verdict");
    case LogKey::kReason:
      return FG_COUNT_BY("k.reason");
    case LogKey::kRule:
      return "SELECT b.rule AS value, count(*) FROM log_index_keys k CROSS JOIN log_rules b "
             "INDEXED BY log_rules_by_record ON b.seq = k.seq WHERE " FG_LOG_COUNT_FILTERS
             "GROUP BY value";
    case LogKey::kDay:
      return FG_COUNT_BY("strftime('%Y-%m-%d', k.time_ms / 1000, 'unixepoch')");
    case LogKey::kHour:
      return FG_COUNT_BY("strftime('%Y-%m-%dT%H:00:00Z', k.time_ms / 1000, 'unixepoch')");
  }
  return FG_COUNT_BY("k.type");
}

// Records with indices from `first` to before `end`.
struct IndexRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

// Binds what FG_LOG_FILTERS and the conditions beside it name.
void BindFilters(Query& rows, const LogQuery& query, std::int64_t log, const IndexRange& range) {
  constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  rows.Bind(Sequence(log, range.first), Sequence(log, range.end),
            query.from ? query.from->unix_ms : kAlways, query.until ? query.until->unix_ms : kNever,
            query.type, query.site, query.access_point, query.camera, query.purpose, query.verdict,
            query.reason, query.subject_pseudonym, query.rule);
}

// Keeps of `stretches` those in which a record has that value.
void KeepWhere(Connection& db, std::int64_t log, LogField field, const std::string& value,
               std::vector<std::uint64_t>& stretches) {
  if (value.empty() || stretches.empty()) return;
  Query rows(db, R"sql(
      SELECT stretch FROM log_stretch_values
      WHERE log = ?1 AND field = ?2 AND value = ?3 AND stretch >= ?4 ORDER BY stretch)sql");
  rows.Bind(log, static_cast<int>(field), value, stretches.front());
  std::vector<std::uint64_t> kept;
  auto next = stretches.begin();
  while (next != stretches.end() && rows.Step()) {
    const auto stretch = static_cast<std::uint64_t>(rows.Int(0));
    next = std::lower_bound(next, stretches.end(), stretch);
    if (next != stretches.end() && *next == stretch) kept.push_back(*next++);
  }
  stretches = std::move(kept);
}

// The parts of the log in which a record may fit, in order, none longer than a stretch: all others
// are skipped unread. What is written meanwhile may be left out.
std::vector<IndexRange> RangesToRead(Connection& db, const LogRow& log, const LogQuery& query) {
  std::vector<std::uint64_t> stretches;
  if (query.first_index < log.size) {
    constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
    Query rows(db, R"sql(
        SELECT stretch FROM log_stretches WHERE log = ?1 AND stretch >= ?2 AND max_ms >= ?3
        AND min_ms < ?4 ORDER BY stretch)sql");
    rows.Bind(log.id, query.first_index / kStretchRecords,
              query.from ? query.from->unix_ms : kAlways,
              query.until ? query.until->unix_ms : kNever);
    while (rows.Step()) stretches.push_back(static_cast<std::uint64_t>(rows.Int(0)));
  }
  KeepWhere(db, log.id, LogField::kType, query.type, stretches);
  KeepWhere(db, log.id, LogField::kSite, query.site, stretches);
  KeepWhere(db, log.id, LogField::kAccessPoint, query.access_point, stretches);
  KeepWhere(db, log.id, LogField::kCamera, query.camera, stretches);
  KeepWhere(db, log.id, LogField::kPurpose, query.purpose, stretches);
  KeepWhere(db, log.id, LogField::kVerdict, query.verdict, stretches);
  KeepWhere(db, log.id, LogField::kReason, query.reason, stretches);
  KeepWhere(db, log.id, LogField::kRule, query.rule, stretches);
  std::vector<IndexRange> ranges;
  ranges.reserve(stretches.size());
  for (const std::uint64_t stretch : stretches) {
    const std::uint64_t first = stretch * kStretchRecords;
    ranges.push_back(
        {std::max(first, query.first_index), std::min(first + kStretchRecords, log.size)});
    if (ranges.back().first >= ranges.back().end) ranges.pop_back();
  }
  return ranges;
}

}  // namespace

Result<std::vector<LogEntry>> SqliteStore::QueryLog(const model::OperatorId& log,
                                                    const LogQuery& asked) const {
  if (asked.limit < 1 || asked.limit > kQueryLimitMax) {
    return Status(Code::kInvalidArgument, "BAD_LIMIT", "a query's limit is 1 to 1000");
  }
  return Read([&](Connection& db) -> Result<std::vector<LogEntry>> {
    std::vector<LogEntry> found;
    const LogRow row = FindLog(db, log);
    const LogQuery query = WithinKept(asked, row);
    std::vector<IndexRange> ranges;
    if (query.subject_pseudonym.empty()) {
      ranges = RangesToRead(db, row, query);
    } else if (query.first_index < row.size) {
      ranges = {{query.first_index, row.size}};  // a person's records are few, and have an index
    }
    for (const IndexRange& range : ranges) {
      Query rows(db, QuerySql(query));
      BindFilters(rows, query, row.id, range);
      rows.Bind(Limit(query.limit - found.size()));
      while (rows.Step()) found.push_back(ReadEntry(rows));
      if (found.size() >= query.limit) break;
    }
    return found;
  });
}

Result<std::vector<LogCount>> SqliteStore::CountLog(const model::OperatorId& log,
                                                    const LogQuery& asked, LogKey by) const {
  return Read([&](Connection& db) -> Result<std::vector<LogCount>> {
    std::map<std::string, std::uint64_t> counts;
    const LogRow row = FindLog(db, log);
    const LogQuery query = WithinKept(asked, row);
    for (const IndexRange& range : RangesToRead(db, row, query)) {
      Query rows(db, CountSql(by));
      BindFilters(rows, query, row.id, range);
      while (rows.Step()) {
        std::string value = rows.Text(0);
        if (!value.empty()) counts[std::move(value)] += static_cast<std::uint64_t>(rows.Int(1));
      }
    }
    std::vector<LogCount> sorted;
    sorted.reserve(counts.size());
    for (const auto& [value, records] : counts) sorted.push_back({value, records});
    return sorted;
  });
}

Result<std::string> SqliteStore::GetProperty(std::string_view key) const {
  return Read([&](Connection& db) -> Result<std::string> {
    Query query(db, "SELECT value FROM properties WHERE key = ?1");
    query.Bind(key);
    if (!query.Step()) return NotFound("PROPERTY_NOT_FOUND");
    return query.Text(0);
  });
}

}  // namespace facegate::storage::sqlite
