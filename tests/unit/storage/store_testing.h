// Small batches and values for the tests of stores. Ids and bytes are made up.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/storage/store.h"

namespace facegate::storage::testing {

// The value of a result that must be one; by value, so that a loop over it is sound.
template <class T>
T Must(core::Result<T> result) {
  EXPECT_TRUE(result.ok()) << result.status().ToString();
  return std::move(result).value();
}

inline model::OperatorId Op(const char* id = "acme") { return model::OperatorId(id); }
inline model::PurposeId Purpose(const char* id = "entry") { return model::PurposeId(id); }
inline model::SiteId Site(const char* id = "hq") { return model::SiteId(id); }
inline model::SubjectRef SubjectRefOf(const char* id) { return {Op(), model::SubjectId(id)}; }
inline model::ConsentRef ConsentRefOf(const char* subject, const char* id) {
  return {Op(), model::SubjectId(subject), model::ConsentId(id)};
}
inline core::Bytes Bytes(const std::string& text) { return core::Bytes(text.begin(), text.end()); }

inline model::Subject SubjectOf(const char* id) {
  model::Subject subject;
  subject.op = Op();
  subject.id = model::SubjectId(id);
  subject.wrapped_secret = Bytes(std::string("secret of ") + id);
  subject.created_at = {1000};
  return subject;
}

// All of them begin with the same two bytes.
inline core::Bytes TokenHashOf(const char* subject, const char* id) {
  core::Bytes hash = Bytes(std::string("tk ") + subject + " " + id);
  hash.resize(std::tuple_size_v<core::Hash256>, '.');
  return hash;
}

inline model::Consent ConsentOf(const char* subject, const char* id, std::uint64_t epoch = 1,
                                model::ConsentStatus status = model::ConsentStatus::kGranted) {
  model::Consent consent;
  consent.op = Op();
  consent.subject = model::SubjectId(subject);
  consent.id = model::ConsentId(id);
  consent.site = Site();
  consent.purpose = Purpose();
  consent.purpose_version = 3;
  consent.status = status;
  consent.form = model::ConsentForm::kExplicit;
  consent.given_by = model::ConsentGiver::kGuardian;
  consent.scopes = {model::ConsentScope::kVerify, model::ConsentScope::kCrossBorder};
  consent.notice_sha256 = std::string(64, 'a');
  consent.evidence_sha256 = std::string(64, 'e');
  consent.alternative_offered = model::AlternativeKind::kStaffDesk;
  consent.channel = model::ConsentChannel::kKiosk;
  consent.granted_at = {2000};
  consent.expires_at = {9000};
  consent.epoch = epoch;
  consent.token_hash = TokenHashOf(subject, id);
  return consent;
}

inline model::TemplateKey KeyOf(const char* subject, const char* purpose = "entry") {
  return {Op(), model::SubjectId(subject), Purpose(purpose),
          Bytes(std::string("key of ") + subject + " for " + purpose)};
}

inline model::Template TemplateOf(const char* subject, const char* id,
                                  const char* purpose = "entry") {
  model::Template value;
  value.op = Op();
  value.subject = model::SubjectId(subject);
  value.purpose = Purpose(purpose);
  value.site = Site();
  value.id = model::TemplateId(id);
  value.consent = model::ConsentId("c1");
  value.model_id = "model-1";
  value.sealed = Bytes(std::string("sealed ") + id + " of " + subject);
  value.created_at = {3000};
  return value;
}

inline model::ImageRef ImageRefOf(const char* subject, const char* id) {
  return {Op(), model::SubjectId(subject), model::ImageId(id)};
}
inline model::KeptImage ImageOf(const char* subject, const char* id,
                                const char* purpose = "entry") {
  model::KeptImage image;
  image.op = Op();
  image.subject = model::SubjectId(subject);
  image.purpose = Purpose(purpose);
  image.site = Site();
  image.id = model::ImageId(id);
  image.consent = model::ConsentId("c1");
  image.kept = model::ImageRetention::kOriginal;
  image.wrapped_key = Bytes(std::string("key of image ") + id + " of " + subject);
  image.sealed = Bytes(std::string("sealed image ") + id + " of " + subject);
  image.created_at = {3000};
  image.expires_at = {8000};
  return image;
}

inline model::BadgeRef BadgeRefOf(const char* id) { return {Op(), model::BadgeId(id)}; }
inline model::Badge BadgeOf(const char* id) {
  model::Badge badge;
  badge.op = Op();
  badge.id = model::BadgeId(id);
  badge.created_at = {4000};
  return badge;
}
inline UsePass UseOf(const char* id, std::int64_t expires_ms = 9000, std::int64_t now_ms = 5000) {
  return {Op(), model::PassId(id), {expires_ms}, {now_ms}};
}

inline PutHolderKey HolderKeyOf(int version, std::int64_t since_ms = 5000) {
  return {{Op(), version, {since_ms}, 0}};
}
inline RevokeToken RevocationOf(const char* mark, std::int64_t expires_ms = 9000,
                                std::int64_t now_ms = 5000) {
  return {{Op(), model::TokenMark(mark), {expires_ms}, 0}, {now_ms}};
}

inline PutResource ResourceOf(const std::string& name, std::uint64_t revision = 1,
                              const std::string& body = "{}", const std::string& kind = "site",
                              const std::string& parent = "operators/acme") {
  return {name, kind, parent, body, revision};
}

inline BatchItem Item(Changes changes = {}, Preconditions preconditions = {},
                      const std::string& entry = "entry") {
  BatchItem item;
  item.entry = entry;
  // Stands for the hash: every byte is the entry's last.
  item.leaf_hash.fill(entry.empty() ? 0 : static_cast<std::uint8_t>(entry.back()));
  item.keys.type = "decision";
  item.changes = std::move(changes);
  item.preconditions = std::move(preconditions);
  return item;
}

inline std::uint64_t SizeOf(const Store& store, const model::OperatorId& log = Op()) {
  const core::Result<LogHead> head = store.GetLogHead(log);
  EXPECT_TRUE(head.ok()) << head.status().ToString();
  return head.ok() ? head->size : 0;
}

// Applies the items at the log's end.
inline ApplyResult TryCommit(Store& store, std::vector<BatchItem> items,
                             const model::OperatorId& log = Op()) {
  const std::uint64_t size = SizeOf(store, log);
  const std::uint64_t after = size + items.size();
  const std::string checkpoint = "checkpoint over " + std::to_string(after);
  std::map<TileKey, core::Bytes> tiles;
  tiles[{1, size / 65536}] = Bytes("tile at " + std::to_string(after));
  return store.Apply(Batch(log, size, std::move(items), std::move(tiles), checkpoint));
}

inline void Commit(Store& store, std::vector<BatchItem> items,
                   const model::OperatorId& log = Op()) {
  const ApplyResult result = TryCommit(store, std::move(items), log);
  ASSERT_TRUE(result.status.ok()) << result.status.ToString();
}
inline void CommitChange(Store& store, Change change) {
  Commit(store, {Item({std::move(change)})});
}

// So many records, written at 0 ms, 1 ms, ..., with the tiles that they fill, and behind them the
// record that the oldest of them go.
inline void CommitPrunableLog(Store& store, std::size_t records,
                              const model::OperatorId& log = Op()) {
  std::vector<BatchItem> items;
  std::map<TileKey, core::Bytes> tiles;
  for (std::size_t i = 0; i < records; ++i) {
    items.push_back(Item({}, {}, std::to_string(i)));
    items.back().keys.time = {static_cast<std::int64_t>(i)};
    items.back().keys.rules = {i % 2 == 0 ? "even" : "odd"};
    items.back().keys.subject_pseudonym = "p";
    items.back().keys.other_pseudonyms = {"q"};
    core::Bytes& tile = tiles[{0, i / kTileHashes}];
    const core::Hash256& hash = items.back().leaf_hash;
    tile.insert(tile.end(), hash.begin(), hash.end());
  }
  std::erase_if(tiles, [](const auto& tile) { return tile.second.size() < kTileBytes; });
  items.push_back(Item({}, {}, "pruned"));
  items.back().keys.type = std::string(kPrunedType);
  items.back().keys.time = {static_cast<std::int64_t>(records)};
  const ApplyResult result =
      store.Apply(Batch(log, 0, std::move(items), std::move(tiles), "checkpoint"));
  ASSERT_TRUE(result.status.ok()) << result.status.ToString();
}

// A person with a granted consent "c1", a key and a template "t1".
inline void EnrolPerson(Store& store, const char* id) {
  Commit(store, {Item({PutSubject{SubjectOf(id)}}), Item({PutConsent{ConsentOf(id, "c1")}}),
                 Item({PutTemplateKey{KeyOf(id)}, PutTemplate{TemplateOf(id, "t1")}})});
}

// Everything a reader can see of operator `Op()`, as text; what two drivers or two moments share.
inline std::string Everything(const Store& store) {
  std::ostringstream out;
  const core::Result<LogHead> head = store.GetLogHead(Op());
  out << head->size << ' ' << head->checkpoint << '\n';
  for (const LogEntry& entry : Must(store.ReadEntries(Op(), 0, 1000))) {
    out << entry.index << '=' << entry.entry << '\n';
  }
  LogQuery query;
  query.limit = 1000;
  for (const LogEntry& entry : Must(store.QueryLog(Op(), query))) out << entry.index << ' ';
  for (int level = 0; level < 2; ++level) {
    for (std::uint64_t i = 0; i <= head->size / 256; ++i) {
      const core::Result<core::Bytes> tile = store.ReadTile(Op(), {level, i});
      out << "\ntile " << (tile.ok() ? core::AsText(*tile) : "none") << '\n';
    }
  }
  for (const char* kind : {"operator", "site", "camera"}) {
    for (const char* parent : {"", "operators/acme", "operators/acme/sites/hq"}) {
      for (const Resource& r : Must(store.ListResources(parent, kind, "", 1000))) {
        out << r.name << ' ' << r.kind << ' ' << r.parent << ' ' << r.body << ' ' << r.revision
            << '@' << r.log_index << '\n';
      }
    }
  }
  for (const model::Subject& subject : Must(store.ListSubjects(Op(), "", 1000))) {
    const model::SubjectRef ref{subject.op, subject.id};
    out << subject.id.str() << ' ' << core::AsText(subject.wrapped_secret) << ' '
        << subject.age_known << subject.age_years << ' ' << subject.created_at.unix_ms << '@'
        << subject.log_index << '\n';
    for (const model::Consent& c : Must(store.ListConsents(ref))) {
      out << "  " << c.id.str() << ' ' << c.site.str() << ' ' << c.purpose.str() << ' '
          << model::Word(c.status) << ' ' << c.epoch << '@' << c.log_index << '\n';
    }
    for (const char* purpose : {"entry", "lunch"}) {
      const auto key = store.GetTemplateKey(ref, Purpose(purpose));
      out << "  key " << (key.ok() ? core::AsText(key->wrapped_key) : "none") << '\n';
    }
  }
  for (const char* subject : {"p1", "p2", "p3"}) {
    for (const model::KeptImage& listed : Must(store.ListImagesOf(SubjectRefOf(subject)))) {
      const auto image = Must(store.GetImage({Op(), listed.subject, listed.id}));
      out << "image " << image.id.str() << ' ' << core::AsText(image.wrapped_key) << ' '
          << core::AsText(image.sealed) << '@' << image.log_index << '\n';
    }
  }
  for (const model::Template& t : Must(store.ListTemplates(std::nullopt, 1000))) {
    out << t.subject.str() << ' ' << t.purpose.str() << ' ' << t.id.str() << ' '
        << core::AsText(t.sealed) << '@' << t.log_index << '\n';
  }
  for (const model::Badge& badge : Must(store.ListBadges(Op(), "", 1000))) {
    out << "badge " << badge.id.str() << '@' << badge.log_index << '\n';
  }
  for (const char* pass : {"p1", "p2", "p3"}) {
    out << pass << ' ' << Must(store.IsPassUsed(Op(), model::PassId(pass))) << '\n';
  }
  for (const model::HolderKey& key : Must(store.ListHolderKeys(Op()))) {
    out << "key " << key.version << ' ' << key.since.unix_ms << '@' << key.log_index << '\n';
  }
  for (const model::RevokedToken& token : Must(store.ListRevokedTokens(Op(), "", 1000))) {
    out << "revoked " << token.id.str() << ' ' << token.expires_at.unix_ms << '@' << token.log_index
        << '\n';
  }
  out << "persons " << *store.CountStoredPersons(Op()) << '\n';
  return out.str();
}

}  // namespace facegate::storage::testing
