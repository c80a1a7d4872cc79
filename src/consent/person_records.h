// A person's records, found in the log by their pseudonyms: docs/AUDIT_FORMAT.md, "People."
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Ids of a site and a purpose, at which a person has a pseudonym of their own every day; both empty
// for what is about the person alone.
using Place = std::pair<std::string, std::string>;

// Every site with every purpose that the operator ever registered, and neither.
core::Result<std::vector<Place>> PlacesEver(const storage::Store& store,
                                            const model::OperatorId& op);

// Days since 1970, in UTC.
inline std::int64_t DayOf(core::Timestamp time) { return time.unix_ms / core::kMsPerDay; }

// What a person's pseudonyms are made of. Returns DATA_LOSS SEAL_BROKEN.
core::Result<crypto::SecretBytes> SecretOf(const model::Subject& subject,
                                           const crypto::KeyRing& keys);

// The records of a day about whoever has `secret`, at those places and as far as they fit `only`,
// by index. The pseudonym and the limit of `only` mean nothing.
core::Result<std::vector<storage::LogEntry>> RecordsOfDay(const storage::Store& store,
                                                          const model::OperatorId& op,
                                                          const crypto::SecretBytes& secret,
                                                          const std::vector<Place>& places,
                                                          std::int64_t day, storage::LogQuery only);

}  // namespace facegate::consent
