// One description of each model: its members' names, meanings and bounds. What reads the JSON, what
// writes it, what a form may name and what docs/DOCUMENTS.md prints all visit this.
//
// A visitor has
//   Member(name, value, meaning, bound)   for what the caller fills
//   Derived(name, compute, meaning)       for what follows from it; compute() gives the value
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "facegate/documents/composer.h"
#include "facegate/documents/models.h"

namespace facegate::documents {

// What a member must be beyond its type.
// kByPeople: an optional text that no software can write.
enum class Bound { kNone, kAtLeastOne, kPositive, kByPeople };

// The name of an enum's words in words.yaml, and the words.
struct WordTable {
  std::string_view name;
  std::span<const std::string_view> words;
};
WordTable WordsFor(FaceUse);
WordTable WordsFor(Regime);
WordTable WordsFor(FilingKind);
WordTable WordsFor(FiledDocument);
WordTable WordsFor(PartState);
WordTable WordsFor(ExemptionKind);
WordTable WordsFor(RuleState);
WordTable WordsFor(PackStatus);
WordTable WordsFor(DutyState);
WordTable WordsFor(ComplaintKind);
WordTable WordsFor(RightsKind);
WordTable WordsFor(DisclosureBasis);
WordTable WordsFor(IncidentKind);
WordTable WordsFor(IncidentNature);
WordTable WordsFor(Addressee);
WordTable WordsFor(ConsentState);
WordTable WordsFor(RecordMatter);
WordTable WordsFor(RecordAnswer);
// All of them.
std::vector<WordTable> WordTables();

// A document that a filing needs, and whether its parts are there.
struct FiledState {
  FiledDocument document = FiledDocument::kHandlerBasics;
  PartState state = PartState::kToBeWritten;
};
std::vector<FiledState> StatesOf(const FilingModel& filing);

template <class T>
std::int64_t CountIf(const std::vector<T>& all, auto predicate) {
  return std::count_if(all.begin(), all.end(), predicate);
}

template <class V>
void Describe(V& v, Handler& m) {
  v.Member("name", m.name, "Full name of the organisation");
  v.Member("address", m.address, "Postal address");
  v.Member("contact", m.contact, "How people reach it: telephone, e-mail, desk");
  v.Member("registration", m.registration, "Number in a register; in China the credit code");
  v.Member("representative", m.representative, "Office that represents it in law");
}

template <class V>
void Describe(V& v, Officer& m) {
  v.Member("name", m.name, "Name or office of the personal-information officer");
  v.Member("contact", m.contact, "How people reach the officer");
}

template <class V>
void Describe(V& v, Period& m) {
  v.Member("from", m.from, "First day");
  v.Member("until", m.until, "Last day");
}

template <class V>
void Describe(V& v, LogState& m) {
  v.Member("origin", m.origin, "Name of the operator's log");
  v.Member("size", m.size, "Records in it when the report was made");
  v.Member("root", m.root, "Root hash of its checkpoint at that size, hexadecimal");
}

template <class V>
void Describe(V& v, SignModel& m) {
  v.Member("dated", m.dated, "Day of this version");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "How people reach it");
  v.Member("place", m.place, "Door or area the sign stands at");
  v.Member("purpose", m.purpose, "What faces are used for here");
  v.Member("use", m.use, "1:1 against a claimed person, or 1:N in a marked lane");
  v.Member("retention", m.retention, "How long what is kept");
  v.Member("rights", m.rights, "What people may do", Bound::kAtLeastOne);
  v.Member("alternatives", m.alternatives, "The other ways in", Bound::kAtLeastOne);
  v.Member("notice_url", m.notice_url, "Where the whole notice is; also the QR code");
}

