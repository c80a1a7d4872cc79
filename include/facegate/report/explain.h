// Why a decision came out as it did, followed back from its record to what it rests on: registry,
// policy and, as far as the person opens it, consent. Each record on the way is proved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/report/copy_reader.h"
#include "facegate/report/log_copy.h"

namespace facegate::report {

// A record that another one rests on.
struct LinkedRecord {
  std::uint64_t index = 0;
  std::string summary;  // "registry.site CREATED operators/acme/sites/lobby"
  std::string time;     // RFC 3339
  bool is_proved = false;
  std::string why_not;  // a stable word, such as RECORD_PRUNED
};

// How the consent behind a decision was followed.
enum class ConsentLink {
  kNone,        // the decision relied on no consent
  kNotOpened,   // it relied on one, and nothing that opens the link was given
  kFits,        // the receipt's consent stood then, for that site and purpose: perhaps the one
  kSamePerson,  // and the pseudonyms of the day say that it is the same person's
  kOpened,      // proved: the person's secret opens the link to the event
  kDiffers,     // the receipt, or the secret, is of another consent
};
// "NONE", "NOT_OPENED", "FITS", "SAME_PERSON", "OPENED", "DIFFERS".
std::string_view ConsentLinkWord(ConsentLink link);

struct UnmetRule {
  std::string rule;
  std::string article;
  std::vector<std::string> missing;  // inputs
};

struct RecordStory {
  ProvedRecord record;
  tlog::Checkpoint checkpoint;
  std::vector<UnmetRule> rules;
  std::vector<LinkedRecord> rests_on;
  std::vector<std::string> packs;             // "core 1.2.0 sha256 ..."
  std::optional<LinkedRecord> policy_loaded;  // the record that brought those packs
  ConsentLink consent = ConsentLink::kNone;
  std::vector<LinkedRecord> consent_events;  // of the receipt, oldest first
  std::vector<Unproved> unproved;
  // Every link that could be followed holds.
  bool ok() const;
};

// What opens the link to a consent. Both may be absent.
struct ConsentOpening {
  std::optional<core::Json> receipt;  // a consent receipt (docs/RECEIPTS.md)
  std::optional<core::Bytes> secret;  // the person's secret, where somebody may know it
};

// Explains record `index`. Returns what CopyReader::Read does; what VerifyConsentReceipt does for a
// receipt that is not true. A linked record that cannot be proved is part of the story.
core::Result<RecordStory> ExplainRecord(const CopyReader& copy, std::uint64_t index,
                                        const LogKeys& keys, const ConsentOpening& opening);

std::string StoryText(const RecordStory& story);
core::Json StoryJson(const RecordStory& story);

}  // namespace facegate::report
