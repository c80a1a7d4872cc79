#include "storage/sqlite_write.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "facegate/core/check.h"
#include "storage/people_links.h"
#include "storage/sqlite_rows.h"
#include "storage/sqlite_schema.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Status;

// How far a stretch's time is written ahead, so that not every batch writes it: one that is too
// long is looked into for nothing, one that is too short would hide records.
constexpr std::int64_t kSpanAheadMs = 1000;

Status Failed(const char* message) { return Status(Code::kAborted, "PRECONDITION", message); }

}  // namespace

void WriteIndexKeys(Connection& connection, std::int64_t seq, const IndexKeys& keys,
                    const core::Hash256& leaf_hash) {
  Query(connection, R"sql(
      INSERT INTO log_index_keys (seq, type, time_ms, site, access_point, camera, purpose, verdict,
                                  reason, subject_pseudonym, leaf_hash)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))sql")
      .Bind(seq, keys.type, keys.time.unix_ms, keys.site, keys.access_point, keys.camera,
            keys.purpose, keys.verdict, keys.reason, keys.subject_pseudonym,
            core::ByteSpan(leaf_hash))
      .Run();
  for (const std::string& pseudonym : keys.other_pseudonyms) {
    Query(connection, "INSERT OR IGNORE INTO log_others (pseudonym, seq) VALUES (?1, ?2)")
        .Bind(pseudonym, seq)
        .Run();
  }
  for (const std::string& rule : keys.rules) {
    Query(connection, "INSERT OR IGNORE INTO log_rules (rule, seq) VALUES (?1, ?2)")
        .Bind(rule, seq)
        .Run();
  }
}

bool StretchStored::Has(LogField field, std::string_view value) const {
  const auto found = values.find(field);
  return found != values.end() && found->second.contains(value);
}

void StretchStored::Merge(StretchStored later) {
  if (later.stretch != stretch) {
    *this = std::move(later);
    return;
  }
  min_ms = std::min(min_ms, later.min_ms);
  max_ms = std::max(max_ms, later.max_ms);
  for (auto& [field, more] : later.values) values[field].merge(more);
}

BatchWriter::BatchWriter(Connection& connection, const Batch& batch, const StretchesStored& stored)
    : connection_(connection), vault_(connection), batch_(batch), stretches_stored_(stored) {}

void BatchWriter::MergeInto(StretchesStored& stored) && {
  stored[log_].Merge(std::move(last_stretch_));
}

ApplyResult BatchWriter::Write() {
  if (Status moved = ReadHead(); !moved.ok()) return {std::move(moved), {}};
  for (std::size_t i = 0; i < batch_.items().size(); ++i, ++index_) {
    Status status = WriteItem(batch_.items()[i]);
    if (!status.ok()) return {std::move(status), i};
  }
  WriteStretches();
  WriteTiles();
  WriteHead();
  return {};
}

Status BatchWriter::ReadHead() {
  std::uint64_t size = 0;
  {
    Query query(connection_, "SELECT id, size FROM logs WHERE op = ?1");
    query.Bind(batch_.log());
    if (query.Step()) {
      log_ = query.Int(0);
      size = static_cast<std::uint64_t>(query.Int(1));
    }
  }
  if (size != batch_.expected_size()) {
    return Status(Code::kAborted, "LOG_MOVED", "the log is not of the expected size");
  }
  FG_CHECK(size + batch_.items().size() < std::uint64_t{1} << kIndexBits);
  index_ = size;
  if (log_ == 0) {
    Query(connection_, "INSERT INTO logs (op, size, checkpoint) VALUES (?1, 0, '')")
        .Bind(batch_.log())
        .Run();
    log_ = sqlite3_last_insert_rowid(connection_.handle());
  }
  return Status::Ok();
}

Status BatchWriter::WriteItem(const BatchItem& item) {
  for (const Precondition& precondition : item.preconditions) {
    FG_RETURN_IF_ERROR(std::visit(*this, precondition));
  }
  for (const Change& change : item.changes) FG_RETURN_IF_ERROR(std::visit(*this, change));
  WriteEntry(item);
  return Status::Ok();
}