template <class V>
void Describe(V& v, NoticeModel& m) {
  v.Member("dated", m.dated, "Day of this version");
  v.Member("purpose_version", m.purpose_version, "Version of the purpose", Bound::kPositive);
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("officer", m.officer, "Personal-information or data-protection officer");
  v.Member("place", m.place, "Site or door");
  v.Member("purpose", m.purpose, "What faces are used for");
  v.Member("necessity", m.necessity, "Why a face is needed for it");
  v.Member("use", m.use, "1:1 against a claimed person, or 1:N in a marked lane");
  v.Member("method", m.method, "How faces are captured and compared");
  v.Member("data_kind", m.data_kind, "Which information is processed");
  v.Member("retention", m.retention, "How long what is kept");
  v.Member("impact_on_rights", m.impact_on_rights, "What it may mean for people");
  v.Member("alternatives", m.alternatives, "The other ways in", Bound::kAtLeastOne);
  v.Member("rights", m.rights, "What people may do", Bound::kAtLeastOne);
  v.Member("rights_procedure", m.rights_procedure, "How they do it");
  v.Member("withdrawal", m.withdrawal, "How consent is withdrawn");
  v.Member("legal_basis", m.legal_basis, "Legal basis");
  v.Member("recipients", m.recipients, "Who else gets the data");
  v.Member("transfer", m.transfer, "Transfers to other countries");
  v.Member("automated_decision", m.automated_decision, "Decisions made by a machine");
  v.Member("complaint_route", m.complaint_route, "Where to complain");
  v.Member("children", m.children, "What holds for children");
}

template <class V>
void Describe(V& v, LeafletModel& m) {
  v.Member("dated", m.dated, "Day of this version");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "Whom to ask");
  v.Member("place", m.place, "Where the camera is");
  v.Member("purpose", m.purpose, "What the camera is for, in words of a child, as \"to ...\"");
  v.Member("retention", m.retention, "How long what is kept, in words of a child");
  v.Member("alternatives", m.alternatives, "The other ways in", Bound::kAtLeastOne);
  v.Member("withdrawal", m.withdrawal, "How to stop it");
  v.Member("guardian_age", m.guardian_age, "Below this age a guardian decides", Bound::kPositive);
  v.Member("notice_url", m.notice_url, "Where the whole notice is");
}

template <class V>
void Describe(V& v, Head& m) {
  v.Member("text", m.text, "What people concluded; absent until somebody has written it",
           Bound::kByPeople);
  v.Member("evidence", m.evidence, "What it rests on: records, tests, documents");
}

template <class V>
void Describe(V& v, GroupError& m) {
  v.Member("group", m.group, "Group of the declared test set");
  v.Member("people", m.people, "People in it");
  v.Member("false_match_rate", m.false_match_rate, "As it is to be printed, with its bounds");
  v.Member("false_non_match_rate", m.false_non_match_rate, "Likewise");
}

template <class V>
void Describe(V& v, Risk& m) {
  v.Member("risk", m.risk, "What could happen");
  v.Member("likelihood", m.likelihood, "How likely");
  v.Member("harm", m.harm, "What it would do to people");
  v.Member("mitigation", m.mitigation, "What is done about it");
}

template <class V>
void Describe(V& v, AssessmentModel& m) {
  v.Member("dated", m.dated, "Day of this draft");
  v.Member("handler", m.handler, "Who answers for the processing");
  v.Member("site", m.site, "Where");
  v.Member("purpose", m.purpose, "What is assessed");
  v.Member("purpose_version", m.purpose_version, "Version of the purpose", Bound::kPositive);
  v.Member("use", m.use, "1:1 against a claimed person, or 1:N in a marked lane");
  v.Member("approver", m.approver, "Who approved it");
  v.Member("approved_on", m.approved_on, "When");
  v.Member("retained_until", m.retained_until, "Kept until; three years at least in China");
  v.Member("lawfulness_ethics", m.lawfulness_ethics, "Lawful, and right");
  v.Member("purpose_necessity", m.purpose_necessity, "Specific purpose, and need");
  v.Member("accuracy_distance_limits", m.accuracy_distance_limits,
           "Accuracy, precision and distance within need");
  v.Member("safeguards_proportionate", m.safeguards_proportionate, "Safeguards fit the risk");
  v.Member("leak_risk_and_harm", m.leak_risk_and_harm, "Leak and misuse, and likely harm");
  v.Member("rights_impact_and_mitigation", m.rights_impact_and_mitigation,
           "Harm to rights, and whether what is done about it works");
  v.Member("privacy", m.privacy, "What it means for private life", Bound::kByPeople);
  v.Member("bias", m.bias, "What errors by group mean here", Bound::kByPeople);
  v.Member("test_set", m.test_set, "On what the errors were measured, and how");
  v.Member("group_errors", m.group_errors, "Errors by group");
  v.Member("risks", m.risks, "Risks one by one");
}

