// The one door to durable state.
//
// There is one write, Apply(Batch), and a batch cannot exist without log records: every change
// rides in the item of the record that explains it, in one transaction with the record, its tree
// hashes and the signed checkpoint (invariant I5). Drivers are native and share a conformance
// suite, not code.
//
// MUST (tests/unit/storage/conformance holds each for every driver):
//  - Apply MUST be all or nothing, and durable before it returns ok.
//  - Items MUST be checked and applied in order, each seeing the ones before it.
//  - Apply MUST return ABORTED LOG_MOVED, changing nothing, if the log's size is not
//  `expected_size`.
//  - Apply MUST return ABORTED PRECONDITION with the failing item's number if a precondition fails.
//  - A subject that was erased MUST never be written again: ABORTED PRECONDITION (a fence).
//  - When a batch destroys something (Batch::Destroys), Apply MUST return ok only once the
//  destroyed
//    bytes are gone from every file the driver keeps (I6, I9).
//  - After an I/O error of a commit the driver MUST fail every later Apply with UNAVAILABLE
//    STORE_POISONED until reopened: a failed fsync is never retried.
//  - When the disk is full the driver MUST roll back and return UNAVAILABLE STORE_FULL; it may go
//  on
//    once there is room, since nothing of the batch remains.
//  - No read may hold a transaction open across calls.
//
// UNAVAILABLE NOT_SCRUBBED is the one failure after a commit: the batch is written, but destroyed
// bytes are still in a file (somebody kept reading). The caller must not acknowledge it, and finds
// the log moved on; every later Apply first scrubs again, and writes nothing until that succeeds,
// as does opening the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"
#include "facegate/storage/versions.h"