void BatchWriter::WriteEntry(const BatchItem& item) {
  const std::int64_t seq = Sequence(log_, index_);
  const IndexKeys& keys = item.keys;
  Query(connection_, "INSERT INTO log_entries (seq, entry) VALUES (?1, ?2)")
      .Bind(seq, core::AsBytes(item.entry))
      .Run();
  WriteIndexKeys(connection_, seq, keys, item.leaf_hash);
}

void BatchWriter::WriteStretches() {
  using Value = std::tuple<std::uint64_t, LogField, std::string_view>;
  const auto found = stretches_stored_.find(log_);
  const auto stored_of = [&](std::uint64_t stretch) -> const StretchStored* {
    const bool is_stored = found != stretches_stored_.end() && found->second.stretch == stretch;
    return is_stored ? &found->second : nullptr;
  };
  std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> times;
  std::set<Value> values;
  std::uint64_t index = batch_.expected_size();
  for (const BatchItem& item : batch_.items()) {
    const IndexKeys& keys = item.keys;
    const std::uint64_t stretch = index++ / kStretchRecords;
    const StretchStored* stored = stored_of(stretch);
    auto& [min_ms, max_ms] =
        times.try_emplace(stretch, keys.time.unix_ms, keys.time.unix_ms).first->second;
    min_ms = std::min(min_ms, keys.time.unix_ms);
    max_ms = std::max(max_ms, keys.time.unix_ms);
    const auto add = [&](LogField field, std::string_view value) {
      if (value.empty() || (stored != nullptr && stored->Has(field, value))) return;
      values.emplace(stretch, field, value);
    };
    add(LogField::kType, keys.type);
    add(LogField::kSite, keys.site);
    add(LogField::kAccessPoint, keys.access_point);
    add(LogField::kCamera, keys.camera);
    add(LogField::kPurpose, keys.purpose);
    add(LogField::kVerdict, keys.verdict);
    add(LogField::kReason, keys.reason);
    for (const std::string& rule : keys.rules) add(LogField::kRule, rule);
  }
  for (const auto& [stretch, span] : times) {
    last_stretch_.stretch = stretch;
    const StretchStored* stored = stored_of(stretch);
    if (stored != nullptr && span.first >= stored->min_ms && span.second <= stored->max_ms) {
      continue;
    }
    last_stretch_.min_ms = span.first;
    last_stretch_.max_ms = span.second + kSpanAheadMs;
    Query(connection_, R"sql(
        INSERT INTO log_stretches (log, stretch, min_ms, max_ms) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET min_ms = min(min_ms, excluded.min_ms),
                                  max_ms = max(max_ms, excluded.max_ms))sql")
        .Bind(log_, stretch, span.first, last_stretch_.max_ms)
        .Run();
  }
  for (const auto& [stretch, field, value] : values) {
    Query(connection_, R"sql(
        INSERT OR IGNORE INTO log_stretch_values (log, field, value, stretch)
        VALUES (?1, ?2, ?3, ?4))sql")
        .Bind(log_, static_cast<int>(field), value, stretch)
        .Run();
    if (stretch == last_stretch_.stretch) last_stretch_.values[field].emplace(value);
  }
}

void BatchWriter::WriteTiles() {
  for (const auto& [key, bytes] : batch_.tiles()) {
    Query(connection_, R"sql(
        INSERT INTO tiles (log, level, idx, bytes) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET bytes = excluded.bytes)sql")
        .Bind(log_, key.level, key.index, bytes)
        .Run();
  }
}

void BatchWriter::WriteHead() {
  Query(connection_, "UPDATE logs SET size = ?2, checkpoint = ?3 WHERE id = ?1")
      .Bind(log_, index_, batch_.checkpoint())
      .Run();
}

// ---- Resources
// -----------------------------------------------------------------------------------

void BatchWriter::RecordRevision(const std::string& name) {
  Query(connection_, R"sql(
      INSERT INTO resource_history (name, kind, parent, body, revision, log_index, deleted)
      SELECT name, kind, parent, body, revision, ?2, deleted FROM resources WHERE name = ?1)sql")
      .Bind(name, index_)
      .Run();
}

