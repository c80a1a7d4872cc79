// Which packs and rules hold at a place and a moment.
#include <algorithm>

#include "facegate/rules/document.h"
#include "facegate/rules/rule_set.h"
#include "facegate/rules/rule_view.h"
#include "rules/rule_index.h"
#include "rules/territory.h"

namespace facegate::rules {
namespace {

using core::Status;
using core::Timestamp;

bool IsNamed(const Selection& selection, const Pack& pack) {
  return std::find(selection.packs.begin(), selection.packs.end(), pack.info.id) !=
         selection.packs.end();
}

bool Stands(const Pack& pack) {
  return pack.status == PackStatus::kInForce || pack.status == PackStatus::kGuidance;
}

bool LoadsByItself(const Selection& selection, const Pack& pack) {
  return Stands(pack) &&
         Covers(pack.jurisdiction, selection.country, selection.region, selection.city);
}

// That every named pack is there and has begun.
Status CheckNamed(const Selection& selection, const std::vector<Pack>& packs) {
  for (const std::string& id : selection.packs) {
    const auto pack =
        std::find_if(packs.begin(), packs.end(), [&id](const Pack& p) { return p.info.id == id; });
    if (pack == packs.end()) {
      std::vector<std::string_view> known;
      for (const Pack& other : packs) known.push_back(other.info.id);
      return Status(core::Code::kNotFound, "PACK_UNKNOWN",
                    "no pack " + Quoted(id) + " is loaded" + DidYouMean(id, known));
    }
    const Timestamp begin = SpanOf(pack->days, pack->jurisdiction).begin;
    if (pack->status != PackStatus::kDraft && selection.moment < begin) {
      return Status(core::Code::kFailedPrecondition, "PACK_NOT_IN_FORCE",
                    "pack " + Quoted(id) + " is in force from " +
                        core::FormatRfc3339({*pack->days.from * core::kMsPerDay}).substr(0, 10));
    }
  }
  return Status::Ok();
}

// When the first pack of law begins that has a first day; the beginning of time where none has.
Timestamp FirstBegin(const std::vector<Pack>& packs) {
  TimeSpan all;
  Timestamp first = all.end;
  for (const Pack& pack : packs) {
    const bool law = pack.kind == PackKind::kLaw && pack.status != PackStatus::kDraft;
    if (law && pack.days.from) {
      first = std::min(first, SpanOf(pack.days, pack.jurisdiction).begin);
    }
  }
  return first == all.end ? all.begin : first;
}

}  // namespace

core::Result<std::shared_ptr<const RuleView>> RuleSet::Select(const Selection& selection) const {
  FG_RETURN_IF_ERROR(CheckNamed(selection, pack_files_));
  const Timestamp moment = selection.moment;
  std::shared_ptr<RuleView> view(new RuleView(shared_from_this()));
  view->profiles_ = selection.profiles;
  const Timestamp first = FirstBegin(pack_files_);
  const bool clock_is_wrong = moment < first;
  const auto pass = [&](Timestamp date) {  // a date at which the rules may change
    (date <= moment ? view->from_ : view->until_) =
        date <= moment ? std::max(view->from_, date) : std::min(view->until_, date);
  };
  const auto holds = [&](const TimeSpan& span) {
    pass(span.begin);
    pass(span.end);
    return moment < span.end && (clock_is_wrong || span.begin <= moment);
  };
  pass(first);
  std::size_t next = 0;  // rules stand in their packs' order
  for (const Pack& pack : pack_files_) {
    const std::size_t begin = next;
    while (next < rules_.size() && rules_[next].pack == pack.info.id) ++next;
    const bool named = IsNamed(selection, pack);
    if (!named && !LoadsByItself(selection, pack)) {
      if (!Stands(pack) || !holds(SpanOf(pack.days, pack.jurisdiction))) continue;
      Follower follower{pack.info, pack.jurisdiction, {}};
      bool asks = false;
      for (std::size_t i = begin; i < next; ++i) {
        if (!view->AsksWhereFrom(i) || !holds(SpanOf(rules_[i].days, pack.jurisdiction))) continue;
        view->AddTo(follower.index, i);
        asks = true;
      }
      if (asks) view->followers_.push_back(std::move(follower));
      continue;
    }
    const bool on_its_days = holds(SpanOf(pack.days, pack.jurisdiction));
    if (named || on_its_days) view->packs_.push_back(pack.info);
    for (std::size_t i = begin; i < next; ++i) {
      const bool stands = holds(SpanOf(rules_[i].days, pack.jurisdiction));
      if (stands && (named || on_its_days)) view->Add(i);
    }
  }
  return std::shared_ptr<const RuleView>(std::move(view));
}

}  // namespace facegate::rules