namespace facegate::storage {

// ---- Changes
// -------------------------------------------------------------------------------------

// A registry resource as a versioned document; `name` is its full resource name.
// Creates where `revision` is 1, else replaces the revision before it (both are preconditions).
// Earlier revisions are kept.
struct PutResource {
  std::string name;
  std::string kind;    // "operator", "site", "accessPoint", "camera", "purpose", "notice", ...
  std::string parent;  // name of the parent, "" for operators
  std::string body;    // canonical JSON
  std::uint64_t revision = 1;
};
// Marks a resource deleted. Its revisions stay readable by log index, and its name is never used
// again: a revision number would otherwise mean two things.
struct DeleteResource {
  std::string name;
  std::uint64_t revision = 0;  // the current one
};
struct PutSubject {
  model::Subject subject;  // created; a subject of that id must not exist, alive or erased
};
// Destroys secret, keys, templates, kept images and consents' links of a subject and fences the id
// for ever. Complaints and rights requests that name the person stay, and name nobody, in any
// revision.
struct EraseSubject {
  model::SubjectRef subject;
};
// Consents, keys and templates need a subject that stands: created and not erased, else a failed
// precondition.
//
// Creates a consent (epoch 1) or moves it on (epoch = stored epoch + 1; else a failed
// precondition): the log index of the state before then joins `earlier`.
struct PutConsent {
  model::Consent consent;
};
struct PutTemplateKey {
  model::TemplateKey key;  // none may exist for that subject and purpose
};
// None of that id may exist, and its key must stand: a template without one could never be opened.
struct PutTemplate {
  model::Template value;
};
// Destroys what rests on one subject's consent to one purpose: all templates and their key, and all
// kept images and theirs; there may be none.
struct DestroyTemplates {
  model::SubjectRef subject;
  model::PurposeId purpose;
};
// None of that id may exist for the subject, who must stand.
struct PutImage {
  model::KeptImage image;
};
// Destroys one kept image and its key, which must stand.
struct DestroyImage {
  model::ImageRef image;
};
// Destroys the kept images of one subject and purpose, and their keys; there may be none.
struct DestroyImages {
  model::SubjectRef subject;
  model::PurposeId purpose;
};
// A wrapped secret of a gallery, which is one operator and purpose. None may exist.
struct PutGallerySecret {
  model::PurposeRef gallery;
  core::Bytes wrapped;
};
// None of that id may stand.
struct PutBadge {
  model::Badge badge;
};
// It must stand.
struct DeleteBadge {
  model::BadgeRef badge;
};
// A pass for one use is used: it must not have been before. Lets go of the operator's used passes
// that expired kUsedPassKeptMs before `at`; until then a clock that is set back revives none.
inline constexpr std::int64_t kUsedPassKeptMs = core::kMsPerDay;
struct UsePass {
  model::OperatorId op;
  model::PassId pass;
  core::Timestamp expires_at;
  core::Timestamp at;
};

// The next key of an operator's holder tokens: its version must be the one after the last, which
// is 1 where none is stored.
struct PutHolderKey {
  model::HolderKey key;
};
// None of that mark may be on the operator's list. Lets go of those that expired kUsedPassKeptMs
// before `at`.
struct RevokeToken {
  model::RevokedToken token;
  core::Timestamp at;
};

// Freezes what is held about a person from `since` on, or lets it be used again where that is
// nothing. The person must stand, and not be so already.
struct RestrictSubject {
  model::SubjectRef subject;
  std::optional<core::Timestamp> since;
};

using Change =
    std::variant<PutResource, DeleteResource, PutSubject, EraseSubject, PutConsent, PutTemplateKey,
                 PutTemplate, DestroyTemplates, PutGallerySecret, PutBadge, DeleteBadge, UsePass,
                 RestrictSubject, PutImage, DestroyImage, DestroyImages, PutHolderKey, RevokeToken>;
using Changes = std::vector<Change>;

// ---- Preconditions
// -------------------------------------------------------------------------------

// The consent is still at that epoch.
struct ConsentAtEpoch {
  model::ConsentRef consent;
  std::uint64_t epoch = 0;
};
// The resource is still at that revision and not deleted.
struct ResourceAtRevision {
  std::string name;
  std::uint64_t revision = 0;
};
// No live resource has this one as its parent.
struct NoChildren {
  std::string name;
};
// The badge is registered.
struct BadgeStands {
  model::BadgeRef badge;
};
// The person stands: created and not erased.
struct SubjectStands {
  model::SubjectRef subject;
};
// The person stands, and what is held about them is not restricted.
struct SubjectUnrestricted {
  model::SubjectRef subject;
};
// The image is kept.
struct ImageStands {
  model::ImageRef image;
};
// The holder token is not on the operator's list of the revoked.
struct TokenNotRevoked {
  model::OperatorId op;
  model::TokenMark mark;
};
using Precondition = std::variant<ConsentAtEpoch, ResourceAtRevision, NoChildren, BadgeStands,
                                  SubjectStands, SubjectUnrestricted, ImageStands, TokenNotRevoked>;
using Preconditions = std::vector<Precondition>;

// ---- The batch
// -----------------------------------------------------------------------------------

// What a record can be searched by; written with it. Empty strings are "none".
struct IndexKeys {
  std::string type;  // "decision", "consent.granted", ...
  core::Timestamp time;
  std::string site;  // ids, not names
  std::string access_point;
  std::string camera;
  std::string purpose;
  std::string verdict;  // words
  std::string reason;
  std::string subject_pseudonym;
  // Of the others whom it is about, where it is about several people.
  std::vector<std::string> other_pseudonyms = {};
  std::vector<std::string> rules;
  bool operator==(const IndexKeys&) const = default;
};

struct BatchItem {
  std::string entry;          // the record's bytes, verbatim
  core::Hash256 leaf_hash{};  // of the entry in the log's tree
  IndexKeys keys;
  Preconditions preconditions;
  Changes changes;
};

// A complete tile: 256 hashes (C2SP tlog-tiles).
inline constexpr std::size_t kTileHashes = 256;
inline constexpr std::size_t kTileBytes = kTileHashes * sizeof(core::Hash256);

// Where a stored tile is; see tlog::TileId (storage stands beside tlog and knows only bytes).
struct TileKey {
  int level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

// A group of records of one log and all they bring about.
class Batch {
 public:
  // `log` is the operator whose log grows; `items` become records expected_size, expected_size+1,
  // ... `tiles` are the tree's tiles as they are after the batch, each replacing the stored one. Of
  // level 0 only complete ones are given: the one in growth is the items' leaf hashes, so that a
  // record need not write the 255 before it again. `checkpoint` is the signed note over the new
  // size.
  // Requires: log, items and checkpoint are not empty; tiles of level 0 are of kTileBytes; every
  // change to a person or a gallery is of the operator `log`.
  Batch(model::OperatorId log, std::uint64_t expected_size, std::vector<BatchItem> items,
        std::map<TileKey, core::Bytes> tiles, std::string checkpoint);

