#include "facegate/report/explain.h"

#include <algorithm>
#include <utility>

#include "facegate/crypto/primitives.h"
#include "facegate/report/consent_receipt.h"
#include "facegate/report/record_filter.h"

namespace facegate::report {
namespace {

using core::Json;

const Json& ListOf(const Json& line, std::string_view member) {
  static const Json kEmpty = Json::MakeArray();
  const Json* list = line.Find(member);
  return list != nullptr && list->is_array() ? *list : kEmpty;
}

// "registry.camera UPDATED operators/acme/sites/lobby/cameras/door".
std::string LinkSummary(const OpenedRecord& record) {
  std::string text = SummaryOf(record.line);
  for (const char* member : {"action", "name"}) {
    if (const std::string word = record.line.StringOr(member, ""); !word.empty()) {
      text.append(" ").append(word);
    }
  }
  return text;
}

LinkedRecord Proved(const ProvedRecord& proved) {
  return {proved.record.index, LinkSummary(proved.record), core::FormatRfc3339(proved.record.time),
          true, ""};
}

LinkedRecord Follow(const CopyReader& copy, std::uint64_t index) {
  const core::Result<ProvedRecord> read = copy.Read(index);
  if (read.ok()) return Proved(*read);
  return {index, "", "", false, read.status().reason()};
}

// "core 1.2.0 sha256 ...".
std::vector<std::string> PacksOf(const Json& line) {
  std::vector<std::string> packs;
  for (const Json& pack : ListOf(line, "packs").AsArray()) {
    packs.push_back(pack.StringOr("id", "") + " " + pack.StringOr("version", "") + " sha256 " +
                    pack.StringOr("sha256", ""));
  }
  return packs;
}

bool Contains(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::all_of(some.begin(), some.end(), [&all](const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  });
}

// An event of a receipt: the copy may have another record in its place, where it is of a log that
// lost the receipt's and was succeeded.
LinkedRecord FollowEvent(const ConsentReceiptProof::Event& event,
                         const core::Result<ProvedRecord>& read) {
  if (!read.ok()) return {event.index, "", "", false, read.status().reason()};
  const bool is_same = tlog::LeafHash(core::AsBytes(read->entry)) == event.leaf_hash;
  return is_same ? Proved(*read) : LinkedRecord{event.index, "", "", false, "RECORD_DIFFERS"};
}

// The policy.loaded before the record, where the packs are of it.
core::Status FollowPolicy(const CopyReader& copy, RecordStory& story) {
  story.packs = PacksOf(story.record.record.line);
  if (story.packs.empty()) return core::Status::Ok();
  FG_ASSIGN_OR_RETURN(const std::optional<ProvedRecord> loaded,
                      copy.NewestBefore(story.record.record.index, "policy.loaded"));
  if (loaded && Contains(PacksOf(loaded->record.line), story.packs)) {
    story.policy_loaded = Proved(*loaded);
    return core::Status::Ok();
  }
  story.unproved.push_back({"POLICY_NOT_LOADED",
                            "when these packs came into force: no policy.loaded before this record "
                            "is of them; it is from before gateways told of them at their start, "
                            "or that record is gone"});
  return core::Status::Ok();
}

void TakeRules(const Json& line, RecordStory& story) {
  for (const Json& rule : ListOf(line, "rules").AsArray()) {
    UnmetRule unmet{rule.StringOr("rule", ""), rule.StringOr("article", ""), {}};
    for (const Json& input : ListOf(rule, "missing").AsArray()) {
      if (input.is_string()) unmet.missing.push_back(input.AsString());
    }
    story.rules.push_back(std::move(unmet));
  }
}

// The links to consents that the record relied on.
std::vector<std::string> ConsentLinks(const Json& line) {
  std::vector<std::string> links;
  for (const Json& person : ListOf(line, "subjects").AsArray()) {
    if (std::string link = person.StringOr("consent", ""); !link.empty()) {
      links.push_back(std::move(link));
    }
  }
  return links;
}

// Whether two records of one day name a person alike. Pseudonyms of another day, site or purpose
// tell nothing.
bool NameSamePerson(const OpenedRecord& a, const OpenedRecord& b) {
  for (const Json& one : ListOf(a.line, "subjects").AsArray()) {
    for (const Json& other : ListOf(b.line, "subjects").AsArray()) {
      const std::string pseudonym = one.StringOr("pseudonym", "");
      if (!pseudonym.empty() && pseudonym == other.StringOr("pseudonym", "")) return true;
    }
  }
  return false;
}

bool OpensLink(const core::Bytes& secret, std::uint64_t consent_index, std::uint64_t index,
               const std::vector<std::string>& links) {
  const std::string text =
      "consent\n" + std::to_string(consent_index) + "\n" + std::to_string(index);
  const std::string link = core::HexEncode(crypto::HmacSha256(secret, core::AsBytes(text)));
  return std::find(links.begin(), links.end(), link) != links.end();
}

// Follows the link to the consent by the events of the person's receipt.
core::Status FollowConsent(const CopyReader& copy, const LogKeys& keys,
                           const ConsentOpening& opening, RecordStory& story) {
  const OpenedRecord& record = story.record.record;
  const std::vector<std::string> links = ConsentLinks(record.line);
  if (links.empty()) return core::Status::Ok();
  story.consent = ConsentLink::kNotOpened;
  if (!opening.receipt) return core::Status::Ok();
  FG_ASSIGN_OR_RETURN(const ConsentReceiptProof proof,
                      VerifyConsentReceipt(*opening.receipt, keys));
  bool stood = false, is_same_person = false, is_opened = false, is_of_place = false;
  for (const ConsentReceiptProof::Event& event : proof.events) {
    const core::Result<ProvedRecord> read = copy.Read(event.index);
    LinkedRecord linked = FollowEvent(event, read);
    if (event.index < record.index && linked.is_proved) {
      const Json& line = read->record.line;
      stood = event.type == "consent.granted" || event.type == "consent.narrowed";
      is_of_place = line.StringOr("site", "") == record.line.StringOr("site", "") &&
                    line.StringOr("purpose", "") == record.line.StringOr("purpose", "");
      is_same_person = is_same_person || NameSamePerson(read->record, record);
    }
    is_opened = is_opened ||
                (opening.secret && OpensLink(*opening.secret, event.index, record.index, links));
    story.consent_events.push_back(std::move(linked));
  }
  if (opening.secret) {
    story.consent = is_opened ? ConsentLink::kOpened : ConsentLink::kDiffers;
  } else if (!stood || !is_of_place) {
    story.consent = ConsentLink::kDiffers;
  } else {
    story.consent = is_same_person ? ConsentLink::kSamePerson : ConsentLink::kFits;
  }
  return core::Status::Ok();
}

void TellConsent(RecordStory& story) {
  if (story.consent == ConsentLink::kNotOpened) {
    story.unproved.push_back(
        {"CONSENT_NOT_OPENED", "which consent this rests on: only the person's receipt shows it"});
  } else if (story.consent == ConsentLink::kFits || story.consent == ConsentLink::kSamePerson) {
    story.unproved.push_back({"CONSENT_NOT_PROVED",
                              "that this very consent is meant, and no other that the person "
                              "gave: only their secret, which the gateway keeps, opens the link"});
  }
}

std::string_view ConsentWords(ConsentLink link) {
  switch (link) {
    case ConsentLink::kNone:
      return "none was relied on";
    case ConsentLink::kNotOpened:
      return "one was relied on; the link to it is closed";
    case ConsentLink::kFits:
      return "the receipt's stood then, for this site and purpose";
    case ConsentLink::kSamePerson:
      return "the receipt's stood then, and is the same person's by the day's pseudonym";
    case ConsentLink::kOpened:
      return "proved: the secret opens the link to the receipt's event";
    case ConsentLink::kDiffers:
      return "NOT the receipt's: it did not stand then, or is of another place or person";
  }
  return "";
}

void AppendLinked(std::string& text, const LinkedRecord& linked) {
  text.append("\n    record ").append(std::to_string(linked.index)).append(": ");
  if (linked.is_proved) {
    text.append(linked.summary).append(", ").append(linked.time).append(", proved");
  } else {
    text.append("NOT proved: ").append(linked.why_not);
  }
}

Json LinkedJson(const LinkedRecord& linked) {
  Json json = Json::MakeObject();
  json.Set("record", linked.index).Set("proved", linked.is_proved);
  if (linked.is_proved) {
    json.Set("summary", linked.summary).Set("time", linked.time);
  } else {
    json.Set("whyNot", linked.why_not);
  }
  return json;
}

Json LinkedListJson(const std::vector<LinkedRecord>& list) {
  Json json = Json::MakeArray();
  for (const LinkedRecord& linked : list) json.Push(LinkedJson(linked));
  return json;
}

// A record that is gone by the log's own retention is no fault.
bool Holds(const LinkedRecord& linked) {
  return linked.is_proved || linked.why_not == "RECORD_PRUNED";
}

}  // namespace

std::string_view ConsentLinkWord(ConsentLink link) {
  switch (link) {
    case ConsentLink::kNone:
      return "NONE";
    case ConsentLink::kNotOpened:
      return "NOT_OPENED";
    case ConsentLink::kFits:
      return "FITS";
    case ConsentLink::kSamePerson:
      return "SAME_PERSON";
    case ConsentLink::kOpened:
      return "OPENED";
    case ConsentLink::kDiffers:
      return "DIFFERS";
  }
  return "";
}

bool RecordStory::ok() const {
  return consent != ConsentLink::kDiffers && std::all_of(rests_on.begin(), rests_on.end(), Holds) &&
         std::all_of(consent_events.begin(), consent_events.end(), Holds);
}

core::Result<RecordStory> ExplainRecord(const CopyReader& copy, std::uint64_t index,
                                        const LogKeys& keys, const ConsentOpening& opening) {
  RecordStory story;
  FG_ASSIGN_OR_RETURN(story.record, copy.Read(index));
  story.checkpoint = copy.checkpoint();
  const Json& line = story.record.record.line;
  TakeRules(line, story);
  for (const Json& at : ListOf(line, "rests_on").AsArray()) {
    if (!at.is_int() || at.AsInt() < 0) continue;
    story.rests_on.push_back(Follow(copy, static_cast<std::uint64_t>(at.AsInt())));
  }
  FG_RETURN_IF_ERROR(FollowPolicy(copy, story));
  FG_RETURN_IF_ERROR(FollowConsent(copy, keys, opening, story));
  TellConsent(story);
  return story;
}

std::string StoryText(const RecordStory& story) {
  const OpenedRecord& record = story.record.record;
  std::string text = RecordLine(record);
  text.append("\n  proved: in ").append(story.checkpoint.origin).append(", a log of ");
  text.append(std::to_string(story.checkpoint.size));
  if (IsDecision(record)) {
    text.append("\n  decided: ").append(record.line.StringOr("outcome", ""));
    text.append(", because ").append(record.line.StringOr("reason", ""));
    if (const std::string detail = record.line.StringOr("detail", ""); !detail.empty()) {
      text.append(" (").append(detail).append(")");
    }
    if (story.rules.empty()) text.append("\n  every rule that applied was met");
  }
  for (const UnmetRule& unmet : story.rules) {
    text.append("\n  rule not met: ").append(unmet.rule).append(" (").append(unmet.article);
    text.append(")");
    for (const std::string& input : unmet.missing) text.append("\n    missing: ").append(input);
  }
  if (!story.rests_on.empty()) text.append("\n  rests on the register:");
  for (const LinkedRecord& linked : story.rests_on) AppendLinked(text, linked);
  if (!story.packs.empty()) text.append("\n  rules in force:");
  for (const std::string& pack : story.packs) text.append("\n    ").append(pack);
  if (story.policy_loaded) AppendLinked(text, *story.policy_loaded);
  text.append("\n  consent: ").append(ConsentWords(story.consent));
  for (const LinkedRecord& linked : story.consent_events) AppendLinked(text, linked);
  for (const Unproved& unproved : story.unproved) {
    text.append("\n  not shown: ").append(unproved.reason).append(": ").append(unproved.what);
  }
  return text;
}

Json StoryJson(const RecordStory& story) {
  Json rules = Json::MakeArray();
  for (const UnmetRule& unmet : story.rules) {
    Json missing = Json::MakeArray();
    for (const std::string& input : unmet.missing) missing.Push(input);
    Json rule = Json::MakeObject();
    rule.Set("rule", unmet.rule).Set("article", unmet.article).Set("missing", std::move(missing));
    rules.Push(std::move(rule));
  }
  Json packs = Json::MakeArray();
  for (const std::string& pack : story.packs) packs.Push(pack);
  Json json = Json::MakeObject();
  json.Set("ok", story.ok())
      .Set("origin", story.checkpoint.origin)
      .Set("size", story.checkpoint.size)
      .Set("record", story.record.record.line)
      .Set("rules", std::move(rules))
      .Set("restsOn", LinkedListJson(story.rests_on))
      .Set("packs", std::move(packs));
  if (story.policy_loaded) json.Set("policyLoaded", LinkedJson(*story.policy_loaded));
  json.Set("consent", ConsentLinkWord(story.consent))
      .Set("consentEvents", LinkedListJson(story.consent_events))
      .Set("unproved", UnprovedJson(story.unproved));
  return json;
}

}  // namespace facegate::report
