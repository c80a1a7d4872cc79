// The SQLite driver: one writer connection under a mutex, a few readers, one lock file.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "facegate/core/file_lock.h"
#include "facegate/storage/store.h"
#include "storage/sqlite_connection.h"
#include "storage/sqlite_pool.h"
#include "storage/sqlite_write.h"

namespace facegate::storage::sqlite {

// Thread-safe. See README.md for the files, the pragmas and what each failure leads to.
class SqliteStore final : public Store {
 public:
  // Opens, checks, migrates. Returns as OpenSqliteStore; throws SQLite::Exception.
  static core::Result<std::unique_ptr<Store>> Open(const SqliteOptions& options);
  ~SqliteStore() override;

  core::Result<Resource> GetResource(std::string_view name) const override;
  core::Result<Resource> GetResourceAt(std::string_view name,
                                       std::uint64_t log_index) const override;
  core::Result<std::vector<Resource>> ListResources(std::string_view parent, std::string_view kind,
                                                    std::string_view after,
                                                    std::size_t limit) const override;
  core::Result<std::vector<Resource>> ListRegisteredBy(const model::OperatorId& op,
                                                       std::uint64_t log_index) const override;
  core::Result<model::Subject> GetSubject(const model::SubjectRef& subject) const override;
  core::Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                         std::string_view after,
                                                         std::size_t limit) const override;
  core::Result<model::Consent> GetConsent(const model::ConsentRef& consent) const override;
  core::Result<std::vector<model::Consent>> ListConsents(
      const model::SubjectRef& subject) const override;
  core::Result<std::vector<model::Consent>> ListConsentsAt(const model::SiteRef& site,
                                                           const model::PurposeId& purpose,
                                                           std::string_view after,
                                                           std::size_t limit) const override;
  core::Result<std::vector<model::Consent>> ListTokenCandidates(
      const core::Hash256& hash) const override;
  core::Result<std::vector<model::Consent>> ListExpired(core::Timestamp now,
                                                        std::size_t limit) const override;
  core::Result<model::TemplateKey> GetTemplateKey(const model::SubjectRef& subject,
                                                  const model::PurposeId& purpose) const override;
  core::Result<std::vector<model::Template>> ListTemplates(
      const std::optional<model::Template>& after, std::size_t limit) const override;
  core::Result<std::vector<model::Template>> ListTemplatesOf(
      const model::SubjectRef& subject) const override;
  core::Result<core::Bytes> GetGallerySecret(const model::PurposeRef& gallery) const override;
  core::Result<std::uint64_t> CountStoredPersons(const model::OperatorId& op) const override;
  core::Result<model::KeptImage> GetImage(const model::ImageRef& image) const override;
  core::Result<std::vector<model::KeptImage>> ListImagesOf(
      const model::SubjectRef& subject) const override;
  core::Result<std::vector<model::KeptImage>> ListExpiredImages(core::Timestamp now,
                                                                std::size_t limit) const override;
  core::Result<model::Badge> GetBadge(const model::BadgeRef& badge) const override;
  core::Result<std::vector<model::Badge>> ListBadges(const model::OperatorId& op,
                                                     std::string_view after,
                                                     std::size_t limit) const override;
  core::Result<bool> IsPassUsed(const model::OperatorId& op,
                                const model::PassId& pass) const override;
  core::Result<std::vector<model::HolderKey>> ListHolderKeys(
      const model::OperatorId& op) const override;
  core::Result<model::RevokedToken> GetRevokedToken(const model::OperatorId& op,
                                                    const model::TokenMark& mark) const override;
  core::Result<std::vector<model::RevokedToken>> ListRevokedTokens(
      const model::OperatorId& op, std::string_view after, std::size_t limit) const override;
  core::Result<std::vector<model::OperatorId>> ListLogs() const override;
  core::Result<LogHead> GetLogHead(const model::OperatorId& log) const override;
  core::Result<std::vector<LogEntry>> ReadEntries(const model::OperatorId& log, std::uint64_t first,
                                                  std::size_t count) const override;
  core::Result<core::Bytes> ReadTile(const model::OperatorId& log,
                                     const TileKey& tile) const override;
  core::Result<std::vector<LogEntry>> QueryLog(const model::OperatorId& log,
                                               const LogQuery& query) const override;
  core::Result<std::vector<LogCount>> CountLog(const model::OperatorId& log, const LogQuery& query,
                                               LogKey by) const override;
  core::Result<std::vector<IndexRow>> ReadIndex(const model::OperatorId& log, std::uint64_t first,
                                                std::size_t count) const override;
  core::Status ReplaceIndex(const model::OperatorId& log,
                            const std::vector<IndexRow>& rows) override;
  core::Result<bool> PruneLog(const model::OperatorId& log, const LogPruning& pruning,
                              std::size_t records_max) override;
  core::Result<std::string> GetProperty(std::string_view key) const override;
  core::Status SetPropertyOnce(std::string_view key, std::string_view value) override;
  core::Result<StoreCopy> CopyTo(const std::string& path) override;

 private:
  SqliteStore(const SqliteOptions& options, core::FileLock lock,
              std::unique_ptr<Connection> writer);

  ApplyResult Write(const Batch& batch) override;

  // ---- Writing; all under write_mutex_ ----
  // Runs `body` in an immediate transaction and commits if it returns ok, else rolls back.
  // Decides after a fault whether the store is poisoned.
  template <class Body>
  core::Status InTransaction(Body body) {
    bool is_committing = false;
    try {
      Query(*writer_, "BEGIN IMMEDIATE").Run();
      core::Status status = body();
      if (!status.ok()) {
        Query(*writer_, "ROLLBACK").Run();
        return status;
      }
      is_committing = true;
      Query(*writer_, "COMMIT").Run();
      return status;
    } catch (const SQLite::Exception& fault) {
      return AfterFault(fault, is_committing);
    }
  }
  core::Status AfterFault(const SQLite::Exception& fault, bool is_committing);
  void Poison();
  // Empties the -wal, so that nothing destroyed is left in any file. UNAVAILABLE NOT_SCRUBBED.
  core::Status Scrub();
  // Moves the -wal into the database when it has grown long.
  void KeepWalShort();

  // Copies the database into an empty one. UNAVAILABLE BACKUP_UNWRITABLE, STORE_POISONED.
  core::Status CopyPages(Connection& target);

  // ---- Reading ----
  // Runs `body` with a reader of the pool; its statements are reset when it returns.
  template <class Body>
  auto Read(Body body) const -> decltype(body(std::declval<Connection&>())) {
    try {
      const ReaderPool::Loan reader(readers_);
      return NameFile(body(*reader));
    } catch (const SQLite::Exception& error) {
      return StatusOf(error, path_);
    }
  }
  // Adds the file to a row's DATA_LOSS.
  template <class T>
  core::Result<T> NameFile(core::Result<T> result) const {
    if (result.ok() || result.status().code() != core::Code::kDataLoss) return result;
    return result.status().WithContext(path_);
  }

  const std::string path_;
  const int busy_timeout_ms_;
  const core::FileLock lock_;  // before the connections: let go of after they are closed

  std::mutex write_mutex_;
  const std::unique_ptr<Connection> writer_;
  bool is_poisoned_ = false;
  bool is_scrub_due_ = false;
  int wal_pages_ = 0;  // as of the last commit
  StretchesStored stretches_stored_;

  mutable ReaderPool readers_;
};

}  // namespace facegate::storage::sqlite