  const model::OperatorId& log() const { return log_; }
  std::uint64_t expected_size() const { return expected_size_; }
  const std::vector<BatchItem>& items() const { return items_; }
  const std::map<TileKey, core::Bytes>& tiles() const { return tiles_; }
  const std::string& checkpoint() const { return checkpoint_; }
  // True if any change erases or destroys.
  bool Destroys() const;

 private:
  model::OperatorId log_;
  std::uint64_t expected_size_;
  std::vector<BatchItem> items_;
  std::map<TileKey, core::Bytes> tiles_;
  std::string checkpoint_;
};

// What Apply says. `failed_item` is set exactly where status.reason() == "PRECONDITION".
struct ApplyResult {
  core::Status status;
  std::optional<std::size_t> failed_item;
};

// ---- Reads
// ---------------------------------------------------------------------------------------

struct Resource {
  std::string name;
  std::string kind;
  std::string parent;
  std::string body;
  std::uint64_t revision = 0;
  std::uint64_t log_index = 0;  // of the registry event that made this revision
};

// Whether a read of a person says that nobody is there: they never were, or were erased.
inline bool IsNobody(const core::Status& status) {
  return status.code() == core::Code::kNotFound || status.reason() == "SUBJECT_ERASED";
}

struct LogHead {
  std::uint64_t size = 0;
  std::string checkpoint;  // signed note; empty for a log that has no records
  // Records below it were pruned: their hashes stay. A multiple of kTileHashes.
  std::uint64_t minimum_index = 0;
};

struct LogEntry {
  std::uint64_t index = 0;
  std::string entry;
};

// The one line of JSON that a record's note is over. Whoever must know that it was signed verifies
// the note. Returns INVALID_ARGUMENT BAD_JSON.
inline core::Result<core::Json> LineOf(std::string_view entry) {
  return core::Json::Parse(entry.substr(0, entry.find('\n')));
}

// The type of the record by which a log says that its oldest records go.
inline constexpr std::string_view kPrunedType = "log.pruned";
// What such a record says.
struct LogPruning {
  std::uint64_t minimum_index = 0;  // records below it go
  std::uint64_t record = 0;         // index of the record that says so
};
// NOT_FOUND RECORD_PRUNED, which says until where.
core::Status RecordPruned(std::uint64_t minimum_index);

// Filters are conjunctive; empty means any.
struct LogQuery {
  std::optional<core::Timestamp> from;   // inclusive
  std::optional<core::Timestamp> until;  // exclusive
  std::string type, site, access_point, camera, purpose, verdict, reason, subject_pseudonym, rule;
  std::uint64_t first_index = 0;  // only records at or after it
  std::size_t limit = 100;        // 1..1000
};

// What records can be counted by. kDay is the UTC day, "2026-11-23", and kHour an hour of it,
// "2026-11-23T08:00:00Z"; the rest is as in IndexKeys.
enum class LogKey {
  kType,
  kSite,
  kAccessPoint,
  kCamera,
  kPurpose,
  kVerdict,
  kReason,
  kRule,
  kDay,
  kHour
};
struct LogCount {
  std::string value;
  std::uint64_t records = 0;
  bool operator==(const LogCount&) const = default;
};

// What is stored beside a record, all of which follows from it: its search keys, with the rules and
// the other pseudonyms sorted and each once, and its hash in the log's tree.
struct IndexRow {
  std::uint64_t index = 0;
  IndexKeys keys;
  core::Hash256 leaf_hash{};
  bool operator==(const IndexRow&) const = default;
};

// What a copy of a store holds.
struct StoreCopy {
  int schema_version = 0;
  std::map<model::OperatorId, LogHead> logs;
};

// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Writes all of the batch or nothing, durably. Whatever the outcome, the counters of what the
  // batch is about have moved when it returns.
  ApplyResult Apply(const Batch& batch) {
    ApplyResult result = Write(batch);
    versions_.Advance(batch);
    return result;
  }
  // For readers that keep what they read.
  virtual const Versions& versions() const { return versions_; }

