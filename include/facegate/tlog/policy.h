// C2SP trust policies (https://c2sp.org/tlog-policy): which logs are known, which witnesses, and
// which of them must have cosigned a checkpoint before it is believed. Pure.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/tlog/note.h"

namespace facegate::tlog {

struct PolicyLog {
  VerifierKey key;  // its name is the log's origin
  std::string url;  // empty: none given
};

struct PolicyWitness {
  std::string name;  // within the policy alone; the key has a name of its own
  VerifierKey key;
  std::string url;  // the submission prefix; empty: none given
};

constexpr std::size_t kPolicyBytesMax = 1 << 20;
constexpr std::size_t kPolicyNamesMax = 1000;  // of witnesses and groups; and as many logs

// Names of witnesses, as the policy gives them.
using WitnessNames = std::set<std::string, std::less<>>;

// Immutable once parsed; thread-safe.
class WitnessPolicy {
 public:
  // Lines, each one of these, an empty one or a comment ("#"):
  //   log <vkey> [<url>]
  //   witness <name> <vkey> [<url>]
  //   group <name> all|any|<k> <name>...
  //   quorum <name>|none
  // Returns INVALID_ARGUMENT BAD_POLICY with "line <n>: what": for another line, a control
  // character, a key of another kind or one that was there before, a name that is not defined above
  // or is defined or a member twice, not exactly one quorum, or more than the limits.
  static core::Result<WitnessPolicy> Parse(std::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // False for "quorum none": every checkpoint will do.
  bool has_quorum() const { return quorum_ != kNone; }

  // Whether these witnesses are enough; names of others count nothing.
  bool IsQuorum(const WitnessNames& witnesses) const;
  // The witnesses of the policy whose cosignatures of the note verify.
  WitnessNames CosignersOf(const Note& note) const;
  // Ok if they are enough. Returns PERMISSION_DENIED QUORUM_MISSING, which names who did cosign.
  core::Status CheckQuorum(const Note& note) const;

 private:
  friend class PolicyReader;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // A witness or a group: `threshold` of `members`, which stand before it in `nodes_`.
  struct Node {
    std::string name;
    std::size_t threshold = 0;         // 0: a witness
    std::vector<std::size_t> members;  // empty: a witness
  };

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Node> nodes_;
  std::size_t quorum_ = kNone;  // index in nodes_
};

}  // namespace facegate::tlog