template <class V>
void Describe(V& v, Comparison& m) {
  v.Member("means", m.means, "Another way to the same end");
  v.Member("finding", m.finding, "Why it is or is not enough by itself");
}

template <class V>
void Describe(V& v, FiledPurpose& m) {
  v.Member("name", m.name, "Purpose");
  v.Member("version", m.version, "Version of the purpose", Bound::kPositive);
  v.Member("category", m.category, "Category");
  v.Member("retention", m.retention, "How long what is kept");
  v.Member("sites", m.sites, "Where", Bound::kAtLeastOne);
}

template <class V>
void Describe(V& v, Attachment& m) {
  v.Member("name", m.name, "What is attached");
  v.Member("sha256", m.sha256, "Its hash, hexadecimal");
}

template <class V>
void Describe(V& v, FiledState& m) {
  v.Member("document", m.document, "Document that the filing carries");
  v.Member("state", m.state, "Whether its parts are there");
}

template <class V>
void Describe(V& v, FilingModel& m) {
  v.Member("regime", m.regime, "The draft of 2023, or the Measures of 2025");
  v.Member("kind", m.kind, "First filing, change or cancellation");
  v.Member("dated", m.dated, "Day of this draft");
  v.Member("authority", m.authority, "With whom it is filed");
  v.Member("trigger", m.trigger, "What made the filing due");
  v.Member("trigger_on", m.trigger_on, "When that was");
  v.Member("due_on", m.due_on, "Last day to file");
  v.Member("handler", m.handler, "Basic facts of the handler");
  v.Member("officer", m.officer, "Personal-information officer");
  v.Member("necessity", m.necessity, "Why face recognition is needed", Bound::kByPeople);
  v.Member("comparisons", m.comparisons, "The other means that were looked at");
  v.Member("purposes", m.purposes, "Purposes on file", Bound::kAtLeastOne);
  v.Member("method", m.method, "How faces are captured, compared and kept", Bound::kByPeople);
  v.Member("stored_people", m.stored_people, "People whose face information is stored");
  v.Member("counted_on", m.counted_on, "When they were counted");
  v.Member("counting_method", m.counting_method, "How; each person once");
  v.Member("security_measures", m.security_measures, "Measures, as the gateway found them");
  v.Member("security", m.security, "Measures beyond the gateway", Bound::kByPeople);
  v.Member("rules_and_procedures", m.rules_and_procedures, "Handling rules and procedures",
           Bound::kByPeople);
  v.Member("assessment", m.assessment, "The impact assessment");
  v.Member("attachments", m.attachments, "What else goes with the packet");
  v.Derived(
      "documents", [&m] { return StatesOf(m); }, "The documents, and what they still lack");
}

template <class V>
void Describe(V& v, ExemptionUse& m) {
  v.Member("kind", m.kind, "Which exemption");
  v.Member("legal_ref", m.legal_ref, "The law it was claimed under");
  v.Member("site", m.site, "Where");
  v.Member("attested_by", m.attested_by, "How many people attested to it");
  v.Member("granted_on", m.granted_on, "When it began");
  v.Member("expires_on", m.expires_on, "When it ends");
  v.Member("uses", m.uses, "How often it was used in the period");
  v.Member("records", m.records, "The records of its uses");
}