Status BatchWriter::operator()(const PutResource& c) {
  if (c.revision == 1) {
    Query(connection_, R"sql(
        INSERT INTO resources (name, kind, parent, body, revision, log_index)
        VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT DO NOTHING)sql")
        .Bind(c.name, c.kind, c.parent, c.body, index_)
        .Run();
    if (sqlite3_changes(connection_.handle()) == 0) return Failed("the resource exists or existed");
  } else {
    Query(connection_, R"sql(
        UPDATE resources SET kind = ?2, parent = ?3, body = ?4, revision = ?5, log_index = ?6
        WHERE name = ?1 AND revision = ?5 - 1 AND deleted = 0)sql")
        .Bind(c.name, c.kind, c.parent, c.body, c.revision, index_)
        .Run();
    if (sqlite3_changes(connection_.handle()) == 0) {
      return Failed("the resource is not at the revision before");
    }
  }
  RecordRevision(c.name);
  return Status::Ok();
}

Status BatchWriter::operator()(const DeleteResource& c) {
  Query(connection_,
        "UPDATE resources SET deleted = 1 WHERE name = ?1 AND revision = ?2 AND deleted = 0")
      .Bind(c.name, c.revision)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) {
    return Failed("the resource is not at that revision");
  }
  RecordRevision(c.name);
  return Status::Ok();
}

// ---- People
// --------------------------------------------------------------------------------------

Status BatchWriter::NeedAlive(const model::SubjectRef& subject) {
  Query query(connection_, "SELECT 1 FROM subjects WHERE op = ?1 AND id = ?2 AND erased = 0");
  query.Bind(subject.op, subject.subject);
  return query.Step() ? Status::Ok() : Failed("the subject of a change does not stand");
}

bool BatchWriter::HasTemplates(const model::SubjectRef& subject) {
  Query query(connection_, "SELECT 1 FROM templates WHERE op = ?1 AND subject = ?2 LIMIT 1");
  query.Bind(subject.op, subject.subject);
  return query.Step();
}

void BatchWriter::AddPersons(int count) {
  Query(connection_, "UPDATE logs SET persons = persons + ?2 WHERE id = ?1")
      .Bind(log_, count)
      .Run();
}

