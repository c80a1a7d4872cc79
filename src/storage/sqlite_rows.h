// Rows as values of the model. A word or an id that is not one makes the store damaged, never a
// crash.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "facegate/model/people.h"
#include "facegate/storage/store.h"
#include "storage/sqlite_connection.h"

namespace facegate::storage::sqlite {

// "IDENTIFY,VERIFY"; "" for none.
std::string JoinScopes(const std::set<model::ConsentScope>& scopes);
// "hq,lobby"; "" for none.
std::string JoinSites(const std::set<model::SiteId>& sites);

// The two bytes that a token's hash begins with. Requires: there are two.
std::int64_t TokenBucket(core::ByteSpan token_hash);

// A log as `logs` has it; all 0 where there is none of that operator.
struct LogRow {
  std::int64_t id = 0;
  std::uint64_t size = 0;
  std::uint64_t minimum_index = 0;
};
// Throws SQLite::Exception.
LogRow FindLog(Connection& db, const model::OperatorId& op);

// What a SELECT that ends in the function of the same noun must list, in this order.
#define FG_RESOURCE_COLUMNS "name, kind, parent, body, revision, log_index"
#define FG_SUBJECT_COLUMNS                                                                      \
  "s.op, s.id, s.age_years, s.created_at, s.log_index, s.erased, s.country, s.region, s.role, " \
  "s.needs_accessibility, (SELECT data FROM vault WHERE slot = s.secret), s.restricted_at"
#define FG_CONSENT_COLUMNS                                                              \
  "c.op, c.subject, c.id, c.site, c.purpose, c.purpose_version, c.status, c.form, "     \
  "c.given_by, c.scopes, c.notice_sha256, c.granted_at, c.expires_at, c.epoch, "        \
  "c.log_index, c.guardian_verified_by, c.alternative_offered, c.channel, c.evidence, " \
  "(SELECT data FROM vault WHERE slot = c.evidence), c.guardian_evidence, "             \
  "(SELECT data FROM vault WHERE slot = c.guardian_evidence), c.token, "                \
  "(SELECT data FROM vault WHERE slot = c.token), c.earlier"
#define FG_TEMPLATE_COLUMNS                                                         \
  "t.op, t.subject, t.purpose, t.id, t.site, t.consent, t.model_id, t.created_at, " \
  "t.log_index, (SELECT data FROM vault WHERE slot = t.sealed)"
#define FG_IMAGE_COLUMNS                                                        \
  "i.op, i.subject, i.id, i.purpose, i.site, i.consent, i.kept, i.created_at, " \
  "i.expires_at, i.log_index"
#define FG_IMAGE_BYTES                                      \
  ", (SELECT data FROM vault WHERE slot = i.wrapped_key), " \
  "(SELECT data FROM vault WHERE slot = i.sealed)"
#define FG_BADGE_COLUMNS "op, id, sites, created_at, log_index, expires_at"
#define FG_HOLDER_KEY_COLUMNS "op, version, since, log_index"
#define FG_REVOKED_TOKEN_COLUMNS "op, id, expires_at, log_index"

// Return DATA_LOSS STORE_DAMAGED. Throw SQLite::Exception.
Resource ReadResource(Query& row);
core::Result<model::Subject> ReadSubject(Query& row);
core::Result<model::Consent> ReadConsent(Query& row);
core::Result<model::Template> ReadTemplate(Query& row);
core::Result<model::Badge> ReadBadge(Query& row);
// Of FG_IMAGE_COLUMNS alone, and of FG_IMAGE_COLUMNS FG_IMAGE_BYTES.
core::Result<model::KeptImage> ReadImage(Query& row);
core::Result<model::KeptImage> ReadImageWithBytes(Query& row);
core::Result<model::HolderKey> ReadHolderKey(Query& row);
core::Result<model::RevokedToken> ReadRevokedToken(Query& row);

}  // namespace facegate::storage::sqlite