template <class V>
void Describe(V& v, Figures& m) {
  v.Member("decisions", m.decisions, "Decisions recorded");
  v.Member("allowed", m.allowed, "of them ALLOW");
  v.Member("sent_another_way", m.sent_another_way, "of them USE_ALTERNATIVE");
  v.Member("denied", m.denied, "of them DENY");
  v.Member("frames_discarded", m.frames_discarded, "Frames that were not decoded");
  v.Member("faces_seen", m.faces_seen, "Faces detected");
  v.Member("faces_embedded", m.faces_embedded, "of them compared or enrolled");
  v.Member("bystanders_ignored", m.bystanders_ignored, "of them counted and left");
  v.Member("withdrawals", m.withdrawals, "Consents withdrawn");
  v.Member("erasures", m.erasures, "People erased");
  v.Member("incidents", m.incidents, "Incidents detected; drills are none");
  v.Member("drills", m.drills, "Drills held");
  v.Member("duties_overdue", m.duties_overdue, "Duties overdue at the period's end");
}

template <class V>
void Describe(V& v, PurposeFigures& m) {
  v.Member("purpose", m.purpose, "Purpose");
  v.Member("decisions", m.decisions, "Decisions recorded");
  v.Member("allowed", m.allowed, "of them ALLOW");
  v.Member("sent_another_way", m.sent_another_way, "of them USE_ALTERNATIVE");
  v.Member("denied", m.denied, "of them DENY");
}

template <class V>
void Describe(V& v, Disclosed& m) {
  v.Member("recipient", m.recipient, "To whom");
  v.Member("basis", m.basis, "On what ground");
  v.Member("purpose", m.purpose, "For which purpose");
  v.Member("disclosed_on", m.disclosed_on, "When");
  v.Member("records", m.records, "The records it is about");
}

template <class V, class M>
void DescribeAnswers(V& v, M& m) {
  v.Member("received", m.received, "Received in the period");
  v.Member("in_time", m.in_time, "of them answered in time");
  v.Member("late", m.late, "of them answered late");
  v.Member("open", m.open, "of them not answered yet, and not due");
  v.Member("overdue", m.overdue, "of them not answered, and due");
}
template <class V>
void Describe(V& v, ComplaintFigures& m) {
  v.Member("kind", m.kind, "What they are about");
  DescribeAnswers(v, m);
}
template <class V>
void Describe(V& v, RequestFigures& m) {
  v.Member("kind", m.kind, "Which right");
  DescribeAnswers(v, m);
}

template <class V>
void Describe(V& v, TransparencyModel& m) {
  v.Member("dated", m.dated, "Day of the report");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "How people reach it");
  v.Member("site", m.site, "One site; absent: all of them");
  v.Member("period", m.period, "What it reports on");
  v.Member("exemptions", m.exemptions, "Every exemption in force in the period, used or not");
  v.Member("figures", m.figures, "What else happened");
  v.Member("purposes", m.purposes, "Decisions by purpose");
  v.Member("disclosures", m.disclosures, "What went to somebody else");
  v.Member("complaints", m.complaints, "Complaints of the period, by kind");
  v.Member("requests", m.requests, "Requests of the period about people's rights, by kind");
  v.Member("log", m.log, "The log it was made from");
  v.Derived(
      "exemption_uses",
      [&m] {
        std::int64_t uses = 0;
        for (const ExemptionUse& exemption : m.exemptions) uses += exemption.uses;
        return uses;
      },
      "Uses of all exemptions");
}

template <class V>
void Describe(V& v, PackUsed& m) {
  v.Member("id", m.id, "Pack of rules");
  v.Member("version", m.version, "Its version");
  v.Member("status", m.status, "Its status");
  v.Member("sha256", m.sha256, "Its hash, hexadecimal");
}

template <class V>
void Describe(V& v, RuleResult& m) {
  v.Member("id", m.id, "Rule");
  v.Member("article", m.article, "Article of the law");
  v.Member("title", m.title, "What it asks for");
  v.Member("state", m.state, "Whether it was met");
  v.Member("evidence", m.evidence, "By what that is shown");
  v.Member("records", m.records, "Records that show it");
  v.Member("duty", m.duty, "What is to be done");
}

