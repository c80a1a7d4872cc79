// The templates that people hold themselves: what their tokens are worth, which there are, which
// were lost, and under which key they are sealed.
//
// Of a token nothing is stored. The log tells that one was handed out (template.issued_to_holder),
// and the store has a list of those that were lost and of the keys that followed the first. See
// docs/decisions/0015-what-people-hold.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"
#include "facegate/policy/token_judge.h"
#include "facegate/storage/store.h"

namespace facegate::custody {

// The key under which an operator's tokens are sealed now. Returns the store's status.
core::Result<int> CurrentKeyVersion(const storage::Store& store, const model::OperatorId& op);

// Thread-safe.
class TokenJudge final : public policy::TokenJudge {
 public:
  // Both must outlive it. For `grace_days` after its key was retired a token is still honoured.
  TokenJudge(const storage::Store& store, const crypto::KeyRing& keys, int grace_days)
      : store_(store), keys_(keys), grace_ms_(grace_days * core::kMsPerDay) {}

  policy::JudgedToken Judge(std::string_view text, const model::OperatorId& op,
                            core::Timestamp now) const override;
  bool IsBoundTo(std::string_view text, const model::Consent& consent) const override;

 private:
  const storage::Store& store_;
  const crypto::KeyRing& keys_;
  const std::int64_t grace_ms_;
};

// Who asks, and the request's UUID: for the record.
struct Caller {
  model::Principal principal;
  std::string request_id;
};

// A token that was handed out, as the log tells of it.
struct IssuedToken {
  model::HolderTokenId id;
  model::SubjectRef subject;
  model::SiteId site;
  model::PurposeId purpose;
  int key_version = 1;
  core::Timestamp issued_at;
  core::Timestamp expires_at;
  std::uint64_t log_index = 0;              // of template.issued_to_holder
  std::optional<std::uint64_t> revoked_by;  // index of token.revoked, where it was revoked
};

// What a revocation did.
struct Revoked {
  model::RevokedToken token;
  bool was_revoked = false;  // before: nothing was done
};

// Thread-safe.
class CustodyService {
 public:
  // All must outlive it.
  CustodyService(const storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
                 const core::Clock& clock)
      : store_(store), ledger_(ledger), keys_(keys), clock_(clock) {}

  // The tokens that a person was handed and that have not ended, the oldest first: at most
  // kTokensListedMax. Returns NOT_FOUND SUBJECT_NOT_FOUND, FAILED_PRECONDITION SUBJECT_ERASED.
  core::Result<std::vector<IssuedToken>> List(const model::SubjectRef& subject) const;

  // From when it returns, no match by that token is recorded. Twice is no error.
  // Returns NOT_FOUND HOLDER_TOKEN_NOT_FOUND for one that the person was not handed or whose time
  // is up, and as List.
  core::Result<Revoked> Revoke(const Caller& caller, const model::HolderTokenRef& token);
  // The same for a token at hand. Returns INVALID_ARGUMENT HOLDER_TOKEN_BAD.
  core::Result<Revoked> RevokeShown(const Caller& caller, const model::OperatorId& op,
                                    std::string_view text);

  // Seals what is handed out from then on under a new key, and retires the one before.
  // Returns NOT_FOUND RESOURCE_NOT_FOUND for an operator that is not registered, RESOURCE_EXHAUSTED
  // HOLDER_KEYS_MAX after 65535 keys, ABORTED KEY_MOVED if somebody else did so at the moment.
  core::Result<model::HolderKey> RotateKey(const Caller& caller, const model::OperatorId& op);

 private:
  core::Result<Revoked> Put(const Caller& caller, const model::OperatorId& op,
                            const model::HolderTokenId& id, core::Timestamp expires_at,
                            const std::optional<model::Subject>& subject);

  const storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
};

inline constexpr std::size_t kTokensListedMax = 256;

// What a record of a log changed of what this module keeps: for a restore, which puts records back
// and without it would honour again what was revoked. Empty for a record of anything else.
// Returns DATA_LOSS BAD_RECORD.
core::Result<storage::Changes> ChangesOf(const core::Json& record, const model::OperatorId& op);

}  // namespace facegate::custody