  // NOT_FOUND RESOURCE_NOT_FOUND for what never was or is deleted.
  virtual core::Result<Resource> GetResource(std::string_view name) const = 0;
  // The resource as it was once record `log_index` of its operator's log was written.
  // NOT_FOUND RESOURCE_NOT_FOUND where it was not yet made or already deleted.
  virtual core::Result<Resource> GetResourceAt(std::string_view name,
                                               std::uint64_t log_index) const = 0;
  // Live resources of a kind directly below `parent`, by name, after the name `after`.
  virtual core::Result<std::vector<Resource>> ListResources(std::string_view parent,
                                                            std::string_view kind,
                                                            std::string_view after,
                                                            std::size_t limit) const = 0;
  // What record `log_index` of an operator's log registered, as it was once that was written, by
  // name; deletions are not among it. Still there where the record was pruned.
  virtual core::Result<std::vector<Resource>> ListRegisteredBy(const model::OperatorId& op,
                                                               std::uint64_t log_index) const = 0;

  // NOT_FOUND SUBJECT_NOT_FOUND for what never was; FAILED_PRECONDITION SUBJECT_ERASED for a fence.
  virtual core::Result<model::Subject> GetSubject(const model::SubjectRef& subject) const = 0;
  // Living subjects of an operator, by id, after the id `after`.
  virtual core::Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                                 std::string_view after,
                                                                 std::size_t limit) const = 0;

  // NOT_FOUND CONSENT_NOT_FOUND.
  virtual core::Result<model::Consent> GetConsent(const model::ConsentRef& consent) const = 0;
  // The consents of one subject, newest event first.
  virtual core::Result<std::vector<model::Consent>> ListConsents(
      const model::SubjectRef& subject) const = 0;
  // The current (newest) consent of each subject for that site and purpose, by subject id, after
  // the id `after`. Subjects without a template there are included.
  virtual core::Result<std::vector<model::Consent>> ListConsentsAt(const model::SiteRef& site,
                                                                   const model::PurposeId& purpose,
                                                                   std::string_view after,
                                                                   std::size_t limit) const = 0;
  // Granted consents whose expires_at is at or before `now`, all operators, the longest expired
  // first; for the sweep.
  virtual core::Result<std::vector<model::Consent>> ListExpired(core::Timestamp now,
                                                                std::size_t limit) const = 0;

  // Consents whose token hash begins with the same two bytes as `hash`, in no order: candidates,
  // which the caller compares in constant time. Few, whatever the number of consents.
  virtual core::Result<std::vector<model::Consent>> ListTokenCandidates(
      const core::Hash256& hash) const = 0;