template <class V>
void Describe(V& v, ComplianceModel& m) {
  v.Member("dated", m.dated, "Day of the report");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("site", m.site, "Where");
  v.Member("period", m.period, "What it reports on");
  v.Member("packs", m.packs, "Packs of rules in force", Bound::kAtLeastOne);
  v.Member("rules", m.rules, "Every rule of the packs", Bound::kAtLeastOne);
  v.Member("exposure", m.exposure, "Under which laws a breach is punished");
  v.Member("log", m.log, "The log it was made from");
  const auto count = [&m](RuleState state) {
    return CountIf(m.rules, [state](const RuleResult& rule) { return rule.state == state; });
  };
  v.Derived(
      "met", [count] { return count(RuleState::kMet); }, "Rules met");
  v.Derived(
      "unmet", [count] { return count(RuleState::kUnmet); }, "Rules not met");
  v.Derived(
      "not_applicable", [count] { return count(RuleState::kNotApplicable); },
      "Rules that did not apply");
  v.Derived(
      "not_checked", [count] { return count(RuleState::kNotChecked); },
      "Rules that no machine can check, or that were not");
  v.Derived(
      "duties",
      [&m] {
        std::vector<RuleResult> duties;
        std::copy_if(m.rules.begin(), m.rules.end(), std::back_inserter(duties),
                     [](const RuleResult& rule) { return rule.duty.has_value(); });
        return duties;
      },
      "Those of the rules that have a duty");
}

template <class V>
void Describe(V& v, Duty& m) {
  v.Member("rule", m.rule, "Rule it comes from; absent: the register alone");
  v.Member("about", m.about, "What of the registers it is about");
  v.Member("title", m.title, "What is to be done");
  v.Member("state", m.state, "Whether it is");
  v.Member("due_on", m.due_on, "Last day");
  v.Member("effort_hours", m.effort_hours, "Estimated hours of work");
  v.Member("owner", m.owner, "Office that does it");
  v.Member("document", m.document, "Document that comes of it");
}

template <class V>
void Describe(V& v, DutiesModel& m) {
  v.Member("dated", m.dated, "Day of the summary");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("site", m.site, "One site; absent: all of them");
  v.Member("duties", m.duties, "Every duty, also those done");
  v.Member("hourly_rate", m.hourly_rate, "Cost of an hour, whole units of the currency");
  v.Member("currency", m.currency, "Such as CNY");
  v.Member("exposure", m.exposure, "Under which laws a breach is punished");
  const auto count = [&m](DutyState state) {
    return CountIf(m.duties, [state](const Duty& duty) { return duty.state == state; });
  };
  // Nothing where there is work left and nobody estimated any of it.
  const auto hours = [&m]() -> std::optional<std::int64_t> {
    std::optional<std::int64_t> sum;
    bool any_left = false;
    for (const Duty& duty : m.duties) {
      if (duty.state == DutyState::kDone) continue;
      any_left = true;
      if (duty.effort_hours) sum = sum.value_or(0) + *duty.effort_hours;
    }
    return any_left ? sum : std::optional<std::int64_t>(0);
  };
  v.Derived(
      "total", [&m] { return static_cast<std::int64_t>(m.duties.size()); }, "Duties");
  v.Derived(
      "open", [count] { return count(DutyState::kOpen); }, "of them open");
  v.Derived(
      "overdue", [count] { return count(DutyState::kOverdue); }, "of them overdue");
  v.Derived(
      "done", [count] { return count(DutyState::kDone); }, "of them done");
  v.Derived("hours_left", hours, "Estimated hours of those not done");
  v.Derived(
      "without_estimate",
      [&m] {
        return CountIf(m.duties, [](const Duty& duty) {
          return duty.state != DutyState::kDone && !duty.effort_hours;
        });
      },
      "Duties not done whose effort nobody has estimated");
  v.Derived(
      "cost_left",
      [&m, hours]() -> std::optional<std::int64_t> {
        if (!m.hourly_rate || !m.currency || !hours()) return std::nullopt;
        return *hours() * *m.hourly_rate;
      },
      "Hours left at the hourly rate");
  v.Derived(
      "next_due_on",
      [&m]() -> std::optional<Day> {
        std::optional<Day> next;
        for (const Duty& duty : m.duties) {
          if (duty.state == DutyState::kDone || !duty.due_on) continue;
          if (!next || duty.due_on->iso < next->iso) next = duty.due_on;
        }
        return next;
      },
      "The earliest last day of those not done");
}