Status BatchWriter::operator()(const PutSubject& c) {
  {
    Query query(connection_, "SELECT 1 FROM subjects WHERE op = ?1 AND id = ?2");
    query.Bind(c.subject.op, c.subject.id);
    if (query.Step()) return Failed("the subject exists or existed");
  }
  const std::int64_t secret = vault_.Put(c.subject.wrapped_secret);
  Query query(connection_, R"sql(
      INSERT INTO subjects (op, id, secret, created_at, log_index, age_years, country, region,
                            role, needs_accessibility)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql");
  query.Bind(c.subject.op, c.subject.id, secret, c.subject.created_at.unix_ms, index_);
  const auto bind_or_null = [&query](bool is_known, const auto& value) {
    if (is_known) {
      query.Bind(value);
    } else {
      query.Bind(nullptr);
    }
  };
  bind_or_null(c.subject.age_known, c.subject.age_years);
  bind_or_null(!c.subject.country.empty(), c.subject.country);
  bind_or_null(!c.subject.region.empty(), c.subject.region);
  bind_or_null(c.subject.role.has_value(),
               model::Word(c.subject.role.value_or(model::SubjectRole{})));
  bind_or_null(c.subject.needs_accessibility.has_value(),
               c.subject.needs_accessibility.value_or(false));
  query.Run();
  return Status::Ok();
}

void BatchWriter::DestroySlots(const char* sql, const model::SubjectRef& subject,
                               const std::string& third) {
  std::vector<std::int64_t> slots;
  {
    Query query(connection_, sql);
    query.Bind(subject.op, subject.subject, third);
    while (query.Step()) slots.push_back(query.Int(0));
  }
  for (const std::int64_t slot : slots) vault_.Destroy(slot);
}

Status BatchWriter::operator()(const EraseSubject& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  if (HasTemplates(c.subject)) AddPersons(-1);
  DestroySlots(R"sql(
      SELECT sealed FROM templates WHERE op = ?1 AND subject = ?2
      UNION ALL SELECT wrapped_key FROM template_keys WHERE op = ?1 AND subject = ?2
      UNION ALL SELECT wrapped_key FROM images WHERE op = ?1 AND subject = ?2
      UNION ALL SELECT sealed FROM images WHERE op = ?1 AND subject = ?2
      UNION ALL SELECT evidence FROM consents
                WHERE op = ?1 AND subject = ?2 AND evidence IS NOT NULL
      UNION ALL SELECT guardian_evidence FROM consents
                WHERE op = ?1 AND subject = ?2 AND guardian_evidence IS NOT NULL
      UNION ALL SELECT token FROM consents
                WHERE op = ?1 AND subject = ?2 AND token IS NOT NULL
      UNION ALL SELECT secret FROM subjects WHERE op = ?1 AND id = ?2 AND ?3 = '')sql",
               c.subject, "");
  const auto run = [&](const char* sql) {
    Query(connection_, sql).Bind(c.subject.op, c.subject.subject).Run();
  };
  run("DELETE FROM templates WHERE op = ?1 AND subject = ?2");
  run("DELETE FROM template_keys WHERE op = ?1 AND subject = ?2");
  run("DELETE FROM images WHERE op = ?1 AND subject = ?2");
  run("DELETE FROM consents WHERE op = ?1 AND subject = ?2");
  Query(connection_, R"sql(
      UPDATE subjects SET erased = 1, secret = NULL, age_years = NULL, country = NULL,
                          region = NULL, role = NULL, needs_accessibility = NULL, created_at = 0,
                          restricted_at = NULL,
                          log_index = ?3
      WHERE op = ?1 AND id = ?2)sql")
      .Bind(c.subject.op, c.subject.subject, index_)
      .Run();
  Unlink(c.subject);
  return Status::Ok();
}

void BatchWriter::Unlink(const model::SubjectRef& subject) {
  const PeopleLinks links(subject);
  for (const std::string& below : links.below) {
    // '0' is the character behind '/'.
    const std::string behind = below.substr(0, below.size() - 1) + '0';
    for (const char* sql : {"UPDATE resources SET body = replace(body, ?3, ?4)"
                            " WHERE name > ?1 AND name < ?2 AND instr(body, ?3) > 0",
                            "UPDATE resource_history SET body = replace(body, ?3, ?4)"
                            " WHERE name > ?1 AND name < ?2 AND instr(body, ?3) > 0"}) {
      Query(connection_, sql).Bind(below, behind, links.link, links.unlinked).Run();
    }
  }
}

