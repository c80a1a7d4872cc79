#include "facegate/tlog/policy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "facegate/core/text.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kNoQuorum = "none";

Status BadPolicy(std::string why) { return {Code::kInvalidArgument, "BAD_POLICY", std::move(why)}; }

// Tabs are the one control character within a line. Bytes above ASCII are taken as they are.
bool HasControlCharacter(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

// What stands between spaces and tabs.
std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

// Takes a policy in, line by line.
class PolicyReader {
 public:
  Status Take(const std::vector<std::string_view>& words) {
    const std::string_view kind = words.front();
    if (kind == "log") return TakeLog(words);
    if (kind == "witness") return TakeWitness(words);
    if (kind == "group") return TakeGroup(words);
    if (kind == "quorum") return TakeQuorum(words);
    return BadPolicy("want log, witness, group or quorum");
  }

  Result<WitnessPolicy> Finish() {
    if (!has_quorum_line_) return BadPolicy("there is no quorum line");
    return std::move(policy_);
  }

 private:
  using Words = std::vector<std::string_view>;

  // A key of that type which the policy does not hold yet.
  Result<VerifierKey> NewKey(std::string_view text, std::uint8_t type,
                             std::set<crypto::Ed25519Public>& known) {
    FG_ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(text));
    if (key.type != type) return BadPolicy("the key is of another kind than this line wants");
    if (!known.insert(key.key).second) return BadPolicy("the same key twice");
    return key;
  }

  Status TakeLog(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return BadPolicy("want: log <vkey> [<url>]");
    if (policy_.logs_.size() == kPolicyNamesMax) return BadPolicy("too many logs");
    FG_ASSIGN_OR_RETURN(VerifierKey key, NewKey(words[1], kSigEd25519, log_keys_));
    policy_.logs_.push_back({std::move(key), std::string(words.size() > 2 ? words[2] : "")});
    return Status::Ok();
  }

  Status TakeWitness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) {
      return BadPolicy("want: witness <name> <vkey> [<url>]");
    }
    FG_ASSIGN_OR_RETURN(VerifierKey key, NewKey(words[2], kSigCosignatureV1, witness_keys_));
    FG_RETURN_IF_ERROR(Define({std::string(words[1]), 0, {}}));
    policy_.witnesses_.push_back(
        {std::string(words[1]), std::move(key), std::string(words.size() > 3 ? words[3] : "")});
    return Status::Ok();
  }

  Status TakeGroup(const Words& words) {
    if (words.size() < 4) return BadPolicy("want: group <name> all|any|<k> <name>...");
    WitnessPolicy::Node group{std::string(words[1]), 0, {}};
    const std::size_t members = words.size() - 3;
    if (words[2] == "all") {
      group.threshold = members;
    } else if (words[2] == "any") {
      group.threshold = 1;
    } else if (const std::optional<std::uint64_t> number = core::ParseDecimal(words[2]); number) {
      group.threshold = static_cast<std::size_t>(*number);
    }
    if (group.threshold < 1 || group.threshold > members) {
      return BadPolicy("want all, any or a number from 1 to that of the members");
    }
    for (std::size_t i = 3; i < words.size(); ++i) {
      FG_ASSIGN_OR_RETURN(const std::size_t member, Defined(words[i]));
      if (!members_.insert(member).second) {
        return BadPolicy(std::string(words[i]) + " is a member already");
      }
      group.members.push_back(member);
    }
    return Define(std::move(group));
  }

  Status TakeQuorum(const Words& words) {
    if (words.size() != 2) return BadPolicy("want: quorum <name>|none");
    if (has_quorum_line_) return BadPolicy("a second quorum line");
    has_quorum_line_ = true;
    if (words[1] == kNoQuorum) return Status::Ok();
    FG_ASSIGN_OR_RETURN(policy_.quorum_, Defined(words[1]));
    return Status::Ok();
  }

  Status Define(WitnessPolicy::Node node) {
    if (policy_.nodes_.size() == kPolicyNamesMax) return BadPolicy("too many names");
    if (node.name == kNoQuorum) return BadPolicy("\"none\" names nobody");
    if (!names_.emplace(node.name, policy_.nodes_.size()).second) {
      return BadPolicy(node.name + " is defined already");
    }
    policy_.nodes_.push_back(std::move(node));
    return Status::Ok();
  }

  Result<std::size_t> Defined(std::string_view name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) {
      return BadPolicy(std::string(name) + " is not defined above");
    }
    return found->second;
  }

  WitnessPolicy policy_;
  bool has_quorum_line_ = false;
  std::map<std::string, std::size_t, std::less<>> names_;  // to their place in nodes_
  std::set<std::size_t> members_;                          // of any group
  std::set<crypto::Ed25519Public> log_keys_;
  std::set<crypto::Ed25519Public> witness_keys_;
};

Result<WitnessPolicy> WitnessPolicy::Parse(std::string_view text) {
  if (text.size() > kPolicyBytesMax) return BadPolicy("longer than a policy may be");
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::vector<std::string_view> words = WordsOf(line);
    Status taken;
    if (HasControlCharacter(line)) {
      taken = BadPolicy("a control character");
    } else if (!words.empty() && !words.front().starts_with('#')) {
      taken = reader.Take(words);
    }
    if (!taken.ok()) return BadPolicy("line " + std::to_string(number) + ": " + taken.message());
  }
  return reader.Finish();
}

bool WitnessPolicy::IsQuorum(const WitnessNames& witnesses) const {
  if (quorum_ == kNone) return true;
  std::vector<bool> met;
  met.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    if (node.members.empty()) {
      met.push_back(witnesses.contains(node.name));
      continue;
    }
    const auto count = std::count_if(node.members.begin(), node.members.end(),
                                     [&met](std::size_t member) { return met[member]; });
    met.push_back(static_cast<std::size_t>(count) >= node.threshold);
  }
  return met[quorum_];
}

WitnessNames WitnessPolicy::CosignersOf(const Note& note) const {
  WitnessNames cosigners;
  for (const PolicyWitness& witness : witnesses_) {
    if (VerifyNote(note, witness.key).ok()) cosigners.insert(witness.name);
  }
  return cosigners;
}

Status WitnessPolicy::CheckQuorum(const Note& note) const {
  const WitnessNames cosigners = CosignersOf(note);
  if (IsQuorum(cosigners)) return Status::Ok();
  std::string names;
  for (const std::string& name : cosigners) names += " " + name;
  return Status(Code::kPermissionDenied, "QUORUM_MISSING",
                "too few of the policy's witnesses cosigned:" + (names.empty() ? " none" : names));
}

}  // namespace facegate::tlog