template <class V>
void Describe(V& v, NotificationClock& m) {
  v.Member("rule", m.rule, "Rule that asks for it");
  v.Member("article", m.article, "Article of the law");
  v.Member("due_at", m.due_at, "The last moment; that of detection where it is at once");
  v.Member("state", m.state, "Whether it was done");
}

template <class V>
void Describe(V& v, NotificationModel& m) {
  v.Member("dated", m.dated, "Day of this draft");
  v.Member("nature", m.nature, "An incident, or a drill");
  v.Member("addressee", m.addressee, "Who is told");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "Where to ask");
  v.Member("recipient", m.recipient, "Which authority, or which people");
  v.Member("incident", m.incident, "Its name in the register");
  v.Member("kind", m.kind, "What happened to the data");
  v.Member("detected_at", m.detected_at, "When it was detected");
  v.Member("clocks", m.clocks, "Which rules have them told, by when");
  v.Member("stored_people", m.stored_people, "People whose face information was stored");
  v.Member("what_happened", m.what_happened, "What happened to which data", Bound::kByPeople);
  v.Member("consequences", m.consequences, "What it may do to people", Bound::kByPeople);
  v.Member("measures", m.measures, "What was and will be done about it", Bound::kByPeople);
  v.Member("advice", m.advice, "What people can do to protect themselves", Bound::kByPeople);
}

template <class V>
void Describe(V& v, ConsentStep& m) {
  v.Member("state", m.state, "What happened");
  v.Member("time", m.time, "When");
  v.Member("record", m.record, "Index of the record in the operator's log");
}

template <class V>
void Describe(V& v, ReceiptModel& m) {
  v.Member("dated", m.dated, "Day of this receipt");
  v.Member("receipt_id", m.receipt_id, "Its number");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "How people reach it");
  v.Member("person", m.person, "Name of the subject in the register: an id");
  v.Member("consent", m.consent, "Name of the consent");
  v.Member("state", m.state, "What it is now");
  v.Member("place", m.place, "Where");
  v.Member("purpose", m.purpose, "What faces are used for");
  v.Member("purpose_version", m.purpose_version, "Version of the purpose", Bound::kPositive);
  v.Member("scopes", m.scopes, "What it covers", Bound::kAtLeastOne);
  v.Member("data_kind", m.data_kind, "Which information is processed");
  v.Member("recipients", m.recipients, "To whom the register says that it was passed on");
  v.Member("retention", m.retention, "How long what is kept");
  v.Member("form", m.form, "How it was given");
  v.Member("given_by", m.given_by, "Who gave it");
  v.Member("until", m.until, "When it ends by itself");
  v.Member("alternative", m.alternative, "The other way in that was offered");
  v.Member("guardian", m.guardian, "What shows that a parent or guardian is one, by its hash");
  v.Member("notice_sha256", m.notice_sha256, "SHA-256 of the exact text of the notice shown");
  v.Member("templates", m.templates, "The templates that rest on it");
  v.Member("events", m.events, "What happened to it, oldest first", Bound::kAtLeastOne);
  v.Member("rights", m.rights, "What people may do", Bound::kAtLeastOne);
  v.Member("withdrawal", m.withdrawal, "How it is withdrawn");
  v.Member("log_origin", m.log_origin, "Name of the operator's log");
  v.Member("receipt_sha256", m.receipt_sha256, "What the signed receipt of this moment hashes to");
  v.Member("own_page_url", m.own_page_url, "The person's own page; also the QR code");
}