Status BatchWriter::operator()(const PutConsent& c) {
  const model::Consent& consent = c.consent;
  FG_RETURN_IF_ERROR(NeedAlive({consent.op, consent.subject}));
  std::uint64_t epoch = 0;
  std::vector<std::int64_t> old_slots;
  std::string earlier;
  {
    Query query(connection_, R"sql(
        SELECT epoch, evidence, guardian_evidence, token, earlier, log_index FROM consents
        WHERE op = ?1 AND subject = ?2 AND id = ?3)sql");
    query.Bind(consent.op, consent.subject, consent.id);
    if (query.Step()) {
      epoch = static_cast<std::uint64_t>(query.Int(0));
      for (const int column : {1, 2, 3}) {
        if (!query.IsNull(column)) old_slots.push_back(query.Int(column));
      }
      earlier = query.Text(4);
      if (!earlier.empty()) earlier += ',';
      earlier += std::to_string(query.Int(5));
    }
  }
  if (consent.epoch != epoch + 1) return Failed("the consent moved");
  for (const std::int64_t slot : old_slots) vault_.Destroy(slot);
  Query query(connection_, R"sql(
      INSERT OR REPLACE INTO consents
        (op, subject, id, site, purpose, purpose_version, status, form, given_by, scopes,
         notice_sha256, granted_at, expires_at, epoch, log_index, guardian_verified_by,
         earlier, alternative_offered, channel, evidence, guardian_evidence, token, token_bucket)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
              ?20, ?21, ?22, ?23))sql");
  query.Bind(consent.op, consent.subject, consent.id, consent.site, consent.purpose,
             consent.purpose_version, model::Word(consent.status), model::Word(consent.form),
             model::Word(consent.given_by), JoinScopes(consent.scopes), consent.notice_sha256,
             consent.granted_at.unix_ms, consent.expires_at.unix_ms, consent.epoch, index_,
             consent.guardian_verified_by, earlier);
  const auto bind_word = [&query](const auto& word) {
    if (word) {
      query.Bind(model::Word(*word));
    } else {
      query.Bind(nullptr);
    }
  };
  bind_word(consent.alternative_offered);
  bind_word(consent.channel);
  for (const std::string* hash : {&consent.evidence_sha256, &consent.guardian_evidence_sha256}) {
    if (hash->empty()) {
      query.Bind(nullptr);
    } else {
      query.Bind(vault_.Put(core::AsBytes(*hash)));
    }
  }
  if (consent.token_hash.empty()) {
    query.Bind(nullptr, nullptr);
  } else {
    query.Bind(vault_.Put(consent.token_hash), TokenBucket(consent.token_hash));
  }
  query.Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const PutTemplateKey& c) {
  FG_RETURN_IF_ERROR(NeedAlive({c.key.op, c.key.subject}));
  {
    Query query(connection_,
                "SELECT 1 FROM template_keys WHERE op = ?1 AND subject = ?2 AND purpose = ?3");
    query.Bind(c.key.op, c.key.subject, c.key.purpose);
    if (query.Step()) return Failed("a template key stands");
  }
  Query(connection_, R"sql(
      INSERT INTO template_keys (op, subject, purpose, wrapped_key) VALUES (?1, ?2, ?3, ?4))sql")
      .Bind(c.key.op, c.key.subject, c.key.purpose, vault_.Put(c.key.wrapped_key))
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const PutTemplate& c) {
  const model::Template& value = c.value;
  FG_RETURN_IF_ERROR(NeedAlive({value.op, value.subject}));
  {
    Query query(connection_,
                "SELECT 1 FROM template_keys WHERE op = ?1 AND subject = ?2 AND purpose = ?3");
    query.Bind(value.op, value.subject, value.purpose);
    if (!query.Step()) return Failed("the template's key does not stand");
  }
  {
    Query query(connection_, R"sql(
        SELECT 1 FROM templates WHERE op = ?1 AND subject = ?2 AND purpose = ?3 AND id = ?4)sql");
    query.Bind(value.op, value.subject, value.purpose, value.id);
    if (query.Step()) return Failed("the template exists");
  }
  if (!HasTemplates({value.op, value.subject})) AddPersons(1);
  Query(connection_, R"sql(
      INSERT INTO templates (op, subject, purpose, id, site, consent, model_id, sealed, created_at,
                             log_index)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql")
      .Bind(value.op, value.subject, value.purpose, value.id, value.site, value.consent,
            value.model_id, vault_.Put(value.sealed), value.created_at.unix_ms, index_)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const DestroyTemplates& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  const bool had_templates = HasTemplates(c.subject);
  DestroySlots(R"sql(
      SELECT sealed FROM templates WHERE op = ?1 AND subject = ?2 AND purpose = ?3
      UNION ALL
      SELECT wrapped_key FROM template_keys WHERE op = ?1 AND subject = ?2 AND purpose = ?3)sql",
               c.subject, c.purpose.str());
  Query(connection_, "DELETE FROM templates WHERE op = ?1 AND subject = ?2 AND purpose = ?3")
      .Bind(c.subject.op, c.subject.subject, c.purpose)
      .Run();
  Query(connection_, "DELETE FROM template_keys WHERE op = ?1 AND subject = ?2 AND purpose = ?3")
      .Bind(c.subject.op, c.subject.subject, c.purpose)
      .Run();
  if (had_templates && !HasTemplates(c.subject)) AddPersons(-1);
  return (*this)(DestroyImages{c.subject, c.purpose});
}