  // NOT_FOUND TEMPLATE_KEY_NOT_FOUND.
  virtual core::Result<model::TemplateKey> GetTemplateKey(
      const model::SubjectRef& subject, const model::PurposeId& purpose) const = 0;
  // Templates of all operators, ordered by (op, subject, purpose, id), after that key ("" at first:
  // pass the previous page's last template).
  virtual core::Result<std::vector<model::Template>> ListTemplates(
      const std::optional<model::Template>& after, std::size_t limit) const = 0;
  virtual core::Result<std::vector<model::Template>> ListTemplatesOf(
      const model::SubjectRef& subject) const = 0;
  // NOT_FOUND GALLERY_SECRET_NOT_FOUND.
  virtual core::Result<core::Bytes> GetGallerySecret(const model::PurposeRef& gallery) const = 0;
  // Subjects with at least one stored template.
  virtual core::Result<std::uint64_t> CountStoredPersons(const model::OperatorId& op) const = 0;

  // With its bytes. NOT_FOUND IMAGE_NOT_FOUND.
  virtual core::Result<model::KeptImage> GetImage(const model::ImageRef& image) const = 0;
  // The kept images of one subject, by id, without key and bytes: `wrapped_key` and `sealed` are
  // empty.
  virtual core::Result<std::vector<model::KeptImage>> ListImagesOf(
      const model::SubjectRef& subject) const = 0;
  // Those of all operators whose expires_at is at or before `now`, the longest expired first,
  // without key and bytes; for the sweep.
  virtual core::Result<std::vector<model::KeptImage>> ListExpiredImages(
      core::Timestamp now, std::size_t limit) const = 0;

  // NOT_FOUND BADGE_NOT_FOUND.
  virtual core::Result<model::Badge> GetBadge(const model::BadgeRef& badge) const = 0;
  // The badges of an operator, by id, after the id `after`.
  virtual core::Result<std::vector<model::Badge>> ListBadges(const model::OperatorId& op,
                                                             std::string_view after,
                                                             std::size_t limit) const = 0;
  // Whether a pass for one use was used, as far as that is still kept.
  virtual core::Result<bool> IsPassUsed(const model::OperatorId& op,
                                        const model::PassId& pass) const = 0;

  // The keys of an operator's holder tokens that followed the first, by version.
  virtual core::Result<std::vector<model::HolderKey>> ListHolderKeys(
      const model::OperatorId& op) const = 0;
  // NOT_FOUND TOKEN_NOT_REVOKED for one that is not on the list, or no longer.
  virtual core::Result<model::RevokedToken> GetRevokedToken(const model::OperatorId& op,
                                                            const model::TokenMark& mark) const = 0;
  // The list, by mark, after the mark `after`.
  virtual core::Result<std::vector<model::RevokedToken>> ListRevokedTokens(
      const model::OperatorId& op, std::string_view after, std::size_t limit) const = 0;

  // Every log that has records, by operator id; those of deleted operators among them.
  virtual core::Result<std::vector<model::OperatorId>> ListLogs() const = 0;
  // A log that was never written has size 0.
  virtual core::Result<LogHead> GetLogHead(const model::OperatorId& log) const = 0;
  // Up to `count` entries from `first`, in order; fewer at the end. At most 1000 a call: a greater
  // count means 1000. NOT_FOUND RECORD_PRUNED where `first` was pruned. The queries below begin
  // with the first record that is kept instead.
  virtual core::Result<std::vector<LogEntry>> ReadEntries(const model::OperatorId& log,
                                                          std::uint64_t first,
                                                          std::size_t count) const = 0;
  // The tile as wide as it is, the one of level 0 in growth among them. NOT_FOUND TILE_NOT_FOUND.
  virtual core::Result<core::Bytes> ReadTile(const model::OperatorId& log,
                                             const TileKey& tile) const = 0;
  // Entries that fit, in index order. INVALID_ARGUMENT BAD_LIMIT.
  virtual core::Result<std::vector<LogEntry>> QueryLog(const model::OperatorId& log,
                                                       const LogQuery& query) const = 0;
  // How many entries fit, by each value of a key that is not empty, in the order of the values; a
  // record of which several rules were not met counts for each. The query's limit means nothing.
  virtual core::Result<std::vector<LogCount>> CountLog(const model::OperatorId& log,
                                                       const LogQuery& query, LogKey by) const = 0;