template <class V>
void Describe(V& v, AccessConsent& m) {
  v.Member("name", m.name, "Its name");
  v.Member("state", m.state, "Where it stands");
  v.Member("purpose", m.purpose, "What for");
  v.Member("site", m.site, "Where");
  v.Member("since", m.since, "When it was asked for or given");
  v.Member("until", m.until, "Until when, where it was given");
  v.Member("scopes", m.scopes, "What it covers, in the log's words");
}

template <class V>
void Describe(V& v, AccessTemplate& m) {
  v.Member("purpose", m.purpose, "What for");
  v.Member("site", m.site, "Where");
  v.Member("made_at", m.made_at, "When");
}

template <class V>
void Describe(V& v, AccessImage& m) {
  v.Member("purpose", m.purpose, "What for");
  v.Member("site", m.site, "Where");
  v.Member("made_at", m.made_at, "When");
  v.Member("until", m.until, "When it is destroyed");
}

template <class V>
void Describe(V& v, AccessRecord& m) {
  v.Member("index", m.index, "Its index in the log");
  v.Member("at", m.at, "When");
  v.Member("matter", m.matter, "What it is of");
  v.Member("answer", m.answer, "Of a decision: what was answered");
  v.Member("site", m.site, "Where");
  v.Member("purpose", m.purpose, "What for");
}

template <class V>
void Describe(V& v, AccessDisclosure& m) {
  v.Member("recipient", m.recipient, "To whom");
  v.Member("basis", m.basis, "On which ground");
  v.Member("on", m.on, "When");
}

template <class V>
void Describe(V& v, AccessModel& m) {
  v.Member("dated", m.dated, "Day of the export");
  v.Member("controller", m.controller, "Who answers for the processing");
  v.Member("contact", m.contact, "Where to ask");
  v.Member("person", m.person, "The name under which the person is known");
  v.Member("registered_at", m.registered_at, "Since when");
  v.Member("age", m.age, "Age in years, where it is known");
  v.Member("restricted_since", m.restricted_since, "Since when their data is frozen");
  v.Member("consents", m.consents, "Every consent asked of them");
  v.Member("templates", m.templates, "Templates of their face");
  v.Member("images", m.images, "Images of their face");
  v.Member("duties", m.duties, "Complaints and requests that name them");
  v.Member("disclosures", m.disclosures, "What went to whom, theirs perhaps among it");
  v.Member("records", m.records, "Records of the log that are about them");
  v.Derived(
      "record_count", [&m] { return static_cast<std::int64_t>(m.records.size()); }, "Records");
}

template <class V>
void Describe(V& v, ErasureModel& m) {
  v.Member("dated", m.dated, "Day of the erasure");
  v.Member("controller", m.controller, "Who answered for the processing");
  v.Member("contact", m.contact, "Where to ask");
  v.Member("person", m.person, "The name under which the person was known");
  v.Member("erased_at", m.erased_at, "When");
  v.Member("templates_destroyed", m.templates_destroyed, "How many templates of their face");
  v.Member("log_origin", m.log_origin, "Name of the operator's log");
  v.Member("record", m.record, "The erasure's index in it");
  v.Member("backups_until", m.backups_until, "Until when older backups may hold it, sealed");
}

// Calls `take` with a default model of each kind.
template <class F>
auto WithModelOf(Kind kind, F take) {
  switch (kind) {
    case Kind::kFiling:
      return take(FilingModel{});
    case Kind::kAssessment:
      return take(AssessmentModel{});
    case Kind::kSign:
      return take(SignModel{});
    case Kind::kNotice:
      return take(NoticeModel{});
    case Kind::kLeaflet:
      return take(LeafletModel{});
    case Kind::kTransparency:
      return take(TransparencyModel{});
    case Kind::kCompliance:
      return take(ComplianceModel{});
    case Kind::kDuties:
      return take(DutiesModel{});
    case Kind::kNotification:
      return take(NotificationModel{});
    case Kind::kReceipt:
      return take(ReceiptModel{});
    case Kind::kAccess:
      return take(AccessModel{});
    case Kind::kErasure:
      return take(ErasureModel{});
  }
  FG_CHECK(false);
}

}  // namespace facegate::documents