Status BatchWriter::operator()(const PutImage& c) {
  const model::KeptImage& image = c.image;
  FG_RETURN_IF_ERROR(NeedAlive({image.op, image.subject}));
  const model::ImageRef ref{image.op, image.subject, image.id};
  if ((*this)(ImageStands{ref}).ok()) return Failed("the image exists");
  Query(connection_, R"sql(
      INSERT INTO images (op, subject, id, purpose, site, consent, kept, wrapped_key, sealed,
                          created_at, expires_at, log_index)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12))sql")
      .Bind(image.op, image.subject, image.id, image.purpose, image.site, image.consent,
            model::Word(image.kept), vault_.Put(image.wrapped_key), vault_.Put(image.sealed),
            image.created_at.unix_ms, image.expires_at.unix_ms, index_)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const DestroyImage& c) {
  const model::ImageRef& ref = c.image;
  FG_RETURN_IF_ERROR((*this)(ImageStands{ref}));
  DestroySlots(R"sql(
      SELECT wrapped_key FROM images WHERE op = ?1 AND subject = ?2 AND id = ?3
      UNION ALL SELECT sealed FROM images WHERE op = ?1 AND subject = ?2 AND id = ?3)sql",
               {ref.op, ref.subject}, ref.image.str());
  Query(connection_, "DELETE FROM images WHERE op = ?1 AND subject = ?2 AND id = ?3")
      .Bind(ref.op, ref.subject, ref.image)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const DestroyImages& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  DestroySlots(R"sql(
      SELECT wrapped_key FROM images WHERE op = ?1 AND subject = ?2 AND purpose = ?3
      UNION ALL SELECT sealed FROM images WHERE op = ?1 AND subject = ?2 AND purpose = ?3)sql",
               c.subject, c.purpose.str());
  Query(connection_, "DELETE FROM images WHERE op = ?1 AND subject = ?2 AND purpose = ?3")
      .Bind(c.subject.op, c.subject.subject, c.purpose)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const PutGallerySecret& c) {
  Query(connection_, R"sql(
      INSERT INTO gallery_secrets (op, purpose, wrapped) VALUES (?1, ?2, ?3)
      ON CONFLICT DO NOTHING)sql")
      .Bind(c.gallery.op, c.gallery.purpose, c.wrapped)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("a gallery secret stands");
  return Status::Ok();
}

// ---- Other ways through
// --------------------------------------------------------------------------

