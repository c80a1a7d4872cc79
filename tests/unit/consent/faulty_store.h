// A store that reads stale or cannot write, on demand.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facegate/storage/store.h"

namespace facegate::consent {

// Passes everything on to `inner`, which must outlive it.
class FaultyStore final : public storage::Store {
 public:
  explicit FaultyStore(storage::Store& inner) : inner_(inner) {}

  // The next `n` reads of a consent give the epoch before, as if it moved right after.
  void ReadStale(int n) { stale_reads_ = n; }
  // The next read of one person, or of a list of people, gives this one, as if erased right after.
  void ReadBeforeErasure(model::Subject subject) { erased_ = std::move(subject); }
  void FailWrites() { writes_fail_ = true; }

  const storage::Versions& versions() const override { return inner_.versions(); }
  core::Result<model::Consent> GetConsent(const model::ConsentRef& consent) const override {
    core::Result<model::Consent> found = inner_.GetConsent(consent);
    if (found.ok() && stale_reads_ > 0) {
      --stale_reads_;
      --found->epoch;
    }
    return found;
  }

  core::Result<storage::Resource> GetResource(std::string_view name) const override {
    return inner_.GetResource(name);
  }
  core::Result<storage::Resource> GetResourceAt(std::string_view name,
                                                std::uint64_t log_index) const override {
    return inner_.GetResourceAt(name, log_index);
  }
  core::Result<std::vector<storage::Resource>> ListRegisteredBy(
      const model::OperatorId& op, std::uint64_t log_index) const override {
    return inner_.ListRegisteredBy(op, log_index);
  }
  core::Result<std::vector<storage::Resource>> ListResources(std::string_view parent,
                                                             std::string_view kind,
                                                             std::string_view after,
                                                             std::size_t limit) const override {
    return inner_.ListResources(parent, kind, after, limit);
  }
  core::Result<model::KeptImage> GetImage(const model::ImageRef& image) const override {
    return inner_.GetImage(image);
  }
  core::Result<std::vector<model::KeptImage>> ListImagesOf(
      const model::SubjectRef& subject) const override {
    return inner_.ListImagesOf(subject);
  }
  core::Result<std::vector<model::KeptImage>> ListExpiredImages(core::Timestamp now,
                                                                std::size_t limit) const override {
    return inner_.ListExpiredImages(now, limit);
  }
  core::Result<model::Subject> GetSubject(const model::SubjectRef& subject) const override {
    if (erased_) return *std::exchange(erased_, std::nullopt);
    return inner_.GetSubject(subject);
  }
  core::Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                         std::string_view after,
                                                         std::size_t limit) const override {
    if (erased_) return std::vector{*std::exchange(erased_, std::nullopt)};
    return inner_.ListSubjects(op, after, limit);
  }
  core::Result<std::vector<model::Consent>> ListConsents(
      const model::SubjectRef& subject) const override {
    return inner_.ListConsents(subject);
  }
  core::Result<std::vector<model::Consent>> ListConsentsAt(const model::SiteRef& site,
                                                           const model::PurposeId& purpose,
                                                           std::string_view after,
                                                           std::size_t limit) const override {
    return inner_.ListConsentsAt(site, purpose, after, limit);
  }
  core::Result<std::vector<model::Consent>> ListExpired(core::Timestamp now,
                                                        std::size_t limit) const override {
    return inner_.ListExpired(now, limit);
  }
  core::Result<std::vector<model::Consent>> ListTokenCandidates(
      const core::Hash256& hash) const override {
    return inner_.ListTokenCandidates(hash);
  }
  core::Result<model::TemplateKey> GetTemplateKey(const model::SubjectRef& subject,
                                                  const model::PurposeId& purpose) const override {
    return inner_.GetTemplateKey(subject, purpose);
  }
  core::Result<std::vector<model::Template>> ListTemplates(
      const std::optional<model::Template>& after, std::size_t limit) const override {
    return inner_.ListTemplates(after, limit);
  }
  core::Result<std::vector<model::Template>> ListTemplatesOf(
      const model::SubjectRef& subject) const override {
    return inner_.ListTemplatesOf(subject);
  }
  core::Result<core::Bytes> GetGallerySecret(const model::PurposeRef& gallery) const override {
    return inner_.GetGallerySecret(gallery);
  }
  core::Result<std::uint64_t> CountStoredPersons(const model::OperatorId& op) const override {
    return inner_.CountStoredPersons(op);
  }
  core::Result<model::Badge> GetBadge(const model::BadgeRef& badge) const override {
    return inner_.GetBadge(badge);
  }
  core::Result<std::vector<model::Badge>> ListBadges(const model::OperatorId& op,
                                                     std::string_view after,
                                                     std::size_t limit) const override {
    return inner_.ListBadges(op, after, limit);
  }
  core::Result<bool> IsPassUsed(const model::OperatorId& op,
                                const model::PassId& pass) const override {
    return inner_.IsPassUsed(op, pass);
  }
  core::Result<std::vector<model::HolderKey>> ListHolderKeys(
      const model::OperatorId& op) const override {
    return inner_.ListHolderKeys(op);
  }
  core::Result<model::RevokedToken> GetRevokedToken(const model::OperatorId& op,
                                                    const model::TokenMark& mark) const override {
    return inner_.GetRevokedToken(op, mark);
  }
  core::Result<std::vector<model::RevokedToken>> ListRevokedTokens(
      const model::OperatorId& op, std::string_view after, std::size_t limit) const override {
    return inner_.ListRevokedTokens(op, after, limit);
  }
  core::Result<std::vector<model::OperatorId>> ListLogs() const override {
    return inner_.ListLogs();
  }
  core::Result<storage::LogHead> GetLogHead(const model::OperatorId& log) const override {
    return inner_.GetLogHead(log);
  }
  core::Result<std::vector<storage::LogEntry>> ReadEntries(const model::OperatorId& log,
                                                           std::uint64_t first,
                                                           std::size_t count) const override {
    return inner_.ReadEntries(log, first, count);
  }
  core::Result<core::Bytes> ReadTile(const model::OperatorId& log,
                                     const storage::TileKey& tile) const override {
    return inner_.ReadTile(log, tile);
  }
  core::Result<std::vector<storage::LogEntry>> QueryLog(
      const model::OperatorId& log, const storage::LogQuery& query) const override {
    return inner_.QueryLog(log, query);
  }
  core::Result<std::vector<storage::LogCount>> CountLog(const model::OperatorId& log,
                                                        const storage::LogQuery& query,
                                                        storage::LogKey by) const override {
    return inner_.CountLog(log, query, by);
  }
  core::Result<std::vector<storage::IndexRow>> ReadIndex(const model::OperatorId& log,
                                                         std::uint64_t first,
                                                         std::size_t count) const override {
    return inner_.ReadIndex(log, first, count);
  }
  core::Status ReplaceIndex(const model::OperatorId& log,
                            const std::vector<storage::IndexRow>& rows) override {
    return inner_.ReplaceIndex(log, rows);
  }
  core::Result<bool> PruneLog(const model::OperatorId& log, const storage::LogPruning& pruning,
                              std::size_t records_max) override {
    return inner_.PruneLog(log, pruning, records_max);
  }
  core::Result<std::string> GetProperty(std::string_view key) const override {
    return inner_.GetProperty(key);
  }
  core::Status SetPropertyOnce(std::string_view key, std::string_view value) override {
    return inner_.SetPropertyOnce(key, value);
  }

 private:
  storage::ApplyResult Write(const storage::Batch& batch) override {
    if (writes_fail_) {
      return {core::Status(core::Code::kUnavailable, "STORE_POISONED", "no space left"), {}};
    }
    return inner_.Apply(batch);
  }

  storage::Store& inner_;
  mutable std::atomic<int> stale_reads_{0};
  mutable std::optional<model::Subject> erased_;
  std::atomic<bool> writes_fail_{false};
};

}  // namespace facegate::consent
