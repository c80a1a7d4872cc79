// The store in memory: what the contract means, in the plainest form.
//
// A batch is applied in place; every step leaves behind how to undo it, and a failed precondition
// undoes what was done. Nothing is copied that does not change.
#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <tuple>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/storage/store.h"
#include "storage/people_links.h"

namespace facegate::storage {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kReadEntriesMax = 1000;
constexpr std::size_t kQueryLimitMax = 1000;

Status Failed(const char* message) { return Status(Code::kAborted, "PRECONDITION", message); }
Status NotFound(const char* reason) { return Status(Code::kNotFound, reason, "nothing is stored"); }

struct StoredResource {
  Resource current;
  bool deleted = false;
  // Newest last; without a value: deleted there.
  std::vector<std::pair<std::uint64_t, std::optional<Resource>>> history;
};

struct StoredSubject {
  model::Subject subject;
  bool erased = false;
};

struct StoredLog {
  std::vector<std::string> entries;
  std::vector<IndexKeys> keys;
  std::vector<core::Hash256> leaf_hashes;
  std::map<TileKey, core::Bytes> tiles;
  std::string checkpoint;
  std::uint64_t minimum_index = 0;
  std::uint64_t pruned = 0;  // entries and keys below it are gone
};

using TemplateKeyRef = std::tuple<model::OperatorId, model::SubjectId, model::PurposeId>;
using TemplateRef =
    std::tuple<model::OperatorId, model::SubjectId, model::PurposeId, model::TemplateId>;

TemplateRef RefOf(const model::Template& t) { return {t.op, t.subject, t.purpose, t.id}; }

struct State {
  std::map<std::string, StoredResource, std::less<>> resources;
  std::map<model::SubjectRef, StoredSubject> subjects;
  std::map<model::ConsentRef, model::Consent> consents;
  std::map<TemplateKeyRef, model::TemplateKey> template_keys;
  std::map<TemplateRef, model::Template> templates;
  std::map<model::PurposeRef, core::Bytes> gallery_secrets;
  std::map<model::BadgeRef, model::Badge> badges;
  std::map<model::ImageRef, model::KeptImage> images;
  std::map<std::pair<model::OperatorId, model::PassId>, core::Timestamp> used_passes;  // to expiry
  std::map<std::pair<model::OperatorId, int>, model::HolderKey> holder_keys;           // by version
  std::map<std::pair<model::OperatorId, model::TokenMark>, model::RevokedToken> revoked_tokens;
  std::map<model::OperatorId, StoredLog> logs;
  std::map<std::string, std::string, std::less<>> properties;
};

// Changes maps and can take everything back. Undoes on destruction unless kept.
class Undo {
 public:
  Undo() = default;
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) (*step)();
  }

  template <class Map>
  void Set(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
    Remember(map, key);
    map.insert_or_assign(key, std::move(value));
  }

  template <class Map>
  void Erase(Map& map, const typename Map::key_type& key) {
    Remember(map, key);
    map.erase(key);
  }

  void Keep() { steps_.clear(); }

 private:
  template <class Map>
  void Remember(Map& map, const typename Map::key_type& key) {
    const auto it = map.find(key);
    if (it == map.end()) {
      steps_.push_back([&map, key] { map.erase(key); });
    } else {
      steps_.push_back([&map, key, old = it->second] { map.insert_or_assign(key, old); });
    }
  }

  std::vector<std::function<void()>> steps_;
};

// Applies the changes of one item.
class Applier {
 public:
  Applier(State& state, Undo& undo, std::uint64_t log_index)
      : state_(state), undo_(undo), log_index_(log_index) {}

  Status operator()(const PutResource& c);
  Status operator()(const DeleteResource& c);
  Status operator()(const PutSubject& c);
  Status operator()(const EraseSubject& c);
  Status operator()(const PutConsent& c);
  Status operator()(const PutTemplateKey& c);
  Status operator()(const PutTemplate& c);
  Status operator()(const DestroyTemplates& c);
  Status operator()(const PutGallerySecret& c);
  Status operator()(const PutBadge& c);
  Status operator()(const DeleteBadge& c);
  Status operator()(const UsePass& c);
  Status operator()(const RestrictSubject& c);
  Status operator()(const PutImage& c);
  Status operator()(const DestroyImage& c);
  Status operator()(const DestroyImages& c);
  Status operator()(const PutHolderKey& c);
  Status operator()(const RevokeToken& c);

  Status operator()(const ConsentAtEpoch& p) const;
  Status operator()(const ResourceAtRevision& p) const;
  Status operator()(const NoChildren& p) const;
  Status operator()(const BadgeStands& p) const;
  Status operator()(const SubjectStands& p) const { return NeedAlive(p.subject); }
  Status operator()(const SubjectUnrestricted& p) const;
  Status operator()(const ImageStands& p) const;
  Status operator()(const TokenNotRevoked& p) const;