Status BatchWriter::operator()(const PutBadge& c) {
  Query query(connection_, R"sql(
      INSERT INTO badges (op, id, sites, created_at, log_index, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING)sql");
  query.Bind(c.badge.op, c.badge.id, JoinSites(c.badge.sites), c.badge.created_at.unix_ms, index_);
  if (c.badge.expires_at) {
    query.Bind(c.badge.expires_at->unix_ms);
  } else {
    query.Bind(nullptr);
  }
  query.Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the badge stands");
  return Status::Ok();
}

Status BatchWriter::operator()(const DeleteBadge& c) {
  Query(connection_, "DELETE FROM badges WHERE op = ?1 AND id = ?2")
      .Bind(c.badge.op, c.badge.badge)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the badge does not stand");
  return Status::Ok();
}

Status BatchWriter::operator()(const UsePass& c) {
  Query(connection_, R"sql(
      INSERT INTO used_passes (op, id, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING)sql")
      .Bind(c.op, c.pass, c.expires_at.unix_ms)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the pass was used");
  Query(connection_, "DELETE FROM used_passes WHERE op = ?1 AND expires_at < ?2 AND id != ?3")
      .Bind(c.op, c.at.unix_ms - kUsedPassKeptMs, c.pass)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const PutHolderKey& c) {
  Query(connection_, R"sql(
      INSERT INTO holder_keys (op, version, since, log_index)
      SELECT ?1, ?2, ?3, ?4
      WHERE ?2 = 1 + coalesce((SELECT max(version) FROM holder_keys WHERE op = ?1), 1))sql")
      .Bind(c.key.op, c.key.version, c.key.since.unix_ms, index_)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the key is not the next");
  return Status::Ok();
}

Status BatchWriter::operator()(const RevokeToken& c) {
  const model::RevokedToken& token = c.token;
  Query(connection_, R"sql(
      INSERT INTO revoked_tokens (op, id, expires_at, log_index) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO NOTHING)sql")
      .Bind(token.op, token.id, token.expires_at.unix_ms, index_)
      .Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the token is revoked");
  Query(connection_, "DELETE FROM revoked_tokens WHERE op = ?1 AND expires_at < ?2 AND id != ?3")
      .Bind(token.op, c.at.unix_ms - kUsedPassKeptMs, token.id)
      .Run();
  return Status::Ok();
}

Status BatchWriter::operator()(const RestrictSubject& c) {
  FG_RETURN_IF_ERROR(NeedAlive(c.subject));
  Query query(connection_, R"sql(
      UPDATE subjects SET restricted_at = ?3
      WHERE op = ?1 AND id = ?2 AND (restricted_at IS NULL) = (?3 IS NOT NULL))sql");
  query.Bind(c.subject.op, c.subject.subject);
  if (c.since) {
    query.Bind(c.since->unix_ms);
  } else {
    query.Bind(nullptr);
  }
  query.Run();
  if (sqlite3_changes(connection_.handle()) == 0) return Failed("the subject is so already");
  return Status::Ok();
}

// ---- Preconditions
// -------------------------------------------------------------------------------

Status BatchWriter::operator()(const ConsentAtEpoch& p) {
  Query query(connection_, R"sql(
      SELECT 1 FROM consents WHERE op = ?1 AND subject = ?2 AND id = ?3 AND epoch = ?4)sql");
  query.Bind(p.consent.op, p.consent.subject, p.consent.consent, p.epoch);
  return query.Step() ? Status::Ok() : Failed("the consent moved");
}

Status BatchWriter::operator()(const ResourceAtRevision& p) {
  Query query(connection_,
              "SELECT 1 FROM resources WHERE name = ?1 AND revision = ?2 AND deleted = 0");
  query.Bind(p.name, p.revision);
  return query.Step() ? Status::Ok() : Failed("the resource moved");
}

Status BatchWriter::operator()(const NoChildren& p) {
  Query query(connection_, "SELECT 1 FROM resources WHERE parent = ?1 AND deleted = 0 LIMIT 1");
  query.Bind(p.name);
  return query.Step() ? Failed("the resource has children") : Status::Ok();
}

Status BatchWriter::operator()(const BadgeStands& p) {
  Query query(connection_, "SELECT 1 FROM badges WHERE op = ?1 AND id = ?2");
  query.Bind(p.badge.op, p.badge.badge);
  return query.Step() ? Status::Ok() : Failed("the badge does not stand");
}

Status BatchWriter::operator()(const SubjectUnrestricted& p) {
  Query query(connection_, R"sql(
      SELECT 1 FROM subjects
      WHERE op = ?1 AND id = ?2 AND erased = 0 AND restricted_at IS NULL)sql");
  query.Bind(p.subject.op, p.subject.subject);
  return query.Step() ? Status::Ok() : Failed("the subject is restricted");
}

Status BatchWriter::operator()(const ImageStands& p) {
  Query query(connection_, "SELECT 1 FROM images WHERE op = ?1 AND subject = ?2 AND id = ?3");
  query.Bind(p.image.op, p.image.subject, p.image.image);
  return query.Step() ? Status::Ok() : Failed("the image does not stand");
}

Status BatchWriter::operator()(const TokenNotRevoked& p) {
  Query query(connection_, "SELECT 1 FROM revoked_tokens WHERE op = ?1 AND id = ?2");
  query.Bind(p.op, p.mark);
  return query.Step() ? Failed("the token is revoked") : Status::Ok();
}

}  // namespace facegate::storage::sqlite
