// What a holder token is worth, for decisions: custody tells, the engine acts on it.
#pragma once

#include <optional>
#include <string_view>

#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"

namespace facegate::policy {

// A holder token by itself, whoever claims it.
struct JudgedToken {
  // Nothing: it is good. Else kHolderTokenBad, kHolderTokenExpired, kHolderTokenRevoked,
  // kHolderTokenKeyRetired, or kFault where that cannot be told.
  std::optional<model::Reason> problem;
  // The rest where it is a token of the operator, good or not.
  std::optional<model::SubjectId> subject;  // whom it names
  model::TokenMark mark;                    // what must not be on the list of the revoked
  core::Timestamp good_until;               // its end, or that of its key's grace
};

// Thread-safe. Never opens the template in the token.
class TokenJudge {
 public:
  virtual ~TokenJudge() = default;
  virtual JudgedToken Judge(std::string_view text, const model::OperatorId& op,
                            core::Timestamp now) const = 0;
  // Whether the token was made under that consent as it stands: its person, site and purpose, and
  // its epoch, so that whatever becomes of the consent ends the token.
  virtual bool IsBoundTo(std::string_view text, const model::Consent& consent) const = 0;
};

}  // namespace facegate::policy
