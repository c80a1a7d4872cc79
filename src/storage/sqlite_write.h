// A batch as SQL, inside a transaction that its caller opened.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "facegate/storage/store.h"
#include "storage/sqlite_connection.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_vault.h"

namespace facegate::storage::sqlite {

// Writes the rows that a record is searched by. Throws SQLite::Exception.
void WriteIndexKeys(Connection& connection, std::int64_t seq, const IndexKeys& keys,
                    const core::Hash256& leaf_hash);

// Makes again from its rows what a stretch of the log with that key is summed up to. Throws
// SQLite::Exception.
void SumUpStretch(Connection& connection, std::int64_t log, std::uint64_t stretch);

// What is stored of the stretch that a log ends in, as far as it is known without looking: that
// need not be written again with every batch.
struct StretchStored {
  std::uint64_t stretch = 0;
  std::int64_t min_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ms = std::numeric_limits<std::int64_t>::min();
  std::map<LogField, std::set<std::string, std::less<>>> values;

  bool Has(LogField field, std::string_view value) const;
  // Adds what a later batch stored, of this stretch or a later one.
  void Merge(StretchStored later);
};
using StretchesStored = std::map<std::int64_t, StretchStored>;  // by the log's key

// Writes one batch. Not thread-safe. Functions throw SQLite::Exception.
class BatchWriter {
 public:
  // All must outlive it.
  BatchWriter(Connection& connection, const Batch& batch, const StretchesStored& stored);

  // Writes everything, or says what refused; the caller then rolls back.
  ApplyResult Write();
  // What to merge into what is stored, once this is committed.
  void MergeInto(StretchesStored& stored) &&;

  // A change or a precondition of the item at hand.
  core::Status operator()(const PutResource& c);
  core::Status operator()(const DeleteResource& c);
  core::Status operator()(const PutSubject& c);
  core::Status operator()(const EraseSubject& c);
  core::Status operator()(const PutConsent& c);
  core::Status operator()(const PutTemplateKey& c);
  core::Status operator()(const PutTemplate& c);
  core::Status operator()(const DestroyTemplates& c);
  core::Status operator()(const PutGallerySecret& c);
  core::Status operator()(const PutBadge& c);
  core::Status operator()(const DeleteBadge& c);
  core::Status operator()(const UsePass& c);
  core::Status operator()(const RestrictSubject& c);
  core::Status operator()(const PutImage& c);
  core::Status operator()(const DestroyImage& c);
  core::Status operator()(const DestroyImages& c);
  core::Status operator()(const PutHolderKey& c);
  core::Status operator()(const RevokeToken& c);
  core::Status operator()(const ConsentAtEpoch& p);
  core::Status operator()(const ResourceAtRevision& p);
  core::Status operator()(const NoChildren& p);
  core::Status operator()(const BadgeStands& p);
  core::Status operator()(const SubjectStands& p) { return NeedAlive(p.subject); }
  core::Status operator()(const SubjectUnrestricted& p);
  core::Status operator()(const ImageStands& p);
  core::Status operator()(const TokenNotRevoked& p);

 private:
  core::Status ReadHead();
  core::Status WriteItem(const BatchItem& item);
  void WriteEntry(const BatchItem& item);
  void WriteStretches();
  void WriteTiles();
  void WriteHead();

  core::Status NeedAlive(const model::SubjectRef& subject);
  bool HasTemplates(const model::SubjectRef& subject);
  void AddPersons(int count);
  void RecordRevision(const std::string& name);
  void Unlink(const model::SubjectRef& subject);
  // Zeroes every slot that `sql`, a query of one column, answers for `subject` and `third`,
  // a purpose or an image.
  void DestroySlots(const char* sql, const model::SubjectRef& subject, const std::string& third);

  Connection& connection_;
  Vault vault_;
  const Batch& batch_;
  const StretchesStored& stretches_stored_;
  StretchStored last_stretch_;  // what this batch stores of it
  std::int64_t log_ = 0;        // its key in the table logs
  std::uint64_t index_ = 0;     // of the item at hand
};

}  // namespace facegate::storage::sqlite