  // Up to `count` rows of the search index from record `first` on, in order; what is missing in
  // between is left out. At most 1000 a call.
  virtual core::Result<std::vector<IndexRow>> ReadIndex(const model::OperatorId& log,
                                                        std::uint64_t first,
                                                        std::size_t count) const = 0;
  // Puts these rows in the place of those that are there, or where there is none: a write
  // beside Apply, for an index that was damaged. It says nothing that the records do not, and
  // leaves them alone. All or nothing, and durable when it returns ok; returns as Apply, or
  // NOT_FOUND RECORD_NOT_FOUND for a record that the log does not have, RECORD_PRUNED.
  virtual core::Status ReplaceIndex(const model::OperatorId& log,
                                    const std::vector<IndexRow>& rows) = 0;

  // Lets go of the oldest records, entries and what they are searched by, as a record of the log
  // says; hash tiles stay, so that everything can still be proved. The other write beside Apply: it
  // is how a record that is durable comes true. From the first call on the log's minimum_index is
  // that of `pruning`; every call takes `records_max` records away at most, and gives whether none
  // is left to take. Once none is, their bytes are gone from every file as after a batch that
  // destroys, and the call that finds that has NOT_SCRUBBED like it.
  //
  // Returns FAILED_PRECONDITION BAD_PRUNING unless `record` is one of kPrunedType and minimum_index
  // a multiple of kTileHashes that is not above it nor below the log's, with every tile of the
  // records below it stored; or as Apply. Requires: records_max > 0.
  virtual core::Result<bool> PruneLog(const model::OperatorId& log, const LogPruning& pruning,
                                      std::size_t records_max) = 0;

  // A value of the store itself ("kek_fingerprint", ...): set once, before any record.
  // NOT_FOUND PROPERTY_NOT_FOUND; SetPropertyOnce returns ALREADY_EXISTS PROPERTY_EXISTS where
  // another value stands.
  virtual core::Result<std::string> GetProperty(std::string_view key) const = 0;
  virtual core::Status SetPropertyOnce(std::string_view key, std::string_view value) = 0;

  // Writes a copy of everything, as of one moment before it returns, into the new file `path`
  // (0600), while reads and writes go on: it holds no read transaction longer than a small step.
  // What is destroyed meanwhile is gone from the copy too. Durable when it returns. Returns
  // FAILED_PRECONDITION BACKUP_UNSUPPORTED where the driver keeps no file, UNAVAILABLE
  // BACKUP_UNWRITABLE (the file exists, or cannot be written); or as Apply.
  virtual core::Result<StoreCopy> CopyTo(const std::string& path);

 private:
  virtual ApplyResult Write(const Batch& batch) = 0;

  Versions versions_;
};

// Everything in memory; for tests, `facegate eval` and demos without a disk.
std::unique_ptr<Store> OpenMemoryStore();

struct SqliteOptions {
  std::string path;
  int busy_timeout_ms = 2000;  // also how long a scrub waits for readers
  int readers_max = 4;         // at least 1
  // The database never grows beyond; a batch that needs more is refused, STORE_FULL. 0: no limit.
  std::int64_t file_bytes_max = 0;
};
// Opens or creates. Returns FAILED_PRECONDITION STORE_IN_USE (another process has it),
// STORE_TOO_NEW (schema of a newer version), DATA_LOSS STORE_DAMAGED, UNAVAILABLE STORE_UNREADABLE;
// each names the file.
core::Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options);

}  // namespace facegate::storage