 private:
  void Unlink(const model::SubjectRef& subject);
  Status NeedAlive(const model::SubjectRef& subject) const {
    const auto it = state_.subjects.find(subject);
    if (it != state_.subjects.end() && !it->second.erased) return Status::Ok();
    return Failed("the subject of a change does not stand");
  }
  const StoredResource* Live(const std::string& name) const {
    const auto it = state_.resources.find(name);
    return it == state_.resources.end() || it->second.deleted ? nullptr : &it->second;
  }
  // Removes what `map` holds of the subject, of every purpose or of one.
  template <class Map>
  void EraseAllOf(Map& map, const model::SubjectRef& subject, const model::PurposeId* purpose);

  State& state_;
  Undo& undo_;
  const std::uint64_t log_index_;
};

Status Applier::operator()(const PutResource& c) {
  const auto it = state_.resources.find(c.name);
  StoredResource next;
  if (c.revision == 1) {
    if (it != state_.resources.end()) return Failed("the resource exists or existed");
  } else {
    const StoredResource* live = Live(c.name);
    if (live == nullptr || live->current.revision + 1 != c.revision) {
      return Failed("the resource is not at the revision before");
    }
    next = *live;
  }
  next.current = Resource{c.name, c.kind, c.parent, c.body, c.revision, log_index_};
  next.history.emplace_back(log_index_, next.current);
  undo_.Set(state_.resources, c.name, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const DeleteResource& c) {
  const StoredResource* live = Live(c.name);
  if (live == nullptr || live->current.revision != c.revision) {
    return Failed("the resource is not at that revision");
  }
  StoredResource next = *live;
  next.deleted = true;
  next.history.emplace_back(log_index_, std::nullopt);
  undo_.Set(state_.resources, c.name, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const PutSubject& c) {
  const model::SubjectRef ref{c.subject.op, c.subject.id};
  if (state_.subjects.contains(ref)) return Failed("the subject exists or existed");
  StoredSubject stored{c.subject, false};
  stored.subject.log_index = log_index_;
  undo_.Set(state_.subjects, ref, std::move(stored));
  return Status::Ok();
}

template <class Map>
void Applier::EraseAllOf(Map& map, const model::SubjectRef& subject,
                         const model::PurposeId* purpose) {
  std::vector<typename Map::key_type> doomed;
  for (const auto& [key, value] : map) {
    if (value.op != subject.op || value.subject != subject.subject) continue;
    if (purpose == nullptr || value.purpose == *purpose) doomed.push_back(key);
  }
  for (const auto& key : doomed) undo_.Erase(map, key);
}

Status Applier::operator()(const EraseSubject& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  EraseAllOf(state_.templates, c.subject, nullptr);
  EraseAllOf(state_.template_keys, c.subject, nullptr);
  EraseAllOf(state_.images, c.subject, nullptr);
  EraseAllOf(state_.consents, c.subject, nullptr);
  StoredSubject fence;
  fence.subject.op = c.subject.op;
  fence.subject.id = c.subject.subject;
  fence.subject.log_index = log_index_;
  fence.erased = true;
  undo_.Set(state_.subjects, c.subject, std::move(fence));
  Unlink(c.subject);
  return Status::Ok();
}

void Applier::Unlink(const model::SubjectRef& subject) {
  const PeopleLinks links(subject);
  const auto unlink = [&links](Resource& resource) {
    const std::size_t at = resource.body.find(links.link);
    if (at != std::string::npos) resource.body.replace(at, links.link.size(), links.unlinked);
  };
  for (const std::string& below : links.below) {
    std::vector<std::string> names;
    for (auto it = state_.resources.lower_bound(below);
         it != state_.resources.end() && it->first.starts_with(below); ++it) {
      names.push_back(it->first);
    }
    for (const std::string& name : names) {
      StoredResource next = state_.resources.at(name);
      unlink(next.current);
      for (auto& [index, revision] : next.history) {
        if (revision.has_value()) unlink(*revision);
      }
      undo_.Set(state_.resources, name, std::move(next));
    }
  }
}

Status Applier::operator()(const PutConsent& c) {
  FG_RETURN_IF_ERROR(NeedAlive({c.consent.op, c.consent.subject}));
  const model::ConsentRef ref{c.consent.op, c.consent.subject, c.consent.id};
  const auto it = state_.consents.find(ref);
  const std::uint64_t stored_epoch = it == state_.consents.end() ? 0 : it->second.epoch;
  if (c.consent.epoch != stored_epoch + 1) return Failed("the consent moved");
  model::Consent next = c.consent;
  next.log_index = log_index_;
  next.earlier.clear();
  if (stored_epoch > 0) {
    next.earlier = it->second.earlier;
    next.earlier.push_back(it->second.log_index);
  }
  undo_.Set(state_.consents, ref, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const PutTemplateKey& c) {
  FG_RETURN_IF_ERROR(NeedAlive({c.key.op, c.key.subject}));
  const TemplateKeyRef ref{c.key.op, c.key.subject, c.key.purpose};
  if (state_.template_keys.contains(ref)) return Failed("a template key stands");
  undo_.Set(state_.template_keys, ref, c.key);
  return Status::Ok();
}

Status Applier::operator()(const PutTemplate& c) {
  FG_RETURN_IF_ERROR(NeedAlive({c.value.op, c.value.subject}));
  if (!state_.template_keys.contains({c.value.op, c.value.subject, c.value.purpose})) {
    return Failed("the template's key does not stand");
  }
  if (state_.templates.contains(RefOf(c.value))) return Failed("the template exists");
  model::Template next = c.value;
  next.log_index = log_index_;
  undo_.Set(state_.templates, RefOf(c.value), std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const DestroyTemplates& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  EraseAllOf(state_.templates, c.subject, &c.purpose);
  EraseAllOf(state_.template_keys, c.subject, &c.purpose);
  EraseAllOf(state_.images, c.subject, &c.purpose);
  return Status::Ok();
}

Status Applier::operator()(const PutImage& c) {
  FG_RETURN_IF_ERROR(NeedAlive({c.image.op, c.image.subject}));
  const model::ImageRef ref{c.image.op, c.image.subject, c.image.id};
  if (state_.images.contains(ref)) return Failed("the image exists");
  model::KeptImage next = c.image;
  next.log_index = log_index_;
  undo_.Set(state_.images, ref, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const DestroyImage& c) {
  if (!state_.images.contains(c.image)) return Failed("the image does not stand");
  undo_.Erase(state_.images, c.image);
  return Status::Ok();
}

Status Applier::operator()(const DestroyImages& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  EraseAllOf(state_.images, c.subject, &c.purpose);
  return Status::Ok();
}

Status Applier::operator()(const PutGallerySecret& c) {
  if (state_.gallery_secrets.contains(c.gallery)) return Failed("a gallery secret stands");
  undo_.Set(state_.gallery_secrets, c.gallery, c.wrapped);
  return Status::Ok();
}

Status Applier::operator()(const PutBadge& c) {
  const model::BadgeRef ref{c.badge.op, c.badge.id};
  if (state_.badges.contains(ref)) return Failed("the badge stands");
  model::Badge next = c.badge;
  next.log_index = log_index_;
  undo_.Set(state_.badges, ref, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const DeleteBadge& c) {
  if (!state_.badges.contains(c.badge)) return Failed("the badge does not stand");
  undo_.Erase(state_.badges, c.badge);
  return Status::Ok();
}

Status Applier::operator()(const UsePass& c) {
  if (state_.used_passes.contains({c.op, c.pass})) return Failed("the pass was used");
  std::vector<std::pair<model::OperatorId, model::PassId>> forgotten;
  for (const auto& [pass, expires_at] : state_.used_passes) {
    if (pass.first == c.op && expires_at + kUsedPassKeptMs < c.at) forgotten.push_back(pass);
  }
  for (const auto& pass : forgotten) undo_.Erase(state_.used_passes, pass);
  undo_.Set(state_.used_passes, {c.op, c.pass}, c.expires_at);
  return Status::Ok();
}

Status Applier::operator()(const RestrictSubject& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  StoredSubject next = state_.subjects.find(c.subject)->second;
  if (next.subject.restricted_at.has_value() == c.since.has_value()) {
    return Failed("the subject is so already");
  }
  next.subject.restricted_at = c.since;
  undo_.Set(state_.subjects, c.subject, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const PutHolderKey& c) {
  int last = 1;
  while (state_.holder_keys.contains({c.key.op, last + 1})) ++last;
  if (c.key.version != last + 1) return Failed("the key is not the next");
  model::HolderKey next = c.key;
  next.log_index = log_index_;
  undo_.Set(state_.holder_keys, {c.key.op, c.key.version}, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const RevokeToken& c) {
  const model::OperatorId& op = c.token.op;
  if (state_.revoked_tokens.contains({op, c.token.id})) return Failed("the token is revoked");
  std::vector<std::pair<model::OperatorId, model::TokenMark>> forgotten;
  for (const auto& [mark, token] : state_.revoked_tokens) {
    if (token.op == op && token.expires_at + kUsedPassKeptMs < c.at) forgotten.push_back(mark);
  }
  for (const auto& mark : forgotten) undo_.Erase(state_.revoked_tokens, mark);
  model::RevokedToken next = c.token;
  next.log_index = log_index_;
  undo_.Set(state_.revoked_tokens, {op, c.token.id}, std::move(next));
  return Status::Ok();
}

Status Applier::operator()(const ConsentAtEpoch& p) const {
  const auto it = state_.consents.find(p.consent);
  if (it != state_.consents.end() && it->second.epoch == p.epoch) return Status::Ok();
  return Failed("the consent moved");
}

Status Applier::operator()(const ResourceAtRevision& p) const {
  const StoredResource* live = Live(p.name);
  if (live != nullptr && live->current.revision == p.revision) return Status::Ok();
  return Failed("the resource moved");
}

Status Applier::operator()(const NoChildren& p) const {
  for (const auto& [name, stored] : state_.resources) {
    if (!stored.deleted && stored.current.parent == p.name) {
      return Failed("the resource has children");
    }
  }
  return Status::Ok();
}

Status Applier::operator()(const BadgeStands& p) const {
  return state_.badges.contains(p.badge) ? Status::Ok() : Failed("the badge does not stand");
}

Status Applier::operator()(const SubjectUnrestricted& p) const {
  FG_RETURN_IF_ERROR(NeedAlive(p.subject));
  const bool is_restricted =
      state_.subjects.find(p.subject)->second.subject.restricted_at.has_value();
  return is_restricted ? Failed("the subject is restricted") : Status::Ok();
}

Status Applier::operator()(const ImageStands& p) const {
  return state_.images.contains(p.image) ? Status::Ok() : Failed("the image does not stand");
}

Status Applier::operator()(const TokenNotRevoked& p) const {
  return state_.revoked_tokens.contains({p.op, p.mark}) ? Failed("the token is revoked")
                                                        : Status::Ok();
}

Status ApplyItem(State& state, Undo& undo, const BatchItem& item, std::uint64_t log_index) {
  Applier applier(state, undo, log_index);
  for (const Precondition& precondition : item.preconditions) {
    FG_RETURN_IF_ERROR(std::visit(std::as_const(applier), precondition));
  }
  for (const Change& change : item.changes) FG_RETURN_IF_ERROR(std::visit(applier, change));
  return Status::Ok();
}

bool Fits(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

bool FitsPerson(const std::string& wanted, const IndexKeys& k) {
  return Fits(wanted, k.subject_pseudonym) ||
         std::find(k.other_pseudonyms.begin(), k.other_pseudonyms.end(), wanted) !=
             k.other_pseudonyms.end();
}

bool Fits(const LogQuery& q, const IndexKeys& k) {
  if (q.from && k.time < *q.from) return false;
  if (q.until && k.time >= *q.until) return false;
  if (!q.rule.empty() && std::find(k.rules.begin(), k.rules.end(), q.rule) == k.rules.end()) {
    return false;
  }
  return Fits(q.type, k.type) && Fits(q.site, k.site) && Fits(q.access_point, k.access_point) &&
         Fits(q.camera, k.camera) && Fits(q.purpose, k.purpose) && Fits(q.verdict, k.verdict) &&
         Fits(q.reason, k.reason) && FitsPerson(q.subject_pseudonym, k);
}

void SortOnce(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// What a record has of a key: one value, but for rules.
std::vector<std::string> ValuesOf(const IndexKeys& keys, LogKey by) {
  switch (by) {
    case LogKey::kType:
      return {keys.type};
    case LogKey::kSite:
      return {keys.site};
    case LogKey::kAccessPoint:
      return {keys.access_point};
    case LogKey::kCamera:
      return {keys.camera};
    case LogKey::kPurpose:
      return {keys.purpose};
    case LogKey::kVerdict:
      return {keys.verdict};
    case LogKey::kReason:
      return {keys.reason};
    case LogKey::kRule: {
      const std::set<std::string> once(keys.rules.begin(), keys.rules.end());
      return {once.begin(), once.end()};
    }
    case LogKey::kDay:
      return {core::FormatDay(keys.time)};
    case LogKey::kHour:
      return {core::FormatRfc3339(keys.time).substr(0, 13) + ":00:00Z"};
  }
  return {};
}

model::KeptImage WithoutBytes(model::KeptImage image) {
  image.wrapped_key.clear();
  image.sealed.clear();
  return image;
}

// Newest event first; of one event, by id.
bool IsNewer(const model::Consent& a, const model::Consent& b) {
  return std::tie(b.log_index, a.id) < std::tie(a.log_index, b.id);
}

class MemoryStore final : public Store {
 public:
  Result<Resource> GetResource(std::string_view name) const override;
  Result<Resource> GetResourceAt(std::string_view name, std::uint64_t log_index) const override;
  Result<std::vector<Resource>> ListResources(std::string_view parent, std::string_view kind,
                                              std::string_view after,
                                              std::size_t limit) const override;
  Result<std::vector<Resource>> ListRegisteredBy(const model::OperatorId& op,
                                                 std::uint64_t log_index) const override;
  Result<model::Subject> GetSubject(const model::SubjectRef& subject) const override;
  Result<std::vector<model::Subject>> ListSubjects(const model::OperatorId& op,
                                                   std::string_view after,
                                                   std::size_t limit) const override;
  Result<model::Consent> GetConsent(const model::ConsentRef& consent) const override;
  Result<std::vector<model::Consent>> ListConsents(const model::SubjectRef& subject) const override;
  Result<std::vector<model::Consent>> ListConsentsAt(const model::SiteRef& site,
                                                     const model::PurposeId& purpose,
                                                     std::string_view after,
                                                     std::size_t limit) const override;
  Result<std::vector<model::Consent>> ListExpired(core::Timestamp now,
                                                  std::size_t limit) const override;
  Result<std::vector<model::Consent>> ListTokenCandidates(const core::Hash256& hash) const override;
  Result<model::TemplateKey> GetTemplateKey(const model::SubjectRef& subject,
                                            const model::PurposeId& purpose) const override;
  Result<std::vector<model::Template>> ListTemplates(const std::optional<model::Template>& after,
                                                     std::size_t limit) const override;
  Result<std::vector<model::Template>> ListTemplatesOf(
      const model::SubjectRef& subject) const override;
  Result<core::Bytes> GetGallerySecret(const model::PurposeRef& gallery) const override;
  Result<std::uint64_t> CountStoredPersons(const model::OperatorId& op) const override;
  Result<model::KeptImage> GetImage(const model::ImageRef& image) const override;
  Result<std::vector<model::KeptImage>> ListImagesOf(
      const model::SubjectRef& subject) const override;
  Result<std::vector<model::KeptImage>> ListExpiredImages(core::Timestamp now,
                                                          std::size_t limit) const override;
  Result<model::Badge> GetBadge(const model::BadgeRef& badge) const override;
  Result<std::vector<model::Badge>> ListBadges(const model::OperatorId& op, std::string_view after,
                                               std::size_t limit) const override;
  Result<bool> IsPassUsed(const model::OperatorId& op, const model::PassId& pass) const override;
  Result<std::vector<model::HolderKey>> ListHolderKeys(const model::OperatorId& op) const override;
  Result<model::RevokedToken> GetRevokedToken(const model::OperatorId& op,
                                              const model::TokenMark& mark) const override;
  Result<std::vector<model::RevokedToken>> ListRevokedTokens(const model::OperatorId& op,
                                                             std::string_view after,
                                                             std::size_t limit) const override;
  Result<std::vector<model::OperatorId>> ListLogs() const override;
  Result<LogHead> GetLogHead(const model::OperatorId& log) const override;
  Result<std::vector<LogEntry>> ReadEntries(const model::OperatorId& log, std::uint64_t first,
                                            std::size_t count) const override;
  Result<core::Bytes> ReadTile(const model::OperatorId& log, const TileKey& tile) const override;
  Result<std::vector<LogEntry>> QueryLog(const model::OperatorId& log,
                                         const LogQuery& query) const override;
  Result<std::vector<LogCount>> CountLog(const model::OperatorId& log, const LogQuery& query,
                                         LogKey by) const override;
  Result<std::vector<IndexRow>> ReadIndex(const model::OperatorId& log, std::uint64_t first,
                                          std::size_t count) const override;
  Status ReplaceIndex(const model::OperatorId& log, const std::vector<IndexRow>& rows) override;
  Result<bool> PruneLog(const model::OperatorId& log, const LogPruning& pruning,
                        std::size_t records_max) override;
  Result<std::string> GetProperty(std::string_view key) const override;
  Status SetPropertyOnce(std::string_view key, std::string_view value) override;

 private:
  ApplyResult Write(const Batch& batch) override;

  mutable std::shared_mutex mutex_;
  State state_;  // guarded by mutex_
};

ApplyResult MemoryStore::Write(const Batch& batch) {
  const std::unique_lock lock(mutex_);
  const auto it = state_.logs.find(batch.log());
  const std::uint64_t size = it == state_.logs.end() ? 0 : it->second.entries.size();
  if (size != batch.expected_size()) {
    return {Status(Code::kAborted, "LOG_MOVED", "the log is not of the expected size"), {}};
  }
  {
    Undo undo;
    for (std::size_t i = 0; i < batch.items().size(); ++i) {
      Status status = ApplyItem(state_, undo, batch.items()[i], size + i);
      if (!status.ok()) return {std::move(status), i};
    }
    undo.Keep();
  }
  StoredLog& log = state_.logs[batch.log()];
  for (const BatchItem& item : batch.items()) {
    log.entries.push_back(item.entry);
    log.keys.push_back(item.keys);
    log.leaf_hashes.push_back(item.leaf_hash);
  }
  for (const auto& [key, bytes] : batch.tiles()) log.tiles[key] = bytes;
  log.checkpoint = batch.checkpoint();
  return {};
}

Result<Resource> MemoryStore::GetResource(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.resources.find(name);
  if (it == state_.resources.end() || it->second.deleted) return NotFound("RESOURCE_NOT_FOUND");
  return it->second.current;
}

Result<Resource> MemoryStore::GetResourceAt(std::string_view name, std::uint64_t log_index) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.resources.find(name);
  if (it == state_.resources.end()) return NotFound("RESOURCE_NOT_FOUND");
  const auto& history = it->second.history;
  const auto then = std::find_if(history.rbegin(), history.rend(),
                                 [&](const auto& revision) { return revision.first <= log_index; });
  if (then == history.rend() || !then->second) return NotFound("RESOURCE_NOT_FOUND");
  return *then->second;
}

Result<std::vector<Resource>> MemoryStore::ListResources(std::string_view parent,
                                                         std::string_view kind,
                                                         std::string_view after,
                                                         std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<Resource> found;
  for (auto it = state_.resources.upper_bound(after);
       it != state_.resources.end() && found.size() < limit; ++it) {
    const Resource& resource = it->second.current;
    if (it->second.deleted || resource.parent != parent || resource.kind != kind) continue;
    found.push_back(resource);
  }
  return found;
}

Result<std::vector<Resource>> MemoryStore::ListRegisteredBy(const model::OperatorId& op,
                                                            std::uint64_t log_index) const {
  const std::shared_lock lock(mutex_);
  const std::string own = "operators/" + op.str();
  std::vector<Resource> found;
  for (auto it = state_.resources.lower_bound(own);
       it != state_.resources.end() && it->first.starts_with(own); ++it) {
    if (it->first != own && !it->first.starts_with(own + "/")) continue;
    const Resource* last = nullptr;
    for (const auto& [index, revision] : it->second.history) {
      if (index == log_index && revision.has_value()) last = &*revision;
    }
    if (last != nullptr) found.push_back(*last);
  }
  return found;
}

Result<model::Subject> MemoryStore::GetSubject(const model::SubjectRef& subject) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.subjects.find(subject);
  if (it == state_.subjects.end()) return NotFound("SUBJECT_NOT_FOUND");
  if (it->second.erased) {
    return Status(Code::kFailedPrecondition, "SUBJECT_ERASED", "the id is fenced");
  }
  return it->second.subject;
}

Result<std::vector<model::Subject>> MemoryStore::ListSubjects(const model::OperatorId& op,
                                                              std::string_view after,
                                                              std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Subject> found;
  for (auto it = state_.subjects.lower_bound({op, {}});
       it != state_.subjects.end() && it->first.op == op && found.size() < limit; ++it) {
    if (it->first.subject.str() <= after || it->second.erased) continue;
    found.push_back(it->second.subject);
  }
  return found;
}

Result<model::Consent> MemoryStore::GetConsent(const model::ConsentRef& consent) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.consents.find(consent);
  if (it == state_.consents.end()) return NotFound("CONSENT_NOT_FOUND");
  return it->second;
}

Result<std::vector<model::Consent>> MemoryStore::ListConsents(
    const model::SubjectRef& subject) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Consent> found;
  for (auto it = state_.consents.lower_bound({subject.op, subject.subject, {}});
       it != state_.consents.end() && it->second.op == subject.op &&
       it->second.subject == subject.subject;
       ++it) {
    found.push_back(it->second);
  }
  std::sort(found.begin(), found.end(), IsNewer);
  return found;
}

Result<std::vector<model::Consent>> MemoryStore::ListConsentsAt(const model::SiteRef& site,
                                                                const model::PurposeId& purpose,
                                                                std::string_view after,
                                                                std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::map<model::SubjectId, model::Consent> newest;
  for (const auto& [ref, consent] : state_.consents) {
    if (ref.op != site.op || consent.site != site.site || consent.purpose != purpose) continue;
    if (ref.subject.str() <= after) continue;
    const auto [it, is_first] = newest.try_emplace(ref.subject, consent);
    if (!is_first && IsNewer(consent, it->second)) it->second = consent;
  }
  std::vector<model::Consent> found;
  for (auto& [id, consent] : newest) {
    if (found.size() == limit) break;
    found.push_back(std::move(consent));
  }
  return found;
}

Result<std::vector<model::Consent>> MemoryStore::ListExpired(core::Timestamp now,
                                                             std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Consent> found;
  for (const auto& [ref, consent] : state_.consents) {
    if (consent.status == model::ConsentStatus::kGranted && consent.expires_at <= now) {
      found.push_back(consent);
    }
  }
  std::sort(found.begin(), found.end(), [](const model::Consent& a, const model::Consent& b) {
    return std::tie(a.expires_at, a.op, a.subject, a.id) <
           std::tie(b.expires_at, b.op, b.subject, b.id);
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::vector<model::Consent>> MemoryStore::ListTokenCandidates(
    const core::Hash256& hash) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Consent> found;
  for (const auto& [ref, consent] : state_.consents) {
    const core::Bytes& token = consent.token_hash;
    if (!token.empty() && token[0] == hash[0] && token[1] == hash[1]) found.push_back(consent);
  }
  return found;
}

Result<model::TemplateKey> MemoryStore::GetTemplateKey(const model::SubjectRef& subject,
                                                       const model::PurposeId& purpose) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.template_keys.find({subject.op, subject.subject, purpose});
  if (it == state_.template_keys.end()) return NotFound("TEMPLATE_KEY_NOT_FOUND");
  return it->second;
}

Result<std::vector<model::Template>> MemoryStore::ListTemplates(
    const std::optional<model::Template>& after, std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Template> found;
  auto it = after ? state_.templates.upper_bound(RefOf(*after)) : state_.templates.begin();
  for (; it != state_.templates.end() && found.size() < limit; ++it) found.push_back(it->second);
  return found;
}

Result<std::vector<model::Template>> MemoryStore::ListTemplatesOf(
    const model::SubjectRef& subject) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Template> found;
  for (auto it = state_.templates.lower_bound({subject.op, subject.subject, {}, {}});
       it != state_.templates.end() && it->second.op == subject.op &&
       it->second.subject == subject.subject;
       ++it) {
    found.push_back(it->second);
  }
  return found;
}

Result<core::Bytes> MemoryStore::GetGallerySecret(const model::PurposeRef& gallery) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.gallery_secrets.find(gallery);
  if (it == state_.gallery_secrets.end()) return NotFound("GALLERY_SECRET_NOT_FOUND");
  return it->second;
}

Result<std::uint64_t> MemoryStore::CountStoredPersons(const model::OperatorId& op) const {
  const std::shared_lock lock(mutex_);
  std::set<model::SubjectId> persons;
  for (auto it = state_.templates.lower_bound({op, {}, {}, {}});
       it != state_.templates.end() && it->second.op == op; ++it) {
    persons.insert(it->second.subject);
  }
  return std::uint64_t{persons.size()};
}

Result<model::KeptImage> MemoryStore::GetImage(const model::ImageRef& image) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.images.find(image);
  if (it == state_.images.end()) return NotFound("IMAGE_NOT_FOUND");
  return it->second;
}

Result<std::vector<model::KeptImage>> MemoryStore::ListImagesOf(
    const model::SubjectRef& subject) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::KeptImage> found;
  for (auto it = state_.images.lower_bound({subject.op, subject.subject, {}});
       it != state_.images.end() && it->second.op == subject.op &&
       it->second.subject == subject.subject;
       ++it) {
    found.push_back(WithoutBytes(it->second));
  }
  return found;
}

Result<std::vector<model::KeptImage>> MemoryStore::ListExpiredImages(core::Timestamp now,
                                                                     std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::KeptImage> found;
  for (const auto& [ref, image] : state_.images) {
    if (image.expires_at <= now) found.push_back(WithoutBytes(image));
  }
  std::sort(found.begin(), found.end(), [](const model::KeptImage& a, const model::KeptImage& b) {
    return std::tie(a.expires_at, a.op, a.subject, a.id) <
           std::tie(b.expires_at, b.op, b.subject, b.id);
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<model::Badge> MemoryStore::GetBadge(const model::BadgeRef& badge) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.badges.find(badge);
  if (it == state_.badges.end()) return NotFound("BADGE_NOT_FOUND");
  return it->second;
}

Result<std::vector<model::Badge>> MemoryStore::ListBadges(const model::OperatorId& op,
                                                          std::string_view after,
                                                          std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Badge> found;
  for (const auto& [ref, badge] : state_.badges) {
    if (found.size() == limit) break;
    if (ref.op == op && ref.badge.str() > after) found.push_back(badge);
  }
  return found;
}

Result<bool> MemoryStore::IsPassUsed(const model::OperatorId& op, const model::PassId& pass) const {
  const std::shared_lock lock(mutex_);
  return state_.used_passes.contains({op, pass});
}

Result<std::vector<model::HolderKey>> MemoryStore::ListHolderKeys(
    const model::OperatorId& op) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::HolderKey> found;
  for (const auto& [key, value] : state_.holder_keys) {
    if (key.first == op) found.push_back(value);
  }
  return found;
}

Result<model::RevokedToken> MemoryStore::GetRevokedToken(const model::OperatorId& op,
                                                         const model::TokenMark& mark) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.revoked_tokens.find({op, mark});
  if (it == state_.revoked_tokens.end()) return NotFound("TOKEN_NOT_REVOKED");
  return it->second;
}

Result<std::vector<model::RevokedToken>> MemoryStore::ListRevokedTokens(const model::OperatorId& op,
                                                                        std::string_view after,
                                                                        std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::RevokedToken> found;
  for (const auto& [key, value] : state_.revoked_tokens) {
    if (found.size() == limit) break;
    if (key.first == op && key.second.str() > after) found.push_back(value);
  }
  return found;
}

Result<std::vector<model::OperatorId>> MemoryStore::ListLogs() const {
  const std::shared_lock lock(mutex_);
  std::vector<model::OperatorId> found;
  for (const auto& [op, log] : state_.logs) found.push_back(op);
  return found;
}

Result<LogHead> MemoryStore::GetLogHead(const model::OperatorId& log) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.logs.find(log);
  if (it == state_.logs.end()) return LogHead{};
  return LogHead{it->second.entries.size(), it->second.checkpoint, it->second.minimum_index};
}

Result<std::vector<LogEntry>> MemoryStore::ReadEntries(const model::OperatorId& log,
                                                       std::uint64_t first,
                                                       std::size_t count) const {
  const std::shared_lock lock(mutex_);
  std::vector<LogEntry> found;
  const auto it = state_.logs.find(log);
  if (it == state_.logs.end()) return found;
  const std::vector<std::string>& entries = it->second.entries;
  count = std::min(count, kReadEntriesMax);
  if (count > 0 && first < it->second.minimum_index) return RecordPruned(it->second.minimum_index);
  for (std::uint64_t i = first; i < entries.size() && found.size() < count; ++i) {
    found.push_back({i, entries[i]});
  }
  return found;
}

Result<core::Bytes> MemoryStore::ReadTile(const model::OperatorId& log, const TileKey& tile) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.logs.find(log);
  if (it == state_.logs.end()) return NotFound("TILE_NOT_FOUND");
  const auto stored = it->second.tiles.find(tile);
  if (stored != it->second.tiles.end()) return stored->second;
  const std::vector<core::Hash256>& leaves = it->second.leaf_hashes;
  if (tile.level != 0 || tile.index >= (leaves.size() + kTileHashes - 1) / kTileHashes) {
    return NotFound("TILE_NOT_FOUND");
  }
  core::Bytes growing;
  const std::size_t first = static_cast<std::size_t>(tile.index) * kTileHashes;
  for (std::size_t i = first; i < std::min(first + kTileHashes, leaves.size()); ++i) {
    growing.insert(growing.end(), leaves[i].begin(), leaves[i].end());
  }
  return growing;
}

Result<std::vector<LogEntry>> MemoryStore::QueryLog(const model::OperatorId& log,
                                                    const LogQuery& query) const {
  if (query.limit < 1 || query.limit > kQueryLimitMax) {
    return Status(Code::kInvalidArgument, "BAD_LIMIT", "a query's limit is 1 to 1000");
  }
  const std::shared_lock lock(mutex_);
  std::vector<LogEntry> found;
  const auto it = state_.logs.find(log);
  if (it == state_.logs.end()) return found;
  const StoredLog& stored = it->second;
  for (std::uint64_t i = std::max(query.first_index, stored.minimum_index);
       i < stored.entries.size() && found.size() < query.limit; ++i) {
    if (Fits(query, stored.keys[i])) found.push_back({i, stored.entries[i]});
  }
  return found;
}

Result<std::vector<LogCount>> MemoryStore::CountLog(const model::OperatorId& log,
                                                    const LogQuery& query, LogKey by) const {
  const std::shared_lock lock(mutex_);
  std::map<std::string, std::uint64_t> counts;
  if (const auto it = state_.logs.find(log); it != state_.logs.end()) {
    const std::vector<IndexKeys>& keys = it->second.keys;
    for (std::uint64_t i = std::max(query.first_index, it->second.minimum_index); i < keys.size();
         ++i) {
      if (!Fits(query, keys[i])) continue;
      for (std::string& value : ValuesOf(keys[i], by)) ++counts[std::move(value)];
    }
  }
  counts.erase("");
  std::vector<LogCount> sorted;
  sorted.reserve(counts.size());
  for (const auto& [value, records] : counts) sorted.push_back({value, records});
  return sorted;
}

Result<std::vector<IndexRow>> MemoryStore::ReadIndex(const model::OperatorId& log,
                                                     std::uint64_t first, std::size_t count) const {
  const std::shared_lock lock(mutex_);
  std::vector<IndexRow> rows;
  const auto it = state_.logs.find(log);
  if (it == state_.logs.end()) return rows;
  const StoredLog& stored = it->second;
  const std::size_t wanted = std::min(count, kReadEntriesMax);
  for (std::uint64_t i = std::max(first, stored.minimum_index);
       i < stored.keys.size() && rows.size() < wanted; ++i) {
    IndexRow row{i, stored.keys[i], stored.leaf_hashes[i]};
    SortOnce(row.keys.rules);
    SortOnce(row.keys.other_pseudonyms);
    rows.push_back(std::move(row));
  }
  return rows;
}

Status MemoryStore::ReplaceIndex(const model::OperatorId& log, const std::vector<IndexRow>& rows) {
  const std::unique_lock lock(mutex_);
  const auto it = state_.logs.find(log);
  for (const IndexRow& row : rows) {
    if (it == state_.logs.end() || row.index >= it->second.entries.size()) {
      return Status(Code::kNotFound, "RECORD_NOT_FOUND", "the log is not that long");
    }
    if (row.index < it->second.minimum_index) return RecordPruned(it->second.minimum_index);
  }
  for (const IndexRow& row : rows) {
    it->second.keys[row.index] = row.keys;
    it->second.leaf_hashes[row.index] = row.leaf_hash;
  }
  return Status::Ok();
}

Result<bool> MemoryStore::PruneLog(const model::OperatorId& log, const LogPruning& pruning,
                                   std::size_t records_max) {
  FG_CHECK(records_max > 0);
  const std::unique_lock lock(mutex_);
  const auto bad = [](const char* why) {
    return Status(Code::kFailedPrecondition, "BAD_PRUNING", why);
  };
  const std::uint64_t end = pruning.minimum_index;
  const auto it = state_.logs.find(log);
  if (end % kTileHashes != 0) return bad("the minimum index is no multiple of 256");
  if (it != state_.logs.end() && end < it->second.minimum_index) {
    return bad("a log's minimum index is never lowered");
  }
  if (it == state_.logs.end() || pruning.record >= it->second.keys.size() || end > pruning.record ||
      it->second.keys[pruning.record].type != kPrunedType) {
    return bad("no record of the log says that these go");
  }
  StoredLog& stored = it->second;
  for (std::uint64_t i = stored.minimum_index; i < end; i += kTileHashes) {
    const auto tile = stored.tiles.find({0, i / kTileHashes});
    if (tile == stored.tiles.end() || tile->second.size() != kTileBytes) {
      return bad("a tile of what would go is not stored");
    }
  }
  stored.minimum_index = end;
  const std::uint64_t until =
      std::min(end, stored.pruned + static_cast<std::uint64_t>(records_max));
  for (; stored.pruned < until; ++stored.pruned) {
    stored.entries[stored.pruned] = std::string();
    stored.keys[stored.pruned] = IndexKeys();
  }
  return stored.pruned == end;
}

Result<std::string> MemoryStore::GetProperty(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto it = state_.properties.find(key);
  if (it == state_.properties.end()) return NotFound("PROPERTY_NOT_FOUND");
  return it->second;
}

Status MemoryStore::SetPropertyOnce(std::string_view key, std::string_view value) {
  const std::unique_lock lock(mutex_);
  const auto [it, is_new] = state_.properties.try_emplace(std::string(key), value);
  if (is_new || it->second == value) return Status::Ok();
  return Status(Code::kAlreadyExists, "PROPERTY_EXISTS", "another value is set for good");
}

}  // namespace

std::unique_ptr<Store> OpenMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace facegate::storage
